"""What is wrong with a value of a JSON Schema, as findings: with the nearest key, and in sentences for people.

References stay inside the schema: nothing is ever fetched. Patterns are run by RE2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry

from pulumi_everest.core.config_schema.parts import named_properties
from pulumi_everest.core.paths import value_at
from pulumi_everest.expressions.patterns import matches
from pulumi_everest.model.deferred import Deferred, Path, find
from pulumi_everest.model.findings import Finding, described, did_you_mean, finding, unknown
from pulumi_everest.model.shapes import Shape
from pulumi_everest.model.similar_names import Names


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
        yield ValidationError("something is not known")


def _required(validator: Any, names: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """One error for all that is missing: which it is, an error could not say."""
    if validator.is_type(instance, "object") and any(name not in instance for name in names):
        yield ValidationError("something is missing")


def _unique_items(validator: Any, rule: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """The library compares each two items, unless they can be sorted."""
    if rule and validator.is_type(instance, "array") and len(set(map(_canonical, instance))) < len(instance):
        yield ValidationError("two items are the same")


def _canonical(item: Any) -> str:
    """Plain data as text, the same for what JSON Schema takes for the same: 1 and 1.0, but not 1 and true."""
    return json.dumps(_with_whole_numbers(item), sort_keys=True)


def _with_whole_numbers(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _with_whole_numbers(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_with_whole_numbers(value) for value in data]
    return int(data) if isinstance(data, float) and data.is_integer() else data


_Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "required": _required,
        "uniqueItems": _unique_items,
    },
)
"""Checks values against JSON Schema 2020-12, with patterns run by RE2."""


def validator(schema: Any) -> Any:
    """What checks values against a schema."""
    return _Validator(schema, registry=Registry())


def check(config: dict[str, Any], path: Path, validator: Any, shape: Shape) -> list[Finding]:
    """Findings about a value, by the validator of its closed schema. Deferred leaves are checked when known."""
    waiting = list(_paths_of_deferred(config, ()))
    around = {place[:depth] for place in waiting for depth in range(len(place) + 1)}
    value = _without_deferred(config) if waiting else config
    found: list[Finding] = []
    try:
        errors = sorted(validator.iter_errors(value), key=lambda e: [str(p) for p in e.absolute_path])
    except RecursionError:
        return [finding("cluster.config", path, "the value is nested too deeply to be checked")]
    for error in errors:
        at = tuple(error.absolute_path)
        if at not in around or not _may_pass_later(error, value_at(value, at)):
            found += _findings(error, (*path, *at), validator.schema)
    names: dict[int, Names] = {}
    for place in waiting:
        found += _unknown_key(place, path, shape, names)
    return list(dict.fromkeys(found))


def _unknown_key(place: Path, path: Path, shape: Shape, names: dict[int, Names]) -> Iterator[Finding]:
    """A key on the way to a place that the shape does not have. `names` are the fields of shapes, read once."""
    for depth, key in enumerate(place):
        if shape.kind == "object" and isinstance(key, str) and key not in shape.fields:
            if id(shape) not in names:
                names[id(shape)] = Names(shape.fields)
            yield _unknown_key_finding((*path, *place[: depth + 1]), key, names[id(shape)])
            return
        shape = shape.at(key)


def _paths_of_deferred(data: Any, path: Path) -> Iterator[Path]:
    if isinstance(data, Deferred):
        yield path
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _paths_of_deferred(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _paths_of_deferred(value, (*path, index))


def _without_deferred(data: Any) -> Any:
    """Plain data without deferred values in mappings; a list with one in it is left out as a whole."""
    if isinstance(data, dict):
        return {k: _without_deferred(v) for k, v in data.items() if not _is_waiting(v)}
    if isinstance(data, list):
        return [_without_deferred(v) for v in data]
    return data


def _is_waiting(value: Any) -> bool:
    return isinstance(value, Deferred) or (isinstance(value, list) and any(True for _ in find(value)))


def _may_pass_later(error: ValidationError, there: Any) -> bool:
    """Whether an error about something that holds deferred values may go away when they are known.

    `there` is what stands at its path. What is wrong with a key is said with the path of the mapping.
    """
    is_of_key = isinstance(there, dict) and isinstance(error.instance, str)
    return not is_of_key and error.validator not in ("additionalProperties", "unevaluatedProperties", "type")


def _findings(error: ValidationError, path: Path, root: dict[str, Any]) -> Iterator[Finding]:
    rule: Any = error.validator_value
    got: Any = error.instance
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties" if isinstance(got, dict):
            keys = _known_keys(error, root)
            known = Names(keys)
            patterns = list(error.schema.get("patternProperties", {}))  # type: ignore[union-attr]
            for key in got:
                if key not in keys and not any(matches(key, pattern) for pattern in patterns):
                    yield _unknown_key_finding((*path, key), key, known)
        case "required":
            for key in rule:
                if key not in got:
                    yield finding("cluster.config", (*path, key), f"'{key}' is needed", of_key=True)
        case "enum":
            allowed = [str(value) for value in rule]
            hint = did_you_mean(str(got), allowed)
            yield finding("cluster.config", path, f"{described(got)} is not allowed here", allowed=allowed, hint=hint)
        case "const":
            yield finding("cluster.config", path, f"{described(got)} is not allowed here", allowed=[str(rule)])
        case _:
            yield finding("cluster.config", path, sentence(error))


def _unknown_key_finding(path: Path, key: str, known: Names) -> Finding:
    return unknown("cluster.config", path, f"'{key}' is not a known key here", key, known)


def _known_keys(error: ValidationError, root: dict[str, Any]) -> dict[str, None]:
    instance: Any = error.instance
    keys = named_properties(error.schema, root)
    if error.validator == "unevaluatedProperties":
        named = set(_IN_QUOTES.findall(error.message))  # which nothing else of the error says
        keys |= dict.fromkeys(key for key in instance if repr(key) not in named)
    return keys


_IN_QUOTES = re.compile(r"'(?:[^'\\]|\\.)*+'|\"(?:[^\"\\]|\\.)*+\"")
"""Texts as Python writes them."""


def _characters(count: float) -> str:
    return "1 character" if count == 1 else f"{count} characters"


_SENTENCES: dict[str, Callable[[Any, Any], str]] = {
    "type": lambda rule, got: f"expected {_kinds(rule)}, got {described(got)}",
    "minimum": lambda rule, got: f"{described(got)} is too small, the least is {rule}",
    "maximum": lambda rule, got: f"{described(got)} is too large, the greatest is {rule}",
    "exclusiveMinimum": lambda rule, got: f"{described(got)} is too small, it must be greater than {rule}",
    "exclusiveMaximum": lambda rule, got: f"{described(got)} is too large, it must be less than {rule}",
    "multipleOf": lambda rule, got: f"{described(got)} is not a multiple of {rule}",
    "pattern": lambda rule, got: f"{described(got)} has not the form {rule}",
    "format": lambda rule, got: f"{described(got)} is not a valid {rule}",
    "minLength": lambda rule, got: f"{described(got)} is too short, at least {_characters(rule)}",
    "maxLength": lambda rule, got: f"{described(got)} is too long, at most {_characters(rule)}",
    "minItems": lambda rule, got: f"too few items: {len(got)}, at least {rule}",
    "maxItems": lambda rule, got: f"too many items: {len(got)}, at most {rule}",
    "uniqueItems": lambda _rule, _got: "two items are the same",
    "minProperties": lambda rule, got: f"too few keys: {len(got)}, at least {rule}",
    "maxProperties": lambda rule, got: f"too many keys: {len(got)}, at most {rule}",
}


def sentence(error: ValidationError) -> str:
    """An error in one sentence that never shows more of the value than needed."""
    say = _SENTENCES.get(str(error.validator))
    if say is not None:
        return say(error.validator_value, error.instance)
    return f"{described(error.instance)} does not pass '{error.validator}' of the schema"


def _kinds(rule: Any) -> str:
    names = {
        "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
        "object": "a mapping", "array": "a list", "null": "nothing",
    }  # fmt: skip
    return " or ".join(names.get(str(kind), str(kind)) for kind in (rule if isinstance(rule, list) else [rule]))
