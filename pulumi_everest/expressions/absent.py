"""The value of an expression that asked for something that is not there."""

from __future__ import annotations

from typing import Any, Final


class Absent:
    """The type of `ABSENT`: what an expression gives that asked, with ``?``, for what is not there."""

    _instance: Absent | None = None

    def __new__(cls) -> Absent:
        """There is only one."""
        cls._instance = cls._instance or super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = Absent()


def without_absent(data: Any) -> Any:
    """Plain data without the keys whose value turned out to be absent."""
    if isinstance(data, dict):
        return {key: without_absent(value) for key, value in data.items() if value is not ABSENT}
    return [without_absent(value) for value in data] if isinstance(data, list) else data
