"""The objects of Everest's first API that an input holds, and those of operators beside them, by kind and name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

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


class LegacyObjects:
    """All objects of an input. Of two with one kind and name the later one counts."""

    def __init__(self, objects: Iterable[Object]) -> None:
        self._by_kind: dict[tuple[str, str], dict[tuple[str, str], Object]] = {}
        for entry in objects:
            api_version, kind = str(entry.get("apiVersion")), str(entry.get("kind"))
            namespace, name = name_of(entry)
            key = ("", name) if kind in _CLUSTER_WIDE else (namespace, name)
            self._by_kind.setdefault((api_version, kind), {})[key] = entry

    def all(self, kind: str, namespace: str | None = None) -> Iterator[Object]:
        """The objects of a kind of the first API, of one namespace or of all."""
        yield from self.any(KINDS[kind], kind, namespace)

    def any(self, api_version: str, kind: str, namespace: str | None = None) -> Iterator[Object]:
        """The objects of any kind, of one namespace or of all."""
        for (where, _), entry in self._by_kind.get((api_version, kind), {}).items():
            if namespace is None or where == namespace:
                yield entry

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
        found = [entry for entry in self.all(kind, namespace) if said(entry, f"spec.{field}") == cluster]
        return sorted(found, key=name_of)
