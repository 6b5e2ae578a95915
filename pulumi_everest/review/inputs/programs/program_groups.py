"""Pulumi programs as inputs: they run, and what they ask for becomes groups of objects."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path as Folder
from typing import Any

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.changes.secret_changes import SecretHandling, names_in
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import Finding, has_errors
from pulumi_everest.model.shapes import shape_of
from pulumi_everest.program.monitor import Registered
from pulumi_everest.program.run import ProgramRun, is_object, run_program
from pulumi_everest.program.values import Secret, Unknown
from pulumi_everest.resources.arguments.models import DatabaseClusterArgs
from pulumi_everest.resources.arguments.naming import as_written
from pulumi_everest.resources.engine import tokens
from pulumi_everest.resources.engine.provider_settings import CONFIG_MAPS_IN_PLACE, SECRETS_IN_PLACE, Switch
from pulumi_everest.resources.hooks.stored_state import allowed, snapshot_of
from pulumi_everest.review.clusters import Cluster
from pulumi_everest.review.inputs.groups import Group, Item
from pulumi_everest.review.inputs.origins import said_by
from pulumi_everest.review.inputs.programs.python_places import placed
from pulumi_everest.review.inputs.sources import Sources
from pulumi_everest.review.options import Options
from pulumi_everest.workspace.explain.own_values import own_values
from pulumi_everest.workspace.plans.plan import Plan


def run(folder: Folder, options: Options, sources: Sources) -> tuple[ProgramRun, list[Group]]:
    """Run the program of a folder; its objects are grouped by the clusters that they belong to."""
    config = dict(options.config)
    if options.plugins:
        config.setdefault("everest:plugins", json.dumps([str(path.resolve()) for path in options.plugins]))
    if options.crds:
        config["everest:crds"] = json.dumps([os.path.abspath(path) for path in options.crds])
    if options.reconcile_by is not None:
        config["everest:reconcileBy"] = options.reconcile_by
    if options.no_lock or options.unlocked is not None:
        config["everest:noLock"] = "true" if options.no_lock or not options.unlocked else json.dumps(options.unlocked)
    if options.back is not None:
        config["everest:lockBack"] = json.dumps(options.back)
    with _said_if_long(f"{folder}: the program still runs; --timeout ends it after {options.timeout:g} s", options):
        result = run_program(
            folder, config=config, stack=options.stack, stack_outputs=options.stack_outputs, timeout=options.timeout
        )
    sources.hide(result.secrets.are_in)
    if options.keep_sound and has_errors(result.findings):
        return result, [_sound(plan) for plan in result.plans if isinstance(plan, Plan)]
    return result, _groups(result, folder, sources)


def _sound(plan: Plan) -> Group:
    """A cluster that has no error in a program that has some, and so was not registered."""
    main = next((entry.manifest for entry in plan.objects if entry.main), {})
    name = plan.cluster.subject.rpartition(" ")[2]
    group = Group("cluster", name, items=[Item(entry.manifest, main=entry.main) for entry in plan.objects])
    technology = plan.setup.technology
    snapshot = Snapshot.of(plan.resolved, technology, main, {})
    group.cluster = Cluster(snapshot, technology, name, plan.cluster.subject, _as_it_is)
    return group


def _as_it_is(entry: Finding) -> Finding:
    return entry


LONG = 2.0
"""Seconds after which somebody who waits for a program is told what for."""


@contextmanager
def _said_if_long(text: str, options: Options) -> Iterator[None]:
    """Say something if what is done takes long, to whoever asks to be told."""
    if options.waiting is None:
        yield
        return
    timer = threading.Timer(LONG, options.waiting, [text])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _groups(result: ProgramRun, folder: Folder, sources: Sources) -> list[Group]:
    by_urn = {resource.urn: resource for resource in result.resources}
    clusters: dict[str, Group] = {}
    by_subject = {plan.cluster.subject: plan for plan in result.plans if isinstance(plan, Plan)}
    plans = [_OwnValues(plan) for plan in result.plans if isinstance(plan, Plan)]
    by_object = {name: values for values in plans for name in values.names if _is_name(name[1])}
    others = Group("program", str(folder))
    groups: list[Group] = []
    for resource in result.resources:
        if resource.type == tokens.CLUSTER:
            plan = by_subject.get(tokens.subject_of(resource.type, resource.name))
            clusters[resource.urn] = _cluster(resource, result, sources, plan)
            groups.append(clusters[resource.urn])
        elif resource.type in _JOBS:
            clusters[resource.urn] = _job(resource)
            groups.append(clusters[resource.urn])
        elif is_object(resource):
            group = _owner(resource, by_urn, clusters) or others
            # The main object's resource has the name of its cluster's, and is made before a program could add others.
            main = group.kind == "cluster" and resource.name == group.name and not any(i.main for i in group.items)
            kubernetes = _kubernetes_name(resource)
            item = Item(resource.inputs, resource.place, main=main, kubernetes=kubernetes)
            group.items.append(item)
            values = by_object.get((item.key[1], item.key[3]))
            if group.kind == "cluster" and values is not None:
                item.own = partial(_own_of, item, values)
            if main and group.cluster is not None:
                secrets, config_maps = (
                    _says(resource, by_urn, result, switch) for switch in (SECRETS_IN_PLACE, CONFIG_MAPS_IN_PLACE)
                )
                handling = SecretHandling(secrets, names_in(resource.inputs), config_maps=config_maps)
                group.cluster = replace(group.cluster, handling=handling, kubernetes=kubernetes)
    for group in clusters.values():
        namespaces = {item.key[2] for item in group.items}
        if len(namespaces) == 1 and "" not in namespaces:
            group.about.setdefault("namespace", namespaces.pop())
    if others.items:
        groups.insert(0, others)
    return groups


class _OwnValues:
    """What of a cluster's objects follows what the program says, found when it is asked for."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    @property
    def names(self) -> list[tuple[str, Any]]:
        """The kind and name of each object."""
        return [(entry.manifest["kind"], entry.manifest["metadata"].get("name")) for entry in self._plan.objects]

    @cached_property
    def by_object(self) -> dict[tuple[str, Any], frozenset[Path]]:
        """The paths of such values, by the kind and name of the object."""
        found = zip(self.names, own_values(self._plan), strict=True)
        return {name: paths for name, paths in found if _is_name(name[1])}


def _is_name(value: Any) -> bool:
    return isinstance(value, str)


def _own_of(item: Item, values: _OwnValues) -> frozenset[Path]:
    return values.by_object.get((item.key[1], item.key[3]), frozenset())


def _kubernetes_name(resource: Registered) -> str:
    """The name of the Kubernetes provider that a program makes an object with; empty for the default one."""
    return (resource.provider or "").rpartition("::")[0].rpartition("::")[2]


def _says(main: Registered, by_urn: dict[str, Registered], result: ProgramRun, switch: Switch) -> bool:
    """Whether a switch is on for the Kubernetes provider of an object, the program's or the default one."""
    own = by_urn.get((main.provider or "").rpartition("::")[0])
    return switch.is_on(own.inputs.get(switch.argument) if own is not None else result.config.get(switch.config))


def _cluster(resource: Registered, result: ProgramRun, sources: Sources, plan: Plan | None) -> Group:
    snapshot = snapshot_of(resource.inputs, _known)
    if snapshot is None:
        return Group("cluster", resource.name)
    facts = {
        "namespace": snapshot.metadata.get("namespace"),
        "provider": snapshot.spec.get("provider"),
        "topology": snapshot.topology,
    }
    group = Group("cluster", resource.name, {key: value for key, value in facts.items() if isinstance(value, str)})
    technology = result.technologies.get(str(snapshot.spec.get("provider")))
    if technology is None:
        return group

    def shown(entry: Finding) -> Finding:
        written = as_written(entry, shape_of(DatabaseClusterArgs), ())
        return placed(replace(written, place=resource.place), sources)

    allow = tuple(allowed(resource.inputs))
    subject = tokens.subject_of(resource.type, resource.name)
    group.cluster = Cluster(snapshot, technology, resource.name, subject, shown, allow)
    if plan is not None:
        group.cluster = replace(group.cluster, written=plan.cluster.spec, source=partial(said_by, plan))
        group.plan = plan
    return group


_JOBS = {token: kind for kind, token in tokens.JOBS.items()}


def _job(resource: Registered) -> Group:
    cluster = resource.inputs.get("cluster")
    return Group(_JOBS[resource.type], resource.name, {"cluster": cluster} if isinstance(cluster, str) else {})


def _owner(resource: Registered, by_urn: dict[str, Registered], clusters: dict[str, Group]) -> Group | None:
    """The cluster that a resource belongs to: the nearest of its parents."""
    here: Registered | None = resource
    while here is not None:
        if here.urn in clusters:
            return clusters[here.urn]
        here = by_urn.get(here.parent) if here.parent else None
    return None


def _known(value: Any) -> Any:
    """A value of a program as snapshots have it."""
    if isinstance(value, Unknown):
        return Deferred()
    return Concealed(value.value) if isinstance(value, Secret) else value
