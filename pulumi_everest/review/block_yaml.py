"""Plain data as YAML in block style, for what Kubernetes objects usually hold: the text that PyYAML's emitter makes of
it, in a twentieth of the time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

Style = Callable[[str], str | None]
"""Gives the style of a text, as the emitter has it: ``|``, ``"``, or None for a plain one."""

_QUOTED: Final = re.compile(r"[ -~]*")
"""What needs no escapes but those of quotes and backslashes."""
_IN_A_BLOCK: Final = re.compile(r"[\n -~]*")
"""What the emitter lets stand in a text over several lines, where it is ASCII."""
_NUMBER: Final = re.compile(r"-?[0-9]+\.[0-9]+")
_LONGEST_KEY: Final = 100
_SHORT: Final = 100
_KNOWN_TEXTS: Final = 4096


class UnusualError(Exception):
    """The data has something that the emitter is to be asked for."""


class BlockWriter:
    """Writes documents whose texts have the styles that are given. What it writes is remembered for short texts."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._known: dict[str, str] = {}

    def text(self, data: dict[str, Any]) -> str:
        """A document that is a mapping with something in it. Raises UnusualError."""
        lines: list[str] = []
        self._mapping(data, "", "", lines)
        return "".join(lines)

    def _mapping(self, data: dict[str, Any], first: str, indent: str, lines: list[str]) -> None:
        """The lines of a mapping: `first` begins its first line, `indent` all others."""
        known = self._known
        for key, value in data.items():
            written = known.get(key) or self._scalar(key)
            if len(written) > _LONGEST_KEY or not key:
                raise UnusualError
            kind = type(value)
            if kind is dict and value:
                lines.append(f"{first}{written}:\n")
                self._mapping(value, indent + "  ", indent + "  ", lines)
            elif kind is list and value:
                lines.append(f"{first}{written}:\n")
                self._list(value, indent, indent, lines)
            elif kind is str:
                text = known.get(value) or self._value(value, indent)
                lines.append(f"{first}{written}: {text}\n")
            else:
                lines.append(f"{first}{written}: {_other(value)}\n")
            first = indent

    def _list(self, data: list[Any], first: str, indent: str, lines: list[str]) -> None:
        for value in data:
            kind = type(value)
            if kind is dict and value:
                self._mapping(value, first + "- ", indent + "  ", lines)
            elif kind is list and value:
                self._list(value, first + "- ", indent + "  ", lines)
            else:
                lines.append(f"{first}- {self._value(value, indent) if kind is str else _other(value)}\n")
            first = indent

    def _value(self, value: str, indent: str) -> str:
        if "\n" in value and self._style(value) == "|":
            return _block(value, indent + "  ")
        return self._scalar(value)

    def _scalar(self, value: str) -> str:
        """A text on one line."""
        if type(value) is not str or not _QUOTED.fullmatch(value) or value.startswith("..."):
            raise UnusualError
        written = value
        if self._style(value) is not None:
            written = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if len(self._known) < _KNOWN_TEXTS and len(value) < _SHORT:
            self._known[value] = written
        return written


def _block(value: str, indent: str) -> str:
    """A text over several lines, without what stands before it on its line, and without the last line break."""
    if value.endswith("\n\n") or not _IN_A_BLOCK.fullmatch(value):
        raise UnusualError
    lines = [indent + line if line else "" for line in value.removesuffix("\n").split("\n")]
    return "\n".join(["|" if value.endswith("\n") else "|-", *lines])


def _other(value: Any) -> str:
    """A value that is neither a text nor holds others."""
    if value is None:
        return "null"
    kind = type(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is float and _NUMBER.fullmatch(str(value)):
        return str(value)
    if value == {} and kind is dict:
        return "{}"
    if value == [] and kind is list:
        return "[]"
    raise UnusualError
