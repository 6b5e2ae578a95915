"""Jobs, such as backups on demand, against their cluster and what a plugin's templates honour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from pulumi_everest.core.overrides import has_overrides
from pulumi_everest.core.paths import FieldSet, value_at
from pulumi_everest.core.resolve import Resolved, resolve
from pulumi_everest.core.rules import CompiledRule, broken_rules
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.versions.locked import bundled
from pulumi_everest.core.versions.ways import VersionWays
from pulumi_everest.model.cluster import BackupStorage, DatabaseClusterSpec, Metadata
from pulumi_everest.model.deferred import Deferred, Path, holds_deferred
from pulumi_everest.model.findings import Finding, did_you_mean, finding, has_errors
from pulumi_everest.model.shapes import ANY, BOOL, NUMBER, TEXT, Shape, shape_of
from pulumi_everest.model.values.versions import version_key

if TYPE_CHECKING:
    from pydantic import BaseModel

JobKind = Literal["backup", "restore", "upgrade"]
JOB_KINDS: Final[tuple[JobKind, ...]] = get_args(JobKind)
SOURCE = ("backup", "storage", "path", "type", "pointInTime")
"""The fields that say where the data of a restore comes from; `dataSource` of a cluster has the same."""
ENGINE = "engine"
"""The component whose version an upgrade moves: what every technology calls that which keeps the data."""
_OWN_FIELDS = ("cluster", "provider", "operatorVersion", "overrides")


def job_model(kind: JobKind) -> type[BaseModel]:
    """The model of what is asked for; imported for the first job, of which most inputs have none."""
    from pulumi_everest.model.job import DatabaseBackupSpec, DatabaseRestoreSpec, DatabaseUpgradeSpec

    if kind == "upgrade":
        return DatabaseUpgradeSpec
    return DatabaseBackupSpec if kind == "backup" else DatabaseRestoreSpec


def job_shapes(kind: JobKind) -> dict[str, Shape]:
    """The variables of the templates and rules of a kind of job, and what they look like."""
    from pulumi_everest.model.job import JobMetadata

    texts = Shape("map", item=TEXT)
    cluster = {"metadata": shape_of(Metadata), "spec": shape_of(DatabaseClusterSpec), "types": texts}
    secrets = {"users": texts, "storages": Shape("map", item=texts), "monitoring": Shape("map", item=ANY)}
    return {
        "spec": shape_of(job_model(kind)),
        "metadata": shape_of(JobMetadata),
        "cluster": Shape("object", cluster),
        "storage": Shape("object", {**shape_of(BackupStorage).fields, "index": NUMBER}),
        "secrets": Shape("object", secrets),
        "operator": TEXT,
        "creating": BOOL,
        **({"target": Shape("object", cluster), "tools": texts} if kind == "upgrade" else {}),
    }


@dataclass
class Job:
    """A job that has been checked, with all that its templates see. `creating` marks the filling of a new cluster.

    Of an upgrade `target` is the cluster as it is to be after it, where it can go there.
    """

    kind: JobKind
    metadata: dict[str, Any]
    spec: dict[str, Any]
    technology: Technology
    cluster: Resolved | None
    storage: dict[str, Any] | Deferred = field(default_factory=dict)
    creating: bool = False
    target: Resolved | None = None

    @property
    def variables(self) -> dict[str, Any]:
        """What the templates and rules may name."""
        cluster = self.cluster
        known: dict[str, Any] = {
            "metadata": {"name": self.spec.get("cluster"), "namespace": self.metadata.get("namespace")}
        }
        if cluster is not None:
            known = {"metadata": cluster.metadata, "spec": cluster.spec, "types": cluster.types}
        return {
            "spec": self.spec,
            "metadata": self.metadata,
            "cluster": known,
            "storage": self.storage,
            "secrets": cluster.secrets if cluster is not None else {},
            "operator": self.operator,
            "creating": self.creating,
            **(self._of_upgrade() if self.kind == "upgrade" else {}),
        }

    def _of_upgrade(self) -> dict[str, Any]:
        """The cluster as it is to be, and the images that component types have where nothing is said."""
        target, definition = self.target or self.cluster, self.technology.definition
        tools = {kind: definition.default_version(kind, self.operator) for kind in definition.spec.component_types}
        images = {kind: entry.image for kind, entry in tools.items() if entry is not None}
        known = {"metadata": target.metadata, "spec": target.spec, "types": target.types} if target is not None else {}
        return {"target": known, "tools": images}

    @property
    def operator(self) -> Any:
        """The operator version that the object is made for."""
        if self.cluster is not None:
            return self.cluster.spec.get("operatorVersion")
        manifest = self.technology.manifest
        chosen = self.spec.get("operatorVersion") or self.technology.operator_version
        return chosen or (manifest.operator.default if manifest is not None else None)

    @property
    def deferred(self) -> bool:
        """Whether something in the variables is not known yet."""
        return holds_deferred(self.variables)


def check_job(
    kind: JobKind,
    metadata: Mapping[str, Any],
    spec: Mapping[str, Any],
    technology: Technology,
    fields: FieldSet,
    rules: Sequence[CompiledRule],
    *,
    cluster: Resolved | None,
    creating: bool = False,
) -> tuple[Job, list[Finding]]:
    """A job whose spec has passed its model, and what is wrong with it; paths are relative to its spec.

    `cluster` is None for one that is not in the input, of which only the name is known.
    """
    job = Job(kind, dict(metadata), dict(spec), technology, cluster, creating=creating)
    found = [*_unhonoured(spec, technology, fields, kind), *_operator(spec, technology, cluster)]
    if kind == "restore" and not creating:
        found += source_findings(spec, None, ())
    found += _upgraded(job) if kind == "upgrade" else _place_storage(job)
    if not has_errors(found):
        found += broken_rules(rules, job.variables, deferred=job.deferred)
    return job, list(dict.fromkeys(found))


def with_storage(job: Job) -> Job:
    """A job whose spec or cluster has changed, with the storage that it names now, or the version that it goes to."""
    for _ in _upgraded(job) if job.kind == "upgrade" else _place_storage(job):
        pass  # what is wrong with it is of no interest to whoever changed it
    return job


def _unhonoured(spec: Mapping[str, Any], technology: Technology, fields: FieldSet, kind: str) -> Iterator[Finding]:
    rest = {key: value for key, value in spec.items() if key not in _OWN_FIELDS}
    for path, allowed in fields.outside(rest):
        article = "an" if kind == "upgrade" else "a"
        text = f"provider '{technology.provider}' does nothing with '{path[-1]}' of {article} {kind}"
        hint = did_you_mean(str(path[-1]), allowed)
        yield finding("cluster.field-not-honoured", path, text, allowed=[name for name in allowed if name], hint=hint)


def _operator(spec: Mapping[str, Any], technology: Technology, cluster: Resolved | None) -> Iterator[Finding]:
    own, manifest = spec.get("operatorVersion"), technology.manifest
    if own is None or isinstance(own, Deferred) or manifest is None:
        return
    if cluster is not None:
        text = "the operator version is that of the cluster, which is in the input"
        yield finding("field.conflict", ("operatorVersion",), text)
    elif own not in manifest.operator.versions:
        allowed = manifest.operator.versions
        text = f"operator version '{own}' is not one that plugin '{manifest.name}' supports"
        hint = did_you_mean(str(own), allowed)
        yield finding("provider.operator-version", ("operatorVersion",), text, allowed=allowed, hint=hint)


def source_findings(source: Mapping[str, Any], storages: Sequence[Any] | None, path: Path) -> Iterator[Finding]:
    """What is wrong with where data comes from, whatever the technology. `storages` are the names to choose from."""
    has_backup, has_storage = source.get("backup") is not None, source.get("storage") is not None
    where, moment = source.get("path"), source.get("pointInTime")
    if has_backup == has_storage:
        text = "the data comes from 'backup' or from 'storage' and 'path'" + (", not from both" if has_backup else "")
        yield finding("field.conflict", path, text, allowed=["backup", "storage"])
    if has_storage and where is None and moment is None:
        yield finding("field.missing", (*path, "path"), "with 'storage' the field 'path' is needed")
    for name in ("path", "type"):
        if has_backup and source.get(name) is not None:
            text = f"'{name}' belongs to 'storage', not to 'backup'"
            yield finding("field.conflict", (*path, name), text)
    if isinstance(where, str) and ("://" in where or not where.strip("/")):
        text = f"'{where}' is no path inside a bucket, container or volume"
        hint = f"write {where.split('://', 1)[1].partition('/')[2]}" if "://" in where else None
        yield finding("field.value", (*path, "path"), text, hint=hint)
    if storages is not None and has_storage:
        yield from _known_storage(source.get("storage"), storages, (*path, "storage"))


def _known_storage(name: Any, storages: Sequence[Any], path: Path) -> Iterator[Finding]:
    known = [text for text in storages if isinstance(text, str)]
    if isinstance(name, str) and len(known) == len(storages) and name not in known:
        text = f"there is no backup storage '{name}'"
        yield finding("field.value", path, text, allowed=known, hint=did_you_mean(name, known))


def _upgraded(job: Job) -> Iterator[Finding]:
    """Find what the cluster of an upgrade is to be after it, and what is in the way."""
    cluster, version, at = job.cluster, job.spec.get("version"), ("instances", ENGINE, "version")
    if cluster is None:
        text = "an upgrade goes from the version that the cluster has, so the cluster must be in the input"
        yield finding("upgrade.not-possible", ("cluster",), text, hint="put the DatabaseCluster beside it")
        return
    was = value_at(cluster.spec, at)
    if isinstance(version, Deferred) or isinstance(was, Deferred):
        text = "the version decides what the upgrade is, so it must be known in a preview"
        yield finding("value.not-known", ("version",), text)
        return
    spec = {**cluster.spec, "instances": {**cluster.spec["instances"]}}
    for name in (bundled(job.technology.definition) | {ENGINE}) & spec["instances"].keys():
        kept = {key: value for key, value in spec["instances"][name].items() if key not in ("version", "image")}
        spec["instances"][name] = kept
    spec["instances"][ENGINE]["version"] = version
    target, found = resolve(cluster.metadata, spec, job.technology)
    for entry in found:
        if entry.is_error:
            yield replace(entry, path=("version",)) if entry.path == at else replace(entry, path=())
    now = value_at(target.spec, at) if target is not None else None
    if target is None or now is None or has_errors(found):
        return
    job.target = target
    yield from way_of(job, str(was), str(now))


def way_of(job: Job, was: str, now: str) -> Iterator[Finding]:
    """Whether an upgrade is the way from one version to another, and what it does."""
    technology = job.technology
    kind = technology.definition.type_of(ENGINE)
    obstacle = VersionWays(technology.definition, job.operator).obstacle(kind, was, now)
    if version_key(now) < version_key(was):
        text = f"{now} is older than {was}, and no upgrade goes back"
        hint = "restore a backup that was made with the older version into a new cluster"
        yield finding("upgrade.not-possible", ("version",), text, hint=hint)
    elif obstacle is None:
        text = f"from {was} to {now} no upgrade is needed" if was != now else f"the cluster has version {was} already"
        hint = f"set instances.{ENGINE}.version: {now} in the cluster" if was != now else "take the upgrade away"
        yield finding("upgrade.not-possible", ("version",), text, hint=hint)
    else:
        text = f"the database is stopped while its data go from {was} to {now}, and cannot go back"
        hint = "make a full backup before; the way back is to restore it into a new cluster"
        yield finding("upgrade.downtime", ("version",), text, hint=hint)


def _place_storage(job: Job) -> Iterator[Finding]:
    """Find the storage that a job names, or for a backup the main one, and what is wrong with it."""
    name, path = job.spec.get("storage"), ("storage",)
    own = job.technology.manifest.own_storages if job.technology.manifest is not None else []
    if job.kind == "restore" and name is None and job.cluster is None:
        return
    if job.cluster is None:
        if name is None:
            text = "the cluster is not in the input, so 'storage' must say where the backup goes"
            yield finding("field.missing", path, text)
        job.storage = {"name": name}
        return
    storages = value_at(job.cluster.spec, ("backup", "storages"))
    if isinstance(storages, Deferred) or any(isinstance(entry, Deferred) for entry in storages or []):
        yield from _not_known(storages, path)
        job.storage = Deferred(("storage",))
        return
    entries = [{**entry, "index": index} for index, entry in enumerate(storages or [])]
    there = [entry.get("name") for entry in entries]
    entries += [{"name": text} for text in [*own, *_rendered_storages(job)] if text not in there]
    if not entries:
        text = f"cluster '{job.cluster.name}' has no storage for backups"
        hint = "set backup.storages of the cluster"
        yield finding("backup.not-configured", ("cluster",) if not job.creating else (), text, hint=hint)
        return
    if isinstance(name, Deferred):
        yield from _not_known(name, path)
        job.storage = Deferred(("storage",))
        return
    if name is None and job.kind == "backup":
        job.storage = entries[0]
        job.spec["storage"] = entries[0]["name"]
        return
    if name is not None:
        yield from _known_storage(name, [entry.get("name") for entry in entries], path)
        job.storage = next((entry for entry in entries if entry.get("name") == name), {})


def _rendered_storages(job: Job) -> list[str]:
    """The storages that the cluster's object has, where overrides may have brought some."""
    manifest, cluster, reading = job.technology.manifest, job.cluster, job.technology.reading
    if manifest is None or manifest.storages_path is None or cluster is None or reading is None:
        return []
    if not has_overrides(cluster.spec) or cluster.deferred:
        return []
    storages = value_at(reading.main(cluster) or {}, tuple(manifest.storages_path.split(".")))
    return [name for name in storages if isinstance(name, str)] if isinstance(storages, dict) else []


def _not_known(value: Any, path: Path) -> Iterator[Finding]:
    values = value if isinstance(value, list) else [value]
    if any(isinstance(entry, Deferred) and entry.source is not None for entry in values):
        text = "the storage decides what the object consists of, so it must be known in a preview"
        yield finding("value.not-known", path, text)
