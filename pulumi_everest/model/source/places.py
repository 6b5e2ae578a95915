"""Where keys and values stand, kept beside the data in a form that costs little: one flat list for a document.

An entry is three items of it: a key (or the position in a list), its spot, and the text as written of a scalar that
was read as something other than text, else None. The entries below it follow. A spot is one number: how many entries
are below, the place of the key and the place of the value; a place is line and column from 0.
"""

from __future__ import annotations

from typing import Any, Final

from pulumi_everest.model.deferred import Path

STRIDE: Final = 3
COLUMN_BITS: Final = 27  # one line may be as long as the largest file that is read
KEY_SHIFT: Final = 54
SIZE_SHIFT: Final = 108
_COLUMN: Final = (1 << COLUMN_BITS) - 1
_PLACE: Final = (1 << KEY_SHIFT) - 1

Entries = list[Any]


def packed(mark: Any) -> int:
    """The place of a parser's mark."""
    return int(mark.line << COLUMN_BITS | mark.column)


def unpacked(place: int) -> tuple[int, int]:
    """Line and column of a place."""
    return place >> COLUMN_BITS, place & _COLUMN


def key_place(entries: Entries, index: int) -> int:
    """The place of the key of an entry; for an item of a list, of the item."""
    return int(entries[index + 1]) >> KEY_SHIFT & _PLACE


def value_place(entries: Entries, index: int) -> int:
    """The place of the value of an entry."""
    return int(entries[index + 1]) & _PLACE


def end_of(entries: Entries, index: int) -> int:
    """The index after an entry and all below it."""
    return index + STRIDE + STRIDE * (int(entries[index + 1]) >> SIZE_SHIFT)


def below(entries: Entries, index: int, end: int | None = None) -> dict[str | int, Entries]:
    """The entries one step below an entry by key, each with those below it. `end` is for one that is still open."""
    found: dict[str | int, Entries] = {}
    here, end = index + STRIDE, end or end_of(entries, index)
    while here < end:
        following = end_of(entries, here)
        found[entries[here]] = entries[here:following]
        here = following
    return found


Children = dict[str | int, int]
"""The entries one step below an entry: where each is, by its key."""

_MANY: Final = 32


def nearest(entries: Entries, path: Path, wide: dict[int, Children]) -> tuple[int, bool]:
    """The index of the entry at a path, or of the last one on the way to it, and whether it is the one itself.

    The first entry is the root's. `wide` remembers, from one call to the next, what is below entries with many below.
    """
    index = 0
    for part in path:
        found = _child(entries, index, part, wide)
        if found is None:
            return index, False
        index = found
    return index, True


def _child(entries: Entries, index: int, part: str | int, wide: dict[int, Children]) -> int | None:
    """Where the entry of a key is, one step below another."""
    if index in wide:
        return wide[index].get(part)
    here, end, passed = index + STRIDE, end_of(entries, index), 0
    while here < end and entries[here] != part:
        here, passed = end_of(entries, here), passed + 1
    if passed > _MANY:
        wide[index] = _children(entries, index)
    return here if here < end else None


def _children(entries: Entries, index: int) -> Children:
    found: Children = {}
    here, end = index + STRIDE, end_of(entries, index)
    while here < end:
        found.setdefault(entries[here], here)
        here = end_of(entries, here)
    return found
