"""Quantities that are amounts of something: of CPU, memory or a volume. What is one, but of nonsense, is refused.

A server takes ``memory: 512m``, half a byte, and the kubelet can start no container with it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from pulumi_everest.model.findings import shortened
from pulumi_everest.model.values.scalars import check_quantity, quantity_value

LEAST_BYTES: Final = Decimal(2**20)
"""Less memory, or a smaller volume, is no amount that anybody meant."""
MOST_CORES: Final = Decimal(1000)
"""So many cores no node has; whoever writes 1000 means 1000m."""
LEAST_CORES: Final = Decimal("0.001")
_FEW: Final = 64  # a bare number up to this is one of gibibytes, a greater one of mebibytes
_PARTS: Final = re.compile(r"\+?([0-9.]+)([A-Za-z]*)\Z")


def check_memory(text: str) -> str | None:
    """An amount of memory, at least 1Mi."""
    return _check_bytes(text, "of memory")


def check_size(text: str) -> str | None:
    """The size of a volume, at least 1Mi."""
    return _check_bytes(text, "for a volume")


def check_cpu(text: str) -> str | None:
    """An amount of CPU in cores or thousandths: at least 1m, less than 1000."""
    wrong = check_quantity(text)
    if wrong is not None:
        return wrong
    cores, match = quantity_value(text), _PARTS.match(text)
    number, suffix = (match[1], match[2]) if match is not None else ("", "")
    if suffix not in ("", "m", "u", "n"):
        hint = f"; write {number} for cores or {number}m for thousandths" if number else ""
        return f"'{shortened(text)}' is not an amount of CPU: '{suffix}' is a unit of memory{hint}"
    if cores >= MOST_CORES:
        hint = f"; did you mean {number}m?" if number and not suffix else ""
        return f"'{shortened(text)}' is {cores:f} cores, which no node has{hint}"
    if cores < LEAST_CORES:
        return f"'{shortened(text)}' is less than the least amount of CPU, 1m"
    return None


def _check_bytes(text: str, what: str) -> str | None:
    wrong = check_quantity(text)
    if wrong is not None:
        return wrong
    size = quantity_value(text)
    if size >= LEAST_BYTES:
        return None
    match = _PARTS.match(text)
    number = match[1].rstrip(".") if match is not None else ""
    hint = ""
    if match is not None and Decimal(match[1]) >= 1:
        meant = f"{number}Gi" if not match[2] and Decimal(match[1]) <= _FEW else f"{number}Mi"
        hint = f"; did you mean {meant}?"
    bytes_of = "less than a byte" if size < 1 else "1 byte" if size == 1 else f"{size.normalize():f} bytes"
    return f"'{shortened(text)}' is {bytes_of} {what}{hint}"
