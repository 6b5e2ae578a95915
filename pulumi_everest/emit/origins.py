"""Where in a cluster the parts of its emitted objects come from.

Templates are not asked. A value of the cluster is replaced by one that is not known, which passes through to wherever
it lands, and the objects are made again: what then is not known came from there. That costs an emission for each value
that is tried, so it is done only for parts with which something is wrong, and values of one sort, such as those of the
items of a long list, are tried together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from pulumi_everest.core.exact import each_leaf
from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import MISSING, found_at, value_at, without
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.deferred import Computed, Deferred, Path, leaves_of
from pulumi_everest.model.findings import EverestError

Emit = Callable[[Resolved], Sequence[Emitted]]


class Origins:
    """The origins of one cluster's objects. `spec` is what the user wrote, `resolved` what the objects are made of."""

    def __init__(self, spec: Mapping[str, Any], resolved: Resolved, objects: Sequence[Emitted], emit: Emit) -> None:
        self._spec, self._resolved, self._objects, self._emit = spec, resolved, objects, emit
        self._made: dict[tuple[Path, ...], Sequence[Emitted]] = {}
        self._found: dict[tuple[int, Path], Path | None] = {}

    def of(self, index: int, path: Path) -> Path | None:
        """The place in the user's spec that a part of an object came from; None where it came from somewhere else.

        A part that is not there came from its parent, or from a null in `overrides` that removed it.
        """
        return self.of_override(index, path) or self._passed_on(index, path)

    def of_override(self, index: int, path: Path) -> Path | None:
        """The place in `overrides` that a part of an object came from, or that removed it."""
        patched = self._manifest(self._patched, index)
        missing = found_at(self._objects[index].manifest, path) is MISSING
        return self._written(_origin(patched, path), missing=missing) or self._toggled(index, path)

    def _written(self, origin: Path | None, *, missing: bool = False) -> Path | None:
        """The origin, if the user wrote what stands there, or what it is missing in, and not a preset or a default."""
        if origin is None or found_at(self._spec, origin[:-1] if missing else origin) is MISSING:
            return None
        return origin

    @cached_property
    def _patched(self) -> Sequence[Emitted]:
        return self._with_marks(tuple(self._patches()))

    def _patches(self) -> Iterator[Path]:
        """The paths of all values in `overrides`."""
        spec = self._resolved.spec
        places: list[Path] = [("overrides",), *(("instances", name, "overrides") for name in spec["instances"])]
        for place in places:
            patch = value_at(spec, place)
            if patch is not None:
                yield from (path for path, value in each_leaf(patch, place) if value is not None and value != {})

    def _toggled(self, index: int, path: Path) -> Path | None:
        """The null or empty mapping in `overrides` without which the part would be there, or would not be."""
        present = found_at(self._objects[index].manifest, path) is not MISSING
        for place in [("overrides",), *(("instances", name, "overrides") for name in self._resolved.spec["instances"])]:
            patch = value_at(self._resolved.spec, place)
            for leaf, value in each_leaf(patch, place) if isinstance(patch, dict) else ():
                if value is not None and value != {}:
                    continue
                made = self._made_of(without(self._resolved.spec, leaf))
                if (found_at(self._manifest(made, index), path) is not MISSING) != present:
                    return self._written(leaf)
        return None

    def _passed_on(self, index: int, path: Path) -> Path | None:
        """The field outside `overrides` whose value is the part, or is what the part was computed of."""
        if (index, path) not in self._found:
            self._found[index, path] = self._find(index, path)
        return self._found[index, path]

    def _find(self, index: int, path: Path) -> Path | None:
        part = found_at(self._objects[index].manifest, path)
        if part is MISSING:
            parent = self._passed_on(index, path[:-1]) if len(path) > 1 else None
            return (*parent, path[-1]) if parent is not None else None
        value = _frozen(part)
        same = ((group, value) for group in self._fields.with_value.get(value, ()))
        for group, wanted in (*same, *((group, None) for group in self._fields.of_leaves)):
            fields = self._fields.groups[group]
            if len(fields) > _MANY and self._with_marks(tuple(fields)):
                fields = self._marking(tuple(fields), index, path)
                if len(fields) == 1 and wanted in (None, self._fields.values[fields[0]]):
                    return fields[0]
            for field in fields:
                if wanted in (None, self._fields.values[field]) and self._marking((field,), index, path) == [field]:
                    return field
        return None

    def _marking(self, fields: tuple[Path, ...], index: int, path: Path) -> list[Path]:
        """Those of some fields that a part comes from, when all of them are marked."""
        mark = found_at(self._manifest(self._with_marks(fields), index), path)
        return [leaf.path for leaf in leaves_of(mark)] if isinstance(mark, Deferred) else []

    @cached_property
    def _fields(self) -> _Fields:
        return _Fields(self._spec, self._resolved.spec)

    def _with_marks(self, paths: tuple[Path, ...]) -> Sequence[Emitted]:
        """The objects with a mark in the place of each of these values; none where they cannot be made then."""
        if paths not in self._made:
            spec = copied(self._resolved.spec)
            for path in paths:
                node = value_at(spec, path[:-1]) if len(path) > 1 else spec
                node[path[-1]] = Deferred(path)
            self._made[paths] = self._made_of(spec)
        return self._made[paths]

    def _made_of(self, spec: dict[str, Any]) -> Sequence[Emitted]:
        try:
            return self._emit(replace(self._resolved, spec=spec))
        except EverestError:
            return ()

    def _manifest(self, objects: Sequence[Emitted], index: int) -> dict[str, Any]:
        """The object that is the same one among objects made of something else, or nothing."""
        wanted = self._objects[index]
        if len(objects) == len(self._objects) and objects[index].name == wanted.name:
            return objects[index].manifest
        return next((entry.manifest for entry in objects if entry.main), {}) if wanted.main else {}


class _Fields:
    """What the user wrote outside `overrides`, in groups of one sort: those of a path that differ in positions only.

    Keys of a mapping with many keys count as positions, too.
    """

    def __init__(self, spec: Mapping[str, Any], resolved: Mapping[str, Any]) -> None:
        self.groups: dict[_Group, list[Path]] = {}
        self.values: dict[Path, str] = {}
        """The values as they are resolved; fields that are not there then are left out."""
        self.with_value: dict[str, dict[_Group, None]] = {}
        """The groups that have a value."""
        self.of_leaves: dict[_Group, None] = {}
        """The groups of values that are no mappings or lists."""
        for path, pattern, written in _nodes(spec, (), ()):
            value = found_at(resolved, path)
            if "overrides" in path[:3] or value is MISSING:
                continue
            is_leaf = not isinstance(written, (dict, list))
            group = (is_leaf, pattern)
            self.groups.setdefault(group, []).append(path)
            self.values[path] = _frozen(value)
            self.with_value.setdefault(self.values[path], {})[group] = None
            if is_leaf:
                self.of_leaves[group] = None


_Group = tuple[bool, Path]
_MANY = 16


def _frozen(value: Any) -> str:
    """Plain data as text: the same for the same."""
    return json.dumps(value, sort_keys=True, default=lambda deferred: f"<{id(deferred)}>")


def _nodes(data: Any, path: Path, pattern: Path) -> Iterator[tuple[Path, Path, Any]]:
    """Everything below plain data, deepest first: its path, with ``*`` for positions, too, and the value."""
    if not isinstance(data, (dict, list)):
        return
    open_ended = isinstance(data, list) or len(data) > _MANY
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        below = (*pattern, "*" if open_ended else key)
        yield from _nodes(value, (*path, key), below)
        yield (*path, key), below, value


def _origin(manifest: Any, path: Path) -> Path | None:
    """Where the marks at or below a path of an object say that it came from; for a missing part, its parent did."""
    node = found_at(manifest, path)
    if isinstance(node, Computed):
        return node.needs[0].path if len(node.needs) == 1 else None
    if node is not MISSING:
        return _common(node)
    parent = found_at(manifest, path[:-1]) if path else MISSING
    origin = _common(parent) if isinstance(parent, (dict, list)) else None
    return (*origin, path[-1]) if origin is not None else None


def _common(node: Any) -> Path | None:
    """The one path that all marks in a part give for the part itself; None where something in it is from elsewhere."""
    found: set[Path | None] = set()
    for below, value in each_leaf(node, ()):
        if not isinstance(value, Deferred) or isinstance(value, Computed):
            return None
        rest = len(value.path) - len(below)
        found.add(value.path[:rest] if rest > 0 and value.path[rest:] == below else None)
    return found.pop() if len(found) == 1 else None
