"""What comes out of an evaluation, as plain data; and the error for what does not."""

from __future__ import annotations

from typing import Any, Final

from pulumi_everest.expressions.evaluation.budget import DEEPEST, MOST_VALUES, TOO_DEEP, VALUE, Allowance
from pulumi_everest.expressions.evaluation.calls import HOLDS_OPTIONAL
from pulumi_everest.expressions.evaluation.failures import SpentError, shown
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


class LimitError(ExpressionError):
    """An evaluation that took more than it may, so that nothing is known of what it would have given."""


def shortened(message: str) -> str:
    """A message in one line, without the end of one that is very long."""
    message = " ".join(message[: _LONGEST + 1].split())
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}..."


_LONGEST: Final = 1_000


def plain(value: Any, allowance: Allowance) -> Any:
    """A value of CEL as plain data that shares nothing with the variables, with the keys of maps sorted.

    ExpressionError for what YAML cannot hold, and for what is too large or too deep to be written down.
    """
    left = _Left(MOST_VALUES)
    made = _plain(value, left, 0)
    allowance.spend(VALUE * (MOST_VALUES - left.values))
    return made


class _Left:
    """How many values more there may be."""

    __slots__ = ("values",)

    def __init__(self, values: int) -> None:
        self.values = values

    def take(self, values: int) -> None:
        self.values -= values
        if self.values < 0:
            raise ExpressionError(f"it gives more than {MOST_VALUES:,} values")


def _plain(value: Any, left: _Left, depth: int) -> Any:
    kind = value.__class__
    if kind in SCALARS:
        return value
    if kind is UInt:
        return value.number
    if depth > DEEPEST:
        raise ExpressionError(TOO_DEEP)
    if kind is list:
        left.take(len(value))
        return [_plain(item, left, depth + 1) for item in value]
    if kind is dict:
        left.take(len(value))
        for key in value:
            if key.__class__ is not str:
                raise ExpressionError(f"the key {shown(value_of(key))} of a map is not text")
        return {key: _plain(value[key], left, depth + 1) for key in sorted(value)}
    if kind is Optional:
        raise ExpressionError(HOLDS_OPTIONAL)
    if isinstance(value, Deferred):
        return value
    raise ExpressionError(f"a value of the type {kind_of(value)} is not plain data; make it text with string()")


def copied(value: Any, allowance: Allowance, depth: int = 0) -> Any:
    """A copy of plain data that shares no mapping or list with it. Raises SpentError where it is too large or deep."""
    if depth > DEEPEST:
        raise SpentError(TOO_DEEP)
    if value.__class__ is dict:
        allowance.spend(VALUE * len(value))
        return {
            key: below if below.__class__ in SCALARS else copied(below, allowance, depth + 1)
            for key, below in value.items()
        }
    if value.__class__ is list:
        allowance.spend(VALUE * len(value))
        return [item if item.__class__ in SCALARS else copied(item, allowance, depth + 1) for item in value]
    return value
