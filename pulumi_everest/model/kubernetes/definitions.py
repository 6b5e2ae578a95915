"""Kubernetes' own definitions of what clusters hold, such as Toleration, as data (tools/kubernetes_definitions)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from pulumi_everest.model.shapes import ANY, BOOL, NUMBER, TEXT, Shape

Schema = dict[str, Any]

DEFINITION = "x-everest-definition"
"""The key under which a schema names the definition that it was made of."""

_SCALARS = {"string": TEXT, "boolean": BOOL, "integer": NUMBER, "number": NUMBER}


@cache
def _file() -> dict[str, Any]:
    text = Path(__file__).with_name("definitions.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def source() -> str:
    """The Go module, with its version, that the definitions are from."""
    return str(_file()["source"])


@cache
def definition(name: str) -> Schema:
    """A definition with everything that it refers to in it; each part that is one names it under `DEFINITION`."""
    inlined: Schema = {**_inlined(_file()["definitions"][name]), DEFINITION: name}
    return inlined


def _inlined(schema: Any) -> Any:
    if "$ref" in schema:
        return definition(schema["$ref"])
    result = dict(schema)
    if "properties" in schema:
        result["properties"] = {key: _inlined(below) for key, below in schema["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            result[key] = _inlined(schema[key])
    return result


def plain_schema(name: str) -> Schema:
    """The definition as an API server takes it in a schema of its own: without the names of definitions."""
    plain: Schema = _without_names(definition(name))
    return plain


def _without_names(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _without_names(value) for key, value in schema.items() if key != DEFINITION}
    return [_without_names(value) for value in schema] if isinstance(schema, list) else schema


@cache
def shape(name: str) -> Shape:
    """The shape of the values that a definition describes."""
    return _shape(definition(name))


def _shape(schema: Schema) -> Shape:
    kind = schema.get("type")
    if kind == "array":
        return Shape("list", item=_shape(schema["items"]))
    if kind != "object":
        return _SCALARS.get(str(kind), ANY)
    if "properties" in schema:
        fields = {key: _shape(below) for key, below in schema["properties"].items()}
        return Shape("object", fields, verbatim=True)
    other = schema.get("additionalProperties")
    return Shape("map", item=_shape(other)) if isinstance(other, dict) else ANY
