"""Numbers with a unit: how a form shows a quantity, and how what is typed is written."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pulumi_everest.model.values.scalars import check_quantity, quantity_value

_UNITS: Final = frozenset(("", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))
_PLAIN: Final = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})\Z")


def shown_amount(text: Any, unit: str | None) -> Any:
    """The number that a form shows for a quantity, in its unit: 0.5 for ``512Mi`` in Gi; what is none, as it is."""
    written = str(text) if isinstance(text, (int, float)) and not isinstance(text, bool) else text
    if not isinstance(written, str):
        return text
    size = unit or ""
    if size not in _UNITS:  # a unit that is no quantity's: days, connections
        rest = written.removesuffix(size).strip()
        return _number(Decimal(rest)) if _PLAIN.match(rest) else text
    if check_quantity(written) is not None:
        return text
    return _number(quantity_value(written) / quantity_value(f"1{size}"))


def written_amount(value: Any, unit: str | None) -> Any:
    """The quantity for what is typed: ``0.5Gi``. What is no number, or has a unit already, is written as it is."""
    text = number_text(value)
    return f"{text}{unit or ''}" if _PLAIN.match(text) else text


def number_text(value: Any) -> str:
    """A number as text, without an exponent and without a fraction of zeros."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        return str(value)
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return str(value).strip()
    if not number.is_finite():
        return str(value)
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def as_number(value: Any) -> Any:
    """The number that a text stands for; what is none, as it is."""
    if isinstance(value, str) and _PLAIN.match(value.strip()):
        return _number(Decimal(value.strip()))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
