"""DatabaseBackup, DatabaseRestore, DatabaseUpgrade: what is done once to a cluster, jobs where they are alike."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from pulumi_everest.model.cluster import DataSource, Resources
from pulumi_everest.model.part import Annotations, ClusterPart, Image, Label, Labels, Subdomain, Version, Whole


class JobSpec(ClusterPart):
    """What every job says."""

    cluster: Label
    """Name of the DatabaseCluster, in the same namespace."""
    provider: Subdomain | None = None
    """Name of the Provider, for a cluster that is not part of the same input."""
    operator_version: Version | None = None
    """Version of the operator, for a cluster that is not part of the same input."""
    overrides: dict[str, Any] | None = None
    """A patch (JSON merge patch) of the spec of the operator's object."""


class Compression(ClusterPart):
    """How a backup is compressed."""

    type: str | None = None
    """Kind of compression, in the technology's words."""
    level: Annotated[Whole | None, Field(ge=-10, le=22)] = None
    """How hard to compress; what the numbers mean depends on the kind."""


class DatabaseBackupSpec(JobSpec):
    """What is wanted of a backup."""

    storage: Label | None = None
    """Name of one of the cluster's storages; the first one if left out."""
    type: str | None = None
    """Kind of backup, in the technology's words, such as `physical` or `full`."""
    compression: Compression | None = None
    """How the backup is compressed."""
    starting_deadline_seconds: Annotated[Whole | None, Field(ge=1)] = None
    """Seconds within which the backup must have begun; it fails after them."""
    data_policy: Literal["keep", "delete"] | None = None
    """Whether the backup's data stay in the storage when the backup object is deleted (`keep`, the default) or go with
    it (`delete`)."""


class DatabaseRestoreSpec(JobSpec, DataSource):
    """What a cluster is to hold from now on, in place of what it holds."""


class DatabaseUpgradeSpec(JobSpec):
    """What version a cluster is to go to, where a change of its version is not the way."""

    version: Version
    """The version of the engine to go to, such as `18.4`, or a line of versions such as `18`."""
    image: Image | None = None
    """The image with the tool that moves the data; that of the definition if left out."""
    resources: Resources | None = None
    """Resources of the pods that move the data."""


class JobMetadata(ClusterPart):
    """Name, namespace, labels and annotations of a job."""

    name: Subdomain
    """Name of the object."""
    namespace: Label | None = None
    """Namespace, which is that of the cluster; `default` if left out in YAML."""
    labels: Labels | None = None
    """Labels of the object."""
    annotations: Annotations | None = None
    """Annotations of the object."""


class DatabaseBackup(ClusterPart):
    """A backup of a cluster on demand, namespaced."""

    api_version: Literal["everest.percona.com/v2alpha1"]
    """API group and version."""
    kind: Literal["DatabaseBackup"]
    """Kind."""
    metadata: JobMetadata
    """Name, namespace, labels and annotations."""
    spec: DatabaseBackupSpec
    """What is wanted."""
    status: dict[str, Any] | None = None
    """Written by a controller; ignored here."""


class DatabaseRestore(ClusterPart):
    """A restore of a cluster in place, namespaced. It replaces the cluster's data, once."""

    api_version: Literal["everest.percona.com/v2alpha1"]
    """API group and version."""
    kind: Literal["DatabaseRestore"]
    """Kind."""
    metadata: JobMetadata
    """Name, namespace, labels and annotations."""
    spec: DatabaseRestoreSpec
    """What is wanted."""
    status: dict[str, Any] | None = None
    """Written by a controller; ignored here."""


class DatabaseUpgrade(ClusterPart):
    """An upgrade of a cluster's engine to another major version, namespaced. It is made once."""

    api_version: Literal["everest.percona.com/v2alpha1"]
    """API group and version."""
    kind: Literal["DatabaseUpgrade"]
    """Kind."""
    metadata: JobMetadata
    """Name, namespace, labels and annotations."""
    spec: DatabaseUpgradeSpec
    """What is wanted."""
    status: dict[str, Any] | None = None
    """Written by a controller; ignored here."""
