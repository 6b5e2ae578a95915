"""The versions of a technology's component types, and where each may go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi_everest.core.changes.impact import Change, Impact
from pulumi_everest.core.changes.version_steps import VersionSteps
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.versions.lines import in_order
from pulumi_everest.model.definition import VersionEntry


@dataclass(frozen=True)
class Offered:
    """A version of a component type, whether new clusters get it, and the versions that a running one may go to."""

    entry: VersionEntry
    is_default: bool
    goes_to: Sequence[str]


def offered(technology: Technology, kind: str, operator: str | None) -> list[Offered]:
    """The versions of a type that an operator version runs, newest first."""
    entries = in_order(technology.definition.versions(kind, operator))
    default = technology.definition.default_version(kind, operator)
    steps = VersionSteps(technology, operator)

    def goes(was: str, now: str) -> bool:
        change = Change(("version",), "version", was, now, Impact.RESTART)
        return was != now and not steps.judged(change, kind, was, now).is_refused

    return [
        Offered(entry, entry is default, [other.version for other in entries if goes(entry.version, other.version)])
        for entry in entries
        if entry.removed_in is None
    ]
