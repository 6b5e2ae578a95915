"""The conformance probe of backups and restores: every field that a plugin accepts must change the emitted object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_everest.core.check_job import JobKind, job_model
from pulumi_everest.core.definitions.samples import BACKUP_TYPES, PATHS, FieldPath, field_paths
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.findings import EverestError
from pulumi_everest.testing.outcomes import MARK, Made, Manifests, Probe, Refused, Variation, checked, errors
from pulumi_everest.testing.schema_samples import fitting_patch
from pulumi_everest.workspace import job_plans as jobs
from pulumi_everest.workspace.documents import JobInput
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
_NAMES = ("cluster", "provider", "operatorVersion")
_VALUES: Mapping[str, list[Any]] = {
    "storage": [*STORAGES],
    "backup": ["probe-backup", "probe-backup-2"],
    "type": BACKUP_TYPES,
    "compression.type": ["gzip", "zstd", "lz4"],
    "compression.level": [3, 5],
}


class JobProbe:
    """The probes of one plugin with one operator version."""

    def __init__(self, setup: Setup, operator: str, crds: Crds | None, values: Mapping[str, Sequence[Any]]) -> None:
        self.setup, self.crds, self.values = setup, crds, values
        spec = {"provider": setup.technology.provider, "operatorVersion": operator, "backup": BACKUP}
        self.cluster, found = check_cluster(METADATA, spec, setup.technology)
        self.found = errors(found)

    def run(self, operator: str, topology: str) -> Iterator[Probe]:
        """Probe every field of the kinds that the plugin has templates for; paths are ``backup: type`` and the like."""
        kinds: tuple[JobKind, ...] = ("backup", "restore")
        for kind in kinds:
            if self.setup.job_template(kind) is None:
                continue
            for path, values in field_paths(job_model(kind)):
                if path[0] not in _NAMES:
                    outcome, variations = self.outcome(kind, path, values)
                    yield Probe(operator, topology, f"{kind}: {'.'.join(path)}", outcome, variations)

    def outcome(self, kind: JobKind, path: FieldPath, values: Sequence[Any]) -> tuple[str, list[Variation]]:
        """What became of one field: the same words as in the probe of clusters, or the reason why it fails."""
        tried = list(self.values.get(".".join((kind, *path))) or _VALUES.get(".".join(path)) or values)
        if self.found:
            return f"could not be probed: {'; '.join(self.found)}", []
        accepted, refused = False, False
        variations: list[Variation] = []
        for base in self.bases(kind):
            before = self.objects(kind, base)
            assert isinstance(before, Made)  # that is what makes it a base
            for value in self.fitting_overrides(kind, base) if path == ("overrides",) else tried:
                spec = _with(base, path, value)
                after = self.objects(kind, spec)
                if isinstance(after, Refused):
                    refused = True
                    if after.crashed:
                        return f"with {value!r}: {after.text}", []
                elif after.text != before.text:
                    variation = Variation(f"{kind}: {'.'.join(path)}", value, spec, before.manifests, after.manifests)
                    variations.append(variation)
                    break
                elif spec != base:
                    accepted = True
        if variations:
            return "effect", variations
        if accepted:
            return f"accepted without an effect (tried {', '.join(map(repr, tried[:4]))})", []
        return "refused" if refused else "there is no value to try; give some with values=", []

    def fitting_overrides(self, kind: JobKind, base: Mapping[str, Any]) -> list[Any]:
        """Patches that the operator's schema takes, where it is known."""
        made = self.emitted(kind, {**base, "overrides": MARK})
        return [MARK] if self.crds is None or isinstance(made, Refused) else fitting_patch(made, MARK, self.crds)

    def bases(self, kind: JobKind) -> Iterator[dict[str, Any]]:
        """Jobs that a field is tried in, as far as they are accepted."""
        bases: list[dict[str, Any]] = [{}]
        if kind == "restore":
            paths = self.values.get("restore.path") or PATHS
            bases = [{"backup": "probe-backup"}, {"storage": STORAGES[0], "pointInTime": "latest"}]
            bases += [{"storage": STORAGES[0], "path": path} for path in paths]
        yield from (base for base in bases if isinstance(self.objects(kind, base), Made))

    def objects(self, kind: JobKind, spec: Mapping[str, Any]) -> Made | Refused:
        """The emitted objects, as their schemas want them, or what was refused."""
        emitted = self.emitted(kind, spec)
        return emitted if isinstance(emitted, Refused) else checked(emitted, self.crds)

    def emitted(self, kind: JobKind, spec: Mapping[str, Any]) -> Manifests | Refused:
        """The emitted objects, whatever their schemas say."""
        own = JobInput(kind, {"name": "probe-job", "namespace": "probes"}, {"cluster": "probe", **spec})
        job, found = jobs.checked(own, self.setup, self.cluster)
        wrong = errors(found)
        if job is None or wrong:
            return Refused(wrong)
        try:
            return [entry.manifest for entry in jobs.emitted(job, self.setup)]
        except EverestError as error:
            return Refused([f"{f.code}: {f.message}" for f in error.findings], crashed=True)


def filled_objects(resolved: Resolved, setup: Setup) -> tuple[list[Emitted], list[str]]:
    """The objects that fill a new cluster, or what was refused about it."""
    made = jobs.filling(resolved, setup)
    if made is None:
        return [], []
    wrong = errors(made[2])
    return ([], wrong) if wrong else (jobs.filling_of(resolved, setup), [])


def _with(base: Mapping[str, Any], path: FieldPath, value: Any) -> dict[str, Any]:
    result = dict(base)
    if len(path) == 1:
        return {**result, path[0]: value}
    return {**result, path[0]: _with(result.get(path[0]) or {}, path[1:], value)}
