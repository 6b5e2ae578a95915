"""workloads.yaml, what the operator makes of a cluster's object, as models: what an editor completes and checks."""

from __future__ import annotations

from pulumi_everest.model.part import Part
from pulumi_everest.model.plugin_files.templates import Mapping, Name, Value


class ContainerEntry(Mapping):
    """A container of a pod, or one for each turn of a loop."""

    name: Value
    """Its name."""
    resources: Value = None
    """Its `requests` and `limits`, of which CPU and memory count."""
    restart_policy: Value = None
    """`Always` for an init container that runs on beside the others."""


class VolumeEntry(Mapping):
    """A volume, or one for each turn of a loop."""

    name: Value
    """Its name."""
    size: Value
    """Its size, as a quantity."""
    storage_class: Value = None
    """Its storage class; the cluster's default one where there is none."""
    count: Value = 1
    """How many there are of it."""


class WorkloadEntry(Mapping):
    """Pods that are alike, such as those of a StatefulSet; or such a workload for each turn of a loop."""

    name: Value
    """What findings call it."""
    replicas: Value = 1
    """How many pods there are."""
    running: Value = True
    """Whether they run. Where they do not, as in a cluster that is paused, their volumes are there all the same."""
    containers: list[ContainerEntry]
    """The containers of a pod, side-cars too."""
    init_containers: list[ContainerEntry] = []
    """The containers that run before these, in their order."""
    volumes: list[VolumeEntry] = []
    """The volumes that each pod has of its own."""
    node_selector: Value = None
    """Labels that the node of a pod must have."""


class BalancerEntry(Mapping):
    """Services of type LoadBalancer."""

    name: Value
    """What they are for."""
    count: Value = 1
    """How many there are."""


class WorkloadFile(Part):
    """What the operator makes of a cluster: pods, volumes, load balancers.

    `${...}` is CEL over `self`, the main object, and `objects`, the other objects of the cluster but for Secrets.
    """

    let: dict[Name, Value] | None = None
    """Names for values; later ones may use earlier ones."""
    workloads: list[WorkloadEntry]
    """The pods that run all the time."""
    jobs: list[WorkloadEntry] = []
    """The pods that run at times, such as those of backups by schedule."""
    volumes: list[VolumeEntry] = []
    """Volumes that belong to no pod."""
    load_balancers: list[BalancerEntry] = []
    """The Services of type LoadBalancer."""
