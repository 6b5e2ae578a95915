"""What the resources of a run know of each other: of a Provider its clusters, of a cluster its backups and restores."""

from __future__ import annotations

from typing import Any, Final, Protocol

import pulumi

from pulumi_everest.model.similar_names import Names
from pulumi_everest.resources.candidates.gate import Batch
from pulumi_everest.workspace.workspace import ClusterInput


class RegisteredProvider(Protocol):
    """A Provider that was made."""

    @property
    def batch(self) -> Batch:
        """The resources that it is checked with."""
        ...

    @property
    def text_name(self) -> Any:
        """Its name: a text where that is known."""
        ...

    @property
    def emits(self) -> bool:
        """Whether it has children, which its clusters wait for."""
        ...


class RegisteredCluster(Protocol):
    """A cluster that was made, for what is done to it."""

    component: pulumi.Resource | None
    kubernetes: object
    refused: bool

    @property
    def input(self) -> ClusterInput:
        """The cluster as far as it could be read."""
        ...

    @property
    def is_made(self) -> bool:
        """Whether it becomes objects; not where it was refused."""
        ...

    @property
    def condition(self) -> Any:
        """What is waited for; None where nothing is."""
        ...


class Databases:
    """The clusters that a program has made so far, for what is done to them by name. Of several the last counts."""

    def __init__(self) -> None:
        self._last: dict[tuple[Any, Any, Any], RegisteredCluster] = {}
        self._names: dict[str, None] = {}
        self._listed: Names | None = None

    def add(self, cluster: RegisteredCluster) -> None:
        """One more, of which the Kubernetes provider is known."""
        metadata = cluster.input.metadata
        name = metadata.get("name")
        for namespace in (metadata.get("namespace"), _ANY):
            for kubernetes in (cluster.kubernetes, _ANY):
                self._last[name, namespace, kubernetes] = cluster
        if isinstance(name, str):
            self._names[name], self._listed = None, None

    def replace(self, cluster: RegisteredCluster, other: RegisteredCluster) -> None:
        """Have another one, which takes less, stand for a cluster that is known."""
        metadata = cluster.input.metadata
        for namespace in (metadata.get("namespace"), _ANY):
            for kubernetes in (cluster.kubernetes, _ANY):
                key = (metadata.get("name"), namespace, kubernetes)
                if self._last.get(key) is cluster:
                    self._last[key] = other

    def find(self, name: Any, namespace: Any, kubernetes: object) -> RegisteredCluster | None:
        """The cluster of a name, in a namespace if that is given: best of all one of the same Kubernetes provider."""
        wanted = _ANY if namespace is None else namespace
        return self._last.get((name, wanted, kubernetes)) or self._last.get((name, wanted, _ANY))

    @property
    def names(self) -> Names:
        """The names of all that are known."""
        if self._listed is None:
            self._listed = Names(self._names)
        return self._listed


_ANY: Final = object()
