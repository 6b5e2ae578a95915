"""What is below a value: fields, items, keys, and optional values of them."""

from __future__ import annotations

from typing import Any, Final

from pulumi_everest.expressions.evaluation.comparing import find
from pulumi_everest.expressions.evaluation.failures import EvaluationError, MissingKeyError, no_overload
from pulumi_everest.expressions.evaluation.values import NONE, Duration, Optional, Timestamp, UInt, kind_of, type_of

_NO_FIELDS: Final = "a field is asked of what has no fields"
_KEYS: Final = frozenset({str, int, bool, float, UInt})


def select(value: Any, name: str) -> Any:
    """``value.name``."""
    if value.__class__ is dict:
        if name in value:
            return value[name]
        raise MissingKeyError(name)
    if value.__class__ is Optional:
        if value is NONE:
            return NONE
        if value.value.__class__ is dict:
            return Optional(value.value[name]) if name in value.value else NONE
    raise EvaluationError(_NO_FIELDS)


def has(value: Any, name: str) -> bool:
    """``has(value.name)``."""
    if value is NONE:
        return False
    inner = value.value if value.__class__ is Optional else value
    if inner.__class__ is dict:
        return name in inner
    raise EvaluationError(_NO_FIELDS)


def index(value: Any, key: Any) -> Any:
    """``value[key]``."""
    if value.__class__ is not Optional:
        return _item(value, key)
    if value is NONE:
        return NONE
    try:
        return Optional(_item(value.value, key))
    except MissingKeyError:
        return NONE


def _item(value: Any, key: Any) -> Any:
    if value.__class__ is dict:
        if key.__class__ not in _KEYS:
            raise EvaluationError(f"Invalid map key type: '{type_of(key).name}'")
        found = find(value, key)
        if not found:
            raise MissingKeyError(key)
        return found[0]
    if value.__class__ is list:
        position = _position(key)
        if 0 <= position < len(value):
            return value[position]
        raise EvaluationError(f"there is no item {position} in a list of {len(value)}")
    raise EvaluationError(f"Invalid container type: '{type_of(value).name}'")


def _position(key: Any) -> int:
    if key.__class__ is int:
        return int(key)
    if key.__class__ is UInt and key.number < 2**63:
        return int(key.number)
    if key.__class__ is float and key.is_integer() and -(2.0**63) <= key < 2.0**63:
        return int(key)
    raise EvaluationError(f"Index error: expected integer type, got {kind_of(key)}")


def select_optional(value: Any, name: Any) -> Any:
    """``value.?name``."""
    if value is NONE:
        return NONE
    inner = value.value if value.__class__ is Optional else value
    if inner.__class__ is dict:
        return Optional(inner[name]) if name in inner else NONE
    raise no_overload("_?._", inner, name)


def index_optional(value: Any, key: Any) -> Any:
    """``value[?key]``."""
    if value is NONE:
        return NONE
    inner = value.value if value.__class__ is Optional else value
    if inner.__class__ is dict:
        found = find(inner, key) if key.__class__ in _KEYS else ()
        return Optional(found[0]) if found else NONE
    if inner.__class__ is list and key.__class__ is int:
        return Optional(inner[key]) if 0 <= key < len(inner) else NONE
    raise no_overload("_[?_]", inner, key)


def first(value: Any) -> Any:
    """``value.first()``."""
    return _end("first", value, 0)


def last(value: Any) -> Any:
    """``value.last()``."""
    return _end("last", value, -1)


def _end(name: str, value: Any, position: int) -> Any:
    if value.__class__ is not list:
        raise no_overload(name, value)
    return Optional(value[position]) if value else NONE


def has_value(value: Any) -> bool:
    """``value.hasValue()``."""
    if value.__class__ is not Optional:
        raise no_overload("hasValue", value)
    return value is not NONE


def value_in(value: Any) -> Any:
    """``value.value()``."""
    if value.__class__ is not Optional:
        raise no_overload("value", value)
    if value is NONE:
        raise EvaluationError("optional.none() dereference")
    return value.value


def of_non_zero(value: Any) -> Any:
    """``optional.ofNonZeroValue(value)``."""
    if value is None:
        return NONE
    if value.__class__ in (Timestamp, Duration):
        return Optional(value) if value.nanos else NONE
    if value.__class__ is UInt:
        return Optional(value) if value.number else NONE
    if value.__class__ in (bool, int, float, str, bytes, list, dict):
        return Optional(value) if value else NONE
    return Optional(value)
