"""What CRDs say against the objects of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.core_kinds import is_core
from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.emit.object_check import check_objects, no_schema, unchecked
from pulumi_everest.emit.objects import Emitted, emit
from pulumi_everest.model.findings import Finding
from pulumi_everest.workspace.plans.plan import Plan

Emit = Callable[[Resolved], list[Emitted]]


def schema_findings(plan: Plan, crds: Crds, remade: Emit, without_schema: set[str]) -> Iterator[Finding]:
    """What is wrong with the objects of a cluster; `remade` makes them of another spec.

    Where a controller makes the operator's objects, those that the plugin would make are checked too. A kind without a
    schema is said once, and then in `without_schema`.
    """
    cluster, resolved, setup = plan.cluster, plan.resolved, plan.setup
    found = check_objects(plan.objects, crds, cluster.spec, resolved, remade)
    if setup.technology.is_controlled and setup.plugin is not None:
        template = setup.plugin.template
        made = emit(resolved, template)
        found += check_objects(made, crds, cluster.spec, resolved, lambda other: emit(other, template))
    for entry in plan.objects:
        kind = str(entry.manifest.get("kind"))
        version = str(entry.manifest.get("apiVersion"))
        own = version == API_VERSION or is_core(version)  # its models, or the template, have been checked
        if not own and unchecked(entry, crds) and kind not in without_schema:
            without_schema.add(kind)
            found.append(no_schema(entry, crds))
    # The path of what is not the user's leads nowhere in the input: it stands where the cluster does.
    here = cluster.locate((*cluster.prefix[:-1], "metadata", "name") if cluster.prefix else ("name",))
    yield from (replace(entry, place=here) if entry.subject or not entry.path else entry for entry in found)
