"""The loops that macros are.

The functions here make the step of a loop: `place` is where its variable stands in a frame, `steps` what a turn costs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pulumi_everest.expressions.evaluation.failures import EvaluationError, no_overload
from pulumi_everest.expressions.evaluation.values import in_order, value_of

Step = Callable[[list[Any]], Any]


def items_of(source: Any) -> list[Any]:
    """What a loop goes through: the items of a list, or the keys of a map in order."""
    if source.__class__ is list:
        return source
    if source.__class__ is dict:
        return [value_of(key) for key in in_order(source)]
    raise EvaluationError("only a list or a map can be gone through")


def quantify(source: Step, condition: Step, place: int, steps: int, *, wanted: bool) -> Step:
    """``all``, which the first false ends, or ``exists``, which the first true ends; an error before it does not."""
    name = "_&&_" if wanted else "_||_"

    def step(frame: list[Any]) -> Any:
        failure: EvaluationError | None = None
        turn = frame[1].turn
        for item in items_of(source(frame)):
            turn(steps)
            frame[place] = item
            try:
                holds = condition(frame)
            except EvaluationError as error:
                failure = failure or error
                continue
            if holds is not wanted:
                if holds.__class__ is bool:
                    return holds
                failure = failure or no_overload(name, wanted, holds)
        if failure is not None:
            raise failure
        return wanted

    return step


def exists_one(source: Step, condition: Step, place: int, steps: int) -> Step:
    """``exists_one``."""

    def step(frame: list[Any]) -> Any:
        count = 0
        turn = frame[1].turn
        for item in items_of(source(frame)):
            turn(steps)
            frame[place] = item
            count += _holds(condition, frame)
        return count == 1

    return step


def collect(source: Step, condition: Step | None, value: Step, place: int, steps: int) -> Step:
    """``map`` and ``filter``."""

    def step(frame: list[Any]) -> Any:
        result = []
        turn = frame[1].turn
        for item in items_of(source(frame)):
            turn(steps)
            frame[place] = item
            if condition is None or _holds(condition, frame):
                result.append(value(frame))
        return result

    return step


def _holds(condition: Step, frame: list[Any]) -> bool:
    holds = condition(frame)
    if holds.__class__ is not bool:
        raise EvaluationError("a condition is neither true nor false")
    return bool(holds)
