"""The clusters and jobs of an input by their names, so that each is found without a search through all of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from pulumi_everest.model.similar_names import Names
from pulumi_everest.workspace.documents import ClusterInput, JobInput


class ByName:
    """What jobs refer to. Of two of one name, which is a finding of its own, the first counts."""

    def __init__(self, clusters: Sequence[ClusterInput], jobs: Sequence[JobInput] = ()) -> None:
        self._clusters: dict[tuple[Any, Any], ClusterInput] = {}
        for cluster in clusters:
            self._clusters.setdefault(cluster.key, cluster)
        self._backups: dict[tuple[Any, Any], list[JobInput]] = {}
        for job in jobs:
            if job.kind == "backup":
                self._backups.setdefault(job.key, []).append(job)

    def cluster(self, namespace: Any, name: Any) -> ClusterInput | None:
        """The cluster of that name."""
        return self._clusters.get((namespace, name)) if isinstance(name, str) else None

    def backups(self, namespace: Any, name: Any) -> Sequence[JobInput]:
        """The backups of that name."""
        return self._backups.get((namespace, name), ()) if isinstance(name, str) else ()

    def names(self, namespace: Any) -> Names:
        """The names of the clusters in a namespace."""
        return self._names.get(namespace, _NONE)

    def namespace_with(self, name: Any) -> str | None:
        """A namespace that has a cluster of that name."""
        return self._namespaces.get(name) if isinstance(name, str) else None

    @cached_property
    def _names(self) -> dict[Any, Names]:
        names: dict[Any, list[str]] = {}
        for namespace, name in self._clusters:
            if isinstance(name, str):
                names.setdefault(namespace, []).append(name)
        return {namespace: Names(own) for namespace, own in names.items()}

    @cached_property
    def _namespaces(self) -> dict[Any, str]:
        found: dict[Any, str] = {}
        for namespace, name in self._clusters:
            if isinstance(namespace, str):
                found.setdefault(name, namespace)
        return found


_NONE = Names(())
