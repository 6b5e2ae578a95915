"""Kinds of clusters: which values of a cluster decide what its objects consist of, and which are merely passed on.

Clusters that agree in the former are of one kind: what is found out about how the objects of one are made holds for all
of them. A value that is passed on is found by a mark that stands in its place: it lands in the objects as it is, or
nowhere. One by which something is decided, or of which something is made, leaves there a value that waits for the mark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pulumi_everest.core.exact import leaves, same
from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.deferred import Computed, Deferred, Path, find, holds_deferred
from pulumi_everest.model.findings import EverestError

Emit = Callable[[Resolved], Sequence[Emitted]]
PassedOn = Mapping[Path, Sequence[Path]]
"""Values by their paths in the cluster, and where in the objects each must stand for it to be true."""

_MOST: Final = 500
_PROBE: Final = "a-text-like-no-other"


class ClusterKinds:
    """The kinds of the clusters of one template."""

    def __init__(self) -> None:
        self._passed_on: dict[Any, PassedOn] = {}

    def of(self, resolved: Resolved, emit: Emit, objects: Sequence[Emitted]) -> tuple[Any, ...]:
        """What is the same for clusters of one kind, and for no others. `emit` makes the objects of clusters."""
        found = leaves(resolved.spec)
        metadata = {key: value for key, value in resolved.metadata.items() if key != "name"}
        more = (metadata, resolved.options, leaves(resolved.secrets).keys())
        form = (tuple(found), tuple(resolved.types.items()), repr(more))
        if form not in self._passed_on:
            if len(self._passed_on) >= _MOST:
                self._passed_on.clear()
            self._passed_on[form] = passed_on(resolved, emit, _scalars(found))
        free = self._passed_on[form]
        manifests = [entry.manifest for entry in objects]

        def is_free(path: Path, value: Any) -> bool:
            return path in free and all(same(value_at(manifests, place), value) for place in free[path])

        return (*form, *(_value(value, is_free=is_free(path, value)) for path, value in found.items()))


def passed_on(resolved: Resolved, emit: Emit, paths: Sequence[Path]) -> PassedOn:
    """Those of some values of a cluster by which nothing is decided or made; none where that fails."""
    rest = list(paths)
    while rest:
        marks = {path: Deferred(path) for path in rest}
        try:
            made = emit(replace(resolved, spec=_with(resolved.spec, marks)))
        except EverestError:
            return {}
        deciding, places = set[Path](), dict[Path, list[Path]]()
        for place, value in _waiting(made):
            needed = [need.path for need in value.needs]
            handed_on = list(_handed_on(value, value_at(resolved.spec, needed[0]))) if len(needed) == 1 else []
            if handed_on:
                places.setdefault(needed[0], []).extend((*place, *below) for below in handed_on)
            else:
                deciding.update(needed)
        if deciding.isdisjoint(rest):
            return {path: places.get(path, ()) for path in rest}
        rest = [path for path in rest if path not in deciding]
    return {}


def _waiting(made: Sequence[Emitted]) -> Iterator[tuple[Path, Computed]]:
    """The values in objects that wait for others, with their places; those in names have none of their own."""
    for index, entry in enumerate(made):
        for place, value in leaves(entry.manifest).items():
            if isinstance(value, Computed):
                yield (index, *place), value
        yield from (((index,), value) for value in find([entry.name]) if isinstance(value, Computed))


def _handed_on(value: Computed, own: Any) -> Iterator[Path]:
    """Where in what waits for one text that will stand as it is, if that is all that is made of it."""
    if not isinstance(own, str):
        return
    try:
        now, other = (value.compute({value.needs[0]: given}) for given in (own, _PROBE))
    except EverestError:
        return
    if holds_deferred(now):
        return
    there, then = leaves(now), leaves(other)
    if there.keys() == then.keys():
        handed_on = [place for place, found in then.items() if same(found, _PROBE)]
        if all(same(there[place], own if place in handed_on else then[place]) for place in there):
            yield from handed_on


def _with(spec: Mapping[str, Any], values: Mapping[Path, Any]) -> dict[str, Any]:
    result: dict[str, Any] = copied(dict(spec))
    for path, value in values.items():
        node: Any = result
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value
    return result


def _scalars(found: Mapping[Path, Any]) -> list[Path]:
    """The values that may be passed on: what is left out, or empty, says what there is."""
    return [path for path, value in found.items() if isinstance(value, (str, int, float))]


def _value(value: Any, *, is_free: bool) -> Any:
    """A leaf as a part of a key: the class alone of what is passed on, or not known. 1 is not true."""
    return value.__class__ if is_free or isinstance(value, Deferred) else (value.__class__, repr(value))
