"""What a plugin can do, as a table: each capability proved by a field that changes an object, refused, or untested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pulumi_everest.testing.probes.outcomes import Probe

State = Literal["proved", "failed", "untested", "refused"]

CAPABILITIES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "versions": (
        "Versions and images of each component",
        ("instances.*.version", "instances.*.image", "instances.*.type", "upgrade:"),
    ),
    "scaling": ("Numbers of pods", ("instances.*.replicas",)),
    "resources": ("CPU and memory", ("instances.*.resources",)),
    "volumes": ("Sizes and classes of volumes", ("instances.*.storage",)),
    "exposure": ("Addresses outside of the Kubernetes cluster", ("instances.*.expose",)),
    "scheduling": ("Where pods run", ("instances.*.scheduling",)),
    "disruptions": (
        "How pods stop, and how many at a time",
        ("instances.*.podDisruptionBudget", "instances.*.terminationGracePeriodSeconds"),
    ),
    "engine-config": ("The engine's own configuration", ("instances.*.engineConfig",)),
    "settings": ("Settings that the definition declares", ("config", "topology.config", "instances.*.config")),
    "users": ("Passwords of the system users", ("usersSecret", "given: users")),
    "tls": ("Encryption of connections", ("tls",)),
    "backup": ("Backups on a schedule", ("backup.storages", "given: backup")),
    "pitr": ("Recovery to any moment", ("backup.storages.pitr", "dataSource.pointInTime", "restore: pointInTime")),
    "backup-on-demand": ("A backup on demand", ("backup:",)),
    "restore": ("A restore in place", ("restore:",)),
    "data-source": ("A new cluster filled from a backup", ("dataSource",)),
    "monitoring": ("Monitoring", ("monitoring", "given: monitoring")),
    "pause": ("A pause that keeps the volumes", ("paused",)),
    "images": ("Where images come from", ("images",)),
    "overrides": ("Patches of what is emitted", ("overrides", "instances.*.overrides")),
}  # fmt: skip
"""The capabilities: a title and the fields of each. A field belongs to the entry that is longest."""

JOBS: Final = ("backup-on-demand", "restore")
"""Those whose fields are tried in one topology."""


@dataclass(frozen=True)
class Capability:
    """One row of the table.

    `fields` has the outcome of each field in each topology that has it: ``effect``, ``refused``, ``only value``,
    ``untested`` or ``failed``; the best one of all operator versions, but for what failed.
    """

    name: str
    title: str
    state: State
    topologies: Mapping[str, State]
    fields: Mapping[str, str]

    def as_data(self) -> dict[str, Any]:
        """The row as plain data."""
        return {
            "name": self.name,
            "title": self.title,
            "state": self.state,
            "topologies": dict(self.topologies),
            "fields": dict(self.fields),
        }


def capability_of(path: str) -> str:
    """The capability that a field of a probe belongs to. A field that is in none is a KeyError: a defect of ours."""
    kind, _, own = path.rpartition(": ")
    parts = own.split(".")
    if parts[0] == "instances" and not kind:
        parts[1] = "*"
    texts = [".".join(parts[: length + 1]) for length in range(len(parts))]
    texts = [f"{kind}:", *(f"{kind}: {text}" for text in texts)] if kind else texts
    found = {text: name for name, (_, fields) in CAPABILITIES.items() for text in fields}
    return next(found[text] for text in reversed(["", *texts]) if text in found or not text)


def capabilities(probes: Sequence[Probe]) -> list[Capability]:
    """The table of all capabilities, from the probes of a plugin."""
    return [_row(name, [probe for probe in probes if capability_of(probe.path) == name]) for name in CAPABILITIES]


def _row(name: str, probes: Sequence[Probe]) -> Capability:
    topologies = dict.fromkeys(probe.topology for probe in probes)
    states = {topology: _state([p for p in probes if p.topology == topology]) for topology in topologies}
    fields = {path: _outcome([p for p in probes if p.path == path]) for path in dict.fromkeys(p.path for p in probes)}
    return Capability(name, CAPABILITIES[name][0], _state(probes), states, fields)


def _state(probes: Sequence[Probe]) -> State:
    """Proved is what at least one field does; untested is what is neither refused nor seen to do anything.

    Of a kind of jobs that the plugin has no templates for there are no probes: it is refused.
    """
    outcomes = {_short(probe) for probe in probes}
    if "failed" in outcomes:
        return "failed"
    if "effect" in outcomes:
        return "proved"
    return "refused" if outcomes <= {"refused"} else "untested"


def _outcome(probes: Sequence[Probe]) -> str:
    outcomes = {_short(probe) for probe in probes}
    return next(one for one in ("failed", "effect", "untested", "only value", "refused") if one in outcomes)


def _short(probe: Probe) -> str:
    if probe.cause is None:
        return probe.outcome
    return "untested" if probe.cause.kind in ("unprobed", "no value") else "failed"


def capability_lines(rows: Sequence[Capability]) -> Iterator[str]:
    """For people: the names by state."""
    states: tuple[State, ...] = ("proved", "failed", "untested", "refused")
    for state in states:
        names = [row.name for row in rows if row.state == state]
        if names:
            yield f"{state}: {', '.join(names)}"
