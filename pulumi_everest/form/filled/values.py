"""The values of a form: those that a document has, those that a new form starts with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import MISSING
from pulumi_everest.form.filled.shown import at_path, is_empty, shown_value
from pulumi_everest.form.paths import ITSELF
from pulumi_everest.form.tree import Field, FormTree, GroupPart, ListPart, Part

Values = dict[str, Any]
ORIGIN: Final = "$of"
"""Key of an item's number in the list that it came from."""


def values_of(tree: FormTree, document: Mapping[str, Any]) -> Values:
    """What a form shows of a document."""
    values: Values = {}
    for section in tree.sections:
        _read(section.parts, document, values)
    return values


def starting_values(tree: FormTree) -> Values:
    """What a new form starts with."""
    values: Values = {}
    for section in tree.sections:
        _start(section.parts, values)
    return values


def new_item(part: ListPart) -> Values:
    """What a new item of a list starts with."""
    values: Values = {}
    _start(part.parts, values)
    return values


def _start(parts: Sequence[Part], values: Values) -> None:
    for part in parts:
        if isinstance(part, GroupPart):
            if part.look == "toggleable":
                values[part.key] = bool(part.default)
            _start(part.parts, values)
        elif isinstance(part, (Field, ListPart)) and part.default is not None:
            values[part.key] = copied(part.default)


def _read(parts: Sequence[Part], data: Any, values: Values) -> None:
    for part in parts:
        if isinstance(part, Field) and part.kind != "hidden":
            shown = shown_value(part, data)
            if shown is not None:
                values[part.key] = copied(shown)
        elif isinstance(part, ListPart):
            items = at_path(data, part.path)
            if isinstance(items, list):
                values[part.key] = [_item(part, item, index) for index, item in enumerate(items)]
        elif isinstance(part, GroupPart):
            inside: Values = {}
            _read(part.parts, data, inside)
            if part.look == "toggleable":
                there = at_path(data, part.writes) if part.writes is not None else MISSING
                values[part.key] = (there is not MISSING and there is not None) or says_something(part.parts, inside)
            values.update(inside)


def _item(part: ListPart, item: Any, index: int) -> Values:
    values: Values = {ORIGIN: index}
    _read(part.parts, item, values)
    return values


def says_something(parts: Sequence[Part], values: Mapping[str, Any]) -> bool:
    """Whether one of the parts has a value, switches apart."""
    return any(
        says_something(part.parts, values) if isinstance(part, GroupPart) else not is_empty(values.get(part.key))
        for part in parts
    )


def is_of_texts(part: ListPart) -> bool:
    """Whether the items of a list are values themselves, not mappings."""
    return any(isinstance(one, Field) and one.paths == [ITSELF] for one in part.parts)
