# Made from the models of the arguments by `make schemas`: change those, and run it again.
"""The arguments of a DatabaseCluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import pulumi

if TYPE_CHECKING:
    from pulumi_everest.resources.argument_parts import (
        Backup,
        Components,
        DataSource,
        Images,
        Instance,
        Monitoring,
        Tls,
        Topology,
    )
    from pulumi_everest.resources.provider import Provider


class DatabaseClusterArgs(TypedDict, total=False):
    """What is wanted of a cluster."""

    provider: (
        pulumi.Input[str]
        | Literal[
            "clickhouse-operator", "cnpg-operator", "pg-operator", "psmdb-operator", "pxc-operator", "valkey-operator"
        ]
        | Provider
    )
    """Name of the Provider."""
    name: pulumi.Input[str] | None
    """Name of the cluster and of its main object; the name of the resource, if left out."""
    namespace: pulumi.Input[str | None]
    """Namespace of the objects; the Kubernetes provider's, if left out."""
    labels: pulumi.Input[Mapping[str, pulumi.Input[str]] | None]
    """Labels of every emitted object."""
    annotations: pulumi.Input[Mapping[str, pulumi.Input[str]] | None]
    """Annotations of every emitted object."""
    finalizers: pulumi.Input[Sequence[pulumi.Input[str]] | None]
    """Finalizers of the main object, in place of those that the volume policy gives."""
    topology: pulumi.Input[Topology | None]
    """The shape of the cluster; may be left out where there is one topology, or a default one."""
    components: pulumi.Input[Components | None]
    """Versions by component type."""
    instances: pulumi.Input[Mapping[str, pulumi.Input[Instance] | None] | None]
    """The settings of each component. Required components are there without being listed."""
    bundle: pulumi.Input[str | None]
    """Name of a set of versions that fit together."""
    preset: pulumi.Input[str | None]
    """Name of a set of sizes that the plugin offers."""
    config: pulumi.Input[Mapping[str, Any] | None]
    """Settings that the definition declares for the whole cluster."""
    operator_version: pulumi.Input[str | None]
    """Version of the operator that the objects are made for; the Provider's, or the plugin's default, if left out."""
    paused: pulumi.Input[bool | None]
    """True stops the database's pods and keeps its volumes."""
    users_secret: pulumi.Input[str | None]
    """Name of the Secret with the passwords of the system users."""
    overrides: pulumi.Input[Mapping[str, Any] | None]
    """A patch (JSON merge patch) of the spec of the main object."""
    backup: pulumi.Input[Backup | None]
    """Backups."""
    monitoring: pulumi.Input[Monitoring | None]
    """Monitoring."""
    data_source: pulumi.Input[DataSource | None]
    """What a new cluster is filled with."""
    tls: pulumi.Input[Tls | None]
    """Encryption of connections."""
    images: pulumi.Input[Images | None]
    """Where container images come from; wins over the Provider's."""
    users: pulumi.Input[Mapping[str, pulumi.Input[str]] | None]
    """Passwords of the system users, as the keys and values of the Secret that is made of them; secrets."""
    deletion_policy: Literal["protect", "retain", "delete"] | None
    """What becomes of the objects when the resource goes away: `protect` (the default) refuses to delete them, `retain`
    forgets them and leaves them running, `delete` deletes them."""
    volume_policy: pulumi.Input[Literal["keep", "delete"] | None]
    """Whether the operator keeps the volumes of a deleted cluster (`keep`, the default) or deletes them."""
    adopt: bool | None
    """True takes over an operator's object of that name that exists, once the program says everything that is there."""
    wait_for: bool | str | None
    """True waits until the database is ready, a text for what it says, as in the annotation `pulumi.com/waitFor`."""
    connection_secret: bool | str | None
    """True makes a Secret `<name>-conn` with what clients need: `type`, `host`, `port`, `username`, `password` and
    `uri`, which the output `connection` has too; a text is its name. Where the operator makes up the password, `pulumi
    up` waits until the database is ready."""
    allow: Sequence[str] | None
    """Names of guards that are lifted for one change, such as `storage-shrink`; see docs/changes.md."""
