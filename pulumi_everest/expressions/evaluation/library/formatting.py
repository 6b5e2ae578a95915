"""``'%d of %s'.format([1, 'x'])``."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from pulumi_everest.expressions.evaluation.budget import DEEPEST, TOO_DEEP, Budget
from pulumi_everest.expressions.evaluation.failures import EvaluationError, SpentError, no_overload
from pulumi_everest.expressions.evaluation.library.times import write_duration, write_timestamp
from pulumi_everest.expressions.evaluation.values import (
    Duration,
    Optional,
    Timestamp,
    TypeValue,
    UInt,
    type_of,
    value_of,
)

_PRECISION: Final = re.compile(r"\.([0-9]*)")
_MOST_DIGITS: Final = 1000
_NAMED: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def format_text(budget: Budget, text: Any, values: Any) -> str:
    """The text with a value in place of each ``%`` clause."""
    if text.__class__ is not str or values.__class__ is not list:
        raise no_overload("format", text, values)
    budget.read(len(text))
    pieces: list[str] = []
    at = used = length = 0
    while (found := text.find("%", at)) >= 0:
        pieces.append(text[at:found])
        at = found + 1
        if at >= len(text):
            raise EvaluationError("unexpected end of format string")
        if text[at] == "%":
            pieces.append("%")
            at += 1
            continue
        if used >= len(values):
            raise EvaluationError(f"index {used} out of range")
        piece, at = _clause(budget, text, at, values[used])
        used += 1
        length += len(piece)
        budget.text(length)
        budget.spend(10)
        pieces.append(piece)
    budget.text(length + len(text))
    return "".join([*pieces, text[at:]])


def _clause(budget: Budget, text: str, at: int, value: Any) -> tuple[str, int]:
    """What a clause becomes, and where it ends."""
    digits: int | None = None
    precision = _PRECISION.match(text, at)
    if precision is not None:
        at = precision.end()
        if at == len(text):
            raise EvaluationError("unable to find end of precision specifier")
        if not precision[1] or len(precision[1]) > 9:
            raise EvaluationError("unable to convert precision specifier to integer")
        digits = int(precision[1])
        if digits > _MOST_DIGITS:
            raise EvaluationError(f"precision specifier exceeds maximum of {_MOST_DIGITS}")
    clause = text[at]
    match clause:
        case "s":
            piece = _as_text(budget, value, 0)
        case "d":
            piece = _decimal(value)
        case "f" | "e":
            piece = _fixed(_double(value), 6 if digits is None else digits, clause)
        case "b":
            piece = _binary(value)
        case "x" | "X" | "o":
            piece = _based(value, clause.lower())
            piece = piece.upper() if clause == "X" else piece
        case _:
            raise EvaluationError(f'unrecognized formatting clause "{clause}"')
    return piece, at + 1


def _as_text(budget: Budget, value: Any, depth: int) -> str:
    budget.spend(5)
    kind = value.__class__
    if kind is str:
        budget.text(len(value))
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int or kind is UInt:
        return str(value)
    if kind is float:
        special = _special(value)
        return f"{value:.6g}" if special is None else special
    if kind is bytes:
        return str(value, "utf-8", "replace")
    if kind is list or kind is dict:
        return _container(budget, value, depth + 1)
    if kind is Timestamp:
        return _trimmed(write_timestamp(value))
    if kind is Duration:
        return write_duration(value)
    if kind is TypeValue:
        return str(value.name)
    if kind is Optional:
        raise EvaluationError(f"could not convert argument {type_of(value).name} to string")
    return "null"


def _trimmed(moment: str) -> str:
    """A moment without the zeros at the end of its fraction."""
    return f"{moment[:-1].rstrip('0')}Z" if "." in moment else moment


def _container(budget: Budget, value: Any, depth: int) -> str:
    if depth > DEEPEST:
        raise SpentError(TOO_DEEP)
    if value.__class__ is list:
        return f"[{', '.join(_as_text(budget, item, depth) for item in value)}]"
    texts = {_as_text(budget, value_of(key), depth): item for key, item in value.items()}
    return f"{{{', '.join(f'{key}: {_as_text(budget, texts[key], depth)}' for key in sorted(texts))}}}"


def _special(value: float) -> str | None:
    if math.isnan(value):
        return "NaN"
    return ("Infinity" if value > 0 else "-Infinity") if math.isinf(value) else None


def _fixed(value: float, digits: int, form: str) -> str:
    special = _special(value)
    return f"{value:.{digits}{form}}" if special is None else special


def _decimal(value: Any) -> str:
    if value.__class__ is int or value.__class__ is UInt:
        return str(value)
    if value.__class__ is float:
        return _fixed(value, 6, "f")
    raise EvaluationError(f"decimal clause can only be used on numbers, was given {type_of(value).name}")


def _double(value: Any) -> float:
    if value.__class__ is str:
        if value in _NAMED:
            return _NAMED[value]
        raise EvaluationError(
            f'only "NaN", "Infinity", and "-Infinity" are supported for conversion to double: {value[:100]}'
        )
    if value.__class__ is int or value.__class__ is float:
        return float(value)
    if value.__class__ is UInt:
        return float(value.number)
    raise EvaluationError(f"expected a double but got a {type_of(value).name}")


def _binary(value: Any) -> str:
    if value.__class__ is bool:
        return "1" if value else "0"
    if value.__class__ is int or value.__class__ is UInt:
        return _signed(value, "b")
    raise EvaluationError(f"binary clause can only be used on integers and bools, was given {type_of(value).name}")


def _signed(value: Any, base: str) -> str:
    return format(value.number if value.__class__ is UInt else value, base)


def _based(value: Any, base: str) -> str:
    if value.__class__ is int or value.__class__ is UInt:
        return _signed(value, base)
    if base == "x":
        if value.__class__ is str:
            return str(value).encode("utf-8", "surrogatepass").hex()
        if value.__class__ is bytes:
            return str(value.hex())
        kinds = "hex clause can only be used on integers, byte buffers, and strings"
    else:
        kinds = "octal clause can only be used on integers"
    raise EvaluationError(f"{kinds}, was given {type_of(value).name}")
