"""What comes out of an evaluation, as plain data; and the error for what does not."""

from __future__ import annotations

from typing import Any, Final

from pulumi_everest.expressions.evaluation.budget import DEEPEST, MOST_VALUES, Budget
from pulumi_everest.expressions.evaluation.calls import HOLDS_OPTIONAL
from pulumi_everest.expressions.evaluation.failures import shown
from pulumi_everest.expressions.evaluation.values import Optional, UInt, kind_of, value_of
from pulumi_everest.model.deferred import Deferred

SCALARS: Final = frozenset({str, int, bool, float, type(None)})
"""Kinds of values that are plain data as they are."""


class ExpressionError(Exception):
    """An expression that does not compile, or fails.

    `column` and `line` are within the text of the expression and count from 1; both are 0 for an evaluation.
    """

    def __init__(self, message: str, column: int = 0, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.line = line


def shortened(message: str) -> str:
    """A message in one line, without the end of one that is very long."""
    message = " ".join(message[: _LONGEST + 1].split())
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}..."


_LONGEST: Final = 1_000


def plain(value: Any) -> Any:
    """A value of CEL as plain data that shares nothing with the variables, with the keys of maps sorted.

    ExpressionError for what YAML cannot hold, and for what is too large or too deep to be written down.
    """
    return _plain(value, Budget(MOST_VALUES), 0)


def _plain(value: Any, left: Budget, depth: int) -> Any:
    kind = value.__class__
    if kind in SCALARS:
        return value
    if kind is UInt:
        return value.number
    if depth > DEEPEST:
        raise ExpressionError(f"lists and maps are nested more than {DEEPEST} deep")
    if kind is list:
        _count(left, len(value))
        return [_plain(item, left, depth + 1) for item in value]
    if kind is dict:
        _count(left, len(value))
        for key in value:
            if key.__class__ is not str:
                raise ExpressionError(f"the key {shown(value_of(key))} of a map is not text")
        return {key: _plain(value[key], left, depth + 1) for key in sorted(value)}
    if kind is Optional:
        raise ExpressionError(HOLDS_OPTIONAL)
    if isinstance(value, Deferred):
        return value
    raise ExpressionError(f"a value of the type {kind_of(value)} is not plain data; make it text with string()")


def _count(left: Budget, values: int) -> None:
    left.work -= values
    if left.work < 0:
        raise ExpressionError(f"it gives more than {MOST_VALUES:,} values")
