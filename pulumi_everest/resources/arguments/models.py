"""What the arguments of a program are read as: the models of the three kinds, with what only programs can say."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field

from pulumi_everest.model import cluster, provider
from pulumi_everest.model import job as jobs
from pulumi_everest.model.part import ClusterPart, Label, Subdomain


class MonitoringCredentials(ClusterPart):
    """What the monitoring server asks of its clients."""

    api_key: str
    """API key, or service account token, of the PMM server; a secret."""


class BackupStorage(cluster.BackupStorage):
    """Where backups go."""

    credentials: dict[str, str] | None = None
    """Credentials as the keys and values of the Secret that is made of them, such as `AWS_ACCESS_KEY_ID`; secrets."""


class Backup(cluster.Backup):
    """Backups of the cluster."""

    storages: Annotated[list[BackupStorage], Field(max_length=16)] | None = None  # type: ignore[assignment]
    """Where backups go; the first one is the main one."""


class Monitoring(cluster.Monitoring):
    """Percona Monitoring and Management."""

    credentials: MonitoringCredentials | None = None
    """Credentials that a Secret is made of, instead of one that is there; secrets."""


class DatabaseClusterArgs(cluster.DatabaseClusterSpec):
    """What is wanted of a cluster."""

    name: Label
    """Name of the cluster and of its main object; the name of the resource, if left out."""
    namespace: Label | None = None
    """Namespace of the objects; the Kubernetes provider's, if left out."""
    labels: dict[str, str] | None = None
    """Labels of every emitted object."""
    annotations: dict[str, str] | None = None
    """Annotations of every emitted object."""
    finalizers: list[str] | None = None
    """Finalizers of the main object, in place of those that the volume policy gives."""
    backup: Backup | None = None
    """Backups."""
    monitoring: Monitoring | None = None
    """Monitoring."""
    users: dict[str, str] | None = None
    """Passwords of the system users, as the keys and values of the Secret that is made of them; secrets."""
    deletion_policy: Literal["protect", "retain", "delete"] | None = None
    """What becomes of the objects when the resource goes away: `protect` (the default) refuses to delete them, `retain`
    forgets them and leaves them running, `delete` deletes them."""
    volume_policy: Literal["keep", "delete"] | None = None
    """Whether the operator keeps the volumes of a deleted cluster (`keep`, the default) or deletes them."""
    adopt: bool | None = None
    """True takes over an operator's object of that name that exists, once the program says everything that is there."""
    wait_for: bool | str | None = None
    """True waits until the database is ready, a text for what it says, as in the annotation `pulumi.com/waitFor`."""
    connection_secret: bool | str | None = None
    """True makes a Secret `<name>-conn` with what clients need: `type`, `host`, `port`, `username`, `password` and
    `uri`, which the output `connection` has too; a text is its name. Where the operator makes up the password, `pulumi
    up` waits until the database is ready."""
    allow: list[str] | None = None
    """Names of guards that are lifted for one change, such as `storage-shrink`; see docs/changes.md."""


class DatabaseBackupArgs(jobs.DatabaseBackupSpec):
    """What is wanted of a backup."""

    name: Subdomain
    """Name of the operator's object; the name of the resource, if left out."""
    namespace: Label | None = None
    """Namespace of the object, which is that of the cluster."""
    labels: dict[str, str] | None = None
    """Labels of the object."""
    annotations: dict[str, str] | None = None
    """Annotations of the object."""
    deletion_policy: Literal["protect", "retain", "delete"] | None = None
    """What becomes of the object when the resource goes away: `delete` (the default) deletes it, and the data only with
    `data_policy`, `retain` forgets it, `protect` refuses."""
    wait_for: bool | str | None = None
    """True waits until it is done, a text for what it says, as in the annotation `pulumi.com/waitFor`."""


class DatabaseRestoreArgs(jobs.DatabaseRestoreSpec):
    """What a cluster is to hold from now on, in place of what it holds."""

    name: Subdomain
    """Name of the operator's object; the name of the resource, if left out."""
    namespace: Label | None = None
    """Namespace of the object, which is that of the cluster."""
    labels: dict[str, str] | None = None
    """Labels of the object."""
    annotations: dict[str, str] | None = None
    """Annotations of the object."""
    deletion_policy: Literal["protect", "retain", "delete"] | None = None
    """What becomes of the object when the resource goes away: `delete` (the default) deletes it, `retain` forgets it,
    `protect` refuses. The data stay restored."""
    wait_for: bool | str | None = None
    """True waits until it is done, a text for what it says, as in the annotation `pulumi.com/waitFor`."""


class DatabaseUpgradeArgs(jobs.DatabaseUpgradeSpec):
    """What version a cluster is to go to, where a change of its version is not the way."""

    name: Subdomain
    """Name of the operator's object; the name of the resource, if left out."""
    namespace: Label | None = None
    """Namespace of the object, which is that of the cluster."""
    labels: dict[str, str] | None = None
    """Labels of the object."""
    annotations: dict[str, str] | None = None
    """Annotations of the object."""
    deletion_policy: Literal["protect", "retain", "delete"] | None = None
    """What becomes of the object when the resource goes away: `delete` (the default) deletes it, `retain` forgets it,
    `protect` refuses. The data stay upgraded."""
    wait_for: bool | str | None = None
    """True waits until it is done, a text for what it says, as in the annotation `pulumi.com/waitFor`."""


JOBS: Final[dict[str, type[BaseModel]]] = {
    "backup": DatabaseBackupArgs,
    "restore": DatabaseRestoreArgs,
    "upgrade": DatabaseUpgradeArgs,
}
"""The arguments of jobs, by their kinds."""


class ProviderArgs(provider.ProviderSpec):
    """Which definition a Provider stands for, and what holds for all its clusters."""

    name: Subdomain
    """Name of the Provider; the name of the resource, if left out."""
    labels: dict[str, str] | None = None
    """Labels of every emitted object."""
    annotations: dict[str, str] | None = None
    """Annotations of every emitted object."""
    install_crds: bool | None = None
    """True makes the CustomResourceDefinitions of the objects for a controller (`reconcile_by="everest"`) as well, once
    for each Kubernetes cluster. They are never deleted: that would delete every database with them."""
    plugins: list[str] | None = None
    """Folders of plugins, relative to the working directory, that are found before all others."""
    definitions: list[str] | None = None
    """Files with DatabaseClusterDefinitions, relative to the working directory, that are found before those of plugins:
    for a technology that no plugin has, which a controller reconciles, or in place of a plugin's own definition."""


PLAIN: Final = frozenset(
    {
        ("DatabaseClusterArgs", "adopt"),
        ("DatabaseClusterArgs", "allow"),
        ("DatabaseClusterArgs", "connection_secret"),
        ("DatabaseClusterArgs", "deletion_policy"),
        ("DatabaseClusterArgs", "wait_for"),
        ("DatabaseBackupArgs", "deletion_policy"),
        ("DatabaseBackupArgs", "wait_for"),
        ("DatabaseRestoreArgs", "deletion_policy"),
        ("DatabaseRestoreArgs", "wait_for"),
        ("DatabaseUpgradeArgs", "deletion_policy"),
        ("DatabaseUpgradeArgs", "wait_for"),
        ("ProviderArgs", "install_crds"),
        ("ProviderArgs", "plugins"),
        ("ProviderArgs", "definitions"),
    }
)
"""Fields that programs can give no output for, since they decide how resources are made."""


def is_model(value: object) -> bool:
    """Whether a member of a module is one of its models."""
    return isinstance(value, type) and issubclass(value, BaseModel)


@cache
def program_names() -> dict[str, str]:
    """The name that each field has in a program, by the one that it has in YAML: ``verifyTLS`` is ``verify_tls``."""
    import sys

    modules: list[ModuleType] = [cluster, jobs, provider, sys.modules[__name__]]
    names: dict[str, str] = {}
    for module in modules:
        members: dict[str, Any] = vars(module)
        for member in filter(is_model, members.values()):
            names |= {info.alias or name: name for name, info in member.model_fields.items()}
    return names
