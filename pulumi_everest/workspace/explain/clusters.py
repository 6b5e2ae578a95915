"""Where the objects of a planned cluster come from: for each value the template's line and those of the cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pulumi_everest.core.paths import value_at
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.explain.followed import Leaf, followed, leaves
from pulumi_everest.emit.objects import Emitted, emit
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Place
from pulumi_everest.model.source.documents import Document
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.plans.job_plans import filling, filling_of
from pulumi_everest.workspace.plans.plan import Plan


@dataclass(frozen=True)
class Source:
    """What a value follows: a path of the cluster, who said what stands there, and where.

    `origin` is cluster, backup, restore, preset, topology, plugin (its defaults), definition (versions and images,
    schema defaults), versions, bundle, lock or provider.
    """

    path: Path
    origin: str
    place: Place | None


@dataclass(frozen=True)
class Explained:
    """One value of an object. `template` is None for what no template says: the cluster's own metadata, overrides."""

    path: Path
    value: Any
    template: Place | None
    sources: tuple[Source, ...]


def _always() -> None:
    """Nobody wants it to end."""


def explained(plan: Plan, going_on: Callable[[], None] = _always) -> list[list[Explained]]:
    """The values of each object of a cluster, in the order of its objects.

    The objects of a controller are the cluster's own documents, of which there is nothing to be explained. It may take
    seconds: `going_on` is called all the time, and may raise what ends it.
    """
    plugin = plan.setup.plugin
    if plugin is None or plan.setup.technology.is_controlled:
        return [[] for _ in plan.objects]

    def made(resolved: Resolved) -> list[Emitted]:
        going_on()
        return _objects(resolved, plan, plugin)

    found = followed(plan.resolved, plan.objects, made)
    traced = list(_traced(plan, plugin))

    def sources(path: Path) -> Iterator[Source]:
        return sources_of(plan, plugin, path)

    return explained_values(plan.objects, found, traced, sources)


def _objects(resolved: Resolved, plan: Plan, plugin: Plugin) -> list[Emitted]:
    return [*emit(resolved, plugin.template), *filling_of(resolved, plan.setup)]


def _traced(plan: Plan, plugin: Plugin) -> Iterator[tuple[Document, Mapping[Path, Path]]]:
    """For each object the template that it is made by, and where in it each of its values stands."""
    for places in plugin.traced.places(plan.resolved):
        yield plugin.traced.document, places
    filled = filling(plan.resolved, plan.setup)
    if filled is not None:
        traced = plugin.traced_job("restore")
        for places in traced.places(filled[1]):
            yield traced.document, places


def explained_values(
    objects: Sequence[Emitted],
    found: Mapping[Leaf, Sequence[Path]],
    traced: Sequence[tuple[Document, Mapping[Path, Path]]],
    sources: Callable[[Path], Iterator[Source]],
) -> list[list[Explained]]:
    """What is known of each value: `found` are the inputs that it follows, `sources` who said one of them."""
    result: list[list[Explained]] = [[] for _ in objects]
    for (index, path), value in leaves(objects):
        document, places = traced[index]
        at = places.get(path)
        template = document.value_place(at) if at is not None else None
        told = dict.fromkeys(source for one in found[index, path] for source in sources(one))
        result[index].append(Explained(path, value, template, tuple(told)))
    return result


def source_of(plan: Plan, path: Path) -> str:
    """Who says the value at a path of a cluster: the `origin` of its `Source`."""
    plugin = plan.setup.plugin
    if plugin is None:
        return "definition" if value_at(plan.cluster.spec, path) is None else "cluster"
    return _source(plan, plugin, path).origin


def sources_of(plan: Plan, plugin: Plugin, path: Path) -> Iterator[Source]:
    """Who said a value; of an image that a version of the definition has, also who chose the version."""
    source = _source(plan, plugin, path)
    yield source
    if path[:1] == ("instances",) and path[2:] == ("image",) and source.origin == "definition":
        version = (*path[:2], "version")
        if value_at(plan.resolved.spec, version) is not None:
            chosen = _source(plan, plugin, version)
            if chosen != replace(source, path=version):
                yield chosen


def _source(plan: Plan, plugin: Plugin, path: Path) -> Source:
    return next(_sources(plan, plugin, path), None) or Source(path, "definition", _of_definition(plugin, ()))


def _sources(plan: Plan, plugin: Plugin, path: Path) -> Iterator[Source]:
    """Who may have said a value, the strongest first."""
    cluster, resolved = plan.cluster, plan.resolved
    if path[0] == "secrets" or path[0] == "users" or "credentials" in path:
        given = _given(resolved, path[1:]) if path[0] == "secrets" else path
        yield Source(given, "cluster", cluster.locate((*cluster.prefix, *given)))
        return
    if path[0] == "metadata":
        yield Source(path, "cluster", cluster.locate(path if cluster.prefix else path[1:]))
        return
    if value_at(cluster.spec, path) is not None or (path == ("instances", *path[1:2]) and _listed(plan, path)):
        yield Source(path, "cluster", cluster.locate((*cluster.prefix, *path)))
        return
    topology = str(resolved.spec["topology"]["type"])
    if path[0] == "instances" and len(path) > 2:
        yield from _of_instance(plan, plugin, topology, path)
    elif path[0] == "instances":
        yield Source(path, "topology", _of_definition(plugin, ("topologies", topology, "components", path[1])))
    preset = cluster.spec.get("preset")
    if isinstance(preset, str) and value_at(plugin.presets.get(preset) or {}, path) is not None:
        yield Source(path, "preset", _of_preset(plan, plugin))
    if path == ("operatorVersion",):
        place = plugin.manifest_document.place(("operator", "default"))
        origin = resolved.operator_origin
        yield Source(path, origin, place if origin == "plugin" else None)
    if value_at(plugin.manifest.defaults, path) is not None:
        yield Source(path, "plugin", plugin.manifest_document.place(("defaults", *path)))
    if path == ("topology", "type"):
        yield Source(path, "definition", _of_definition(plugin, ("topologies", topology)))
    if path[:2] == ("topology", "config"):
        at = ("topologies", topology, "configSchema", "properties", path[2])
        yield Source(path, "definition", _of_definition(plugin, at))
    if path[0] == "images":
        yield Source(path, "provider", None)
    if path[0] == "config" and len(path) > 1:
        yield Source(path, "definition", _of_definition(plugin, ("configSchema", "properties", path[1])))


def _given(resolved: Resolved, path: Path) -> Path:
    """Where a program gives a value of which a Secret is made."""
    if path[0] == "monitoring":
        return ("monitoring", "credentials", *path[1:])
    if path[0] == "storages":
        listed = value_at(resolved.spec, ("backup", "storages")) or []
        names = [storage.get("name") for storage in listed if isinstance(storage, dict)]
        return ("backup", "storages", names.index(path[1]) if path[1] in names else 0, "credentials", *path[2:])
    return path


def _listed(plan: Plan, path: Path) -> bool:
    return path[1] in (plan.cluster.spec.get("instances") or {})


def _of_instance(plan: Plan, plugin: Plugin, topology: str, path: Path) -> Iterator[Source]:
    """Who said a setting of a component."""
    component, below = str(path[1]), path[2:]
    kind = plan.resolved.types[component]
    origin = plan.resolved.origin(component, below)
    if below == ("image",):
        origin = plan.resolved.origin(component, ("image",)) or "type"
    cluster = plan.cluster
    places: dict[str | None, Callable[[], Place | None]] = {
        "versions": lambda: cluster.locate((*cluster.prefix, "components", "versions", kind, *below)),
        "topology": lambda: _of_definition(
            plugin, ("topologies", topology, "components", component, "defaults", *below)
        ),
        "plugin": lambda: plugin.manifest_document.place(("defaults", "instances", component, *below)),
        "bundle": lambda: _of_bundle(plan, plugin, component),
        "type": lambda: (_of_image if below == ("image",) else _of_version)(plan, plugin, component, kind),
        "preset": lambda: _of_preset(plan, plugin),
        "lock": lambda: cluster.lock.locate(cluster.lock.path) if cluster.lock is not None else None,
    }
    if origin is not None and origin in places:
        yield Source(path, "definition" if origin == "type" else origin, places[origin]())
    if below[:1] == ("config",) and len(below) > 1:
        at = ("components", component, "configSchema", "properties", below[1])
        yield Source(path, "definition", _of_definition(plugin, at))


def _of_preset(plan: Plan, plugin: Plugin) -> Place:
    return Place(str(plugin.folder / "presets" / f"{plan.cluster.spec.get('preset')}.yaml"))


def _of_bundle(plan: Plan, plugin: Plugin, component: str) -> Place | None:
    version = value_at(plan.resolved.spec, ("instances", component, "version"))
    for index, bundle in enumerate(plugin.definition.spec.bundles):
        if bundle.components.get(component) == version:
            return _of_definition(plugin, ("bundles", index))
    return _of_definition(plugin, ("bundles",))


def _of_image(plan: Plan, plugin: Plugin, component: str, kind: str) -> Place | None:
    """Where the image of a version stands: at the version, else the pattern of its type."""
    version = value_at(plan.resolved.spec, ("instances", component, "version"))
    known = plugin.definition.spec.component_types.get(kind)
    if known is not None and any(e.version == version and e.image is None for e in known.versions):
        return _of_definition(plugin, ("componentTypes", kind, "image"))
    return _of_version(plan, plugin, component, kind)


def _of_version(plan: Plan, plugin: Plugin, component: str, kind: str) -> Place | None:
    version = value_at(plan.resolved.spec, ("instances", component, "version"))
    entries = value_at(plugin.definition_document.data, ("spec", "componentTypes", kind, "versions"))
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict) and entry.get("version") == version:
            return _of_definition(plugin, ("componentTypes", kind, "versions", index))
    return _of_definition(plugin, ("componentTypes", kind))


def _of_definition(plugin: Plugin, path: Path) -> Place | None:
    return plugin.definition_document.place(("spec", *path))
