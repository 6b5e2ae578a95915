"""`--against cluster`: the objects as a running cluster has them, as far as the input or Pulumi has a say in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi_everest.adoption.before import snapshot_of_object
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.managers import OF_PROGRAMS
from pulumi_everest.model.findings import EverestError
from pulumi_everest.review.clusters import Cluster
from pulumi_everest.review.comparison.revision import FormerInput
from pulumi_everest.review.inputs.gather import Gathered
from pulumi_everest.review.inputs.groups import Item
from pulumi_everest.review.running import namespace_of
from pulumi_everest.workspace.workspace import Workspace

CLUSTER = "cluster"


def before_in_cluster(gathered: Gathered, live: LiveCluster, workspace: Workspace) -> FormerInput:
    """The objects of the input that exist, and the clusters that they would be made of. Raises LiveError.

    Secrets are not read: those of a database that exists count as they are in the input.
    """
    before, notes = Gathered(), list[str]()
    for group in gathered.groups:
        items = [(item, _found(item, live)) for item in group.items if item.key[1] != "Secret"]
        there = [replace(item, manifest=_known(found, item.manifest), text=None) for item, found in items if found]
        secrets = [item for item in group.items if item.key[1] == "Secret"]
        cluster = _as_it_runs(group.cluster, there, workspace) if group.cluster is not None else None
        if isinstance(cluster, str):
            notes.append(cluster)
            cluster = None
        before.clusters += cluster is not None
        before.groups.append(replace(group, items=[*there, *(secrets if there else [])], cluster=cluster))
    return FormerInput(before, notes=notes)


def _as_it_runs(cluster: Cluster, there: list[Item], workspace: Workspace) -> Cluster | str | None:
    """The cluster that the live main object would be made of, as `everest adopt` finds it.

    None where there is no such object, a text that says why where the cluster cannot be found.
    """
    main = next((item.manifest for item in there if item.main), None)
    if main is None:
        return None
    provider = cluster.snapshot.spec.get("provider")
    try:
        return replace(cluster, snapshot=snapshot_of_object(workspace, main, cluster.technology, provider))
    except EverestError as error:
        return f"what changes do to {cluster.snapshot.name} is not known: {error.findings[0].message}"


def _found(item: Item, live: LiveCluster) -> Mapping[str, Any] | None:
    version, kind, name = str(item.manifest.get("apiVersion", "")), item.key[1], item.key[3]
    return live.get(version, kind, name, namespace_of(item)) if version and kind and name else None


def _known(live: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """A live object without what the cluster and operators added: what is in `ours`, or was written by Pulumi once."""
    entries = (live.get("metadata") or {}).get("managedFields") or []
    written: dict[str, Any] = {}
    for entry in entries:
        if str(entry.get("manager", "")).startswith(OF_PROGRAMS) and not entry.get("subresource"):
            written = _both(written, entry.get("fieldsV1") or {})
    known: dict[str, Any] = _kept(live, ours, written)
    if not (ours.get("metadata") or {}).get("namespace"):
        known["metadata"] = {key: value for key, value in known["metadata"].items() if key != "namespace"}
    return known


def _both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _both(one.get(key, {}), other.get(key, {})) for key in {**one, **other}}


def _kept(live: Any, ours: Any, written: Mapping[str, Any]) -> Any:
    if isinstance(live, Mapping) and isinstance(ours, Mapping):
        kept = {}
        for key, value in live.items():
            fields = written.get(f"f:{key}")
            if key in ours:
                kept[key] = _kept(value, ours[key], fields or {})
            elif fields is not None:
                kept[key] = _kept(value, {}, fields) if fields else value
        return kept
    if isinstance(live, list) and isinstance(ours, list):
        return [_kept(value, _same(value, position, ours), {}) for position, value in enumerate(live)]
    return live


def _same(value: Any, position: int, ours: list[Any]) -> Any:
    """The item of our list that stands for an item of the live one: that of its name, or at its place."""
    name = value.get("name") if isinstance(value, Mapping) else None
    named = [item for item in ours if name is not None and isinstance(item, Mapping) and item.get("name") == name]
    if named:
        return named[0]
    mine = ours[position] if position < len(ours) else None
    # Without a counterpart the whole item is what would go.
    return mine if not (isinstance(mine, Mapping) and "name" in mine) else None
