"""What is wrong with the JSON Schemas of a definition themselves. Slow (milliseconds): for loading only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from pulumi_everest.core.config_schema.errors import sentence, validator
from pulumi_everest.core.config_schema.parts import COMBINING
from pulumi_everest.core.merging import copied
from pulumi_everest.expressions.patterns import is_pattern
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import did_you_mean


def schema_problems(schema: dict[str, Any]) -> list[tuple[Path, str]]:
    """What is wrong with the schema itself: path inside it and message."""
    problems: list[tuple[Path, str]] = []
    for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema):
        problems.append((tuple(error.absolute_path), _schema_problem(error)))
    problems += [(path, f"'{ref}' is not found in the schema") for path, ref in _broken_references(schema)]
    problems += _broken_patterns(schema, ())
    if schema.get("type", "object") != "object":
        problems.append((("type",), "config is a mapping, so the schema's type must be object"))
    if not problems:
        for path, default in _defaults(schema, ()):
            owner = _at(schema, path[:-1])
            for broken in _errors(schema, owner, default):
                problems.append((path, f"the default does not pass its own schema: {sentence(broken)}"))
    return problems


def _broken_references(schema: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    for path, ref in _references(schema, ()):
        if not ref.startswith("#"):
            yield path, ref
            continue
        resolver = Registry().with_resource("", DRAFT202012.create_resource(schema)).resolver()
        try:
            resolver.lookup(ref)
        except (Unresolvable, ValueError, AttributeError, TypeError):
            yield path, ref


def _errors(schema: dict[str, Any], part: Any, value: Any) -> list[ValidationError]:
    whole = {**copied(part), "$defs": {**schema.get("$defs", {}), **_own_defs(part)}}
    try:
        return list(validator(whole).iter_errors(value))
    except (Unresolvable, RecursionError):
        return []


def _own_defs(schema: Any) -> dict[str, Any]:
    return schema.get("$defs", {}) if isinstance(schema, dict) else {}


def _references(schema: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key in ("$ref", "$dynamicRef") and isinstance(value, str):
                yield (*path, key), value
            elif key not in ("enum", "const", "default", "examples"):
                yield from _references(value, (*path, key))
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from _references(value, (*path, index))


def _defaults(schema: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(schema, dict):
        if "default" in schema and path[-1:] != ("properties",):
            yield (*path, "default"), schema["default"]
        for key, value in schema.items():
            if key not in ("enum", "const", "default", "examples"):
                yield from _defaults(value, (*path, key))
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from _defaults(value, (*path, index))


def _broken_patterns(schema: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Patterns that cannot be run, or not safely."""
    if isinstance(schema, dict):
        patterns = schema.get("patternProperties")
        if isinstance(patterns, dict):
            for pattern in patterns:
                if not is_pattern(pattern):
                    yield (*path, "patternProperties", pattern), _NO_PATTERN
            if any(name in schema for name in (*COMBINING, "unevaluatedProperties")):
                yield (*path, "patternProperties"), "patternProperties and combined schemas do not go together here"
        if isinstance(schema.get("pattern"), str) and not is_pattern(schema["pattern"]):
            yield (*path, "pattern"), _NO_PATTERN
        for key, value in schema.items():
            if key not in ("enum", "const", "default", "examples"):
                yield from _broken_patterns(value, (*path, key))
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from _broken_patterns(value, (*path, index))


_NO_PATTERN = "the pattern is not in the syntax of RE2, which has neither look-around nor back references"


def _at(schema: Any, path: Path) -> Any:
    for key in path:
        schema = schema[key]
    return schema


def _schema_problem(error: ValidationError) -> str:
    """What is wrong with a schema. Its `type` gets a sentence of its own, being what is mistyped most."""
    if error.absolute_path and error.absolute_path[-1] == "type" and isinstance(error.instance, str):
        kinds = ("array", "boolean", "integer", "null", "number", "object", "string")
        hint = did_you_mean(error.instance, kinds)
        return f"'{error.instance}' is no type of JSON Schema; {hint or 'there are ' + ', '.join(kinds)}"
    return sentence(error)
