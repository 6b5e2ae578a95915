"""Checks of what a plugin says about itself: the fields it honours exist, and its defaults and presets are valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_everest.core import paths
from pulumi_everest.model.cluster import DatabaseClusterSpec, Metadata
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding, unknown
from pulumi_everest.model.plugin_files.manifest import CLUSTER, INSTANCE, HonouredComponent, PluginManifest
from pulumi_everest.model.reading import read_model
from pulumi_everest.model.shapes import Shape, shape_of

METADATA = shape_of(Metadata)
CHOSEN = ("provider", "topology", "components", "operatorVersion", "bundle", "preset", "images")
"""Fields of the spec that only the user sets."""


def check_manifest(manifest: PluginManifest) -> Iterator[Finding]:
    """Whether the fields that a plugin says it honours exist, and the keys of users that it says more about."""
    for name, component in manifest.components.items():
        yield from _listed(component, INSTANCE, ("components", name))
        if not manifest.instance_fields(name) and component.fields is None:
            text = f"the templates do nothing with a component '{name}'; if that is meant, write fields: []"
            yield finding("definition.not-honoured", ("components", name), text)
    yield from _listed(manifest, CLUSTER, ())
    secrets = manifest.secrets
    for field, keys in (("requiredUsers", secrets.required_users), ("online", secrets.online)):
        for index, key in enumerate(keys):
            if key not in secrets.users:
                at = ("secrets", field, index)
                yield unknown("definition.unknown-path", at, f"'{key}' is no key of `users`", key, secrets.users)


def _listed(lists: PluginManifest | HonouredComponent, shape: Shape, path: Path) -> Iterator[Finding]:
    """What is wrong with lists of fields: fields that do not exist, and those left out that nobody honoured."""
    for key, texts in (("fields", lists.fields), ("moreFields", lists.more_fields), ("fieldsBut", lists.fields_but)):
        for index, text in enumerate(texts or ()):
            yield from paths.missing_path(paths.parse(text), shape, (*path, key, index), text)
    yield from paths.inseparable(lists.fields_but, shape, (*path, "fieldsBut"))
    if lists.fields is not None and lists.fields_but:
        text = "'fields' lists what is honoured, so there is nothing to leave out: take it out of the list"
        yield finding("field.conflict", (*path, "fieldsBut"), text)


def check_defaults(data: Mapping[str, Any], manifest: PluginManifest, path: Path = ()) -> Iterator[Finding]:
    """What is wrong with a plugin's partial cluster spec: its defaults, or a preset."""
    _, found = read_model(DatabaseClusterSpec, {"provider": manifest.name, **data})
    yield from (entry.at(path) for entry in found)
    for key in CHOSEN:
        if key in data:
            text = f"'{key}' is the user's choice, so defaults and presets cannot have it"
            yield finding("definition.defaults", (*path, key), text)
    instances = data.get("instances")
    for name, instance in (instances if isinstance(instances, dict) else {}).items():
        at = (*path, "instances", name)
        if name not in manifest.components:
            text = f"the templates of plugin '{manifest.name}' do nothing with component '{name}'"
            yield unknown("definition.not-honoured", at, text, name, manifest.components)
        elif not any(entry.path[:2] == ("instances", name) for entry in found):
            fields = paths.FieldSet([*manifest.instance_fields(name), "config"])
            for below, allowed in fields.outside(instance):
                text = f"the templates of plugin '{manifest.name}' do nothing with '{below[-1]}' of component '{name}'"
                yield unknown("definition.not-honoured", (*at, *below), text, str(below[-1]), allowed)
