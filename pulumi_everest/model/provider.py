"""Provider: a technology as a stack or a Kubernetes cluster knows it."""

from __future__ import annotations

from typing import Any, Final, Literal

from pulumi_everest.model.cluster import Images
from pulumi_everest.model.definition import NameOnly
from pulumi_everest.model.part import ClusterPart, Subdomain, Version

Reconciler = Literal["pulumi", "everest"]
"""Who makes the operator's objects: this package, or a controller."""
CONTROLLER: Final[Reconciler] = "everest"
"""The one of them that is a controller in the Kubernetes cluster."""


def is_by_controller(reconciler: object) -> bool:
    """Whether what stands at `reconcileBy` names a controller."""
    return reconciler == CONTROLLER


class ProviderSpec(ClusterPart):
    """Which definition a Provider stands for, and what holds for all its clusters."""

    database_cluster_definition: Subdomain
    """Name of the DatabaseClusterDefinition."""
    plugin: str | None = None
    """Name of the plugin that emits the objects; the one whose definition has that name, if left out."""
    operator_version: Version | None = None
    """Version of the operator that objects are made for; the plugin's default if left out."""
    reconcile_by: Reconciler | None = None
    """Who makes the operator's objects: this package (`pulumi`, the default), or a controller (`everest`)."""
    api: dict[str, Any] | None = None
    """Settings for a controller; passed on as they are."""
    images: Images | None = None
    """Where container images come from."""
    release: Version | None = None
    """Release of the plugin."""
    min_upgradable_from: Version | None = None
    """The oldest release that can be upgraded to this one."""


class Provider(ClusterPart):
    """A technology, cluster-scoped."""

    api_version: Literal["everest.percona.com/v2alpha1"]
    """API group and version."""
    kind: Literal["Provider"]
    """Kind."""
    metadata: NameOnly
    """Name, labels and annotations."""
    spec: ProviderSpec
    """Which definition it stands for."""
    status: dict[str, Any] | None = None
    """Written by a controller; ignored here."""
