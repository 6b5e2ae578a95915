"""Which cluster of one side is that of the other, or its document, before anything is made of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from pulumi_everest.model.source.packed import Head
from pulumi_everest.workspace.one_by_one import OneByOne

Pair = tuple[int | None, int | None]
"""The numbers of the documents that a cluster was, and is."""


_Thing = TypeVar("_Thing")
Known = tuple[tuple[Any, ...], Any, _Thing]
"""What is to be paired: its key, of which there is one on each side; a name, or None, that several may have; and it."""


def paired(
    before: Sequence[Known[_Thing]], after: Sequence[Known[_Thing]]
) -> list[tuple[_Thing | None, _Thing | None]]:
    """Those of `after` in their order, each with what it was, then those that are gone.

    By their keys, and what is left by the names alone; of several of one name those go together whose keys come first.
    """
    by_key = {key: index for index, (key, _, _) in enumerate(before)}
    former = [by_key.pop(key, None) for key, _, _ in after]
    left: dict[Any, deque[int]] = {}
    for _, index in sorted(by_key.items(), key=lambda entry: repr(entry[0])):
        left.setdefault(before[index][1], deque()).append(index)
    for index in sorted(range(len(after)), key=lambda index: repr(after[index][0])):
        name = after[index][1]
        if former[index] is None and name is not None and left.get(name):
            former[index] = left[name].popleft()
    found: list[tuple[_Thing | None, _Thing | None]] = [
        (before[index][2] if index is not None else None, now) for index, (_, _, now) in zip(former, after, strict=True)
    ]
    known = set(former)
    return [*found, *((was, None) for index, (_, _, was) in enumerate(before) if index not in known)]


def pairs_of(before: OneByOne, after: OneByOne) -> list[Pair]:
    """The clusters of both sides: by namespace and name, else by the name alone, as `impacts.pairs` has known ones."""
    sides = ([(_key(head, number), head.name, number) for number, head in _heads(side)] for side in (before, after))
    return paired(*sides)


def _heads(side: OneByOne) -> Iterator[tuple[int, Head]]:
    for number in side.numbers:
        yield number, side.documents.packed(number).head


def _key(head: Head, number: int) -> tuple[str, str | int]:
    """Namespace and name; what has no name is alone."""
    return head.namespace or "default", head.name if head.name is not None else number
