"""What somebody has edited of an object since a program wrote it, and what the next update would take back of that.

The engine compares a program with what it wrote the last time, not with what there is. Its Kubernetes plugin then
writes all that the program says, over whatever is there by now, and takes away what kubectl has added, whose fields it
takes over. Fields that others have added stay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pulumi_everest.core.changes.impact import Concealed, shown
from pulumi_everest.core.changes.quantities import amount
from pulumi_everest.core.exact import same
from pulumi_everest.live.managers import OPERATOR, PROGRAM, Writer, Writers, kind_of
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import path_text
from pulumi_everest.model.mark import MARK
from pulumi_everest.model.values.unchecked import as_mapping

_TAKEN_OVER: Final = ("kubectl", "before-first-apply", "pulumi-kubernetes", "pulumi-resource-kubernetes")
"""How the names of those begin whose fields the Kubernetes plugin takes over in an update, and removes if unsaid."""
_OF_TOOLS: Final = ("kubectl.kubernetes.io/", "pulumi.com/", "deployment.kubernetes.io/", "meta.helm.sh/", MARK)
_AMOUNTS: Final = frozenset({"requests", "limits"})


@dataclass(frozen=True)
class Edit:
    """One value that is not what the program wrote. `live` and `written` are None for nothing."""

    path: Path
    live: Any
    written: Any
    writer: Writer | None

    def __str__(self) -> str:
        """``spec.size 5 → 3``: what an update makes of what is there."""
        return f"{path_text(self.path)} {shown(self.live)} → {shown(self.written)}"


@dataclass(frozen=True)
class Edited:
    """An object as it is now, as far as a program has a say in it, and what was edited of that."""

    there: dict[str, Any]
    edits: list[Edit]


def edited(
    live: Mapping[str, Any],
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    known: Mapping[str, Any],
    *,
    ignored: Collection[str] = (),
    operators: Collection[str] = (),
) -> Edited:
    """What was edited of the `live` object that `now` would take back; `was` is what the program wrote the last time.

    `known` is the object as it was after that, with what the server had filled in. `ignored` are paths that an update
    leaves alone, and `operators` the names of those who may write images into the object by themselves.
    """
    seen = _Seen(Writers(live, operators), ignored, operators, [])
    there = dict(was)
    for part in [key for key in {**was, **now} if key not in ("apiVersion", "kind", "metadata", "status")]:
        sides = (live.get(part, _NOTHING), was.get(part, _NOTHING), now.get(part, _NOTHING), known.get(part, _NOTHING))
        _put(there, part, seen.as_it_is(sides, (part,)))
    metadata = dict(as_mapping(was.get("metadata")))
    for part in ("labels", "annotations"):
        held = [as_mapping(as_mapping(side.get("metadata")).get(part)) for side in (live, was, now, known)]
        own = {key: value for key, value in held[1].items() if key.startswith(_OF_TOOLS)}
        live_, was_, now_, known_ = map(_without_tools, held)
        made = {**own, **_dict(seen.as_it_is((live_, was_, now_, known_), ("metadata", part)))}
        if made or part in metadata:
            metadata[part] = made
    there["metadata"] = metadata
    return Edited(there, seen.edits)


_NOTHING: Final[Any] = type("Nothing", (), {"__repr__": lambda _: "nothing"})()


Sides = tuple[Any, Any, Any, Any]
"""A value as it is, as it was written the last time, as it is to be written, and as it was after the last time."""


@dataclass
class _Seen:
    """One comparison: who wrote what, what does not count, and what was found."""

    writers: Writers
    ignored: Collection[str]
    operators: Collection[str]
    edits: list[Edit]

    def as_it_is(self, sides: Sides, path: Path) -> Any:
        """The value that the program wrote, as it is now; notes where that is another one and would be taken back."""
        live, was, now, known = sides
        if isinstance(was, dict) or isinstance(now, dict):
            if live is _NOTHING or isinstance(live, dict):
                return self._mapping((_dict(live), _dict(was), _dict(now), _dict(known)), path, gone=live is _NOTHING)
        elif isinstance(live, list) and isinstance(was, list) and isinstance(now, list):
            made = self._list(live, was, now, known, path)
            if made is not None:
                return made
        return self._leaf(sides, path)

    def _mapping(self, sides: tuple[dict[str, Any], ...], path: Path, *, gone: bool) -> Any:
        live, was, now, known = sides
        made: dict[str, Any] = {}
        for key in {**was, **now}:
            below = (live.get(key, _NOTHING), was.get(key, _NOTHING), now.get(key, _NOTHING), known.get(key, _NOTHING))
            _put(made, key, self.as_it_is(below, (*path, key)))
        for key, value in live.items():
            if key not in was and key not in now and self._is_added((*path, key), value, known.get(key, _NOTHING)):
                made[key] = value
                self._note((*path, key), value, None)
        return _NOTHING if gone and not made else made

    def _list(self, live: list[Any], was: list[Any], now: list[Any], known: Any, path: Path) -> list[Any] | None:
        """The items one by one where none was taken away; else None: the list counts as one value."""
        if len(was) != len(now) or len(live) < len(was):
            return None
        places = [_place(item, index, live) for index, item in enumerate(was)]
        before, taken = known if isinstance(known, list) else [], set(places)
        if len(taken) < len(places):
            return None
        made = [
            self.as_it_is((live[place], was[index], now[index], _at(before, place)), (*path, place))
            for index, place in enumerate(places)
        ]
        for place, item in enumerate(live):
            if place not in taken and self._is_added((*path, place), item, _at(before, place)):
                made.append(item)
                self._note((*path, place), item, None)
        return made

    def _leaf(self, sides: Sides, path: Path) -> Any:
        live, was, now, known = sides
        if was is _NOTHING and _alike(live, known, path):
            return was  # what a server fills in, until the program says it
        if isinstance(now, Deferred) or _alike(live, was, path) or self._is_left_alone(path, live):
            return was
        if not _alike(live, now, path):
            hidden = isinstance(now, Concealed) or isinstance(was, Concealed)
            self._note(path, Concealed(live) if hidden else live, now)
        return live

    def _is_left_alone(self, path: Path, live: Any) -> bool:
        """Whether an update leaves a value alone, or it is one of the operator's own."""
        text = path_text(path)
        names = [ignored if ignored.startswith(("spec", "metadata")) else f"spec.{ignored}" for ignored in self.ignored]
        if any(text == name or text.startswith((f"{name}.", f"{name}[")) for name in names):
            return True
        writer = self.writers.of(path) if path[-1] == "image" and isinstance(live, str) else None
        return writer is not None and writer.manager.startswith(tuple(self.operators))

    def _is_added(self, path: Path, live: Any, known: Any) -> bool:
        """Whether somebody has added a value that an update takes away."""
        if same(live, known) or self._is_left_alone(path, live):
            return False
        writer = self.writers.of(path)
        return (
            writer is not None
            and writer.manager.startswith(_TAKEN_OVER)
            and kind_of(writer.manager, self.operators) != OPERATOR
        )

    def _note(self, path: Path, live: Any, written: Any) -> None:
        before, after = (None if value is _NOTHING else value for value in (live, written))
        self.edits.append(Edit(path, before, after, self.writers.of(path)))


def _place(item: Any, index: int, live: list[Any]) -> int:
    """Where an item of a list is now: at that of its name, or where it was."""
    name = item.get("name") if isinstance(item, dict) else None
    named = [place for place, one in enumerate(live) if isinstance(one, dict) and one.get("name") == name]
    return named[0] if name is not None and named else index


def _at(items: list[Any], place: int) -> Any:
    return items[place] if place < len(items) else _NOTHING


def _alike(one: Any, other: Any, path: Sequence[Any]) -> bool:
    """Whether two values are the same, or one amount in other words."""
    one, other = (value.value if isinstance(value, Concealed) else value for value in (one, other))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_alike(a, b, path) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        # What the server fills into an item of a list is no edit.
        return all(key in one and _alike(one[key], value, (*path, key)) for key, value in other.items())
    if same(one, other):
        return True
    if not isinstance(one, (str, int, float)) or not isinstance(other, (str, int, float)):
        return False
    amounts = amount(one), amount(other)
    plain = all(str(value).replace(".", "").isdigit() for value in (one, other))
    return amounts[0] is not None and amounts[0] == amounts[1] and (not plain or bool(_AMOUNTS.intersection(path)))


def _put(made: dict[str, Any], key: str, value: Any) -> None:
    if value is _NOTHING:
        made.pop(key, None)
    else:
        made[key] = value


def _dict(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _without_tools(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if not key.startswith(_OF_TOOLS)}


def managers_in(edits: Sequence[Edit]) -> Iterator[str]:
    """Who made the edits, as far as that is known; programs only where nobody else did, since they own all else."""
    writers = [edit.writer for edit in edits if edit.writer is not None]
    others = [writer for writer in writers if writer.kind != PROGRAM]
    yield from dict.fromkeys(writer.manager for writer in others or writers)
