"""Where plugins come from, which of several counts, and what is said about those that are not to be had."""

from __future__ import annotations

import types
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from pulumi_everest.model.findings import EverestError
from pulumi_everest.plugins import find
from pulumi_everest.plugins.check import check_plugin
from pulumi_everest.plugins.find import Plugins, builtin
from pulumi_everest.plugins.load import load_plugin

MANIFEST = """
name: {name}
title: Shop
release: {release}
operator: {{name: shop-operator, versions: ["1.0"], default: "1.0"}}
components: {{engine: {{types: [shopd], fields: [version, replicas]}}}}
"""
DEFINITION = """
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseClusterDefinition
metadata: {{name: {definition}}}
spec:
  componentTypes: {{shopd: {{versions: [{{version: "1", image: "shop:1"}}]}}}}
  components: {{engine: {{type: shopd}}}}
  topologies: {{single: {{components: {{engine: {{}}}}}}}}
"""
RESOURCES = """
objects:
  - name: cluster
    main: true
    object:
      apiVersion: shop.example.org/v1
      kind: Shop
      metadata: {name: "${metadata.name}"}
      spec: {image: "${spec.instances.engine.image}"}
"""


def plugin(folder: Path, name: str = "shop", definition: str = "shop", release: str = "1.0") -> Path:
    folder.mkdir(parents=True)
    (folder / "plugin.yaml").write_text(MANIFEST.format(name=name, release=release))
    (folder / "definition.yaml").write_text(DEFINITION.format(definition=definition))
    (folder / "resources.yaml").write_text(RESOURCES)
    return folder


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Entry points by name, each with what loading it gives or raises."""
    given: dict[str, Any] = {}

    def load(point: EntryPoint) -> Any:
        if isinstance(given[point.name], Exception):
            raise given[point.name]
        return given[point.name]

    def entry_points(*, group: str) -> list[EntryPoint]:
        return [EntryPoint(name, f"{name}_package", group) for name in given] if group == find.ENTRY_POINTS else []

    monkeypatch.setattr(EntryPoint, "load", load)
    monkeypatch.setattr(find, "entry_points", entry_points)
    return given


def test_the_built_in_plugins_are_there_without_being_asked_for_and_are_fine() -> None:
    plugins = Plugins()

    assert [entry.name for entry in plugins.all()] == [entry.name for entry in builtin()]
    assert plugins.findings == []
    assert all(check_plugin(entry) == [] for entry in builtin())


def test_a_named_folder_counts_before_an_entry_point_and_that_before_a_built_in_plugin(
    tmp_path: Path, points: dict[str, Any]
) -> None:
    theirs = builtin()[0]
    folders = [plugin(tmp_path / "a", theirs.name, theirs.definition.name, "2.0")]
    points["b"] = plugin(tmp_path / "b", theirs.name, theirs.definition.name, "3.0")
    points["c"] = plugin(tmp_path / "c", "other", "other", "3.0")

    plugins = Plugins(folders)

    found = plugins.named(theirs.name)
    assert found is not None
    assert found.manifest.release == "2.0"
    assert plugins.defining(theirs.definition.name) is found
    assert [entry.name for entry in plugins.all()].count(theirs.name) == 1
    other = plugins.named("other")
    assert other is not None
    assert other.folder == tmp_path / "c"
    assert plugins.findings == []


def test_an_entry_point_gives_a_package_or_a_path(tmp_path: Path, points: dict[str, Any]) -> None:
    package = types.ModuleType("shop_package")
    package.__file__ = str(plugin(tmp_path / "a", "a", "a") / "__init__.py")
    points |= {
        "package": package,
        "path": plugin(tmp_path / "b", "b", "b"),
        "text": str(plugin(tmp_path / "c", "c", "c")),
    }

    plugins = Plugins()

    assert {entry.name for entry in plugins.all()} >= {"a", "b", "c"}
    assert plugins.findings == []


def test_an_entry_point_that_fails_is_a_finding_and_leaves_the_others(tmp_path: Path, points: dict[str, Any]) -> None:
    points |= {"broken": ImportError("no module named shop"), "number": 3, "fine": plugin(tmp_path / "a")}

    plugins = Plugins()

    assert plugins.named("shop") is not None
    assert [(entry.code, entry.message) for entry in plugins.findings] == [
        (
            "plugin.not-found",
            "the entry point 'broken' (broken_package) cannot be loaded: ImportError: no module named shop",
        ),
        ("plugin.not-found", "the entry point 'number' gives neither a package nor a path"),
    ]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (("shop", "shop"), "two plugins are called 'shop'"),
        (("shop", "kiosk"), "two plugins are called 'shop'"),
        (("kiosk", "shop"), "two definitions are called 'shop'"),
        (("kiosk", "kiosk"), None),
    ],
)
def test_two_of_one_name_at_one_level_are_an_error_that_names_both(
    tmp_path: Path, second: tuple[str, str], message: str | None
) -> None:
    folders = [plugin(tmp_path / "a"), plugin(tmp_path / "b", *second)]
    plugins = Plugins(folders)

    list(plugins.all())

    wanted = [("plugin.duplicate", f"{message}: {folders[0]} and {folders[1]}")] if message else []
    assert [(entry.code, entry.message) for entry in plugins.findings] == wanted


def test_a_folder_that_is_named_twice_is_one_plugin(tmp_path: Path) -> None:
    folder = plugin(tmp_path / "shop")
    plugins = Plugins([folder, tmp_path / "shop" / ".." / "shop"])

    assert plugins.named("shop") is not None
    assert plugins.findings == []


def test_a_folder_that_is_no_plugin_is_a_finding_and_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    plugins = Plugins([tmp_path / "nothing", tmp_path / "empty", plugin(tmp_path / "shop")])

    assert plugins.named("shop") is not None
    assert [(entry.code, entry.message) for entry in plugins.findings] == [
        ("plugin.not-found", f"there is no folder {tmp_path / 'nothing'}"),
        ("plugin.not-found", f"{tmp_path / 'empty'} is no plugin: it has no plugin.yaml"),
    ]


def test_templates_presets_and_functions_are_read_when_they_are_needed(tmp_path: Path) -> None:
    folder = plugin(tmp_path / "shop")
    (folder / "resources.yaml").write_text("objects: [")

    loaded, found = load_plugin(folder)

    assert found == []
    assert loaded is not None
    assert [entry.code for entry in check_plugin(loaded)] == ["source.syntax"]


def test_presets_are_in_the_order_of_their_sizes(tmp_path: Path) -> None:
    folder = plugin(tmp_path / "shop")
    (folder / "presets").mkdir()
    for name in ("large", "medium", "special", "small"):
        (folder / "presets" / f"{name}.yaml").write_text("instances: {engine: {replicas: 1}}\n")

    loaded, _ = load_plugin(folder)

    assert loaded is not None
    assert list(loaded.presets) == ["small", "medium", "large", "special"]
    assert loaded.presets["small"] == {"instances": {"engine": {"replicas": 1}}}


def test_functions_of_plugins_of_one_name_are_not_mixed_up(tmp_path: Path) -> None:
    results = []
    for number in (1, 2):
        folder = plugin(tmp_path / str(number) / "shop")
        call = 'functions: {count: {args: [], returns: int, call: "functions:count"}}\n'
        (folder / "plugin.yaml").write_text((folder / "plugin.yaml").read_text() + call)
        (folder / "functions.py").write_text(f"def count():\n    return {number}\n")
        loaded, found = load_plugin(folder)
        assert loaded is not None
        assert found == []
        results.append(loaded.functions[0].call())

    assert results == [1, 2]


def test_plugins_that_are_added_later_count_as_if_they_had_been_named_at_first(
    tmp_path: Path, points: dict[str, Any]
) -> None:
    points["installed"] = plugin(tmp_path / "c", "other", "other")
    plugins = Plugins([plugin(tmp_path / "a")])
    assert plugins.named("kiosk") is None
    assert "kiosk" not in plugins.names

    first = plugins.add([plugin(tmp_path / "b", "kiosk", "kiosk"), tmp_path / "a"])
    second = plugins.add([plugin(tmp_path / "d", "other", "fourth"), plugin(tmp_path / "e"), tmp_path / "nothing"])

    assert first == []
    assert [entry.code for entry in second] == ["plugin.duplicate", "plugin.not-found"]
    assert plugins.findings == second
    assert plugins.named("kiosk") is plugins.defining("kiosk")
    assert {"kiosk", "other"} <= set(plugins.names)
    # A named folder hides an installed plugin of its name, with its definition.
    assert plugins.named("other") is plugins.defining("fourth")
    assert plugins.defining("other") is None
    assert "other" not in plugins.definition_names


def test_a_trusted_plugin_is_looked_through_when_it_is_checked_and_not_before(tmp_path: Path) -> None:
    folder = plugin(tmp_path / "shop")
    template = (folder / "resources.yaml").read_text()
    (folder / "resources.yaml").write_text(template.replace("engine.image", "engine.imgae"))
    loaded, _ = load_plugin(folder)
    assert loaded is not None
    with pytest.raises(EverestError):
        _ = loaded.template

    loaded, _ = load_plugin(folder)
    assert loaded is not None
    loaded.trusted = True
    assert loaded.template.findings == []
    assert "plugin.expression-field" in {entry.code for entry in check_plugin(loaded)}
