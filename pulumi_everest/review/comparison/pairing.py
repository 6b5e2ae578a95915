"""Which document of one side is that of a cluster of the other, before anything is made of them."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_everest.model.source.packed import Head
from pulumi_everest.workspace.one_by_one import OneByOne

Pair = tuple[int | None, int | None]
"""The numbers of the documents that a cluster was, and is."""


def pairs_of(before: OneByOne, after: OneByOne) -> list[Pair]:
    """The clusters of `after` in their order, each with what it was, then those that are gone.

    By namespace and name, else by the name alone, as clusters are paired when they are known (`impacts.pairs`).
    """
    by_name = {_key(head, number): number for number, head in _heads(before)}
    same = [(by_name.pop(_key(head, number), None), number, head) for number, head in _heads(after)]
    left = dict.fromkeys(by_name.values())
    by_resource = {head.name: number for number, head in _heads(before) if number in left and head.name is not None}
    found: list[Pair] = []
    for was, number, head in same:
        former = by_resource.pop(head.name, None) if was is None and head.name is not None else was
        found.append((former, number))
    known = {was for was, _ in found}
    return [*found, *((number, None) for number in before.numbers if number not in known)]


def _heads(side: OneByOne) -> Iterator[tuple[int, Head]]:
    for number in side.numbers:
        yield number, side.documents.packed(number).head


def _key(head: Head, number: int) -> tuple[str, str | int]:
    """Namespace and name; what has no name is alone."""
    return head.namespace or "default", head.name if head.name is not None else number
