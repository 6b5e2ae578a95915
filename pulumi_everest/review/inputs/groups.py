"""What an input becomes: Kubernetes objects in groups, each of what it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Place
from pulumi_everest.program.values import Secret, Unknown
from pulumi_everest.review.clusters import Cluster
from pulumi_everest.workspace.explain.clusters import Explained
from pulumi_everest.workspace.plans.plan import Plan


@dataclass
class Item:
    """One Kubernetes object: what it is, and its text as the user wrote it, where it was only passed on.

    `main` marks the object of a cluster that is the database to its operator, `after` says what must be ready before
    the object is applied. `kubernetes` is the name of the Kubernetes provider that a program makes it with, empty for
    the default one, and `live` the whole object as a cluster has it, where it was read there.
    """

    manifest: dict[str, Any]
    place: Place | None = None
    text: str | None = None
    main: bool = False
    after: str | None = None
    kubernetes: str = ""
    live: Mapping[str, Any] | None = None
    explained: Callable[[], Sequence[Explained]] | None = None
    """Where its values come from, for whoever asks; None where that is not known."""
    own: Callable[[], frozenset[Path]] | None = None
    """The paths of its values that follow what the user says, for whoever asks; None where that is not known."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells objects apart: API group, kind, namespace, name."""
        version = str(self.manifest.get("apiVersion", ""))
        group = version.rpartition("/")[0]
        names = [self._metadata.get(key) for key in ("namespace", "name")]
        return (group, str(self.manifest.get("kind", "")), *("" if name is None else str(name) for name in names))  # type: ignore[return-value]

    @property
    def is_named(self) -> bool:
        """Whether it has a name that is known: no secret one, and none that only an engine could tell."""
        name = self._metadata.get("name")
        return name not in (None, "") and not isinstance(name, (Unknown, Secret))

    @property
    def _metadata(self) -> dict[str, Any]:
        metadata = self.manifest.get("metadata")
        return metadata if isinstance(metadata, dict) else {}

    @property
    def title(self) -> str:
        """The object for people: kind and name."""
        return " ".join(part for part in (self.key[1], self.key[3]) if part)


@dataclass
class Group:
    """Objects that belong together: those of a cluster, a job, a Provider, a program, or of nothing of ours.

    `about` says more about a cluster or job: namespace, provider, topology, cluster, as far as they are known;
    `cluster` is the cluster itself, and `plan` how it was planned, where that is at hand.
    """

    kind: str
    name: str
    about: dict[str, str] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    cluster: Cluster | None = None
    plan: Plan | None = None
