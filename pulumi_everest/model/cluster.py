"""DatabaseCluster: one database of any technology, and the settings of each of its components."""

from typing import Annotated, Any, Literal

from pydantic import Field

from pulumi_everest.model.part import (
    Affinity,
    Annotations,
    Bucket,
    Cidr,
    ClusterPart,
    Cpu,
    Cron,
    Duration,
    Folder,
    Image,
    Label,
    Labels,
    Memory,
    Portion,
    Qualified,
    Region,
    Registry,
    Subdomain,
    Toleration,
    TopologySpreadConstraint,
    Url,
    Version,
    VolumeSize,
    Whole,
)
from pulumi_everest.model.part import Time as Rfc3339
from pulumi_everest.model.storage_types import StorageType


class Amounts(ClusterPart):
    """CPU and memory."""

    cpu: Cpu | None = None
    """CPU as a Kubernetes quantity, such as `500m` or `2`."""
    memory: Memory | None = None
    """Memory as a Kubernetes quantity, such as `4Gi`."""


class Resources(ClusterPart):
    """What a container asks for and what it may use at most."""

    requests: Amounts | None = None
    """What is reserved for each container."""
    limits: Amounts | None = None
    """What each container may use at most."""


class Storage(ClusterPart):
    """The volume of each replica."""

    size: VolumeSize | None = None
    """Size of the volume as a Kubernetes quantity, such as `100Gi`. It can grow, never shrink."""
    storage_class: Subdomain | None = None
    """Name of the StorageClass; the Kubernetes cluster's default one if left out. It cannot be changed later."""


class Expose(ClusterPart):
    """How clients outside the pod network reach the component."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer"] | None = None
    """Type of the Kubernetes Service."""
    annotations: Annotated[Annotations, Field(max_length=64)] | None = None
    """Annotations of the Service, for instance for a cloud's load balancer."""
    source_ranges: Annotated[list[Cidr], Field(max_length=64)] | None = None
    """Address ranges (CIDR) that a load balancer lets in."""
    load_balancer_class: Qualified | None = None
    """Class of the load balancer."""


class Scheduling(ClusterPart):
    """Where the pods of the component may run."""

    node_selector: Annotated[Labels, Field(max_length=64)] | None = None
    """Labels that a node must have."""
    affinity: Affinity | None = None
    """A Kubernetes Affinity."""
    tolerations: list[Toleration] | None = None
    """Kubernetes Tolerations."""
    topology_spread_constraints: list[TopologySpreadConstraint] | None = None
    """Kubernetes TopologySpreadConstraints."""
    priority_class_name: Subdomain | None = None
    """Name of a PriorityClass."""
    runtime_class_name: Subdomain | None = None
    """Name of a RuntimeClass."""
    anti_affinity_topology_key: Qualified | None = None
    """No two pods of the component run where nodes have the same value of this label, such as
    `kubernetes.io/hostname`; `none` lets them run anywhere. It stands for an affinity, so there is not both."""


class DisruptionBudget(ClusterPart):
    """How many pods may be away while nodes are drained: the one or the other."""

    min_available: Portion | None = None
    """How many pods must stay, as a number or a percentage such as `50%`."""
    max_unavailable: Portion | None = None
    """How many pods may be away, as a number or a percentage such as `50%`."""


class Instance(ClusterPart):
    """The settings of one component in one cluster."""

    type: str | None = None
    """Component type, where the definition leaves a choice, such as `haproxy` or `proxysql`."""
    version: Version | None = None
    """Version of the component's software; it wins over `components.versions` and the bundle."""
    image: Image | None = None
    """Container image; it wins over the image that belongs to the version."""
    replicas: Annotated[Whole, Field(ge=0, le=1000)] | None = None
    """How many pods the component has."""
    resources: Resources | None = None
    """CPU and memory of each pod."""
    storage: Storage | None = None
    """The volume of each pod."""
    expose: Expose | None = None
    """How clients outside the pod network reach the component."""
    scheduling: Scheduling | None = None
    """Where the pods may run."""
    pod_disruption_budget: DisruptionBudget | None = None
    """How many pods may be away while nodes are drained."""
    termination_grace_period_seconds: Annotated[Whole, Field(ge=0, le=86400)] | None = None
    """How many seconds a pod has to stop before it is killed."""
    engine_config: str | dict[str, Any] | None = None
    """The engine's own configuration, as text or as parameters: the definition says which."""
    config: dict[str, Any] | None = None
    """Settings that the definition declares for the component."""
    overrides: dict[str, Any] | None = None
    """A patch (JSON merge patch) of what is emitted for the component."""


class Topology(ClusterPart):
    """The shape of the cluster."""

    type: str | None = None
    """Name of a topology of the definition; its default one, or the only one, if left out."""
    config: dict[str, Any] | None = None
    """Settings that the definition declares for the topology."""


class ComponentVersion(ClusterPart):
    """The version of all components of one type."""

    version: Version | None = None
    """Version of the type, one of the definition's."""
    image: Image | None = None
    """Container image; it wins over the image that belongs to the version."""


class Components(ClusterPart):
    """Settings by component type."""

    versions: Annotated[dict[str, ComponentVersion], Field(max_length=32)] | None = None
    """Versions by component type."""


class Retention(ClusterPart):
    """How long backups are kept: by count or by age."""

    count: Annotated[Whole, Field(ge=1, le=10000)] | None = None
    """How many backups are kept."""
    duration: Duration | None = None
    """How long backups are kept, such as `14d`."""


class Schedule(ClusterPart):
    """A backup that is made again and again."""

    name: Label
    """Name of the schedule, unique in the cluster."""
    cron: Cron
    """When: five fields, as in `0 3 * * *`, in the operator's time zone (UTC)."""
    enabled: bool | None = None
    """False keeps the schedule without making backups."""
    type: str | None = None
    """Kind of the backups, in the technology's words; full ones if left out."""
    compression: str | None = None
    """How the backups are compressed, in the technology's words."""
    compression_level: Annotated[Whole, Field(ge=-10, le=22)] | None = None
    """How hard the compression works, in the numbers of its kind."""
    retention: Retention | None = None
    """How long the backups are kept; all of them if left out."""


class PointInTimeRecovery(ClusterPart):
    """Continuous archiving, to restore to any moment."""

    enabled: bool | None = None
    """Whether changes are archived all the time."""
    interval_seconds: Annotated[Whole, Field(ge=1)] | None = None
    """Seconds between two uploads."""
    storage: Label | None = None
    """Name of the cluster's storage that takes what is archived, where it is not the one that this belongs to."""
    compression: str | None = None
    """How what is archived is compressed, in the technology's words."""
    compression_level: Annotated[Whole, Field(ge=-10, le=22)] | None = None
    """How hard the compression works, in the numbers of its kind."""


class BackupStorage(ClusterPart):
    """Where backups go."""

    name: Label
    """Name of the storage, unique in the cluster."""
    type: StorageType
    """Kind of storage."""
    bucket: Bucket | None = None
    """Bucket (s3, minio, gcs)."""
    container: Bucket | None = None
    """Container (azure)."""
    claim: Subdomain | None = None
    """Name of a PersistentVolumeClaim that is there (filesystem)."""
    size: VolumeSize | None = None
    """Size of the volume that is made for each backup (filesystem), such as `100Gi`."""
    storage_class: Subdomain | None = None
    """Name of the StorageClass of the volume that is made for each backup (filesystem)."""
    prefix: Folder | None = None
    """Folder in the storage."""
    region: Region | None = None
    """Region (s3, minio)."""
    endpoint_url: Url | None = None
    """URL of the service, where it is not the cloud's own (s3, minio, azure)."""
    verify_tls: Annotated[bool | None, Field(alias="verifyTLS")] = None
    """False to accept any certificate (s3, minio)."""
    force_path_style: bool | None = None
    """True for services that want the bucket in the path (s3, minio)."""
    credentials_secret: Subdomain | None = None
    """Name of the Secret with the credentials, in the cluster's namespace."""
    schedules: Annotated[list[Schedule], Field(max_length=16)] | None = None
    """Backups made again and again into this storage."""
    pitr: PointInTimeRecovery | None = None
    """Continuous archiving into this storage."""


class Backup(ClusterPart):
    """Backups of the cluster."""

    storages: Annotated[list[BackupStorage], Field(max_length=16)] | None = None
    """Where backups go; the first one is the main one."""


class Monitoring(ClusterPart):
    """Percona Monitoring and Management."""

    type: Literal["pmm"] | None = None
    """Kind of monitoring."""
    server_url: Url
    """URL of the PMM server."""
    credentials_secret: Subdomain | None = None
    """Name of a Secret with the key `apiKey`."""
    resources: Resources | None = None
    """CPU and memory of each monitoring client."""
    verify_tls: Annotated[bool | None, Field(alias="verifyTLS")] = None
    """False to accept any certificate of the server."""


class DataSource(ClusterPart):
    """What a new cluster is filled with."""

    backup: Subdomain | None = None
    """Name of a backup object in the same namespace."""
    storage: Label | None = None
    """Name of one of the cluster's own storages, together with `path`."""
    path: Annotated[str | None, Field(min_length=1, max_length=1024)] = None
    """Where in the bucket, container or volume the backup is, as in `shop/orders/2026-03-01T03:00:05Z`."""
    type: str | None = None
    """Kind of the backup at `path`, in the technology's words."""
    point_in_time: Literal["latest"] | Rfc3339 | None = None
    """`latest`, or a moment in RFC 3339 such as `2026-03-01T12:00:00Z`."""


class Issuer(ClusterPart):
    """The cert-manager issuer of the certificates."""

    name: Subdomain
    """Name of the issuer."""
    kind: Literal["Issuer", "ClusterIssuer"] | None = None
    """Kind of the issuer."""
    group: str | None = None
    """API group of the issuer; cert-manager's if left out."""


class Tls(ClusterPart):
    """Encryption of connections."""

    mode: str | None = None
    """How strictly TLS is used, in the technology's words."""
    issuer: Issuer | None = None
    """The cert-manager issuer of the certificates."""
    certificate_secret: Subdomain | None = None
    """Name of the Secret with the certificate for clients."""
    internal_certificate_secret: Subdomain | None = None
    """Name of the Secret with the certificate for traffic inside the cluster."""


class Images(ClusterPart):
    """Where container images come from."""

    registry: Registry | None = None
    """Registry, with a path if there is one, that the catalog's images are taken from instead of their own."""
    pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = None
    """When images are pulled."""
    pull_secrets: list[Subdomain] | None = None
    """Names of Secrets for the registry."""


class DatabaseClusterSpec(ClusterPart):
    """What is wanted of a cluster."""

    provider: Subdomain
    """Name of the Provider."""
    topology: Topology | None = None
    """The shape of the cluster; may be left out where there is one topology, or a default one."""
    components: Components | None = None
    """Versions by component type."""
    instances: Annotated[dict[str, Instance | None], Field(max_length=32)] | None = None
    """The settings of each component. Required components are there without being listed."""
    bundle: str | None = None
    """Name of a set of versions that fit together."""
    preset: str | None = None
    """Name of a set of sizes that the plugin offers."""
    config: dict[str, Any] | None = None
    """Settings that the definition declares for the whole cluster."""
    operator_version: Version | None = None
    """Version of the operator that the objects are made for; the Provider's, or the plugin's default, if left out."""
    paused: bool | None = None
    """True stops the database's pods and keeps its volumes."""
    users_secret: Subdomain | None = None
    """Name of the Secret with the passwords of the system users."""
    overrides: dict[str, Any] | None = None
    """A patch (JSON merge patch) of the spec of the main object."""
    backup: Backup | None = None
    """Backups."""
    monitoring: Monitoring | None = None
    """Monitoring."""
    data_source: DataSource | None = None
    """What a new cluster is filled with."""
    tls: Tls | None = None
    """Encryption of connections."""
    images: Images | None = None
    """Where container images come from; wins over the Provider's."""


class Metadata(ClusterPart):
    """Name, namespace, labels, annotations and finalizers."""

    name: Label
    """Name of the cluster and of its main object."""
    namespace: Label | None = None
    """Namespace; `default` if left out in YAML."""
    labels: Labels | None = None
    """Labels of every emitted object."""
    annotations: Annotations | None = None
    """Annotations of every emitted object."""
    finalizers: list[Qualified] | None = None
    """Finalizers of the main object, in place of those that the volume policy gives."""


class DatabaseCluster(ClusterPart):
    """One database cluster, namespaced."""

    api_version: Literal["everest.percona.com/v2alpha1"]
    """API group and version."""
    kind: Literal["DatabaseCluster"]
    """Kind."""
    metadata: Metadata
    """Name, namespace, labels, annotations and finalizers."""
    spec: DatabaseClusterSpec
    """What is wanted."""
    status: dict[str, Any] | None = None
    """Written by a controller; ignored here."""
