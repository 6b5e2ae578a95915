"""The fields that the templates of a plugin do something with, for those that plugin.yaml does not list."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

from pulumi_everest.core.paths import FieldPath
from pulumi_everest.core.technology import OWN_FIELDS
from pulumi_everest.emit.job_objects import JobTemplate
from pulumi_everest.emit.templates.inferred_fields import leaves
from pulumi_everest.emit.templates.template import Template
from pulumi_everest.model.cluster import DatabaseClusterSpec, DataSource, Instance
from pulumi_everest.model.findings import EverestError
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.model.shapes import shape_of


class Templates(Protocol):
    """What is asked of a plugin."""

    manifest: PluginManifest

    @property
    def template(self) -> Template:
        """The templates of clusters. Raises EverestError where they are wrong."""
        ...

    @property
    def restore(self) -> JobTemplate | None:
        """The templates of restores, if there are some. Raises EverestError where they are wrong."""
        ...


class TemplateFields:
    """What is honoured by the templates of a plugin. Of templates that are wrong, which is said elsewhere, anything."""

    def __init__(self, plugin: Templates) -> None:
        self._plugin = plugin

    def of_spec(self) -> list[str]:
        """The fields outside `instances`, but for `dataSource` where a restore is made of it."""
        fields = [path for path in self._read if path[0] not in ("instances", *OWN_FIELDS)]
        if any(path[0] == "monitoring" for path in fields):
            fields.append(("monitoring", "type"))  # of which there is one
        if self._plugin.manifest.filled_by == "restore":
            fields = [path for path in fields if path[0] != "dataSource"]
        return sorted({".".join(path) for path in fields})

    def of_source(self) -> list[str]:
        """The fields of `dataSource` where a restore is made of it: those that the restore has as well."""
        if self._plugin.manifest.filled_by != "restore":
            return []
        try:
            restore = self._plugin.restore
        except EverestError:
            return ["dataSource"]
        names = shape_of(DataSource).fields
        return [f"dataSource.{name}" for name in names if restore is not None and restore.fields.covers((name,))]

    def of_instance(self, component: str) -> list[str]:
        """The fields of a component, among them its version where there is an image, and its type where one asks."""
        fields = {path[2:] for path in self._read if path[:1] == ("instances",) and path[1] in (component, "*")}
        if ("image",) in fields:
            fields.add(("version",))
        if component in self._types and len(self._plugin.manifest.components[component].types) > 1:
            fields.add(("type",))
        return sorted(".".join(path) for path in fields - {(), ("config",)})

    @cached_property
    def _read(self) -> list[FieldPath]:
        try:
            return self._plugin.template.fields_read("spec", shape_of(DatabaseClusterSpec))
        except EverestError:
            instance = [("instances", "*", *path) for path in leaves(shape_of(Instance))]
            return [*leaves(shape_of(DatabaseClusterSpec)), *instance]

    @cached_property
    def _types(self) -> set[str]:
        try:
            return self._plugin.template.reads_of("types")
        except EverestError:
            return set(self._plugin.manifest.components)
