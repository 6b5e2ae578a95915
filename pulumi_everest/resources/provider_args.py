# Made from the models of the arguments by `make schemas`: change those, and run it again.
"""The arguments of a Provider."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import pulumi

if TYPE_CHECKING:
    from pulumi_everest.resources.argument_parts import Images


class ProviderArgs(TypedDict, total=False):
    """Which definition a Provider stands for, and what holds for all its clusters."""

    name: pulumi.Input[str] | None
    """Name of the Provider; the name of the resource, if left out."""
    labels: pulumi.Input[Mapping[str, pulumi.Input[str]] | None]
    """Labels of every emitted object."""
    annotations: pulumi.Input[Mapping[str, pulumi.Input[str]] | None]
    """Annotations of every emitted object."""
    database_cluster_definition: pulumi.Input[str] | None
    """Name of the DatabaseClusterDefinition."""
    plugin: pulumi.Input[str | None]
    """Name of the plugin that emits the objects; the one whose definition has that name, if left out."""
    operator_version: pulumi.Input[str | None]
    """Version of the operator that objects are made for; the plugin's default if left out."""
    reconcile_by: pulumi.Input[Literal["pulumi", "everest"] | None]
    """Who makes the operator's objects: this package (`pulumi`, the default), or a controller (`everest`)."""
    api: pulumi.Input[Mapping[str, Any] | None]
    """Settings for a controller; passed on as they are."""
    images: pulumi.Input[Images | None]
    """Where container images come from."""
    release: pulumi.Input[str | None]
    """Release of the plugin."""
    min_upgradable_from: pulumi.Input[str | None]
    """The oldest release that can be upgraded to this one."""
    install_crds: bool | None
    """True makes the CustomResourceDefinitions of the objects for a controller (`reconcile_by="everest"`) as well, once
    for each Kubernetes cluster. They are never deleted: that would delete every database with them."""
    plugins: Sequence[str | os.PathLike[str]] | None
    """Folders of plugins, relative to the working directory, that are found before all others."""
    definitions: Sequence[str | os.PathLike[str]] | None
    """Files with DatabaseClusterDefinitions, relative to the working directory, that are found before those of plugins:
    for a technology that no plugin has, which a controller reconciles, or in place of a plugin's own definition."""
