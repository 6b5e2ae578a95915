"""From the values of a form to the document that they make. What the form does not know of a document stays in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import MISSING, value_at
from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.form.filled.conditions import hidden_parts
from pulumi_everest.form.filled.shown import at_path, is_empty, plain_text, set_at, written_value
from pulumi_everest.form.filled.values import ORIGIN, is_of_texts, values_of
from pulumi_everest.form.paths import ITSELF
from pulumi_everest.form.tree import Field, FormTree, GroupPart, ListPart, Part


def document_of(
    tree: FormTree,
    values: Mapping[str, Any],
    original: Mapping[str, Any] | None = None,
    hidden: Iterable[str] | None = None,
) -> dict[str, Any]:
    """The DatabaseCluster that the values of a form make, as plain data.

    With the `original` that is edited, all that the form does not show stays as it is, and so does every value that is
    still what the form showed of it, as it was written. A text that should be YAML, and is not, stands in the document
    as it is. `hidden` are the parts that are not shown, where `state` has said that of these values already.
    """
    document = copied(dict(original)) if original is not None else _new(tree)
    before = values_of(tree, document) if original is not None else {}
    gone = frozenset(hidden) if hidden is not None else hidden_parts(tree, values, original)
    was_gone = hidden_parts(tree, before, original) if original is not None else gone
    writing = _Writing(gone, was_gone)
    for section in tree.sections:
        if section.name in gone:
            writing.take_away(section.parts, document, is_new=section.name not in was_gone)
        else:
            writing.write(section.parts, values, before, document, ("", ""))
    _name_topology(tree, document)
    return document


def _new(tree: FormTree) -> dict[str, Any]:
    return {
        "apiVersion": API_VERSION,
        "kind": "DatabaseCluster",
        "metadata": {},
        "spec": {"provider": tree.provider},
    }


def _name_topology(tree: FormTree, document: dict[str, Any]) -> None:
    """Let the document be of the topology of the form; the default one need not be named."""
    spec = document.get("spec")
    topology = spec.get("topology") if isinstance(spec, dict) else None
    named = value_at(topology, ("type",))
    if named == tree.topology or (named is None and tree.is_default_topology):
        return
    if not isinstance(spec, dict):
        spec = document["spec"] = {}
    rest = topology if isinstance(topology, dict) else {}
    made = {**spec, "topology": {"type": tree.topology, **{key: rest[key] for key in rest if key != "type"}}}
    first = {key: made[key] for key in ("provider", "topology") if key in made}
    spec.clear()
    spec.update({**first, **made})


class _Writing:
    """Writes values into a document, or an item of one. `gone` and `was_gone` are what is and was not shown."""

    def __init__(self, gone: frozenset[str], was_gone: frozenset[str]) -> None:
        self.gone, self.was_gone = gone, was_gone

    def write(
        self,
        parts: Sequence[Part],
        values: Mapping[str, Any],
        before: Mapping[str, Any],
        into: dict[str, Any],
        prefixes: tuple[str, str],
    ) -> None:
        """Write parts. `prefixes` are what addresses begin with: in the values, and in those before."""
        for part in parts:
            value, was = values.get(part.key), before.get(part.key)
            if f"{prefixes[0]}{part.key}" in self.gone:
                self.take_away([part], into, is_new=f"{prefixes[1]}{part.key}" not in self.was_gone)
            elif isinstance(part, GroupPart):
                self.group(part, values, before, into, prefixes)
            elif isinstance(part, ListPart):
                if value != was:
                    items = self.items(part, value, was, at_path(into, part.path), prefixes)
                    _put(into, part.path, items or MISSING)
            elif isinstance(part, Field) and part.kind != "hidden" and not _same(value, was):
                old = at_path(into, part.paths[0]) if part.paths else MISSING
                new = MISSING if is_empty(value) else _written(part, value, old)
                for path in part.paths:
                    _put(into, path, new)

    def group(
        self,
        part: GroupPart,
        values: Mapping[str, Any],
        before: Mapping[str, Any],
        into: dict[str, Any],
        prefixes: tuple[str, str],
    ) -> None:
        """Write the parts of a group; nothing of them where it is switched off."""
        is_switch = part.look == "toggleable"
        if is_switch and values.get(part.key) is not True:
            self.take_away([part], into, is_new=before.get(part.key) is True)
            return
        self.write(part.parts, values, before, into, prefixes)
        was_on = before.get(part.key) is True
        if is_switch and not was_on and part.writes is not None and at_path(into, part.writes) in (MISSING, None):
            _put(into, part.writes, {})

    def items(self, part: ListPart, value: Any, was: Any, old: Any, prefixes: tuple[str, str]) -> list[Any]:
        """The items of a list: each is what it came from, with what the form says of it."""
        known = old if isinstance(old, list) else []
        shown = was if isinstance(was, list) else []
        made = []
        for index, own in enumerate(value if isinstance(value, list) else ()):
            if not isinstance(own, Mapping):
                continue
            origin = own.get(ORIGIN)
            is_known = isinstance(origin, int) and 0 <= origin < len(known)
            base = copied(known[origin]) if isinstance(origin, int) and is_known else {}
            before = shown[origin] if isinstance(origin, int) and is_known and origin < len(shown) else {}
            here = (f"{prefixes[0]}{part.key}[{index}].", f"{prefixes[1]}{part.key}[{origin}].")
            if is_of_texts(part):
                text = self.text_item(part, own, before, base)
                made += [text] if text is not MISSING else []
                continue
            if isinstance(base, dict):
                self.write(part.parts, own, before, base, here)
            made.append(base)
        return made

    @staticmethod
    def text_item(part: ListPart, own: Mapping[str, Any], before: Mapping[str, Any], base: Any) -> Any:
        """An item that is a value itself; MISSING for an empty one."""
        field = next(one for one in part.parts if isinstance(one, Field) and one.paths == [ITSELF])
        value = own.get(field.key)
        if is_empty(value):
            return MISSING
        return base if before and _same(value, before.get(field.key)) else _written(field, value, MISSING)

    def take_away(self, parts: Sequence[Part], into: dict[str, Any], *, is_new: bool) -> None:
        """Remove what parts write that are no longer shown. What was not shown before stays as it was."""
        if not is_new:
            return
        for part in parts:
            if isinstance(part, GroupPart):
                self.take_away(part.parts, into, is_new=True)
                if part.writes is not None:
                    _put(into, part.writes, MISSING)
            elif isinstance(part, ListPart):
                _put(into, part.path, MISSING)
            elif isinstance(part, Field) and part.kind != "hidden":
                for path in part.paths:
                    _put(into, path, MISSING)


def _same(value: Any, was: Any) -> bool:
    """Whether a value of a form is what the form showed before; a page may have made a text of it."""
    if is_empty(value) or is_empty(was):
        return is_empty(value) and is_empty(was)
    return bool(value == was) or (not isinstance(value, (dict, list)) and plain_text(value) == plain_text(was))


def _written(field: Field, value: Any, old: Any) -> Any:
    try:
        new = written_value(field, value)
    except ValueError:
        return value
    if field.kind == "map" and isinstance(new, Mapping) and isinstance(old, Mapping):
        return {key: old[key] if key in old and plain_text(old[key]) == text else text for key, text in new.items()}
    return new


def _put(into: dict[str, Any], path: str, value: Any) -> None:
    """Set a value, or remove it; mappings around it are made, and those that a removal empties are removed too."""
    is_there = at_path(into, path) is not MISSING
    set_at(into, path, value)
    if value is not MISSING or not is_there:
        return
    around = path.rpartition(".")[0]
    while around and around.rpartition(".")[2] not in ("spec", "metadata") and not at_path(into, around):
        set_at(into, around, MISSING)
        around = around.rpartition(".")[0]
