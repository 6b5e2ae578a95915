"""Long lines for a terminal: broken between words, and indented where they go on."""

from __future__ import annotations

import re
import unicodedata

_STYLE = re.compile("\x1b\\[[0-9;]*m")
_LEAST = 40
"""Columns below which nothing is gained by breaking lines."""


def columns(text: str) -> int:
    """How many columns of a terminal a text takes; styles take none."""
    return sum(map(_columns_of, _STYLE.sub("", text)))


def _columns_of(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrapped(line: str, width: int | None, indent: str = "    ") -> list[str]:
    """The lines of at most `width` columns that a line becomes; a word that is longer has a line of its own.

    What goes on is indented as the line itself, and by `indent` more. Without a width the line stays as it is.
    """
    if width is None or width < _LEAST or columns(line) <= width:
        return [line]
    own = line[: len(line) - len(line.lstrip(" "))]
    lines: list[str] = []
    current, used = own, len(own)
    is_empty = True
    for word in line[len(own) :].split(" "):
        taken = columns(word)
        if not is_empty and used + 1 + taken > width:
            lines.append(current)
            current, used, is_empty = own + indent, len(own) + len(indent), True
        current += word if is_empty else f" {word}"
        used += taken if is_empty else taken + 1
        is_empty = False
    return [*lines, current]
