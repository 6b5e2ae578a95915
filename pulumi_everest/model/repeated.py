"""Findings that say the same of several things: one mistake made in a loop is said once, with the names it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pulumi_everest.model.findings import Finding

FOLDED_FROM = 4
"""How many findings must say the same to be said once; fewer are read faster than a list of names."""
NAMES = 8
"""How many of the others are named."""


@dataclass
class Repeated:
    """A finding, and the others that say the same of something else."""

    first: Finding
    others: list[Finding] = field(default_factory=list)

    @property
    def also(self) -> str | None:
        """What else it concerns: ``also of 2999 more: DatabaseCluster b, DatabaseCluster c and 2997 more``."""
        if not self.others:
            return None
        names = list(dict.fromkeys(_name(entry, self.first) for entry in self.others))
        shown = ", ".join(names[:NAMES])
        rest = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
        return f"also of {len(self.others)} more: {shown}{rest}"


def folded(findings: Iterable[Finding]) -> list[Repeated]:
    """The findings in their order, those that say the same as one that came before beside that one."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for entry in findings:
        key = (entry.code, entry.severity, entry.path, entry.message, entry.allowed, entry.hint)
        groups.setdefault(key, []).append(entry)
    found = []
    for group in groups.values():
        if len(group) < FOLDED_FROM:
            found += [Repeated(entry) for entry in group]
        else:
            found.append(Repeated(group[0], group[1:]))
    return found


def _name(entry: Finding, first: Finding) -> str:
    """What tells a finding from the first one: what it is about, or where it is."""
    place = entry.place
    if entry.subject and entry.subject != first.subject:
        return entry.subject
    if place is not None:
        return ":".join(str(part) for part in (place.file, place.line) if part is not None)
    return entry.subject or "the same"
