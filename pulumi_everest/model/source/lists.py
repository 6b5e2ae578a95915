"""Lists of objects as one document, as tools write them: `List`, and lists of one kind such as `ConfigMapList`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from yaml.events import MappingStartEvent, ScalarEvent, SequenceStartEvent

from pulumi_everest.model.source.events import ENDS, STARTS, Extent

SUFFIX = "List"
_LARGEST = 1_000
"""How many keys of a document are looked through for those of a list."""


@dataclass(frozen=True)
class ObjectList:
    """A list of objects: where the value of its `items` stands, and what is said of objects that say nothing."""

    items: Extent
    api_version: str | None
    kind: str | None
    is_sequence: bool


def object_list(events: list[Any], extent: Extent) -> ObjectList | None:
    """The list that a node of a document is; None where it is none."""
    start, end = extent
    if type(events[start]) is not MappingStartEvent:
        return None
    texts: dict[str, str] = {}
    items: Extent | None = None
    for key, value in _pairs(events, start + 1, end - 1):
        if type(events[key]) is not ScalarEvent:
            continue
        name = events[key].value
        if name in ("apiVersion", "kind") and type(events[value[0]]) is ScalarEvent:
            texts.setdefault(name, events[value[0]].value)
        elif name == "items" and items is None:
            items = value
    kind = texts.get("kind", "")
    if items is None or not kind.endswith(SUFFIX):
        return None
    own = kind.removesuffix(SUFFIX) or None
    sequence = type(events[items[0]]) is SequenceStartEvent
    return ObjectList(items, texts.get("apiVersion") if own else None, own, sequence)


def items_of(events: list[Any], found: ObjectList) -> Iterator[Extent]:
    """Where the objects of a list stand."""
    index, end = found.items[0] + 1, found.items[1] - 1
    while index < end:
        following = after(events, index)
        yield index, following
        index = following


def _pairs(events: list[Any], index: int, end: int) -> Iterator[tuple[int, Extent]]:
    for _ in range(_LARGEST):
        if index >= end:
            return
        value = after(events, index)
        following = after(events, value)
        yield index, (value, following)
        index = following


def after(events: list[Any], index: int) -> int:
    """The position after the node that begins at `index`."""
    depth = 0
    while index < len(events):
        kind = type(events[index])
        index += 1
        depth += (kind in STARTS) - (kind in ENDS)
        if depth <= 0:
            break
    return index
