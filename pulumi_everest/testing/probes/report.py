"""Probing a plugin: every field that its definition accepts is changed, and what becomes of it is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.crds import Crds
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.probes.bases import Base, Bases, bases_of
from pulumi_everest.testing.probes.cluster_probe import ClusterProbe
from pulumi_everest.testing.probes.job_probe import job_probe
from pulumi_everest.testing.probes.outcomes import FINE, Probe, Values, Variation
from pulumi_everest.testing.summary import counts_text
from pulumi_everest.workspace.setup import Setup

CrdPaths = str | Path | Mapping[str, str | Path] | None
Case = tuple[str, str]
"""An operator version and a topology."""


@dataclass
class Report:
    """All probes of one plugin."""

    plugin: str
    probes: list[Probe] = field(default_factory=list)

    @property
    def failures(self) -> list[Probe]:
        """Fields that are accepted and change nothing, or break something."""
        return [probe for probe in self.probes if probe.outcome not in FINE]

    @property
    def variations(self) -> Iterator[Variation]:
        """Every cluster that was accepted and had an effect: one field set beside what it needs."""
        for probe in self.probes:
            yield from probe.variations

    @property
    def counts(self) -> dict[str, int]:
        """The number of fields probed, with an effect, refused, with only one value, and failed."""
        counts = {name: sum(p.outcome == name for p in self.probes) for name in FINE}
        return {"probed": len(self.probes), **counts, "failed": len(self.failures)}

    def summary(self) -> str:
        """The counts in one line, and the failures below."""
        lines = [f"{self.plugin}: {counts_text(self.counts)}"]
        lines += [f"  operator {p.operator}, topology {p.topology}: {p.path}: {p.outcome}" for p in self.failures]
        return "\n".join(lines)


def probe(
    plugin: Plugin,
    *,
    crds: CrdPaths = None,
    values: Values | None = None,
    bases: Iterable[Base] = (),
    operators: Sequence[str] | None = None,
) -> Report:
    """Change each field of each topology, and look what becomes of it; for each operator version, or for some."""
    cases, known = cases_of(plugin), bases_of(plugin, bases)
    chosen = [case for case in cases if operators is None or case[0] in operators]
    return Report(plugin.name, [one for case in chosen for one in probes_of(plugin, case, crds, values or {}, known)])


def cases_of(plugin: Plugin) -> list[Case]:
    """Operator versions and topologies."""
    versions = plugin.manifest.operator.versions
    return [(operator, topology) for operator in versions for topology in plugin.definition.spec.topologies]


def probes_of(
    plugin: Plugin, case: Case, crds: CrdPaths | Crds, values: Values, bases: Bases | None = None
) -> Iterator[Probe]:
    """The probes of one operator version and topology; with one of the topologies also those of backups and restores.

    Without `bases` those are taken that the plugin itself has, its examples.
    """
    operator, topology = case
    schemas = crds if isinstance(crds, Crds) else _loaded(crds, operator)
    bases = bases if bases is not None else bases_of(plugin)
    technology = technology_of(plugin, operator)
    yield from ClusterProbe(plugin, technology, topology, operator, schemas, values, bases).run()
    jobs = job_probe(Setup(technology, plugin), operator, schemas, values, bases)
    if jobs is not None and jobs.topology == topology:
        yield from jobs.run()


def technology_of(plugin: Plugin, operator: str) -> Technology:
    """The technology of a plugin with one version of its operator."""
    return Technology(
        plugin.definition.name,
        plugin.definition,
        plugin.manifest,
        operator,
        presets=plugin.presets,
        settings=plugin.settings,
    )


def _loaded(crds: CrdPaths, operator: str) -> Crds | None:
    path = crds.get(operator) if isinstance(crds, Mapping) else crds
    return Crds.load([Path(path)]) if path is not None else None
