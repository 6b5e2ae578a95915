"""Plain data as bytes, by which equal data is known."""

from __future__ import annotations

import marshal
from typing import Any, Final

_WITHOUT_REFERENCES: Final = 2
"""The version of marshal's format in which equal data are equal bytes."""


def plain_bytes(data: Any) -> bytes | None:
    """Plain data as bytes: equal data, its order too, as equal ones. None where a value is secret or not known."""
    try:
        return marshal.dumps(data, _WITHOUT_REFERENCES)
    except ValueError:
        return None
