"""The JSON Schema of a cluster of one technology, so that an editor completes and checks what only this one takes.

Components, topologies and versions are enumerations, config schemas stand where they apply, and fields that the
technology does not honour are not there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import FieldSet
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.versions.lines import in_order, lines_of
from pulumi_everest.model.definition import VersionEntry
from pulumi_everest.model.schemas.json_schema import document_schema

Schema = dict[str, Any]


def cluster_schema(technology: Technology) -> Schema:
    """The schema of a whole DatabaseCluster document of this technology."""
    schema = document_schema("DatabaseCluster")
    definitions: Schema = schema["$defs"]
    spec = definitions["DatabaseClusterSpec"]
    spec["properties"] = _spec_properties(technology, definitions, spec["properties"])
    spec["allOf"] = [_topology_rule(technology, definitions, name) for name in technology.definition.spec.topologies]
    schema["title"] = f"DatabaseCluster of {technology.provider}"
    return _with_used_definitions(schema)


def _spec_properties(technology: Technology, definitions: Schema, properties: Schema) -> Schema:
    definition, manifest = technology.definition, technology.manifest
    fields = technology.spec_fields
    kept = properties if fields is None else _pruned(properties, fields, definitions, ())
    kept["provider"] = {**properties["provider"], "const": technology.provider}
    names = list(definition.spec.topologies)
    default = definition.default_topology
    topology = {"type": "object", "additionalProperties": False, "description": properties["topology"]["description"]}
    kind: Schema = {"enum": names, "description": "Name of a topology of the definition."}
    if default is not None:
        kind["default"] = default
    topology["properties"] = {"type": kind, "config": {"type": "object"}}
    kept["topology"] = topology
    if default is None:
        topology["required"] = ["type"]
        spec_required = definitions["DatabaseClusterSpec"].setdefault("required", [])
        definitions["DatabaseClusterSpec"]["required"] = [*spec_required, "topology"]
    kept["components"] = _components(technology)
    kept["instances"] = {"type": "object", "description": properties["instances"]["description"]}
    if manifest is not None:
        versions = manifest.operator.versions
        kept["operatorVersion"] = {
            **properties["operatorVersion"],
            "enum": versions,
            "default": manifest.operator.default,
        }
    _choice(kept, "bundle", [bundle.name for bundle in definition.spec.bundles])
    _choice(kept, "preset", list(technology.presets))
    config = definition.config_schema()
    if config is None:
        kept.pop("config", None)
    else:
        kept["config"] = _inlined(config.closed)
    return {name: kept[name] for name in properties if name in kept}


def _choice(properties: Schema, name: str, values: list[str]) -> None:
    if values:
        properties[name] = {**properties[name], "enum": values}
    else:
        properties.pop(name, None)


def _components(technology: Technology) -> Schema:
    kinds = technology.definition.spec.component_types
    used = technology.definition.used_types
    versions = {
        kind: {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "version": _versions(entry.versions),
                "image": {"type": "string", "description": "Container image; wins over that of the version."},
            },
        }
        for kind, entry in kinds.items()
        if kind in used
    }
    by_type = {"type": "object", "additionalProperties": False, "properties": versions}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {"versions": {**by_type, "description": "Versions by component type."}},
    }


def _versions(entries: Iterable[VersionEntry]) -> Schema:
    names = list(dict.fromkeys(entry.version for entry in in_order(entries)))
    defaults = [entry.version for entry in entries if entry.default]
    schema: Schema = {
        "enum": [*names, *lines_of(names)],
        "description": "Version; one of the definition's, or a line of them, such as 17, which means its newest.",
    }
    if len(set(defaults)) == 1:
        schema["default"] = defaults[0]
    return schema


def _topology_rule(technology: Technology, definitions: Schema, topology: str) -> Schema:
    """What holds where a topology is chosen, by name or as the default."""
    definition = technology.definition
    chosen: Schema = {"properties": {"topology": {"properties": {"type": {"const": topology}}}}}
    if topology != definition.default_topology:
        chosen["required"] = ["topology"]
        chosen["properties"]["topology"]["required"] = ["type"]
    config = definition.topology_schema(topology)
    config_schema: Schema = _inlined(config.closed) if config is not None else {"maxProperties": 0}
    instances = {
        name: _instance(technology, definitions, topology, name) for name in definition.topology_components(topology)
    }
    return {
        "if": chosen,
        "then": {
            "properties": {
                "topology": {"properties": {"config": config_schema}},
                "instances": {"type": "object", "additionalProperties": False, "properties": instances},
            }
        },
    }


def _instance(technology: Technology, definitions: Schema, topology: str, component: str) -> Schema:
    """The settings that a component takes in a topology."""
    definition = technology.definition
    properties: Schema = copied(definitions["Instance"]["properties"])
    for fields in technology.instance_fields(topology, component):
        properties = _pruned(properties, fields, definitions, ())
    kinds = definition.choices(component)
    if "version" in properties:
        operator = technology.operator_version
        properties["version"] = _versions([entry for kind in kinds for entry in definition.versions(kind, operator)])
    if len(kinds) == 1:
        properties.pop("type", None)
    elif "type" in properties:
        properties["type"] = {**properties["type"], "enum": kinds, "default": kinds[0]}
    form = definition.spec.components[component].engine_config
    if form is None:
        properties.pop("engineConfig", None)
    elif "engineConfig" in properties:
        forms = {"text": "string", "parameters": "object"}
        properties["engineConfig"] = {
            "type": forms[form],
            "description": properties["engineConfig"].get("description", ""),
        }
    schema = definition.component_schema(component)
    if schema is None:
        properties.pop("config", None)
    else:
        properties["config"] = _inlined(schema.closed)
    return {
        "anyOf": [{"type": "object", "additionalProperties": False, "properties": properties}, {"type": "null"}],
        "description": f"Component of type {' or '.join(kinds)}.",
    }


def _pruned(properties: Schema, fields: FieldSet, definitions: Schema, path: tuple[str, ...]) -> Schema:
    """The properties that a set of fields covers, wholly or in part."""
    kept: Schema = {}
    for name, schema in properties.items():
        here = (*path, name)
        if fields.covers(here):
            kept[name] = schema
        elif fields.reaches(here):
            target = _target(schema, definitions)
            if target is None or "properties" not in target:
                kept[name] = schema
                continue
            below = _pruned(target["properties"], fields, definitions, here)
            inner = {**target, "properties": below}
            kept[name] = {**schema, "items": inner} if "items" in schema else {**_beside(schema), **inner}
            kept[name].pop("$ref", None)
    return kept


def _beside(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key == "description"}


def _target(schema: Schema, definitions: Schema) -> Schema | None:
    """The definition that a property refers to, itself or by its items."""
    reference = schema.get("$ref") or (schema.get("items") or {}).get("$ref")
    return definitions[reference.rsplit("/", 1)[1]] if reference else None


def _inlined(schema: Schema) -> Schema:
    """A config schema as part of another: local references are replaced by what they point at."""
    return _expanded(schema, schema, ())  # type: ignore[no-any-return]


def _expanded(node: Any, root: Schema, inside: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_expanded(item, root, inside) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str) and reference not in inside:
        target: Any = root
        for part in reference.removeprefix("#").split("/")[1:]:
            target = target[part.replace("~1", "/").replace("~0", "~")]
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return {**_expanded(target, root, (*inside, reference)), **_expanded(rest, root, inside)}
    if isinstance(reference, str):
        return {}
    return {key: _expanded(value, root, inside) for key, value in node.items() if key != "$defs"}


def _with_used_definitions(schema: Schema) -> Schema:
    """The schema without definitions that nothing refers to any more."""
    definitions = schema["$defs"]
    used: set[str] = set()
    todo = list(_references({key: value for key, value in schema.items() if key != "$defs"}))
    while todo:
        name = todo.pop()
        if name not in used:
            used.add(name)
            todo += _references(definitions[name])
    schema["$defs"] = {name: value for name, value in definitions.items() if name in used}
    return schema


def _references(node: Any) -> Iterable[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value.rsplit("/", 1)[1]
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
