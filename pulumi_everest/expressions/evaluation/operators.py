"""Steps of operators and calls: those that look at their operands in their own way, and all others.

A second operand that is a constant, as in ``a == 'x'`` or ``a in ['x', 'y']``, has a step that does not ask for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pulumi_everest.expressions.evaluation.comparing import PLAIN, equal, is_in
from pulumi_everest.expressions.evaluation.failures import EvaluationError, no_overload
from pulumi_everest.expressions.evaluation.frame import BUDGET, Frame, Step
from pulumi_everest.expressions.evaluation.library.arithmetic import add
from pulumi_everest.expressions.evaluation.values import NONE, Optional


def constant(value: Any) -> Step:
    """The same value every time."""
    return lambda _frame: value


def pure(function: Callable[..., Any], operands: list[Step], last: tuple[Any, ...] = ()) -> Step:
    """A call of a function that takes its operands alone. `last` is the value of the last one, if it is a constant."""
    if last and len(operands) == 2:
        one, (other,) = operands[0], last
        return lambda frame: function(one(frame), other)
    match operands:
        case [only]:
            return lambda frame: function(only(frame))
        case [first, second]:
            return lambda frame: function(first(frame), second(frame))
    return lambda frame: function(*[operand(frame) for operand in operands])


def spending(function: Callable[..., Any], operands: list[Step]) -> Step:
    """A call of a function that takes the budget before its operands."""
    match operands:
        case [only]:
            return lambda frame: function(frame[BUDGET], only(frame))
        case [first, second]:
            return lambda frame: function(frame[BUDGET], first(frame), second(frame))
    return lambda frame: function(frame[BUDGET], *[operand(frame) for operand in operands])


def _equals(first: Step, second: Step) -> Step:
    def step(frame: Frame) -> Any:
        one, two = first(frame), second(frame)
        kind = one.__class__
        if kind is two.__class__ and kind in PLAIN:
            return one == two
        return equal(one, two, frame[BUDGET])

    return step


def _equals_constant(first: Step, other: Any) -> Step:
    kind = other.__class__
    if kind not in PLAIN:
        return _equals(first, constant(other))

    def step(frame: Frame) -> Any:
        one = first(frame)
        return one == other if one.__class__ is kind else equal(one, other, frame[BUDGET])

    return step


def _differs_from_constant(first: Step, other: Any) -> Step:
    same = _equals_constant(first, other)
    return lambda frame: not same(frame)


def _differs(first: Step, second: Step) -> Step:
    same = _equals(first, second)
    return lambda frame: not same(frame)


def _plus(first: Step, second: Step) -> Step:
    return lambda frame: add(first(frame), second(frame), frame[BUDGET])


def _in_constant(first: Step, container: Any) -> Step:
    texts = container.__class__ is list and all(item.__class__ is str for item in container)

    def step(frame: Frame) -> Any:
        value = first(frame)
        if texts and value.__class__ is str:
            frame[BUDGET].spend(2 * len(container))
            return value in container
        return is_in(value, container, frame[BUDGET])

    return step


def _in(first: Step, second: Step) -> Step:
    return lambda frame: is_in(first(frame), second(frame), frame[BUDGET])


def _not(operand: Step) -> Step:
    def step(frame: Frame) -> Any:
        value = operand(frame)
        if value.__class__ is not bool:
            raise no_overload("!_", value)
        return not value

    return step


def _or(first: Step, second: Step) -> Step:
    return _logic(first, second, "_||_", decides=True)


def _and(first: Step, second: Step) -> Step:
    return _logic(first, second, "_&&_", decides=False)


def _logic(first: Step, second: Step, name: str, *, decides: bool) -> Step:
    """``||`` and ``&&``: the value that decides does so from either side, whatever the other one is."""

    def step(frame: Frame) -> Any:
        try:
            one = first(frame)
        except EvaluationError:
            if _or_failure(second, frame) is decides:
                return decides
            raise
        if one is decides:
            return decides
        two = second(frame)
        if two is decides or (one.__class__ is bool and two.__class__ is bool):
            return two
        raise no_overload(name, one, two)

    return step


def _or_failure(step: Step, frame: Frame) -> Any:
    try:
        return step(frame)
    except EvaluationError as failure:
        return failure


def _choice(condition: Step, first: Step, second: Step) -> Step:
    def step(frame: Frame) -> Any:
        holds = condition(frame)
        if holds is True:
            return first(frame)
        if holds is False:
            return second(frame)
        raise EvaluationError("a condition is neither true nor false")

    return step


def _or_value(operand: Step, other: Step) -> Step:
    def step(frame: Frame) -> Any:
        value = operand(frame)
        if value.__class__ is not Optional:
            raise no_overload("orValue", value)
        return other(frame) if value is NONE else value.value

    return step


def _or_optional(operand: Step, other: Step) -> Step:
    def step(frame: Frame) -> Any:
        value = operand(frame)
        if value.__class__ is Optional and value is not NONE:
            return value
        alternative = other(frame) if value is NONE else None
        if alternative.__class__ is not Optional:
            raise no_overload("or", value, alternative) if value is NONE else no_overload("or", value)
        return alternative

    return step


def is_optional(value: Any) -> bool:
    """True; an EvaluationError for what is written with ``?`` and is no optional value."""
    if value.__class__ is not Optional:
        raise EvaluationError("what is written with ? is an optional value, as a.?b is, and this is none")
    return True


SPECIAL: Final[Mapping[tuple[str, int], Callable[..., Step]]] = {
    ("_==_", 2): _equals,
    ("_!=_", 2): _differs,
    ("_+_", 2): _plus,
    ("@in", 2): _in,
    ("!_", 1): _not,
    ("_||_", 2): _or,
    ("_&&_", 2): _and,
    ("_?_:_", 3): _choice,
    ("orValue", 2): _or_value,
    ("or", 2): _or_optional,
}
"""What looks at its operands in its own way: evaluates them late, not at all, or compares them quickly."""

WITH_CONSTANT: Final[Mapping[tuple[str, int], Callable[[Step, Any], Step]]] = {
    ("_==_", 2): _equals_constant,
    ("_!=_", 2): _differs_from_constant,
    ("@in", 2): _in_constant,
}
"""The same where the second operand is a constant."""
