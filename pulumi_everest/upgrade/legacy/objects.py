"""The objects of Everest's first API that an input holds, and those of operators beside them, by kind and name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from pulumi_everest.model.similar_names import Names
from pulumi_everest.upgrade.legacy.reading import mapping, said, text_of

Object = Mapping[str, Any]
GROUP: Final = "everest.percona.com"
FEATURES: Final = "enginefeatures.everest.percona.com"
API_VERSION: Final = f"{GROUP}/v1alpha1"
KINDS: Final = {
    "DatabaseCluster": API_VERSION,
    "DatabaseEngine": API_VERSION,
    "BackupStorage": API_VERSION,
    "MonitoringConfig": API_VERSION,
    "DatabaseClusterBackup": API_VERSION,
    "DatabaseClusterRestore": API_VERSION,
    "DataImportJob": API_VERSION,
    "PodSchedulingPolicy": API_VERSION,
    "LoadBalancerConfig": API_VERSION,
    "SplitHorizonDNSConfig": f"{FEATURES}/v1alpha1",
}
"""The kinds of the first API that are read, and their API versions."""
_CLUSTER_WIDE: Final = frozenset({"PodSchedulingPolicy", "LoadBalancerConfig"})


def name_of(entry: Object) -> tuple[str, str]:
    """Namespace and name of an object; without a namespace it is `default`."""
    metadata = mapping(entry.get("metadata"))
    return text_of(metadata.get("namespace")) or "default", text_of(metadata.get("name")) or ""


def full_name(entry: Object) -> str:
    """The name of an object for people: ``shop/orders``."""
    return "/".join(name_of(entry))


def owners_of(entry: Object) -> list[Mapping[str, Any]]:
    """The owner references of an object."""
    found = said(entry, "metadata.ownerReferences")
    return [ref for ref in found if isinstance(ref, dict)] if isinstance(found, list) else []


def _names_a_cluster(entry: Object) -> set[str]:
    """The clusters that an object between a cluster and others is of: by what it names, or by its owner."""
    named = (text_of(said(entry, "spec.dbClusterName")), text_of(said(entry, "spec.targetClusterName")))
    owners = (text_of(ref.get("name")) for ref in owners_of(entry) if ref.get("kind") == "DatabaseCluster")
    return {name for name in (*named, *owners) if name is not None}


def _owned_by(entry: Object) -> set[str]:
    """What tells the owners of an object: their uids, and the names of those that are a DatabaseCluster."""
    refs = owners_of(entry)
    return {str(ref.get("uid")) for ref in refs} | {f"{ref.get('kind')} {ref.get('name')}" for ref in refs}


class LegacyObjects:
    """All objects of an input. Of two with one kind and name the later one counts.

    There may be thousands of clusters, each with objects of its own: what one asks for is looked up, not looked for.
    """

    def __init__(self, objects: Iterable[Object]) -> None:
        self._by_kind: dict[_Kind, dict[tuple[str, str], Object]] = {}
        self._found: dict[
            tuple[_Kind, Callable[[Object], Iterable[str]]], dict[tuple[str, str], dict[int, Object]]
        ] = {}
        self._names: dict[str, Names] = {}
        for entry in objects:
            kind = (str(entry.get("apiVersion")), str(entry.get("kind")))
            namespace, name = name_of(entry)
            key = ("", name) if kind[1] in _CLUSTER_WIDE else (namespace, name)
            self._by_kind.setdefault(kind, {})[key] = entry

    def all(self, kind: str, namespace: str | None = None) -> Iterable[Object]:
        """The objects of a kind of the first API, of one namespace or of all."""
        if namespace is None:
            return self._by_kind.get((KINDS[kind], kind), {}).values()
        return self._told((KINDS[kind], kind), _any, namespace, [""])

    def names(self, kind: str) -> Names:
        """The names of all objects of a kind of the first API."""
        if kind not in self._names:
            self._names[kind] = Names(name_of(entry)[1] for entry in self.all(kind))
        return self._names[kind]

    def named(self, kind: str, name: str, namespace: str) -> Object | None:
        """The object of a kind of the first API with a name."""
        key = ("", name) if kind in _CLUSTER_WIDE else (namespace, name)
        return self._by_kind.get((KINDS[kind], kind), {}).get(key)

    def of_operator(self, group: str, kind: str, name: str, namespace: str) -> Object | None:
        """The object of an operator, whichever version of its group it is written in."""
        for (api_version, own), entries in self._by_kind.items():
            if own == kind and api_version.partition("/")[0] == group and (namespace, name) in entries:
                return entries[namespace, name]
        return None

    def of_clusters(self, kind: str, namespace: str, cluster: str) -> list[Object]:
        """The backups, restores or imports of one cluster, by name."""
        field = "targetClusterName" if kind == "DataImportJob" else "dbClusterName"
        found = (entry for entry in self.between(kind, namespace, cluster) if said(entry, f"spec.{field}") == cluster)
        return sorted(found, key=name_of)

    def between(self, kind: str, namespace: str, cluster: str) -> list[Object]:
        """The objects of a kind that stand between a cluster and others: it is what they name, or their owner."""
        return self._told((KINDS[kind], kind), _names_a_cluster, namespace, [cluster])

    def with_owner(
        self, api_version: str, kind: str, namespace: str, uids: Iterable[str], cluster: str
    ) -> list[Object]:
        """The objects of any kind with an owner that has one of some uids, or is a DatabaseCluster with a name."""
        return self._told((api_version, kind), _owned_by, namespace, [*uids, f"DatabaseCluster {cluster}"])

    def _told(
        self, kind: _Kind, by: Callable[[Object], Iterable[str]], namespace: str, wanted: Iterable[str]
    ) -> list[Object]:
        """The objects of a kind of which `by` gives any of what is wanted, each once, in the order of the input."""
        if (kind, by) not in self._found:
            found: dict[tuple[str, str], dict[int, Object]] = {}
            for position, ((where, _), entry) in enumerate(self._by_kind.get(kind, {}).items()):
                for key in by(entry):
                    found.setdefault((where, key), {})[position] = entry
            self._found[kind, by] = found
        result: dict[int, Object] = {}
        for key in wanted:
            result |= self._found[kind, by].get((namespace, key), {})
        return [result[position] for position in sorted(result)]


_Kind = tuple[str, str]


def _any(_: Object) -> tuple[str]:
    return ("",)
