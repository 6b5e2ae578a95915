"""Resolve: fill topology, components, versions, images and defaults of a cluster. Findings say what cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pulumi_everest.core.merging import both_patches, copied, over, without_empty
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.core.versions.locked import Locked
from pulumi_everest.core.versions.versioning import Layers, Versions
from pulumi_everest.model.deferred import Computed, Deferred, Path, holds_deferred
from pulumi_everest.model.definition import TopologyComponent
from pulumi_everest.model.findings import Finding, did_you_mean, finding, unknown
from pulumi_everest.model.lock import Lock


@dataclass
class Resolved:
    """A cluster with everything filled in.

    `spec` has the shape of a cluster's spec, with topology, operator version and every component's version, image and
    defaults; any leaf may be a `Deferred`. `types` gives the component type of each component. `secrets` holds values
    given in a program (`users`, `storages`, `monitoring`), which are never part of the spec. `catalog` has the image of
    each component as a lock records it: before a registry is asked for, and whatever image the user gives.
    `operator_origin` says where the operator version came from: user, provider, lock or plugin.
    """

    metadata: dict[str, Any]
    spec: dict[str, Any]
    types: dict[str, str]
    options: dict[str, Any] = field(default_factory=lambda: {"volumePolicy": "keep"})
    secrets: dict[str, Any] = field(default_factory=dict)
    layers: dict[str, Layers] = field(default_factory=dict)
    catalog: dict[str, str] = field(default_factory=dict)
    operator_origin: str = "plugin"

    @cached_property
    def deferred(self) -> bool:
        """Whether something in it is not known yet."""
        return holds_deferred(self.spec) or holds_deferred(self.metadata) or holds_deferred(self.secrets)

    @property
    def name(self) -> str:
        """Name of the cluster, for people (it may be unknown)."""
        name = self.metadata.get("name")
        return name if isinstance(name, str) else "<unknown>"

    def origin(self, component: str, path: Path) -> str | None:
        """Where an instance field came from: user, versions, lock, preset, topology, plugin, bundle or type."""
        for origin, data in self.layers.get(component, []):
            if path[0] in data and value_at(data, path) is not None:
                return origin
        return None


def resolve(
    metadata: Mapping[str, Any],
    spec: Mapping[str, Any],
    technology: Technology,
    *,
    options: Mapping[str, Any] | None = None,
    secrets: Mapping[str, Any] | None = None,
    lock: Lock | None = None,
) -> tuple[Resolved | None, list[Finding]]:
    """The resolved cluster, and what is wrong with the choices it makes; paths are relative to the spec.

    `spec` has passed its model. `lock` fills versions, images and the operator version that the user does not choose.
    The result is None only where nothing can be resolved at all: without a topology.
    Resolving a resolved cluster changes nothing.
    """
    return _Resolution(metadata, spec, technology, options or {}, secrets or {}, lock).run()


class _Resolution:
    """One resolution at work: what is known so far and what was found."""

    def __init__(
        self,
        metadata: Mapping[str, Any],
        spec: Mapping[str, Any],
        technology: Technology,
        options: Mapping[str, Any],
        secrets: Mapping[str, Any],
        lock: Lock | None,
    ) -> None:
        self.locked = Locked(lock, technology.provider)
        self.metadata, self.spec, self.technology = metadata, spec, technology
        self.options, self.secrets = options, secrets
        self.definition: Definition = technology.definition
        self.found: list[Finding] = []
        self.operator_origin = "plugin"

    def run(self) -> tuple[Resolved | None, list[Finding]]:
        operator = self.operator_version()
        topology = self.topology()
        listed = self.known(self.spec.get("instances"), ("instances",)) or {}
        given = self.given_instances(listed)
        if topology is None:
            self.unknown_components(listed, None)
            self.versions().check_unplaced(given, operator)
            return None, self.found
        members = self.definition.topology_components(topology)
        self.unknown_components(listed, topology)
        present = self.present(topology, members, given)
        preset = self.preset()
        instances, layers = self.merged(present, topology, given, preset)
        versions = self.versions()
        versions.fill(instances, given, operator, layers)
        types = self.definition.types_of(instances)
        versions.check_unused(set(types.values()))
        resolved = Resolved(
            metadata=copied(dict(self.metadata)),
            spec=self.assembled(operator, topology, instances, preset),
            types=types,
            options={"volumePolicy": "keep", **self.options},
            secrets=dict(self.secrets),
            layers=layers,
            catalog=versions.catalog,
            operator_origin=self.operator_origin,
        )
        return resolved, self.found

    def versions(self) -> Versions:
        """The choice of versions and images."""
        return Versions(self.spec, self.technology, self.images, self.known, self.found, self.locked)

    def known(self, value: Any, path: Path) -> Any:
        """A value that decides what exists; a deferred one is a finding and counts as left out."""
        if isinstance(value, Deferred):
            if value.source is not None or isinstance(value, Computed):
                text = f"'{path[-1]}' decides what the cluster consists of, so it must be known in a preview"
                self.found.append(finding("value.not-known", path, text))
            return None
        return value

    def operator_version(self) -> str | None:
        manifest = self.technology.manifest
        own = self.known(self.spec.get("operatorVersion"), ("operatorVersion",))
        choices: list[tuple[str, str | None]] = [("user", own), ("provider", self.technology.operator_version)]
        choices.append(("lock", self.locked.operator_version))
        origin, chosen = next(((name, value) for name, value in choices if value is not None), ("plugin", None))
        self.operator_origin = origin
        if manifest is None:
            return chosen
        if chosen is None:
            return manifest.operator.default
        if chosen not in manifest.operator.versions:
            allowed = manifest.operator.versions
            text = f"operator version '{chosen}' is not one that plugin '{manifest.name}' supports"
            entry = unknown("provider.operator-version", ("operatorVersion",), text, chosen, allowed)
            if origin == "user":
                self.found.append(entry)
            elif origin == "lock":
                self.found.append(self.locked.found(entry, ("operatorVersion",)))
            return manifest.operator.default
        if chosen in manifest.operator.prereleases:
            text = f"operator version {chosen} is not released: its definitions may still change"
            entry = finding("provider.pre-release", ("operatorVersion",), text)
            self.found.append(self.locked.found(entry, ("operatorVersion",)) if origin == "lock" else entry)
        return chosen

    def topology(self) -> str | None:
        block = self.known(self.spec.get("topology"), ("topology",)) or {}
        if isinstance(self.spec.get("topology"), Deferred):
            return None  # another one than that which is meant would make findings of its own
        chosen = block.get("type")
        if isinstance(chosen, Deferred):
            self.known(chosen, ("topology", "type"))
            return None
        names = list(self.definition.spec.topologies)
        if chosen is None:
            if self.definition.default_topology is None and names:
                text = f"definition '{self.definition.name}' has several topologies, so 'topology.type' must name one"
                self.found.append(finding("cluster.topology-needed", ("topology", "type"), text, allowed=names))
            return self.definition.default_topology
        if chosen not in names:
            text = f"definition '{self.definition.name}' has no topology '{chosen}'"
            self.found.append(unknown("cluster.unknown-topology", ("topology", "type"), text, chosen, names))
            return None
        return str(chosen)

    def given_instances(self, listed: Mapping[str, Any]) -> dict[str, Any]:
        given = {}
        for name, value in listed.items():
            if value is not None:  # null says nothing, as everywhere
                known = self.known(value, ("instances", name))
                given[name] = {} if known is None else known
        return given

    def unknown_components(self, listed: Mapping[str, Any], topology: str | None) -> None:
        members = self.definition.topology_components(topology) if topology else {}
        for name in listed:
            path: Path = ("instances", name)
            if name not in self.definition.spec.components:
                allowed = list(members or self.definition.spec.components)
                text = f"definition '{self.definition.name}' has no component '{name}'"
                entry = unknown("cluster.unknown-component", path, text, name, allowed)
                self.found.append(replace(entry, hint=self.meant_component(name, allowed) or entry.hint))
            elif topology is not None and name not in members:
                text = f"topology '{topology}' has no component '{name}'"
                topologies = self.definition.spec.topologies
                elsewhere = [t for t in topologies if name in self.definition.topology_components(t)]
                hint = f"topology '{elsewhere[0]}' has it" if elsewhere else did_you_mean(name, members)
                self.found.append(
                    finding("cluster.component-not-in-topology", path, text, allowed=list(members), hint=hint)
                )

    def meant_component(self, name: str, allowed: list[str]) -> str | None:
        """The component that is known by another name: that of its type, or of the program that runs in it."""
        manifest, small = self.technology.manifest, name.lower()
        for component in allowed:
            kind = self.definition.type_of(component)
            honoured = manifest.components.get(component) if manifest is not None else None
            if small == kind.lower() or (honoured is not None and small in map(str.lower, honoured.also_called)):
                return f"write '{component}', which is the component that '{name}' runs in"
        return None

    def present(self, topology: str, members: Mapping[str, TopologyComponent], given: Mapping[str, Any]) -> list[str]:
        """The components that the cluster has: required, listed, or brought by their block."""
        manifest = self.technology.manifest
        brought: set[str] = set()
        for name, block in (manifest.blocks if manifest else {}).items():
            takers = [c for c in members if self.definition.chosen_type(c, given.get(c)) in block.types]
            if self.spec.get(name) is not None:
                if not takers:
                    self.found.append(self.unsupported_block(name, topology, members, block.types))
                elif not any(c in given or not members[c].optional for c in takers):
                    brought.add(takers[0])
            elif block.needed:
                for component in takers:
                    if component in given or not members[component].optional:
                        kind = self.definition.chosen_type(component, given.get(component))
                        text = f"component '{component}' of type '{kind}' needs '{name}' in the spec, which is not set"
                        self.found.append(finding("cluster.block-missing", ("instances", component), text))
        return [name for name, entry in members.items() if not entry.optional or name in given or name in brought]

    def unsupported_block(
        self, name: str, topology: str, members: Mapping[str, TopologyComponent], types: list[str]
    ) -> Finding:
        text = f"no component of topology '{topology}' takes '{name}': it needs one of type {' or '.join(types)}"
        twin = f"component '{name}' is of type '{self.definition.type_of(name)}'" if name in members else None
        return finding("cluster.block-unsupported", (name,), text, hint=twin)

    def preset(self) -> Mapping[str, Any]:
        name = self.known(self.spec.get("preset"), ("preset",))
        if name is None:
            return {}
        if name not in self.technology.presets:
            names = list(self.technology.presets)
            text = f"there is no preset '{name}'"
            self.found.append(unknown("cluster.unknown-preset", ("preset",), text, name, names))
            return {}
        return self.technology.presets[name]

    def merged(
        self,
        present: list[str],
        topology: str,
        given: Mapping[str, Any],
        preset: Mapping[str, Any],
    ) -> tuple[dict[str, dict[str, Any]], dict[str, Layers]]:
        """The settings of each component: the user's over the preset's over the topology's over the plugin's."""
        manifest = self.technology.manifest
        plugin = (manifest.defaults if manifest else {}).get("instances", {})
        sizes = preset.get("instances") or {}
        instances, layers = {}, {}
        for name in present:
            layers[name] = [
                ("user", given.get(name) or {}),
                ("preset", sizes.get(name) or {}),
                ("topology", self.definition.component_defaults(topology, name)),
                ("plugin", plugin.get(name) or {}),
            ]
            merged: dict[str, Any] = {}
            for _, data in layers[name]:
                merged = over(data, merged) if data else merged
            _drop_empty_resources(merged)
            patch = _overrides([data for _, data in reversed(layers[name])])
            if patch is not None:
                merged["overrides"] = patch
            schema = self.definition.component_schema(name)
            if schema is not None and not isinstance(merged.get("config"), Deferred):
                config = schema.filled(merged.get("config") or {})
                if config:
                    merged["config"] = config
            instances[name] = merged
        return instances, layers

    @cached_property
    def images(self) -> dict[str, Any]:
        """What the cluster says of all images, over what its Provider does."""
        own = self.spec.get("images")
        if isinstance(own, Deferred):
            self.known(own, ("images",))
            own = None
        return over(dict(self.technology.images), own or {})  # type: ignore[no-any-return]

    def assembled(
        self, operator: str | None, topology: str, instances: dict[str, Any], preset: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The resolved spec, in one order of keys."""
        manifest = self.technology.manifest
        plugin = {k: v for k, v in (manifest.defaults if manifest else {}).items() if k not in _CHOSEN}
        rest = {k: v for k, v in preset.items() if k not in _CHOSEN}
        given = {key: value for key, value in self.spec.items() if key not in _CHOSEN and value is not None}
        spec: dict[str, Any] = {"provider": self.technology.provider}
        if operator is not None:
            spec["operatorVersion"] = operator
        spec["topology"] = {"type": topology, **self.topology_config(topology)}
        versions = self.spec.get("components")
        if versions:
            spec["components"] = copied(versions)
        spec["instances"] = instances
        spec |= over(plugin, over(rest, given) if rest else given)
        if isinstance(spec.get("monitoring"), dict):
            _drop_empty_resources(spec["monitoring"])
        patch = _overrides([plugin, rest, given])
        if patch is not None:
            spec["overrides"] = patch
        if self.images:
            spec["images"] = copied(self.images)
        schema = self.definition.config_schema()
        if schema is not None and not isinstance(spec.get("config"), Deferred):
            config = schema.filled(spec.get("config") or {})
            if config:
                spec["config"] = config
        return spec

    def topology_config(self, topology: str) -> dict[str, Any]:
        config = (value_at(self.spec, ("topology", "config"))) or {}
        schema = self.definition.topology_schema(topology)
        if isinstance(config, Deferred):
            return {"config": config}
        if schema is not None:
            config = schema.filled(config)
        return {"config": copied(config)} if config else {}


_CHOSEN = frozenset({"provider", "operatorVersion", "topology", "components", "instances", "images"})


def _overrides(weakest_first: list[Mapping[str, Any]]) -> Any:
    """The patches of all layers as one, with their nulls; None where there is no patch."""
    patch = None
    for data in weakest_first:
        if data.get("overrides") is not None:
            patch = both_patches(patch, data["overrides"])
    return patch


def _drop_empty_resources(settings: dict[str, Any]) -> None:
    """Take ``limits: {}`` for what it is: nothing. A server would make null of it where there were limits before."""
    if isinstance(settings.get("resources"), dict):
        settings["resources"] = without_empty(settings["resources"])
        if not settings["resources"]:
            del settings["resources"]
