"""The texts that findings point into, and which of their lines may be shown: none that could hold a secret value."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_everest.model.source.text import LINE_BREAK

if TYPE_CHECKING:
    from pulumi_everest.model.findings import Finding

_LARGEST = 8 * 1024 * 1024
_LINES_UP = 500
_SECRET_CODES = frozenset({"cluster.secret-in-yaml", "program.config"})
_SECRET_KEYS = frozenset({"users", "credentials", "data", "stringdata", "string_data", "secure"})
_SECRET_WORD = re.compile(
    r"pass(?:word|wd|phrase|code)?$|passw|secret|token|credential|(?:api|access|private|account|encryption)[_-]?key|pwd",
    re.IGNORECASE,
)
_NAMES_A_SECRET = re.compile(r"(?:secret|secret_?name|secrets|secret_?ref)$", re.IGNORECASE)
_ASSIGNED = re.compile(r"""([A-Za-z_][\w.$/-]*)["']?\s*(?:[:=]\s|[:=]$|=(?!=)|:(?=["'{\[]))""")
_KEY = re.compile(r"""^[\s-]*["']?([\w.$/-]+)["']?\s*:""")
_OF_A_SECRET = re.compile(r"""^[\s{,-]*["']?kind["']?\s*:\s*["']?Secret\b|["']kind["']\s*:\s*["']Secret["']""")


@dataclass
class Sources:
    """Texts of files by the names that places call them by; what is not among them is read when it is asked for."""

    texts: dict[str, str] = field(default_factory=dict)
    _lines: dict[str, list[str]] = field(default_factory=dict)
    _hidden: list[Callable[[str], bool]] = field(default_factory=list)

    def line(self, entry: Finding) -> str | None:
        """The line that a finding is about; None where there is none, or where it could show a secret value."""
        place = entry.place
        if place is None or place.line is None or _is_about_a_secret(entry):
            return None
        lines = self.lines(place.file)
        if not 0 < place.line <= len(lines) or not lines[place.line - 1].strip():
            return None
        shown = lines[place.line - 1]
        if any(_is_secret(key) for key in [*_assigned(shown), *_keys_above(lines, place.line - 1)]):
            return None
        if any(shows_one(shown) for shows_one in self._hidden):
            return None
        return None if not place.file.endswith(".py") and _in_a_secret(lines, place.line - 1) else shown

    def hide(self, shows_one: Callable[[str], bool]) -> None:
        """Show no line of which that says that it shows a secret value."""
        self._hidden.append(shows_one)

    def lines(self, file: str) -> list[str]:
        """The lines of a file, without their breaks; none where it cannot be read."""
        if file not in self._lines:
            text = self.texts.get(file)
            text = _read(file) if text is None else text
            self._lines[file] = text.split("\n") if file.endswith(".py") else LINE_BREAK.split(text)
        return self._lines[file]


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


def _assigned(line: str) -> Iterator[str]:
    """The names that a line gives values: ``name: x``, ``{"name": x}``, ``name=x``."""
    return (match[1] for match in _ASSIGNED.finditer(line[:5000]))


def _keys_above(lines: Sequence[str], index: int) -> Iterator[str]:
    """The keys of the mappings around a line of block YAML, by indentation."""
    indent = _indent(lines[index])
    is_item = lines[index].lstrip().startswith("-")  # its key may stand in the same column
    for above in range(index - 1, max(-1, index - _LINES_UP), -1):
        line = lines[above]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        here = _indent(line)
        if here < indent or (here == indent and is_item and not line.lstrip().startswith("-")):
            indent, is_item = here, line.lstrip().startswith("-")
            key = _KEY.match(line)
            if key is not None:
                yield key[1]
        if indent == 0 and not is_item:
            return


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _in_a_secret(lines: Sequence[str], index: int) -> bool:
    """Whether a line is part of a document that is, or holds, a Kubernetes Secret."""
    first = next((i for i in range(index, -1, -1) if lines[i].startswith("---")), 0)
    last = next((i for i in range(index + 1, len(lines)) if lines[i].startswith("---")), len(lines))
    return any(_OF_A_SECRET.search(line) for line in lines[first:last])
