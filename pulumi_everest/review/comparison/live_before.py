"""`--against cluster`: the objects as a running cluster has them, as far as the input or Pulumi has a say in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from pulumi_everest.adoption.before import snapshot_of_object
from pulumi_everest.core.exact import same
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.defaults import Defaults
from pulumi_everest.live.managers import KUBERNETES, OPERATOR, ItemFields, entries, kind_of
from pulumi_everest.model.findings import EverestError
from pulumi_everest.review.clusters import Cluster
from pulumi_everest.review.comparison.revision import FormerInput
from pulumi_everest.review.inputs.gather import Gathered
from pulumi_everest.review.inputs.groups import Item
from pulumi_everest.review.running import namespace_of
from pulumi_everest.workspace.workspace import Workspace

Object = dict[str, Any]
Operators = Collection[str]


def before_in_cluster(
    gathered: Gathered, live: LiveCluster, workspace: Workspace, operators: Operators = ()
) -> FormerInput:
    """The objects of the input that exist, and the clusters that they would be made of. Raises LiveError.

    Secrets are not read: those of a database that exists count as they are in the input. `operators` are the names of
    those that write into the objects.
    """
    before, notes, defaults = Gathered(), list[str](), Defaults(live)
    for group in gathered.groups:
        items = [(item, _found(item, live)) for item in group.items if item.key[1] != "Secret"]
        there = []
        for item, found in items:
            if found:
                known = _known(found, item.manifest, defaults.filled(item.manifest), operators)
                there.append(replace(item, manifest=known, text=None, live=found))
        secrets = [item for item in group.items if item.key[1] == "Secret"]
        cluster = _as_it_runs(group.cluster, there, workspace) if group.cluster is not None else None
        if isinstance(cluster, str):
            notes.append(cluster)
            cluster = None
        before.clusters += cluster is not None
        before.groups.append(replace(group, items=[*there, *(secrets if there else [])], cluster=cluster, plan=None))
    return FormerInput(before, notes=notes, operators=operators)


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


def _known(live: Mapping[str, Any], ours: Mapping[str, Any], filled: Mapping[str, Any], operators: Operators) -> Object:
    """A live object without what the cluster and operators added.

    What stays is in `ours`, or was written by somebody who is no operator, unless it is what the server fills in.
    """
    written: Mapping[str, Any] | None = None
    for entry in entries(live):
        if kind_of(str(entry.get("manager")), operators) not in (OPERATOR, KUBERNETES):
            fields = entry.get("fieldsV1") or {}
            written = fields if written is None else _both(written, fields)
    known: Object = _kept(live, ours, filled, written)
    known["metadata"] = _metadata(known.get("metadata") or {}, ours.get("metadata") or {})
    return {key: value for key, value in known.items() if key != "status" or "status" in ours}


def _metadata(known: Mapping[str, Any], ours: Mapping[str, Any]) -> Object:
    """Metadata without what only a server writes, and what tools keep there for themselves."""
    kept = {key: value for key, value in known.items() if key in ours or key in ("labels", "annotations", "finalizers")}
    annotations = kept.get("annotations")
    if isinstance(annotations, Mapping):
        own = ours.get("annotations") or {}
        left = {key: value for key, value in annotations.items() if key in own or not key.startswith(_OF_TOOLS)}
        kept["annotations"] = left
        if not left and "annotations" not in ours:
            del kept["annotations"]
    return kept


_OF_TOOLS = (
    "kubectl.kubernetes.io/",
    "pulumi.com/",
    "deployment.kubernetes.io/",
    "meta.helm.sh/",
    "argocd.argoproj.io/",
)
_ALL: Final[Mapping[str, Any]] = {"": {}}
"""Stands for what was written of a part as a whole."""


def _both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What either wrote; who wrote a part as a whole wrote all of it."""
    if not one or not other:
        return {}
    return {
        key: _both(one[key], other[key]) if key in one and key in other else below
        for key, below in {**one, **other}.items()
    }


def _below(written: Mapping[str, Any] | None, key: str) -> Mapping[str, Any] | None:
    if written is _ALL:
        return _ALL
    return _whole(None if written is None else written.get(f"f:{key}"))


def _kept(live: Any, ours: Any, filled: Any, written: Mapping[str, Any] | None) -> Any:
    if isinstance(live, Mapping) and isinstance(ours, Mapping):
        kept = {}
        defaults = filled if isinstance(filled, Mapping) else {}
        for key, value in live.items():
            below = _below(written, key)
            if key in ours:
                kept[key] = _kept(value, ours[key], defaults.get(key), below)
            elif (key in defaults and same(value, defaults[key])) or below is None:
                continue
            elif below is _ALL or not isinstance(value, Mapping):
                kept[key] = value
            else:
                inside = _kept(value, {}, defaults.get(key), below)
                if inside:
                    kept[key] = inside
        return kept
    if isinstance(live, list) and isinstance(ours, list):
        own, default = _Items(ours), _Items(filled if isinstance(filled, list) else [])
        fields = None if written is None or written is _ALL else ItemFields(written)
        return [
            _kept(
                item, own.like(item, n), default.like(item, n), written if fields is None else _whole(fields.of(item))
            )
            for n, item in enumerate(live)
        ]
    return live


def _whole(written: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return _ALL if written is not None and not written else written


class _Items:
    """The items of a list, by name."""

    def __init__(self, items: list[Any]) -> None:
        self._items = items
        self._named: dict[str, Any] = {}
        for item in items:
            if isinstance(item, Mapping) and isinstance(item.get("name"), str):
                self._named.setdefault(item["name"], item)

    def like(self, value: Any, position: int) -> Any:
        """The item that stands for an item of the live list: that of its name, or at its place."""
        name = value.get("name") if isinstance(value, Mapping) else None
        if isinstance(name, str) and name in self._named:
            return self._named[name]
        mine = self._items[position] if position < len(self._items) else None
        # Without a counterpart the whole item is what would go.
        return mine if not (isinstance(mine, Mapping) and "name" in mine) else None
