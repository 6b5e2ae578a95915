"""The functions that CEL itself brings, by how they are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pulumi_everest.expressions.evaluation import access
from pulumi_everest.expressions.evaluation.comparing import precedes
from pulumi_everest.expressions.evaluation.library import arithmetic, conversions, numbers, texts, times
from pulumi_everest.expressions.evaluation.library.formatting import format_text
from pulumi_everest.expressions.evaluation.values import NONE, Optional, type_of

_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "_<_": lambda first, second: precedes(first, second, "_<_", or_equal=False),
    "_<=_": lambda first, second: precedes(first, second, "_<=_", or_equal=True),
    "_>_": lambda first, second: _follows(first, second, "_>_", or_equal=False),
    "_>=_": lambda first, second: _follows(first, second, "_>=_", or_equal=True),
}


def _follows(first: Any, second: Any, operator: str, *, or_equal: bool) -> bool:
    from pulumi_everest.expressions.evaluation.failures import EvaluationError, no_overload

    try:
        return precedes(second, first, operator, or_equal=or_equal)
    except EvaluationError:
        raise no_overload(operator, first, second) from None


FUNCTIONS: Final[dict[tuple[str, int], Callable[..., Any]]] = {
    **{(name, 2): function for name, function in {**arithmetic.PAIRS, **_ORDER}.items()},
    **{(name, 1): function for name, function in conversions.CONVERSIONS.items()},
    **numbers.FUNCTIONS,
    ("-_", 1): arithmetic.negate,
    ("_[_]", 2): access.index,
    ("_?._", 2): access.select_optional,
    ("_[?_]", 2): access.index_optional,
    ("dyn", 1): lambda value: value,
    ("optional.none", 0): lambda: NONE,
    ("optional.of", 1): Optional,
    ("optional.ofNonZeroValue", 1): access.of_non_zero,
    ("type", 1): type_of,
}
"""Functions that are called on nothing, by name and number of operands."""

METHODS: Final[dict[tuple[str, int], Callable[..., Any]]] = {
    **{(name, count): times.accessor(name) for name in times.ACCESSORS for count in (1, 2)},
    ("first", 1): access.first,
    ("hasValue", 1): access.has_value,
    ("last", 1): access.last,
    ("size", 1): conversions.size,
    ("value", 1): access.value_in,
}
"""Functions that are called on a value, by name and number of operands; the value itself is the first."""

SPENDING_FUNCTIONS: Final[dict[tuple[str, int], Callable[..., Any]]] = texts.FUNCTIONS
"""Functions that take the budget before their operands."""
SPENDING_METHODS: Final[dict[tuple[str, int], Callable[..., Any]]] = {**texts.METHODS, ("format", 2): format_text}
"""Functions that are called on a value, and take the budget before it."""
