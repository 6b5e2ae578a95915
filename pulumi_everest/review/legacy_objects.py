"""What `everest migrate` reads: objects of Everest's first API and of operators, from files or a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.adoption.adopt import main_kinds
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError
from pulumi_everest.model.findings import Finding, did_you_mean, finding
from pulumi_everest.model.similar_names import Names
from pulumi_everest.review.existing_objects import meant_by
from pulumi_everest.review.inputs.paths import read_inputs
from pulumi_everest.review.inputs.sources import Sources
from pulumi_everest.upgrade.legacy.objects import KINDS, LegacyObjects, Object, full_name, name_of
from pulumi_everest.workspace.workspace import Workspace


@dataclass
class LegacyInput:
    """All objects, and the clusters among them that are meant."""

    objects: list[Object] = field(default_factory=list)
    clusters: list[Object] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    sources: Sources = field(default_factory=Sources)


def of_files(paths: Sequence[str], *, recursive: bool = False) -> LegacyInput:
    """The objects of files and of Lists in them. A cluster that is there twice counts as its last version."""
    inputs = read_inputs(paths, recursive=recursive)
    objects = [entry for document in inputs.documents for entry in _items(document.data)]
    result = LegacyInput(objects, findings=list(inputs.findings), sources=Sources(inputs.texts))
    result.clusters = list(LegacyObjects(objects).all("DatabaseCluster"))
    if not result.clusters and not result.findings:
        result.findings.append(_nothing("the input"))
    return result


def of_cluster(workspace: Workspace, names: Sequence[str], kubeconfig: str | None, context: str | None) -> LegacyInput:
    """The objects of a running cluster; of Secrets their metadata alone. Raises LiveError."""
    live = LiveCluster(kubeconfig, context)
    objects: list[Object] = []
    for kind, api_version in KINDS.items():
        objects += live.list(api_version, kind)
    for plugin in workspace.plugins.all():
        if plugin.legacy is not None:
            for api_version, kind in main_kinds(workspace, plugin)[:1]:
                objects += live.list(api_version, kind)
            if (backups := plugin.legacy.backups) is not None:
                objects += live.list(backups.api_version, backups.kind)
    result = LegacyInput(objects)
    there = {full_name(entry): entry for entry in LegacyObjects(objects).all("DatabaseCluster")}
    known, wanted = Names(there), dict[str, Object]()
    for name in names or ["/"]:
        found = [*there] if name == "/" else meant_by(name, there)
        wanted |= {key: there[key] for key in found}
        if not found:
            text = f"the cluster has no DatabaseCluster '{name}' of Everest's first API" if names else ""
            missing = finding("adopt.missing", (), text, allowed=sorted(there), hint=did_you_mean(name, known))
            result.findings.append(missing if names else _nothing("the cluster"))
    result.clusters = [*wanted.values()]
    try:
        for namespace in dict.fromkeys(name_of(entry)[0] for entry in result.clusters):
            objects += secrets(live, namespace)
    except LiveError as error:  # who may not list them does without: before anything is deleted it is asked again
        result.findings += error.findings
    return result


def secrets(live: LiveCluster, namespace: str) -> Iterator[Object]:
    """The Secrets of a namespace, without their values."""
    for entry in live.list_metadata("v1", "Secret", namespace):
        yield {**entry, "apiVersion": "v1", "kind": "Secret"}


def _items(data: Mapping[str, Any]) -> Iterator[Object]:
    items = data.get("items")
    if str(data.get("kind")).endswith("List") and isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))
    else:
        yield data


def _nothing(where: str) -> Finding:
    text = f"{where} has no DatabaseCluster of everest.percona.com/v1alpha1"
    return finding("adopt.missing", (), text, hint="kubectl get databaseclusters -A -o yaml shows those of a cluster")
