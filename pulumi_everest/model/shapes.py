"""What kind of value stands at each place of a document, so that its plain YAML scalars can be read as what they are.

A `Shape` is made from a model once. The reader takes text as text by it (``version: 17.10``), and static checks of
expressions find fields that do not exist.
"""

from __future__ import annotations

import types
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, ForwardRef, Literal, Protocol, Union, get_args, get_origin, runtime_checkable

from pydantic import BaseModel

Kind = Literal["text", "bool", "number", "any", "object", "map", "list", "text-or-map", "number-or-text"]


@dataclass(frozen=True, eq=False)
class Shape:
    """The kind of value at a place.

    ``object`` has known `fields` (other keys are errors elsewhere and of any kind here), every value of a ``map`` and
    every item of a ``list`` is an `item`, and ``text-or-map`` is a text or a mapping of texts. Fields that are
    `verbatim` have the same names in every language: they are not this package's.
    """

    kind: Kind
    fields: dict[str, Shape] = field(default_factory=dict)
    item: Shape | None = None
    verbatim: bool = False

    def at(self, key: str | int) -> Shape:
        """The shape one step further down; `ANY` where nothing is known about it."""
        if self.kind == "object" and isinstance(key, str):
            return self.fields.get(key, ANY)
        if self.item is not None and (self.kind != "list" or isinstance(key, int)):
            return self.item
        return ANY

    def within_lists(self) -> Shape:
        """The shape itself; of a list that of its items, which field paths go through without a step."""
        shape = self
        while shape.kind == "list":
            shape = shape.at(0)
        return shape


ANY = Shape("any")
TEXT = Shape("text")
BOOL = Shape("bool")
NUMBER = Shape("number")
TEXT_OR_MAP = Shape("text-or-map", item=TEXT)
NUMBER_OR_TEXT = Shape("number-or-text")


@runtime_checkable
class HasShape(Protocol):
    """An annotation that knows the shape of the values it is about."""

    @property
    def shape(self) -> Shape:
        """The shape."""


@cache
def shape_of(model: type[BaseModel]) -> Shape:
    """The shape of the documents that a model reads, by the names its fields have there."""
    fields: dict[str, Shape] = {}
    shape = Shape("object", fields)
    for name, info in model.model_fields.items():
        fields[info.alias or name] = _shape_of_annotation(info.annotation)
    return shape


def _shape_of_annotation(annotation: Any) -> Shape:
    if get_origin(annotation) is Annotated:
        own = next((entry for entry in get_args(annotation)[1:] if isinstance(entry, HasShape)), None)
        return own.shape if own is not None else _shape_of_annotation(get_args(annotation)[0])
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return _shape_of_union([_shape_of_annotation(a) for a in arguments if a is not type(None)])
    if origin is Literal:
        return TEXT if all(isinstance(value, str) for value in arguments) else ANY
    if origin in (list, tuple):
        return Shape("list", item=_shape_of_annotation(arguments[0]))
    if origin is dict:
        return Shape("map", item=_shape_of_annotation(arguments[1]))
    if isinstance(annotation, (str, ForwardRef)) or not isinstance(annotation, type):
        return ANY
    if issubclass(annotation, BaseModel):
        return shape_of(annotation)
    if issubclass(annotation, bool):
        return BOOL
    if issubclass(annotation, (int, float)):
        return NUMBER
    return TEXT if issubclass(annotation, str) else ANY


def _shape_of_union(members: list[Shape]) -> Shape:
    if len(members) == 1:
        return members[0]
    if {member.kind for member in members} == {"text", "map"}:
        return TEXT_OR_MAP
    if {member.kind for member in members} == {"number", "text"}:
        return NUMBER_OR_TEXT
    return ANY


def field_names(shape: Shape, path: tuple[str | int, ...]) -> list[str]:
    """The fields that exist at a path; empty where any key is fine."""
    for key in path:
        shape = shape.at(key)
    return list(shape.fields) if shape.kind == "object" else []
