"""The conformance probe of jobs, such as backups: every field that a plugin accepts must change the emitted object."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pulumi_everest.core.check_job import ENGINE, JOB_KINDS, Job, JobKind, job_model
from pulumi_everest.core.definitions.samples import BACKUP_TYPES, PATHS, FieldPath, field_paths
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.core.versions.lines import in_order
from pulumi_everest.core.versions.ways import VersionWays
from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.findings import EverestError, Place
from pulumi_everest.model.values.versions import version_key
from pulumi_everest.testing.probes.bases import Bases
from pulumi_everest.testing.probes.outcomes import (
    IDLE,
    MARK,
    NO_VALUE,
    UNPROBED,
    Cause,
    Made,
    Manifests,
    Outcome,
    Probe,
    Refused,
    Variation,
    checked,
    errors,
    failed,
)
from pulumi_everest.testing.probes.places import template_place
from pulumi_everest.testing.probes.schema_samples import fitting_patch
from pulumi_everest.workspace.documents import JobInput
from pulumi_everest.workspace.plans import job_plans as jobs
from pulumi_everest.workspace.setup import Setup

METADATA = {"name": "probe", "namespace": "probes"}
STORAGES = ("probe-storage", "probe-storage-2")
BACKUP = {
    "storages": [
        {
            "name": name,
            "type": "s3",
            "bucket": f"{name}-bucket",
            "region": "probe-region",
            "credentialsSecret": "probe-credentials",
            **({"pitr": {"enabled": True}} if name == STORAGES[0] else {}),
        }
        for name in STORAGES
    ]
}
"""What a cluster has that can do all that jobs ask for."""
NO_BASE = (
    "could not be probed: no {kind} that is made up is accepted; add one, with its cluster, to the folder examples"
)
_NAMES = ("cluster", "provider", "operatorVersion")
_VALUES: Mapping[str, list[Any]] = {
    "backup": ["probe-backup", "probe-backup-2"],
    "type": BACKUP_TYPES,
    "compression.type": ["gzip", "zstd", "lz4"],
    "compression.level": [3, 5],
}


class JobProbe:
    """The probes of one plugin with one operator version and topology.

    They are about a cluster that can do all that jobs ask for; where none that is made up is accepted, about one of the
    `bases`, which may have jobs of their own.
    """

    def __init__(
        self,
        setup: Setup,
        operator: str,
        topology: str,
        crds: Crds | None,
        values: Mapping[str, Sequence[Any]],
        bases: Bases,
    ) -> None:
        self.setup, self.operator, self.topology = setup, operator, topology
        self.crds, self.values, self.own_bases = crds, values, bases
        self.found: list[str] = []
        self.cluster = self._cluster()
        self.storages = [entry["name"] for entry in self._listed()] or list(self._own_storages())

    def _cluster(self) -> Resolved | None:
        """The first cluster that is accepted; `found` has what is wrong with the last one where none is."""
        examples = self.own_bases.of_topology(self.topology, self.setup.technology.definition)
        plain = {"provider": self.setup.technology.provider, "topology": {"type": self.topology}}
        without_pitr = {
            "storages": [{key: value for key, value in s.items() if key != "pitr"} for s in BACKUP["storages"]]
        }
        tried = [{**plain, "backup": BACKUP}, {**plain, "backup": without_pitr}]
        tried += [_twice(spec) for spec in reversed(examples) if spec.get("backup")]
        for spec in [*tried, *reversed(examples), plain]:
            resolved, self.found = self._checked(spec)
            if not self.found:
                return resolved
        return None

    def _checked(self, spec: Mapping[str, Any]) -> tuple[Resolved | None, list[str]]:
        resolved, found = check_cluster(METADATA, {**spec, "operatorVersion": self.operator}, self.setup.technology)
        return resolved, errors(found)

    def _listed(self) -> list[dict[str, Any]]:
        backup = self.cluster.spec.get("backup") if self.cluster is not None else None
        return list((backup or {}).get("storages") or [])

    def _own_storages(self) -> Sequence[str]:
        manifest = self.setup.technology.manifest
        return manifest.own_storages if manifest is not None else ()

    @property
    def is_whole(self) -> bool:
        """Whether there is a cluster with storages, which is what most jobs are about."""
        return bool(self.storages)

    def run(self) -> Iterator[Probe]:
        """Probe every field of the kinds that the plugin has templates for; paths are ``backup: type`` and the like."""
        for kind in JOB_KINDS:
            if self.setup.job_template(kind) is None:
                continue
            for path, values in field_paths(job_model(kind)):
                if path[0] not in _NAMES:
                    yield self.probe(kind, path, values)

    def probe(self, kind: JobKind, path: FieldPath, values: Sequence[Any]) -> Probe:
        """What becomes of one field."""
        outcome, said, variations = self.outcome(kind, path, values)
        cause = outcome if isinstance(outcome, Cause) else None
        name = f"{kind}: {'.'.join(path)}"
        return Probe(self.operator, self.topology, name, said, variations, cause)

    def outcome(self, kind: JobKind, path: FieldPath, values: Sequence[Any]) -> tuple[Outcome, str, list[Variation]]:
        """What became of one field, that in words, and the jobs that show it."""
        tried = self.tried(kind, path, values)
        if self.found:
            text = f"{UNPROBED}: no cluster is accepted that a job could be about: {'; '.join(self.found)}"
            return Cause(text, kind="unprobed"), text, []
        idle, refused, said = False, False, ""
        variations: list[Variation] = []
        name = f"{kind}: {'.'.join(path)}"
        for cluster, base in self.bases(kind):
            before = self.objects(kind, base, cluster)
            if isinstance(before, Refused):
                return before.cause or Cause(before.text), f"without it: {before.text}", []
            for value in self.fitting_overrides(kind, base, cluster) if path == ("overrides",) else tried:
                spec = _with(base, path, value)
                after = self.objects(kind, spec, cluster)
                if isinstance(after, Refused):
                    refused = True
                    if after.crashed:
                        return after.cause or Cause(after.text), f"with {value!r}: {after.text}", []
                elif after.text != before.text:
                    variations.append(Variation(name, value, spec, before.manifests, after.manifests))
                    break
                elif spec != base:
                    idle = True
        if variations:
            return "effect", "effect", variations
        if idle and path == ("storage",) and len(tried) == 1:
            return "only value", "only value", []  # the clusters of an operator that knows one place
        if idle:
            return Cause(IDLE, kind="idle"), f"{IDLE} (tried {', '.join(map(repr, tried[:4]))})", []
        if refused:
            return "refused", "refused", []
        template = self.setup.job_template(kind)
        if not tried and template is not None and not template.fields.covers(path):
            return "refused", "refused", []
        if not tried:
            return Cause(NO_VALUE, kind="no value"), NO_VALUE, []
        said = NO_BASE.format(kind=kind)
        return Cause(said), said, []

    def tried(self, kind: JobKind, path: FieldPath, values: Sequence[Any]) -> list[Any]:
        """Values for a field: those that were given, what the cluster has, or made-up ones."""
        given = self.values.get(".".join((kind, *path)))
        if given:
            return list(given)
        if path == ("storage",):
            return [*self.storages, *([] if len(self.storages) > 1 else self._own_storages())]
        if kind == "upgrade" and path == ("version",):
            return self._engines()
        in_examples = [value for of, spec, _ in self.own_bases.jobs if of == kind and (value := value_at(spec, path))]
        made_up = _VALUES.get(".".join(path)) or values
        return [*made_up, *(value for value in in_examples if value not in made_up)]

    def fitting_overrides(self, kind: JobKind, base: Mapping[str, Any], cluster: Resolved) -> list[Any]:
        """Patches that the operator's schema takes, where it is known."""
        made = self.emitted(kind, {**base, "overrides": MARK}, cluster)
        return [MARK] if self.crds is None or isinstance(made, Refused) else fitting_patch(made, MARK, self.crds)

    def bases(self, kind: JobKind) -> Iterator[tuple[Resolved, dict[str, Any]]]:
        """Jobs that a field is tried in, as far as they are not refused, each with its cluster."""
        assert self.cluster is not None  # what is not accepted has been said
        bases: list[tuple[Resolved, dict[str, Any]]] = [(self.cluster, {})]
        if kind == "restore":
            paths = self.values.get("restore.path") or PATHS
            restores: list[dict[str, Any]] = [{"backup": "probe-backup"}]
            for storage in self.storages[:1]:
                restores.append({"storage": storage, "pointInTime": "latest"})
                restores += [{"storage": storage, "path": path} for path in paths]
            bases = [(self.cluster, spec) for spec in restores]
        if kind == "upgrade":
            bases = list(self._upgrades(self.cluster))
        for of, spec, of_cluster in self.own_bases.jobs:
            if of == kind and of_cluster is not None:
                resolved, found = self._checked(of_cluster)
                bases += [(resolved, spec)] if resolved is not None and not found else []
        for cluster, base in bases:
            made = self.objects(kind, base, cluster)
            if isinstance(made, Made) or made.crashed:
                yield cluster, base

    def _engines(self) -> list[str]:
        """The versions of the engine that the operator version runs, the newest first."""
        definition = self.setup.technology.definition
        entries = definition.versions(definition.type_of(ENGINE), self.operator)
        return [entry.version for entry in in_order(entries)]

    def _upgrades(self, cluster: Resolved) -> Iterator[tuple[Resolved, dict[str, Any]]]:
        """Clusters of an older major version, each with its upgrade to a newer one, and a tool of any name."""
        definition = self.setup.technology.definition
        ways, kind = VersionWays(definition, self.operator), definition.type_of(ENGINE)
        found, versions = set[str](), self._engines()
        for was, now in itertools.product(reversed(versions), versions):
            obstacle = ways.obstacle(kind, was, now) if version_key(was) < version_key(now) else None
            if obstacle is None or now in found:
                continue
            instances = {
                name: {key: value for key, value in instance.items() if key not in ("version", "image")}
                for name, instance in cluster.spec["instances"].items()
            }
            instances[ENGINE]["version"] = was
            resolved, wrong = self._checked({**cluster.spec, "instances": instances})
            if resolved is not None and not wrong:
                found.add(now)
                yield resolved, {"version": now, "image": "probe/upgrade:1"}
            if len(found) > 1:
                return

    def objects(self, kind: JobKind, spec: Mapping[str, Any], cluster: Resolved) -> Made | Refused:
        """The emitted objects, as their schemas want them, or what was refused."""
        emitted = self.emitted(kind, spec, cluster)
        made = emitted if isinstance(emitted, Refused) else checked(emitted, self.crds)
        if isinstance(made, Refused) and made.crashed and made.cause is not None and made.cause.place is None:
            return replace(made, cause=replace(made.cause, place=self.place(kind, spec, cluster, made)))
        return made

    def place(self, kind: JobKind, spec: Mapping[str, Any], cluster: Resolved, refused: Refused) -> Place | None:
        """Where the templates say the value that a schema refuses."""
        job, _ = self.job(kind, spec, cluster)
        plugin = self.setup.plugin
        if job is None or plugin is None:
            return None
        try:
            traced = plugin.traced_job(kind)
            return template_place(traced.document, traced.places(job), refused.index, refused.path)
        except EverestError:
            return None

    def job(self, kind: JobKind, spec: Mapping[str, Any], cluster: Resolved) -> tuple[Job | None, list[str]]:
        """A job of a cluster, and what is wrong with it."""
        name = cluster.metadata["name"]
        own = JobInput(kind, {"name": "probe-job", "namespace": "probes"}, {"cluster": name, **spec})
        job, found = jobs.checked(own, self.setup, cluster)
        return job, errors(found)

    def emitted(self, kind: JobKind, spec: Mapping[str, Any], cluster: Resolved) -> Manifests | Refused:
        """The emitted objects, whatever their schemas say."""
        job, wrong = self.job(kind, spec, cluster)
        if job is None or wrong:
            return Refused(wrong)
        try:
            return [entry.manifest for entry in jobs.emitted(job, self.setup)]
        except EverestError as error:
            return failed(error.findings)


def job_probe(
    setup: Setup, operator: str, crds: Crds | None, values: Mapping[str, Sequence[Any]], bases: Bases
) -> JobProbe | None:
    """The probe of jobs in the first topology whose clusters have storages, or else in the first; None without jobs."""
    if setup.plugin is None or not any((setup.plugin.backup, setup.plugin.restore, setup.plugin.upgrade)):
        return None
    topologies = setup.technology.definition.spec.topologies
    probes = (JobProbe(setup, operator, topology, crds, values, bases) for topology in topologies)
    first: JobProbe | None = None
    for probe in probes:
        if probe.is_whole:
            return probe
        first = first or probe
    return first


def filled_objects(resolved: Resolved, setup: Setup) -> tuple[list[Emitted], list[str]]:
    """The objects that fill a new cluster, or what was refused about it."""
    made = jobs.filling(resolved, setup)
    if made is None:
        return [], []
    wrong = errors(made[2])
    return ([], wrong) if wrong else (jobs.filling_of(resolved, setup), [])


def _twice(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A cluster with its first storage under two names, so that there is a choice."""
    first, *rest = spec["backup"].get("storages") or [None]
    if first is None:
        return dict(spec)
    second = {key: value for key, value in first.items() if key not in ("schedules", "pitr")}
    return {**spec, "backup": {**spec["backup"], "storages": [first, *rest, {**second, "name": STORAGES[1]}]}}


def _with(base: Mapping[str, Any], path: FieldPath, value: Any) -> dict[str, Any]:
    result = dict(base)
    if len(path) == 1:
        return {**result, path[0]: value}
    return {**result, path[0]: _with(result.get(path[0]) or {}, path[1:], value)}
