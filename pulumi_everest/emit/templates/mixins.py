"""Mixins: parts of a plugin's files that stand once and are used in many places, `mixin: NAME`.

They are put in before anything is compiled, so a mixin sees the names that are known where it is used. Those of the
plugin (its mixins.yaml) come before those of this package. Everything keeps its place: what is wrong in a mixin is said
of the line where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, Place, finding, sort_findings, unknown
from pulumi_everest.model.source.documents import Document

MIXIN: Final = "mixin"
Where = Callable[[Path], bool]
"""Whether `mixin` is a word in the mapping at a path."""

_Source = tuple[Document, Path]


@dataclass
class MixedDocument(Document):
    """A document with mixins in it: parts of its data stand elsewhere."""

    own: Document = field(default_factory=lambda: Document({}, ""), repr=False)
    moved: dict[Path, _Source] = field(default_factory=dict, repr=False)
    """Where parts stand whose place does not follow from that of what is around them."""

    def place(self, path: Path, *, of_value: bool = False) -> Place:
        """Where a key or an item of a list stands; of what is not there, the nearest thing around it."""
        document, at = self._source(path)
        return document.place(at, of_value=of_value)

    def value_place(self, path: Path) -> Place:
        """Where a value begins; of what is not there, the nearest value around it."""
        document, at = self._source(path)
        return document.value_place(at)

    def text_at(self, path: Path) -> str | None:
        """The text as written of a plain scalar that was not read as text, or None."""
        document, at = self._source(path)
        return document.text_at(at)

    def is_own(self, path: Path) -> bool:
        """Whether a part stands in the document itself."""
        return self._source(path)[0] is self.own

    def _source(self, path: Path) -> _Source:
        for end in range(len(path), -1, -1):
            source = self.moved.get(path[:end])
            if source is not None:
                return source[0], (*source[1], *path[end:])
        return self.own, path


def mixed(
    document: Document, mixins: Sequence[Document], where: Where = lambda _path: True
) -> tuple[Document, list[Finding]]:
    """A document with its mixins put in, and what is wrong with them; the document itself where it has none."""
    if not has_mixins(document):
        return document, []
    mixing = _Mixing(mixins, where)
    data, moved = mixing.part(document.data, document, (), ())
    made = data if isinstance(data, dict) else {}
    return MixedDocument(made, document.file, document.index, own=document, moved=moved), sort_findings(mixing.findings)


def has_mixins(document: Document) -> bool:
    """Whether a document uses a mixin, as far as its keys tell."""
    return _has_mixin(document.data)


def _has_mixin(data: Any) -> bool:
    if isinstance(data, dict):
        return MIXIN in data or any(map(_has_mixin, data.values()))
    return isinstance(data, list) and any(map(_has_mixin, data))


def _bare(key: str) -> str:
    """A key without what says that it may be absent, or that it is no word."""
    return key.removeprefix("?").removeprefix("\\")


_Moved = dict[Path, _Source]
"""Parts below a part that stand elsewhere, by their paths from it on."""


@dataclass(frozen=True)
class _Use:
    """A use of a mixin: where the mixin stands, its data, and the keys that are left out of it."""

    name: str
    document: Document
    data: Any
    but: frozenset[str]


class _Mixing:
    """Puts mixins into the parts of one document. `stack` are the names of the mixins that a part is in."""

    def __init__(self, mixins: Sequence[Document], where: Where) -> None:
        self._mixins, self._where = mixins, where
        self.findings: list[Finding] = []

    def part(self, data: Any, document: Document, at: Path, stack: tuple[str, ...]) -> tuple[Any, _Moved]:
        """A part with mixins, which stands at a path of a document."""
        if isinstance(data, list):
            return self._list(data, document, at, stack)
        if not isinstance(data, dict):
            return data, {}
        if MIXIN in data and (stack or self._where(at)):
            return self._mapping(data, document, at, stack)
        made: dict[str, Any] = {}
        moved: _Moved = {}
        for key, below in data.items():
            made[key], inner = self.part(below, document, (*at, key), stack)
            moved |= _below(key, inner)
        return made, moved

    def _list(self, data: list[Any], document: Document, at: Path, stack: tuple[str, ...]) -> tuple[list[Any], _Moved]:
        made: list[Any] = []
        moved: _Moved = {}
        for index, item in enumerate(data):
            here: Path = (*at, index)
            if isinstance(item, dict) and item.keys() == {MIXIN} and (stack or self._where(here)):
                for use in self._uses(item[MIXIN], document, (*here, MIXIN), stack):
                    self._add_items(use, made, moved, stack)
                continue
            value, inner = self.part(item, document, here, stack)
            moved |= {(len(made),): (document, here), **_below(len(made), inner)}
            made.append(value)
        return made, moved

    def _add_items(self, use: _Use, made: list[Any], moved: _Moved, stack: tuple[str, ...]) -> None:
        """Add what a mixin gives as items: those of its own list, or itself."""
        value, inner = self.part(use.data, use.document, (use.name,), (*stack, use.name))
        if not isinstance(value, list):
            moved |= {(len(made),): (use.document, (use.name,)), **_below(len(made), inner)}
            made.append(_without(value, use.but))
            return
        for index, item in enumerate(value):
            moved[(len(made),)] = inner[(index,)]  # a list says it of each item
            moved |= {(len(made), *path[1:]): source for path, source in inner.items() if path[0] == index}
            made.append(item)

    def _mapping(
        self, data: dict[str, Any], document: Document, at: Path, stack: tuple[str, ...]
    ) -> tuple[Any, _Moved]:
        """A mapping with those of its mixins; what it says itself wins, and after that what comes first."""
        own = {_bare(key) for key in data}
        made: dict[str, Any] = {}
        moved: _Moved = {}
        for key, given in sorted(data.items(), key=lambda entry: entry[0] == "let"):  # after those of the mixins
            if key != MIXIN:
                value, inner = self.part(given, document, (*at, key), stack)
                _put(made, moved, key, value, {(): (document, (*at, key)), **inner})
                continue
            for use in self._uses(given, document, (*at, MIXIN), stack):
                value, inner = self.part(use.data, use.document, (use.name,), (*stack, use.name))
                if not isinstance(value, dict):
                    if len(data) > 1:
                        text = f"the mixin '{use.name}' is no mapping, so nothing can stand beside it"
                        self._report((*at, MIXIN), document, text)
                    return value, {(): (use.document, (use.name,)), **inner}
                taken = {*use.but, *(own - {"let"}), *(_bare(name) for name in made if name != "let")}
                for name, below in _without(value, taken).items():
                    place = (use.document, (use.name, name))
                    known = made.get("let") if name == "let" else None
                    part = _without(below, known) if isinstance(known, dict) else below
                    _put(made, moved, name, part, {(): place, **_under(name, inner)})
        return made, moved

    def _uses(self, given: Any, document: Document, at: Path, stack: tuple[str, ...]) -> Iterator[_Use]:
        """The mixins that are named, as far as there are such."""
        for name, but in self._named(given, document, at):
            if name in stack:
                self._report(at, document, f"the mixin '{name}' has itself in it: {' > '.join((*stack, name))}")
                continue
            known = next((mixins for mixins in self._mixins if name in mixins.data), None)
            if known is not None:
                yield _Use(name, known, known.data[name], but)
                continue
            names = list(dict.fromkeys(name for mixins in self._mixins for name in mixins.data))
            text = f"there is no mixin '{name}'; a field of that name is written \\mixin"
            entry = unknown("plugin.template", at, text, name, names)
            self._report(at, document, text, allowed=entry.allowed, hint=entry.hint)

    def _named(self, given: Any, document: Document, at: Path) -> Iterator[tuple[str, frozenset[str]]]:
        """The names of mixins, each with the keys that are left out of it."""
        if isinstance(given, str):
            yield given, frozenset()
        elif isinstance(given, list) and all(isinstance(name, str) for name in given):
            yield from ((name, frozenset()) for name in given)
        elif isinstance(given, dict) and all(_are_options(options) for options in given.values()):
            yield from ((name, frozenset((options or {}).get("but", ()))) for name, options in given.items())
        else:
            text = "'mixin' takes a name, a list of names, or NAME: {but: [keys that are left out]}"
            self._report(at, document, f"{text}; a field of that name is written \\mixin")

    def _report(self, at: Path, document: Document, message: str, **more: Any) -> None:
        self.findings.append(finding("plugin.template", at, message, place=document.value_place(at), **more))


def _put(made: dict[str, Any], moved: _Moved, key: str, value: Any, sources: _Moved) -> None:
    """Put a value into a mapping, with where its parts stand; names of a `let` are added to those that are there."""
    there = made.get(key)
    if key == "let" and isinstance(there, dict) and isinstance(value, dict):
        document, at = sources.pop(())
        made[key] = {**there, **value}
        moved |= {(key, name): (document, (*at, name)) for name in value}
    else:
        made[key] = value
    moved |= _below(key, sources)


def _below(key: str | int, moved: _Moved) -> _Moved:
    return {(key, *path): source for path, source in moved.items()}


def _under(key: str, moved: _Moved) -> _Moved:
    return {path[1:]: source for path, source in moved.items() if path[0] == key}


def _without(value: Any, but: Collection[str]) -> Any:
    if not but or not isinstance(value, dict):
        return value
    return {key: below for key, below in value.items() if _bare(key) not in but}


def _are_options(given: Any) -> bool:
    if given is None:
        return True
    return isinstance(given, dict) and given.keys() <= {"but"} and isinstance(given.get("but", []), list)
