"""Whether workloads.yaml of a plugin says something of each cluster, and follows the fields that size it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pulumi_everest.core.capacity.workloads import NotKnownError, WorkloadError, Workloads, read_workloads
from pulumi_everest.core.merging import over
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import EverestError, Finding, Place, finding, has_errors, path_text
from pulumi_everest.plugins.plugin import WORKLOADS, Plugin
from pulumi_everest.workspace.plans.plan import Plan
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

_SIZES: Final[Mapping[tuple[str, ...], tuple[Any, ...]]] = {
    ("replicas",): (2, 3, 4, 5, 7),
    ("storage", "size"): ("11Gi", "123Gi"),
    ("resources", "requests", "cpu"): ("123m",),
    ("resources", "requests", "memory"): ("1234Mi",),
    ("resources", "limits", "cpu"): ("12",),
    ("resources", "limits", "memory"): ("123Gi",),
}
"""The fields of a component that say what it takes, with values to try."""


def of_plan(plugin: Plugin, plan: Plan) -> Iterator[Finding]:
    """What is wrong with what workloads.yaml makes of a cluster."""
    made = _made(plugin, plan)
    if isinstance(made, str):
        yield finding("plugin.workloads", (), made, place=_place(plugin, made))


def unfollowed(workspace: Workspace, plugin: Plugin, spec: Mapping[str, Any]) -> Iterator[Finding]:
    """The fields that size a cluster and change nothing of what workloads.yaml makes of it."""
    plan = _planned(workspace, spec)
    if plan is None or plugin.workloads is None:
        return
    technology, topology = plan.setup.technology, str(plan.resolved.spec["topology"]["type"])
    for component in technology.definition.topology_components(topology):
        before = _with(workspace, plugin, spec, (component,), {})
        fields = technology.instance_fields(topology, component)
        for path, values in _SIZES.items():
            if not isinstance(before, Workloads) or not all(one.covers(path) for one in fields):
                continue
            tried = [made for value in values if (made := _with(workspace, plugin, spec, (component, *path), value))]
            if tried and all(made == before for made in tried):
                name = path_text(("instances", component, *path))
                text = f"'{name}' changes nothing of what workloads.yaml makes of a cluster"
                yield finding("plugin.capacity", (), text, place=_place(plugin), subject=f"topology {topology}")


def _with(
    workspace: Workspace, plugin: Plugin, spec: Mapping[str, Any], path: Path, value: Any
) -> Workloads | str | None:
    """What is made of a cluster with this value of a field; None where the cluster is refused."""
    change: Any = value
    for key in reversed(("instances", *path)):
        change = {key: change}
    plan = _planned(workspace, over(dict(spec), change))
    return _made(plugin, plan) if plan is not None else None


def _planned(workspace: Workspace, spec: Mapping[str, Any]) -> Plan | None:
    cluster = ClusterInput({"name": "example", "namespace": "default"}, dict(spec))
    resolved, setup, found = workspace.check(cluster)
    if resolved is None or setup is None or has_errors(found):
        return None
    try:
        return Plan(cluster, resolved, setup, workspace.emit(cluster, resolved, setup))
    except EverestError:
        return None


def _made(plugin: Plugin, plan: Plan) -> Workloads | str | None:
    """The workloads of a cluster, or what is wrong with them; None without the file."""
    if plugin.workloads is None:
        return None
    others = [entry.manifest for entry in plan.objects if not entry.main and entry.manifest.get("kind") != "Secret"]
    main = next(entry.manifest for entry in plan.objects if entry.main)
    try:
        return read_workloads(plugin.workloads.make(main, others))
    except WorkloadError as error:
        return str(error)
    except NotKnownError as error:
        return f"{error} has no value"
    except EverestError as error:
        return error.findings[0].message


def _place(plugin: Plugin, message: str = "") -> Place:
    """The file, with the line of the expression that a message begins with, where it stands on one."""
    file = plugin.folder / WORKLOADS
    expression = message.partition("}: ")[0] if message.startswith("${") else ""
    lines = file.read_text(encoding="utf-8").splitlines() if expression else []
    found = next((number for number, line in enumerate(lines, 1) if f"{expression}}}" in line), None)
    return Place(str(file), found, lines[found - 1].index(expression) + 1 if found else None)
