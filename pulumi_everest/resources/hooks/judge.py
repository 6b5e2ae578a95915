"""What hooks ask the guard of a program: to judge the changes of a cluster, and to speak at a resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pulumi_everest.core.changes.compare import ChangeSet
from pulumi_everest.core.changes.snapshot import Snapshot


@dataclass(frozen=True)
class ComponentUpdate:
    """What the engine asked about a component: what the cluster was, and what changes."""

    before: Snapshot
    result: ChangeSet


class Judge(Protocol):
    """What the guard of components does."""

    updates: dict[str, ComponentUpdate]

    async def judge(self, result: ChangeSet, resource: str, urn: str, component: str) -> None:
        """Say what the changes of a cluster do, at a resource. Raises `ClusterError` where they are refused."""
        ...

    def warn(self, text: str, urn: str) -> None:
        """Say something at a resource."""
        ...
