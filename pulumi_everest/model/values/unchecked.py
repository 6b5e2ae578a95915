"""Values whose form nobody has checked: one of another kind than it should be counts as empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_list(value: Any) -> list[Any]:
    """What should be a list."""
    return value if isinstance(value, list) else []


def as_mapping(value: Any) -> Mapping[str, Any]:
    """What should be a mapping."""
    return value if isinstance(value, Mapping) else {}
