"""Whether values are equal, which comes first, and whether one is in a list or map.

Numbers of different kinds are compared as numbers, other values of different kinds are not equal. So Python's own
``==`` will not do: to it True is 1, and a list that holds NaN is equal to itself.
"""

from __future__ import annotations

from typing import Any, Final

from pulumi_everest.expressions.evaluation.budget import Budget
from pulumi_everest.expressions.evaluation.failures import EvaluationError, no_overload
from pulumi_everest.expressions.evaluation.values import (
    NONE,
    Duration,
    Optional,
    Timestamp,
    TypeValue,
    UInt,
    key_of,
)

PLAIN: Final = frozenset({str, int, bool, float, type(None)})
"""Kinds of which two values of the same kind are compared as Python does."""
_NUMBERS: Final = frozenset({int, UInt, float})
_SINGLE: Final = frozenset({bytes, Timestamp, Duration, TypeValue, UInt})
_ORDERED: Final = frozenset({str, bool, bytes, Timestamp, Duration})


def equal(first: Any, second: Any, budget: Budget) -> bool:
    """``first == second``."""
    kind, other = first.__class__, second.__class__
    if kind is other:
        if kind in PLAIN or kind in _SINGLE:
            return bool(first == second)
        if kind is list:
            budget.spend(4 * len(first))
            return len(first) == len(second) and all(
                equal(one, two, budget) for one, two in zip(first, second, strict=True)
            )
        if kind is dict:
            budget.spend(4 * len(first))
            return len(first) == len(second) and all(
                _equal_below(key, value, second, budget) for key, value in first.items()
            )
        if kind is Optional:
            if first is NONE or second is NONE:
                return first is second
            return equal(first.value, second.value, budget)
        return True  # neither is known yet
    if kind in _NUMBERS and other in _NUMBERS:
        return _difference(first, second) == 0
    return False


def _equal_below(key: Any, value: Any, other: dict[Any, Any], budget: Budget) -> bool:
    found = lookup(other, key)
    return bool(found) and equal(value, found[0], budget)


def lookup(mapping: dict[Any, Any], key: Any) -> tuple[Any, ...]:
    """The value of a key of a dict, alone; nothing where there is none. Numbers are found whatever their kind."""
    if key in mapping:
        return (mapping[key],)
    if key.__class__ is int and UInt(key) in mapping:
        return (mapping[UInt(key)],)
    if key.__class__ is UInt and key.number in mapping:
        return (mapping[key.number],)
    return ()


def find(mapping: dict[Any, Any], key: Any) -> tuple[Any, ...]:
    """The value that a map has for a key, alone; nothing where it has none."""
    if key.__class__ is float:
        return lookup(mapping, int(key)) if key.is_integer() and -(2.0**63) <= key < 2.0**64 else ()
    return lookup(mapping, key_of(key))


def is_in(value: Any, container: Any, budget: Budget) -> bool:
    """``value in container``."""
    if container.__class__ is list:
        budget.spend(2 * len(container))
        return any(equal(value, item, budget) for item in container)
    if container.__class__ is dict and value.__class__ in (str, int, bool, float, UInt):
        return bool(find(container, value))
    raise no_overload("@in", value, container)


def precedes(first: Any, second: Any, operator: str, *, or_equal: bool) -> bool:
    """``first < second`` or ``first <= second``. `operator` is how it was asked, for errors."""
    kind, other = first.__class__, second.__class__
    if kind in _NUMBERS and other in _NUMBERS:
        difference = _difference(first, second)
        return difference is not None and (difference <= 0 if or_equal else difference < 0)
    if kind is other and kind in _ORDERED:
        return bool(first <= second if or_equal else first < second)
    raise no_overload(operator, first, second)


def _difference(first: Any, second: Any) -> float | int | None:
    """Less than 0 where the first number is less, 0 where they are equal; None where one is not a number at all."""
    one = first.number if first.__class__ is UInt else first
    two = second.number if second.__class__ is UInt else second
    if one.__class__ is two.__class__ is int:
        return int(one) - int(two)
    if one != one or two != two:  # noqa: PLR0124 - NaN
        return None
    if one.__class__ is int:
        one = _as_double(one, two, first.__class__ is UInt)
    if two.__class__ is int:
        two = _as_double(two, one, second.__class__ is UInt)
    return 0 if one == two else (-1 if one < two else 1)


def _as_double(number: int, other: float, unsigned: bool) -> float | int:
    """An integer as it is compared with a double: as a double, but not where the double is beyond all integers."""
    beyond = other > (2.0**64 if unsigned else 2.0**63) or other < (0 if unsigned else -(2.0**63))
    return number if beyond else float(number)


def least(first: Any, second: Any) -> Any:
    """The lesser of two numbers, and the first of equal ones."""
    difference = _difference(second, first)
    return second if difference is not None and difference < 0 else first


def greatest(first: Any, second: Any) -> Any:
    """The greater of two numbers, and the first of equal ones."""
    difference = _difference(second, first)
    return second if difference is not None and difference > 0 else first


def number(value: Any, function: str) -> Any:
    """The value, which must be a number."""
    if value.__class__ not in _NUMBERS:
        raise EvaluationError(f"{function} arguments must be numeric")
    return value
