"""Clusters as they are compared, what became of them, and the guards that are lifted for that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pulumi_everest.core.changes.secret_changes import SecretHandling
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding

if TYPE_CHECKING:
    from pulumi_everest.core.changes.compare import ChangeSet
    from pulumi_everest.core.changes.snapshot import Snapshot
    from pulumi_everest.core.technology import Technology

Shown = Callable[[Finding], Finding]
"""Gives a finding about a cluster its path as the user wrote it, and its place."""


@dataclass(frozen=True)
class Cluster:
    """A cluster of an input: what it is, how it is compared, and how findings about it are shown.

    `resource` is the name of its resource, which stays when the cluster's own name changes; `allow` are the guards that
    it lifts, `handling` is how its Secrets are handled, `kubernetes` is the name of the Kubernetes provider that its
    program makes it with. `in_document` says that it is of a YAML document, which cannot lift any guard.
    """

    snapshot: Snapshot
    technology: Technology
    resource: str
    subject: str
    shown: Shown
    allow: tuple[str, ...] = ()
    in_document: bool = False
    kubernetes: str = ""
    handling: SecretHandling = field(default_factory=SecretHandling)
    written: Mapping[str, Any] | None = None
    """Its spec as the user wrote it; None where only what became of it is known."""
    source: Callable[[Path], str] | None = None
    """Who says the value at a path, for people: a definition, a preset, a Provider; empty for the cluster itself."""

    @property
    def names(self) -> tuple[str, ...]:
        """What it goes by: its name, namespace/name, the name of its resource; the usual one first."""
        metadata: Any = self.snapshot.metadata
        name, namespace = metadata.get("name"), metadata.get("namespace") or "default"
        known = isinstance(name, str)
        full = (f"{namespace}/{name}",) if known and isinstance(namespace, str) else ()
        named = (name,) if known else ()
        return (*full, *named, self.resource) if self.in_document else (self.resource, *full, *named)

    def told(self, entry: Finding) -> Finding:
        """A finding about it as it is shown, with its namespace where it is called by its name alone."""
        found, namespace = self.shown(entry), self.snapshot.metadata.get("namespace") or "default"
        return replace(found, namespace=namespace) if self.in_document and isinstance(namespace, str) else found


@dataclass(frozen=True)
class Compared:
    """A cluster, what it was, and what becomes of it.

    `causes` says of each change who it comes from; None where nobody has asked yet.
    """

    cluster: Cluster
    changes: ChangeSet
    before: Cluster
    causes: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Lifting:
    """One `--allow`: a guard, and the cluster that it is lifted for (None: all). `text` is as the user wrote it."""

    text: str
    guard: str
    cluster: str | None = None

    @property
    def subject(self) -> str:
        """What findings about it are about."""
        return f"--allow {self.text}"


class ClustersByName:
    """Clusters by all that they go by: name, namespace/name, and the name of the resource."""

    def __init__(self, clusters: Sequence[Cluster]) -> None:
        self._all = clusters
        self._named: dict[str, list[Cluster]] = {}
        for cluster in clusters:
            for name in dict.fromkeys(cluster.names):
                self._named.setdefault(name, []).append(cluster)

    def lifted_by(self, lifting: Lifting) -> Sequence[Cluster]:
        """The clusters that an `--allow` is for."""
        return self._all if lifting.cluster is None else self._named.get(lifting.cluster, ())
