"""The paths that an expression reads, and which values it waits for therefore."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from pulumi_everest.model.deferred import Deferred, leaves, leaves_of


class Step(Enum):
    """A step of a path that is not one constant key."""

    INDEX = "index"  # some key or position, computed
    EACH = "each"  # every item of a list; for a map its keys, so nothing of its values


ReadPath = tuple[str | Step, ...]


class Use(Enum):
    """How much of the value at a path is needed."""

    WHOLE = "whole"  # all of it
    NODE = "node"  # whether it is there, its kind, how many it holds; not what is below
    KEYS = "keys"  # the keys of a map, all of a list
    PRESENCE = "presence"  # only whether the key is there


class Read(NamedTuple):
    """One path that an expression reads, from the name of a variable on."""

    path: ReadPath
    use: Use


def shown(path: ReadPath) -> tuple[str | None, ...]:
    """A path for people and other modules: None for every step that is not one constant key."""
    return tuple(step if isinstance(step, str) else None for step in path)


def waits_for(reads: Iterable[Read], variables: Mapping[str, Any]) -> tuple[Deferred, ...]:
    """The leaves that must be known before an expression with these reads can be evaluated."""
    found: dict[Deferred, None] = {}
    for read in reads:
        _meet(variables, read.path, read.use, found)
    return tuple(found)


def _meet(node: Any, path: ReadPath, use: Use, found: dict[Deferred, None]) -> None:
    for position, step in enumerate(path):
        if isinstance(node, Deferred):
            break
        if isinstance(step, Step):
            if isinstance(node, list) or (isinstance(node, dict) and step is Step.INDEX):
                for value in node.values() if isinstance(node, dict) else node:
                    _meet(value, path[position + 1 :], use, found)
            return
        if not isinstance(node, Mapping) or step not in node:
            return
        if use is Use.PRESENCE and position == len(path) - 1:
            return
        node = node[step]
    if isinstance(node, Deferred):
        found.update(dict.fromkeys(leaves_of(node)))
    elif use is Use.WHOLE or (use is Use.KEYS and isinstance(node, list)):
        found.update(dict.fromkeys(leaves(node)))
