"""Structural schemas, as CustomResourceDefinitions have them, from the models: what an API server checks by itself.

A model says types, allowed values, bounds and descriptions; `Additions` say what only a server needs to be told.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pulumi_everest.model.kubernetes.examined import Defined, Examined
from pulumi_everest.model.part import Checked
from pulumi_everest.model.schemas.field_docs import field_docs
from pulumi_everest.model.schemas.server_texts import MAPPINGS, TEXTS

Schema = dict[str, Any]
Rules = list[dict[str, str]]

PRESERVE = "x-kubernetes-preserve-unknown-fields"
VALIDATIONS = "x-kubernetes-validations"
FREE: Schema = {"type": "object", PRESERVE: True}

_SCALARS = {bool: "boolean", int: "integer", float: "number", str: "string"}
_SIZES = {"object": "Properties", "array": "Items", "string": "Length"}


@dataclass(frozen=True)
class Additions:
    """What is added to the schemas of models, by the name of the model or as ``Model.field``, ``Model.field[]``."""

    rules: Mapping[str, Rules] = field(default_factory=dict)
    """CEL rules of a model, or of a field."""
    fragments: Mapping[str, Schema] = field(default_factory=dict)
    """Keywords of a field, or of the items of a list."""


def structural(model: type[BaseModel], additions: Additions) -> Schema:
    """The structural schema of a model. Raises TypeError for an annotation that no such schema can describe."""
    return _Structural(additions).model(model)


class _Structural:
    def __init__(self, additions: Additions) -> None:
        self.additions = additions

    def model(self, model: type[BaseModel]) -> Schema:
        schema: Schema = {"type": "object", "description": _one_line(model.__doc__ or "")}
        required = [info.alias or name for name, info in model.model_fields.items() if info.is_required()]
        if required:
            schema["required"] = required
        docs = field_docs(model)
        schema["properties"] = {
            info.alias or name: self.field(model, info.alias or name, info, docs.get(name))
            for name, info in model.model_fields.items()
        }
        if model.__name__ in self.additions.rules:
            schema[VALIDATIONS] = self.additions.rules[model.__name__]
        return schema

    def field(self, model: type[BaseModel], name: str, info: FieldInfo, said: str | None) -> Schema:
        place = f"{model.__name__}.{name}"
        schema = self.annotated(info.annotation, info.metadata, place)
        if said:
            schema = {"description": _one_line(said), **_without(schema, "description")}
        if isinstance(info.default, (bool, int, str)):
            schema["default"] = info.default
        return self.with_additions(schema, place)

    def with_additions(self, schema: Schema, place: str) -> Schema:
        schema = {**schema, **self.additions.fragments.get(place, {})}
        if place in self.additions.rules:
            schema[VALIDATIONS] = [*schema.get(VALIDATIONS, []), *self.additions.rules[place]]
        return schema

    def annotated(self, annotation: Any, metadata: Any, place: str) -> Schema:
        """The schema of a type, with what its annotations say of it."""
        schema = self.kind(annotation, place)
        for entry in _flat(metadata):
            if isinstance(entry, Defined):
                schema = entry.schema
                continue
            schema = {**schema, **_keywords(entry, schema.get("type", ""))}
        return schema

    def kind(self, annotation: Any, place: str) -> Schema:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self.annotated(arguments[0], arguments[1:], place)
        if origin in (Union, types.UnionType):
            return self.union([entry for entry in arguments if entry is not type(None)], place)
        if origin is Literal:
            return {"type": "string", "enum": list(arguments)}
        if origin is list:
            items = self.with_additions(self.kind(arguments[0], place), f"{place}[]")
            return {"type": "array", "x-kubernetes-list-type": "atomic", "items": items}
        if origin is dict:
            return self.mapping(arguments[1], place)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self.model(annotation)
        if annotation in _SCALARS:
            return {"type": _SCALARS[annotation]}
        raise TypeError(f"a structural schema has no type for {annotation}, at {place}")

    def mapping(self, value: Any, place: str) -> Schema:
        """A mapping with any keys; one whose values may be anything keeps what it is given."""
        if value is Any:
            return dict(FREE)
        below = self.with_additions(self.kind(value, place), f"{place}[]")
        if type(None) in get_args(value):  # a component without settings, such as `backupAgent:`, is there
            below["nullable"] = True
        return {"type": "object", "additionalProperties": below}

    def union(self, members: list[Any], place: str) -> Schema:
        described = [self.kind(member, place) for member in members]
        if len(described) == 1:
            return described[0]
        if {entry.get("type") for entry in described} == {"integer", "string"}:
            return {"x-kubernetes-int-or-string": True}
        if all(entry["type"] == "string" for entry in described):
            return {"type": "string", "anyOf": [_without(entry, "type") for entry in described]}
        return {PRESERVE: True}  # text or a mapping: no structural schema says so


def _flat(metadata: Any) -> Iterator[Any]:
    for entry in metadata:
        if isinstance(entry, FieldInfo):
            yield from _flat(entry.metadata)
        else:
            yield entry


def _keywords(entry: Any, kind: str) -> Schema:
    """What one annotation means in a schema of that type."""
    match entry:
        case Checked():
            return dict(TEXTS[entry.check])
        case Examined():
            return dict(MAPPINGS[entry.examine])
        case Ge():
            return {"minimum": entry.ge}
        case Le():
            return {"maximum": entry.le}
        case Gt():
            return {"minimum": entry.gt, "exclusiveMinimum": True}
        case Lt():
            return {"maximum": entry.lt, "exclusiveMaximum": True}
        case MinLen():
            return {f"min{_SIZES[kind]}": entry.min_length}
        case MaxLen():
            return {f"max{_SIZES[kind]}": entry.max_length}
    pattern = getattr(entry, "pattern", None)
    return {"pattern": pattern} if isinstance(pattern, str) else {}


def _without(schema: Schema, key: str) -> Schema:
    return {name: value for name, value in schema.items() if name != key}


def _one_line(text: str) -> str:
    return " ".join(text.split())
