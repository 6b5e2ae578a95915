"""The backups and restores of an input, and the restore that fills a new cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_everest.core.check_job import ENGINE, SOURCE, Job, check_job
from pulumi_everest.core.paths import FieldSet, value_at
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.emit.job_objects import JobTemplate, filling_objects, job_object
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import EverestError, Finding, did_you_mean, finding, path_text, unknown
from pulumi_everest.workspace.by_name import ByName
from pulumi_everest.workspace.documents import ClusterInput, JobInput
from pulumi_everest.workspace.setup import Setup

if TYPE_CHECKING:
    from pulumi_everest.emit.crds import Crds


@dataclass
class JobPlan:
    """A job that has been checked, with the objects that it becomes."""

    input: JobInput
    job: Job
    setup: Setup
    objects: list[Emitted]


def find_cluster(job: JobInput, known: ByName) -> tuple[ClusterInput | None, list[Finding]]:
    """The cluster of a job; a finding where it cannot be found and its technology is not named either."""
    if job.cluster is not None:
        return job.cluster, []
    name, namespace = job.spec.get("cluster"), job.metadata.get("namespace")
    cluster = known.cluster(namespace, name)
    if cluster is not None or job.spec.get("provider") is not None:
        return cluster, []
    names = known.names(namespace)
    shown = f"'{name}' " if isinstance(name, str) else ""
    text = f"the cluster {shown}is not in the input, so 'provider' must say what it is"
    if isinstance(name, Deferred) and name.source is None:
        return None, [finding("field.missing", ("provider",), text)] if not names else []
    if not isinstance(name, str):
        return None, [finding("backup.unknown-cluster", ("cluster",), text, allowed=names)]
    elsewhere = known.namespace_with(name)
    hint = f"there is one in namespace '{elsewhere}'" if elsewhere is not None else did_you_mean(name, names)
    return None, [finding("backup.unknown-cluster", ("cluster",), text, allowed=names.offered(name), hint=hint)]


def checked(
    job: JobInput, setup: Setup, cluster: Resolved | None, *, sound: bool = True
) -> tuple[Job | None, list[Finding]]:
    """A job checked against its cluster. With `sound` false the cluster has errors, so no rules are asked."""
    technology, named = setup.technology, job.spec.get("provider")
    found: list[Finding] = []
    if cluster is not None and isinstance(named, str) and named != technology.provider:
        text = f"the cluster is one of provider '{technology.provider}', not of '{named}'"
        found.append(finding("field.conflict", ("provider",), text, allowed=[technology.provider]))
    template = setup.job_template(job.kind)
    if template is None and setup.plugin is not None:
        text = f"provider '{technology.provider}' has no {job.kind}s on demand"
        hint = _other_way(technology) if job.kind == "upgrade" else None
        return None, [*found, finding("backup.unsupported", (), text, hint=hint)]
    fields = template.fields if template is not None else FieldSet(type_fields(job))
    rules = template.rules if template is not None and sound else ()
    made, more = check_job(job.kind, job.metadata, job.spec, technology, fields, rules, cluster=cluster)
    return made, [*found, *more]


def _other_way(technology: Technology) -> str:
    """How an engine gets to another major version where nothing upgrades it."""
    definition = technology.definition
    upgrades = definition.upgrades(definition.type_of(ENGINE)) if ENGINE in definition.spec.components else None
    step = "one major version at a time" if upgrades is not None and upgrades.major_step == 1 else "which guards judge"
    return (upgrades.message if upgrades is not None else None) or f"set the version in the cluster, {step}"


def type_fields(job: JobInput) -> list[str]:
    """The fields of a job for which there is no plugin: whatever was written."""
    return [str(key) for key in job.spec]


def emitted(job: Job, setup: Setup, plugins: Iterable[str] = ()) -> list[Emitted]:
    """The objects of a job. Raises EverestError where a template fails, or no plugin is there; `plugins` are others."""
    if setup.technology.is_controlled:
        return [job_object(job)]
    template = setup.job_template(job.kind)
    if template is None:
        raise EverestError([setup.no_plugin(plugins)])
    return template.emit(job)


def mismatches(job: Job, backups: Iterable[tuple[JobInput, Setup | None]]) -> Iterator[Finding]:
    """What is wrong with restoring a backup of the same input: it is of another technology, or in a strange storage.

    `backups` are those of the name that the restore gives.
    """
    name = job.spec.get("backup")
    for other, setup in backups:
        if setup is None:
            continue
        path = ("backup",)
        if setup.technology.definition.name != job.technology.definition.name:
            text = f"backup '{name}' is one of provider '{setup.technology.provider}'"
            yield finding("backup.mismatch", path, f"{text}, and the cluster of '{job.technology.provider}'")
        stored = other.spec.get("storage")
        storages = value_at(job.cluster.spec, ("backup", "storages")) if job.cluster is not None else None
        if isinstance(stored, str) and isinstance(storages, list):
            names = [entry.get("name") for entry in storages if isinstance(entry, dict)]
            known = [text for text in names if isinstance(text, str)]
            if len(known) == len(storages) and stored not in known:
                text = f"backup '{name}' is in the storage '{stored}', which the cluster does not have"
                yield unknown("backup.mismatch", path, text, stored, known)


def filling(resolved: Resolved, setup: Setup) -> tuple[JobTemplate, Job, list[Finding]] | None:
    """The restore that fills a new cluster, where that is how the technology does it; with what is wrong with it.

    It has the name of the cluster with `-restore` behind, and nothing of it changes as long as `dataSource` does not.
    """
    source, plugin = resolved.spec.get("dataSource"), setup.plugin
    if plugin is None or plugin.manifest.filled_by != "restore" or not isinstance(source, dict):
        return None
    template = plugin.restore
    assert template is not None  # checked when the plugin was loaded
    metadata, name = dict(resolved.metadata), resolved.metadata.get("name")
    metadata["name"] = f"{name}{RESTORE}" if isinstance(name, str) else name
    spec: dict[str, Any] = {"cluster": name, **{key: source[key] for key in SOURCE if source.get(key) is not None}}
    job, found = check_job(
        "restore", metadata, spec, setup.technology, template.fields, template.rules, cluster=resolved, creating=True
    )
    return template, job, [entry.at(("dataSource",)) for entry in found]


RESTORE = "-restore"
"""What the name of the restore that fills a new cluster has behind that of the cluster."""


def filling_of(resolved: Resolved, setup: Setup) -> list[Emitted]:
    """The objects that fill a new cluster when it is ready."""
    made = filling(resolved, setup)
    return filling_objects(made[0], made[1]) if made is not None else []


def schema_findings(plan: JobPlan, crds: Crds | None) -> Iterator[Finding]:
    """What the CRDs say against the objects of a job; a value of `overrides` is named where it was written."""
    if crds is None:
        return
    from pulumi_everest.emit.object_check import no_schema, unchecked

    for entry in plan.objects:
        kind = str(entry.manifest.get("kind"))
        if unchecked(entry, crds):
            if entry.manifest.get("apiVersion") != API_VERSION:  # what its models have checked
                yield no_schema(entry, crds)
            continue
        for problem in crds.check(entry.manifest):
            text = f"{problem.message}, in {kind} at {path_text(problem.path) or 'the top'}"
            own = problem.path[1:]
            written = problem.path[:1] == ("spec",) and _written(plan.job.spec.get("overrides"), own)
            code, path = ("cluster.overrides", ("overrides", *own)) if written else ("emit.object", ())
            yield finding(code, path, text, allowed=problem.allowed, hint=problem.hint)


def _written(patch: Any, path: Sequence[str | int]) -> bool:
    return isinstance(patch, Mapping) and bool(path) and path[0] in patch
