"""What the documents of an input become, in groups: those of each Provider, cluster and job, and what is passed on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from typing import Any, TypeVar

from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.model.findings import Finding, Locate, located
from pulumi_everest.review.clusters import Cluster
from pulumi_everest.review.inputs.foreign import written_text
from pulumi_everest.review.inputs.groups import Group, Item
from pulumi_everest.review.inputs.origins import said_by
from pulumi_everest.workspace.explain.clusters import explained
from pulumi_everest.workspace.explain.jobs import explained_job
from pulumi_everest.workspace.explain.own_values import own_values
from pulumi_everest.workspace.plans.job_plans import JobPlan
from pulumi_everest.workspace.technologies import Technologies
from pulumi_everest.workspace.workspace import Plan, Planned, Workspace

_Known = TypeVar("_Known")


def _always() -> None:
    """Nobody wants it to end."""


def groups_of(
    workspace: Workspace, planned: Planned, texts: Mapping[str, str], going_on: Callable[[], None]
) -> Iterator[Group]:
    """The groups of what was planned. `texts` are those of the files, which foreign documents are passed on in.

    `going_on` is called while objects of clusters are explained, and may raise what ends that.
    """
    clusters = {plan.cluster.key: plan for plan in planned.clusters}
    yield from groups_around(
        workspace, texts, [plan.setup.technology.provider for plan in planned.clusters],
        (cluster_group(plan, going_on) for plan in planned.clusters),
        planned.jobs, clusters,
    )  # fmt: skip


def groups_around(
    workspace: Technologies,
    texts: Mapping[str, str],
    providers: Iterable[str],
    clusters: Iterable[Group],
    jobs: Iterable[JobPlan],
    plans: Mapping[tuple[Any, Any], Plan],
) -> Iterator[Group]:
    """The groups of clusters, with those of all else before and after them. `plans` are those of clusters, by name."""
    foreign = [Item(d.data, d.place(()), written_text(d, texts.get(d.file, ""))) for d in workspace.foreign]
    if foreign:
        yield Group("other", "passed on", items=foreign)
    yield from _provider_groups(workspace, providers)
    yield from clusters
    for job in jobs:
        key = (job.input.metadata.get("namespace"), job.job.spec.get("cluster"))
        yield _job_group(job, plans.get(key))


def _provider_groups(workspace: Technologies, named: Iterable[str]) -> Iterable[Group]:
    """What Providers become for a controller: those of the input, and those that its clusters name."""
    names = dict.fromkeys([*workspace.providers, *named])
    seen: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for name in names:
        group = Group("provider", name)
        for emitted in workspace.provider_objects(name):
            # Providers of one definition share it.
            item = Item(emitted.manifest)
            same = seen.setdefault(item.key, [])
            if emitted.manifest not in same:
                same.append(emitted.manifest)
                group.items.append(item)
        if group.items:
            yield group


def cluster_group(plan: Plan, going_on: Callable[[], None] = _always) -> Group:
    """The objects of a cluster, and the cluster as it can be compared."""
    metadata, spec = plan.cluster.metadata, plan.resolved.spec
    about = {
        "namespace": str(metadata.get("namespace")),
        "provider": plan.setup.technology.provider,
        "topology": str(spec["topology"]["type"]),
    }
    place = plan.cluster.locate(("metadata", "name"))
    main = next((o.manifest for o in plan.objects if o.main), {})
    title = Item(main).title
    known, own = cache(partial(explained, plan, going_on)), cache(partial(own_values, plan))
    items = [
        Item(
            o.manifest,
            place,
            main=o.main,
            after=title if o.when_ready else None,
            explained=partial(_at, known, index),
            own=partial(_at, own, index),
        )
        for index, o in enumerate(plan.objects)
    ]
    return Group("cluster", str(metadata.get("name")), about, items, _known_cluster(plan, main), plan)


def _at(known: Callable[[], list[_Known]], index: int) -> _Known:
    return known()[index]


def _known_cluster(plan: Plan, main: dict[str, Any]) -> Cluster:
    """The cluster of a document, to be compared."""
    cluster, technology = plan.cluster, plan.setup.technology
    snapshot = Snapshot.of(plan.resolved, technology, main, {})
    return Cluster(
        snapshot,
        technology,
        snapshot.name,
        cluster.subject,
        partial(shown_in, cluster.locate),
        in_document=True,
        written=cluster.spec,
        source=partial(said_by, plan),
    )


def shown_in(locate: Locate, entry: Finding) -> Finding:
    """A finding about the cluster of a document, as that has it."""
    in_metadata = entry.path[:1] in (("name",), ("namespace",), ("labels",), ("annotations",))
    return located([entry.at(("metadata",) if in_metadata else ("spec",))], locate)[0]


def _job_group(plan: JobPlan, cluster: Plan | None) -> Group:
    metadata, spec = plan.input.metadata, plan.job.spec
    about = {
        "namespace": str(metadata.get("namespace")),
        "cluster": str(spec.get("cluster")),
        "provider": plan.setup.technology.provider,
    }
    place = plan.input.locate(("metadata", "name"))
    known = cache(partial(explained_job, plan, cluster))
    items = [
        Item(emitted.manifest, place, explained=partial(_at, known, index))
        for index, emitted in enumerate(plan.objects)
    ]
    return Group(plan.input.kind, str(metadata.get("name")), about, items)
