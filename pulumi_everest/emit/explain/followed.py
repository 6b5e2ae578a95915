"""Which values of a cluster each value of its objects follows.

Templates are not asked: a value of the resolved cluster is changed, the objects are made again, and what then differs
follows it. So what is said is what a user sees who makes that change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from pulumi_everest.core.exact import each_leaf
from pulumi_everest.core.paths import MISSING, found_at, with_value, without
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.templates.template import Emitted
from pulumi_everest.model.deferred import Deferred, Path, leaves_of
from pulumi_everest.model.findings import EverestError

Emit = Callable[[Resolved], Sequence[Emitted]]
Leaf = tuple[int, Path]
"""A value of the objects: the number of its object, and its path there."""

_QUANTITY: Final = re.compile(r"(\d+)((?:\.\d+)?(?:[KMGTPE]i?|m|k)?)")
_VERSION: Final = re.compile(r"(\d+\.\d+.*?)(\d+)(\D*)")


def leaves(objects: Sequence[Emitted]) -> Iterator[tuple[Leaf, Any]]:
    """Every value of the objects that is no mapping or list with something in it."""
    for index, entry in enumerate(objects):
        for path, value in each_leaf(entry.manifest, ()):
            yield (index, path), value


def followed(resolved: Resolved, objects: Sequence[Emitted], emit: Emit) -> dict[Leaf, list[Path]]:
    """For each value of the objects of a cluster what it follows: paths in the spec, or below ``metadata``.

    Values that a program gave are below ``secrets``. ``instances.<component>`` alone is that there is such a component,
    whatever is said of it.
    """
    inputs = [*inputs_of(resolved.spec, resolved.metadata)]
    inputs += [(("secrets", *path), value) for path, value in inputs_of(resolved.secrets, {})]
    found = followed_by(objects, inputs, lambda path, other: emit(changed(resolved, path, other)))
    before = dict(leaves(objects))
    for component in resolved.types:
        fewer = _without(resolved, component)
        for leaf in _differing(before, objects, lambda: emit(fewer)):  # noqa: B023 - asked at once
            if not any(path[:2] == ("instances", component) for path in found[leaf]):
                found[leaf].append(("instances", component))
    return found


def followed_by(
    objects: Sequence[Emitted], inputs: Iterable[tuple[Path, Any]], make: Callable[[Path, Any], Sequence[Emitted]]
) -> dict[Leaf, list[Path]]:
    """For each value of the objects the inputs that it follows.

    `make` gives the objects with another value for one input, or with `MISSING` in its place.
    """
    before = dict(leaves(objects))
    found: dict[Leaf, list[Path]] = {leaf: [] for leaf in before}
    for path, value in inputs:
        for leaf in _moved(path, value, before, objects, make):
            found[leaf].append(path)
    for leaf, value in before.items():
        # What is not known yet says itself where it will come from.
        found[leaf] += [one.path for one in leaves_of(value) if one.path] if isinstance(value, Deferred) else []
    return found


def inputs_of(spec: Mapping[str, Any], metadata: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The values of a spec that are known, and those of its metadata."""
    data = {**spec, **({"metadata": metadata} if metadata else {})}
    if not data:
        return
    yield from ((path, value) for path, value in each_leaf(data, ()) if not isinstance(value, Deferred))


def _moved(
    path: Path,
    value: Any,
    before: Mapping[Leaf, Any],
    objects: Sequence[Emitted],
    make: Callable[[Path, Any], Sequence[Emitted]],
) -> set[Leaf]:
    """The values that differ when an input is another one, and when it is not there.

    An object that is gone as a whole moves all of its values, one that has another name only what differs in it.
    """
    moved: set[Leaf] = set()
    for other in (*_others(value), MISSING):
        if other is MISSING and moved:
            break
        moved.update(_differing(before, objects, partial(make, path, other)))
    return moved


def _differing(
    before: Mapping[Leaf, Any], objects: Sequence[Emitted], make: Callable[[], Sequence[Emitted]]
) -> Iterator[Leaf]:
    """The values that are not what they were when the objects are made anew; none where that fails."""
    try:
        twins = _twins(objects, make())
    except EverestError:
        return
    for (index, path), was in before.items():
        there = twins[index]
        now = found_at(there.manifest, path) if there is not None else MISSING
        if now is MISSING or now != was or type(now) is not type(was):
            yield index, path


def _twins(objects: Sequence[Emitted], made: Sequence[Emitted]) -> list[Emitted | None]:
    """For each object the one that it is among others: of its name in the template, in their order."""
    queues: dict[str, list[Emitted]] = {}
    for entry in made:
        queues.setdefault(entry.name, []).append(entry)
    return [queue.pop(0) if (queue := queues.get(entry.name)) else None for entry in objects]


def _others(value: Any) -> Iterator[Any]:
    """Values of the kind of another one: what a user could write in its place."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, (int, float)):
        yield value + 2
    elif isinstance(value, str):
        quantity = _QUANTITY.fullmatch(value)
        version = _VERSION.fullmatch(value)
        if quantity is not None:
            yield f"{int(quantity[1]) + 3}{quantity[2]}"
        elif version is not None:
            yield f"{version[1]}{int(version[2]) + 1}{version[3]}"
        yield f"{value}x"
        if "/" in value:
            yield f"x{value}"
        yield f"{value[:-1]}y" if value else "y"
    else:
        yield "x"


def _without(resolved: Resolved, component: str) -> Resolved:
    """The cluster without one of its components."""
    types = {name: kind for name, kind in resolved.types.items() if name != component}
    return replace(resolved, types=types, spec=without(resolved.spec, ("instances", component)))


def changed(resolved: Resolved, path: Path, value: Any) -> Resolved:
    """The cluster with another value at a path, or with none there."""
    if path[0] == "metadata":
        return replace(resolved, metadata=changed_data(resolved.metadata, path[1:], value))
    if path[0] == "secrets":
        return replace(resolved, secrets=changed_data(resolved.secrets, path[1:], value))
    return replace(resolved, spec=changed_data(resolved.spec, path, value))


def changed_data(data: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Plain data with another value at a path, or with none there."""
    return without(dict(data), path) if value is MISSING else with_value(dict(data), path, value)
