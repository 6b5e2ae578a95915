"""The conformance probe of backups and restores: every field that a plugin accepts must change the emitted object."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_everest.core.jobs import SPECS, JobKind
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.findings import EverestError, path_text
from pulumi_everest.plugins import jobs
from pulumi_everest.plugins.documents import JobInput
from pulumi_everest.plugins.setup import Setup
from pulumi_everest.testing.samples import BACKUP_TYPES, PATHS, FieldPath, field_paths

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
        self.found = [f"{entry.code}: {entry.message}" for entry in found if entry.is_error]

    def outcomes(self) -> Iterator[tuple[JobKind, str, str]]:
        """Kind, field and outcome of every field of the kinds that the plugin has templates for."""
        kinds: tuple[JobKind, ...] = ("backup", "restore")
        for kind in kinds:
            if self.setup.job_template(kind) is None:
                continue
            for path, values in field_paths(SPECS[kind]):
                if path[0] not in _NAMES:
                    yield kind, ".".join(path), self.outcome(kind, path, values)

    def outcome(self, kind: JobKind, path: FieldPath, values: Sequence[Any]) -> str:
        """What became of one field: the same words as in the probe of clusters, or the reason why it fails."""
        tried = list(self.values.get(".".join((kind, *path))) or _VALUES.get(".".join(path)) or values)
        if self.found:
            return f"could not be probed: {'; '.join(self.found)}"
        accepted, refused = False, False
        for base in self.bases(kind):
            before = self.objects(kind, base)
            for value in tried:
                after = self.objects(kind, _with(base, path, value))
                if isinstance(after, list):
                    refused = True
                    if any(entry.startswith("emit.") for entry in after):
                        return f"with {value!r}: {'; '.join(after)}"
                elif after != before:
                    return "effect"
                elif _with(base, path, value) != base:
                    accepted = True
        if accepted:
            return f"accepted without an effect (tried {', '.join(map(repr, tried[:4]))})"
        return "refused" if refused else "there is no value to try; give some with values="

    def bases(self, kind: JobKind) -> Iterator[dict[str, Any]]:
        """Jobs that a field is tried in, as far as they are accepted."""
        bases: list[dict[str, Any]] = [{}]
        if kind == "restore":
            paths = self.values.get("restore.path") or PATHS
            bases = [{"backup": "probe-backup"}, {"storage": STORAGES[0], "pointInTime": "latest"}]
            bases += [{"storage": STORAGES[0], "path": path} for path in paths]
        yield from (base for base in bases if isinstance(self.objects(kind, base), str))

    def objects(self, kind: JobKind, spec: Mapping[str, Any]) -> str | list[str]:
        """The emitted objects as text, or what was refused."""
        own = JobInput(kind, {"name": "probe-job", "namespace": "probes"}, {"cluster": "probe", **spec})
        job, found = jobs.checked(own, self.setup, self.cluster)
        wrong = [f"{f.code}: {path_text(f.path)}: {f.message}" for f in found if f.is_error]
        if job is None or wrong:
            return wrong
        try:
            emitted = jobs.emitted(job, self.setup)
        except EverestError as error:
            return [f"{f.code}: {f.message}" for f in error.findings]
        for entry in emitted if self.crds is not None and "overrides" not in spec else ():
            broken = self.crds.check(entry.manifest)  # type: ignore[union-attr]
            if broken:
                return [f"emit.object: {path_text(f.path)}: {f.message}" for f in broken]
        return json.dumps([entry.manifest for entry in emitted], default=repr)


def filled_objects(resolved: Resolved, setup: Setup) -> tuple[list[Emitted], list[str]]:
    """The objects that fill a new cluster, or what was refused about it."""
    made = jobs.filling(resolved, setup)
    if made is None:
        return [], []
    wrong = [f"{f.code}: {path_text(f.path)}: {f.message}" for f in made[2] if f.is_error]
    return ([], wrong) if wrong else (jobs.filling_of(resolved, setup), [])


def _with(base: Mapping[str, Any], path: FieldPath, value: Any) -> dict[str, Any]:
    result = dict(base)
    if len(path) == 1:
        return {**result, path[0]: value}
    return {**result, path[0]: _with(result.get(path[0]) or {}, path[1:], value)}
