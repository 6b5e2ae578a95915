"""A definition is itself checked: alone, and together with the plugin that emits its clusters."""

from __future__ import annotations

from typing import Any

import pytest
from expected import Said
from fuzzing import examples
from hypothesis import given, settings

from pulumi_everest.core.definitions.check import check_definition
from pulumi_everest.core.definitions.check_plugin import check_defaults, check_manifest
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.findings import Finding, path_text
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.testing import strategies

SAID = Said(__file__)
said_in_full = SAID.fixture()

DB = {"versions": [{"version": "1.0", "image": "db:1.0"}]}
SPEC: dict[str, Any] = {
    "componentTypes": {"db": DB},
    "components": {"engine": {"type": "db"}},
    "topologies": {"single": {"components": {"engine": None}}},
}
MANIFEST: dict[str, Any] = {
    "name": "x",
    "title": "X",
    "operator": {"name": "x-operator", "versions": ["1.0", "1.1"], "default": "1.1"},
    "components": {"engine": {"types": ["db", "other"], "fields": ["version", "replicas", "storage", "engineConfig"]}},
    "defaults": {"instances": {"engine": {"replicas": 4}}},
}


def check(
    spec: dict[str, Any], *, plugin: bool = False, broken: list[tuple[str | int, ...]] | None = None
) -> list[Finding]:
    document = {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseClusterDefinition",
        "metadata": {"name": "x"},
        "spec": {**SPEC, **spec},
    }
    definition = Definition(DatabaseClusterDefinition.model_validate(document))
    manifest = PluginManifest.model_validate(MANIFEST) if plugin else None
    return SAID(check_definition(definition, manifest, broken or []))


def codes(spec: dict[str, Any], **options: Any) -> list[tuple[str, str]]:
    return [(entry.code, path_text(entry.path).removeprefix("spec.")) for entry in check(spec, **options)]


def version(number: str, **more: Any) -> dict[str, Any]:
    return {"version": number, "image": f"db:{number}", **more}


def types(*versions: dict[str, Any]) -> dict[str, Any]:
    return {"componentTypes": {"db": {"versions": list(versions)}}}


def member(**entry: Any) -> dict[str, Any]:
    return {"topologies": {"single": {"components": {"engine": entry}}}}


def rule(cel: str, **more: Any) -> dict[str, Any]:
    return {"topologies": {"single": {"components": {"engine": None}, "rules": [{"cel": cel, "message": "m", **more}]}}}


VERSIONS = "componentTypes.db.versions"


def test_a_definition_that_is_fine_has_no_findings() -> None:
    assert check({}) == []
    assert check({}, plugin=True) == []


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([version("1.0"), version("2.0", default=True)], []),
        ([version("1.0"), version("2.0")], [("definition.default-version", VERSIONS)]),
        (
            [version("1.0", default=True), version("2.0", default=True)],
            [("definition.default-version", f"{VERSIONS}[1].default")],
        ),
        (
            [version("1.0", default=True), version("1.0")],
            [("definition.duplicate-version", f"{VERSIONS}[1].version")],
        ),
        ([], [("definition.no-versions", VERSIONS)]),
        ([version("1.0", operator="1.x")], [("value.version", f"{VERSIONS}[0].operator")]),
    ],
)
def test_a_type_has_versions_that_differ_and_one_default(
    versions: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    assert codes(types(*versions)) == expected


@pytest.mark.parametrize(
    ("versions", "messages"),
    [
        ([version("1.0", operator="1.0", default=True), version("2.0", operator="1.1", default=True)], []),
        ([version("1.0", operator="1.0"), version("1.0", operator="1.1")], []),
        (
            [version("1.0", operator=">=1.0", default=True), version("1.0", operator="1.1")],
            [
                "type 'db' has version '1.0' twice (with operator version 1.1), first in spec.componentTypes.db.versions[0].version"
            ],
        ),
        (
            [version("1.0", default=True), version("2.0", operator="1.1", default=True)],
            [
                "type 'db' has more than one default version (with operator version 1.1), first in spec.componentTypes.db.versions[0].default"
            ],
        ),
        ([version("1.0", operator="1.0")], ["type 'db' is used, but has no version (with operator version 1.1)"]),
        ([version("1.0", operator="2.0")], ["type 'db' is used, but has no version"]),
    ],
)
def test_versions_are_checked_for_each_operator_version_and_reported_once(
    versions: list[dict[str, Any]], messages: list[str]
) -> None:
    assert [entry.message for entry in check(types(*versions), plugin=True)] == messages


def test_a_type_needs_a_default_where_some_component_gets_its_version_from_no_bundle() -> None:
    several = types(version("1.0"), version("2.0"))
    spec = {
        **several,
        "components": {"engine": {"type": "db"}, "proxy": {"type": "db"}, "unplaced": {"type": "db"}},
        "topologies": {"single": {"components": {"engine": None, "proxy": None, "none": None}}},
        "bundles": [{"name": "a", "components": {"engine": "1.0"}}],
    }

    assert ("definition.default-version", VERSIONS) in codes(spec)
    both = [{"name": "a", "components": {"engine": "1.0", "proxy": "2.0"}}]
    assert "definition.default-version" not in [code for code, _ in codes({**spec, "bundles": both})]
    other = {"componentTypes": {**several["componentTypes"], "tool": DB}, "components": {"engine": {"type": "tool"}}}
    assert codes({**spec, **other, "topologies": SPEC["topologies"], "bundles": []}) == []


def test_a_type_without_a_default_says_how_to_mark_one() -> None:
    [entry] = check(types(version("1.0"), version("2.0")))

    assert (entry.message, entry.allowed, entry.hint) == (
        "type 'db' has several versions and none is the default", ("1.0", "2.0"), "mark one with 'default: true'",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (None, None, ["definition.bundle"]),
        ("1.0", "1.1", []),
        ("1.0", "1.0", ["definition.bundle"]),
        (">=1.0", "1.1", ["definition.bundle"]),
    ],
)
def test_two_bundles_are_the_default_where_no_operator_version_runs_both(
    first: str | None, second: str | None, expected: list[str]
) -> None:
    versions = [version("1.0", operator=first, default=True), version("2.0", operator=second)]
    one, two = ({"name": n, "default": True, "components": {"engine": v}} for n, v in (("a", "1.0"), ("b", "2.0")))
    spec = {**types(*versions), "bundles": [one, two]}

    assert [code for code, _ in codes(spec, plugin=True) if code == "definition.bundle"] == expected
    assert [path for code, path in codes(spec) if code == "definition.bundle"] == ["bundles[1].default"]


def test_a_type_needs_no_default_where_every_bundle_says_its_version() -> None:
    several = types(version("1.0"), version("2.0"))
    bundles = [{"name": "a", "components": {"engine": "1.0"}}, {"name": "b", "components": {"engine": "2.0"}}]

    assert codes({**several, "bundles": bundles}) == []


def test_a_type_that_nothing_uses_needs_no_versions() -> None:
    assert codes({"componentTypes": {"db": DB, "later": {}}}) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"components": {"engine": {"type": "bd"}}}, [("definition.unknown-type", "components.engine.type")]),
        (
            {"topologies": {"single": {"components": {"engin": None}}}},
            [("definition.unknown-component", "topologies.single.components.engin")],
        ),
        ({"topologies": {}}, [("definition.no-topologies", "topologies")]),
        (
            {"topologies": {name: {"default": True, "components": {"engine": None}} for name in "ab"}},
            [("definition.default-topology", "topologies.b.default")],
        ),
        (
            {"bundles": [{"name": "a", "components": {"engin": "1.0", "engine": "3.0"}}]},
            [
                ("definition.unknown-component", "bundles[0].components.engin"),
                ("definition.unknown-version", "bundles[0].components.engine"),
            ],
        ),
        (
            {"bundles": [{"name": "a", "default": True}, {"name": "a", "default": True}]},
            [("definition.bundle", "bundles[1].default"), ("definition.bundle", "bundles[1].name")],
        ),
        ({"upgrades": {"bd": {}}}, [("definition.unknown-type", "upgrades.bd")]),
        (
            {"upgrades": {"db": {"paths": [{"from": "0.9", "to": "1"}, {"from": "1", "to": "2"}]}}},
            [("definition.unknown-version", "upgrades.db.paths[1].to")],
        ),
        ({"upgrades": {"db": {"paths": [{"from": "1", "to": ">=x"}]}}}, [("value.version", "upgrades.db.paths[0].to")]),
    ],
)
def test_what_a_definition_refers_to_is_there(spec: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert codes(spec) == expected


@pytest.mark.parametrize(
    ("path", "exists"),
    [
        ("instances.*.storage.size", True),
        ("instances.engine.storage.size", True),
        ("spec.backup.storages.schedules.cron", True),
        ("backup.storages[].name", True),
        ("instances.*.scheduling.affinity.nodeAffinity", True),
        ("instances.*.scheduling.affinity.anything", False),
        ("instances.*.storage.sise", False),
        ("instance.*.storage", False),
        ("topology.type.name", False),
    ],
)
def test_paths_of_changes_are_fields_of_the_cluster(path: str, exists: bool) -> None:
    found = codes({"changes": [{"path": path, "policy": "immutable"}]})

    assert found == ([] if exists else [("definition.unknown-path", "changes[0].path")])


@pytest.mark.parametrize(
    ("entry", "code", "path"),
    [
        ({"replicas": {"min": 3, "max": 1}}, "definition.replicas", "replicas"),
        ({"replicas": {"min": 2, "max": 2, "odd": True}}, "definition.replicas", "replicas"),
        ({"replicas": {"odd": True}, "defaults": {"replicas": 2}}, "definition.replicas", "defaults.replicas"),
        ({"defaults": {"version": "2.0"}}, "definition.unknown-version", "defaults.version"),
        ({"defaults": {"config": {"a": 1}}}, "definition.defaults", "defaults.config"),
        ({"fields": ["storge"]}, "definition.unknown-path", "fields[0]"),
        ({"fields": ["storage"], "defaults": {"replicas": 1}}, "definition.not-honoured", "defaults.replicas"),
    ],
)
def test_the_component_of_a_topology_does_not_contradict_itself(entry: dict[str, Any], code: str, path: str) -> None:
    assert codes(member(**entry)) == [(code, f"topologies.single.components.engine.{path}")]


def test_default_config_passes_its_schema() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    spec = {"components": {"engine": {"type": "db", "configSchema": schema}}}

    assert codes({**spec, **member(defaults={"config": {"a": 1}})}) == []
    assert sorted(codes({**spec, **member(defaults={"config": {"a": "1", "b": 1}})})) == [
        ("definition.defaults", "topologies.single.components.engine.defaults.config.a"),
        ("definition.defaults", "topologies.single.components.engine.defaults.config.b"),
    ]


@pytest.mark.parametrize(
    "place",
    [
        lambda schema: ({"configSchema": schema}, "configSchema"),
        lambda schema: (
            {"components": {"engine": {"type": "db", "configSchema": schema}}},
            "components.engine.configSchema",
        ),
        lambda schema: (
            {"topologies": {"single": {"components": {"engine": None}, "configSchema": schema}}},
            "topologies.single.configSchema",
        ),
    ],
    ids=["cluster", "component", "topology"],
)
@pytest.mark.parametrize(
    ("schema", "below"),
    [
        ({"type": "list"}, "type"),
        ({"properties": {"a": {"minimum": "1"}}}, "properties.a.minimum"),
        ({"properties": {"a": {"$ref": "#/$defs/b"}}}, "properties.a.$ref"),
        ({"properties": {"a": {"$ref": "https://example.org/schema"}}}, "properties.a.$ref"),
        ({"properties": {"a": {"type": "integer", "default": "x"}}}, "properties.a.default"),
    ],
)
def test_schemas_are_json_schema_wherever_they_stand(place: Any, schema: dict[str, Any], below: str) -> None:
    spec, path = place(schema)

    assert ("definition.schema", f"{path}.{below}") in codes(spec)


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        (rule("spec.instances.engine.image == 'db:1.0'"), None),
        (rule("!has(spec.backup) || spec.backup.storages.all(s, s.name != 'x')"), None),
        (rule("spec.paused ="), "definition.expression"),
        (rule("nothing.at.all"), "definition.expression"),
        (rule("spec.instances.engin.image != ''"), "definition.expression-field"),
        (rule("!has(spec.backup) || spec.backup.storages.all(s, s.nam != 'x')"), "definition.expression-field"),
        (rule("!has(spec.backpu)"), "definition.expression-field"),
        (rule("spec.instances.engine.image"), "definition.rule-result"),
        (rule("size(metadata.name)"), "definition.rule-result"),
        (rule("spec.?paused"), "definition.rule-result"),
        (rule("true", path="instances.engine.size"), "definition.unknown-path"),
        (rule("metadata.name == 'never'"), "definition.unresolvable"),
        (rule("spec.backup.storages.size() > 0"), "definition.unresolvable"),
    ],
)
def test_rules_are_expressions_over_fields_that_exist(spec: dict[str, Any], code: str | None) -> None:
    assert [entry.code for entry in check(spec)] == ([code] if code else [])


# With a plugin


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"components": {"engine": {"type": "db"}, "proxy": {"type": "db"}}}, "components.proxy"),
        (
            {"componentTypes": {"db": DB, "third": DB}, "components": {"engine": {"type": "third"}}},
            "components.engine.type",
        ),
        ({"components": {"engine": {"type": "db", "fields": ["replicas", "expose"]}}}, "components.engine.fields[1]"),
        ({**member(defaults={"expose": {"type": "NodePort"}})}, "topologies.single.components.engine.defaults.expose"),
    ],
)
def test_what_the_templates_do_nothing_with_is_refused(spec: dict[str, Any], path: str) -> None:
    assert codes(spec) == []
    assert codes(spec, plugin=True) == [("definition.not-honoured", path)]


def test_config_is_honoured_by_every_component_whatever_the_templates_say() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "default": "x"}}}
    engine = {"type": "db", "fields": ["replicas", "config"], "configSchema": schema}
    spec = {"components": {"engine": engine}, **member(defaults={"config": {"a": "y"}, "replicas": 3})}

    assert codes(spec, plugin=True) == []


def test_engine_configuration_that_the_templates_do_nothing_with_is_refused() -> None:
    spec = {"components": {"engine": {"type": "db", "engineConfig": "text"}}}
    without = {"components": {"engine": {"types": ["db"], "fields": ["version", "replicas"]}}}

    def found(manifest: dict[str, Any]) -> list[tuple[str, str]]:
        model = DatabaseClusterDefinition.model_validate(
            {"apiVersion": "everest.percona.com/v2alpha1", "kind": "DatabaseClusterDefinition", "metadata": {"name": "x"},
             "spec": {**SPEC, **spec}}
        )  # fmt: skip
        entries = check_definition(Definition(model), PluginManifest.model_validate(manifest))
        return [(entry.code, path_text(entry.path)) for entry in entries]

    assert found(MANIFEST) == []
    assert found({**MANIFEST, **without}) == [("definition.not-honoured", "spec.components.engine.engineConfig")]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ([("instances.*.storage", "online"), ("instances.engine.storage.size", "restart")], "changes[1].path"),
        ([("backup", "online"), ("backup.storages", "immutable")], "changes[1].path"),
        ([("backup", "immutable"), ("backup.storages", "immutable")], "changes[1].path"),
        ([("backup", "immutable"), ("backup.storages", "online")], None),
        ([("backup.storages", "online"), ("backup", "online")], None),
        ([("backup.storages", "keep-order"), ("backup.storages", "online")], None),
        ([("backup", "keep-order"), ("backup.storages", "keep-first")], "changes[1].path"),
        ([("instances.engine.storage", "online"), ("instances.*.storage.size", "restart")], None),
        ([("paused", "online"), ("usersSecret", "online")], None),
    ],
)
def test_an_entry_that_one_before_it_takes_everything_from_is_a_finding(
    changes: list[tuple[str, str]], found: str | None
) -> None:
    spec = {"changes": [{"path": path, "policy": policy} for path, policy in changes]}

    assert codes(spec) == ([("definition.change", found)] if found else [])
    spec["changes"][0]["when"] = "has(new.paused)"  # type: ignore[assignment]
    assert codes(spec) == []


def test_the_plugins_own_defaults_are_within_the_limits() -> None:
    found = check(member(replicas={"max": 3}), plugin=True)

    assert [(f.code, path_text(f.path)) for f in found] == [
        ("definition.replicas", "spec.topologies.single.components.engine.replicas")
    ]
    assert "the default of plugin 'x'" in found[0].message


def test_what_was_set_aside_is_not_reported_again() -> None:
    broken = [("spec", "componentTypes", "db", "versions")]

    assert codes({"componentTypes": {"db": {}}}, broken=broken) == []
    assert codes({"topologies": {}}, broken=[("spec", "topologies")]) == []
    assert codes({"components": {}}, broken=[("spec", "components")]) == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ((), ["a", "ab"]),
        (("spec", "componentTypes", "a", "versions", 0, "image"), ["ab"]),
        (("spec", "componentTypes", "a"), ["ab"]),
        (("spec", "componentTypes", "ab", "versions"), ["a"]),
        (("spec", "componentTypes"), []),
        (("spec",), []),
        (("spec", "components", "a"), ["a", "ab"]),
    ],
)
def test_what_was_set_aside_hides_mistakes_in_itself_alone(broken: tuple[str | int, ...], said: list[str]) -> None:
    spec = {
        "componentTypes": {"a": {}, "ab": {}},
        "components": {name: {"type": name} for name in ("a", "ab")},
        "topologies": {"single": {"components": {"a": None, "ab": None}}},
    }
    found = codes(spec, broken=[broken] if broken else [])

    assert [path for code, path in found if code == "definition.no-versions"] == [
        f"componentTypes.{name}.versions" for name in said
    ]


@pytest.mark.parametrize(
    ("spec", "place", "said"),
    [
        ({"components": {"engine": {"type": "bd"}}}, "componentTypes", "definition.unknown-type"),
        (
            {"topologies": {"single": {"components": {"engin": None}}}},
            "components",
            "definition.unknown-component",
        ),
        ({"topologies": {}}, "topologies", "definition.no-topologies"),
    ],
)
def test_a_reference_is_wrong_unless_what_it_names_may_have_been_set_aside(
    spec: dict[str, Any], place: str, said: str
) -> None:
    for inside in ((), ("x",), ("x", "type")):
        assert said not in [code for code, _ in codes(spec, broken=[("spec", place, *inside)])]
    assert said in [code for code, _ in codes(spec, broken=[("spec", "configSchema"), ("spec", "changes", 0)])]


@pytest.mark.parametrize(
    ("broken", "is_said"),
    [
        (("spec", "componentTypes", "db", "image"), False),
        (("spec", "componentTypes", "db", "image", "x"), False),
        (("spec", "componentTypes", "db", "versions", 0, "image"), False),
        (("spec", "componentTypes", "db", "versions", 0), False),
        (("spec", "componentTypes", "other", "image"), True),
    ],
)
def test_an_image_is_missed_unless_what_would_give_it_was_set_aside(broken: tuple[Any, ...], is_said: bool) -> None:
    missed = ("field.missing", "componentTypes.db.versions[0].image")

    assert (missed in codes(types({"version": "1.0", "default": True}), broken=[broken])) is is_said


def test_a_mistake_in_one_topology_does_not_hide_that_another_cannot_be_had() -> None:
    topologies = {
        "a": {"components": {"engine": {"replicas": {"min": 3, "max": 1}}}},
        "b": {"components": {"engine": None}, "rules": [{"cel": "false", "message": "never"}]},
    }

    assert codes({"topologies": topologies}) == [
        ("definition.replicas", "topologies.a.components.engine.replicas"),
        ("definition.unresolvable", "topologies.b"),
    ]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (
            {"components": {"engine": {"types": ["db"], "fields": ["version", "storage.sise"]}}},
            "components.engine.fields[1]",
        ),
        ({"fields": ["backup.storages", "monitorin"]}, "fields[1]"),
        ({"secrets": {"users": ["root"], "requiredUsers": ["rot"]}}, "secrets.requiredUsers[0]"),
        ({"secrets": {"users": ["root"], "online": ["root", "rot"]}}, "secrets.online[1]"),
    ],
)
def test_the_fields_and_keys_that_a_plugin_speaks_of_exist(change: dict[str, Any], path: str) -> None:
    found = check_manifest(PluginManifest.model_validate({**MANIFEST, **change}))

    assert [(entry.code, path_text(entry.path)) for entry in found] == [("definition.unknown-path", path)]


@pytest.mark.parametrize(
    ("defaults", "expected"),
    [
        ({"instances": {"engine": {"replicas": 3, "storage": {"size": "1Gi"}}}, "tls": {"mode": "on"}}, []),
        (
            {"instances": {"engine": {"storage": {"size": "1GB"}}}},
            [("value.quantity", "instances.engine.storage.size")],
        ),
        ({"instances": {"engine": {"expose": {}}}}, [("definition.not-honoured", "instances.engine.expose")]),
        ({"instances": {"proxy": {}}}, [("definition.not-honoured", "instances.proxy")]),
        # What is wrong in a component is said instead of what is not honoured there, and hides nothing elsewhere
        ({"instances": {"engine": {"replicas": "x", "expose": {}}}}, [("field.type", "instances.engine.replicas")]),
        (
            {"tsl": {}, "instances": {"engine": {"expose": {}}}},
            [("field.unknown", "tsl"), ("definition.not-honoured", "instances.engine.expose")],
        ),
        (
            {"instances": {"proxy": {"replicas": "x"}, "engine": {"expose": {}}}},
            [
                ("field.type", "instances.proxy.replicas"),
                ("definition.not-honoured", "instances.proxy"),
                ("definition.not-honoured", "instances.engine.expose"),
            ],
        ),
        ({"tsl": {}}, [("field.unknown", "tsl")]),
        ({"topology": {"type": "x"}}, [("definition.defaults", "topology")]),
        ({"bundle": "x", "preset": "y"}, [("definition.defaults", "bundle"), ("definition.defaults", "preset")]),
        ({"instances": []}, [("field.type", "instances")]),
    ],
)
def test_defaults_and_presets_are_parts_of_a_cluster(defaults: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = check_defaults(defaults, PluginManifest.model_validate(MANIFEST))

    assert [(entry.code, path_text(entry.path)) for entry in found] == expected


@settings(max_examples=examples(40))
@given(document=strategies.definitions())
def test_any_definition_without_mistakes_has_no_findings(document: dict[str, Any]) -> None:
    assert check_definition(Definition(DatabaseClusterDefinition.model_validate(document))) == []


@pytest.mark.parametrize(
    ("spec", "covered", "left_out"),
    [
        ({"fieldsBut": ["replicas"]}, "storage.size", "replicas"),
        ({"fieldsBut": ["storage.storageClass"]}, "storage.size", "storage.storageClass"),
        ({"fieldsBut": ["storage"]}, "version", "storage.size"),
        ({"fields": ["storage", "replicas"], "fieldsBut": ["storage.size"]}, "storage.storageClass", "storage.size"),
        ({"fieldsBut": ["config"]}, "version", "config.x"),
    ],
)
@pytest.mark.parametrize("at", ["component", "topology"])
@pytest.mark.parametrize("plugin", [True, False])
def test_all_fields_but_some(spec: dict[str, Any], covered: str, left_out: str, at: str, plugin: bool) -> None:
    component = {"components": {"engine": {"type": "db", **spec}}} if at == "component" else member(**spec)
    document = {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseClusterDefinition",
        "metadata": {"name": "x"},
        "spec": {**SPEC, **component},
    }
    definition = Definition(DatabaseClusterDefinition.model_validate(document))
    manifest = PluginManifest.model_validate({**MANIFEST, "defaults": {}}) if plugin else None
    assert check_definition(definition, manifest) == []
    sets = Technology("", definition, manifest).instance_fields("single", "engine")

    assert all(fields.covers(tuple(covered.split("."))) for fields in sets if fields.reaches(("version",)))
    assert not all(fields.covers(tuple(left_out.split("."))) for fields in sets)


@pytest.mark.parametrize(
    ("field", "text"),
    [("storage.sise", "did you mean"), ("expose.annotations.team", "leave out 'expose.annotations'")],
)
def test_a_field_that_cannot_be_left_out_is_found(field: str, text: str) -> None:
    (found,) = check({"components": {"engine": {"type": "db", "fieldsBut": [field]}}})

    assert (found.code, text in str(found)) == ("definition.unknown-path", True)
    assert path_text(found.path) == "spec.components.engine.fieldsBut[0]"
