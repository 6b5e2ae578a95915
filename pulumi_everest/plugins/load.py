"""The plugin of a folder: what its definition and plugin.yaml say, or why they cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pulumi_everest.core.technology import Definition
from pulumi_everest.model.definition import Component, DatabaseClusterDefinition
from pulumi_everest.model.findings import Finding, finding, located
from pulumi_everest.model.plugin_files.manifest import HonouredComponent, PluginManifest
from pulumi_everest.model.reading import read_leniently, without_server_fields
from pulumi_everest.model.shapes import shape_of
from pulumi_everest.model.source.documents import Document
from pulumi_everest.plugins.mixed_files import read_mixed
from pulumi_everest.plugins.plugin import DEFINITION, MANIFEST, Plugin, missing_file

_SAYS_NOTHING: Final = HonouredComponent.model_construct()


def load_plugin(folder: Path) -> tuple[Plugin | None, list[Finding]]:
    """The plugin of a folder, or why there is none. Templates and presets are read when they are needed."""
    if not folder.is_dir():
        return None, [finding("plugin.not-found", (), f"there is no folder {folder}")]
    if not (folder / MANIFEST).is_file():
        return None, [finding("plugin.not-found", (), f"{folder} is no plugin: it has no {MANIFEST}")]
    found: list[Finding] = []
    manifest_document = read_mixed(folder, MANIFEST, shape_of(PluginManifest), found)
    if not (folder / DEFINITION).is_file():
        _manifest(manifest_document, {}, found)
        return None, [*found, missing_file(folder, DEFINITION)]
    document = read_mixed(folder, DEFINITION, shape_of(DatabaseClusterDefinition), found)
    if document is None:
        _manifest(manifest_document, {}, found)
        return None, found
    model, problems = read_leniently(DatabaseClusterDefinition, without_server_fields(document.data), defer=False)
    components = model.spec.components if model is not None else {}
    manifest = _manifest(manifest_document, components, found)
    found += located(problems, document.place, f"definition of plugin {folder.name}")
    if model is None:
        return None, found
    broken = tuple(entry.path for entry in problems if entry.code != "field.unknown")
    if manifest is None or manifest_document is None:
        from pulumi_everest.core.definitions.check import check_definition

        found += located(check_definition(Definition(model), None, broken), document.place)
        return None, found
    return Plugin(folder, manifest, Definition(model), document, manifest_document, found, broken), found


def _manifest(
    document: Document | None, components: Mapping[str, Component], found: list[Finding]
) -> PluginManifest | None:
    """What plugin.yaml says, with the components of the definition that it says nothing of."""
    if document is None:
        return None
    manifest, problems = read_leniently(PluginManifest, document.data, defer=False)
    if manifest is not None and manifest.operator.default not in manifest.operator.versions:
        text = f"the default operator version '{manifest.operator.default}' is not one of its versions"
        at = ("operator", "default")
        problems.append(finding("provider.operator-version", at, text, allowed=manifest.operator.versions))
    found += located(problems, document.place, "plugin.yaml")
    return _with_components(manifest, components) if manifest is not None else None


def _with_components(manifest: PluginManifest, components: Mapping[str, Component]) -> PluginManifest:
    told = dict(manifest.components)
    for name, component in components.items():
        entry = told.get(name, _SAYS_NOTHING)
        if not entry.types:
            told[name] = entry.model_copy(update={"types": component.types or [component.type]})
    return manifest.model_copy(update={"components": told})
