# Made from the models of the arguments by `make schemas`: change those, and run it again.
"""What the arguments of components consist of, as typed dictionaries, of which `everest` exports each by its name.

Only names in snake_case are declared; the names of YAML are accepted as well. Any value may be an output. Nothing
(None) stands for a field that is left out, so that the result of ``config.get`` can be passed on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import pulumi

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import AffinityArgs, TolerationArgs, TopologySpreadConstraintArgs


class Topology(TypedDict, total=False):
    """The shape of the cluster."""

    type: pulumi.Input[str | None]
    """Name of a topology of the definition; its default one, or the only one, if left out."""
    config: pulumi.Input[Mapping[str, Any] | None]
    """Settings that the definition declares for the topology."""


class ComponentVersion(TypedDict, total=False):
    """The version of all components of one type."""

    version: pulumi.Input[str | None]
    """Version of the type, one of the definition's."""
    image: pulumi.Input[str | None]
    """Container image; it wins over the image that belongs to the version."""


class Components(TypedDict, total=False):
    """Settings by component type."""

    versions: pulumi.Input[Mapping[str, pulumi.Input[ComponentVersion]] | None]
    """Versions by component type."""


class Amounts(TypedDict, total=False):
    """CPU and memory."""

    cpu: pulumi.Input[str | None]
    """CPU as a Kubernetes quantity, such as `500m` or `2`."""
    memory: pulumi.Input[str | None]
    """Memory as a Kubernetes quantity, such as `4Gi`."""


class Resources(TypedDict, total=False):
    """What a container asks for and what it may use at most."""

    requests: pulumi.Input[Amounts | None]
    """What is reserved for each container."""
    limits: pulumi.Input[Amounts | None]
    """What each container may use at most."""


class Storage(TypedDict, total=False):
    """The volume of each replica."""

    size: pulumi.Input[str | None]
    """Size of the volume as a Kubernetes quantity, such as `100Gi`. It can grow, never shrink."""
    storage_class: pulumi.Input[str | None]
    """Name of the StorageClass; the Kubernetes cluster's default one if left out. It cannot be changed later."""


class Expose(TypedDict, total=False):
    """How clients outside the pod network reach the component."""

    type: pulumi.Input[Literal["ClusterIP", "NodePort", "LoadBalancer"] | None]
    """Type of the Kubernetes Service."""
    annotations: pulumi.Input[Mapping[str, pulumi.Input[str]] | None]
    """Annotations of the Service, for instance for a cloud's load balancer."""
    source_ranges: pulumi.Input[Sequence[pulumi.Input[str]] | None]
    """Address ranges (CIDR) that a load balancer lets in."""
    load_balancer_class: pulumi.Input[str | None]
    """Class of the load balancer."""


class Scheduling(TypedDict, total=False):
    """Where the pods of the component may run."""

    node_selector: pulumi.Input[Mapping[str, pulumi.Input[str]] | None]
    """Labels that a node must have."""
    affinity: pulumi.Input[Mapping[str, Any] | AffinityArgs | None]
    """A Kubernetes Affinity."""
    tolerations: pulumi.Input[Sequence[pulumi.Input[Mapping[str, Any] | TolerationArgs]] | None]
    """Kubernetes Tolerations."""
    topology_spread_constraints: pulumi.Input[
        Sequence[pulumi.Input[Mapping[str, Any] | TopologySpreadConstraintArgs]] | None
    ]
    """Kubernetes TopologySpreadConstraints."""
    priority_class_name: pulumi.Input[str | None]
    """Name of a PriorityClass."""
    runtime_class_name: pulumi.Input[str | None]
    """Name of a RuntimeClass."""
    anti_affinity_topology_key: pulumi.Input[str | None]
    """No two pods of the component run where nodes have the same value of this label, such as `kubernetes.io/hostname`;
    `none` lets them run anywhere. It stands for an affinity, so there is not both."""


class DisruptionBudget(TypedDict, total=False):
    """How many pods may be away while nodes are drained: the one or the other."""

    min_available: pulumi.Input[int | str | None]
    """How many pods must stay, as a number or a percentage such as `50%`."""
    max_unavailable: pulumi.Input[int | str | None]
    """How many pods may be away, as a number or a percentage such as `50%`."""


class Instance(TypedDict, total=False):
    """The settings of one component in one cluster."""

    type: pulumi.Input[str | None]
    """Component type, where the definition leaves a choice, such as `haproxy` or `proxysql`."""
    version: pulumi.Input[str | None]
    """Version of the component's software; it wins over `components.versions` and the bundle."""
    image: pulumi.Input[str | None]
    """Container image; it wins over the image that belongs to the version."""
    replicas: pulumi.Input[int | None]
    """How many pods the component has."""
    resources: pulumi.Input[Resources | None]
    """CPU and memory of each pod."""
    storage: pulumi.Input[Storage | None]
    """The volume of each pod."""
    expose: pulumi.Input[Expose | None]
    """How clients outside the pod network reach the component."""
    scheduling: pulumi.Input[Scheduling | None]
    """Where the pods may run."""
    pod_disruption_budget: pulumi.Input[DisruptionBudget | None]
    """How many pods may be away while nodes are drained."""
    termination_grace_period_seconds: pulumi.Input[int | None]
    """How many seconds a pod has to stop before it is killed."""
    engine_config: pulumi.Input[str | Mapping[str, Any] | None]
    """The engine's own configuration, as text or as parameters: the definition says which."""
    config: pulumi.Input[Mapping[str, Any] | None]
    """Settings that the definition declares for the component."""
    overrides: pulumi.Input[Mapping[str, Any] | None]
    """A patch (JSON merge patch) of what is emitted for the component."""


class Retention(TypedDict, total=False):
    """How long backups are kept: by count or by age."""

    count: pulumi.Input[int | None]
    """How many backups are kept."""
    duration: pulumi.Input[str | None]
    """How long backups are kept, such as `14d`."""


class Schedule(TypedDict, total=False):
    """A backup that is made again and again."""

    name: pulumi.Input[str]
    """Name of the schedule, unique in the cluster."""
    cron: pulumi.Input[str]
    """When: five fields, as in `0 3 * * *`, in the operator's time zone (UTC)."""
    enabled: pulumi.Input[bool | None]
    """False keeps the schedule without making backups."""
    type: pulumi.Input[str | None]
    """Kind of the backups, in the technology's words; full ones if left out."""
    compression: pulumi.Input[str | None]
    """How the backups are compressed, in the technology's words."""
    compression_level: pulumi.Input[int | None]
    """How hard the compression works, in the numbers of its kind."""
    retention: pulumi.Input[Retention | None]
    """How long the backups are kept; all of them if left out."""


class PointInTimeRecovery(TypedDict, total=False):
    """Continuous archiving, to restore to any moment."""

    enabled: pulumi.Input[bool | None]
    """Whether changes are archived all the time."""
    interval_seconds: pulumi.Input[int | None]
    """Seconds between two uploads."""
    storage: pulumi.Input[str | None]
    """Name of the cluster's storage that takes what is archived, where it is not the one that this belongs to."""
    compression: pulumi.Input[str | None]
    """How what is archived is compressed, in the technology's words."""
    compression_level: pulumi.Input[int | None]
    """How hard the compression works, in the numbers of its kind."""


class BackupStorage(TypedDict, total=False):
    """Where backups go."""

    name: pulumi.Input[str]
    """Name of the storage, unique in the cluster."""
    type: pulumi.Input[Literal["s3", "minio", "azure", "gcs", "filesystem"]]
    """Kind of storage."""
    bucket: pulumi.Input[str | None]
    """Bucket (s3, minio, gcs)."""
    container: pulumi.Input[str | None]
    """Container (azure)."""
    claim: pulumi.Input[str | None]
    """Name of a PersistentVolumeClaim that is there (filesystem)."""
    size: pulumi.Input[str | None]
    """Size of the volume that is made for each backup (filesystem), such as `100Gi`."""
    storage_class: pulumi.Input[str | None]
    """Name of the StorageClass of the volume that is made for each backup (filesystem)."""
    prefix: pulumi.Input[str | None]
    """Folder in the storage."""
    region: pulumi.Input[str | None]
    """Region (s3, minio)."""
    endpoint_url: pulumi.Input[str | None]
    """URL of the service, where it is not the cloud's own (s3, minio, azure)."""
    verify_tls: pulumi.Input[bool | None]
    """False to accept any certificate (s3, minio)."""
    force_path_style: pulumi.Input[bool | None]
    """True for services that want the bucket in the path (s3, minio)."""
    credentials_secret: pulumi.Input[str | None]
    """Name of the Secret with the credentials, in the cluster's namespace."""
    schedules: pulumi.Input[Sequence[pulumi.Input[Schedule]] | None]
    """Backups made again and again into this storage."""
    pitr: pulumi.Input[PointInTimeRecovery | None]
    """Continuous archiving into this storage."""
    credentials: pulumi.Input[Mapping[str, pulumi.Input[str]] | None]
    """Credentials as the keys and values of the Secret that is made of them, such as `AWS_ACCESS_KEY_ID`; secrets."""


class Backup(TypedDict, total=False):
    """Backups of the cluster."""

    storages: pulumi.Input[Sequence[pulumi.Input[BackupStorage]] | None]
    """Where backups go; the first one is the main one."""


class MonitoringCredentials(TypedDict, total=False):
    """What the monitoring server asks of its clients."""

    api_key: pulumi.Input[str]
    """API key, or service account token, of the PMM server; a secret."""


class Monitoring(TypedDict, total=False):
    """Percona Monitoring and Management."""

    type: pulumi.Input[Literal["pmm"] | None]
    """Kind of monitoring."""
    server_url: pulumi.Input[str]
    """URL of the PMM server."""
    credentials_secret: pulumi.Input[str | None]
    """Name of a Secret with the key `apiKey`."""
    resources: pulumi.Input[Resources | None]
    """CPU and memory of each monitoring client."""
    verify_tls: pulumi.Input[bool | None]
    """False to accept any certificate of the server."""
    credentials: pulumi.Input[MonitoringCredentials | None]
    """Credentials that a Secret is made of, instead of one that is there; secrets."""


class DataSource(TypedDict, total=False):
    """What a new cluster is filled with."""

    backup: pulumi.Input[str | None]
    """Name of a backup object in the same namespace."""
    storage: pulumi.Input[str | None]
    """Name of one of the cluster's own storages, together with `path`."""
    path: pulumi.Input[str | None]
    """Where in the bucket, container or volume the backup is, as in `shop/orders/2026-03-01T03:00:05Z`."""
    type: pulumi.Input[str | None]
    """Kind of the backup at `path`, in the technology's words."""
    point_in_time: pulumi.Input[Literal["latest"] | str | None]
    """`latest`, or a moment in RFC 3339 such as `2026-03-01T12:00:00Z`."""


class Issuer(TypedDict, total=False):
    """The cert-manager issuer of the certificates."""

    name: pulumi.Input[str]
    """Name of the issuer."""
    kind: pulumi.Input[Literal["Issuer", "ClusterIssuer"] | None]
    """Kind of the issuer."""
    group: pulumi.Input[str | None]
    """API group of the issuer; cert-manager's if left out."""


class Tls(TypedDict, total=False):
    """Encryption of connections."""

    mode: pulumi.Input[str | None]
    """How strictly TLS is used, in the technology's words."""
    issuer: pulumi.Input[Issuer | None]
    """The cert-manager issuer of the certificates."""
    certificate_secret: pulumi.Input[str | None]
    """Name of the Secret with the certificate for clients."""
    internal_certificate_secret: pulumi.Input[str | None]
    """Name of the Secret with the certificate for traffic inside the cluster."""


class Images(TypedDict, total=False):
    """Where container images come from."""

    registry: pulumi.Input[str | None]
    """Registry, with a path if there is one, that the catalog's images are taken from instead of their own."""
    pull_policy: pulumi.Input[Literal["Always", "IfNotPresent", "Never"] | None]
    """When images are pulled."""
    pull_secrets: pulumi.Input[Sequence[pulumi.Input[str]] | None]
    """Names of Secrets for the registry."""


class Compression(TypedDict, total=False):
    """How a backup is compressed."""

    type: pulumi.Input[str | None]
    """Kind of compression, in the technology's words."""
    level: pulumi.Input[int | None]
    """How hard to compress; what the numbers mean depends on the kind."""
