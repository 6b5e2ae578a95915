"""The texts that findings point into, and which of their lines may be shown: none that could hold a secret value."""

from __future__ import annotations

import os
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_everest.model.source.text import LINE_BREAK

if TYPE_CHECKING:
    from pulumi_everest.model.findings import Finding

_LARGEST = 8 * 1024 * 1024
_NEAR = 5000
"""Characters before and after the place of a finding in which keys of secret values are looked for."""
_SECRET_CODES = frozenset({"cluster.secret-in-yaml", "program.config"})
_SECRET_KEYS = frozenset({"users", "credentials", "data", "stringdata", "string_data", "secure"})
_SECRET_WORD = re.compile(
    r"pass(?:word|wd|phrase|code)?$|passw|secret|token|credential|(?:api|access|private|account|encryption)[_-]?key|pwd",
    re.IGNORECASE,
)
_NAMES_A_SECRET = re.compile(r"(?:secret|secret_?name|secrets|secret_?ref)$", re.IGNORECASE)
# What a run of characters is tried for once it is not tried for again from its middle: lines may be long.
_ASSIGNED = re.compile(r"""(?<![\w.$/-])[\d.$/-]*+([\w.$/-]++)["']?\s*+(?:[:=]\s|[:=]$|=(?!=)|:(?=["'{\[]))""")
_KEY = re.compile(r"""[\s-]*+["']?([\w.$/-]++)["']?\s*+:""")
_FIRST = re.compile(r"\s*+(\S)")
_OF_A_SECRET = re.compile(r"""^[\s{,-]*["']?kind["']?\s*:\s*["']?Secret\b|["']kind["']\s*:\s*["']Secret["']""")


@dataclass
class Sources:
    """Texts of files by the names that places call them by; what is not among them is read when it is asked for."""

    texts: dict[str, str] = field(default_factory=dict)
    _files: dict[str, _Lines] = field(default_factory=dict)
    _hidden: list[Callable[[str], bool]] = field(default_factory=list)

    def line(self, entry: Finding) -> str | None:
        """The line that a finding is about; None where there is none, or where it could show a secret value."""
        place = entry.place
        if place is None or place.line is None or _is_about_a_secret(entry):
            return None
        lines, index = self._of(place.file), place.line - 1
        if not 0 <= index < len(lines.lines):
            return None
        shown = lines.lines[index]
        if not shown or shown.isspace():
            return None
        if any(_is_secret(key) for key in _assigned(shown, place.column)) or lines.part_of(index).is_secret(index):
            return None
        return None if any(shows_one(shown) for shows_one in self._hidden) else shown

    def hide(self, shows_one: Callable[[str], bool]) -> None:
        """Show no line of which that says that it shows a secret value."""
        self._hidden.append(shows_one)

    def lines(self, file: str) -> list[str]:
        """The lines of a file, without their breaks; none where it cannot be read."""
        return self._of(file).lines

    def text(self, file: str) -> str:
        """The text of a file, always the same one; empty where it cannot be read."""
        if file not in self.texts:
            self.texts[file] = _read(file)
        return self.texts[file]

    def _of(self, file: str) -> _Lines:
        if file not in self._files:
            text, python = self.text(file), file.endswith(".py")
            self._files[file] = _Lines(text.split("\n") if python else LINE_BREAK.split(text), is_yaml=not python)
        return self._files[file]


class _Lines:
    """The lines of one file. Each of its documents is looked through once, for the first finding in it."""

    def __init__(self, lines: list[str], *, is_yaml: bool) -> None:
        self.lines, self._is_yaml = lines, is_yaml
        self._parts: dict[int, _Part] = {}

    @cached_property
    def _starts(self) -> list[int]:
        """Where documents begin."""
        return [0, *(i for i, line in enumerate(self.lines) if i and line.startswith("---"))]

    def part_of(self, index: int) -> _Part:
        """The document that a line is in; of a program, the whole."""
        number = bisect_right(self._starts, index) - 1 if self._is_yaml else 0
        if number not in self._parts:
            ends = [*self._starts[number + 1 : number + 2], len(self.lines)] if self._is_yaml else [len(self.lines)]
            start = self._starts[number] if self._is_yaml else 0
            lines = self.lines[start : ends[0]]
            hidden = self._is_yaml and any(map(_OF_A_SECRET.search, lines))
            self._parts[number] = _Part(start, lines, hidden=hidden)
        return self._parts[number]


class _Part:
    """The lines of one document. With `hidden` it is a Kubernetes Secret, or holds one."""

    def __init__(self, first: int, lines: Sequence[str], *, hidden: bool) -> None:
        self._first, self._lines, self._hidden = first, lines, hidden
        self._around = _lines_around(lines)

    def is_secret(self, index: int) -> bool:
        """Whether a line of the file stands under a key that may hold a secret value, or in a Secret."""
        if self._hidden:
            return True
        above = self._around[index - self._first]
        while above is not None:
            key = _KEY.match(self._lines[above])
            if key is not None and _is_secret(key[1]):
                return True
            above = self._around[above]
        return False


def _read(file: str) -> str:
    path = Path(file)
    try:
        if not path.is_file() or os.path.getsize(path) > _LARGEST:
            return ""
        return path.read_text(encoding="utf-8", errors="replace").removeprefix("\ufeff")
    except (OSError, ValueError):
        return ""


def _is_about_a_secret(entry: Finding) -> bool:
    return entry.code in _SECRET_CODES or any(isinstance(part, str) and _is_secret(part) for part in entry.path)


def _is_secret(key: str) -> bool:
    """Whether what stands under a key may be a secret value, and not the name of a Secret."""
    key = key.rsplit(".", 1)[-1].rsplit("/", 1)[-1]
    if key.lower() in _SECRET_KEYS:
        return True
    return _SECRET_WORD.search(key) is not None and _NAMES_A_SECRET.search(key) is None


def _assigned(line: str, column: int | None) -> Iterator[str]:
    """The names that a line gives values, near what is shown of it: ``name: x``, ``{"name": x}``, ``name=x``."""
    start = max(0, (column or 0) - _NEAR)
    return (match[1] for match in _ASSIGNED.finditer(line, start, start + 2 * _NEAR))


def _lines_around(lines: Sequence[str]) -> list[int | None]:
    """For each line of block YAML the one that holds it, by indentation: the nearest above that is further out.

    An item of a list is further in than a key in the same column, which may be the key of the list.
    """
    around: list[int | None] = []
    open_lines: list[int] = []
    depths: list[int] = []
    for index, line in enumerate(lines):
        first = _FIRST.match(line)
        if first is None:  # an empty line
            around.append(None)
            continue
        depth = 2 * first.start(1) + (first[1] == "-")
        outer = bisect_left(depths, depth)
        around.append(open_lines[outer - 1] if outer else None)
        if first[1] != "#":
            open_lines[outer:], depths[outer:] = [index], [depth]
    return around
