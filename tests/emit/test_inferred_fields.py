"""Which fields of a cluster a template does something with, by what of it reaches the objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from bare_plugin import DEFINITION, MANIFEST
from click.testing import CliRunner

from pulumi_everest.cli.main import everest
from pulumi_everest.emit.templates.template import Template, variable_shapes
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.check import check_plugin
from pulumi_everest.plugins.find import builtin
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.plugins.plugin import Plugin


def fields(spec: Any, let: dict[str, Any] | None = None) -> set[str]:
    """The fields that are read where this is the spec of the only object."""
    thing = {"apiVersion": "shop.example.com/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": spec}
    data = {"let": let or {}, "objects": [{"name": "thing", "main": True, "object": thing}]}
    documents, _ = read_yaml(yaml.safe_dump(data), "resources.yaml", lambda _version, _kind: ANY)
    template = Template.parse(documents[0])
    assert [entry.message for entry in template.findings] == []
    return {".".join(path) for path in template.fields_read("spec", variable_shapes()["spec"])}


RESOURCES = {f"instances.a.resources.{kind}.{name}" for kind in ("requests", "limits") for name in ("cpu", "memory")}


@pytest.mark.parametrize(
    ("spec", "let", "found"),
    [
        ({"a": "${spec.instances.a.replicas}"}, {}, {"instances.a.replicas"}),
        ({"a": "x-${spec.instances.a.replicas}"}, {}, {"instances.a.replicas"}),
        ({"?a": "${spec.instances.a.?resources}"}, {}, RESOURCES),
        ({"?a": "${spec.instances.a.?scheduling.?affinity}"}, {}, {"instances.a.scheduling.affinity"}),
        ({"?a": "${a.?storage.?size}"}, {"a": "${spec.instances.a}"}, {"instances.a.storage.size"}),
        ({"b": 1}, {"a": "${spec.instances.a}", "b": "${a.replicas}"}, set()),
        ({"b": "${b}"}, {"a": "${spec.instances.a}", "b": "${a.replicas > 3}"}, {"instances.a.replicas"}),
        ({"when": "${spec.?paused.orValue(false)}", "b": 1}, {}, {"paused"}),
        ({"when": "${has(spec.backup)}", "b": 1}, {}, set()),
        ({"when": "${spec.?backup.?storages.orValue([]).size() > 0}", "b": 1}, {}, set()),
        (
            {"when": "${spec.?backup.?storages.orValue([]).exists(s, has(s.region))}", "b": 1},
            {},
            {"backup.storages.region"},
        ),
        (
            {"b": [{"forEach": {"s": "${spec.?backup.?storages}"}, "when": "${s.type == 's3'}", "n": "${s.?bucket}"}]},
            {},
            {"backup.storages.type", "backup.storages.bucket"},
        ),
        ({"forEach": {"i, s": "${spec.?backup.?storages}"}, "${s.name}": "${i}"}, {}, {"backup.storages.name"}),
        (
            {"b": [{"forEach": {"t": "${tasks}"}, "do": "${t}"}]},
            {
                "tasks": {
                    "forEach": {"s": "${spec.?backup.?storages}"},
                    "do": {"forEach": {"c": "${s.?schedules}"}, "${c.name}": {"at": "${c.cron}"}},
                }
            },
            {"backup.storages.schedules.name", "backup.storages.schedules.cron"},
        ),
        (
            {"?image": "${either.?image}"},
            {"either": {"forEach": {"p": ["${spec.instances.?a}", "${spec.instances.?b}"]}, "do": "${p}"}},
            {"instances.a.image", "instances.b.image"},
        ),
        ({"a": 1, "merge": "${spec.instances.a.?overrides}"}, {}, {"instances.a.overrides"}),
        (
            {"a": {"forEach": {"k, v": "${spec.instances.a.?engineConfig}"}, "${k}": "${v}"}},
            {},
            {"instances.a.engineConfig"},
        ),
        ({"a": "${spec.instances.all(n, spec.instances[n].replicas > 1)}"}, {}, {"instances.*.replicas"}),
        ({"a": "${spec.?config.?key.orValue('')}"}, {}, {"config"}),
        ({"?a": "${spec.?tls.?issuer}"}, {}, {"tls.issuer.name", "tls.issuer.kind", "tls.issuer.group"}),
        ({"a": {"when": False, "b": "${spec.paused}"}, "\\when": "${spec.usersSecret}"}, {}, {"paused", "usersSecret"}),
    ],
)
def test_a_field_counts_where_its_value_gets_into_an_object_or_decides(
    spec: Any, let: dict[str, Any], found: set[str]
) -> None:
    assert fields(spec, let) == found


RESOURCES_YAML = """
objects:
  - name: shop
    main: true
    object:
      apiVersion: shop.example.com/v1
      kind: Shop
      metadata: {name: "${metadata.name}"}
      spec:
        image: "${spec.instances.engine.image}"
        replicas: "${spec.instances.engine.replicas}"
        ?paused: "${spec.?paused}"
"""


def shop(folder: Path, manifest: str = "", definition: str = DEFINITION, resources: str = RESOURCES_YAML) -> Plugin:
    """A plugin that says no more than it must."""
    for name, text in (("plugin", MANIFEST + manifest), ("definition", definition), ("resources", resources)):
        (folder / f"{name}.yaml").write_text(text)
    plugin, found = load_plugin(folder)
    assert plugin is not None
    assert found == []
    return plugin


def test_a_plugin_that_lists_no_fields_honours_those_that_its_templates_read(tmp_path):
    plugin = shop(tmp_path)

    assert check_plugin(plugin) == []
    assert plugin.manifest.components["engine"].types == ["shopd"]
    assert plugin.manifest.instance_fields("engine") == ["image", "replicas", "version"]
    assert plugin.manifest.spec_fields() == ["paused"]


@pytest.mark.parametrize(
    ("manifest", "engine", "spec"),
    [
        ("components: {engine: {types: [shopd], fields: [replicas]}}", ["replicas"], ["paused"]),
        ("components: {engine: {types: [shopd], fields: [replicas]}}\nfields: []", ["replicas"], []),
        ("components: {engine: {fieldsBut: [image, version]}}", ["replicas"], ["paused"]),
        ("fieldsBut: [paused]", ["image", "replicas", "version"], []),
        ("moreFields: [usersSecret]", ["image", "replicas", "version"], ["paused", "usersSecret"]),
        (
            "components: {engine: {moreFields: [storage.size]}}",
            ["image", "replicas", "version", "storage.size"],
            ["paused"],
        ),
    ],
)
def test_fields_that_are_listed_or_left_out_are_honoured_or_not(tmp_path, manifest, engine, spec):
    plugin = shop(tmp_path, manifest)

    assert check_plugin(plugin) == []
    assert plugin.manifest.instance_fields("engine") == engine
    assert plugin.manifest.spec_fields() == spec


@pytest.mark.parametrize(
    ("manifest", "code", "text"),
    [
        ("fieldsBut: [pausd]", "definition.unknown-path", "'pausd' is no field"),
        (
            "components: {engine: {fieldsBut: [expose.annotations.team]}}",
            "definition.unknown-path",
            "leave out 'expose.annotations'",
        ),
        ("fields: [paused]\nfieldsBut: [paused]", "field.conflict", "take it out of the list"),
        ("components: {engine: {moreFields: [storage.sise]}}", "definition.unknown-path", "there is no 'sise'"),
        ("components: {cache: {types: [shopd]}}", "definition.not-honoured", "do nothing with a component 'cache'"),
    ],
)
def test_what_lists_name_wrongly_is_found(tmp_path, manifest, code, text):
    assert [(one.code, text in one.message) for one in check_plugin(shop(tmp_path, manifest))] == [(code, True)]


def test_of_templates_that_are_wrong_only_that_is_said(tmp_path):
    plugin = shop(
        tmp_path,
        "defaults: {instances: {engine: {replicas: 3}}}",
        resources=RESOURCES_YAML.replace("metadata.name", "metdata"),
    )

    assert [one.code for one in check_plugin(plugin)] == ["plugin.expression"]


def test_the_command_shows_the_fields_as_files_would_list_them(tmp_path):
    shop(tmp_path)
    ran = CliRunner().invoke(everest, ["plugin", "fields", str(tmp_path)])

    assert ran.exit_code == 0, ran.output
    assert yaml.safe_load(ran.output) == {
        "components": {"engine": {"fields": ["image", "replicas", "version"]}},
        "fields": ["paused"],
    }


def test_of_broken_templates_the_command_says_what_is_wrong(tmp_path):
    shop(tmp_path, resources=RESOURCES_YAML.replace("metadata.name", "metdata"))
    ran = CliRunner().invoke(everest, ["plugin", "fields", str(tmp_path)])

    assert ran.exit_code == 1
    assert "'metdata' is not known here" in ran.output


def test_the_fields_of_the_built_in_plugins_are_those_of_their_templates():
    manifests = {plugin.name: plugin.manifest for plugin in builtin()}

    assert manifests["psmdb"].instance_fields("backupAgent") == [
        "image",
        "overrides",
        "resources.limits.cpu",
        "resources.limits.memory",
        "resources.requests.cpu",
        "resources.requests.memory",
        "version",
    ]
    assert "image" not in manifests["psmdb"].instance_fields("configServer")
    assert "scheduling.nodeSelector" not in manifests["pg"].instance_fields("engine")
    assert "scheduling.nodeSelector" in manifests["pxc"].instance_fields("engine")
    assert "type" in manifests["pxc"].instance_fields("proxy")
    assert [path for path in manifests["psmdb"].spec_fields() if path.startswith("dataSource.")] == [
        "dataSource.backup",
        "dataSource.storage",
        "dataSource.path",
        "dataSource.type",
        "dataSource.pointInTime",
    ]


def test_of_a_whole_that_is_left_out_in_part_the_rest_is_honoured(tmp_path):
    templates = RESOURCES_YAML + '        ?resources: "${spec.instances.engine.?resources}"\n'
    (tmp_path / "whole").mkdir()
    (tmp_path / "part").mkdir()
    whole = shop(tmp_path / "whole", resources=templates)
    part = shop(tmp_path / "part", "components: {engine: {fieldsBut: [resources.limits]}}", resources=templates)

    assert "resources" in {one.split(".")[0] for one in whole.manifest.instance_fields("engine")}
    left = [one for one in part.manifest.instance_fields("engine") if one.startswith("resources")]
    assert left
    assert not any(one == "resources" or one.startswith("resources.limits") for one in left)
