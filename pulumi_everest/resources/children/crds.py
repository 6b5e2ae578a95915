"""The CustomResourceDefinitions of the objects for a controller, as children of the Provider that brings them.

They belong to everyone who uses the Kubernetes cluster: with a definition, a server deletes all objects of its kind. So
they are applied over what is there (a Patch resource of the Kubernetes provider does that), and never deleted.
"""

from __future__ import annotations

from typing import Any

import pulumi

from pulumi_everest.emit.everest_crds import everest_crds
from pulumi_everest.resources.children.children import WAIT_FOR, Children


def crds_of(made: dict[str, list[pulumi.CustomResource]], children: Children) -> list[pulumi.CustomResource]:
    """The definitions, made unless another Provider of the program has `made` them in the same Kubernetes cluster.

    Their names have nothing of the Provider's in them, so that another one takes them over when it is gone.
    """
    kubernetes = _kubernetes_name(children.component)
    if kubernetes not in made:
        made[kubernetes] = [_made(children, manifest, kubernetes) for manifest in everest_crds()]
    return list(made[kubernetes])


def _made(children: Children, manifest: dict[str, Any], kubernetes: str) -> pulumi.CustomResource:
    from pulumi_kubernetes.apiextensions import CustomResourcePatch

    name = manifest["metadata"]["name"]
    resource: pulumi.CustomResource = CustomResourcePatch(
        f"{kubernetes}-{name}" if kubernetes else name,
        api_version=manifest["apiVersion"],
        kind=manifest["kind"],
        metadata={**manifest["metadata"], "annotations": {WAIT_FOR: "condition=Established"}},
        spec=manifest["spec"],
        opts=children.options(policy="retain"),
    )
    return resource


def _kubernetes_name(component: pulumi.Resource) -> str:
    """The name of the Kubernetes provider that a component was given; empty for the default one."""
    provider = component.get_provider("kubernetes:core/v1:Secret")
    return str(getattr(provider, "_name", "")) if provider is not None else ""
