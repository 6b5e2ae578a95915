"""What comes out of CEL, as plain data; and the error for what does not."""

from __future__ import annotations

from typing import Any, Final

SCALARS: Final = (str, int, bool, float, type(None))


class ExpressionError(Exception):
    """An expression that does not compile, or fails.

    `column` and `line` are within the text of the expression and count from 1; both are 0 for an evaluation.
    """

    def __init__(self, message: str, column: int = 0, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.line = line


def plain(value: Any) -> Any:
    """A container of CEL values as plain data, with the keys of maps sorted.

    ExpressionError for what YAML cannot hold. Goes through the values one by one: the library's own `plain_value`
    ends the process where a map holds an optional.
    """
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise ExpressionError(f"the key {key} of a map is not text")
        return {key: _plain_item(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_plain_item(item) for item in value]
    kind = _python_kind(value)
    raise ExpressionError(f"a value of the type {kind} is not plain data; make it text with string()")


def _plain_item(item: Any) -> Any:
    value = item.value()
    return value if value.__class__ in SCALARS else plain(value)


def _python_kind(value: Any) -> str:
    kinds = {"bytearray": "bytes", "bytes": "bytes", "datetime": "timestamp", "timedelta": "duration"}
    return kinds.get(type(value).__name__, "type")
