"""Regular expressions of definitions, run by RE2: in linear time, whatever the expression and the text.

It is the syntax that Kubernetes has in its schemas too, without look-around and back references. CEL brings it along.
"""

from __future__ import annotations

from functools import cache

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
