"""Places in a cluster's spec: removing, and the items of lists that a field path leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import FieldPath, value_at
from pulumi_everest.model.cluster import DatabaseClusterSpec
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.shapes import Shape, shape_of

_CLUSTER = shape_of(DatabaseClusterSpec)


def without_value(spec: Any, path: Path) -> dict[str, Any]:
    """A copy without the value, and without mappings that it leaves empty; a component stays, without settings."""
    result: dict[str, Any] = copied(spec)
    parents = [value_at(result, path[:depth]) for depth in range(len(path))]
    del parents[-1][path[-1]]
    for depth in range(len(path) - 1, 0, -1):
        key = path[depth - 1]
        component = depth == 2 and path[0] == "instances"
        if parents[depth] or isinstance(key, int) or component:
            break
        del parents[depth - 1][key]
    return result


def concrete(spec: Any, field: FieldPath) -> Iterator[Path]:
    """The places that a field has in a spec: one, or one in each item of the lists that it goes through."""
    yield from _concrete(spec, field, _CLUSTER, ())


def _concrete(node: Any, field: FieldPath, shape: Shape, path: Path) -> Iterator[Path]:
    if shape.kind == "list" and field:
        for index, item in enumerate(node if isinstance(node, list) else []):
            yield from _concrete(item, field, shape.at(0), (*path, index))
    elif not field:
        yield path
    else:
        below = node.get(field[0]) if isinstance(node, dict) else None
        yield from _concrete(below, field[1:], _below(shape, field[0]), (*path, field[0]))


def _below(shape: Shape, key: str) -> Shape:
    return shape.fields[key] if shape.kind == "object" and key in shape.fields else shape.at(key)


def items(spec: Any, path: Path = ()) -> Iterator[Path]:
    """The items of lists of mappings, the innermost and last first: what can be left out as a whole."""
    node = value_at(spec, path) if path else spec
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, (dict, list)) and key not in ("overrides", "scheduling"):
                yield from items(spec, (*path, key))
    elif isinstance(node, list):
        for index in range(len(node) - 1, -1, -1):
            if isinstance(node[index], dict):
                yield from items(spec, (*path, index))
                yield (*path, index)
