"""One step from a version to another as a change: which guard it meets, if it meets one."""

from __future__ import annotations

from dataclasses import replace

from pulumi_everest.core.changes.impact import Change, Impact
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.versions.ways import VersionWays
from pulumi_everest.model.definition import VersionEntry
from pulumi_everest.model.values.versions import version_key


class VersionSteps:
    """The steps that the versions of a technology may take; `operator` is the operator version that is to run them."""

    def __init__(self, technology: Technology, operator: str | None) -> None:
        self.technology, self.definition, self.operator = technology, technology.definition, operator
        self._ways = VersionWays(technology.definition, operator)

    def judged(self, change: Change, kind: str, was: str, now: str) -> Change:
        """A change that takes a component type from one version to another."""
        removed = self.removed(kind, now)
        if removed is not None:
            return refused(change, "removed-version", f"release {removed} has no version {now}", "choose a newer one")
        obstacle = self._ways.obstacle(kind, was, now)
        if obstacle is not None:
            return refused(change, *obstacle)
        return change if version_key(now) < version_key(was) else self._aged(change, kind, now)

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
