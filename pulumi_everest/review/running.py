"""A running cluster beside the input: whether the operators that it needs are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_everest.live.cluster import LiveCluster
    from pulumi_everest.live.presence import WantedObject
    from pulumi_everest.model.findings import Finding
    from pulumi_everest.model.plugin_files.manifest import Operator, PluginManifest
    from pulumi_everest.model.plugin_files.object_settings import ObjectSettings
    from pulumi_everest.review.inputs.groups import Group, Item


def technology_of(item: Item, group: Group, manifests: Iterable[PluginManifest]) -> PluginManifest | None:
    """The plugin whose operator brings an object's kind, by the API group of its definitions: the cluster's own first.

    `group` is what the object belongs to.
    """
    own = group.cluster.technology.manifest if group.cluster is not None else None
    known = [*([own] if own is not None else []), *manifests]
    return next((m for m in known if any(name.partition(".")[2] == item.key[0] for name in m.operator.crds)), None)


def others_of(group: Group) -> list[tuple[Item, ObjectSettings]]:
    """The objects of a cluster beside the main one that tell whether they are ready, with what its plugin says."""
    cluster = group.cluster
    if cluster is None or cluster.technology.reading is None or cluster.technology.is_controlled:
        return []
    told = cluster.technology.reading.tellers(cluster.snapshot)
    return [(item, told[item.key[1], item.key[3]]) for item in group.items if (item.key[1], item.key[3]) in told]


def namespace_of(item: Item) -> str:
    """The namespace of an object; Kubernetes' own default where it does not say."""
    return item.key[2] or "default"


def operators_of(
    groups: Sequence[Group], manifests: Sequence[PluginManifest]
) -> list[tuple[Operator, list[WantedObject]]]:
    """What the objects of an input ask of each operator."""
    wanted: dict[str, tuple[Operator, list[WantedObject]]] = {}
    for group in groups:
        for item in group.items:
            manifest = technology_of(item, group, manifests)
            if manifest is not None:
                entry = wanted.setdefault(manifest.name, (manifest.operator, []))
                entry[1].append(_wanted(item, manifest.operator))
    return list(wanted.values())


def _wanted(item: Item, operator: Operator) -> WantedObject:
    from pulumi_everest.core.paths import value_at
    from pulumi_everest.live.presence import WantedObject

    path = operator.version_path.split(".") if operator.version_path else ()
    version = value_at(item.manifest, tuple(path)) if path else None
    return WantedObject(
        api_version=str(item.manifest.get("apiVersion")),
        kind=item.key[1],
        namespace=namespace_of(item),
        name=item.key[3],
        version=version if isinstance(version, str) and version[:1].isdigit() else None,
        place=item.place,
    )


def operator_findings(groups: Sequence[Group], manifests: Sequence[PluginManifest], live: LiveCluster) -> list[Finding]:
    """Whether the operators are there, at the versions that the objects are made for. Raises LiveError."""
    from pulumi_everest.live.operators import read_facts
    from pulumi_everest.live.presence import check_presence

    found: list[Finding] = []
    for operator, wanted in operators_of(groups, manifests):
        kinds = [(one.api_version, one.kind) for one in wanted]
        facts = read_facts(live, kinds, operator.crds, [one.namespace for one in wanted])
        found += check_presence(operator, wanted, facts)
    return found
