# Made from the models of the arguments by `make schemas`: change those, and run it again.
"""The arguments of a DatabaseRestore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import pulumi

if TYPE_CHECKING:
    from pulumi_everest.resources.backup import DatabaseBackup
    from pulumi_everest.resources.cluster import DatabaseCluster
    from pulumi_everest.resources.provider import Provider


class DatabaseRestoreArgs(TypedDict, total=False):
    """What a cluster is to hold from now on, in place of what it holds."""

    cluster: pulumi.Input[str] | DatabaseCluster
    """Name of the DatabaseCluster, in the same namespace."""
    name: pulumi.Input[str] | None
    """Name of the operator's object; the name of the resource, if left out."""
    namespace: pulumi.Input[str | None]
    """Namespace of the object, which is that of the cluster."""
    labels: pulumi.Input[Mapping[str, pulumi.Input[str]] | None]
    """Labels of the object."""
    annotations: pulumi.Input[Mapping[str, pulumi.Input[str]] | None]
    """Annotations of the object."""
    backup: pulumi.Input[str] | DatabaseBackup | None
    """Name of a backup object in the same namespace."""
    storage: pulumi.Input[str | None]
    """Name of one of the cluster's own storages, together with `path`."""
    path: pulumi.Input[str | None]
    """Where in the bucket, container or volume the backup is, as in `shop/orders/2026-03-01T03:00:05Z`."""
    type: pulumi.Input[str | None]
    """Kind of the backup at `path`, in the technology's words."""
    point_in_time: pulumi.Input[Literal["latest"] | str | None]
    """`latest`, or a moment in RFC 3339 such as `2026-03-01T12:00:00Z`."""
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
    deletion_policy: Literal["protect", "retain", "delete"] | None
    """What becomes of the object when the resource goes away: `delete` (the default) deletes it, `retain` forgets it,
    `protect` refuses. The data stay restored."""
    wait_for: bool | str | None
    """True waits until it is done, a text for what it says, as in the annotation `pulumi.com/waitFor`."""
