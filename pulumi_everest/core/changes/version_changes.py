"""Changes of versions, images and the operator version: what the definition's `upgrades` allow, and what only moved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pulumi_everest.core.changes.impact import Change, Impact
from pulumi_everest.core.changes.policies import Policies
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.changes.spec_differences import plain
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.technology import Technology
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.definition import Upgrades, VersionEntry
from pulumi_everest.model.values.versions import version_key

_BACK = "restore a backup that was made with the older version into a new cluster"
_PLAIN = Upgrades()


def version_changes(old: Snapshot, new: Snapshot, technology: Technology) -> Iterator[Change]:
    """The changes of all versions that the templates honour, in the order of the components."""
    changes = _VersionChanges(old, new, technology)
    yield from changes.operator()
    for name in new.instances:
        if name in old.instances and changes.honoured(name):
            yield from changes.component(name)


class _VersionChanges:
    """Two snapshots of a cluster at work."""

    def __init__(self, old: Snapshot, new: Snapshot, technology: Technology) -> None:
        self.old, self.new, self.technology = old, new, technology
        self.definition = technology.definition
        self.policies = Policies.of(technology.definition)
        self.specs = {"old": old.spec, "new": new.spec}
        self.was, self.now = _text(old.spec.get("operatorVersion")), _text(new.spec.get("operatorVersion"))

    def honoured(self, name: str) -> bool:
        """Whether the version of a component means anything."""
        topology = self.new.topology
        if topology not in self.definition.spec.topologies:
            return False
        if name not in self.definition.topology_components(topology):
            return False
        return all(fields.covers(("version",)) for fields in self.technology.instance_fields(topology, name))

    # The operator

    def operator(self) -> Iterator[Change]:
        was, now = self.was, self.now
        if was is None or now is None or was == now:
            return
        change = self._change(("operatorVersion",), "operatorVersion", was, now)
        if not self.new.holds("operatorVersion") and not self.old.says("operatorVersion"):
            why = "it moves only because the default does, and the cluster says the same as before"
            yield _refused(change, "default-moved", why, _pin(f"set operatorVersion: {was}", f"operatorVersion: {now}"))
        elif version_key(now) < version_key(was):
            why = "an operator does not take over what a newer one has written"
            yield _refused(change, "operator-downgrade", why, f"stay with operatorVersion: {was}, or go up")
        elif self._operator_jumps(was, now):
            why = "operators are upgraded one minor version at a time, each with its CRDs first"
            yield _refused(change, "operator-jump", why, self._operator_steps(was, now))
        else:
            yield change

    def _operator_jumps(self, was: str, now: str) -> bool:
        before, after = _numbers(was, 2), _numbers(now, 2)
        if len(before) < 2 or len(after) < 2:
            return False
        return (before[0] == after[0] and after[1] - before[1] > 1) or len(self._minors(was, now)) > 0

    def _minors(self, was: str, now: str) -> list[str]:
        """The newest version of each minor one that lies between."""
        manifest = self.technology.manifest
        between: dict[tuple[int, ...], str] = {}
        for version in sorted(manifest.operator.versions if manifest else [], key=version_key):
            if _numbers(was, 2) < _numbers(version, 2) < _numbers(now, 2):
                between[_numbers(version, 2)] = version
        return list(between.values())

    def _operator_steps(self, was: str, now: str) -> str:
        between = self._minors(was, now)
        return f"go over {' and '.join(between)} first" if between else f"go from {was} to {now} minor by minor"

    # Components

    def component(self, name: str) -> Iterator[Change]:
        path: Path = ("instances", name, "version")
        was, now = (_text(value_at(side.spec, path)) for side in (self.old, self.new))
        if was is not None and now is not None and was != now:
            change = self._change(path, f"{name}.version", was, now)
            yield self._guarded(name, change, was, now)
        elif was == now:
            yield from self._image(name)

    def _guarded(self, name: str, change: Change, was: str, now: str) -> Change:
        kind = self.definition.type_of(name)
        upgrades = self.definition.spec.upgrades.get(kind, _PLAIN)
        removed = self._removed(kind, now)
        if removed is not None:
            return _refused(change, "removed-version", f"release {removed} has no version {now}", "choose a newer one")
        if self._only_moved(name, was):
            why = "it moves only because the default does, and the cluster says the same as before"
            pin = _pin(f"set instances.{name}.version: {was}", f"instances.{name}.version: {now}")
            return _refused(change, "default-moved", why, pin)
        if version_key(now) < version_key(was):
            if upgrades.downgrade:
                return change
            why = "what a newer version has written an older one may not be able to read"
            return _refused(change, "downgrade", why, _BACK)
        before, after = _numbers(was, upgrades.major), _numbers(now, upgrades.major)
        return self._major(change, kind, upgrades, before, after) if before != after else self._aged(change, kind, now)

    def _major(
        self, change: Change, kind: str, upgrades: Upgrades, before: tuple[int, ...], after: tuple[int, ...]
    ) -> Change:
        old, new, step = _dotted(before), _dotted(after), upgrades.major_step
        if step == 0:
            why = f"{kind} {new} does not run with the data of {old} by a change of the version alone"
            return _refused(change, "engine-major", why, upgrades.message or _NEW_CLUSTER)
        between = self._between(kind, before, after, upgrades.major)
        if step is not None and self._steps(kind, before, after, upgrades.major) > step:
            why = f"from {old} to {new} is more than one change may go up"
            way = f"go over {' and '.join(between)} first" if between else f"go up by {step} at a time"
            return _refused(change, "major-jump", why, upgrades.message or way)
        if upgrades.paths is not None and not any(
            _begins(change.old, path.from_) and _begins(change.new, path.to) for path in upgrades.paths
        ):
            ways = ", ".join(f"{path.from_} to {path.to}" for path in upgrades.paths)
            why = f"there is no way from {old} to {new}"
            return _refused(change, "version-path", why, upgrades.message or (f"the ways are {ways}" if ways else ""))
        return self._aged(change, kind, str(change.new))

    def _steps(self, kind: str, before: tuple[int, ...], after: tuple[int, ...], parts: int) -> int:
        """How many major versions up: by number where one number is the major, else by what the catalog has."""
        if parts == 1:
            return after[0] - before[0]
        return len(self._between(kind, before, after, parts)) + 1

    def _between(self, kind: str, before: tuple[int, ...], after: tuple[int, ...], parts: int) -> list[str]:
        """The newest version of each major one that lies between."""
        newest: dict[tuple[int, ...], str] = {}
        for entry in sorted(self.definition.versions(kind, self.now), key=lambda entry: version_key(entry.version)):
            if before < _numbers(entry.version, parts) < after:
                newest[_numbers(entry.version, parts)] = entry.version
        return list(newest.values())

    def _only_moved(self, name: str, was: str) -> bool:
        """Whether the version of a component moves though nothing says so that the user wrote."""
        key = f"{name}.version"
        if self.new.holds(key) or self.old.says(key):
            return False
        if any(self.old.spec.get(field) != self.new.spec.get(field) for field in ("bundle", "preset")):
            return False
        if self.old.topology != self.new.topology or self._follows(name):
            return False
        if self.was != self.now and self.new.holds("operatorVersion"):
            kind = self.definition.type_of(name)
            return any(entry.version == was for entry in self.definition.versions(kind, self.now))
        return True

    def _follows(self, name: str) -> bool:
        """Whether bundles move the version with that of another component, which the user moves."""
        if not any(name in bundle.components for bundle in self.definition.spec.bundles):
            return False
        for other in self.new.instances:
            path: Path = ("instances", other, "version")
            chosen = self.new.holds(f"{other}.version") or self.old.says(f"{other}.version")
            if other != name and chosen and value_at(self.old.spec, path) != value_at(self.new.spec, path):
                return True
        return False

    def _image(self, name: str) -> Iterator[Change]:
        """The image of a version that stays."""
        path: Path = ("instances", name, "image")
        was, now = (_text(value_at(side.spec, path)) for side in (self.old, self.new))
        if was is None or now is None or was == now:
            return
        registry = ("images", "registry")
        key = f"{name}.image"
        chosen = self.new.holds(key) or self.old.says(key)
        if not chosen and value_at(self.old.spec, registry) != value_at(self.new.spec, registry):
            return  # what images.registry does is said there
        change = self._change(path, key, was, now)
        if chosen:
            yield change
            return
        why = "the version's image moves in the catalog, and the cluster says the same as before"
        yield _refused(change, "default-moved", why, _pin(f"set {'.'.join(map(str, path))}: {was}", f"image: {now}"))

    # Both

    def _change(self, path: Path, where: str, was: str, now: str) -> Change:
        impact, message = self.policies.impact(tuple(map(str, path)), self.specs)
        return Change(path, where, was, now, impact, why=message)

    def _removed(self, kind: str, version: str) -> str | None:
        release = self.technology.manifest.release if self.technology.manifest else None
        entry = self._entry(kind, version)
        if entry is None or entry.removed_in is None or release is None:
            return None
        return entry.removed_in if version_key(release) >= version_key(entry.removed_in) else None

    def _aged(self, change: Change, kind: str, version: str) -> Change:
        """A change to a version that is deprecated says so."""
        entry = self._entry(kind, version)
        if entry is None or not (entry.deprecated or entry.removed_in):
            return change
        return replace(change, why="; ".join(part for part in (f"{version} is deprecated", change.why) if part))

    def _entry(self, kind: str, version: str) -> VersionEntry | None:
        return next((e for e in self.definition.versions(kind, self.now) if e.version == version), None)


_NEW_CLUSTER = "make a cluster of the new version and move the data with a backup or a dump"


def _refused(change: Change, guard: str, why: str, hint: str) -> Change:
    return replace(change, impact=Impact.REFUSED, guard=guard, why=why, hint=hint)


def _pin(stay: str, go: str) -> str:
    keep = "record what is running with `everest lock --from-state`"
    return f"to stay: {stay}, or {keep}; to move: {go}, or `everest lock --upgrade`"


def _text(value: Any) -> str | None:
    value = plain(value)
    return value if isinstance(value, str) else None


def _numbers(version: str, count: int) -> tuple[int, ...]:
    """The first numbers of a version; fewer where it has fewer."""
    match = re.match(r"[vV]?([0-9]{1,18}(?:\.[0-9]{1,18})*)", version)
    return tuple(int(part) for part in match[1].split("."))[:count] if match else ()


def _dotted(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers)) or "another version"


def _begins(version: Any, prefix: str) -> bool:
    """Whether a version is the one that a path names, or one of those that begin with it."""
    parts, wanted = re.split(r"[.-]", str(version)), re.split(r"[.-]", prefix)
    return parts[: len(wanted)] == wanted
