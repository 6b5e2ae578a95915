"""The JSON Schema of the clusters of one technology: what it takes, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from expected import assert_expected, file_for
from jsonschema import Draft202012Validator

from pulumi_everest.core.definitions.cluster_schema import cluster_schema
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.plugin_files.manifest import PluginManifest

SIZES = {"type": "object", "properties": {"shards": {"type": "integer"}}}
TREE = {
    "type": "object",
    "properties": {
        "top": {"$ref": "#/$defs/node"},
        "a/b": {"$ref": "#/$defs/x~1y"},
        "list": {"anyOf": [{"items": {"enum": [1]}}, {"type": "null"}]},
    },
    "$defs": {
        "node": {"type": "object", "properties": {"name": {"type": "string"}, "below": {"$ref": "#/$defs/node"}}},
        "x/y": {"type": "integer"},
    },
}
SPEC: dict[str, Any] = {
    "componentTypes": {
        "db": {
            "versions": [
                {"version": "1.0", "image": "db:1.0", "operator": "<1.1"},
                {"version": "2.0", "image": "db:2.0", "default": True},
            ]
        },
        "tool": {"versions": [{"version": "5", "image": "t:5", "default": True}, {"version": "6", "image": "t:6", "default": True}]},
        "unused": {"versions": [{"version": "9", "image": "u:9"}]},
    },
    "components": {
        "engine": {"type": "db", "engineConfig": "text", "configSchema": TREE},
        "proxy": {"type": "tool", "engineConfig": "parameters"},
        "agent": {"type": "tool"},
    },
    "topologies": {
        "one": {"components": {"engine": None}},
        "many": {"components": {"engine": None, "proxy": None, "agent": {"fields": ["replicas"]}}, "configSchema": SIZES},
    },
}  # fmt: skip
MANIFEST: dict[str, Any] = {
    "name": "toy",
    "title": "Toy",
    "operator": {"name": "toy", "versions": ["1.0", "1.1"], "default": "1.1"},
    "components": {
        "engine": {"types": ["db"], "fields": ["version", "replicas", "resources.limits", "engineConfig"]},
        "proxy": {"types": ["tool"], "fields": ["version", "replicas", "engineConfig", "scheduling.affinity"]},
        "agent": {"types": ["tool"], "fields": ["version", "replicas"]},
    },
    "fields": ["paused", "backup.storages.name", "backup.storages.type", "tls.issuer.name"],
}


def technology(*, plugin: bool = True, presets: Any = None, operator: str | None = None, **spec: Any) -> Technology:
    document = {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseClusterDefinition",
        "metadata": {"name": "toy"},
        "spec": {**SPEC, **spec},
    }
    manifest = PluginManifest.model_validate(MANIFEST) if plugin else None
    definition = Definition(DatabaseClusterDefinition.model_validate(document))
    return Technology("toy-operator", definition, manifest, operator, presets=presets or {})


SCHEMA_OF_THE_TOY = cluster_schema(technology())


def test_it_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA_OF_THE_TOY)


def passes(spec: dict[str, Any], of: Technology | None = None) -> bool:
    schema = cluster_schema(of) if of is not None else SCHEMA_OF_THE_TOY
    document = {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseCluster",
        "metadata": {"name": "a"},
        "spec": {"provider": "toy-operator", **spec},
    }
    return bool(Draft202012Validator(schema).is_valid(document))


def many(**more: Any) -> dict[str, Any]:
    return {"topology": {"type": "many"}, **more}


def component(name: str, value: Any) -> dict[str, Any]:
    return many(instances={name: value})


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (many(), True),
        ({}, False),  # several topologies, and none is the default
        ({"topology": {}}, False),
        ({"topology": {"type": "three"}}, False),
        ({"topology": {"type": "one", "size": 1}}, False),
        (many(provider="other"), False),
        (many(paused=True), True),
        (many(usersSecret="x"), False),
        (many(operatorVersion="1.0"), True),
        (many(operatorVersion="1.2"), False),
        (many(bundle="x"), False),
        (many(preset="x"), False),
        (many(config={}), False),
        (many(instances={"engine": None, "proxy": {}, "agent": {}}), True),
        (many(instances={"other": {}}), False),
        ({"topology": {"type": "one"}, "instances": {"proxy": {}}}, False),
        ({"topology": {"type": "many", "config": {"shards": 2}}}, True),
        ({"topology": {"type": "many", "config": {"shrads": 2}}}, False),
        ({"topology": {"type": "many", "config": {"shards": "2"}}}, False),
        ({"topology": {"type": "one", "config": {}}}, True),
        ({"topology": {"type": "one", "config": {"shards": 2}}}, False),
        (many(components={"versions": {"db": {"version": "1.0", "image": "x"}}}), True),
        (many(components={"versions": {"db": {"version": "3.0"}}}), False),
        (many(components={"versions": {"db": {"digest": "x"}}}), False),
        (many(components={"versions": {"unused": {"version": "9"}}}), False),
        (many(components={"version": {}}), False),
        (many(backup={"storages": [{"name": "a", "type": "s3"}]}), True),
        (many(backup={"storages": [{"name": "a", "type": "s3", "bucket": "b"}]}), False),
        (many(backup={"pitr": {}}), False),
        (many(tls={"issuer": {"name": "i"}}), True),
        (many(tls={"issuer": {"kind": "Issuer"}}), False),
        (component("engine", {"replicas": 3, "resources": {"limits": {"cpu": "1"}}}), True),
        (component("engine", {"resources": {"requests": {"cpu": "1"}}}), False),
        (component("engine", {"storage": {"size": "1Gi"}}), False),
        (component("engine", {"version": "2.0"}), True),
        (component("engine", {"version": "5"}), False),
        (component("engine", {"engineConfig": "a: b"}), True),
        (component("engine", {"engineConfig": {"a": "b"}}), False),
        (component("proxy", {"engineConfig": {"a": "b"}}), True),
        (component("proxy", {"engineConfig": "a: b"}), False),
        (component("agent", {"engineConfig": "a: b"}), False),
        (component("proxy", {"scheduling": {"affinity": {"nodeAffinity": {}}}}), True),
        (component("proxy", {"scheduling": {"affinity": {"a": "b"}}}), False),
        (component("proxy", {"scheduling": {"nodeSelector": {}}}), False),
        (component("agent", {"replicas": 1}), True),
        (component("agent", {"version": "5"}), False),  # the topology narrows the fields
        (component("proxy", {"config": {}}), False),
        (component("engine", {"config": {"top": {"name": "a", "below": {"name": "b"}}, "a/b": 1, "list": [1]}}), True),
        (component("engine", {"config": {"top": {"nmae": "a"}}}), False),
        (component("engine", {"config": {"a/b": "1"}}), False),
        (component("engine", {"config": {"other": 1}}), False),
    ],
)  # fmt: skip
def test_takes_what_the_technology_takes(spec: dict[str, Any], expected: bool) -> None:
    assert passes(spec) is expected


def test_a_default_topology_need_not_be_named() -> None:
    topologies = {**SPEC["topologies"], "many": {**SPEC["topologies"]["many"], "default": True}}
    of = technology(topologies=topologies)

    assert passes({"instances": {"proxy": {}}}, of)
    assert passes({"topology": {"config": {"shards": 1}}}, of)
    assert not passes({"topology": {"config": {"shrads": 1}}}, of)
    assert not passes({"topology": {"type": "one"}, "instances": {"proxy": {}}}, of)
    assert cluster_schema(of)["$defs"]["DatabaseClusterSpec"]["properties"]["topology"]["properties"]["type"] == {
        "enum": ["one", "many"], "description": "Name of a topology of the definition.", "default": "many",
    }  # fmt: skip


def test_choices_are_those_that_there_are() -> None:
    of = technology(bundles=[{"name": "b", "components": {}}], presets={"small": {}}, configSchema=SIZES, plugin=False)

    assert passes(many(bundle="b", preset="small", config={"shards": 1}, operatorVersion="any", usersSecret="x"), of)
    for wrong in ({"bundle": "c"}, {"preset": "large"}, {"config": {"shrads": 1}}):
        assert not passes(many(**wrong), of)


def test_a_component_of_several_types_takes_the_versions_of_all_and_says_them() -> None:
    of = technology(plugin=False, components={**SPEC["components"], "proxy": {"type": "tool", "types": ["tool", "db"]}})
    rule = next(r for r in cluster_schema(of)["$defs"]["DatabaseClusterSpec"]["allOf"] if "proxy" in str(r))
    proxy = rule["then"]["properties"]["instances"]["properties"]["proxy"]
    properties = proxy["anyOf"][0]["properties"]

    assert proxy["description"] == "Component of type tool or db."
    assert (properties["type"]["enum"], properties["type"]["default"]) == (["tool", "db"], "tool")
    assert set(properties["version"]["enum"]) == {"6", "5", "2.0", "1.0", "2", "1"}


def versions(component: str, of: Technology) -> Any:
    rule = next(r for r in cluster_schema(of)["$defs"]["DatabaseClusterSpec"]["allOf"] if "proxy" in str(r))
    return rule["then"]["properties"]["instances"]["properties"][component]["anyOf"][0]["properties"]["version"]


def test_versions_are_those_of_the_operator_and_the_default_is_said_where_there_is_one() -> None:
    said = {"description": "Version; one of the definition's, or a line of them, such as 17, which means its newest."}

    assert versions("engine", technology()) == {"enum": ["2.0", "1.0", "2", "1"], "default": "2.0", **said}
    assert versions("engine", technology(operator="1.1")) == {"enum": ["2.0", "2"], "default": "2.0", **said}
    assert versions("proxy", technology()) == {"enum": ["6", "5"], **said}


def test_it_is_called_after_its_provider_and_has_no_definitions_that_nothing_refers_to() -> None:
    schema = cluster_schema(technology())

    assert schema["title"] == "DatabaseCluster of toy-operator"
    for name in schema["$defs"]:
        assert f"#/$defs/{name}" in str(schema), name
    assert "Monitoring" not in schema["$defs"]
    spec = schema["$defs"]["DatabaseClusterSpec"]
    assert "topology" in spec["required"]
    assert next(iter(spec["properties"])) == "provider"


@pytest.mark.parametrize("plugin", [True, False])
def test_an_editor_is_told_all_of_it(plugin: bool) -> None:
    of = technology(bundles=[{"name": "b", "components": {}}], presets={"small": {}}, configSchema=SIZES, plugin=plugin)
    spec = cluster_schema(of)["$defs"]["DatabaseClusterSpec"]

    told = spec if plugin else {key: spec["properties"][key] for key in ("provider", "components", "bundle", "preset")}
    assert_expected(file_for(Path(__file__)), "of a plugin" if plugin else "of a definition alone", told)
