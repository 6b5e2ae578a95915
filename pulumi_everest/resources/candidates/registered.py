"""What the resources of a run know of each other: of a Provider its clusters, of a cluster its backups and restores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import pulumi

from pulumi_everest.emit.objects import Emitted
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
    def objects(self) -> Sequence[Emitted]:
        """Its objects; none where it was refused."""
        ...

    @property
    def condition(self) -> Any:
        """What is waited for; None where nothing is."""
        ...
