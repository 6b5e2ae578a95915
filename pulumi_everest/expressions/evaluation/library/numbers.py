"""The functions of numbers: ``math.greatest``, ``math.round`` and so on."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any, Final

from pulumi_everest.expressions.evaluation.comparing import greatest, least, number
from pulumi_everest.expressions.evaluation.failures import EvaluationError, no_overload
from pulumi_everest.expressions.evaluation.library.conversions import to_double
from pulumi_everest.expressions.evaluation.values import INT_MAX, INT_MIN, UINT_MAX, UInt

_NUMBERS: Final = frozenset({int, UInt, float})


def _extreme(name: str, choose: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def call(*operands: Any) -> Any:
        if len(operands) == 1 and operands[0].__class__ is list:
            if not operands[0]:
                raise EvaluationError(f"{name} argument must not be empty")
            return reduce(choose, [number(item, name) for item in operands[0]])
        if not all(operand.__class__ in _NUMBERS for operand in operands):
            raise no_overload(name, *operands)
        return reduce(choose, operands)

    return call


def _of_double(name: str, function: Callable[[float], Any]) -> Callable[[Any], Any]:
    def call(value: Any) -> Any:
        if value.__class__ is not float:
            raise no_overload(name, value)
        return function(value)

    return call


def _kept(function: Callable[[float], float]) -> Callable[[float], float]:
    """What makes a double a whole one; what is not finite stays as it is, and zero keeps its sign."""

    def call(value: float) -> float:
        return math.copysign(float(function(value)), value) if math.isfinite(value) else value

    return call


def _round(value: float) -> float:
    whole = math.floor(abs(value))
    return whole + 1 if abs(value) - whole >= 0.5 else whole


def _absolute(value: Any) -> Any:
    if value.__class__ is int:
        if value == INT_MIN:
            raise EvaluationError("integer overflow")
        return abs(value)
    if value.__class__ is float:
        return math.fabs(value)
    if value.__class__ is UInt:
        return value
    raise no_overload("math.abs", value)


def _sign(value: Any) -> Any:
    if value.__class__ is int:
        return (value > 0) - (value < 0)
    if value.__class__ is UInt:
        return UInt(min(value.number, 1))
    if value.__class__ is float:
        if math.isnan(value):
            return value
        return math.copysign(1.0, value) if value else 0.0
    raise no_overload("math.sign", value)


def _root(value: Any) -> float:
    if value.__class__ not in _NUMBERS:
        raise no_overload("math.sqrt", value)
    amount = to_double(value)
    return -math.nan if amount < 0 else math.sqrt(amount)


def _bits(name: str, combine: Callable[[int, int], int]) -> Callable[[Any, Any], Any]:
    def call(first: Any, second: Any) -> Any:
        if first.__class__ is second.__class__ is int:
            return combine(first, second)
        if first.__class__ is second.__class__ is UInt:
            return UInt(combine(first.number, second.number))
        raise no_overload(name, first, second)

    return call


def _inverted(value: Any) -> Any:
    if value.__class__ is int:
        return ~value
    if value.__class__ is UInt:
        return UInt(value.number ^ UINT_MAX)
    raise no_overload("math.bitNot", value)


def _shifted(name: str, shift: Callable[[int, int], int]) -> Callable[[Any, Any], Any]:
    def call(value: Any, places: Any) -> Any:
        if places.__class__ is not int or value.__class__ not in (int, UInt):
            raise no_overload(name, value, places)
        if places < 0:
            raise EvaluationError(f"{name}() invalid negative shift: {places}")
        bits: int = value.number if isinstance(value, UInt) else value & UINT_MAX
        made = shift(bits, places) & UINT_MAX if places < 64 else 0
        if value.__class__ is UInt:
            return UInt(made)
        return made - 2**64 if made > INT_MAX else made

    return call


FUNCTIONS: Final[dict[tuple[str, int], Callable[..., Any]]] = {
    ("math.@max", 1): _extreme("math.@max", greatest),
    ("math.@max", 2): _extreme("math.@max", greatest),
    ("math.@min", 1): _extreme("math.@min", least),
    ("math.@min", 2): _extreme("math.@min", least),
    ("math.abs", 1): _absolute,
    ("math.bitAnd", 2): _bits("math.bitAnd", lambda first, second: first & second),
    ("math.bitNot", 1): _inverted,
    ("math.bitOr", 2): _bits("math.bitOr", lambda first, second: first | second),
    ("math.bitShiftLeft", 2): _shifted("math.bitShiftLeft", lambda bits, places: bits << places),
    ("math.bitShiftRight", 2): _shifted("math.bitShiftRight", lambda bits, places: bits >> places),
    ("math.bitXor", 2): _bits("math.bitXor", lambda first, second: first ^ second),
    ("math.ceil", 1): _of_double("math.ceil", _kept(math.ceil)),
    ("math.floor", 1): _of_double("math.floor", _kept(math.floor)),
    ("math.isFinite", 1): _of_double("math.isFinite", math.isfinite),
    ("math.isInf", 1): _of_double("math.isInf", math.isinf),
    ("math.isNaN", 1): _of_double("math.isNaN", math.isnan),
    ("math.round", 1): _of_double("math.round", _kept(_round)),
    ("math.sign", 1): _sign,
    ("math.sqrt", 1): _root,
    ("math.trunc", 1): _of_double("math.trunc", _kept(math.trunc)),
}
"""The functions by name and number of operands."""
