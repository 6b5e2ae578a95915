"""Something more for a plugin: a version, component, topology, bundle, preset, or backups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.scaffold import edits
from pulumi_everest.scaffold.definitions.crd_files import read
from pulumi_everest.scaffold.meaning.kind_roles import roles_of
from pulumi_everest.scaffold.meaning.versions import versions_of
from pulumi_everest.scaffold.template.backup_restore import backup_of, restore_of
from pulumi_everest.scaffold.template.schedule_objects import is_scheduled
from pulumi_everest.scaffold.template.tree import write

DEFINITION, TEMPLATES = "definition.yaml", "resources.yaml"


class NotAddedError(Exception):
    """It cannot be added; the text says why."""


def version(
    plugin: Plugin, kind: str, image: str, *, named: str = "", default: bool = False, operator: str = ""
) -> str:
    """A version of a component type; the type is made where there is none. Raises NotAddedError."""
    found = versions_of(kind, [image], "", named or "1.0.0")[0]
    if not found.known:
        raise NotAddedError(f"'{image}' is no image")
    known = plugin.definition.spec.component_types
    number = named or found.version
    listed = known[kind].versions if kind in known else []
    if any(one.version == number and (one.operator or "") == operator for one in listed):
        raise NotAddedError(f"there is version {number} of {kind} already")
    entry: dict[str, Any] = {"version": number, "image": image}
    entry |= {"operator": operator} if operator else {}
    entry |= {"default": True} if default else {}
    path = ("spec", "componentTypes", kind, "versions")

    def change(text: str) -> str:
        for place, one in enumerate(listed):
            if default and one.default and (one.operator or "") == operator:
                text = edits.drop(text, (*path, str(place)), "default")
        return edits.append(text, path, entry)

    _change(plugin, DEFINITION, change)
    return f"{DEFINITION}: version {number} of {kind}"


def bundle(plugin: Plugin, name: str, versions: Mapping[str, str], *, default: bool = False) -> str:
    """A set of versions that fit together. Raises NotAddedError."""
    if any(one.name == name for one in plugin.definition.spec.bundles):
        raise NotAddedError(f"there is a bundle {name} already")
    unknown = [one for one in versions if one not in plugin.definition.spec.components]
    if unknown:
        known = ", ".join(plugin.definition.spec.components)
        raise NotAddedError(f"there is no component {unknown[0]}; there are {known}")
    entry: dict[str, Any] = {"name": name, **({"default": True} if default else {}), "components": dict(versions)}
    _change(plugin, DEFINITION, lambda text: edits.append(text, ("spec", "bundles"), entry))
    return f"{DEFINITION}: bundle {name}"


def topology(plugin: Plugin, name: str, like: str = "") -> str:
    """A topology with the components of another one. Raises NotAddedError."""
    data = plugin.definition_document.data["spec"]["topologies"]
    if name in data:
        raise NotAddedError(f"there is a topology {name} already")
    source = like or next(iter(data))
    if source not in data:
        raise NotAddedError(f"there is no topology {source}; there are {', '.join(data)}")
    entry = {key: value for key, value in data[source].items() if key != "default"}

    def change(text: str) -> str:
        if not any(one.get("default") for one in data.values() if isinstance(one, dict)):
            text = edits.put(text, ("spec", "topologies", source), "default", True)
        return edits.put(text, ("spec", "topologies"), name, entry)

    _change(plugin, DEFINITION, change)
    return f"{DEFINITION}: topology {name}, as {source}"


def component(plugin: Plugin, name: str, kind: str, image: str = "", place: Sequence[str] = ()) -> str:
    """An optional component, and a place for it in the main object. Raises NotAddedError."""
    spec = plugin.definition.spec
    if name in spec.components:
        raise NotAddedError(f"there is a component {name} already")
    if kind not in spec.component_types and not image:
        raise NotAddedError(f"there is no type {kind}; name its image with --image")
    if kind not in spec.component_types:
        version(plugin, kind, image, default=True)
    path = tuple(place) or (name,)

    def define(text: str) -> str:
        text = edits.put(text, ("spec", "components"), name, {"type": kind})
        for one in spec.topologies:
            text = edits.put(text, ("spec", "topologies", one, "components"), name, {"optional": True})
        return text

    number = next((n for n, one in enumerate(_objects(plugin)) if one.get("main")), 0)
    part = {
        "let": {"instance": f"${{spec.instances.?{name}}}"},
        "when": "${instance != null}",
        "image": "${instance.image}",
        "replicas": "${instance.replicas}",
        "?resources": "${instance.?resources}",
        "merge": "${instance.?overrides}",
    }
    at = ("objects", str(number), "object", "spec", *path[:-1])
    _change(plugin, DEFINITION, define)
    _change(plugin, TEMPLATES, lambda text: edits.put(text, at, path[-1], part))
    return f"{DEFINITION}, {TEMPLATES}: component {name}, at spec.{'.'.join(path)} of the main object"


def preset(plugin: Plugin, name: str, sizes: Mapping[str, str], of: str = "engine") -> str:
    """A set of sizes. Raises NotAddedError."""
    file = plugin.folder / "presets" / f"{name}.yaml"
    if file.exists():
        raise NotAddedError(f"there is a preset {name} already")
    if of not in plugin.definition.spec.components:
        known = ", ".join(plugin.definition.spec.components)
        raise NotAddedError(f"there is no component {of}; there are {known}")
    amounts = {key: sizes[key] for key in ("cpu", "memory") if key in sizes}
    made: dict[str, Any] = {}
    made |= {"resources": {"limits": amounts}} if amounts else {}
    made |= {"storage": {"size": sizes["size"]}} if "size" in sizes else {}
    if not made:
        raise NotAddedError("name at least one of --cpu, --memory and --size")
    file.parent.mkdir(exist_ok=True)
    file.write_text(write({"instances": {of: made}}, {}).text, encoding="utf-8")
    return f"presets/{name}.yaml: preset {name}"


def backups(plugin: Plugin, paths: Sequence[str]) -> list[str]:
    """backup.yaml and restore.yaml, of the kinds that definitions have for them. Raises NotAddedError."""
    source = read(paths)
    wanted = next((one["object"].get("kind") for one in _objects(plugin) if one.get("main")), "")
    roles = roles_of(source.kinds.values(), str(wanted))
    if roles.main is None or roles.main.kind != wanted:
        raise NotAddedError(f"there is no definition of the main kind {wanted} in {', '.join(paths)}")
    made: list[str] = []
    for name, kinds, template in (("backup", roles.backups, backup_of), ("restore", roles.restores, restore_of)):
        file = plugin.folder / f"{name}.yaml"
        tree = next((t for kind in kinds if not is_scheduled(kind) and (t := template(kind, roles.main, source))), None)
        if tree is None or file.exists():
            continue
        file.write_text(
            write(tree, {}, f"A {name}: what a Database{name.capitalize()} becomes.").text, encoding="utf-8"
        )
        made.append(f"{name}.yaml: {tree['objects'][0]['object']['kind']}")
    if not made:
        raise NotAddedError("no kind of the definitions is a backup or a restore, or the files are there already")
    return made


def _objects(plugin: Plugin) -> list[dict[str, Any]]:
    data = yaml.safe_load((plugin.folder / TEMPLATES).read_text(encoding="utf-8"))
    return [one for one in data.get("objects", []) if isinstance(one, dict)]


def _change(plugin: Plugin, name: str, change: Callable[[str], str]) -> None:
    file: Path = plugin.folder / name
    try:
        file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    except edits.NoPlaceError as error:
        raise NotAddedError(f"{name} has no {error} to put it in") from None
