"""The arguments of the components, as typed dictionaries. Their fields and texts are those of the models.

Only names in snake_case are declared; the names of YAML are accepted as well. Any value may be an output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import pulumi

if TYPE_CHECKING:
    from pulumi_everest.resources.provider import Provider


class Topology(TypedDict, total=False):
    """The shape of the cluster."""

    type: pulumi.Input[str]
    """Name of a topology of the definition; its default one, or the only one, if left out."""
    config: pulumi.Input[Mapping[str, Any]]
    """Settings that the definition declares for the topology."""


class ComponentVersion(TypedDict, total=False):
    """The version of all components of one type."""

    version: pulumi.Input[str]
    """Version of the type, one of the definition's."""
    image: pulumi.Input[str]
    """Container image; it wins over the image that belongs to the version."""


class Components(TypedDict, total=False):
    """Settings by component type."""

    versions: pulumi.Input[Mapping[str, pulumi.Input[ComponentVersion]]]
    """Versions by component type."""


class Amounts(TypedDict, total=False):
    """CPU and memory."""

    cpu: pulumi.Input[str]
    """CPU as a Kubernetes quantity, such as `500m` or `2`."""
    memory: pulumi.Input[str]
    """Memory as a Kubernetes quantity, such as `4Gi`."""


class Resources(TypedDict, total=False):
    """What a container asks for and what it may use at most."""

    requests: pulumi.Input[Amounts]
    """What is reserved for each container."""
    limits: pulumi.Input[Amounts]
    """What each container may use at most."""


class Storage(TypedDict, total=False):
    """The volume of each replica."""

    size: pulumi.Input[str]
    """Size of the volume as a Kubernetes quantity, such as `100Gi`. It can grow, never shrink."""
    storage_class: pulumi.Input[str]
    """Name of the StorageClass; the Kubernetes cluster's default one if left out. It cannot be changed
    later."""


class Expose(TypedDict, total=False):
    """How clients outside the pod network reach the component."""

    type: pulumi.Input[Literal["ClusterIP", "NodePort", "LoadBalancer"]]
    """Type of the Kubernetes Service."""
    annotations: pulumi.Input[Mapping[str, pulumi.Input[str]]]
    """Annotations of the Service, for instance for a cloud's load balancer."""
    source_ranges: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Address ranges (CIDR) that a load balancer lets in."""
    load_balancer_class: pulumi.Input[str]
    """Class of the load balancer."""


class Scheduling(TypedDict, total=False):
    """Where the pods of the component may run."""

    node_selector: pulumi.Input[Mapping[str, pulumi.Input[str]]]
    """Labels that a node must have."""
    affinity: pulumi.Input[Mapping[str, Any]]
    """A Kubernetes Affinity."""
    tolerations: pulumi.Input[Sequence[pulumi.Input[Mapping[str, Any]]]]
    """Kubernetes Tolerations."""
    topology_spread_constraints: pulumi.Input[Sequence[pulumi.Input[Mapping[str, Any]]]]
    """Kubernetes TopologySpreadConstraints."""
    priority_class_name: pulumi.Input[str]
    """Name of a PriorityClass."""


class Instance(TypedDict, total=False):
    """The settings of one component in one cluster."""

    version: pulumi.Input[str]
    """Version of the component's software; it wins over `components.versions` and the bundle."""
    image: pulumi.Input[str]
    """Container image; it wins over the image that belongs to the version."""
    replicas: pulumi.Input[int]
    """How many pods the component has."""
    resources: pulumi.Input[Resources]
    """CPU and memory of each pod."""
    storage: pulumi.Input[Storage]
    """The volume of each pod."""
    expose: pulumi.Input[Expose]
    """How clients outside the pod network reach the component."""
    scheduling: pulumi.Input[Scheduling]
    """Where the pods may run."""
    engine_config: pulumi.Input[str | Mapping[str, Any]]
    """The engine's own configuration, as text or as parameters: the definition says which."""
    config: pulumi.Input[Mapping[str, Any]]
    """Settings that the definition declares for the component."""
    overrides: pulumi.Input[Mapping[str, Any]]
    """A patch (JSON merge patch) of what is emitted for the component."""


class Retention(TypedDict, total=False):
    """How long backups are kept: by count or by age."""

    count: pulumi.Input[int]
    """How many backups are kept."""
    duration: pulumi.Input[str]
    """How long backups are kept, such as `14d`."""


class Schedule(TypedDict, total=False):
    """A backup that is made again and again."""

    name: pulumi.Input[str]
    """Name of the schedule, unique in the cluster."""
    cron: pulumi.Input[str]
    """When: five fields, as in `0 3 * * *`, in the operator's time zone (UTC)."""
    enabled: pulumi.Input[bool]
    """False keeps the schedule without making backups."""
    retention: pulumi.Input[Retention]
    """How long the backups are kept; all of them if left out."""


class PointInTimeRecovery(TypedDict, total=False):
    """Continuous archiving, to restore to any moment."""

    enabled: pulumi.Input[bool]
    """Whether changes are archived all the time."""
    interval_seconds: pulumi.Input[int]
    """Seconds between two uploads."""


class BackupStorage(TypedDict, total=False):
    """Where backups go."""

    name: pulumi.Input[str]
    """Name of the storage, unique in the cluster."""
    type: pulumi.Input[Literal["s3", "azure", "gcs", "filesystem"]]
    """Kind of storage."""
    bucket: pulumi.Input[str]
    """Bucket (s3, gcs)."""
    container: pulumi.Input[str]
    """Container (azure)."""
    claim: pulumi.Input[str]
    """Name of the PersistentVolumeClaim (filesystem)."""
    prefix: pulumi.Input[str]
    """Folder in the storage."""
    region: pulumi.Input[str]
    """Region (s3)."""
    endpoint_url: pulumi.Input[str]
    """URL of the service, where it is not the cloud's own (s3, azure)."""
    verify_tls: pulumi.Input[bool]
    """False to accept any certificate (s3)."""
    force_path_style: pulumi.Input[bool]
    """True for services that want the bucket in the path (s3)."""
    credentials_secret: pulumi.Input[str]
    """Name of the Secret with the credentials, in the cluster's namespace."""
    schedules: pulumi.Input[Sequence[pulumi.Input[Schedule]]]
    """Backups made again and again into this storage."""
    pitr: pulumi.Input[PointInTimeRecovery]
    """Continuous archiving into this storage."""
    credentials: pulumi.Input[Mapping[str, pulumi.Input[str]]]
    """Credentials as the keys and values of the Secret that is made of them, such as `AWS_ACCESS_KEY_ID`;
    secrets."""


class Backup(TypedDict, total=False):
    """Backups of the cluster."""

    storages: pulumi.Input[Sequence[pulumi.Input[BackupStorage]]]
    """Where backups go; the first one is the main one."""


class MonitoringCredentials(TypedDict, total=False):
    """What the monitoring server asks of its clients."""

    api_key: pulumi.Input[str]
    """API key, or service account token, of the PMM server; a secret."""


class Monitoring(TypedDict, total=False):
    """Percona Monitoring and Management."""

    type: pulumi.Input[Literal["pmm"]]
    """Kind of monitoring."""
    server_url: pulumi.Input[str]
    """URL of the PMM server."""
    credentials_secret: pulumi.Input[str]
    """Name of a Secret with the key `apiKey`."""
    resources: pulumi.Input[Resources]
    """CPU and memory of each monitoring client."""
    verify_tls: pulumi.Input[bool]
    """False to accept any certificate of the server."""
    credentials: pulumi.Input[MonitoringCredentials]
    """Credentials that a Secret is made of, instead of one that is there; secrets."""


class DataSource(TypedDict, total=False):
    """What a new cluster is filled with."""

    backup: pulumi.Input[str]
    """Name of a backup object in the same namespace."""
    storage: pulumi.Input[str]
    """Name of one of the cluster's own storages, together with `path`."""
    path: pulumi.Input[str]
    """Where in the storage the backup is."""
    point_in_time: pulumi.Input[Literal["latest"] | str]
    """`latest`, or a moment in RFC 3339 such as `2026-03-01T12:00:00Z`."""


class Issuer(TypedDict, total=False):
    """The cert-manager issuer of the certificates."""

    name: pulumi.Input[str]
    """Name of the issuer."""
    kind: pulumi.Input[Literal["Issuer", "ClusterIssuer"]]
    """Kind of the issuer."""
    group: pulumi.Input[str]
    """API group of the issuer; cert-manager's if left out."""


class Tls(TypedDict, total=False):
    """Encryption of connections."""

    mode: pulumi.Input[str]
    """How strictly TLS is used, in the technology's words."""
    issuer: pulumi.Input[Issuer]
    """The cert-manager issuer of the certificates."""
    certificate_secret: pulumi.Input[str]
    """Name of the Secret with the certificate for clients."""
    internal_certificate_secret: pulumi.Input[str]
    """Name of the Secret with the certificate for traffic inside the cluster."""


class Images(TypedDict, total=False):
    """Where container images come from."""

    registry: pulumi.Input[str]
    """Registry, with a path if there is one, that the catalog's images are taken from instead of their
    own."""
    pull_policy: pulumi.Input[Literal["Always", "IfNotPresent", "Never"]]
    """When images are pulled."""
    pull_secrets: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Names of Secrets for the registry."""


class DatabaseClusterArgs(TypedDict, total=False):
    """What is wanted of a cluster."""

    provider: pulumi.Input[str] | Provider
    """Name of the Provider."""
    name: pulumi.Input[str]
    """Name of the cluster and of its main object; the name of the resource, if left out."""
    namespace: pulumi.Input[str]
    """Namespace of the objects; the Kubernetes provider's, if left out."""
    labels: pulumi.Input[Mapping[str, pulumi.Input[str]]]
    """Labels of every emitted object."""
    annotations: pulumi.Input[Mapping[str, pulumi.Input[str]]]
    """Annotations of every emitted object."""
    topology: pulumi.Input[Topology]
    """The shape of the cluster; may be left out where there is one topology, or a default one."""
    components: pulumi.Input[Components]
    """Versions by component type."""
    instances: pulumi.Input[Mapping[str, pulumi.Input[Instance] | None]]
    """The settings of each component. Required components are there without being listed."""
    bundle: pulumi.Input[str]
    """Name of a set of versions that fit together."""
    preset: pulumi.Input[str]
    """Name of a set of sizes that the plugin offers."""
    config: pulumi.Input[Mapping[str, Any]]
    """Settings that the definition declares for the whole cluster."""
    operator_version: pulumi.Input[str]
    """Version of the operator that the objects are made for; the Provider's, or the plugin's default, if
    left out."""
    paused: pulumi.Input[bool]
    """True stops the database's pods and keeps its volumes."""
    users_secret: pulumi.Input[str]
    """Name of the Secret with the passwords of the system users."""
    overrides: pulumi.Input[Mapping[str, Any]]
    """A patch (JSON merge patch) of the spec of the main object."""
    backup: pulumi.Input[Backup]
    """Backups."""
    monitoring: pulumi.Input[Monitoring]
    """Monitoring."""
    data_source: pulumi.Input[DataSource]
    """What a new cluster is filled with."""
    tls: pulumi.Input[Tls]
    """Encryption of connections."""
    images: pulumi.Input[Images]
    """Where container images come from; wins over the Provider's."""
    users: pulumi.Input[Mapping[str, pulumi.Input[str]]]
    """Passwords of the system users, as the keys and values of the Secret that is made of them; secrets."""
    deletion_policy: Literal["protect", "retain", "delete"]
    """What becomes of the objects when the resource goes away: `protect` (the default) refuses to delete
    them, `retain` forgets them and leaves them running, `delete` deletes them."""
    volume_policy: pulumi.Input[Literal["keep", "delete"]]
    """Whether the operator keeps the volumes of a deleted cluster (`keep`, the default) or deletes them."""
    wait_for: bool | str
    """True waits until the database is ready, a text for what it says, as in the annotation `pulumi.com/waitFor`."""


class ProviderArgs(TypedDict, total=False):
    """Which definition a Provider stands for, and what holds for all its clusters."""

    name: pulumi.Input[str]
    """Name of the Provider; the name of the resource, if left out."""
    labels: pulumi.Input[Mapping[str, pulumi.Input[str]]]
    """Labels of every emitted object."""
    annotations: pulumi.Input[Mapping[str, pulumi.Input[str]]]
    """Annotations of every emitted object."""
    database_cluster_definition: pulumi.Input[str]
    """Name of the DatabaseClusterDefinition."""
    plugin: pulumi.Input[str]
    """Name of the plugin that emits the objects; the one whose definition has that name, if left out."""
    operator_version: pulumi.Input[str]
    """Version of the operator that objects are made for; the plugin's default if left out."""
    reconcile_by: pulumi.Input[Literal["pulumi", "everest"]]
    """Who makes the operator's objects: this package (`pulumi`, the default), or a controller
    (`everest`)."""
    api: pulumi.Input[Mapping[str, Any]]
    """Settings for a controller; passed on as they are."""
    images: pulumi.Input[Images]
    """Where container images come from."""
    release: pulumi.Input[str]
    """Release of the plugin."""
    min_upgradable_from: pulumi.Input[str]
    """The oldest release that can be upgraded to this one."""
    plugins: Sequence[str]
    """Folders of plugins, relative to the working directory, that are found before all others."""
