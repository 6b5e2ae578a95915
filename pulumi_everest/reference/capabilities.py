"""What the conformance kit has proved of the built-in plugins, by docs/capabilities.md, which a wheel has inside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PAGE = "capabilities.md"
_IN_WHEEL = Path(__file__).parent / PAGE
_IN_CHECKOUT = Path(__file__).parents[2] / "docs" / PAGE
_CHAPTER = re.compile(r"^## (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Proved:
    """One capability: its name, its title, and what is known of it in each topology (``proved, 8 of 12``)."""

    name: str
    title: str
    topologies: Mapping[str, str]


@cache
def proved(title: str) -> tuple[Proved, ...]:
    """What is proved of the plugin with this title; nothing where the page does not know it, or is not there."""
    try:
        text = (_IN_CHECKOUT if _IN_CHECKOUT.is_file() else _IN_WHEEL).read_text(encoding="utf-8")
    except OSError:
        return ()
    parts = _CHAPTER.split(text)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    return tuple(_rows(found.get(title, "")))


def _rows(chapter: str) -> list[Proved]:
    table = [_cells(line) for line in chapter.splitlines() if line.startswith("|") and not line.startswith("|--")]
    if not table:
        return []
    topologies = table[0][2:]
    return [Proved(row[0], row[1], dict(zip(topologies, row[2:], strict=True))) for row in table[1:]]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
