"""Objects that the operator's schemas refuse, each at the line of the template that makes what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pulumi_everest.core.paths import value_at
from pulumi_everest.emit.core_kinds import is_core
from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.object_check import no_schema, unchecked
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, path_text
from pulumi_everest.model.source.documents import Document
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.probes.places import template_place
from pulumi_everest.workspace.plans.job_plans import JobPlan
from pulumi_everest.workspace.plans.plan import Plan

CODES = ("emit.object", "emit.no-schema")
"""What is said here, and by the workspace about a cluster of a user's."""


SHIPPED = "crds"
"""The folder of a plugin in which it may have its operator's definitions."""


def shipped(plugin: Plugin) -> Crds | None:
    """The operator's schemas that the plugin brings itself, if it does. Raises EverestError for what is unreadable."""
    folder = plugin.folder / SHIPPED
    return Crds.load([folder]) if folder.is_dir() else None


def of_cluster(plugin: Plugin, plan: Plan, crds: Crds) -> Iterator[Finding]:
    """What is wrong with the objects of a cluster; one that fills it is made of restore.yaml, and checked as that."""
    objects = [entry for entry in plan.objects if not entry.when_ready]
    places = plugin.traced.places(plan.resolved)
    yield from _of_objects(objects, plugin.traced.document, places, crds)


def of_job(plugin: Plugin, plan: JobPlan, crds: Crds) -> Iterator[Finding]:
    """What is wrong with the objects of a backup or restore."""
    traced = plugin.traced_job(plan.job.kind)
    yield from _of_objects(plan.objects, traced.document, traced.places(plan.job), crds)


def _of_objects(
    objects: Sequence[Emitted], document: Document, places: Sequence[Mapping[Path, Path]], crds: Crds
) -> Iterator[Finding]:
    for index, entry in enumerate(objects):
        kind = str(entry.manifest.get("kind"))
        if unchecked(entry, crds):
            if is_core(str(entry.manifest.get("apiVersion"))):
                continue  # the template was held against what is known of Kubernetes' own kinds
            yield replace(no_schema(entry, crds), place=template_place(document, places, index, ("kind",)))
            continue
        for problem in crds.check(entry.manifest):
            if _of_overrides(entry, places[index], problem.path):
                continue  # the workspace says it where it was written
            text = f"{problem.message}, in {kind} at {path_text(problem.path) or 'the top'}"
            yield replace(problem, message=text, place=template_place(document, places, index, problem.path))


def _of_overrides(entry: Emitted, known: Mapping[Path, Path], path: Path) -> bool:
    """Whether a value that is there was made by no template."""
    there = value_at(entry.manifest, path) is not None
    return there and bool(path) and not any(leaf[: len(path)] == path for leaf in known)
