"""JSON Schemas of a definition: with unknown keys refused at every depth, as a shape, and filling in defaults.

A schema that does not say otherwise takes only the properties it names. The library that checks values takes longer to
import than a cluster to check, and most clusters have no config: so it is imported for the first that has.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pulumi_everest.core.config_schema.parts import COMBINING, named_properties, target
from pulumi_everest.core.merging import copied
from pulumi_everest.model.deferred import holds_deferred
from pulumi_everest.model.shapes import ANY, BOOL, NUMBER, TEXT, Shape

if TYPE_CHECKING:
    from pulumi_everest.model.deferred import Path
    from pulumi_everest.model.findings import Finding

_MOST, _KEPT = 1000, 1000
_CLOSING = ("additionalProperties", "unevaluatedProperties")
_OPENING = ("additionalProperties", "patternProperties")


class ConfigSchema:
    """One schema of a definition, ready to check values and to fill in their defaults."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        self._passed: set[str] = set()
        """Values that passed: those of a fleet are mostly alike."""

    @property
    def closed(self) -> dict[str, Any]:
        """The schema with unknown keys refused at every depth."""
        return _closed(copied(self.schema), self.schema)  # type: ignore[no-any-return]

    @cached_property
    def _validator(self) -> Any:
        from pulumi_everest.core.config_schema.errors import validator

        return validator(self.closed)

    def check(self, config: dict[str, Any], path: Path) -> list[Finding]:
        """Findings about a value that the schema describes, at `path`. Deferred leaves are checked when known."""
        text = None if holds_deferred(config) else repr(config)
        if text in self._passed:
            return []
        from pulumi_everest.core.config_schema.errors import check

        found = check(config, path, self._validator, self.shape)
        if not found and text is not None and len(text) <= _KEPT and len(self._passed) < _MOST:
            self._passed.add(text)
        return found

    @cached_property
    def shape(self) -> Shape:
        """The shape of the values, for reading and for checks of expressions."""
        return _shape(self.schema, self.schema, 0)

    def filled(self, config: dict[str, Any]) -> dict[str, Any]:
        """`config` with the defaults of properties that it leaves out, at every depth that is there."""
        return _filled(config, self.schema, self.schema, 0)  # type: ignore[no-any-return]


def _closed(schema: Any, root: dict[str, Any], seen: tuple[int, ...] = (), *, is_part: bool = False) -> Any:
    """The schema of one place with unknown keys refused, there and below; of a part, which others add to, below."""
    if not isinstance(schema, dict) or id(schema) in seen:
        return schema
    seen = (*seen, id(schema))
    for name in ("properties", "patternProperties"):
        if isinstance(schema.get(name), dict):
            schema[name] = {key: _closed(value, root, seen) for key, value in schema[name].items()}
    if isinstance(schema.get("$defs"), dict):
        schema["$defs"] = {key: _closed(value, root, seen, is_part=True) for key, value in schema["$defs"].items()}
    for name in ("items", "additionalProperties", "contains", "unevaluatedProperties"):
        if isinstance(schema.get(name), dict):
            schema[name] = _closed(schema[name], root, seen)
    if isinstance(schema.get("prefixItems"), list):
        schema["prefixItems"] = [_closed(value, root, seen) for value in schema["prefixItems"]]
    if is_part or any(name in schema for name in _CLOSING):
        return schema
    if any(name in schema for name in COMBINING):
        if "properties" in schema or named_properties(schema, root):
            schema["unevaluatedProperties"] = False
    elif isinstance(schema.get("properties"), dict) or "patternProperties" in schema:
        schema["additionalProperties"] = False
    return schema


def _shape(schema: Any, root: dict[str, Any], depth: int) -> Shape:
    if not isinstance(schema, dict) or depth > 20:
        return ANY
    if "$ref" in schema and "properties" not in schema:
        return _shape(target(schema["$ref"], root), root, depth + 1)
    if any(name in schema for name in ("allOf", "anyOf", "oneOf", "if")):
        return ANY
    kind = schema.get("type")
    if isinstance(schema.get("properties"), dict) and not any(name in schema for name in _OPENING):
        fields = {key: _shape(value, root, depth + 1) for key, value in schema["properties"].items()}
        return Shape("object", fields)
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict) and "properties" not in schema:
        return Shape("map", item=_shape(schema["additionalProperties"], root, depth + 1))
    if kind == "object" and schema.get("additionalProperties") is False and isinstance(schema.get("properties"), dict):
        fields = {key: _shape(value, root, depth + 1) for key, value in schema["properties"].items()}
        return Shape("object", fields)
    if kind == "array":
        return Shape("list", item=_shape(schema.get("items"), root, depth + 1))
    scalars = {"string": TEXT, "boolean": BOOL, "integer": NUMBER, "number": NUMBER}
    return scalars.get(kind, ANY) if isinstance(kind, str) else ANY


def _filled(value: Any, schema: Any, root: dict[str, Any], depth: int) -> Any:
    """A value with the defaults of all schemas that describe it: of its place, of what that refers to, and of parts."""
    if not isinstance(schema, dict) or depth > 16 or not isinstance(value, (dict, list)):
        return value
    for part in _parts(schema, root):
        value = _filled(value, part, root, depth + 1)
    if isinstance(value, list):
        first = schema.get("prefixItems")
        first = first if isinstance(first, list) else []
        places = [*first, *[schema.get("items")] * (len(value) - len(first))]
        return [_filled(item, below, root, depth + 1) for item, below in zip(value, places, strict=False)]
    properties = schema.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    result = {}
    for key, below in properties.items():
        default = _default(below, root)
        if key in value:
            result[key] = _filled(value[key], below, root, depth + 1)
        elif default is not None:
            result[key] = _filled(copied(default), below, root, depth + 1)
    more = schema.get("additionalProperties")
    result.update({key: _filled(own, more, root, depth + 1) for key, own in value.items() if key not in result})
    return result


def _parts(schema: dict[str, Any], root: dict[str, Any]) -> Iterator[Any]:
    """What describes a value beside the schema of its place, wherever it stands."""
    if isinstance(schema.get("$ref"), str):
        yield target(schema["$ref"], root)
    parts = schema.get("allOf")
    yield from parts if isinstance(parts, list) else ()


def _default(schema: Any, root: dict[str, Any]) -> Any:
    """The default of a property: its own, else that of what it refers to."""
    for _ in range(20):
        if not isinstance(schema, dict):
            return None
        if schema.get("default") is not None:
            return schema["default"]
        if not isinstance(schema.get("$ref"), str):
            return None
        schema = target(schema["$ref"], root)
    return None
