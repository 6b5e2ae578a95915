"""The rules in CEL that an operator's definitions have for their objects, as far as they can be asked here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pulumi_everest.expressions.environment import Environment, Expression
from pulumi_everest.expressions.results import ExpressionError

_FAILURES = (ExpressionError, ValueError, TypeError, KeyError, RecursionError)
_DEEP = 24
_MOST = 2000
"""How many rules are asked of one object."""


@cache
def _compiled(text: str) -> Expression | None:
    """A rule; None where it uses what is not known here, so nothing is said of it."""
    if "oldSelf" in text or len(text) > 4000:
        return None
    try:
        return Environment(["self"]).compile(text)
    except _FAILURES:  # whatever a definition has in its rules, the server is asked in the end
        return None


def broken(manifest: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """The texts of the rules that an object breaks. A field that is not there and that a rule reads breaks it, too."""
    found: list[str] = []
    for number, (value, text) in enumerate(_rules(_with_defaults(manifest, schema, 0), schema, 0)):
        rule = _compiled(text) if number < _MOST else None
        if rule is None:
            continue
        try:
            holds = rule.evaluate({"self": value})
        except _FAILURES:  # as on the server: a rule that fails refuses
            holds = False
        if holds is False and text not in found:
            found.append(text)
    return found


def _rules(value: Any, schema: Mapping[str, Any], depth: int) -> Iterator[tuple[Any, str]]:
    if depth > _DEEP:
        return
    rules = schema.get("x-kubernetes-validations")
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, Mapping) and isinstance(rule.get("rule"), str):
            yield value, rule["rule"]
    for one, below in _below(value, schema):
        yield from _rules(one, below, depth + 1)


def _below(value: Any, schema: Mapping[str, Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    if isinstance(value, Mapping):
        properties, more = schema.get("properties"), schema.get("additionalProperties")
        for name, one in value.items():
            below = properties.get(name) if isinstance(properties, Mapping) else more
            if isinstance(below, Mapping):
                yield one, below
    elif isinstance(value, list):
        items = schema.get("items")
        for one in value:
            if isinstance(items, Mapping):
                yield one, items


def _with_defaults(value: Any, schema: Mapping[str, Any], depth: int) -> Any:
    """A value with the defaults of its schema, which the server puts in before it asks the rules."""
    if depth > _DEEP:
        return value
    if isinstance(value, list):
        items = schema.get("items")
        return [_with_defaults(one, items, depth + 1) if isinstance(items, Mapping) else one for one in value]
    if not isinstance(value, Mapping):
        return value
    properties = schema.get("properties")
    made = dict(value)
    for name, below in properties.items() if isinstance(properties, Mapping) else ():
        if not isinstance(below, Mapping):
            continue
        if name not in made and "default" in below:
            made[name] = below["default"]
        if name in made:
            made[name] = _with_defaults(made[name], below, depth + 1)
    return made
