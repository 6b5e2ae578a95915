"""Amounts as people write them."""

from __future__ import annotations

from typing import Final

_UNITS: Final = ((2**50, "Pi"), (2**40, "Ti"), (2**30, "Gi"), (2**20, "Mi"), (2**10, "Ki"))


def cores(number: float) -> str:
    """``12.5``, ``1,200``: cores."""
    return f"{round(number, 3):,}".removesuffix(".0")


def size(number: float) -> str:
    """``1.5Ti``: bytes in the largest unit of which there is at least one, to a hundredth of it."""
    for factor, unit in _UNITS:
        if abs(number) >= factor:
            return f"{round(number / factor, 2):,}".removesuffix(".0") + unit
    return f"{number:,.0f}"


def count(number: float) -> str:
    """``1,200``."""
    return f"{number:,.0f}"


def money(number: float) -> str:
    """``1,200.50``."""
    return f"{number:,.2f}"
