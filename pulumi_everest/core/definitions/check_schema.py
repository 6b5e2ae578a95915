"""What is wrong with the JSON Schemas of a definition themselves. Slow (milliseconds): for loading only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

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
    problems += _broken_patterns(schema)
    if schema.get("type", "object") != "object":
        problems.append((("type",), "config is a mapping, so the schema's type must be object"))
    if not problems:
        for path, owner, default in _defaults(schema):
            for broken in _errors(schema, owner, default):
                problems.append((path, f"the default does not pass its own schema: {sentence(broken)}"))
    return problems


def _broken_references(schema: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    for path, ref in _references(schema):
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


_BY_NAME: Final = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
"""Keywords whose value is a mapping of schemas by names, which may be called like keywords."""
_VALUES: Final = ("enum", "const", "default", "examples")
"""Keywords whose value is data, and no schema."""


def _subschemas(schema: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A schema and all that are in it, with their paths."""
    if isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from _subschemas(value, (*path, index))
    elif isinstance(schema, dict):
        yield path, schema
        for key, value in schema.items():
            if key in _BY_NAME and isinstance(value, dict):
                for name, below in value.items():
                    yield from _subschemas(below, (*path, key, name))
            elif key not in _VALUES:
                yield from _subschemas(value, (*path, key))


def _references(schema: Any) -> Iterator[tuple[Path, str]]:
    for path, part in _subschemas(schema):
        for key in ("$ref", "$dynamicRef"):
            if isinstance(part.get(key), str):
                yield (*path, key), part[key]


def _defaults(schema: Any) -> Iterator[tuple[Path, dict[str, Any], Any]]:
    """The defaults, each with its path and the schema that has it."""
    for path, part in _subschemas(schema):
        if "default" in part:
            yield (*path, "default"), part, part["default"]


def _broken_patterns(schema: Any) -> Iterator[tuple[Path, str]]:
    """Patterns that cannot be run, or not safely."""
    for path, part in _subschemas(schema):
        patterns = part.get("patternProperties")
        if isinstance(patterns, dict):
            for pattern in patterns:
                if not is_pattern(pattern):
                    yield (*path, "patternProperties", pattern), _NO_PATTERN
            if any(name in part for name in (*COMBINING, "unevaluatedProperties")):
                yield (*path, "patternProperties"), "patternProperties and combined schemas do not go together here"
        if isinstance(part.get("pattern"), str) and not is_pattern(part["pattern"]):
            yield (*path, "pattern"), _NO_PATTERN


_NO_PATTERN = "the pattern is not in the syntax of RE2, which has neither look-around nor back references"


def _schema_problem(error: ValidationError) -> str:
    """What is wrong with a schema. Its `type` gets a sentence of its own, being what is mistyped most."""
    if error.absolute_path and error.absolute_path[-1] == "type" and isinstance(error.instance, str):
        kinds = ("array", "boolean", "integer", "null", "number", "object", "string")
        hint = did_you_mean(error.instance, kinds)
        return f"'{error.instance}' is no type of JSON Schema; {hint or 'there are ' + ', '.join(kinds)}"
    return sentence(error)
