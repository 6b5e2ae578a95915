"""Fields that do nothing, since overrides remove or replace all that is emitted for them.

Nothing is known of templates. A field is replaced by a value that is not known: where the objects have that, the field
acts. One that shows in the objects without overrides, and does not with them, is dead. That costs some emissions: they
are made only where an override meets something that is emitted, for many fields at once as long as that tells enough,
and once for clusters of one kind (`cluster_kinds`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pulumi_everest.core.exact import each_leaf, same
from pulumi_everest.core.merging import copied
from pulumi_everest.core.overrides import without_overrides
from pulumi_everest.core.paths import MISSING, found_at, value_at, without
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.deferred import Deferred, Path, leaves_of
from pulumi_everest.model.findings import EverestError

Emit = Callable[[Resolved], Sequence[Emitted]]
_CHOICES = frozenset({"provider", "topology", "operatorVersion", "bundle", "preset"})


@dataclass(frozen=True)
class DeadField:
    """A field by its path, and the place in `overrides` that takes it away; `removed` says that it is a null."""

    path: Path
    override: Path
    removed: bool


class _Mark(Deferred):
    """A value that stands for a field or an override, whose path it has."""

    __slots__ = ()


class Overridden:
    """A cluster with overrides, and where in its objects these meet something that is emitted.

    `emit` makes the objects of the resolved cluster and of others; `objects` are those of the cluster, where they are
    known.
    """

    def __init__(self, resolved: Resolved, emit: Emit, objects: Sequence[Emitted] | None = None) -> None:
        self._resolved, self._emit, self._given = resolved, emit, objects
        self._patches = list(_patches(resolved.spec))
        self._without = without_overrides(resolved.spec)

    @cached_property
    def _made(self) -> dict[str, Any] | None:
        return self._objects(self._resolved.spec) if self._given is None else _by_name(self._given)

    @cached_property
    def _bare(self) -> dict[str, Any] | None:
        """The objects without overrides."""
        return self._objects(self._without)

    @cached_property
    def met(self) -> Mapping[Path, Path]:
        """The places in overrides, by the places in objects where they take something away."""
        return self._places() if self._patches else {}

    def _places(self) -> dict[Path, Path]:
        marked, found = self._objects(self._marked(self._resolved.spec, self._patches)), {}
        for name, object_ in (marked or {}).items():
            for place, value in each_leaf(object_, ()):
                marks = _marks(value)
                if marks and self._bare is not None and found_at(self._bare.get(name), place) is not MISSING:
                    found[(name, *place)] = marks[0].path
        return found

    def dead(self, written: Mapping[str, Any]) -> list[DeadField]:
        """The dead ones of the fields that are written; where all of an item or a mapping is dead, that."""
        if not written or not self.met:
            return []
        rest = [path for path in _fields(written) if found_at(self._resolved.spec, path) is not MISSING]
        found = {path: place for path in self.taken(self._unshown(rest)) if (place := self._dead(path)) is not None}
        return list(self._grouped(written, found))

    def _unshown(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Those of some fields that do not act. Some may hide behind what others decide, and show when these do not."""
        while paths:
            shown = self._shown(self._resolved.spec, paths, patched=True)
            if not shown:
                break
            paths = [path for path in paths if path not in shown]
        return paths

    def taken(self, paths: Sequence[Path]) -> Iterator[Path]:
        """Those of some fields that would be emitted where overrides take something away; where it is not told, all."""
        if not self.met:
            return
        while paths:
            shown = self._shown(self._without, paths, patched=False)
            if shown is None:
                yield from paths
            if not shown:
                break
            yield from (path for path in paths if self._override(shown.get(path, ())) is not None)
            paths = [path for path in paths if path not in shown]

    def _dead(self, path: Path) -> Path | None:
        """The override that takes away all that is emitted for a field."""
        acting = self._shown(self._resolved.spec, [path], patched=True)
        if acting is None or path in acting:
            return None
        return self._override((self._shown(self._without, [path], patched=False) or {}).get(path, ()))

    def _override(self, places: Iterable[Path]) -> Path | None:
        """The override that takes away the first of some places in objects that one does."""
        above = (place[:end] for place in places for end in range(len(place) + 1))
        return next((self.met[place] for place in above if place in self.met), None)

    def _grouped(self, written: Mapping[str, Any], found: dict[Path, Path]) -> Iterator[DeadField]:
        told: set[Path] = set()
        for path, override in found.items():
            whole = self._whole(written, path, found)
            if whole not in told:
                told.add(whole)
                yield DeadField(whole, override, value_at(self._resolved.spec, override) is None)

    def _whole(self, written: Mapping[str, Any], path: Path, dead: Collection[Path]) -> Path:
        """The largest part of the cluster around a dead field without which the objects are the same.

        Where there are none without it, it is one of which all is dead.
        """
        for end in range(2 if path[0] == "instances" else 1, len(path)):
            part = path[:end]
            below = [(*part, *rest) for rest, _ in each_leaf(found_at(written, part), ())]
            less = self._objects(without(self._resolved.spec, part))
            if less is None and all(leaf in dead for leaf in below):
                return part
            if less is not None and same(less, self._made) and self._would_show(part):
                return part
        return path

    def _would_show(self, path: Path) -> bool:
        """Whether a part of the cluster is emitted without overrides, and nothing else hides it."""
        return not same(self._objects(without(self._without, path)), self._bare)

    def _shown(self, spec: dict[str, Any], paths: Sequence[Path], *, patched: bool) -> dict[Path, list[Path]] | None:
        """Where in the objects the marks of fields are; None where the objects cannot be made with them."""
        marks = {place: path for path in paths for place in _marked_with(path, self._resolved)}
        more = self._patches if patched else []
        made = self._objects(self._marked(spec, [*marks, *more])) if paths else {}
        if made is None:
            return None
        found: dict[Path, list[Path]] = {}
        for name, object_ in made.items():
            for place, value in each_leaf(object_, ()):
                for mark in _marks(value):
                    if mark.path in marks:
                        found.setdefault(marks[mark.path], []).append((name, *place))
        return found

    def _marked(self, spec: dict[str, Any], paths: Sequence[Path]) -> dict[str, Any]:
        result: dict[str, Any] = copied(spec)
        for path in paths:
            node: Any = found_at(result, path[:-1])
            if node is not MISSING and not isinstance(node, _Mark):  # one that is marked as a whole
                node[path[-1]] = _Mark(path)
        return result

    def _objects(self, spec: dict[str, Any]) -> dict[str, Any] | None:
        """The objects by their names; None where they cannot be made."""
        try:
            made = self._emit(replace(self._resolved, spec=spec))
        except EverestError:
            return None
        return _by_name(made)


def _by_name(objects: Iterable[Emitted]) -> dict[str, Any]:
    return {f"{index} {entry.name}": entry.manifest for index, entry in enumerate(objects)}


def _marked_with(path: Path, resolved: Resolved) -> Iterator[Path]:
    """The values of a resolved cluster that a field decides: for a version its image, too."""
    yield path
    if path[0] == "instances" and path[2:] == ("version",):
        yield (*path[:2], "image")
    if path[:2] == ("components", "versions"):
        for name, kind in resolved.types.items():
            if kind == path[2]:
                yield from (("instances", name, key) for key in ("version", "image"))


def _fields(written: Mapping[str, Any]) -> Iterator[Path]:
    """The paths of all values outside overrides that do not decide what the cluster consists of."""
    for path, value in each_leaf(written, ()):
        if path and value is not None and path[0] not in _CHOICES and "overrides" not in path[:3:2]:
            yield path


def _patches(spec: Mapping[str, Any]) -> Iterator[Path]:
    """The paths of all values in overrides."""
    for place in [("overrides",), *(("instances", name, "overrides") for name in spec["instances"])]:
        patch = value_at(spec, place)
        if isinstance(patch, dict):
            yield from (path for path, value in _patch_leaves(patch, place) if value != {})


def _patch_leaves(data: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from _patch_leaves(value, (*path, key))
    else:
        yield path, data


def _marks(value: Any) -> list[_Mark]:
    return [leaf for leaf in leaves_of(value) if isinstance(leaf, _Mark)] if isinstance(value, Deferred) else []
