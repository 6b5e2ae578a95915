"""What of a page is shown where there is little room: every section something, the worst all it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

LINES = 60
"""How many lines a page has at most, unless more than that is refused."""
SAMPLES = 2
"""How many of many names are shown."""
CHARACTERS = 240
"""How long a line of names is that are not all to be said; names in braces may be many."""


@dataclass(frozen=True)
class Entry:
    """One thing that a page says, in lines; `names` are what it is about, all of them, and `count` how many those are.

    `unit` is what is counted, such as ``cluster``, empty where nothing is. `sure` is said whatever else is left out.
    """

    text: str
    count: int
    names: Sequence[str] = ()
    unit: str = "cluster"
    more: Sequence[str] = ()
    sure: bool = False


@dataclass(frozen=True)
class Section:
    """Entries under one title, the most important first."""

    title: str
    entries: Sequence[Entry] = ()


@dataclass
class Shown:
    """A section as far as there is room: the entries that are shown, and how many of what are not."""

    section: Section
    entries: list[Entry] = field(default_factory=list)

    @property
    def left_out(self) -> Sequence[Entry]:
        """The entries that there is no room for."""
        return self.section.entries[len(self.entries) :]


def arranged(sections: Sequence[Section], room: int, height: Callable[[Entry], int]) -> list[Shown]:
    """The sections within `room` lines, of which each takes one for its title and one for what is left out.

    First each section gets what must be said and its first entry, then the rest of the room goes to the first ones.
    """
    shown = [Shown(section) for section in sections if section.entries]
    room -= 2 * len(shown)
    for one in shown:
        for number, entry in enumerate(one.section.entries):
            if number == 0 or entry.sure:
                one.entries.append(entry)
                room -= height(entry)
    for one in shown:
        for entry in one.left_out:
            room -= height(entry)
            if room < 0:
                return shown
            one.entries.append(entry)
    return shown


def some_names(names: Sequence[str], most: int = 8) -> str:
    """Names for a line: all of few, else the first ones as samples."""
    text = ", ".join(names)
    if len(names) <= most and len(text) <= CHARACTERS:
        return text
    return f"such as {', '.join(map(_sample, names[:SAMPLES]))}"


def _sample(name: str) -> str:
    """A name, and of many in braces the first ones: ``shop/orders-{1,3,7,…}``."""
    end = name.rfind(",", 0, CHARACTERS // SAMPLES)
    if len(name) <= CHARACTERS // SAMPLES or "{" not in name[:end]:
        return name
    kept = name[:end]
    return f"{kept},…{'}' * (kept.count('{') - kept.count('}'))}"
