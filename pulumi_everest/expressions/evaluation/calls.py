"""Calls of declared functions: plain data in, in an order that is always the same; plain data out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol, cast

from pulumi_everest.expressions.evaluation.budget import DEEPEST, TOO_DEEP, Budget
from pulumi_everest.expressions.evaluation.failures import EvaluationError, SpentError, no_overload
from pulumi_everest.expressions.evaluation.values import (
    INT_MAX,
    INT_MIN,
    Optional,
    UInt,
    in_order,
    key_of,
    kind_of,
    value_of,
)
from pulumi_everest.model.deferred import Deferred

Function = Callable[..., Any]
"""A function that takes the budget and the operands."""

_CALL: Final = 20  # steps that a call takes, whatever it does
_GIVEN: Final = 3  # steps that each value takes that a function gives
_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "bool": (bool,),
    "int": (int, UInt),
    "double": (float, int, UInt),
    "list": (list,),
    "map": (dict,),
    "any": (type(None), bool, int, UInt, float, str, list, dict),
}
_RESULTS: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "bool": (bool,),
    "int": (int,),
    "double": (int, float),
    "list": (list, tuple),
    "map": (dict,),
    "any": (object,),
}
_SCALARS: Final = frozenset({bool, float, str, type(None)})
HOLDS_OPTIONAL: Final = "a list or map holds an optional value; write [?a], or a.orValue(b)"


class Declared(Protocol):
    """What a function says of itself; see `functions.FunctionSpec`."""

    @property
    def name(self) -> str:
        """How it is called."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The kinds of what it takes."""

    @property
    def returns(self) -> str:
        """The kind of what it gives."""

    @property
    def call(self) -> Callable[..., Any]:
        """What it does."""

    @property
    def steps(self) -> int:
        """What it takes for each value that it is given."""


def callable_of(declared: Declared) -> Function:
    """The function as a step calls it. Whatever it raises is a `EvaluationError` of the expression."""
    kinds = [_KINDS[kind] for kind in declared.arguments]
    name, wanted, call = declared.name, _RESULTS[declared.returns], declared.call

    def function(budget: Budget, *operands: Any) -> Any:
        for operand, allowed in zip(operands, kinds, strict=True):
            if operand.__class__ not in allowed:
                raise no_overload(name, *operands)
        budget.spend(_CALL)
        arguments = [_argument(operand, budget, declared.steps, 0) for operand in operands]
        try:
            result = call(*arguments)
        except Exception as error:  # noqa: BLE001 - the code is a plugin author's
            raise EvaluationError(" ".join(f"{name}(): {str(error) or type(error).__name__}".split())) from None
        if not isinstance(result, wanted) or (isinstance(result, bool) and declared.returns in ("int", "double")):
            raise EvaluationError(f"{name}() gave {type(result).__name__} where {declared.returns} is declared")
        return _given(float(cast("float", result)) if declared.returns == "double" else result, name, budget, 0)

    return function


def _argument(value: Any, budget: Budget, steps: int, depth: int) -> Any:
    """A value as a Python function gets it: a copy, with the keys of maps sorted."""
    kind = value.__class__
    budget.spend(steps)
    if kind is str:
        budget.read(len(value) * steps)
        return value
    if kind is int or kind in _SCALARS:
        return value
    if kind is UInt:
        return value.number
    if depth > DEEPEST:
        raise SpentError(TOO_DEEP)
    if kind is list:
        return [_argument(item, budget, steps, depth + 1) for item in value]
    if kind is dict:
        return {_key(key): _argument(value[key], budget, steps, depth + 1) for key in in_order(value)}
    if kind is Optional:
        raise EvaluationError(HOLDS_OPTIONAL)
    if isinstance(value, Deferred):
        return None
    raise EvaluationError(f"a value of the type {kind_of(value)} is not plain data; make it text with string()")


def _key(key: Any) -> Any:
    return key.number if key.__class__ is UInt else value_of(key)


def _given(value: Any, name: str, budget: Budget, depth: int) -> Any:
    """What a Python function gave, as a value of CEL."""
    budget.spend(_GIVEN)
    if isinstance(value, str):
        budget.text(len(value))
        return str(value)
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        if INT_MIN <= value <= INT_MAX:
            return int(value)
        raise EvaluationError(f"{name}() gave a number that is too large")
    if depth > DEEPEST:
        raise SpentError(TOO_DEEP)
    if isinstance(value, (list, tuple)):
        return [_given(item, name, budget, depth + 1) for item in value]
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, (str, int)):
                raise EvaluationError(f"{name}() gave a map with a key that is no text")
        return {key_of(key): _given(item, name, budget, depth + 1) for key, item in value.items()}
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    raise EvaluationError(f"{name}() gave {type(value).__name__}, which is not plain data")
