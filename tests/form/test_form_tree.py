"""Forms as pages get them: everything filled in, for each topology and mode."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from pulumi_everest import form
from pulumi_everest.core.technology import Technology
from pulumi_everest.form.tree import FormTree
from pulumi_everest.model.plugin_files.form import TopologyForm
from pulumi_everest.plugins.find import builtin
from pulumi_everest.testing.probes.report import technology_of
from tools import form_schema

CASES = [(plugin.name, topology) for plugin in builtin() for topology in plugin.definition.spec.topologies]


@cache
def technology(name: str) -> Technology:
    plugin = next(plugin for plugin in builtin() if plugin.name == name)
    return technology_of(plugin, plugin.manifest.operator.default)


def made(
    parts: dict[str, Any], name: str = "psmdb", topology: str = "sharded", mode: Any = "new"
) -> dict[str, dict[str, Any]]:
    """The parts of a form with one section, by name; those in groups and lists too."""
    manifest = TopologyForm.model_validate({"sections": {"s": {"components": parts}}})
    tree = form.resolved(technology(name), topology, mode, {topology: manifest}).as_data()
    found: dict[str, dict[str, Any]] = {}

    def add(parts: list[dict[str, Any]]) -> None:
        for part in parts:
            found[part["name"]] = part
            add(part.get("parts", []))

    for section in tree["sections"][1:]:
        add(section["parts"])
    return found


REPLICAS = {"uiType": "number", "path": "instances.engine.replicas"}


def test_the_schema_of_forms_is_as_committed() -> None:
    assert form_schema.FILE.read_text(encoding="utf-8") == form_schema.text(), "run 'make schemas'"


@pytest.mark.parametrize(("name", "topology"), CASES)
def test_every_topology_has_a_form_that_its_schema_takes(name: str, topology: str) -> None:
    from jsonschema import Draft202012Validator

    tree = form.resolved(technology(name), topology)
    data = json.loads(json.dumps(tree.as_data()))
    Draft202012Validator(json.loads(form_schema.text())).validate(data)
    assert FormTree.model_validate(data) == tree
    assert data["sections"][0]["name"] == "cluster"


def test_a_field_has_what_the_definition_says_of_it() -> None:
    field = made({"replicas": REPLICAS})["replicas"]
    assert field["label"] == "Replicas"
    assert field["help"] == "How many pods the component has."
    assert field["limits"] == {"min": 1, "max": 1000, "int": True}
    assert (field["otherwise"], field["otherwiseFrom"], field["written"]) == (3, "topology", "value")


@pytest.mark.parametrize(
    ("path", "otherwise", "origin"),
    [
        ("instances.engine.storage.size", "10Gi", "plugin"),
        ("topology.config.shards", "2", "schema"),
        ("components.versions.mongod.version", "8.0.19-7", "definition"),
        ("instances.engine.version", "8.0.19-7", "definition"),
        ("operatorVersion", "1.22.0", "definition"),
        ("instances.engine.resources.limits.cpu", None, None),
    ],
)
def test_a_field_shows_what_a_cluster_has_that_says_nothing(path: str, otherwise: Any, origin: str | None) -> None:
    field = made({"f": {"uiType": "text", "path": path}})["f"]
    assert (field.get("otherwise"), field.get("otherwiseFrom")) == (otherwise, origin)


def test_a_preset_shows_what_a_cluster_has_with_it() -> None:
    manifest = {
        "size": {
            "uiType": "number",
            "path": "instances.engine.storage.size",
            "fieldParams": {"badge": "Gi", "badgeToApi": True},
        }
    }
    tree = form.resolved(
        technology("psmdb"),
        "standard",
        "new",
        {"standard": TopologyForm.model_validate({"sections": {"s": {"components": manifest}}})},
    )
    assert [(preset.name, preset.values["s.size"]) for preset in tree.presets] == [
        ("small", 25),
        ("medium", 100),
        ("large", 200),
    ]
    document = {"spec": {"preset": "large"}}
    assert form.otherwise(tree, technology("psmdb"), document)["s.size"] == 200


def test_a_field_has_what_the_manifest_says_of_it() -> None:
    params = {"label": "Nodes", "defaultValue": 5, "helperText": "More is safer.", "step": 2}
    field = made({"n": {**REPLICAS, "fieldParams": params, "validation": {"min": 3, "max": 2000, "required": True}}})[
        "n"
    ]
    assert (field["label"], field["help"], field["default"], field["step"]) == ("Nodes", "More is safer.", 5, 2)
    assert (field["limits"]["min"], field["limits"]["max"], field["required"]) == (3, 1000, True)


def test_in_a_mode_scalars_are_replaced_and_conditions_added() -> None:
    rule = {"celExpr": "self > 0", "message": "m"}
    own = {"celExpr": "self >= original.spec.instances.engine.replicas", "message": "o"}
    field = {
        **REPLICAS,
        "fieldParams": {"label": "A", "defaultValue": 3, "modes": {"edit": {"disabled": True}}},
        "validation": {"min": 1, "celExpressions": [rule], "modes": {"edit": {"max": 9, "celExpressions": [own]}}},
    }
    new, edit = (made({"n": field}, mode=mode)["n"] for mode in ("new", "edit"))
    assert (new["disabled"], new["default"], [r["message"] for r in new["rules"]]) == (False, 3, ["m"])
    assert (edit["disabled"], edit["label"], [r["message"] for r in edit["rules"]]) == (True, "A", ["m", "o"])
    assert ("default" in edit, edit["limits"]["max"]) == (False, 9)
    alone = {**field, "validation": {**field["validation"], "modes": {"edit": {"inheritShared": False}}}}
    assert made({"n": alone}, mode="edit")["n"]["rules"] == []


def test_a_part_can_be_hidden_in_a_mode() -> None:
    parts = {"n": {**REPLICAS, "modes": {"edit": {"uiType": "hidden"}}}}
    assert [made(parts, mode=mode)["n"]["kind"] for mode in ("new", "edit")] == ["number", "hidden"]


IMAGES = {
    "optionsPath": "spec.componentTypes.pmm.versions",
    "optionsPathConfig": {"labelPath": "image", "valuePath": "version"},
}


@pytest.mark.parametrize(
    ("part", "value", "label", "is_open"),
    [
        ({"fieldParams": {"options": [{"label": "Eight", "value": "8.0.19-7"}]}}, "8.0.19-7", "Eight", False),
        ({"fieldParams": IMAGES}, "3.6.0", "pmm-client:3.6.0", False),
        ({}, "8.0.19-7", "8.0.19-7", True),
        ({"dataSource": {"provider": "storageClasses"}}, "8.0.19-7", "8.0.19-7", True),
    ],
)
def test_choices_are_listed_or_found_in_the_definition(
    part: dict[str, Any], value: str, label: str, is_open: bool
) -> None:
    field = made({"v": {"uiType": "select", "path": "instances.engine.version", **part}})["v"]
    found = {choice["value"]: choice for choice in field["choices"]}
    assert label in found[value]["label"]
    assert (field["allowOther"], found[value].get("note")) == (is_open, "default" if is_open else None)
