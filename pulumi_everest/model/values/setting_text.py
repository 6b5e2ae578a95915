"""Values of settings as texts: the one form that they have, whatever way they come in by."""

from __future__ import annotations

from typing import Any


def as_text(value: Any) -> str:
    """A value of a setting as the text that the engine reads."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
