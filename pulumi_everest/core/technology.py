"""A technology as clusters meet it: a Provider, its definition, and what its plugin says about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeVar

from pulumi_everest.core.config_schema.schema import ConfigSchema
from pulumi_everest.core.paths import FieldSet, parse
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.definition import (
    Bundle,
    ComponentType,
    DatabaseClusterDefinition,
    TopologyComponent,
    TopologyDefinition,
    Upgrades,
    VersionEntry,
)
from pulumi_everest.model.field_lists import without
from pulumi_everest.model.plugin_files.manifest import INSTANCE, PluginManifest
from pulumi_everest.model.provider import is_by_controller
from pulumi_everest.model.values.image_pattern import filled
from pulumi_everest.model.values.versions import Range, version_key

T = TypeVar("T")


class LostObject(Protocol):
    """An object that would not be what it was."""

    def change(self) -> Any:
        """The change of the cluster that this is."""
        ...


class Definition:
    """A definition with everything about it that is worth making once: schemas, versions by operator, topologies."""

    def __init__(self, model: DatabaseClusterDefinition) -> None:
        self.model = model
        self.name = model.metadata.name
        self.spec = model.spec
        self._versions: dict[tuple[str, str | None], list[VersionEntry]] = {}
        self._bundles: dict[str | None, list[Bundle]] = {}
        self._members: dict[str, Mapping[str, TopologyComponent]] = {}
        self._defaults: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._schemas: dict[tuple[str, ...], ConfigSchema | None] = {}
        self._fields: dict[tuple[str, str, int], FieldSet | None] = {}
        self._made: dict[Any, Any] = {}

    def derived(self, make: Callable[[Definition], T]) -> T:
        """What is made of a definition, such as its rules: by `make`, the first time that it is asked for."""
        if make not in self._made:
            self._made[make] = make(self)
        made: T = self._made[make]
        return made

    def versions(self, kind: str, operator: str | None) -> list[VersionEntry]:
        """The versions of a component type that an operator version can run, each with its image; all for None.

        For None an image that differs by the version of the operator has a version of no operator in it.
        """
        key = (kind, operator)
        if key not in self._versions:
            known = self.spec.component_types.get(kind, _NO_VERSIONS)
            runnable = [entry for entry in known.versions if fits(entry, operator)]
            self._versions[key] = [_with_image(entry, known.image, operator) for entry in runnable]
        return self._versions[key]

    def default_version(self, kind: str, operator: str | None) -> VersionEntry | None:
        """The version of a type that clusters get which name none: the default one, or the only one."""
        entries = self.versions(kind, operator)
        marked = [entry for entry in entries if entry.default]
        if marked:
            return marked[0]
        return entries[0] if len(entries) == 1 else None

    @cached_property
    def default_topology(self) -> str | None:
        """The topology of clusters that name none: the default one, or the only one."""
        marked = [name for name, topology in self.spec.topologies.items() if topology.default]
        if marked:
            return marked[0]
        return next(iter(self.spec.topologies)) if len(self.spec.topologies) == 1 else None

    def topology_components(self, topology: str) -> Mapping[str, TopologyComponent]:
        """The components of a topology that the definition knows."""
        if topology not in self._members:
            listed = self.spec.topologies[topology].components
            known = {name: entry or _PLAIN for name, entry in listed.items() if name in self.spec.components}
            self._members[topology] = known
        return self._members[topology]

    def component_defaults(self, topology: str, component: str) -> Mapping[str, Any]:
        """The settings that a topology gives a component where its user says nothing."""
        key = (topology, component)
        if key not in self._defaults:
            defaults = self.topology_components(topology)[component].defaults
            self._defaults[key] = defaults.model_dump(by_alias=True, exclude_none=True) if defaults else {}
        return self._defaults[key]

    def topology(self, name: str) -> TopologyDefinition:
        """One topology, by name."""
        return self.spec.topologies[name]

    def type_of(self, component: str) -> str:
        """The component type that fills a component."""
        return self.spec.components[component].type

    def choices(self, component: str) -> list[str]:
        """The component types that may fill a component: what it has if nothing is said first."""
        own = self.spec.components[component]
        return list(dict.fromkeys([own.type, *(own.types or ())]))

    def chosen_type(self, component: str, settings: Any) -> str:
        """The component type that fills a component with these settings."""
        chosen = settings.get("type") if isinstance(settings, dict) else None
        return chosen if isinstance(chosen, str) and chosen in self.choices(component) else self.type_of(component)

    def types_of(self, instances: Mapping[str, Any]) -> dict[str, str]:
        """The component types of the components that there are, by their settings."""
        known = self.spec.components
        return {name: self.chosen_type(name, settings) for name, settings in instances.items() if name in known}

    @cached_property
    def used_types(self) -> frozenset[str]:
        """The component types that some component may be of."""
        return frozenset(kind for component in self.spec.components for kind in self.choices(component))

    def upgrades(self, kind: str) -> Upgrades:
        """Which version changes a component type survives."""
        return self.spec.upgrades.get(kind, _SAYS_NOTHING)

    def config_schema(self) -> ConfigSchema | None:
        """The schema of the cluster's `config`."""
        return self._schema(("config",), self.spec.config_schema)

    def topology_schema(self, topology: str) -> ConfigSchema | None:
        """The schema of `topology.config`."""
        return self._schema(("topology", topology), self.spec.topologies[topology].config_schema)

    def component_schema(self, component: str) -> ConfigSchema | None:
        """The schema of `instances.<component>.config`."""
        return self._schema(("component", component), self.spec.components[component].config_schema)

    def _schema(self, key: tuple[str, ...], schema: dict[str, Any] | None) -> ConfigSchema | None:
        if key not in self._schemas:
            self._schemas[key] = ConfigSchema(schema) if schema is not None else None
        return self._schemas[key]

    def bundles(self, operator: str | None) -> list[Bundle]:
        """The bundles whose versions an operator version can all run."""
        if operator not in self._bundles:
            self._bundles[operator] = [bundle for bundle in self.spec.bundles if self._runs(bundle, operator)]
        return self._bundles[operator]

    def _runs(self, bundle: Bundle, operator: str | None) -> bool:
        for component, version in bundle.components.items():
            if component not in self.spec.components:
                continue
            if all(
                entry.version != version for kind in self.choices(component) for entry in self.versions(kind, operator)
            ):
                return False
        return True


_PLAIN = TopologyComponent.model_construct()
_SAYS_NOTHING = Upgrades.model_construct()
_NO_VERSIONS = ComponentType.model_construct()
_NO_OPERATOR = "0.0.0"


def _with_image(entry: VersionEntry, pattern: str | None, operator: str | None) -> VersionEntry:
    """The entry with the image that the pattern of its type gives, unless it names its own."""
    if entry.image is not None or pattern is None:
        return entry
    return entry.model_copy(update={"image": filled(pattern, entry.version, operator or _NO_OPERATOR)})


def fits(entry: VersionEntry, operator: str | None) -> bool:
    """Whether an operator version can run a version; any of them for None."""
    if entry.operator is None or operator is None:
        return True
    try:
        return operator in Range.parse(entry.operator)
    except ValueError:
        return True


def newest(bundles: list[Bundle]) -> Bundle:
    """The bundle with the newest versions; by name where they are the same."""
    return max(bundles, key=lambda b: ([version_key(v) for v in b.components.values()], version_key(b.name)))


class Reading(Protocol):
    """What is read from the object that a cluster becomes, by who knows its templates; clusters are snapshots."""

    def reached(self, cluster: Any) -> Any:
        """The cluster with the fields that its overrides write as these write them."""
        ...

    def main(self, resolved: Any) -> dict[str, Any] | None:
        """The main object of a resolved cluster; None where it cannot be made."""
        ...

    def objects(self, cluster: Any, spec: Mapping[str, Any]) -> list[dict[str, Any]] | None:
        """The objects of the cluster with this spec but for Secrets, the main one last; None where there are none."""
        ...

    def tellers(self, cluster: Any) -> Mapping[tuple[str, str], Any]:
        """What the plugin says of the other objects that tell whether they are ready, by kind and name."""
        ...

    def lost(self, old: Any, new: Any, config_maps_in_place: bool | None) -> Sequence[LostObject]:
        """The objects that a change would delete, beside the main one and Secrets."""
        ...

    def emitted(self, cluster: Any, path: Path) -> Any:
        """The value of a field that the object shows, whether or not the cluster says it; None where it does not."""
        ...

    def shows(self, cluster: Any, path: Path, value: Any, *, bare: bool = False) -> bool:
        """Whether the object would be another one with this value of a field; `bare`: if it had no overrides."""
        ...


class WorkloadMaker(Protocol):
    """Who knows what the operator makes of a cluster's objects."""

    def decisive(self, main: Mapping[str, Any], objects: Sequence[Mapping[str, Any]] = ()) -> Any:
        """What of the objects decides what becomes of them, as plain data; what else they say makes no difference."""
        ...

    def make(self, main: Mapping[str, Any], objects: Sequence[Mapping[str, Any]] = ()) -> Any:
        """What becomes of the main object and the others, as `core.capacity.workloads` reads it."""
        ...


@dataclass
class Technology:
    """What a cluster is checked against and resolved with.

    `manifest` is None for a definition that no plugin emits, and so is `reading`. `images` and `operator_version` are
    the Provider's.
    """

    provider: str
    definition: Definition
    manifest: PluginManifest | None = None
    operator_version: str | None = None
    images: Mapping[str, Any] = field(default_factory=dict)
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reconcile_by: str = "pulumi"
    reading: Reading | None = None
    settings: Callable[[str, str], Any] | None = None
    """Gives the settings that a version of a component type has (`core.engine_config`), or None."""
    workloads: Callable[[], WorkloadMaker | None] | None = None
    """Gives who knows what the operator makes of a cluster's objects, or None. Raises EverestError."""

    @property
    def is_controlled(self) -> bool:
        """Whether a controller makes the operator's objects, out of those that this package makes for it."""
        return is_by_controller(self.reconcile_by)

    @cached_property
    def spec_fields(self) -> FieldSet | None:
        """The fields outside `instances` that are honoured; None where any may be, for want of a plugin."""
        return FieldSet([*self.manifest.spec_fields(), *OWN_FIELDS]) if self.manifest else None

    @cached_property
    def _fields_without_source(self) -> FieldSet | None:
        return FieldSet([*self.manifest.spec_fields(source=False), *OWN_FIELDS]) if self.manifest else None

    def unhonoured(self, spec: Mapping[str, Any]) -> list[tuple[Path, list[str]]]:
        """The topmost values of a spec, outside `instances`, that are not honoured, with what would be."""
        if spec.keys() <= _ALWAYS:
            return []
        fields = self._fields_without_source if "dataSource" not in spec else self.spec_fields
        if fields is None or not any(fields.outside(spec)):
            return []
        assert self.spec_fields is not None  # one of them is None where both are
        return list(self.spec_fields.outside(spec))

    def instance_fields(self, topology: str, component: str) -> list[FieldSet]:
        """The sets of instance fields that are honoured; a field must be in each of them."""
        key = (topology, component)
        if key not in self._instance_fields:
            own = self.definition.spec.components[component]
            narrowed = self.definition.topology_components(topology)[component]
            known = self.manifest is not None and component in self.manifest.components
            honoured = self.manifest.instance_fields(component) if self.manifest is not None and known else None
            lists = [honoured, narrowed.fields] if own.fields is None else [own.fields, narrowed.fields, honoured]
            but = [".".join(parse(text)) for text in (*own.fields_but, *narrowed.fields_but)]
            if but and all(paths is None for paths in lists):
                lists = [list(INSTANCE.fields)]
            kept = [without(paths, but, INSTANCE) for paths in lists if paths is not None]
            config = () if "config" in but else ("config",)
            self._instance_fields[key] = [FieldSet([*paths, *config]) for paths in kept]
        return self._instance_fields[key]

    @cached_property
    def _instance_fields(self) -> dict[tuple[str, str], list[FieldSet]]:
        return {}


OWN_FIELDS = (
    "provider", "topology", "components", "instances", "bundle", "preset", "config", "operatorVersion", "overrides",
    "images.registry",
)  # fmt: skip
"""Fields of the spec that this package itself honours, whatever the plugin."""
_ALWAYS = frozenset(OWN_FIELDS)
