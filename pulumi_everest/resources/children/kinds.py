"""The resource of an object by its kind: Kubernetes' own as the typed ones of Pulumi's package, all others as they are.

Pulumi's `CustomResource` takes a `spec` and nothing beside it, but kinds of definitions may have any field at the top.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

import pulumi

from pulumi_everest.emit.core_kinds import is_core

_HEAD = ("apiVersion", "kind", "metadata")


def type_of(manifest: Mapping[str, Any]) -> str:
    """The type of an object's resource."""
    return token(manifest["apiVersion"], manifest["kind"])


def token(api_version: str, kind: str) -> str:
    """The type of the resources of a kind."""
    return f"kubernetes:{'core/v1' if api_version == 'v1' else api_version}:{kind}"


def resource(name: str, data: Mapping[str, Any], opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """The resource of an object, whose values may be outputs."""
    if is_core(data["apiVersion"]):
        return _typed(name, data, opts)
    from pulumi_kubernetes.apiextensions import CustomResource

    version, kind, metadata = (data[key] for key in _HEAD)
    if set(data) <= {*_HEAD, "spec"}:
        made = CustomResource(name, api_version=version, kind=kind, metadata=metadata, spec=data.get("spec"), opts=opts)
        return cast("pulumi.CustomResource", made)
    return _custom(name, data, opts)


def _typed(name: str, data: Mapping[str, Any], opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """One of Kubernetes' own kinds, by the class of its group and version."""
    from importlib import import_module

    group, _, version = data["apiVersion"].rpartition("/")
    module = import_module(f"pulumi_kubernetes.{group.partition('.')[0] or 'core'}.{version}")
    fields = {_argument(key): value for key, value in data.items() if key not in ("apiVersion", "kind")}
    return cast("pulumi.CustomResource", getattr(module, data["kind"])(name, opts=opts, **fields))


def _argument(field: str) -> str:
    """The name that a field at the top of an object has in Python: ``string_data``."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", field)


def _custom(name: str, data: Mapping[str, Any], opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """A kind of a definition with other fields at its top than `spec`."""
    from pulumi_kubernetes import _utilities
    from pulumi_kubernetes.apiextensions import CustomResource

    class CustomObject(CustomResource):
        """A custom resource that is whatever its fields say."""

        def __init__(self) -> None:
            version: str = _utilities.get_version()  # type: ignore[no-untyped-call]
            own = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=version), opts)
            pulumi.CustomResource.__init__(self, token(data["apiVersion"], data["kind"]), name, dict(data), own)

    return cast("pulumi.CustomResource", CustomObject())
