"""What was read from one object is tried for the next: after an update of a package or plugin many differ in one way.

To read a cluster from its object takes most of a second, since field after field is tried. Where templates make other
objects than before, the objects of all clusters differ from them by the same, so what was found for one is put into the
others, and counts where it makes exactly the object that is wanted. So nothing is taken for granted, and a wrong guess
costs one emission.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pulumi_everest.adoption.program_cluster import ProgramCluster
from pulumi_everest.core.changes.compare import ChangeSet
from pulumi_everest.core.changes.impact import Change
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.exact import same
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.objects import emit
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import EverestError

_MOST: Final = 20
"""How many ways to differ are remembered of one technology."""
_GONE: Final = object()
_NAME: Final = "\0"
"""Stands for the name of a cluster in what is the same for all of them; no value has it."""

Delta = tuple[tuple[Path, Any], ...]
"""Values by their places in a cluster, its metadata and options; `_GONE` where there is none."""


class KnownReadings:
    """The ways in which what was read from objects differs from the clusters that there are, the latest first."""

    def __init__(self) -> None:
        self._known: list[tuple[str, Delta]] = []
        self._judged: dict[str, tuple[str, list[Change]]] = {}

    def read(self, made: ProgramCluster, manifest: Mapping[str, Any]) -> Snapshot | None:
        """The cluster that an object is made of, where it differs from today's in a known way."""
        name = _name(made)
        for other, delta in self._known:
            own = _renamed(delta, other, name)
            snapshot = _applied(made.snapshot, own)
            if snapshot is not None and _makes(made, snapshot, manifest):
                return snapshot.unchosen()
        return None

    def judged(self, made: ProgramCluster, old: Snapshot, judge: Callable[[], ChangeSet]) -> ChangeSet:
        """What becomes of a cluster that was another one: once for all of one kind that differ in the same overrides.

        Only what no guard meets is taken from one for the others, and only where nothing but overrides differs that
        write no field of the cluster: of everything else the rest of the cluster may decide. What a reading never has,
        or has for the versions alone, counts as no difference.
        """
        delta = tuple(_differences(_document(made.snapshot), _document(old), ()))
        if old.object != made.snapshot.object or not any(map(_is_of_overrides, delta)):
            return judge()
        if not all(_is_of_overrides(entry) or _is_of_readings(entry) for entry in delta):
            return judge()
        name, document = _name(made), _document(made.snapshot)
        values = [*delta, *((path, value_at(document, path)) for path, _ in delta)]
        key = repr((made.snapshot.topology, sorted(made.snapshot.instances), _renamed(values, name, _NAME)))
        if key not in self._judged:
            result = judge()
            plain = [change for change in result.changes if not (change.guard or change.lifted or change.written)]
            if len(plain) != len(result.changes) or not all("overrides" in change.path for change in plain):
                return result
            self._judged[key] = (name, plain)
        other, changes = self._judged[key]
        own = [
            replace(
                change, old=_value_renamed(change.old, other, name), new=_value_renamed(change.new, other, name)
            )
            for change in changes
        ]  # fmt: skip
        return ChangeSet(made.snapshot.name, own, tuple(dict.fromkeys(made.allow)))

    def note(self, made: ProgramCluster, manifest: Mapping[str, Any], read: Snapshot) -> None:
        """Remember what was read from an object, where that is the cluster of today in another way."""
        delta = tuple(_differences(_document(made.snapshot), _document(read), ()))
        snapshot = _applied(made.snapshot, delta)
        if snapshot is not None and _makes(made, snapshot, manifest):
            self._known = [(_name(made), delta), *self._known][:_MOST]


def _is_of_overrides(difference: tuple[Path, Any]) -> bool:
    path, _ = difference
    return path[0] == "spec" and "overrides" in path


def _is_of_readings(difference: tuple[Path, Any]) -> bool:
    """Whether a difference is there for every object: none says what is done at its deletion, and a reading names the
    versions of types where a cluster leaves them to their defaults. The versions of components are fields themselves.
    """
    path, value = difference
    if path == ("options", "deletionPolicy"):
        return value is _GONE
    return path == ("spec", "components") and isinstance(value, dict) and value.keys() == {"versions"}


def _makes(made: ProgramCluster, snapshot: Snapshot, manifest: Mapping[str, Any]) -> bool:
    """Whether a cluster is made into exactly this object."""
    emitted = _main_object(made, snapshot)
    return emitted is not None and all(same(emitted.get(part), manifest.get(part)) for part in ("metadata", "spec"))


def _main_object(made: ProgramCluster, snapshot: Snapshot) -> Mapping[str, Any] | None:
    """The main object of a cluster. It is not checked, which takes as long again: what it is made into tells enough."""
    technology, plugin = made.setup.technology, made.setup.plugin
    if plugin is None or technology.is_controlled:
        return made.emitted(snapshot, snapshot.spec)
    types = technology.definition.types_of(snapshot.instances)
    options = {"volumePolicy": snapshot.options.get("volumePolicy", "keep")}
    resolved = Resolved(dict(snapshot.metadata), dict(snapshot.spec), types, options, dict(made.secrets))
    try:
        return next(entry.manifest for entry in emit(resolved, plugin.template) if entry.main)
    except EverestError:
        return None


def _name(made: ProgramCluster) -> str:
    name = made.snapshot.metadata.get("name")
    return name if isinstance(name, str) else ""


def _document(snapshot: Snapshot) -> dict[str, Any]:
    return {"metadata": snapshot.metadata, "spec": snapshot.spec, "options": snapshot.options}


def _differences(old: Any, new: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if same(old, new):
        return
    if not isinstance(old, dict) or not isinstance(new, dict):
        yield path, new
        return
    for key in {**old, **new}:
        if key not in new:
            yield (*path, key), _GONE
        elif key not in old:
            yield (*path, key), new[key]
        else:
            yield from _differences(old[key], new[key], (*path, key))


def _applied(snapshot: Snapshot, delta: Delta) -> Snapshot | None:
    """The cluster with these values; None where a place is none of it."""
    document: Any = _document(snapshot)
    for path, value in delta:
        document = _with(document, path, value)
        if document is None:
            return None
    return replace(snapshot, **document)


def _with(data: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    if not isinstance(data, dict):
        return None
    key, *rest = path
    if value is _GONE and not rest:
        return {name: one for name, one in data.items() if name != key}
    below = _with(data.get(key, {}) if rest else None, tuple(rest), value)
    return None if below is None and rest else {**data, key: below}


def _renamed(values: Iterable[tuple[Path, Any]], name: str, other: str) -> Delta:
    """The values with the name of another cluster."""
    return tuple((path, _value_renamed(value, name, other)) for path, value in values)


def _value_renamed(value: Any, name: str, other: str) -> Any:
    if not name or not other or name == other:
        return value
    if isinstance(value, str):
        return value.replace(name, other)
    if isinstance(value, dict):
        return {key: _value_renamed(below, name, other) for key, below in value.items()}
    return [_value_renamed(item, name, other) for item in value] if isinstance(value, list) else value
