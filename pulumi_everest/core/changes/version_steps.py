"""One step from a version to another: which guard it meets by the `upgrades` of the definition, if it meets one."""

from __future__ import annotations

import re
from dataclasses import replace

from pulumi_everest.core.changes.impact import Change, Impact
from pulumi_everest.core.technology import Technology
from pulumi_everest.model.definition import VersionEntry
from pulumi_everest.model.values.versions import numbers, version_key

_BACK = "restore a backup that was made with the older version into a new cluster"
_NEW_CLUSTER = "make a cluster of the new version and move the data with a backup or a dump"


class VersionSteps:
    """The steps that the versions of a technology may take; `operator` is the operator version that is to run them."""

    def __init__(self, technology: Technology, operator: str | None) -> None:
        self.technology, self.definition, self.operator = technology, technology.definition, operator

    def judged(self, change: Change, kind: str, was: str, now: str) -> Change:
        """A change that takes a component type from one version to another."""
        upgrades, removed = self.definition.upgrades(kind), self.removed(kind, now)
        if removed is not None:
            return refused(change, "removed-version", f"release {removed} has no version {now}", "choose a newer one")
        if version_key(now) < version_key(was):
            if upgrades.downgrade:
                return change
            why = "what a newer version has written an older one may not be able to read"
            return refused(change, "downgrade", why, _BACK)
        if numbers(was, upgrades.major) != numbers(now, upgrades.major):
            return self._major(change, kind, was, now)
        return self._aged(change, kind, now)

    def _major(self, change: Change, kind: str, was: str, now: str) -> Change:
        upgrades = self.definition.upgrades(kind)
        before, after = (numbers(version, upgrades.major) for version in (was, now))
        old, new, step = _dotted(before), _dotted(after), upgrades.major_step
        if step == 0:
            why = f"{kind} {new} does not run with the data of {old} by a change of the version alone"
            return refused(change, "engine-major", why, upgrades.message or _NEW_CLUSTER)
        between = self._between(kind, before, after, upgrades.major)
        if step is not None and self._steps(kind, before, after, upgrades.major) > step:
            why = f"from {old} to {new} is more than one change may go up"
            way = f"go over {' and '.join(between)} first" if between else f"go up by {step} at a time"
            return refused(change, "major-jump", why, upgrades.message or way)
        if upgrades.paths is not None and not any(
            begins(was, path.from_) and begins(now, path.to) for path in upgrades.paths
        ):
            ways = ", ".join(f"{path.from_} to {path.to}" for path in upgrades.paths)
            why = f"there is no way from {old} to {new}"
            return refused(change, "version-path", why, upgrades.message or (f"the ways are {ways}" if ways else ""))
        return self._aged(change, kind, now)

    def _steps(self, kind: str, before: tuple[int, ...], after: tuple[int, ...], parts: int) -> int:
        """How many major versions up: by number where one number is the major, else by what the catalog has."""
        if parts == 1:
            return after[0] - before[0]
        return len(self._between(kind, before, after, parts)) + 1

    def _between(self, kind: str, before: tuple[int, ...], after: tuple[int, ...], parts: int) -> list[str]:
        """The newest version of each major one that lies between."""
        newest: dict[tuple[int, ...], str] = {}
        for entry in sorted(
            self.definition.versions(kind, self.operator), key=lambda entry: version_key(entry.version)
        ):
            if before < numbers(entry.version, parts) < after:
                newest[numbers(entry.version, parts)] = entry.version
        return list(newest.values())

    def removed(self, kind: str, version: str) -> str | None:
        """The release of the plugin that has no longer had a version, if it is of today or before."""
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
        return next((e for e in self.definition.versions(kind, self.operator) if e.version == version), None)


def refused(change: Change, guard: str, why: str, hint: str) -> Change:
    """A change that a guard refuses."""
    return replace(change, impact=Impact.REFUSED, guard=guard, why=why, hint=hint)


def begins(version: str, prefix: str) -> bool:
    """Whether a version is the one that a prefix names, or one of those that begin with it."""
    parts, wanted = (re.split(r"[.-]", text.lstrip("vV")) for text in (version, prefix))
    return parts[: len(wanted)] == wanted


def _dotted(parts: tuple[int, ...]) -> str:
    return ".".join(map(str, parts)) or "another version"
