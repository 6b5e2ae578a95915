"""Each recipe of docs/plugins/cookbook.md, as a plugin of its own: what its cluster becomes is what stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_everest.authoring.examples import compared, examples_of, rendered
from pulumi_everest.core.health import health, of_all
from pulumi_everest.core.merging import over
from pulumi_everest.core.paths import value_at
from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.model.findings import one_line
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.check import check_plugin
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.workspace import Workspace, shape_for
from tools import plugin_reference

PAGE = Path(__file__).parents[2] / "docs/plugins/cookbook.md"
INSTANCE = ["version", "image", "replicas", "resources", "storage", "engineConfig"]
STORAGE = ["name", "type", "bucket", "schedules"]
PLUGIN: dict[str, Any] = {
    "name": "cookbook",
    "title": "Cookbook",
    "operator": {"name": "db-operator", "versions": ["2.0.0"], "default": "2.0.0"},
    "components": {"engine": {"types": ["db"], "fields": INSTANCE}},
    "fields": [f"backup.storages.{name}" for name in STORAGE],
}
DEFINITION: dict[str, Any] = {
    "apiVersion": API_VERSION, "kind": "DatabaseClusterDefinition", "metadata": {"name": "cookbook-operator"},
    "spec": {
        "componentTypes": {"db": {"versions": [{"version": "1.0.0", "image": "db:1.0.0"}]}},
        "components": {"engine": {"type": "db", "engineConfig": "parameters"}},
    },
}  # fmt: skip
TOPOLOGIES = {"only": {"components": {"engine": {"defaults": {"replicas": 1}}}}}
CLUSTER = {"apiVersion": API_VERSION, "kind": "DatabaseCluster", "metadata": {"name": "orders", "namespace": "shop"}}
Blocks = dict[str, str]


def recipes() -> dict[str, Blocks]:
    """The blocks of each recipe, by what stands behind `yaml`."""
    sections = re.split(r"^## (.*)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    texts = dict(zip(sections[::2], sections[1::2], strict=True))
    pattern = re.compile(r"^```yaml ([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return {title: {match[1]: match[2] for match in pattern.finditer(text)} for title, text in texts.items()}


RECIPES = recipes()


def made(blocks: Blocks, folder: Path) -> Plugin:
    """The plugin of a recipe: its files, and for all that they do not say those above."""
    manifest = over(PLUGIN, yaml.safe_load(blocks.get("plugin.yaml", "{}")))
    definition = over(DEFINITION, yaml.safe_load(blocks.get("definition.yaml", "{}")))
    definition["spec"].setdefault("topologies", TOPOLOGIES)
    files = {name: text for name, text in blocks.items() if "/" in name or name == "resources.yaml"}
    files |= {"plugin.yaml": yaml.safe_dump(manifest), "definition.yaml": yaml.safe_dump(definition)}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    plugin, found = load_plugin(folder)
    assert plugin is not None, found
    assert [one_line(entry) for entry in check_plugin(plugin) if entry.is_error] == []
    return plugin


def objects(plugin: Plugin, spec: dict[str, Any]) -> list[dict[str, Any]]:
    text = yaml.safe_dump({**CLUSTER, "spec": {"provider": plugin.definition.name, **spec}})
    documents, found = read_yaml(text, "cluster.yaml", shape_for)
    planned = Workspace(Plugins([plugin.folder]), documents).plan()
    assert [one_line(entry) for entry in (*found, *planned.findings)] == []
    return [entry.manifest for plan in planned.clusters for entry in plan.objects]


def shown_in(wanted: Any, there: Any) -> bool:
    """Whether all that is wanted is there, of mappings perhaps beside more."""
    if isinstance(wanted, dict):
        return isinstance(there, dict) and all(shown_in(value, there.get(key)) for key, value in wanted.items())
    return bool(wanted == there)


def test_every_block_of_the_page_belongs_to_a_recipe() -> None:
    known = {"resources.yaml", "plugin.yaml", "definition.yaml", "cluster", "becomes", "live"}
    named = re.findall(r"^```(.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name.removeprefix("yaml ") for name in named if name} <= known | {
        "examples/small.yaml", "examples/small.expected.yaml",
    }  # fmt: skip
    assert all({"becomes", "live", "examples/small.yaml"} & blocks.keys() for blocks in RECIPES.values())


@pytest.mark.parametrize("title", [title for title, blocks in RECIPES.items() if "becomes" in blocks])
def test_the_cluster_of_a_recipe_becomes_what_stands_there(title: str, tmp_path: Path) -> None:
    blocks = RECIPES[title]
    found = objects(made(blocks, tmp_path), yaml.safe_load(blocks["cluster"]))
    wanted = list(yaml.safe_load_all(blocks["becomes"]))
    kinds = {one["kind"] for one in wanted}
    assert len([one for one in found if one["kind"] in kinds]) == len(wanted)
    for one in wanted:
        assert any(shown_in(one, there) for there in found), (one, found)


@pytest.mark.parametrize("title", [title for title, blocks in RECIPES.items() if "live" in blocks])
def test_a_database_of_a_recipe_is_as_ready_as_stands_there(title: str, tmp_path: Path) -> None:
    plugin, live = made(RECIPES[title], tmp_path), yaml.safe_load(RECIPES[title]["live"])
    others = [
        (entry.name, health(entry.settings, live[entry.name], "only"))
        for entry in plugin.template._entries
        if not entry.main
    ]
    found = of_all(health(plugin.manifest, live["database"], "only"), others)
    assert (found.ready, found.failed) == (live["ready"], live["failed"])
    ready = {**live["catalog"]["status"], "members": 3}
    assert health(plugin.template._entries[0].settings, {"status": ready}, "only").ready


@pytest.mark.parametrize("title", [title for title, blocks in RECIPES.items() if "examples/small.yaml" in blocks])
def test_the_examples_of_a_recipe_are_as_expected(title: str, tmp_path: Path) -> None:
    plugin = made(RECIPES[title], tmp_path)
    (example,) = (rendered(plugin, file) for file in examples_of(plugin))
    assert (example.findings, compared(example)) == ([], [])


def test_objects_without_a_namespace_get_none(tmp_path: Path) -> None:
    blocks = RECIPES["Objects that belong to no namespace"]
    found = objects(made(blocks, tmp_path), yaml.safe_load(blocks["cluster"]))
    assert {one["kind"]: value_at(one, ("metadata", "namespace")) for one in found} == {
        "PriorityClass": None, "DatabaseQuota": None, "Database": "shop",
    }  # fmt: skip


def test_objects_that_hold_data_are_those_that_say_so(tmp_path: Path) -> None:
    plugin = made(RECIPES["Several kinds that hold data"], tmp_path)
    assert [entry.name for entry in plugin.template._entries if entry.main or entry.settings.keeps_data] == [
        "catalog", "database",
    ]  # fmt: skip


def test_a_kind_that_moved_is_the_same_resource(tmp_path: Path) -> None:
    plugin = made(RECIPES["Kinds that moved to another API version"], tmp_path)
    (found,) = objects(plugin, {})
    assert found["apiVersion"] == "db.example.com/v1"


def test_the_reference_has_every_key_of_the_models() -> None:
    assert plugin_reference.PAGE.read_text(encoding="utf-8") == plugin_reference.page(), "run: make schemas"
