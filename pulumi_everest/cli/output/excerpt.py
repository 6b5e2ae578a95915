"""An excerpt of a source as compilers print it: the line with its number, and a caret under the place."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import click

from pulumi_everest.cli.output.wrapping import columns

_TAB = 4
_LEAST = 20
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'')
_PLAIN = re.compile(r"[^\s,\[\]{}#:]+(?:(?::(?=[^\s,\[\]{}])|[ ](?![#\s])|#)[^\s,\[\]{}#:]*)*")
_WORD = re.compile(r"[\w.]+")


@dataclass(frozen=True)
class Screen:
    """What a text is made for: how many columns there are, and which characters can be shown.

    On a terminal long lines are broken between words; elsewhere, as in a file, they stay whole.
    """

    width: int = 120
    encoding: str = "utf-8"
    is_terminal: bool = False

    @property
    def line_width(self) -> int | None:
        """How long a line of text may be; None where it may have any length."""
        return self.width if self.is_terminal else None

    @property
    def ellipsis(self) -> str:
        """What stands where a line was cut."""
        return "…" if self.encoding.lower().replace("-", "").startswith("utf") else "..."

    def shown(self, character: str) -> str:
        """A character as it is written: what is not printable, or not in the encoding, as an escape."""
        if character.isprintable() or unicodedata.category(character) == "Cf":
            try:
                character.encode(self.encoding)
            except (UnicodeError, LookupError):
                pass
            else:
                return character if character not in _BIDI else character.encode("unicode_escape").decode("ascii")
        return character.encode("unicode_escape").decode("ascii")


# They change the order in which a terminal shows what follows them.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def excerpt(
    line: str,
    number: int,
    column: int | None,
    screen: Screen | None = None,
    *,
    is_python: bool = False,
) -> list[str]:
    """The lines of an excerpt. `column` counts characters from 1; without one, or beyond the line, there is no caret.

    What is marked is the key or value that begins there. A line that is too long is cut around it.
    """
    screen = screen or Screen()
    gutter = f"{number:>5} | "
    room = max(screen.width - len(gutter) - 1, _LEAST)
    start = column - 1 if column is not None and 0 < column <= len(line) + 1 else None
    first = max(0, (start or 0) - 2 * room)  # what is further away cannot be shown, however long the line is
    end = (start or 0) + 4 * room
    cells = _cells(line[first:end], screen)
    mark = None
    if start is not None:
        length = token_length(line[start:end], is_python=is_python)
        mark = (start - first, min(start - first + length, len(cells)))
    low, high = _window(cells, mark, room, screen, first > 0, len(line) > end)
    cut_before, cut_after = low > 0 or first > 0, high < len(cells) or len(line) > end
    before = screen.ellipsis if cut_before else ""
    text = before + "".join(shown for shown, _ in cells[low:high]) + (screen.ellipsis if cut_after else "")
    numbers, bar = click.style(gutter, dim=True), click.style(" " * (len(gutter) - 2) + "| ", dim=True)
    lines = [numbers + text.rstrip()]
    if mark is not None:
        offset = len(before) + _width(cells[low : mark[0]])
        under = "^" * max(1, _width(cells[mark[0] : min(mark[1], high)]))
        lines.append(bar + " " * offset + click.style(under, fg="red", bold=True))
    return lines


def token_length(text: str, *, is_python: bool = False) -> int:
    """How many characters the key or value at the beginning of a text (YAML or Python) has; at least 1."""
    match = _QUOTED.match(text) or (_WORD if is_python else _PLAIN).match(text)
    return len(match[0].rstrip()) if match else 1


def _cells(text: str, screen: Screen) -> list[tuple[str, int]]:
    """Each character as it is shown, and how many columns that takes."""
    cells: list[tuple[str, int]] = []
    column = 0
    for character in text:
        if character == "\t":
            width = _TAB - column % _TAB
            cells.append((" " * width, width))
        elif character.isascii() and character.isprintable():
            width = 1
            cells.append((character, 1))
        else:
            shown = screen.shown(character)
            width = len(shown) if shown != character else columns(character)
            cells.append((shown, width))
        column += width
    return cells


def _width(cells: list[tuple[str, int]]) -> int:
    return sum(width for _, width in cells)


def _window(
    cells: list[tuple[str, int]], mark: tuple[int, int] | None, room: int, screen: Screen, before: bool, after: bool
) -> tuple[int, int]:
    """Which cells are shown: all where there is room, else as many as fit around the mark, most of them after it."""
    if not before and not after and _width(cells) <= room:
        return 0, len(cells)
    room -= 2 * len(screen.ellipsis)
    low = high = mark[0] if mark else 0
    used = 0
    while low > 0 and used + cells[low - 1][1] <= room // 3:
        low -= 1
        used += cells[low][1]
    while high < len(cells) and used + cells[high][1] <= room:
        used += cells[high][1]
        high += 1
    while low > 0 and used + cells[low - 1][1] <= room:
        low -= 1
        used += cells[low][1]
    return low, high
