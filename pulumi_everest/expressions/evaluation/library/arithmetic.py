"""The operators that make something of two values, or one: ``+ - * / %`` and the minus sign."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from pulumi_everest.expressions.evaluation.budget import Budget
from pulumi_everest.expressions.evaluation.failures import EvaluationError, no_overload
from pulumi_everest.expressions.evaluation.library.times import between, checked_duration, checked_timestamp, clamped
from pulumi_everest.expressions.evaluation.values import (
    INT_MAX,
    INT_MIN,
    UINT_MAX,
    Duration,
    Timestamp,
    UInt,
)

_OVERFLOW: Final = "integer overflow"


def checked(number: int) -> int:
    """An int, which must be one of 64 bits."""
    if INT_MIN <= number <= INT_MAX:
        return number
    raise EvaluationError(_OVERFLOW)


def checked_unsigned(number: int) -> UInt:
    """An unsigned int, which must be one of 64 bits."""
    if 0 <= number <= UINT_MAX:
        return UInt(number)
    raise EvaluationError(f"unsigned {_OVERFLOW}")


def add(first: Any, second: Any, budget: Budget) -> Any:
    """``first + second``."""
    kind, other = first.__class__, second.__class__
    if kind is other:
        if kind is int:
            return checked(first + second)
        if kind is str or kind is bytes:
            budget.text(len(first) + len(second))
            return first + second
        if kind is float:
            return first + second
        if kind is list:
            budget.spend(len(first) + len(second))
            return first + second
        if kind is UInt:
            return checked_unsigned(first.number + second.number)
        if kind is Duration:
            return checked_duration(first.nanos, second.nanos)
    elif kind is Timestamp and other is Duration:
        return checked_timestamp(first.nanos + second.nanos)
    elif kind is Duration and other is Timestamp:
        return checked_timestamp(second.nanos + first.nanos)
    raise no_overload("_+_", first, second)


def subtract(first: Any, second: Any) -> Any:
    """``first - second``."""
    kind, other = first.__class__, second.__class__
    if kind is other:
        if kind is int:
            return checked(first - second)
        if kind is float:
            return first - second
        if kind is UInt:
            return checked_unsigned(first.number - second.number)
        if kind is Duration:
            return checked_duration(first.nanos, -second.nanos)
        if kind is Timestamp:
            return between(first, second)
    elif kind is Timestamp and other is Duration:
        return checked_timestamp(first.nanos - clamped(second.nanos))
    raise no_overload("_-_", first, second)


def multiply(first: Any, second: Any) -> Any:
    """``first * second``."""
    kind = first.__class__
    if kind is second.__class__:
        if kind is int:
            return checked(first * second)
        if kind is float:
            return first * second
        if kind is UInt:
            return checked_unsigned(first.number * second.number)
    raise no_overload("_*_", first, second)


def divide(first: Any, second: Any) -> Any:
    """``first / second``: whole numbers give a whole one, towards zero."""
    kind = first.__class__
    if kind is second.__class__:
        if kind is int:
            return checked(_quotient(first, _divisor(second)))
        if kind is UInt:
            return UInt(first.number // _divisor(second.number))
        if kind is float:
            return _ratio(first, second)
    raise no_overload("_/_", first, second)


def modulo(first: Any, second: Any) -> Any:
    """``first % second``: what the division leaves, with the sign of the first."""
    kind = first.__class__
    if kind is second.__class__:
        if kind is int:
            rest = first - _quotient(first, _divisor(second)) * second
            if first == INT_MIN and second == -1:
                raise EvaluationError(_OVERFLOW)
            return rest
        if kind is UInt:
            return UInt(first.number % _divisor(second.number))
    raise no_overload("_%_", first, second)


def negate(value: Any) -> Any:
    """``-value``."""
    if value.__class__ is int:
        return checked(-value)
    if value.__class__ is float:
        return -value
    raise no_overload("-_", value)


def _divisor(number: int) -> int:
    if number == 0:
        raise EvaluationError("division by zero")
    return number


def _quotient(first: int, second: int) -> int:
    quotient = abs(first) // abs(second)
    return quotient if (first < 0) == (second < 0) else -quotient


def _ratio(first: float, second: float) -> float:
    if second != 0:
        return first / second
    if first == 0:
        return -math.nan
    if math.isnan(first):
        return first
    return math.copysign(math.inf, first) * math.copysign(1.0, second)


PAIRS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "_-_": subtract, "_*_": multiply, "_/_": divide, "_%_": modulo,
}  # fmt: skip
"""The operators with two operands that need no budget."""
