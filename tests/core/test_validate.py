"""What a cluster asks for, against what its definition, topology and plugin allow."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from expected import Said

from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.model.cluster import BackupStorage
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.findings import Finding, path_text
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.model.storage_types import STORAGE_TYPES, StorageType

SAID = Said(__file__)
said_in_full = SAID.fixture()

SHARDS = {"type": "object", "properties": {"shards": {"type": "integer", "minimum": 1}, "mode": {"type": "string"}}}
DEFINITION: dict[str, Any] = {
    "componentTypes": {
        "db": {"versions": [{"version": "1.0", "image": "db:1.0"}]},
        "tool": {"versions": [{"version": "2.0", "image": "tool:2.0"}]},
    },
    "components": {
        "engine": {"type": "db", "engineConfig": "text", "configSchema": SHARDS},
        "proxy": {"type": "db", "engineConfig": "parameters"},
        "tool": {"type": "tool"},
    },
    "configSchema": {"type": "object", "properties": {"zone": {"type": "string"}}},
    "topologies": {
        "cluster": {
            "default": True,
            "configSchema": SHARDS,
            "components": {
                "engine": {"defaults": {"replicas": 3}, "replicas": {"min": 3, "max": 7, "odd": True}},
                "proxy": {"optional": True, "fields": ["replicas", "engineConfig"]},
                "tool": {"optional": True},
            },
        },
        "single": {"components": {"engine": {"defaults": {"replicas": 1}}}},
    },
}
MANIFEST: dict[str, Any] = {
    "name": "x",
    "title": "X",
    "operator": {"name": "x-operator", "versions": ["1.0"], "default": "1.0"},
    "components": {
        "engine": {"types": ["db"], "fields": ["version", "replicas", "resources.limits", "storage", "engineConfig"]},
        "proxy": {"types": ["db"], "fields": ["replicas", "resources", "engineConfig"]},
        "tool": {"types": ["tool"], "fields": ["version"]},
    },
    "fields": ["backup.storages", "dataSource", "tls", "paused"],
    "blocks": {"backup": {"types": ["tool"]}},
}


def technology(*, plugin: bool = True, rules: list[dict[str, Any]] | None = None, **changes: Any) -> Technology:
    topologies = {**DEFINITION["topologies"]}
    topologies["cluster"] = {**topologies["cluster"], "rules": rules or []}
    document = {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseClusterDefinition",
        "metadata": {"name": "x"},
        "spec": {**DEFINITION, "topologies": topologies, **changes},
    }
    definition = Definition(DatabaseClusterDefinition.model_validate(document))
    manifest = PluginManifest.model_validate(MANIFEST) if plugin else None
    presets = {"wide": {"instances": {"engine": {"replicas": 8}}}}
    return Technology("x", definition, manifest, presets=presets)


def check(spec: dict[str, Any], **of: Any) -> list[Finding]:
    return SAID(check_cluster({"name": "a", "namespace": "b"}, {"provider": "x", **spec}, technology(**of))[1])


def codes(spec: dict[str, Any], **of: Any) -> list[tuple[str, str]]:
    return [(entry.code, path_text(entry.path)) for entry in check(spec, **of)]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"instances": {"engine": {"resources": {"limits": {"cpu": "1"}}}}}, []),
        ({"instances": {"engine": {"resources": {"requests": {"cpu": "1"}}}}}, ["instances.engine.resources.requests"]),
        ({"instances": {"engine": {"expose": {"type": "NodePort"}}}}, ["instances.engine.expose"]),
        ({"instances": {"engine": {"expose": None}}}, []),
        ({"instances": {"proxy": {"resources": {"limits": {"cpu": "1"}}}}}, ["instances.proxy.resources"]),
        ({"instances": {"proxy": {"replicas": 2, "version": "1.0"}}}, ["instances.proxy.version"]),
        ({"usersSecret": "x", "paused": True}, ["usersSecret"]),
        ({"tls": {"mode": "x"}, "operatorVersion": "1.0", "preset": None}, []),
        (
            {"instances": {"engine": {"expose": {"type": "A"}, "image": "x"}}},
            ["instances.engine.expose", "instances.engine.image"],
        ),
    ],
)
def test_a_field_that_nothing_honours_is_refused(spec: dict[str, Any], expected: list[str]) -> None:
    assert codes(spec) == [("cluster.field-not-honoured", path) for path in expected]


def test_without_a_plugin_only_the_definition_narrows_the_fields() -> None:
    spec = {"usersSecret": "x", "instances": {"engine": {"expose": {"type": "NodePort"}}, "proxy": {"version": "1.0"}}}

    assert codes(spec, plugin=False) == [("cluster.field-not-honoured", "instances.proxy.version")]


@pytest.mark.parametrize(
    ("replicas", "message"),
    [
        (3, None),
        (7, None),
        (2, "it takes at least 3 and an odd number"),
        (4, "it takes an odd number"),
        (8, "it takes at most 7 and an odd number"),
        (9, "it takes at most 7"),
    ],
)
def test_the_number_of_replicas_is_within_the_topologys_limits(replicas: int, message: str | None) -> None:
    found = check({"instances": {"engine": {"replicas": replicas}}})

    if message is None:
        assert found == []
    else:
        assert [(f.code, path_text(f.path), f.allowed) for f in found] == [
            ("cluster.replicas", "instances.engine.replicas", ("3", "5", "7"))
        ]
        assert found[0].message.endswith(message)


def test_a_presets_replicas_are_within_the_limits_too() -> None:
    assert codes({"preset": "wide"}) == [("cluster.replicas", "instances.engine.replicas")]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"config": {"zone": "a"}}, []),
        ({"config": {"zon": "a"}}, [("cluster.config", "config.zon")]),
        ({"topology": {"config": {"shards": 0}}}, [("cluster.config", "topology.config.shards")]),
        ({"instances": {"engine": {"config": {"mode": 1}}}}, [("cluster.config", "instances.engine.config.mode")]),
        ({"instances": {"proxy": {"config": {}}}}, []),
        ({"instances": {"tool": {"config": {"a": 1}}}}, [("cluster.config-no-schema", "instances.tool.config")]),
        (
            {"topology": {"type": "single", "config": {"shards": 1}}},
            [("cluster.config-no-schema", "topology.config")],
        ),
    ],
)
def test_config_is_what_its_schema_takes(spec: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert codes(spec) == expected


def test_config_that_is_left_out_is_checked_where_the_schema_needs_something() -> None:
    needed = {"type": "object", "properties": {"zone": {"type": "string"}}, "required": ["zone"]}

    assert codes({}, configSchema=needed) == [("cluster.config", "config.zone")]
    assert codes({"config": {"zone": "a"}}, configSchema=needed) == []


def test_a_config_is_checked_where_the_rest_of_the_cluster_is_wrong() -> None:
    found = codes({"config": {"zon": "a"}, "topology": {"type": "none"}})
    assert ("cluster.config", "config.zon") in found
    assert any(path == "topology.type" for _, path in found)


def test_a_config_is_checked_with_its_defaults() -> None:
    schema = {
        "required": ["zone"],
        "properties": {"zone": {"type": "string", "default": "a"}, "n": {"type": "integer"}},
    }

    assert codes({}, configSchema=schema) == []
    assert codes({"config": {"n": 1}}, configSchema=schema) == []
    assert codes({"config": {"n": "x"}}, configSchema=schema) == [("cluster.config", "config.n")]


@pytest.mark.parametrize(
    ("component", "value", "expected"),
    [
        ("engine", "a: b", None),
        ("engine", {"a": "b"}, "instances.engine.engineConfig"),
        ("proxy", {"a": "b", "c": 1, "d": True}, None),
        ("proxy", "a=b", "instances.proxy.engineConfig"),
        ("proxy", {"a": ["b"]}, "instances.proxy.engineConfig.a"),
    ],
)
def test_engine_configuration_has_the_form_that_the_component_takes(
    component: str, value: Any, expected: str | None
) -> None:
    wanted = [("cluster.engine-config", expected)] if expected else []

    assert codes({"instances": {component: {"engineConfig": value}}}) == wanted


def test_a_component_without_engine_configuration_refuses_it_once() -> None:
    assert codes({"instances": {"tool": {"engineConfig": "a"}}}) == [
        ("cluster.field-not-honoured", "instances.tool.engineConfig")
    ]
    assert codes({"instances": {"tool": {"engineConfig": "a"}}}, plugin=False) == [
        ("cluster.engine-config", "instances.tool.engineConfig")
    ]


# Backups, data sources, TLS


def test_what_is_known_of_storages_is_known_of_every_type_of_them() -> None:
    assert set(STORAGE_TYPES) == set(get_args(StorageType))


@pytest.mark.parametrize("kind", STORAGE_TYPES)
def test_a_storage_needs_its_place_and_takes_the_fields_of_its_type_only(kind: StorageType) -> None:
    [needed, *_], fields = STORAGE_TYPES[kind].where, STORAGE_TYPES[kind].fields
    every = [info.alias or name for name, info in BackupStorage.model_fields.items()]
    common = {"name", "type", "schedules", "pitr", "credentialsSecret"} - (
        {"credentialsSecret"} if kind == "filesystem" else set()
    )

    for field in every:
        more = dict.fromkeys(STORAGE_TYPES[kind].needed, "x")
        storage = {"name": "a", "type": kind, needed: "x", **more, field: kind if field == "type" else "a"}
        refused = codes({"backup": {"storages": [storage]}})
        assert (refused == []) == (field in fields | common), field
    without = codes({"backup": {"storages": [{"name": "a", "type": kind}]}})
    missing = [needed, *sorted(STORAGE_TYPES[kind].needed)]
    assert without == [("field.missing", f"backup.storages[0].{name}") for name in missing]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"dataSource": {"backup": "b"}}, []),
        ({"dataSource": {}}, [("field.conflict", "dataSource")]),
        ({"dataSource": {"backup": "b", "path": "p"}}, [("field.conflict", "dataSource.path")]),
        (
            {"dataSource": {"storage": "s"}},
            [("field.missing", "dataSource.path"), ("field.value", "dataSource.storage")],
        ),
        (
            {
                "dataSource": {"storage": "s", "path": "p"},
                "backup": {"storages": [{"name": "s", "type": "s3", "bucket": "b"}]},
            },
            [],
        ),
        ({"tls": {"issuer": {"name": "i"}, "certificateSecret": "s"}}, [("field.conflict", "tls")]),
    ],
)
def test_fields_that_exclude_or_need_each_other(spec: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert codes(spec) == expected


def test_names_of_storages_and_schedules_are_there_once() -> None:
    schedule = {"name": "day", "cron": "0 3 * * *"}
    storage = {"name": "a", "type": "s3", "bucket": "b", "schedules": [schedule]}

    assert codes({"backup": {"storages": [storage, storage]}}) == [
        ("field.duplicate", "backup.storages[1].name"),
        ("field.duplicate", "backup.storages[1].schedules[0].name"),
    ]


# Rules


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"cel": "spec.instances.engine.replicas == 3"}, []),
        ({"cel": "spec.instances.engine.image == 'db:1.0'"}, []),
        ({"cel": "metadata.name == 'b'"}, [("cluster.rule", "")]),
        ({"cel": "false", "path": "spec.instances.engine"}, [("cluster.rule", "instances.engine")]),
        ({"cel": "false", "path": "instances.*.replicas"}, [("cluster.rule", "instances")]),
        ({"cel": "false", "severity": "warning"}, [("cluster.rule-warning", "")]),
        ({"cel": "spec.backup.storages.size() > 0"}, [("cluster.rule-failed", "")]),
        ({"cel": "spec.instances.engine.nothing"}, []),
        # Long ones are cut where they are said.
        ({"cel": "spec.backup.storages.size() > " + "0" * 200}, [("cluster.rule-failed", "")]),
        ({"cel": " + ".join(["spec.instances.engine.replicas"] * 10)}, [("cluster.rule-failed", "")]),
    ],
)
def test_a_rule_is_about_the_resolved_cluster(rule: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert codes({}, rules=[{"message": "m", **rule}]) == expected


def test_rules_are_those_of_the_topology_and_wait_for_a_cluster_without_other_mistakes() -> None:
    rules = [{"cel": "false", "message": "never"}]

    assert codes({"topology": {"type": "single"}}, rules=rules) == []
    assert codes({"usersSecret": "x"}, rules=rules) == [("cluster.field-not-honoured", "usersSecret")]


# Values that are not known yet


def test_an_unknown_value_does_not_hide_other_findings() -> None:
    unknown = Deferred((), "an output")
    spec = {
        "config": {"zone": unknown, "zon": "a"},
        "backup": {"storages": [{"name": unknown, "type": "s3", "bucket": unknown, "container": "c"}]},
        "instances": {"engine": {"replicas": unknown, "image": "x", "engineConfig": unknown}, "proxyy": {}},
    }

    assert sorted(codes(spec)) == [
        ("cluster.config", "config.zon"),
        ("cluster.field-not-honoured", "instances.engine.image"),
        ("cluster.unknown-component", "instances.proxyy"),
        ("field.conflict", "backup.storages[0].container"),
    ]


def test_a_rule_that_reads_an_unknown_value_waits_and_others_do_not() -> None:
    spec = {"instances": {"engine": {"replicas": Deferred((), "an output")}}}
    rules = [
        {"cel": "spec.instances.engine.replicas > 100", "message": "waits"},
        {"cel": "metadata.name != 'a'", "message": "does not wait"},
    ]

    assert [entry.message for entry in check(spec, rules=rules)] == ["does not wait"]


@pytest.mark.parametrize(
    "spec",
    [
        {"topology": Deferred()},
        {"topology": {"config": Deferred()}},
        {"instances": Deferred()},
        {"instances": {"engine": Deferred()}},
        {"instances": {"engine": {"config": Deferred(), "storage": Deferred()}}},
        {"components": Deferred()},
        {"components": {"versions": Deferred()}},
        {"components": {"versions": {"db": Deferred()}}},
        {"backup": Deferred()},
        {"backup": {"storages": [Deferred()]}},
        {"images": Deferred()},
        {"config": Deferred(), "tls": Deferred(), "dataSource": Deferred()},
    ],
)
def test_a_value_that_was_refused_is_not_reported_again(spec: dict[str, Any]) -> None:
    assert [code for code, _ in codes(spec) if code != "cluster.field-not-honoured"] == []
