"""The objects that a controller reconciles: the definition, the Provider and the DatabaseCluster themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_everest.core.merging import copied
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.provider import CONTROLLER

API_VERSION = "everest.percona.com/v2alpha1"


def cluster_object(metadata: Mapping[str, Any], spec: Mapping[str, Any], resolved: Resolved) -> Emitted:
    """The DatabaseCluster as the user wrote it, with the provider, topology and operator version that were resolved.

    Defaults are left to the controller's definition, so that the object says what the user said. Versions and images
    that a lock holds are written, too: they are to stay when that definition changes.
    """
    written = copied(dict(spec))
    for name, instance in resolved.spec["instances"].items():
        held = {key: instance[key] for key in ("version", "image") if resolved.origin(name, (key,)) == "lock"}
        if held:
            instances = written["instances"] = dict(written.get("instances") or {})
            instances[name] = {**(instances.get(name) or {}), **held}
    for key in ("provider", "operatorVersion"):
        if key in resolved.spec:
            written[key] = resolved.spec[key]
    topology = {"type": resolved.spec["topology"]["type"], **(written.get("topology") or {})}
    written["topology"] = topology
    manifest = {
        "apiVersion": API_VERSION,
        "kind": "DatabaseCluster",
        "metadata": copied(dict(metadata)),
        "spec": written,
    }
    return Emitted("cluster", True, manifest)


def provider_objects(technology: Technology, spec: Mapping[str, Any], metadata: Mapping[str, Any]) -> list[Emitted]:
    """The definition and the Provider that stand for a technology."""
    definition = technology.definition.model.model_dump(by_alias=True, exclude_unset=True)
    own = {"databaseClusterDefinition": technology.definition.name, **copied(dict(spec)), "reconcileBy": CONTROLLER}
    provider = {
        "apiVersion": API_VERSION,
        "kind": "Provider",
        "metadata": {"name": technology.provider, **copied(dict(metadata))},
        "spec": own,
    }
    return [Emitted("definition", False, definition), Emitted("provider", True, provider)]
