"""Resolve: fill topology, components, versions, images and defaults of a cluster. Findings say what cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.core.images import with_digest, with_registry
from pulumi_everest.core.merging import copied, over
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.technology import Definition, Technology, newest
from pulumi_everest.model.deferred import Computed, Deferred, Path, leaves_of
from pulumi_everest.model.definition import Bundle, TopologyComponent, VersionEntry
from pulumi_everest.model.findings import EverestError, Finding, did_you_mean, finding, unknown
from pulumi_everest.model.versions import version_key

Layers = list[tuple[str, Any]]
"""Where values came from, strongest first: (origin, data)."""


@dataclass
class Resolved:
    """A cluster with everything filled in.

    `spec` has the shape of a cluster's spec, with topology, operator version and every component's version, image and
    defaults; any leaf may be a `Deferred`. `types` gives the component type of each component. `secrets` holds values
    given in a program (`users`, `storages`, `monitoring`), which are never part of the spec.
    """

    metadata: dict[str, Any]
    spec: dict[str, Any]
    types: dict[str, str]
    options: dict[str, Any] = field(default_factory=lambda: {"volumePolicy": "keep"})
    secrets: dict[str, Any] = field(default_factory=dict)
    layers: dict[str, Layers] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the cluster, for people (it may be unknown)."""
        name = self.metadata.get("name")
        return name if isinstance(name, str) else "<unknown>"

    def origin(self, component: str, path: Path) -> str | None:
        """Where the value of an instance field came from: user, versions, preset, topology, bundle, type or plugin."""
        for origin, data in self.layers.get(component, []):
            if value_at(data, path) is not None:
                return origin
        return None


def resolve(
    metadata: Mapping[str, Any],
    spec: Mapping[str, Any],
    technology: Technology,
    *,
    options: Mapping[str, Any] | None = None,
    secrets: Mapping[str, Any] | None = None,
) -> tuple[Resolved | None, list[Finding]]:
    """The resolved cluster, and what is wrong with the choices it makes; paths are relative to the spec.

    `spec` has passed its model. The result is None only where nothing can be resolved at all: without a topology.
    Resolving a resolved cluster changes nothing.
    """
    return _Resolution(metadata, spec, technology, options or {}, secrets or {}).run()


class _Resolution:
    """One resolution at work: what is known so far and what was found."""

    def __init__(
        self,
        metadata: Mapping[str, Any],
        spec: Mapping[str, Any],
        technology: Technology,
        options: Mapping[str, Any],
        secrets: Mapping[str, Any],
    ) -> None:
        self.metadata, self.spec, self.technology = metadata, spec, technology
        self.options, self.secrets = options, secrets
        self.definition: Definition = technology.definition
        self.found: list[Finding] = []

    def run(self) -> tuple[Resolved | None, list[Finding]]:
        operator = self.operator_version()
        topology = self.topology()
        given = self.given_instances()
        if topology is None:
            self.unknown_components(given, None)
            self.unplaced_versions(given, operator)
            return None, self.found
        members = self.definition.topology_components(topology)
        self.unknown_components(given, topology)
        present = self.present(topology, members, given)
        preset = self.preset()
        instances, layers = self.merged(present, members, given, preset)
        self.versions_and_images(instances, given, operator, layers)
        self.unused_versions({self.definition.type_of(name) for name in present})
        resolved = Resolved(
            metadata=copied(dict(self.metadata)),
            spec=self.assembled(operator, topology, instances, preset),
            types={name: self.definition.type_of(name) for name in instances},
            options={"volumePolicy": "keep", **self.options},
            secrets=dict(self.secrets),
            layers=layers,
        )
        return resolved, self.found

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
        chosen = own or self.technology.operator_version
        if manifest is None:
            return chosen
        if chosen is None:
            return manifest.operator.default
        if chosen not in manifest.operator.versions:
            allowed = manifest.operator.versions
            if own is not None:
                text = f"operator version '{own}' is not one that plugin '{manifest.name}' supports"
                self.found.append(unknown("provider.operator-version", ("operatorVersion",), text, own, allowed))
            return manifest.operator.default
        return chosen

    def topology(self) -> str | None:
        block = self.known(self.spec.get("topology"), ("topology",)) or {}
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

    def given_instances(self) -> dict[str, Any]:
        instances = self.known(self.spec.get("instances"), ("instances",)) or {}
        given = {}
        for name, value in instances.items():
            known = self.known(value, ("instances", name))
            given[name] = {} if known is None else known
        return given

    def unknown_components(self, given: Mapping[str, Any], topology: str | None) -> None:
        members = self.definition.topology_components(topology) if topology else {}
        for name in given:
            path: Path = ("instances", name)
            if name not in self.definition.spec.components:
                allowed = list(members or self.definition.spec.components)
                text = f"definition '{self.definition.name}' has no component '{name}'"
                self.found.append(unknown("cluster.unknown-component", path, text, name, allowed))
            elif topology is not None and name not in members:
                text = f"topology '{topology}' has no component '{name}'"
                topologies = self.definition.spec.topologies
                elsewhere = [t for t in topologies if name in self.definition.topology_components(t)]
                hint = f"topology '{elsewhere[0]}' has it" if elsewhere else did_you_mean(name, members)
                self.found.append(
                    finding("cluster.component-not-in-topology", path, text, allowed=list(members), hint=hint)
                )

    def present(self, topology: str, members: Mapping[str, TopologyComponent], given: Mapping[str, Any]) -> list[str]:
        """The components that the cluster has: required, listed, or brought by their block."""
        manifest = self.technology.manifest
        brought: set[str] = set()
        for name, block in (manifest.blocks if manifest else {}).items():
            takers = [c for c in members if self.definition.type_of(c) in block.types]
            if self.spec.get(name) is not None:
                if not takers:
                    self.found.append(self.unsupported_block(name, topology, members, block.types))
                elif not any(c in given or not members[c].optional for c in takers):
                    brought.add(takers[0])
            elif block.needed:
                for component in takers:
                    if component in given or not members[component].optional:
                        kind = self.definition.type_of(component)
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
        members: Mapping[str, TopologyComponent],
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
                ("topology", _defaults_of(members[name])),
                ("plugin", plugin.get(name) or {}),
            ]
            merged: dict[str, Any] = {}
            for _, data in layers[name]:
                merged = over(data, merged)
            schema = self.definition.component_schema(name)
            if schema is not None and not isinstance(merged.get("config"), Deferred):
                config = schema.filled(merged.get("config") or {})
                if config:
                    merged["config"] = config
            instances[name] = merged
        return instances, layers

    def versions_and_images(
        self,
        instances: dict[str, dict[str, Any]],
        given: Mapping[str, Any],
        operator: str | None,
        layers: dict[str, Layers],
    ) -> None:
        by_type = self.type_versions()
        explicit: dict[str, tuple[Any, Path]] = {}
        for name, instance in instances.items():
            kind = self.definition.type_of(name)
            if (given.get(name) or {}).get("version") is not None:
                explicit[name] = (instance["version"], ("instances", name, "version"))
            elif by_type.get(kind, {}).get("version") is not None:
                explicit[name] = (by_type[kind]["version"], ("components", "versions", kind, "version"))
            elif instance.get("version") is not None:
                explicit[name] = (instance["version"], ("instances", name, "version"))
        bundle = self.bundle(explicit, instances, operator)
        for name, instance in instances.items():
            kind = self.definition.type_of(name)
            version, path = explicit.get(name, (None, ("instances", name, "version")))
            if version is None and bundle is not None and name in bundle.components:
                version = bundle.components[name]
                layers[name].append(("bundle", {"version": version}))
            if version is None:
                entry = self.definition.default_version(kind, operator)
                version = entry.version if entry else None
                layers[name].append(("type", {"version": version}))
            elif name in explicit and path[0] == "components":
                layers[name].insert(1, ("versions", {"version": version}))
            own_image = instance.pop("image", None) or by_type.get(kind, {}).get("image")
            instance.pop("version", None)
            entry = self.entry(kind, version, operator, path)
            settings = {"version": version} if version is not None else {}
            image = own_image if own_image is not None else self.catalog_image(kind, version, entry, operator, path)
            if image is not None:
                settings["image"] = image
            instances[name] = {**settings, **instance}

    def type_versions(self) -> dict[str, dict[str, Any]]:
        components = self.known(self.spec.get("components"), ("components",)) or {}
        versions = self.known(components.get("versions"), ("components", "versions")) or {}
        result = {}
        for kind, value in versions.items():
            path = ("components", "versions", kind)
            known = self.known(value, path)
            if kind not in self.definition.spec.component_types:
                names = list(self.definition.spec.component_types)
                text = f"definition '{self.definition.name}' has no component type '{kind}'"
                hint = did_you_mean(kind, names)
                if kind in self.definition.spec.components:
                    hint = f"'{kind}' is a component; its type is '{self.definition.type_of(kind)}'"
                self.found.append(finding("cluster.unknown-type", path, text, allowed=names, hint=hint))
            result[kind] = known or {}
        return result

    def unplaced_versions(self, given: Mapping[str, Any], operator: str | None) -> None:
        """What is wrong with versions where the topology, and so what they are for, is not known."""
        for kind, chosen in self.type_versions().items():
            self.entry(kind, chosen.get("version"), operator, ("components", "versions", kind, "version"))
        for name, instance in given.items():
            if name in self.definition.spec.components:
                kind = self.definition.type_of(name)
                self.entry(kind, instance.get("version"), operator, ("instances", name, "version"))

    def unused_versions(self, used: set[str]) -> None:
        versions = value_at(self.spec, ("components", "versions"))
        if not isinstance(versions, dict) or isinstance(self.spec.get("instances"), Deferred):
            return
        for kind in versions:
            if kind in self.definition.spec.component_types and kind not in used:
                text = f"no component of this cluster is of type '{kind}', so its version has no effect"
                self.found.append(finding("cluster.unused-version", ("components", "versions", kind), text))

    def bundle(
        self, explicit: Mapping[str, tuple[Any, Path]], instances: Mapping[str, Any], operator: str | None
    ) -> Bundle | None:
        """The bundle that fills the versions which nobody chose."""
        every = self.definition.bundles(operator)
        named = self.known(self.spec.get("bundle"), ("bundle",))
        if named is not None:
            for bundle in every:
                if bundle.name == named:
                    return bundle
            names = [bundle.name for bundle in every]
            text = f"definition '{self.definition.name}' has no bundle '{named}'"
            if not self.definition.spec.bundles:
                text = f"definition '{self.definition.name}' has no bundles"
            elif any(bundle.name == named for bundle in self.definition.spec.bundles):
                text = f"bundle '{named}' is not for operator version {operator}"
            self.found.append(unknown("cluster.unknown-bundle", ("bundle",), text, named, names))
            return None
        if not every:
            return None
        candidates = every
        for component, (version, path) in explicit.items():
            if isinstance(version, Deferred) or all(component not in bundle.components for bundle in every):
                continue
            fitting = [b for b in candidates if b.components.get(component, version) == version]
            if not fitting:
                self.found.append(self.no_bundle(component, version, path, every, operator))
                return None
            candidates = fitting
        if any(isinstance(version, Deferred) for version, _ in explicit.values()) and len(instances) > len(explicit):
            candidates = [b for b in candidates if b.default] or candidates
        marked = [bundle for bundle in candidates if bundle.default]
        return marked[0] if marked else newest(candidates)

    def no_bundle(self, component: str, version: str, path: Path, every: list[Bundle], operator: str | None) -> Finding:
        kind = self.definition.type_of(component)
        if all(entry.version != version for entry in self.definition.versions(kind, operator)):
            allowed = [entry.version for entry in self.definition.versions(kind, operator)]
            return self.unknown_version(kind, version, operator, path, allowed)
        versions = sorted({b.components[component] for b in every if component in b.components}, key=version_key)
        names = [f"{b.name} ({b.components[component]})" for b in every if component in b.components]
        text = f"no bundle fits version '{version}' of component '{component}' together with the other versions chosen"
        if version not in versions:
            text = f"no bundle holds version '{version}' of component '{component}'"
        return finding("cluster.unknown-bundle", path, text, allowed=names, hint=did_you_mean(version, versions))

    def entry(self, kind: str, version: Any, operator: str | None, path: Path) -> VersionEntry | None:
        """The catalog's entry of a version; a finding if there is none."""
        if version is None or isinstance(version, Deferred):
            return None
        entries = self.definition.versions(kind, operator)
        for entry in entries:
            if entry.version == version:
                self.ageing(entry, kind, path)
                return entry
        if kind in self.definition.spec.component_types and (entries or self.definition.versions(kind, None)):
            repeated = any(f.path == path and f.code == "cluster.unknown-version" for f in self.found)
            if not repeated:
                allowed = [entry.version for entry in entries]
                self.found.append(self.unknown_version(kind, version, operator, path, allowed))
        return None

    def unknown_version(self, kind: str, version: str, operator: str | None, path: Path, allowed: list[str]) -> Finding:
        text = f"type '{kind}' has no version '{version}'"
        hint = did_you_mean(version, allowed)
        others = [entry for entry in self.definition.versions(kind, None) if entry.version == version]
        if others:
            text = f"version '{version}' of type '{kind}' is not for operator version {operator}"
            hint = f"it is for operator {others[0].operator}" if others[0].operator else hint
        return finding("cluster.unknown-version", path, text, allowed=allowed, hint=hint)

    def ageing(self, entry: VersionEntry, kind: str, path: Path) -> None:
        release = self.technology.manifest.release if self.technology.manifest else None
        newer = [e.version for e in self.definition.versions(kind, None) if not e.deprecated and not e.removed_in]
        if entry.removed_in and release and version_key(release) >= version_key(entry.removed_in):
            text = f"version '{entry.version}' of type '{kind}' was removed in release {entry.removed_in}"
            self.found.append(finding("cluster.removed-version", path, text, allowed=newer))
        elif entry.deprecated or entry.removed_in:
            end = f" and goes away in release {entry.removed_in}" if entry.removed_in else ""
            text = f"version '{entry.version}' of type '{kind}' is deprecated{end}"
            self.found.append(finding("cluster.deprecated-version", path, text, allowed=newer))

    def catalog_image(
        self, kind: str, version: Any, entry: VersionEntry | None, operator: str | None, path: Path
    ) -> Any:
        """The image of a version, from the registry that is asked for."""
        registry = self.images().get("registry")
        if not isinstance(version, Deferred) and not isinstance(registry, Deferred):
            return _image(entry, registry) if entry else None
        needs = [leaf for value in (version, registry) if isinstance(value, Deferred) for leaf in leaves_of(value)]

        def compute(known: Mapping[Deferred, Any]) -> str | None:
            chosen = known.get(version, version) if isinstance(version, Deferred) else version
            own = known.get(registry, registry) if isinstance(registry, Deferred) else registry
            for candidate in self.definition.versions(kind, operator):
                if candidate.version == chosen:
                    return _image(candidate, own)
            allowed = [candidate.version for candidate in self.definition.versions(kind, operator)]
            raise EverestError([self.unknown_version(kind, str(chosen), operator, path, allowed)])

        return Computed(tuple(dict.fromkeys(needs)), compute, path)

    def images(self) -> dict[str, Any]:
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
        plugin = {k: v for k, v in (manifest.defaults if manifest else {}).items() if k != "instances"}
        rest = {k: v for k, v in preset.items() if k != "instances"}
        given = {key: value for key, value in self.spec.items() if key not in _CHOSEN and value is not None}
        spec: dict[str, Any] = {"provider": self.technology.provider}
        if operator is not None:
            spec["operatorVersion"] = operator
        spec["topology"] = {"type": topology, **self.topology_config(topology)}
        versions = self.spec.get("components")
        if versions:
            spec["components"] = copied(versions)
        spec["instances"] = instances
        spec |= over(plugin, over(rest, given))
        images = self.images()
        if images:
            spec["images"] = images
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


def _defaults_of(entry: TopologyComponent) -> dict[str, Any]:
    if entry.defaults is None:
        return {}
    return entry.defaults.model_dump(by_alias=True, exclude_none=True)


def _image(entry: VersionEntry, registry: Any) -> str:
    image = with_digest(entry.image, entry.digest)
    return with_registry(image, registry) if registry else image
