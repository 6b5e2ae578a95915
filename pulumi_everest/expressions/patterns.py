"""Regular expressions of definitions, run by RE2: in linear time, whatever the expression and the text.

It is the syntax that Kubernetes has in its schemas too, without look-around and back references. CEL brings it along.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from pulumi_everest.expressions.environment import Environment, Expression, ExpressionError


@cache
def _search() -> Expression:
    return Environment(("text", "pattern")).compile("text.matches(pattern)")


def matches(text: str, pattern: str) -> bool:
    """Whether the pattern is found in the text. A pattern that RE2 does not take is found nowhere."""
    try:
        return _search().evaluate({"text": text, "pattern": pattern}) is True
    except ExpressionError:
        return False


def is_pattern(pattern: str) -> bool:
    """Whether RE2 takes the pattern."""
    try:
        _search().evaluate({"text": "", "pattern": pattern})
    except ExpressionError:
        return False
    return True


def _pattern(validator: Any, pattern: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string") and not matches(instance, pattern):
        yield ValidationError(f"{pattern!r} does not match")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, schema in patterns.items():
        for key, value in instance.items():
            if matches(key, pattern):
                yield from validator.descend(value, schema, path=key, schema_path=pattern)


def _additional_properties(validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    extras = [key for key in instance if key not in named and not any(matches(key, p) for p in patterns)]
    if validator.is_type(rule, "object"):
        for key in extras:
            yield from validator.descend(instance[key], rule, path=key)
    elif rule is False and extras:
        yield ValidationError("Additional properties are not allowed: " + ", ".join(map(repr, extras)))


SchemaValidator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
    },
)
"""Checks values against JSON Schema 2020-12, with patterns run by RE2."""
