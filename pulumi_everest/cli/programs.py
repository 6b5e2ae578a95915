"""Pulumi programs as inputs: they run, and what they ask for becomes groups of objects."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pulumi_everest.cli.gather import Group, Item
from pulumi_everest.cli.options import Options
from pulumi_everest.program.monitor import COMPONENT, Registered
from pulumi_everest.program.run import ProgramRun, is_object, run_program


def run(folder: Path, options: Options) -> tuple[ProgramRun, list[Group]]:
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
    result = run_program(
        folder, config=config, stack=options.stack, stack_outputs=options.stack_outputs, timeout=options.timeout
    )
    return result, _groups(result, folder)


def _groups(result: ProgramRun, folder: Path) -> list[Group]:
    by_urn = {resource.urn: resource for resource in result.resources}
    clusters: dict[str, Group] = {}
    others = Group("program", str(folder))
    groups: list[Group] = []
    for resource in result.resources:
        if resource.type == COMPONENT:
            clusters[resource.urn] = _cluster(resource)
            groups.append(clusters[resource.urn])
        elif is_object(resource):
            group = _owner(resource, by_urn, clusters) or others
            # The main object's resource has the name of its cluster's.
            main = group.kind == "cluster" and resource.name == group.name
            group.items.append(Item(resource.inputs, resource.place, main=main))
    for group in clusters.values():
        namespaces = {item.key[2] for item in group.items}
        if len(namespaces) == 1 and "" not in namespaces:
            group.about.setdefault("namespace", namespaces.pop())
    if others.items:
        groups.insert(0, others)
    return groups


def _cluster(resource: Registered) -> Group:
    inputs = resource.inputs
    topology = inputs.get("topology")
    known = {
        "namespace": inputs.get("namespace"),
        "provider": inputs.get("provider"),
        "topology": topology.get("type") if isinstance(topology, dict) else None,
    }
    about = {key: value for key, value in known.items() if isinstance(value, str)}
    return Group("cluster", resource.name, about)


def _owner(resource: Registered, by_urn: dict[str, Registered], clusters: dict[str, Group]) -> Group | None:
    """The cluster that a resource belongs to: the nearest of its parents."""
    here: Registered | None = resource
    while here is not None:
        if here.urn in clusters:
            return clusters[here.urn]
        here = by_urn.get(here.parent) if here.parent else None
    return None
