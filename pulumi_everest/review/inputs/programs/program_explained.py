"""Where the objects of a program come from: the lines of its arguments, as of documents those of their fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Locate, Place, finding
from pulumi_everest.model.shapes import Shape, shape_of
from pulumi_everest.program.run import ProgramRun
from pulumi_everest.resources.arguments.models import JOBS, DatabaseClusterArgs
from pulumi_everest.resources.arguments.naming import as_written
from pulumi_everest.resources.engine import tokens
from pulumi_everest.review.inputs.groups import Group, Item
from pulumi_everest.review.inputs.programs.python_places import placed
from pulumi_everest.review.inputs.programs.yaml_places import placed_in_yaml
from pulumi_everest.review.inputs.sources import Sources
from pulumi_everest.workspace.explain.clusters import Explained, explained
from pulumi_everest.workspace.explain.jobs import explained_job
from pulumi_everest.workspace.plans.job_plans import JobPlan
from pulumi_everest.workspace.plans.plan import Plan

_TOKENS = {"cluster": tokens.CLUSTER, **tokens.JOBS}
Key = tuple[str, str, str]
Names = tuple[Any, Any]


def explain(groups: Sequence[Group], result: ProgramRun, sources: Sources) -> None:
    """Give each object of a cluster, backup or restore where its values come from, for whoever asks."""
    made = [(group, item) for group in groups if group.kind in _TOKENS for item in group.items]
    first: dict[Key, int] = {}
    for number, (_, item) in enumerate(made):
        first.setdefault(_key(item.manifest), number)
    plans = []
    for plan in result.plans:
        numbers = [first[key] for entry in plan.objects if (key := _key(entry.manifest)) in first]
        plans.append(_located(plan, *made[min(numbers)], sources) if numbers else plan)
    clusters: dict[Names, Plan] = {}
    for plan in plans:
        if isinstance(plan, Plan):
            clusters.setdefault(_names(plan.resolved.metadata), plan)
    known: dict[Key, Callable[[], Sequence[Explained]]] = {}
    for plan in plans:
        values = cache(partial(_explained, plan, clusters))
        for index, entry in enumerate(plan.objects):
            known.setdefault(_key(entry.manifest), partial(_at, values, index))
    for _, item in made:
        item.explained = known.get(_key(item.manifest))


def _explained(plan: Plan | JobPlan, clusters: Mapping[Names, Plan]) -> list[list[Explained]]:
    if isinstance(plan, Plan):
        return explained(plan)
    cluster = plan.job.cluster
    return explained_job(plan, clusters.get(_names(cluster.metadata)) if cluster is not None else None)


def _names(metadata: Mapping[str, Any]) -> Names:
    return metadata.get("namespace"), metadata.get("name")


def _at(values: Callable[[], list[list[Explained]]], index: int) -> list[Explained]:
    return values()[index]


def _key(manifest: dict[str, Any]) -> Key:
    metadata = manifest.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    names = (metadata.get(key) for key in ("namespace", "name"))
    return (str(manifest.get("kind")), *(name if isinstance(name, str) else "" for name in names))  # type: ignore[return-value]


def _located(plan: Plan | JobPlan, group: Group, item: Item, sources: Sources) -> Plan | JobPlan:
    """The plan with the places of its arguments, in the call that its objects are of."""
    if item.place is None:
        return plan
    if isinstance(plan, Plan):
        shape = shape_of(DatabaseClusterArgs)
        return replace(plan, cluster=replace(plan.cluster, locate=_locate(group, item, shape, sources)))
    shape = shape_of(JOBS[plan.input.kind])
    return replace(plan, input=replace(plan.input, locate=_locate(group, item, shape, sources)))


def _locate(group: Group, item: Item, shape: Shape, sources: Sources) -> Locate:
    subject = tokens.subject_of(_TOKENS[group.kind], group.name)

    @cache
    def locate(path: Path) -> Place | None:
        entry = as_written(finding("field.value", path, "", subject=subject), shape, ())
        return placed_in_yaml(placed(replace(entry, place=item.place), sources), sources).place

    return locate
