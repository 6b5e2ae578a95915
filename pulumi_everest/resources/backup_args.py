# Made from the models of the arguments by `make schemas`: change those, and run it again.
"""The arguments of a DatabaseBackup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import pulumi

if TYPE_CHECKING:
    from pulumi_everest.resources.argument_parts import Compression
    from pulumi_everest.resources.cluster import DatabaseCluster
    from pulumi_everest.resources.provider import Provider


class DatabaseBackupArgs(TypedDict, total=False):
    """What is wanted of a backup."""

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
    storage: pulumi.Input[str | None]
    """Name of one of the cluster's storages; the first one if left out."""
    type: pulumi.Input[str | None]
    """Kind of backup, in the technology's words, such as `physical` or `full`."""
    compression: pulumi.Input[Compression | None]
    """How the backup is compressed."""
    starting_deadline_seconds: pulumi.Input[int | None]
    """Seconds within which the backup must have begun; it fails after them."""
    data_policy: pulumi.Input[Literal["keep", "delete"] | None]
    """Whether the backup's data stay in the storage when the backup object is deleted (`keep`, the default) or go with
    it (`delete`)."""
    deletion_policy: Literal["protect", "retain", "delete"] | None
    """What becomes of the object when the resource goes away: `delete` (the default) deletes it, and the data only with
    `data_policy`, `retain` forgets it, `protect` refuses."""
    wait_for: bool | str | None
    """True waits until it is done, a text for what it says, as in the annotation `pulumi.com/waitFor`."""
