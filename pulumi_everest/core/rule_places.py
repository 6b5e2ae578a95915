"""Where a cluster breaks a rule: the items of lists and the members of mappings that the rule's path leaves open.

A rule is a condition on the whole cluster, and cannot say which of several storages or components breaks it. So it is
asked again, of each alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pulumi_everest.core.paths import FieldPath, missing_part, value_at
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.shapes import ANY, Shape

Asks = Callable[[Mapping[str, Any]], bool | None]
"""Whether the rule holds for a spec; None where that cannot be said of so little of one."""

METADATA: Final = "metadata"
_USERS: Final = "users"
_CREDENTIALS: Final = (("backup", "storages", "credentials"), ("monitoring", "credentials"))
ANY_MEMBER: Final = "*"


def missing_place(path: FieldPath, shapes: Mapping[str, Shape]) -> tuple[int, list[str]] | None:
    """Where the path of a rule leaves what it can be about, and what would be there.

    That is the spec, what programs give beside it (``users.admin``), and the metadata (``metadata.name``).
    """
    if path[:1] == (METADATA,):
        missing = missing_part(path[1:], shapes.get(METADATA, ANY))
        return None if missing is None else (missing[0] + 1, missing[1])
    return None if path[:1] == (_USERS,) or path in _CREDENTIALS else _missing(path, shapes["spec"])


def _missing(path: FieldPath, shape: Shape) -> tuple[int, list[str]] | None:
    """The same in a spec; any member is that of one of a mapping's fields that has what is below."""
    if ANY_MEMBER not in path:
        return missing_part(path, shape)
    depth = path.index(ANY_MEMBER)
    missing = missing_part(path[:depth], shape)
    if missing is not None:
        return missing
    for part in path[:depth]:
        shape = shape.at(0) if shape.kind == "list" else shape
        shape = shape.fields[part] if shape.kind == "object" else shape.at(part)
    members = list(shape.fields.values()) if shape.kind == "object" else [shape.at(ANY_MEMBER)]
    results = [_missing(path[depth + 1 :], member) for member in members]
    if None in results or not results:
        return None
    index, allowed = results[0] or (0, [])
    return index + depth + 1, allowed


def places(path: FieldPath, spec: Mapping[str, Any], asks: Asks) -> list[Path]:
    """The places of a path at which a spec breaks a rule; each once, at least one."""
    if path[:1] in ((METADATA,), (_USERS,)):
        return [path]
    return list(dict.fromkeys(_places(path, (), (), spec, asks)))


def _places(rest: FieldPath, shown: Path, at: Path, spec: Mapping[str, Any], asks: Asks) -> Iterator[Path]:
    """`at` is a place in a spec with as little as possible beside it, `shown` the same in the one that was given."""
    node = value_at(spec, at)
    below = rest
    found: list[Part]
    if isinstance(node, list) and node and rest:
        found = _broken_items(node, at, spec, asks)
    elif isinstance(node, dict) and node and rest[:1] == (ANY_MEMBER,):
        below = rest[1:]
        found = _broken_members(node, at, below, spec, asks)
    elif rest and rest[0] != ANY_MEMBER:
        yield from _places(rest[1:], (*shown, rest[0]), (*at, rest[0]), spec, asks)
        return
    else:
        found = []
    if not found:
        yield shown
    for key, here, smaller in found:
        yield from _places(below, (*shown, key), (*at, here), smaller, asks)


Part = tuple[int | str, int | str, Mapping[str, Any]]
"""An item or member that breaks a rule: its key, that in the smaller spec, and this spec."""


def _broken_items(node: list[Any], at: Path, spec: Mapping[str, Any], asks: Asks) -> list[Part]:
    def of(items: list[Any]) -> Any:
        return _with(spec, at, items)

    if asks(of([])) is False:
        return []  # it is not about items
    alone: list[Part] = [(i, 0, smaller) for i, item in enumerate(node) if asks(smaller := of([item])) is False]
    if alone:
        return alone
    number = _first(len(node), lambda number: asks(of(node[:number])))
    return [(number - 1, number - 1, of(node[:number]))] if number else []


def _broken_members(
    node: Mapping[str, Any], at: Path, below: FieldPath, spec: Mapping[str, Any], asks: Asks
) -> list[Part]:
    """The same of a mapping, whose other members stay, without the field that the rule is about.

    A rule may be broken because just this field is missing; then without what is around it.
    """
    for depth in range(max(len(below), 1), 0, -1):
        found = _members_without(node, at, below[:depth], spec, asks)
        if found:
            return found
    return []


def _members_without(
    node: Mapping[str, Any], at: Path, below: FieldPath, spec: Mapping[str, Any], asks: Asks
) -> list[Part]:
    keys = list(node)

    def of(kept: list[str]) -> Any:
        if not below:
            return _with(spec, at, {key: node[key] for key in kept})
        return _with(spec, at, {key: node[key] if key in kept else _without(node[key], below) for key in keys})

    if asks(of([])) is False:
        return []
    alone: list[Part] = [(key, key, smaller) for key in keys if asks(smaller := of([key])) is False]
    if alone:
        return alone
    number = _first(len(keys), lambda number: asks(of(keys[:number])))
    if number:
        return [(keys[number - 1], keys[number - 1], of(keys[:number]))]
    # A member without which the rule holds, where it asks for the field of every one.
    others = ((key, _with(spec, at, {other: node[other] for other in keys if other != key})) for key in keys)
    found: list[Part] = [(key, key, spec) for key, without in others if asks(without)]
    return found[:1]


def _first(count: int, asks: Callable[[int], bool | None]) -> int:
    """With how many of the first parts a rule is broken that holds with one less; 0 where there is no such number."""
    low, high = 0, count
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if asks(middle) is False else (middle, high)
    return high if asks(high) is False and asks(high - 1) else 0


def _with(data: Any, at: Path, value: Any) -> Any:
    """A copy with another value at a place that is there."""
    if not at:
        return value
    below = _with(data[at[0]], at[1:], value)
    if isinstance(data, list):
        return [below if index == at[0] else item for index, item in enumerate(data)]
    return {**data, at[0]: below}


def _without(data: Any, field: FieldPath) -> Any:
    """A copy without a field, in all items of lists."""
    if isinstance(data, list):
        return [_without(item, field) for item in data]
    if not isinstance(data, dict) or field[0] not in data:
        return data
    if len(field) == 1:
        return {key: value for key, value in data.items() if key != field[0]}
    return {**data, field[0]: _without(data[field[0]], field[1:])}
