"""Where the objects of a backup or restore come from: its own lines, and those of the cluster that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pulumi_everest.core.check_job import Job, with_storage
from pulumi_everest.core.paths import MISSING, value_at
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.explain.followed import changed, changed_data, followed_by, inputs_of
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.deferred import Path
from pulumi_everest.workspace.explain.clusters import Explained, Source, explained_values, sources_of
from pulumi_everest.workspace.plans.job_plans import JobPlan, emitted
from pulumi_everest.workspace.plans.plan import Plan

_STORAGES = ("backup", "storages")


def explained_job(plan: JobPlan, cluster: Plan | None) -> list[list[Explained]]:
    """The values of each object of a job, in the order of its objects. `cluster` is what it is about, where known."""
    plugin, job = plan.setup.plugin, plan.job
    if plugin is None or plan.setup.technology.is_controlled:
        return [[] for _ in plan.objects]
    inputs = [*inputs_of(job.spec, job.metadata)]
    if job.cluster is not None:
        of_cluster = [*inputs_of(job.cluster.spec, {})]
        inputs += [(("cluster", *path), value) for path, value in of_cluster]
    found = followed_by(plan.objects, inputs, lambda path, other: _made(plan, path, other))
    traced = plugin.traced_job(job.kind)
    places = [(traced.document, known) for known in traced.places(job)]
    return explained_values(plan.objects, found, places, lambda path: _sources(plan, cluster, path))


def _made(plan: JobPlan, path: Path, other: Any) -> Sequence[Emitted]:
    """The objects with another value for one input; what is one name in job and cluster is another one in both."""
    if other is MISSING and path[-1] in ("name", "storage", "cluster"):
        return plan.objects  # nobody can leave a name out
    job, own = plan.job, plan.job.cluster
    made = replace(job, spec=dict(job.spec), storage={})
    if path[0] == "metadata":
        made.metadata = changed_data(job.metadata, path[1:], other)
    elif path[0] == "cluster" and len(path) > 1:
        assert own is not None  # its values are inputs only where it is known
        made.cluster = changed(own, path[1:], other)
        if path[1:3] == _STORAGES and path[4:] == ("name",) and value_at(own.spec, path[1:]) == job.spec.get("storage"):
            made.spec["storage"] = other
    else:
        made.spec = changed_data(job.spec, path, other)
        if path == ("storage",) and own is not None:
            made.cluster = _renamed(own, job, other)
        if path == ("cluster",) and own is not None:
            made.cluster = replace(own, metadata={**own.metadata, "name": other})
    return emitted(with_storage(made), plan.setup)


def _renamed(cluster: Resolved, job: Job, name: Any) -> Resolved:
    storages = value_at(cluster.spec, _STORAGES)
    for index, storage in enumerate(storages if isinstance(storages, list) else []):
        if storage.get("name") == job.spec.get("storage"):
            return changed(cluster, (*_STORAGES, index, "name"), name)
    return cluster


def _sources(plan: JobPlan, cluster: Plan | None, path: Path) -> Iterator[Source]:
    """Who said a value that an object follows."""
    given = plan.input
    if path[0] == "metadata":
        yield Source(path, given.kind, given.locate(path if given.prefix else path[1:]))
    elif path[0] == "cluster" and len(path) > 1:
        if cluster is not None and cluster.setup.plugin is not None:
            yield from sources_of(cluster, cluster.setup.plugin, path[1:])
    elif value_at(given.spec, path) is not None:
        yield Source(path, given.kind, given.locate((*given.prefix, *path)))
