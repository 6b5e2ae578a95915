"""Resolving a cluster: components, versions, images and defaults, and where each value came from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from expected import Said
from fuzzing import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_everest.core.resolve import Resolved, resolve
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.model.deferred import Computed, Deferred, substitute
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.findings import EverestError, path_text
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.plugins.find import builtin
from pulumi_everest.testing import strategies

SAID = Said(__file__)
said_in_full = SAID.fixture()

DIGEST = "sha256:" + "a" * 64
DEFINITION: dict[str, Any] = {
    "componentTypes": {
        "mysql": {
            "versions": [
                {"version": "5.7.44", "image": "mysql:5.7.44"},
                {"version": "8.0.43", "image": "mysql:8.0.43"},
                {"version": "8.4.6", "image": "mysql:8.4.6", "default": True},
                {"version": "8.4.7", "image": "mysql:8.4.7", "operator": ">=1.19"},
            ]
        },
        "xtrabackup": {
            "versions": [
                {"version": "2.4.29", "image": "xtrabackup:2.4.29"},
                {"version": "8.0.35", "image": "xtrabackup:8.0.35"},
                {"version": "8.4.0", "image": "xtrabackup:8.4.0", "default": True},
            ]
        },
        "router": {"versions": [{"version": "1.0", "image": "registry.example.org/router:1.0", "digest": DIGEST}]},
        "pmm": {"versions": [{"version": "3.5", "image": "pmm:3.5"}]},
    },
    "components": {
        "engine": {"type": "mysql"},
        "spare": {"type": "mysql"},
        "backup": {"type": "xtrabackup"},
        "proxy": {"type": "router"},
        "pmm": {"type": "pmm"},
    },
    "topologies": {
        "cluster": {
            "default": True,
            "components": {
                "engine": {"defaults": {"replicas": 3, "resources": {"limits": {"cpu": "1", "memory": "2Gi"}}}},
                "backup": {"optional": True},
                "proxy": {},
                "pmm": {"optional": True},
            },
        },
        "single": {"components": {"engine": {"defaults": {"replicas": 1, "version": "8.0.43"}}}},
        "pair": {"components": {"engine": None, "spare": None}},
    },
}
BUNDLES = [
    {"name": "5.7", "components": {"engine": "5.7.44", "spare": "5.7.44", "backup": "2.4.29"}},
    {"name": "8.0", "components": {"engine": "8.0.43", "spare": "8.0.43", "backup": "8.0.35"}},
    {"name": "8.4", "default": True, "components": {"engine": "8.4.6", "spare": "8.4.6", "backup": "8.4.0"}},
]
MANIFEST: dict[str, Any] = {
    "name": "my",
    "title": "My",
    "operator": {"name": "my-operator", "versions": ["1.18", "1.19"], "default": "1.18"},
    "components": {name: {"types": [kind["type"]], "fields": []} for name, kind in DEFINITION["components"].items()},
    "blocks": {"backup": {"types": ["xtrabackup"]}, "monitoring": {"types": ["pmm"], "needed": True}},
    "defaults": {
        "instances": {
            "engine": {"replicas": 9, "storage": {"size": "10Gi", "storageClass": "plugin"}},
            "spare": {"storage": {"size": "1Gi"}},
        },
        "tls": {"mode": "on"},
    },
}
PRESETS = {"small": {"instances": {"engine": {"resources": {"limits": {"cpu": "2"}}, "storage": {"size": "20Gi"}}}}}


def technology(*, operator: str | None = None, images: Any = None, **changes: Any) -> Technology:
    document = {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseClusterDefinition",
        "metadata": {"name": "my"},
        "spec": {**DEFINITION, **changes},
    }
    definition = Definition(DatabaseClusterDefinition.model_validate(document))
    manifest = PluginManifest.model_validate(MANIFEST)
    return Technology("my", definition, manifest, operator, images or {}, PRESETS)


def resolved(spec: dict[str, Any], **of: Any) -> Resolved:
    result, found = SAID(resolve({"name": "a"}, {"provider": "my", **spec}, technology(**of)))
    assert found == []
    assert result is not None
    return result


def found(spec: dict[str, Any], **of: Any) -> list[tuple[str, str]]:
    _, findings = SAID(resolve({"name": "a"}, {"provider": "my", **spec}, technology(**of)))
    return [(entry.code, path_text(entry.path)) for entry in findings]


def versions(result: Resolved) -> dict[str, Any]:
    return {name: instance.get("version") for name, instance in result.spec["instances"].items()}


# Versions


@pytest.mark.parametrize(
    ("spec", "version", "origin"),
    [
        ({}, "8.4.6", "type"),
        ({"topology": {"type": "single"}}, "8.0.43", "topology"),
        ({"components": {"versions": {"mysql": {"version": "5.7.44"}}}}, "5.7.44", "versions"),
        (
            {
                "components": {"versions": {"mysql": {"version": "5.7.44"}}},
                "instances": {"engine": {"version": "8.0.43"}},
            },
            "8.0.43",
            "user",
        ),
        (
            {"topology": {"type": "single"}, "components": {"versions": {"mysql": {"version": "5.7.44"}}}},
            "5.7.44",
            "versions",
        ),
        ({"topology": {"type": "single"}, "instances": {"engine": {"version": "5.7.44"}}}, "5.7.44", "user"),
    ],
)
def test_an_instances_version_wins_over_its_types_and_that_over_the_defaults(
    spec: dict[str, Any], version: str, origin: str
) -> None:
    result = resolved(spec)

    assert result.spec["instances"]["engine"]["version"] == version
    assert result.spec["instances"]["engine"]["image"] == f"mysql:{version}"
    assert result.origin("engine", ("version",)) == origin


@pytest.mark.parametrize(
    ("instances", "images"),
    [
        ({}, {"engine": "my/own:8.0.43", "spare": "my/own:8.0.43"}),
        ({"spare": {"image": "mine:8.0.43"}}, {"engine": "my/own:8.0.43", "spare": "mine:8.0.43"}),
    ],
)
def test_the_image_of_a_type_is_that_of_all_its_components_but_those_that_say_otherwise(
    instances: Any, images: dict[str, str]
) -> None:
    own = {"versions": {"mysql": {"version": "8.0.43", "image": "my/own:8.0.43"}}}
    result = resolved({"topology": {"type": "pair"}, "components": own, "instances": instances})

    assert {name: one["image"] for name, one in result.spec["instances"].items()} == images


def test_the_version_of_a_type_is_that_of_all_its_components_but_those_that_say_otherwise() -> None:
    spec = {
        "topology": {"type": "pair"},
        "components": {"versions": {"mysql": {"version": "8.0.43"}}},
        "instances": {"spare": {"version": "5.7.44"}},
    }

    assert versions(resolved(spec)) == {"engine": "8.0.43", "spare": "5.7.44"}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, {"engine": "8.4.6", "backup": "8.4.0"}),
        ({"bundle": "5.7"}, {"engine": "5.7.44", "backup": "2.4.29"}),
        ({"components": {"versions": {"mysql": {"version": "5.7.44"}}}}, {"engine": "5.7.44", "backup": "2.4.29"}),
        ({"components": {"versions": {"xtrabackup": {"version": "8.0.35"}}}}, {"engine": "8.0.43", "backup": "8.0.35"}),
        (
            {"bundle": "8.0", "components": {"versions": {"mysql": {"version": "5.7.44"}}}},
            {"engine": "5.7.44", "backup": "8.0.35"},
        ),
    ],
)
def test_a_bundle_fills_the_versions_that_nobody_chose(spec: dict[str, Any], expected: dict[str, str]) -> None:
    result = resolved({"instances": {"backup": {}}, **spec}, bundles=BUNDLES)

    assert versions(result) == {**expected, "proxy": "1.0"}
    assert result.spec["instances"]["backup"]["image"] == f"xtrabackup:{expected['backup']}"


def test_mysql_5_7_never_gets_the_backup_tool_of_8_4() -> None:
    result = resolved({"instances": {"engine": {"version": "5.7.44"}, "backup": {}}}, bundles=BUNDLES)

    assert result.spec["instances"]["backup"]["version"] == "2.4.29"
    assert result.origin("backup", ("version",)) == "bundle"


def test_without_a_default_bundle_the_newest_that_fits_is_taken() -> None:
    bundles = [{**bundle, "default": False} for bundle in BUNDLES]

    assert versions(resolved({"instances": {"backup": {}}}, bundles=bundles))["engine"] == "8.4.6"


@pytest.mark.parametrize(
    ("spec", "code", "path"),
    [
        ({"bundle": "9"}, "cluster.unknown-bundle", "bundle"),
        (
            {"instances": {"engine": {"version": "8.4.7"}}, "operatorVersion": "1.19"},
            "cluster.unknown-bundle",
            "instances.engine.version",
        ),
        (
            {"instances": {"engine": {"version": "5.7.44"}, "backup": {"version": "8.4.0"}}},
            "cluster.unknown-bundle",
            "instances.backup.version",
        ),
        ({"instances": {"engine": {"version": "5.6"}}}, "cluster.unknown-version", "instances.engine.version"),
    ],
)
def test_versions_that_no_bundle_holds_together_are_refused(spec: dict[str, Any], code: str, path: str) -> None:
    assert found(spec, bundles=BUNDLES) == [(code, path)]


@pytest.mark.parametrize(
    ("own", "providers", "expected"),
    [(None, None, "1.18"), (None, "1.19", "1.19"), ("1.18", "1.19", "1.18"), ("1.19", None, "1.19")],
)
def test_the_clusters_operator_version_wins_over_the_providers_and_that_over_the_plugins(
    own: str | None, providers: str | None, expected: str
) -> None:
    found = resolved({"operatorVersion": own}, operator=providers)
    assert found.spec["operatorVersion"] == expected
    assert found.operator_origin == ("user" if own else "provider" if providers else "plugin")


def test_a_version_is_only_there_for_the_operator_versions_it_names() -> None:
    spec = {"instances": {"engine": {"version": "8.4.7"}}}

    assert found(spec) == [("cluster.unknown-version", "instances.engine.version")]
    assert resolved({**spec, "operatorVersion": "1.19"}).spec["instances"]["engine"]["image"] == "mysql:8.4.7"


# Images


@pytest.mark.parametrize(
    ("spec", "component", "image"),
    [
        ({}, "proxy", f"registry.example.org/router:1.0@{DIGEST}"),
        ({"images": {"registry": "mirror.example.org/all/"}}, "proxy", f"mirror.example.org/all/router:1.0@{DIGEST}"),
        ({"images": {"registry": "mirror.example.org"}}, "engine", "mirror.example.org/mysql:8.4.6"),
        (
            {"images": {"registry": "mirror.example.org"}, "instances": {"engine": {"image": "own:1"}}},
            "engine",
            "own:1",
        ),
        ({"components": {"versions": {"mysql": {"image": "mine:1"}}}}, "engine", "mine:1"),
        (
            {"components": {"versions": {"mysql": {"image": "mine:1"}}}, "instances": {"engine": {"image": "own:1"}}},
            "engine",
            "own:1",
        ),
    ],
    ids=[
        "spec0-proxy-image0",
        "spec1-proxy-image1",
        "spec2-engine-mirror.example.org/mysql:8.4.6",
        "spec3-engine-own:1",
        "spec4-engine-mine:1",
        "spec5-engine-own:1",
    ],
)
def test_an_image_that_is_named_wins_over_the_catalogs_which_comes_from_the_registry(
    spec: dict[str, Any], component: str, image: str
) -> None:
    assert resolved(spec).spec["instances"][component]["image"] == image


def test_the_clusters_images_win_over_the_providers_field_by_field() -> None:
    provider = {"registry": "provider.example.org", "pullPolicy": "Always"}

    result = resolved({"images": {"registry": "own.example.org"}}, images=provider)

    assert result.spec["images"] == {"registry": "own.example.org", "pullPolicy": "Always"}
    assert result.spec["instances"]["engine"]["image"] == "own.example.org/mysql:8.4.6"


# Components


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, ["engine", "proxy"]),
        ({"instances": {"backup": {}}}, ["engine", "backup", "proxy"]),
        ({"instances": {"backup": None}}, ["engine", "proxy"]),
        ({"backup": {"storages": []}}, ["engine", "backup", "proxy"]),
        ({"monitoring": {"serverUrl": "https://pmm"}}, ["engine", "proxy", "pmm"]),
        ({"topology": {"type": "single"}}, ["engine"]),
    ],
)
def test_required_components_are_there_and_optional_ones_when_listed_or_brought_by_their_block(
    spec: dict[str, Any], expected: list[str]
) -> None:
    result = resolved(spec)

    assert list(result.spec["instances"]) == expected
    assert result.types == {name: DEFINITION["components"][name]["type"] for name in expected}


@pytest.mark.parametrize(
    ("spec", "code", "path"),
    [
        ({"instances": {"engin": {}}}, "cluster.unknown-component", "instances.engin"),
        ({"instances": {"spare": {}}}, "cluster.component-not-in-topology", "instances.spare"),
        ({"topology": {"type": "single"}, "backup": {"storages": []}}, "cluster.block-unsupported", "backup"),
        ({"instances": {"pmm": {}}}, "cluster.block-missing", "instances.pmm"),
        ({"topology": {"type": "triple"}}, "cluster.unknown-topology", "topology.type"),
        ({"preset": "huge"}, "cluster.unknown-preset", "preset"),
        ({"operatorVersion": "1.20"}, "provider.operator-version", "operatorVersion"),
    ],
)
def test_what_is_not_there_is_refused(spec: dict[str, Any], code: str, path: str) -> None:
    assert found(spec) == [(code, path)]


# Defaults


def test_resources_that_are_empty_are_none() -> None:
    given = {"limits": {}, "requests": {"cpu": "1"}}
    spec = {
        "instances": {"proxy": {"resources": {"limits": {}}}, "pmm": {"resources": given}},
        "monitoring": {"type": "pmm", "resources": given},
    }

    result = resolved(spec)

    assert "resources" not in result.spec["instances"]["proxy"]
    assert result.spec["instances"]["pmm"]["resources"] == {"requests": {"cpu": "1"}}
    assert result.spec["monitoring"]["resources"] == {"requests": {"cpu": "1"}}


def test_defaults_are_merged_deeply_user_over_preset_over_topology_over_plugin() -> None:
    own = {"resources": {"limits": {"memory": "4Gi"}}, "storage": {"size": None}}

    result = resolved({"preset": "small", "instances": {"engine": own}})

    engine = result.spec["instances"]["engine"]
    assert engine == {
        "version": "8.4.6",
        "image": "mysql:8.4.6",
        "replicas": 3,
        "resources": {"limits": {"cpu": "2", "memory": "4Gi"}},
        "storage": {"size": "20Gi", "storageClass": "plugin"},
    }
    origins = {
        ("resources", "limits", "memory"): "user",
        ("resources", "limits", "cpu"): "preset",
        ("storage", "size"): "preset",
        ("replicas",): "topology",
        ("storage", "storageClass"): "plugin",
        ("expose",): None,
    }
    assert {path: result.origin("engine", path) for path in origins} == origins


def test_defaults_of_the_plugin_are_for_components_that_are_there() -> None:
    assert "spare" not in resolved({}).spec["instances"]
    assert resolved({"topology": {"type": "pair"}}).spec["instances"]["spare"]["storage"] == {"size": "1Gi"}
    assert resolved({}).spec["tls"] == {"mode": "on"}


def test_config_gets_the_defaults_of_its_schema() -> None:
    schema = {"type": "object", "properties": {"shards": {"type": "integer", "default": 2}, "x": {"type": "string"}}}

    assert resolved({}, configSchema=schema).spec["config"] == {"shards": 2}
    assert resolved({"config": {"x": "y"}}, configSchema=schema).spec["config"] == {"shards": 2, "x": "y"}


def test_the_input_and_the_definition_are_not_changed_by_what_is_done_to_the_result() -> None:
    spec = {
        "provider": "my",
        "instances": {"engine": {"resources": {"limits": {"cpu": "1"}}}},
        "images": {"registry": "a"},
    }
    the_technology = technology()
    first, _ = resolve({"name": "a"}, spec, the_technology)
    assert first is not None

    first.spec["instances"]["engine"]["resources"]["limits"]["cpu"] = "9"
    first.spec["images"]["registry"] = "b"

    assert spec["instances"]["engine"]["resources"]["limits"] == {"cpu": "1"}  # type: ignore[index]
    again, _ = resolve({"name": "a"}, spec, the_technology)
    assert again is not None
    assert again.spec["instances"]["engine"]["resources"]["limits"]["cpu"] == "1"
    assert again.spec["images"] == {"registry": "a"}


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"bundle": "5.7", "instances": {"backup": {}}},
        {"preset": "small", "images": {"registry": "mirror.example.org"}},
        {"components": {"versions": {"mysql": {"version": "5.7.44", "image": "x:1"}}}, "backup": {"storages": []}},
        {"topology": {"type": "pair"}, "instances": {"spare": {"version": "8.0.43"}, "engine": {"version": "8.0.43"}}},
    ],
)
def test_resolving_a_resolved_cluster_changes_nothing(spec: dict[str, Any]) -> None:
    once = resolved(spec, bundles=BUNDLES)

    assert resolved(once.spec, bundles=BUNDLES).spec == once.spec


# Values that are not known yet


def test_an_unknown_version_makes_an_image_that_is_computed_later() -> None:
    unknown = Deferred(("instances", "engine", "version"), "an output")

    result = resolved({"instances": {"engine": {"version": unknown}}, "images": {"registry": "a.example.org"}})

    image = result.spec["instances"]["engine"]["image"]
    assert isinstance(image, Computed)
    assert image.needs == (unknown,)
    assert substitute(image, {unknown: "8.0.43"}) == "a.example.org/mysql:8.0.43"
    with pytest.raises(EverestError, match=r"has no version '8\.0\.44'; did you mean '8\.0\.43'\?"):
        substitute(image, {unknown: "8.0.44"})


def test_an_unknown_leaf_passes_through_as_itself() -> None:
    unknown = Deferred(("instances", "engine", "storage", "size"), "an output")

    result = resolved({"instances": {"engine": {"storage": {"size": unknown}}}})

    assert result.spec["instances"]["engine"]["storage"] == {"size": unknown, "storageClass": "plugin"}


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"topology": {"type": Deferred((), "o")}}, "topology.type"),
        ({"operatorVersion": Deferred((), "o")}, "operatorVersion"),
        ({"instances": Deferred((), "o")}, "instances"),
        ({"instances": {"engine": Deferred((), "o")}}, "instances.engine"),
        ({"preset": Deferred((), "o")}, "preset"),
        ({"bundle": Deferred((), "o")}, "bundle"),
        ({"images": Deferred((), "o")}, "images"),
        ({"components": Deferred((), "o")}, "components"),
        ({"components": {"versions": Deferred((), "o")}}, "components.versions"),
        ({"components": {"versions": {"mysql": Deferred((), "o")}}}, "components.versions.mysql"),
    ],
)
def test_what_decides_which_components_there_are_must_be_known(spec: dict[str, Any], path: str) -> None:
    assert found(spec) == [("value.not-known", path)]


def test_a_value_that_is_computed_of_others_is_none_that_is_known_either() -> None:
    unknown = Deferred((), "an output")
    assert found({"topology": {"type": Computed((unknown,), lambda known: known[unknown])}}) == [
        ("value.not-known", "topology.type")
    ]
    assert found({"preset": Deferred()}) == []  # something that was wrong, and said elsewhere


# Any cluster


@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_any_valid_cluster_of_a_built_in_technology_resolves_to_itself_again(data: st.DataObject) -> None:
    plugin = data.draw(st.sampled_from(builtin()))
    of_plugin = Technology(plugin.definition.name, plugin.definition, plugin.manifest, None, {}, plugin.presets)
    spec = data.draw(strategies.clusters(of_plugin))

    once, _ = resolve({"name": "a"}, spec, of_plugin)
    assert once is not None
    twice, _ = resolve({"name": "a"}, once.spec, of_plugin)

    assert twice is not None
    assert twice.spec == once.spec


@settings(max_examples=examples(30))
@given(data=st.data())
def test_any_valid_cluster_of_any_definition_resolves_to_itself_again(data: st.DataObject) -> None:
    of_document = strategies.technology(data.draw(strategies.definitions()))
    spec = data.draw(strategies.clusters(of_document))

    once, found_once = resolve({"name": "a"}, spec, of_document)
    assert once is not None
    assert found_once == []
    assert all("image" in instance for instance in once.spec["instances"].values())
    twice, _ = resolve({"name": "a"}, once.spec, of_document)

    assert twice is not None
    assert twice.spec == once.spec


def test_null_in_overrides_stays_since_it_removes_a_key() -> None:
    spec = {
        "provider": "my",
        "overrides": {"a": None, "b": {"c": None}},
        "instances": {"engine": {"overrides": {"x": None, "y": {"z": None, "w": 1}}}},
    }
    resolved, _ = resolve({"name": "a"}, spec, technology())
    assert resolved is not None
    assert resolved.spec["overrides"] == {"a": None, "b": {"c": None}}
    assert resolved.spec["instances"]["engine"]["overrides"] == {"x": None, "y": {"z": None, "w": 1}}


def test_a_component_that_is_null_is_there_only_if_it_must_be() -> None:
    names = list(resolved({"instances": {"engine": None, "backup": None, "pmm": None}}).spec["instances"])
    assert names == list(resolved({}).spec["instances"]) == ["engine", "proxy"]


def test_the_name_of_a_component_that_is_null_is_checked() -> None:
    assert found({"instances": {"prxy": None}}) == [("cluster.unknown-component", "instances.prxy")]
    single = {"topology": {"type": "single"}, "instances": {"proxy": None}}
    assert found(single) == [("cluster.component-not-in-topology", "instances.proxy")]


def test_a_version_that_no_component_uses_is_said_where_it_stands() -> None:
    spec = {"components": {"versions": {"pmm": {"version": "3.5"}}}}

    assert found(spec) == [("cluster.unused-version", "components.versions.pmm")]


@pytest.mark.parametrize(
    ("own", "preset", "plugin", "expected"),
    [
        (None, None, None, None),
        ({"a": 1}, None, None, {"a": 1}),
        (None, {"a": 1}, None, {"a": 1}),
        (None, None, {"a": 1}, {"a": 1}),
        ({"a": 1, "n": None}, {"a": 2, "b": {"c": 2}}, {"b": {"c": 3, "d": 3}, "n": 3}, {"a": 1, "b": {"c": 2, "d": 3}, "n": None}),
        ({"l": [1]}, {"l": [2, 3]}, None, {"l": [1]}),
    ],
)  # fmt: skip
def test_overrides_of_all_layers_are_one_patch_with_its_nulls(
    own: Any, preset: Any, plugin: Any, expected: Any
) -> None:
    def said(overrides: Any) -> dict[str, Any]:
        given = {"overrides": overrides} if overrides is not None else {}
        return {**given, "instances": {"engine": {"replicas": 1, **given}}}

    of = technology()
    assert of.manifest is not None
    of = replace(of, presets={"p": said(preset)}, manifest=of.manifest.model_copy(update={"defaults": said(plugin)}))
    spec = {"provider": "my", "preset": "p", "backup": {"storages": []}, "monitoring": {"type": "pmm"}, **said(own)}
    resolved_, found_ = resolve({"name": "a"}, spec, of)

    assert resolved_ is not None, found_
    assert resolved_.spec.get("overrides") == expected
    assert resolved_.spec["instances"]["engine"].get("overrides") == expected
