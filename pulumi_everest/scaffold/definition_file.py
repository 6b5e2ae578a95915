"""definition.yaml of a new plugin: types with their versions, components, topologies, rules and upgrades."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from pulumi_everest.scaffold.definitions.crd_files import in_order
from pulumi_everest.scaffold.meaning.components import ENGINE, Found
from pulumi_everest.scaffold.meaning.versions import said_image, versions_of
from pulumi_everest.scaffold.plugin_files import Plan, Tree
from pulumi_everest.scaffold.template.objects import ComponentType
from pulumi_everest.scaffold.template.required_values import text_for
from pulumi_everest.scaffold.template.tree import Guess
from pulumi_everest.scaffold.template.whole_fields import PMM

STANDARD = "standard"


def definition(plan: Plan) -> Tree:
    """definition.yaml."""
    types, components = _types(plan), plan.objects.components
    listed: Tree = {}
    for one in components:
        listed[one.component.name] = {"type": one.type}
        if one.engine_config:
            listed[one.component.name]["engineConfig"] = Guess(one.engine_config, "engineConfig")
    if plan.objects.whole.has_pmm:
        listed[PMM] = {"type": PMM}
    spec: Tree = {
        "componentTypes": types,
        "components": listed,
        "topologies": _topologies(plan),
    }
    rules = [*_rules(plan.objects.found), *plan.objects.whole.rules]
    if plan.objects.whole.backups is not None:
        rules += plan.objects.whole.backups.rules
    if rules:
        spec["rules"] = rules
    spec["upgrades"] = {name: {"majorStep": 1, "downgrade": False} for name in types}
    return {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseClusterDefinition",
        "metadata": {"name": plan.operator},
        "spec": spec,
    }


def _types(plan: Plan) -> Tree:
    made: Tree = {}
    for one in plan.objects.components:
        if one.type in made:
            continue
        said = said_image(one.component, one.sample, plan.source.images)
        made[one.type] = _versions(one.type, plan, said)
    if plan.objects.whole.has_pmm:
        made[PMM] = _versions(PMM, plan, "")
    return made


def _versions(name: str, plan: Plan, said: str) -> Tree:
    entries: list[Any] = []
    given = plan.answers.images.get(name, [])
    found = versions_of(name, given, said, _oldest(plan, name))
    called = _said_version(plan, name)
    if called and not given and len(found) == 1:
        found = [replace(found[0], version=called)]
    for number, one in enumerate(found, 1):
        entry: Tree = {
            "version": one.version,
            "image": Guess(one.image, "image", ask="" if one.known else f"the image of {name}: --image {name}=IMAGE"),
        }
        if number == len(found):
            entry["default"] = True
        entries.append(entry)
    return {"versions": entries}


def _said_version(plan: Plan, name: str) -> str:
    """The version that a sample names beside the image."""
    versions = (one.component.first("version") for one in plan.objects.components if one.type == name)
    at = next((field for field in versions if field is not None), None)
    said = plan.objects.components[0].sample.at(at.path) if at is not None else None
    return said if isinstance(said, str) and re.fullmatch(r"[0-9][A-Za-z0-9.+_-]*", said) else ""


def _oldest(plan: Plan, name: str) -> str:
    """A version that the definition takes where nothing says one: of its list, by its pattern, within its bounds."""
    for one in plan.objects.components:
        major, whole = one.component.first("majorVersion"), one.component.first("version")
        if one.type != name:
            continue
        if whole is not None and (whole.enum or "pattern" in whole.schema):
            return max(map(str, whole.enum), key=in_order) if whole.enum else text_for(whole.schema, "1.0.0")
        if major is not None:
            high, low = major.schema.get("maximum"), major.schema.get("minimum")
            number = high if isinstance(high, int) else low if isinstance(low, int) else 1
            return f"{number}.0"
    return "1.0.0"


def _topologies(plan: Plan) -> Tree:
    objects = plan.objects
    inside = {id(one): here for here, those in objects.found.switches for one in those}
    made: Tree = {}
    several = bool(objects.found.switches)
    for here in (None, *(one for one, _ in objects.found.switches)):
        components: Tree = {}
        for one in objects.components:
            switch = inside.get(id(one.component))
            if switch is not None and switch is not here:
                continue
            components[one.component.name] = _of_topology(one, switch is not None)
        if objects.whole.has_pmm:
            components[PMM] = {"optional": True}
        name = STANDARD if here is None else here.last
        said = plan.answers.given.get("topology")
        default = (said == name) if said else here is None
        topology: Tree = {}
        if several and default:
            topology["default"] = Guess(True, "default", ask=plan.answers.mark("topology"))
        if objects.whole.shards is not None:
            topology["configSchema"] = _shards(objects.whole.shards.schema)
        topology["components"] = components
        made[name] = topology
    return made


def _of_topology(one: ComponentType, needed: bool) -> Tree:
    made: Tree = {}
    if one.component.name != ENGINE and one.component.optional and not needed and not one.needed:
        made["optional"] = True
    low = one.replicas.schema.get("minimum") if one.replicas is not None else None
    if one.replicas is not None:
        limits: Tree = {"min": low if isinstance(low, int) and low > 0 else 1}
        high = one.replicas.schema.get("maximum")
        if isinstance(high, int):
            limits["max"] = high
        made["replicas"] = Guess(limits, "limits of replicas")
    return made


def _shards(schema: Any) -> Tree:
    low = schema.get("minimum")
    shards: Tree = {
        "type": "integer",
        "description": "Number of shards.",
        "minimum": max(1, low) if isinstance(low, int) else 1,
        "default": 1,
    }
    return {"type": "object", "properties": {"shards": shards}}


def _rules(found: Found) -> list[Any]:
    """Rules from enums of fields that a text of a cluster reaches."""
    rules: list[Any] = []
    for at in found.whole.get("tlsMode", ())[:1]:
        if at.enum:
            listed = ", ".join(f"'{one}'" for one in at.enum)
            rules.append(
                {
                    "cel": f"!spec.?tls.?mode.hasValue() || spec.tls.mode in [{listed}]",
                    "path": "tls.mode",
                    "message": f"the mode of TLS is one of {', '.join(map(str, at.enum))}",
                }
            )
    if any(one.fields.get("expose") for one in found.components):
        rules.append({"mixin": "loadBalancer"})
    return rules
