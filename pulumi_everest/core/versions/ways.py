"""The ways from one version of a component type to another, by the `upgrades` of its definition."""

from __future__ import annotations

import re
from typing import NamedTuple

from pulumi_everest.core.technology import Definition
from pulumi_everest.core.versions.lines import in_order
from pulumi_everest.model.values.versions import numbers, version_key

_BACK = "restore a backup that was made with the older version into a new cluster"
_NEW_CLUSTER = "make a cluster of the new version and move the data with a backup or a dump"


class Obstacle(NamedTuple):
    """Why a step is not taken: the guard that refuses it, the reason, and how to go on."""

    guard: str
    why: str
    hint: str


class VersionWays:
    """The steps that the versions of a definition may take; `operator` is the operator version that is to run them."""

    def __init__(self, definition: Definition, operator: str | None) -> None:
        self.definition, self.operator = definition, operator

    def obstacle(self, kind: str, was: str, now: str) -> Obstacle | None:
        """What is in the way from one version of a component type to another; None where it can be gone."""
        upgrades = self.definition.upgrades(kind)
        if version_key(now) < version_key(was):
            if upgrades.downgrade:
                return None
            return Obstacle("downgrade", "what a newer version has written an older one may not be able to read", _BACK)
        if numbers(was, upgrades.major) != numbers(now, upgrades.major):
            return self._major(kind, was, now)
        return None

    def reachable(self, kind: str, version: str) -> list[str]:
        """The versions that one may go to from a version, those on their way out left out; the newest first."""
        entries = in_order(self.definition.versions(kind, self.operator))
        lasting = [entry.version for entry in entries if not entry.deprecated and not entry.removed_in]
        return [one for one in dict.fromkeys(lasting) if one != version and self.obstacle(kind, version, one) is None]

    def _major(self, kind: str, was: str, now: str) -> Obstacle | None:
        upgrades = self.definition.upgrades(kind)
        before, after = (numbers(version, upgrades.major) for version in (was, now))
        old, new, step = _dotted(before), _dotted(after), upgrades.major_step
        if step == 0:
            why = f"{kind} {new} does not run with the data of {old} by a change of the version alone"
            return Obstacle("engine-major", why, upgrades.message or _NEW_CLUSTER)
        between = self._between(kind, before, after, upgrades.major)
        if step is not None and self._steps(kind, before, after, upgrades.major) > step:
            why = f"from {old} to {new} is more than one change may go up"
            way = f"go over {' and '.join(between)} first" if between else f"go up by {step} at a time"
            return Obstacle("major-jump", why, upgrades.message or way)
        if upgrades.paths is not None and not any(
            begins(was, path.from_) and begins(now, path.to) for path in upgrades.paths
        ):
            ways = ", ".join(f"{path.from_} to {path.to}" for path in upgrades.paths)
            why = f"there is no way from {old} to {new}"
            return Obstacle("version-path", why, upgrades.message or (f"the ways are {ways}" if ways else ""))
        return None

    def _steps(self, kind: str, before: tuple[int, ...], after: tuple[int, ...], parts: int) -> int:
        """How many major versions up: by number where one number is the major, else by what the catalog has."""
        if parts == 1:
            return after[0] - before[0]
        return len(self._between(kind, before, after, parts)) + 1

    def _between(self, kind: str, before: tuple[int, ...], after: tuple[int, ...], parts: int) -> list[str]:
        """The newest version of each major one that lies between."""
        newest: dict[tuple[int, ...], str] = {}
        entries = self.definition.versions(kind, self.operator)
        for entry in sorted(entries, key=lambda entry: version_key(entry.version)):
            if before < numbers(entry.version, parts) < after:
                newest[numbers(entry.version, parts)] = entry.version
        return list(newest.values())


def begins(version: str, prefix: str) -> bool:
    """Whether a version is the one that a prefix names, or one of those that begin with it."""
    parts, wanted = (re.split(r"[.-]", text.lstrip("vV")) for text in (version, prefix))
    return parts[: len(wanted)] == wanted


def _dotted(parts: tuple[int, ...]) -> str:
    return ".".join(map(str, parts)) or "another version"
