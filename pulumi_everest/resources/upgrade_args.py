# Made from the models of the arguments by `make schemas`: change those, and run it again.
"""The arguments of a DatabaseUpgrade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import pulumi

if TYPE_CHECKING:
    from pulumi_everest.resources.argument_parts import Resources
    from pulumi_everest.resources.cluster import DatabaseCluster
    from pulumi_everest.resources.provider import Provider


class DatabaseUpgradeArgs(TypedDict, total=False):
    """What version a cluster is to go to, where a change of its version is not the way."""

    cluster: pulumi.Input[str] | DatabaseCluster
    """Name of the DatabaseCluster, in the same namespace."""
    version: pulumi.Input[str]
    """The version of the engine to go to, such as `18.4`, or a line of versions such as `18`."""
    name: pulumi.Input[str] | None
    """Name of the operator's object; the name of the resource, if left out."""
    namespace: pulumi.Input[str | None]
    """Namespace of the object, which is that of the cluster."""
    labels: pulumi.Input[Mapping[str, pulumi.Input[str]] | None]
    """Labels of the object."""
    annotations: pulumi.Input[Mapping[str, pulumi.Input[str]] | None]
    """Annotations of the object."""
    provider: (
        pulumi.Input[str]
        | Literal[
            "clickhouse-operator", "cnpg-operator", "pg-operator", "psmdb-operator", "pxc-operator", "valkey-operator"
        ]
        | Provider
        | None
    )
    """Name of the Provider, for a cluster that is not part of the same input."""
    operator_version: pulumi.Input[str | None]
    """Version of the operator, for a cluster that is not part of the same input."""
    overrides: pulumi.Input[Mapping[str, Any] | None]
    """A patch (JSON merge patch) of the spec of the operator's object."""
    image: pulumi.Input[str | None]
    """The image with the tool that moves the data; that of the definition if left out."""
    resources: pulumi.Input[Resources | None]
    """Resources of the pods that move the data."""
    deletion_policy: Literal["protect", "retain", "delete"] | None
    """What becomes of the object when the resource goes away: `delete` (the default) deletes it, `retain` forgets it,
    `protect` refuses. The data stay upgraded."""
    wait_for: bool | str | None
    """True waits until it is done, a text for what it says, as in the annotation `pulumi.com/waitFor`."""
