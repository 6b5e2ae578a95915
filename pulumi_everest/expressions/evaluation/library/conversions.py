"""From one kind of value to another: ``int()``, ``string()`` and the like, and how large a value is."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from pulumi_everest.expressions.evaluation.failures import EvaluationError, no_overload
from pulumi_everest.expressions.evaluation.library.times import (
    checked_timestamp,
    read_duration,
    read_timestamp,
    write_duration,
    write_timestamp,
)
from pulumi_everest.expressions.evaluation.values import (
    INT_MAX,
    INT_MIN,
    UINT_MAX,
    Duration,
    Timestamp,
    UInt,
)

_WHOLE: Final = re.compile(r"\s*([+-]?[0-9]+)\s*", re.ASCII)
_DECIMAL: Final = re.compile(
    r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|[+-]?inf(?:inity)?|[+-]?nan)\s*", re.ASCII | re.IGNORECASE
)
_HEXADECIMAL: Final = re.compile(
    r"\s*[+-]?0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[+-]?[0-9]{1,9})?\s*", re.ASCII | re.IGNORECASE
)
_BOOLS: Final = {
    **dict.fromkeys(("true", "True", "TRUE", "t", "1"), True),
    **dict.fromkeys(("false", "False", "FALSE", "f", "0"), False),
}


def to_bool(value: Any) -> bool:
    """``bool(value)``."""
    if value.__class__ is bool:
        return bool(value)
    if value.__class__ is str:
        if value in _BOOLS:
            return _BOOLS[value]
        raise EvaluationError("Type conversion error from 'string' to 'bool'")
    raise no_overload("bool", value)


def to_int(value: Any) -> int:
    """``int(value)``."""
    kind = value.__class__
    if kind is int:
        return int(value)
    if kind is bool:
        return 1 if value else 0
    if kind is UInt:
        if value.number > INT_MAX:
            raise EvaluationError("uint64 out of int64 range")
        return int(value.number)
    if kind is float:
        if not math.isfinite(value) or not -(2.0**63) < value < 2.0**63:
            raise EvaluationError("double out of int64 range")
        return int(value)
    if kind is str:
        return _whole(value, INT_MIN, INT_MAX, "int")
    if kind is Timestamp:
        return int(value.nanos // 1_000_000_000)
    raise no_overload("int", value)


def to_uint(value: Any) -> UInt:
    """``uint(value)``."""
    kind = value.__class__
    if kind is UInt:
        return value  # type: ignore[no-any-return]
    if kind is int:
        if value < 0:
            raise EvaluationError("int64 out of uint64 range")
        return UInt(value)
    if kind is float:
        if not math.isfinite(value) or not 0 <= value < 2.0**64:
            raise EvaluationError("double out of uint64 range")
        return UInt(int(value))
    if kind is str:
        return UInt(_whole(value, 0, UINT_MAX, "uint"))
    raise no_overload("uint", value)


def _whole(text: str, least: int, most: int, kind: str) -> int:
    found = _WHOLE.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
    number = int(found[1]) if found is not None else most + 1
    if least <= number <= most and not (least == 0 and "-" in text):
        return number
    raise EvaluationError(f"cannot convert string to {kind}")


def to_double(value: Any) -> float:
    """``double(value)``."""
    kind = value.__class__
    if kind is float or kind is int:
        return float(value)
    if kind is UInt:
        return float(value.number)
    if kind is str:
        found = _DECIMAL.fullmatch(value) if len(value) <= _LONGEST_NUMBER else None
        if found is None:
            return _hexadecimal(value)
        return float(found[1])
    raise no_overload("double", value)


def _hexadecimal(text: str) -> float:
    if len(text) > _LONGEST_NUMBER or _HEXADECIMAL.fullmatch(text) is None:
        raise EvaluationError("cannot convert string to double")
    try:
        return float.fromhex(text)
    except OverflowError:
        return -math.inf if "-" in text.partition("p")[0] else math.inf


_LONGEST_NUMBER: Final = 2_000


def to_string(value: Any) -> str:
    """``string(value)``."""
    kind = value.__class__
    if kind is str:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int or kind is UInt:
        return str(value)
    if kind is float:
        return write_double(value)
    if kind is bytes:
        try:
            return str(value, "utf-8")
        except UnicodeDecodeError:
            raise EvaluationError("malformed UTF-8 bytes") from None
    if kind is Duration:
        return write_duration(value)
    if kind is Timestamp:
        return write_timestamp(value)
    raise no_overload("string", value)


def write_double(value: float) -> str:
    """A double with the digits that tell it from others: ``0.1``, ``1e+06``."""
    if math.isnan(value):
        return "-nan" if math.copysign(1.0, value) < 0 else "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    _, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    size = len(digits) - 1 + int(exponent)
    return f"{value:.{len(digits) - 1}e}" if not -4 <= size < 6 else f"{value:.{max(-int(exponent), 0)}f}"


def to_bytes(value: Any) -> bytes:
    """``bytes(value)``."""
    if value.__class__ is bytes:
        return bytes(value)
    if value.__class__ is str:
        return bytes(value, "utf-8", "surrogatepass")
    raise no_overload("bytes", value)


def to_timestamp(value: Any) -> Timestamp:
    """``timestamp(value)``."""
    if value.__class__ is Timestamp:
        return value
    if value.__class__ is str:
        return read_timestamp(value)
    if value.__class__ is int:
        return checked_timestamp(value * 1_000_000_000)
    raise no_overload("timestamp", value)


def to_duration(value: Any) -> Duration:
    """``duration(value)``."""
    if value.__class__ is Duration:
        return value
    if value.__class__ is str:
        return read_duration(value)
    raise no_overload("duration", value)


def size(value: Any) -> int:
    """``size(value)``: characters, bytes, items or keys."""
    if value.__class__ in (str, list, dict, bytes):
        return len(value)
    raise no_overload("size", value)


CONVERSIONS: Final[dict[str, Callable[[Any], Any]]] = {
    "bool": to_bool, "int": to_int, "uint": to_uint, "double": to_double, "string": to_string, "bytes": to_bytes,
    "timestamp": to_timestamp, "duration": to_duration, "size": size,
}  # fmt: skip
"""The functions by the names that expressions call them by."""
