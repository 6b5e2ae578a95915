"""Steps that follow a chain of fields: ``spec.backup.?storages``, ``has(spec.tls.mode)``, ``a.?b.orValue(c)``.

Most of what expressions do is this, so a chain through mappings is followed at once, without an `Optional` for each
field. Where it meets anything else it is followed again field by field, which says what is wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import getitem
from typing import Any, Final

from pulumi_everest.expressions.absent import ABSENT
from pulumi_everest.expressions.evaluation import access
from pulumi_everest.expressions.evaluation.failures import EvaluationError
from pulumi_everest.expressions.evaluation.frame import VARIABLES, Frame, Step
from pulumi_everest.expressions.evaluation.values import NONE, Optional

_MISSING: Final = object()


@dataclass(eq=False, slots=True)
class CompiledChain:
    """Fields below a value. `sure` are those before the first ``?``, `maybe` the others, each with whether it has one.

    `variable` is the name of the variable that the value is, if it is one. `expressions.chain.Chain` differs: it is
    made of a text, and followed in variables without evaluation. This one begins at any step, and says what is wrong.
    """

    root: Step
    variable: str | None
    sure: tuple[str, ...]
    maybe: tuple[tuple[str, bool], ...] = ()


def variable(name: str, absent: Any = None) -> Step:
    """A variable; `absent` stands for a value that is not there."""

    def step(frame: Frame) -> Any:
        try:
            value = frame[VARIABLES][name]
        except KeyError:
            raise EvaluationError(f"'{name}' has no value here") from None
        return absent if value is ABSENT else value

    return step


def value_of(chain: CompiledChain) -> Step:
    """What is at the end of a chain: an optional value where there is a ``?`` in it."""
    if not chain.maybe:
        return _value_below(chain, chain.sure)
    found = _found(chain)

    def step(frame: Frame) -> Any:
        value = found(frame)
        return NONE if value is _MISSING else Optional(value)

    return step


def value_or(chain: CompiledChain, other: Step) -> Step:
    """``a.?b.orValue(other)``."""
    found = _found(chain)

    def step(frame: Frame) -> Any:
        value = found(frame)
        return other(frame) if value is _MISSING else value

    return step


def value_or_constant(chain: CompiledChain, other: Any) -> Step:
    """The same, where the other value is a constant."""
    found = _found(chain)

    def step(frame: Frame) -> Any:
        value = found(frame)
        return other if value is _MISSING else value

    return step


def has_value(chain: CompiledChain) -> Step:
    """``a.?b.hasValue()``."""
    found = _found(chain)
    return lambda frame: found(frame) is not _MISSING


def has(chain: CompiledChain) -> Step:
    """``has(a.b)``, of a chain without ``?``."""
    *above, name = chain.sure
    return has_below(_value_below(chain, tuple(above)) if above else chain.root, name)


def has_below(value_above: Step, name: str) -> Step:
    """Whether a value has a field."""

    def step(frame: Frame) -> Any:
        value = value_above(frame)
        return name in value if value.__class__ is dict else access.has(value, name)

    return step


def _value_below(chain: CompiledChain, names: tuple[str, ...]) -> Step:
    root, is_variable = chain.root, chain.variable is not None
    path = names if chain.variable is None else (chain.variable, *names)

    def step(frame: Frame) -> Any:
        top = frame[VARIABLES] if is_variable else root(frame)
        try:
            return reduce(getitem, path, top)
        except (KeyError, TypeError):
            return _field_by_field(root(frame) if is_variable else top, names, ())

    return step


def _found(chain: CompiledChain) -> Step:
    """What is at the end of a chain with a ``?``, or `_MISSING`."""
    root, is_variable = chain.root, chain.variable is not None
    path = chain.sure if chain.variable is None else (chain.variable, *chain.sure)
    names = tuple(name for name, _ in chain.maybe)

    def otherwise(frame: Frame, top: Any) -> Any:
        found = _field_by_field(root(frame) if is_variable else top, chain.sure, chain.maybe)
        return _MISSING if found is NONE else found.value

    def step(frame: Frame) -> Any:
        top = frame[VARIABLES] if is_variable else root(frame)
        try:
            value = reduce(getitem, path, top)
        except (KeyError, TypeError):
            return otherwise(frame, top)
        for name in names:
            if value.__class__ is not dict:
                return otherwise(frame, top)
            if name not in value:
                return _MISSING
            value = value[name]
        return value

    return step


def _field_by_field(value: Any, sure: tuple[str, ...], maybe: tuple[tuple[str, bool], ...]) -> Any:
    for name in sure:
        value = access.select(value, name)
    for name, asked in maybe:
        value = access.select_optional(value, name) if asked else access.select(value, name)
    return value
