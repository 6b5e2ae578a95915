"""The variables of a form's expressions: the document that it makes, as it shows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import MISSING
from pulumi_everest.form.filled.amounts import as_number
from pulumi_everest.form.filled.shown import at_path, is_empty, set_at, yaml_value
from pulumi_everest.form.filled.values import is_of_texts, values_of
from pulumi_everest.form.tree import Field, FormTree, GroupPart, ListPart, Part

Hidden = Collection[str]
"""Addresses of parts that are not shown."""


def variables_of(
    tree: FormTree, values: Mapping[str, Any], original: Mapping[str, Any] | None, hidden: Hidden
) -> dict[str, Any]:
    """The variables of some values, over the document that is edited; parts that are hidden have none."""
    known: dict[str, Any] = {"metadata": {}, "spec": {"provider": tree.provider, "topology": {"type": tree.topology}}}
    for name in known:
        own = (original or {}).get(name)
        known[name] |= copied(own) if isinstance(own, Mapping) else {}
    ids: dict[str, Any] = {}
    for section in tree.sections:
        if section.name in hidden:
            for part in section.parts:
                _remove(part, known)
        else:
            _put(section.parts, values, known, ids, "", hidden)
    return {**ids, **known["spec"], **known}


def original_variables(tree: FormTree, original: Mapping[str, Any]) -> dict[str, Any]:
    """What expressions know as `original`."""
    return variables_of(tree, values_of(tree, original), original, ())


def item_value(part: ListPart, own: Mapping[str, Any], prefix: str, hidden: Hidden) -> Any:
    """An item of a list as expressions see it; `prefix` is what addresses of its parts begin with."""
    if is_of_texts(part):
        return next((own.get(one.key) for one in part.parts), None)
    made: dict[str, Any] = {}
    _put(part.parts, own, made, {}, prefix, hidden)
    return made


def items_value(part: ListPart, items: Any, address: str, hidden: Hidden) -> list[Any]:
    """The items of a list as expressions see them."""
    own = items if isinstance(items, list) else []
    numbered = [(index, item) for index, item in enumerate(own) if isinstance(item, Mapping)]
    return [item_value(part, item, f"{address}[{index}].", hidden) for index, item in numbered]


def typed(field: Field, value: Any) -> Any:
    """A value as expressions see it: numbers as numbers, whatever a page made of them."""
    if field.kind == "number":
        return as_number(value)
    if field.written == "yaml" and isinstance(value, str):
        try:
            return yaml_value(value)
        except ValueError:
            return value
    if field.kind == "toggle" and field.written == "text" and isinstance(value, bool):
        return "true" if value else "false"
    return value


def _put(
    parts: Sequence[Part], values: Mapping[str, Any], into: dict[str, Any], ids: dict[str, Any], prefix: str,
    hidden: Hidden,
) -> None:  # fmt: skip
    """Put what some parts have into a document or an item."""
    for part in parts:
        address = f"{prefix}{part.key}"
        is_off = isinstance(part, GroupPart) and part.look == "toggleable" and values.get(part.key) is not True
        if address in hidden or is_off:
            _remove(part, into)
        elif isinstance(part, GroupPart):
            if part.writes is not None and not isinstance(at_path(into, part.writes), dict):
                set_at(into, part.writes, {})
            _put(part.parts, values, into, ids, prefix, hidden)
        elif isinstance(part, ListPart):
            items = values.get(part.key)
            set_at(into, part.path, items_value(part, items, address, hidden) if items else MISSING)
        elif isinstance(part, Field):
            value = values.get(part.key)
            shown = typed(part, value) if not is_empty(value) else part.otherwise
            for path in part.paths if part.kind != "hidden" or shown is not None else ():
                set_at(into, path, shown if shown is not None else MISSING)
            if part.id is not None and shown is not None:
                ids[part.id] = shown


def _remove(part: Part, into: dict[str, Any]) -> None:
    """Remove what a part writes."""
    if isinstance(part, Field):
        for path in part.paths:
            set_at(into, path, MISSING)
    elif isinstance(part, ListPart):
        set_at(into, part.path, MISSING)
    elif isinstance(part, GroupPart):
        for below in part.parts:
            _remove(below, into)
        if part.writes is not None:
            set_at(into, part.writes, MISSING)
