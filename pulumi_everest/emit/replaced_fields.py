"""Fields that Pulumi's Kubernetes plugin does not change in place: it deletes the object, and makes it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pulumi_everest.emit.core_kinds import is_core
from pulumi_everest.model.deferred import Path

_NAMES: Final[tuple[Path, ...]] = (("metadata", "name"), ("metadata", "namespace"))
_SELECTED: Final[tuple[Path, ...]] = (("spec", "selector"),)
_OF_KINDS: Final[Mapping[str, tuple[Path, ...]]] = {
    "ClusterRoleBinding": (("roleRef",),),
    "DaemonSet": _SELECTED,
    "Deployment": _SELECTED,
    "Job": (("spec", "completions"), ("spec", "parallelism"), ("spec", "selector"), ("spec", "template")),
    "PersistentVolumeClaim": tuple(
        ("spec", field) for field in ("accessModes", "selector", "storageClassName", "volumeName")
    ),
    "ResourceQuota": (("spec", "scopes"),),
    "RoleBinding": (("roleRef",),),
    "Service": (("spec", "clusterIP"),),
    "StatefulSet": tuple(
        ("spec", field)
        for field in ("podManagementPolicy", "revisionHistoryLimit", "selector", "serviceName", "volumeClaimTemplates")
    ),
    "StorageClass": (("parameters",), ("provisioner",)),
}
"""By kind. Pods and PersistentVolumes, which no plugin makes, have nearly all of their fields there."""


def replaced_fields(old: Mapping[str, Any], new: Mapping[str, Any], *, config_maps_in_place: bool) -> tuple[Path, ...]:
    """The fields of which a change deletes the object, whose kind is that of `new`."""
    if not is_core(str(new.get("apiVersion"))):
        return _NAMES
    kind = str(new.get("kind"))
    if kind == "ConfigMap" and (not config_maps_in_place or old.get("immutable") is True):
        return (*_NAMES, ("data",), ("binaryData",))
    return (*_NAMES, *_OF_KINDS.get(kind, ()))
