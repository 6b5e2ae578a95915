"""Choosing versions and images: what the user says, over the lock, over bundles, over the defaults of the types."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from pulumi_everest.core.images import with_digest, with_registry
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.technology import Technology, newest
from pulumi_everest.core.versions.lines import in_order, nearest_version, newest_of, of_line
from pulumi_everest.core.versions.locked import Locked, bundled
from pulumi_everest.core.versions.ways import VersionWays
from pulumi_everest.model.deferred import Computed, Deferred, Path, leaves_of
from pulumi_everest.model.definition import Bundle, VersionEntry
from pulumi_everest.model.findings import EverestError, Finding, did_you_mean, finding, unknown
from pulumi_everest.model.values.versions import version_key

Layers = list[tuple[str, Any]]
"""Where values came from, strongest first: (origin, data)."""


class Versions:
    """The choice for one cluster. What cannot be chosen is added to `found`.

    `known` gives a value that must be known in a preview, and reports it where it is not; `images` says where images
    come from, and `locked` what a lock holds. `catalog` gets each component's image before a registry is asked for.
    """

    def __init__(
        self,
        spec: Mapping[str, Any],
        technology: Technology,
        images: Mapping[str, Any],
        known: Callable[[Any, Path], Any],
        found: list[Finding],
        locked: Locked | None = None,
    ) -> None:
        self.locked = locked or Locked(None, technology.provider)
        self.catalog: dict[str, str] = {}
        self.spec, self.technology, self.definition = spec, technology, technology.definition
        self.images, self.known, self.found = images, known, found
        self.types: Mapping[str, str] = {}

    def fill(
        self,
        instances: dict[str, dict[str, Any]],
        given: Mapping[str, Any],
        operator: str | None,
        layers: dict[str, Layers],
    ) -> None:
        """Give every component its version and image. `given` is what the user says of each, `layers` is added to."""
        by_type = self._type_versions()
        self.types = self.definition.types_of(instances)
        explicit: dict[str, tuple[Any, Path]] = {}
        for name, instance in instances.items():
            kind = self.types[name]
            if (given.get(name) or {}).get("version") is not None:
                explicit[name] = (instance["version"], ("instances", name, "version"))
            elif by_type.get(kind, {}).get("version") is not None:
                explicit[name] = (by_type[kind]["version"], ("components", "versions", kind, "version"))
                layers[name].insert(1, ("versions", {"version": by_type[kind]["version"]}))
        kept = self._kept_lines(explicit, operator)
        said = {name: version for name, (version, _) in explicit.items() if name not in kept}
        locked = self._locked(instances, {**said, **self._lines(said, explicit, operator)}, layers)
        for name in kept:
            if name in locked:
                del explicit[name]
        for name, version in self._lines(explicit, explicit, operator).items():
            explicit[name] = (version, explicit[name][1])
            layers[name].insert(0, ("line", {"version": version}))
        for name, instance in instances.items():
            if name not in explicit and name not in locked and instance.get("version") is not None:
                explicit[name] = (instance["version"], ("instances", name, "version"))
        bundle = self._bundle(explicit, locked, instances, operator)
        for name, instance in instances.items():
            kind = self.types[name]
            version, path = explicit.get(name, (locked.get(name), ("instances", name, "version")))
            if version is None and bundle is not None and name in bundle.components:
                version = bundle.components[name]
                layers[name].append(("bundle", {"version": version}))
            if version is None:
                entry = self.definition.default_version(kind, operator)
                version = entry.version if entry else None
                layers[name].append(("type", {"version": version}))
            own_image = instance.pop("image", None) or by_type.get(kind, {}).get("image")
            instance.pop("version", None)
            if name in locked:
                entry = self._locked_entry(name, kind, locked[name], operator)
            else:
                entry = self._entry(kind, version, operator, path)
            settings = {"version": version} if version is not None else {}
            image = own_image
            known = self._image_before_registry(name, entry)
            if known is not None:
                self.catalog[name] = known
            if image is None:
                image = self._catalog_image(name, kind, version, entry, operator, path)
                if known is not None and self.locked.image(name, version) is not None:
                    _add_locked(layers[name], "image", image)
            if image is not None:
                settings["image"] = image
            instances[name] = {**settings, **instance}

    def _kept_lines(self, explicit: Mapping[str, tuple[Any, Path]], operator: str | None) -> frozenset[str]:
        """The components whose lines have the version that is locked, which therefore stays."""
        entry = self.locked.entry
        locked = entry.components if entry is not None else {}
        lines = self._lines(explicit, explicit, operator)
        return frozenset(name for name in lines if name in locked and of_line(locked[name].version, explicit[name][0]))

    def _lines(
        self, names: Collection[str], explicit: Mapping[str, tuple[Any, Path]], operator: str | None
    ) -> dict[str, str]:
        """The versions that lines mean, such as the newest one of 17, for the components that are given one."""
        found = {}
        for name in names:
            version = explicit[name][0]
            entries = self.definition.versions(self.types[name], operator)
            newest = newest_of(version, entries) if isinstance(version, str) else None
            if newest is not None:
                found[name] = newest
        return found

    def _locked(
        self, instances: Mapping[str, Any], chosen: Mapping[str, Any], layers: dict[str, Layers]
    ) -> dict[str, str]:
        """The locked versions that count, which are added to `layers`."""
        if self.locked.entry is None:
            return {}
        bundle = self.spec.get("bundle")
        named = bundle if isinstance(bundle, str) else None
        versions = {}
        for name, entry in self.locked.components(instances, chosen, named, self.definition).items():
            if self._is_of_another_type(name, entry.version):
                continue
            versions[name] = entry.version
            _add_locked(layers[name], "version", entry.version)
        return versions

    def _is_of_another_type(self, name: str, version: str) -> bool:
        """Whether a locked version is that of a type which the component had, and has no more."""
        own, *others = sorted(self.definition.choices(name), key=lambda kind: kind != self.types[name])
        known = {kind: {entry.version for entry in self.definition.versions(kind, None)} for kind in (own, *others)}
        return version not in known[own] and any(version in known[kind] for kind in others)

    def _locked_entry(self, name: str, kind: str, version: str, operator: str | None) -> VersionEntry | None:
        """The catalog's entry of a locked version. What is wrong with it is said at its place in the lock."""
        before = len(self.found)
        entry = self._entry(kind, version, operator, ())
        self.found[before:] = [
            self.locked.found(found, ("components", name, "version")) for found in self.found[before:]
        ]
        return entry

    def _type_versions(self) -> dict[str, dict[str, Any]]:
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
                self.found.append(finding("cluster.unknown-type", path, text, allowed=names, hint=hint, of_key=True))
            result[kind] = known or {}
        return result

    def check_unplaced(self, given: Mapping[str, Any], operator: str | None) -> None:
        """What is wrong with versions where the topology, and so what they are for, is not known."""
        for kind, chosen in self._type_versions().items():
            self._entry(kind, chosen.get("version"), operator, ("components", "versions", kind, "version"))
        for name, instance in given.items():
            if name in self.definition.spec.components:
                kind = self.definition.chosen_type(name, instance)
                self._entry(kind, instance.get("version"), operator, ("instances", name, "version"))

    def check_unused(self, used: set[str]) -> None:
        """Report versions of types that no component of the cluster has."""
        versions = value_at(self.spec, ("components", "versions"))
        if not isinstance(versions, dict) or isinstance(self.spec.get("instances"), Deferred):
            return
        for kind in versions:
            if kind in self.definition.spec.component_types and kind not in used:
                text = f"no component of this cluster is of type '{kind}', so its version has no effect"
                self.found.append(finding("cluster.unused-version", ("components", "versions", kind), text))

    def _bundle(
        self,
        explicit: Mapping[str, tuple[Any, Path]],
        locked: Mapping[str, str],
        instances: Mapping[str, Any],
        operator: str | None,
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
        if not every or self._all_locked(explicit, locked, instances):
            return None
        candidates = every
        fixed: dict[str, tuple[Any, Path]] = {**explicit, **{name: (version, ()) for name, version in locked.items()}}
        for component, (version, path) in fixed.items():
            if isinstance(version, Deferred) or all(component not in bundle.components for bundle in every):
                continue
            fitting = [b for b in candidates if b.components.get(component, version) == version]
            if not fitting:
                missing = self._no_bundle(component, version, path, every, operator)
                if component in locked:
                    missing = self.locked.found(missing, ("components", component, "version"))
                self.found.append(missing)
                return None
            candidates = fitting
        if any(isinstance(version, Deferred) for version, _ in explicit.values()) and len(instances) > len(explicit):
            candidates = [b for b in candidates if b.default] or candidates
        marked = [bundle for bundle in candidates if bundle.default]
        return marked[0] if marked else newest(candidates)

    def _all_locked(self, explicit: Collection[str], locked: Collection[str], instances: Collection[str]) -> bool:
        """Whether a lock leaves nothing for bundles to fill, so that none needs to fit: what is locked does."""
        covered = bundled(self.definition) if locked else frozenset()
        left = [name for name in instances if name in covered and name not in explicit and name not in locked]
        return not left and any(name in covered for name in locked)

    def _no_bundle(
        self, component: str, version: str, path: Path, every: list[Bundle], operator: str | None
    ) -> Finding:
        kind = self.types[component]
        if all(entry.version != version for entry in self.definition.versions(kind, operator)):
            return self._unknown_version(kind, version, operator, path)
        versions = sorted({b.components[component] for b in every if component in b.components}, key=version_key)
        names = [f"{b.name} ({b.components[component]})" for b in every if component in b.components]
        text = f"no bundle fits version '{version}' of component '{component}' together with the other versions chosen"
        if version not in versions:
            text = f"no bundle holds version '{version}' of component '{component}'"
        return finding("cluster.unknown-bundle", path, text, allowed=names, hint=did_you_mean(version, versions))

    def _entry(self, kind: str, version: Any, operator: str | None, path: Path) -> VersionEntry | None:
        """The catalog's entry of a version; a finding if there is none."""
        if version is None or isinstance(version, Deferred):
            return None
        entries = self.definition.versions(kind, operator)
        version = newest_of(version, entries) or version
        for entry in entries:
            if entry.version == version:
                self._ageing(entry, kind, operator, path)
                return entry
        if kind in self.definition.spec.component_types and (entries or self.definition.versions(kind, None)):
            repeated = any(f.path == path and f.code == "cluster.unknown-version" for f in self.found)
            if not repeated:
                self.found.append(self._unknown_version(kind, version, operator, path))
        return None

    def _unknown_version(self, kind: str, version: str, operator: str | None, path: Path) -> Finding:
        entries = self.definition.versions(kind, operator)
        text = f"type '{kind}' has no version '{version}'"
        hint = nearest_version(version, entries)
        others = [entry for entry in self.definition.versions(kind, None) if entry.version == version]
        if others:
            text = f"version '{version}' of type '{kind}' is not for operator version {operator}"
            hint = f"it is for operator {others[0].operator}" if others[0].operator else hint
        allowed = [entry.version for entry in in_order(entries)]
        return finding("cluster.unknown-version", path, text, allowed=allowed, hint=hint)

    def _ageing(self, entry: VersionEntry, kind: str, operator: str | None, path: Path) -> None:
        release = self.technology.manifest.release if self.technology.manifest else None
        if not entry.removed_in and not entry.deprecated:
            return
        newer = VersionWays(self.definition, operator).reachable(kind, entry.version)
        if entry.removed_in and release and version_key(release) >= version_key(entry.removed_in):
            text = f"version '{entry.version}' of type '{kind}' was removed in release {entry.removed_in}"
            self.found.append(finding("cluster.removed-version", path, text, allowed=newer))
        else:
            end = f" and goes away in release {entry.removed_in}" if entry.removed_in else ""
            text = f"version '{entry.version}' of type '{kind}' is deprecated{end}"
            hint = None if newer else "no version here can be reached from it by a change of the version alone"
            self.found.append(finding("cluster.deprecated-version", path, text, allowed=newer, hint=hint))

    def _image_before_registry(self, component: str, entry: VersionEntry | None) -> str | None:
        """The image of a version: the locked one where that version is locked, else the catalog's."""
        if entry is None:
            return None
        own = self.locked.image(component, entry.version)
        return own or (with_digest(entry.image, entry.digest) if entry.image is not None else None)

    def _catalog_image(
        self, component: str, kind: str, version: Any, entry: VersionEntry | None, operator: str | None, path: Path
    ) -> Any:
        """The image of a version, from the registry that is asked for."""
        registry = self.images.get("registry")

        def image(entry: VersionEntry | None, own: Any) -> str | None:
            known = self._image_before_registry(component, entry)
            return with_registry(known, own) if known is not None and own else known

        if not isinstance(version, Deferred) and not isinstance(registry, Deferred):
            return image(entry, registry)
        needs = [leaf for value in (version, registry) if isinstance(value, Deferred) for leaf in leaves_of(value)]

        def compute(known: Mapping[Deferred, Any]) -> str | None:
            chosen = known.get(version, version) if isinstance(version, Deferred) else version
            own = known.get(registry, registry) if isinstance(registry, Deferred) else registry
            entries = self.definition.versions(kind, operator)
            chosen = (newest_of(chosen, entries) if isinstance(chosen, str) else None) or chosen
            for candidate in entries:
                if candidate.version == chosen:
                    return image(candidate, own)
            raise EverestError([self._unknown_version(kind, str(chosen), operator, path)])

        return Computed(tuple(dict.fromkeys(needs)), compute, path)


def _add_locked(layers: Layers, field: str, value: Any) -> None:
    """Note that a field came from the lock: under what the user says, over everything else."""
    place = next((i for i, (origin, _) in enumerate(layers) if origin not in ("user", "versions")), len(layers))
    if place < len(layers) and layers[place][0] == "lock":
        layers[place] = ("lock", {**layers[place][1], field: value})
    else:
        layers.insert(place, ("lock", {field: value}))
