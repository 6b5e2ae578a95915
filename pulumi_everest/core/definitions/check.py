"""Checks of a definition when it is loaded: references, defaults, names, schemas, expressions, paths, form, plugin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from pulumi_everest.core import paths
from pulumi_everest.core.definitions.check_changes import change_findings, upgrade_findings
from pulumi_everest.core.definitions.check_schema import schema_problems
from pulumi_everest.core.paths import missing_path
from pulumi_everest.core.rules import VARIABLES, rule_findings, rule_shapes
from pulumi_everest.core.technology import Definition, Technology, fits
from pulumi_everest.core.validate import check_cluster, replica_findings
from pulumi_everest.expressions.environment import Environment
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.definition import Rule, TopologyComponent
from pulumi_everest.model.findings import Finding, finding, path_text, unknown, without_first
from pulumi_everest.model.plugin_files.manifest import INSTANCE, PluginManifest
from pulumi_everest.model.values.image_pattern import needs_operator
from pulumi_everest.model.values.image_reference import check_image
from pulumi_everest.model.values.versions import Range

SPEC: Path = ("spec",)


def check_definition(
    definition: Definition, manifest: PluginManifest | None = None, broken: Iterable[Path] = ()
) -> list[Finding]:
    """Everything that is wrong with a definition, and with it together with the plugin that emits its clusters.

    Paths are those of the document. `broken` are places that did not pass the model and were set aside: what is
    missing there is not reported again.
    """
    check = _Check(definition, manifest, tuple(broken))
    return list(dict.fromkeys(check.findings()))


class _Check:
    def __init__(self, definition: Definition, manifest: PluginManifest | None, broken: tuple[Path, ...]) -> None:
        self.definition, self.spec, self.manifest, self.broken = definition, definition.spec, manifest, broken
        self.operators: list[str | None] = list(manifest.operator.versions) if manifest else [None]

    def findings(self) -> Iterator[Finding]:
        found = [*self.types(), *self.components(), *self.schemas(), *self.topologies(), *self.bundles()]
        found += self.shared_rules()
        yield from found
        yield from self.resolvable([*(entry.path for entry in found), *self.broken])
        yield from change_findings(self.definition)
        yield from upgrade_findings(self.definition)

    def is_broken(self, path: Path) -> bool:
        """Whether something at or around the path was set aside."""
        return any(path[: len(b)] == b or b[: len(path)] == path for b in self.broken)

    # Component types and their versions

    def types(self) -> Iterator[Finding]:
        used = self.definition.used_types
        for kind, entry in self.spec.component_types.items():
            path: Path = (*SPEC, "componentTypes", kind, "versions")
            if self.is_broken(path[:-1]):
                continue
            if not entry.versions and kind in used:
                yield finding("definition.no-versions", path, f"type '{kind}' is used, but has no versions")
            ranges_fine = True
            for index, version in enumerate(entry.versions):
                if version.operator is not None:
                    try:
                        Range.parse(version.operator)
                    except ValueError as error:
                        ranges_fine = False
                        yield finding("value.version", (*path, index, "operator"), str(error))
            if ranges_fine:
                yield from self.catalog(kind, path)
            yield from self.images(kind, path)

    def catalog(self, kind: str, path: Path) -> Iterator[Finding]:
        entries = self.spec.component_types[kind].versions
        found: list[tuple[str | None, Finding]] = []
        for operator in self.operators:
            here = [(i, e) for i, e in enumerate(entries) if fits(e, operator)]
            first: dict[str, int] = {}
            for index, entry in here:
                other = first.setdefault(entry.version, index)
                overlapping = operator is not None or entry.operator == entries[other].operator
                if other != index and overlapping:
                    text = f"type '{kind}' has version '{entry.version}' twice"
                    at: Path = (*path, index, "version")
                    repeated = finding("definition.duplicate-version", at, text, first=(*path, other, "version"))
                    found.append((operator, repeated))
            marked = [(i, e) for i, e in here if e.default]
            distinct = [(i, e) for i, e in marked if operator is not None or e.operator == marked[0][1].operator]
            for index, _ in distinct[1:]:
                text, at = f"type '{kind}' has more than one default version", (*path, index, "default")
                before = (*path, distinct[0][0], "default")
                found.append((operator, finding("definition.default-version", at, text, first=before)))
            if not marked and len(here) > 1 and self.needs_default(kind, operator):
                text = f"type '{kind}' has several versions and none is the default"
                names = [entry.version for _, entry in here]
                hint = "mark one with 'default: true'"
                entry_found = finding("definition.default-version", path, text, allowed=names, hint=hint, of_key=True)
                found.append((operator, entry_found))
            if entries and not here and kind in self.definition.used_types:
                text = f"type '{kind}' is used, but has no version"
                found.append((operator, finding("definition.no-versions", path, text)))
        yield from self.by_operator(found)

    def images(self, kind: str, path: Path) -> Iterator[Finding]:
        """Versions without an image, and images that a pattern cannot make."""
        known = self.spec.component_types[kind]
        if known.image is not None and needs_operator(known.image) and self.operators == [None]:
            text = f"'{known.image}' needs the version of the operator, and nothing says what versions it has"
            hint = "write the images at the versions, or use ${version} alone"
            yield finding("value.image", (*path[:-1], "image"), text, hint=hint)
        for index, (entry, made) in enumerate(zip(known.versions, self.definition.versions(kind, None), strict=True)):
            at: Path = (*path, index)
            if entry.image is not None:
                continue
            if made.image is None:
                text = f"the field 'image' is needed, since type '{kind}' has no pattern for it"
                hint = "write the image here, or a pattern for all versions: image: team/name:${version}"
                yield finding("field.missing", (*at, "image"), text, hint=hint)
                continue
            message = check_image(made.image)
            if message is not None:
                yield finding("value.image", (*at, "version"), f"by the pattern '{known.image}', {message}")

    def by_operator(self, found: Iterable[tuple[str | None, Finding]]) -> Iterator[Finding]:
        """Findings for operator versions, each once: its message says which they are, unless it is all of them."""
        grouped: dict[tuple[str, Path, str], tuple[Finding, list[str | None]]] = {}
        for operator, entry in found:
            same = grouped.setdefault((entry.code, entry.path, entry.message), (entry, []))
            same[1].append(operator)
        for entry, operators in grouped.values():
            if len(operators) == len(self.operators):
                yield entry
            else:
                named = f"version{'s' if len(operators) > 1 else ''} {' and '.join(map(str, operators))}"
                said = f"{without_first(entry)} (with operator {named})"
                yield replace(entry, message=said + entry.message.removeprefix(without_first(entry)))

    def needs_default(self, kind: str, operator: str | None) -> bool:
        """Whether some component of the type, in some topology, gets its version from the type's default."""
        bundles = self.definition.bundles(operator)
        for topology in self.spec.topologies.values():
            for name in topology.components:
                component = self.spec.components.get(name)
                if component is None or kind not in self.definition.choices(name):
                    continue
                if not bundles or any(name not in bundle.components for bundle in bundles):
                    return True
        return False

    # Components

    def components(self) -> Iterator[Finding]:
        for name, component in self.spec.components.items():
            path: Path = (*SPEC, "components", name)
            if component.type not in self.spec.component_types and not self.is_broken((*SPEC, "componentTypes")):
                text = f"component '{name}' has the type '{component.type}', which componentTypes does not have"
                names = self.spec.component_types
                yield unknown("definition.unknown-type", (*path, "type"), text, component.type, names)
            yield from self.choices(name, component.type, component.types, path)
            yield from self.field_paths(component.fields, (*path, "fields"))
            yield from self.left_out(component.fields_but, (*path, "fieldsBut"))
            yield from self.honoured(name, component.type, component.fields, component.engine_config, path)

    def choices(self, name: str, kind: str, kinds: list[str] | None, path: Path) -> Iterator[Finding]:
        """The types that clusters may choose from for a component."""
        taken = self.manifest.components.get(name) if self.manifest is not None else None
        for index, other in enumerate(kinds or ()):
            at = (*path, "types", index)
            if other not in self.spec.component_types and not self.is_broken((*SPEC, "componentTypes")):
                text = f"component '{name}' may have the type '{other}', which componentTypes does not have"
                yield unknown("definition.unknown-type", at, text, other, self.spec.component_types)
            elif taken is not None and other != kind and other not in taken.types:
                plugin = self.manifest.name if self.manifest is not None else ""
                text = f"the templates of plugin '{plugin}' do not take component '{name}' with type '{other}'"
                yield unknown("definition.not-honoured", at, text, other, taken.types)
        if kinds is not None and kind not in kinds:
            text = f"component '{name}' is of type '{kind}' if nothing is said, which is not one of its types"
            yield unknown("definition.unknown-type", (*path, "type"), text, kind, kinds)

    def field_paths(self, fields: list[str] | None, path: Path) -> Iterator[Finding]:
        for index, text in enumerate(fields or []):
            yield from missing_path(paths.parse(text), INSTANCE, (*path, index), text)

    def left_out(self, fields: list[str], path: Path) -> Iterator[Finding]:
        yield from self.field_paths(fields, path)
        yield from paths.inseparable(fields, INSTANCE, path)

    def honoured(
        self, name: str, kind: str, fields: list[str] | None, engine_config: str | None, path: Path
    ) -> Iterator[Finding]:
        if self.manifest is None:
            return
        plugin = self.manifest.name
        known = self.manifest.components
        if name not in known:
            text = f"the templates of plugin '{plugin}' do nothing with component '{name}'"
            yield unknown("definition.not-honoured", path, text, name, known)
            return
        if kind not in known[name].types and kind in self.spec.component_types:
            text = f"the templates of plugin '{plugin}' do not take component '{name}' with type '{kind}'"
            yield unknown("definition.not-honoured", (*path, "type"), text, kind, known[name].types)
        known_fields = self.manifest.instance_fields(name)
        honoured = paths.FieldSet([*known_fields, "config"])
        for index, field in enumerate(fields or []):
            exists = paths.missing_part(paths.parse(field), INSTANCE) is None
            if exists and not honoured.covers(paths.parse(field)):
                text = f"the templates of plugin '{plugin}' do nothing with '{field}' of component '{name}'"
                at = (*path, "fields", index)
                yield unknown("definition.not-honoured", at, text, field, known_fields)
        if engine_config is not None and not honoured.covers(("engineConfig",)):
            text = f"the templates of plugin '{plugin}' do nothing with engineConfig of component '{name}'"
            yield finding("definition.not-honoured", (*path, "engineConfig"), text)

    # Schemas

    def schemas(self) -> Iterator[Finding]:
        places: list[tuple[Path, dict[str, Any] | None]] = [((*SPEC, "configSchema"), self.spec.config_schema)]
        for name, component in self.spec.components.items():
            places.append(((*SPEC, "components", name, "configSchema"), component.config_schema))
        for name, topology in self.spec.topologies.items():
            places.append(((*SPEC, "topologies", name, "configSchema"), topology.config_schema))
        for path, schema in places:
            if schema is not None:
                for below, message in schema_problems(schema):
                    yield finding("definition.schema", (*path, *below), message)

    # Topologies

    def topologies(self) -> Iterator[Finding]:
        base: Path = (*SPEC, "topologies")
        if not self.spec.topologies and not self.is_broken(base):
            yield finding("definition.no-topologies", base, "the definition has no topology")
        marked = [name for name, topology in self.spec.topologies.items() if topology.default]
        for name in marked[1:]:
            text = f"topologies '{marked[0]}' and '{name}' are both marked as the default"
            first: Path = (*base, marked[0], "default")
            yield finding("definition.default-topology", (*base, name, "default"), text, first=first)
        for name, topology in self.spec.topologies.items():
            path = (*base, name)
            for component, entry in topology.components.items():
                at = (*path, "components", component)
                if component not in self.spec.components:
                    if not self.is_broken((*SPEC, "components")):
                        text = f"topology '{name}' has the component '{component}', which the definition does not have"
                        names = self.spec.components
                        yield unknown("definition.unknown-component", at, text, component, names)
                elif entry is not None:
                    yield from self.member(name, component, entry, at)
            yield from self.rules(name, topology.rules, (*path, "rules"))

    def member(self, topology: str, component: str, entry: TopologyComponent, path: Path) -> Iterator[Finding]:
        yield from self.field_paths(entry.fields, (*path, "fields"))
        yield from self.left_out(entry.fields_but, (*path, "fieldsBut"))
        limits = entry.replicas
        at = (*path, "replicas")
        if limits is not None and limits.min is not None and limits.max is not None and limits.min > limits.max:
            text = f"the least number of replicas, {limits.min}, is above the greatest, {limits.max}"
            yield finding("definition.replicas", at, text)
        elif limits is not None and limits.odd and limits.min == limits.max and (limits.min or 1) % 2 == 0:
            yield finding("definition.replicas", at, f"no odd number is between {limits.min} and {limits.max}")
        else:
            yield from self.default_replicas(topology, component, entry, path)
        defaults = entry.defaults
        if defaults is None:
            return
        below = (*path, "defaults")
        data = defaults.model_dump(by_alias=True, exclude_none=True)
        yield from self.default_version(component, data.get("version"), (*below, "version"))
        for fields in Technology("", self.definition, self.manifest).instance_fields(topology, component):
            for outside, allowed in fields.outside(data):
                text = f"the default '{path_text(outside)}' of component '{component}' is not one of its fields"
                yield unknown("definition.not-honoured", (*below, *outside), text, str(outside[-1]), allowed)
        schema = self.definition.component_schema(component)
        if data.get("config") and schema is None:
            text = f"component '{component}' takes no config, since it has no configSchema"
            yield finding("definition.defaults", (*below, "config"), text)
        elif data.get("config") and schema is not None and not schema_problems(schema.schema):
            for found in schema.check(data["config"], (*below, "config")):
                yield replace(found, code="definition.defaults")

    def default_replicas(
        self, topology: str, component: str, entry: TopologyComponent, path: Path
    ) -> Iterator[Finding]:
        """Whether the number of replicas of clusters that name none is within the limits."""
        own = entry.defaults.replicas if entry.defaults is not None else None
        plugin = paths.value_at(self.manifest.defaults if self.manifest else {}, ("instances", component, "replicas"))
        at = (*path, "defaults", "replicas") if own is not None else (*path, "replicas")
        if entry.replicas is not None:
            for found in replica_findings(entry.replicas, plugin if own is None else own, at, topology):
                where = (
                    ""
                    if own is not None
                    else f" (the default of plugin '{self.manifest.name if self.manifest else ''}')"
                )
                yield replace(found, code="definition.replicas", message=f"{found.message}{where}")

    def default_version(self, component: str, version: Any, path: Path) -> Iterator[Finding]:
        kinds = self.definition.choices(component)
        kind = self.definition.type_of(component)
        names = [entry.version for one in kinds for entry in self.definition.versions(one, None)]
        if version is not None and names and version not in names:
            text = f"type '{kind}' has no version '{version}'"
            yield unknown("definition.unknown-version", path, text, version, names)

    def rules(self, topology: str, rules: list[Rule], path: Path) -> Iterator[Finding]:
        if rules:
            environment, shapes = Environment(VARIABLES), rule_shapes(self.definition, topology)
            yield from rule_findings(rules, environment, shapes, path, f"topology '{topology}'")

    def shared_rules(self) -> Iterator[Finding]:
        """What is wrong with rules for all topologies: each can be asked of one of them."""
        path: Path = (*SPEC, "rules")
        of_topologies = [list(self.rules(name, self.spec.rules, path)) for name in self.spec.topologies]
        for index in range(len(self.spec.rules)):
            found = [[one for one in all_of if one.path[:3] == (*path, index)] for all_of in of_topologies]
            if found and all(found):
                yield from found[0]

    def resolvable(self, wrong: Iterable[Path]) -> Iterator[Finding]:
        """Whether a cluster that says nothing else can be had, of each topology that nothing `wrong` has a part in."""
        shared = [path for path in wrong if path[:2] != (*SPEC, "topologies")]
        broken = {path[2] for path in wrong if path[:2] == (*SPEC, "topologies") and len(path) > 2}
        found = []
        for operator in self.operators:
            technology = Technology(self.definition.name, self.definition, self.manifest, operator)
            for name in self.spec.topologies:
                config = self.definition.topology_schema(name) if not shared and name not in broken else None
                if shared or name in broken or (config is not None and config.schema.get("required")):
                    continue
                spec = {"provider": self.definition.name, "topology": {"type": name}}
                _, problems = check_cluster({"name": "x", "namespace": "default"}, spec, technology)
                for entry in problems:
                    if entry.is_error and entry.code != "cluster.block-missing":
                        where = f"{path_text(entry.path)}: " if entry.path else ""
                        text = (
                            f"a cluster of topology '{name}' that says nothing else is refused: {where}{entry.message}"
                        )
                        at = (*SPEC, "topologies", name)
                        found.append((operator, finding("definition.unresolvable", at, text)))
        yield from self.by_operator(found)

    # Bundles

    def bundles(self) -> Iterator[Finding]:
        names: dict[str, int] = {}
        marked = [i for i, bundle in enumerate(self.spec.bundles) if bundle.default]
        for index in marked[1:]:
            text = "more than one bundle is marked as the default"
            if self.operators == [None] or self.share_operator(marked[0], index):
                first: Path = (*SPEC, "bundles", marked[0], "default")
                yield finding("definition.bundle", (*SPEC, "bundles", index, "default"), text, first=first)
        for index, bundle in enumerate(self.spec.bundles):
            path: Path = (*SPEC, "bundles", index)
            if names.setdefault(bundle.name, index) != index:
                text = f"there is another bundle '{bundle.name}'"
                before: Path = (*SPEC, "bundles", names[bundle.name], "name")
                yield finding("definition.bundle", (*path, "name"), text, first=before)
            for component, version in bundle.components.items():
                at = (*path, "components", component)
                if component not in self.spec.components:
                    text = f"bundle '{bundle.name}' names '{component}', which is no component of the definition"
                    known = self.spec.components
                    yield unknown("definition.unknown-component", at, text, component, known)
                else:
                    yield from self.default_version(component, version, at)

    def share_operator(self, one: int, other: int) -> bool:
        bundles = self.spec.bundles
        return any(
            bundles[one] in self.definition.bundles(o) and bundles[other] in self.definition.bundles(o)
            for o in self.operators
        )
