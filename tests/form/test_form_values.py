"""What the values of a form become, and back: what the form shows stays what it is, and the rest is not touched."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_everest import form
from pulumi_everest.form.tree import FormTree
from pulumi_everest.model.plugin_files.form import TopologyForm
from pulumi_everest.plugins.find import builtin
from tests.form.test_form_tree import technology

EXAMPLES = [
    (plugin.name, path.name, document)
    for plugin in builtin()
    for path in sorted(plugin.folder.glob("examples/*.yaml"))
    if not path.name.endswith(".expected.yaml")
    for document in yaml.safe_load_all(path.read_text("utf-8"))
    if document and document["kind"] == "DatabaseCluster"
]


@cache
def tree_of(name: str, topology: str, mode: Any) -> FormTree:
    plugin = next(plugin for plugin in builtin() if plugin.name == name)
    return form.resolved(technology(name), topology, mode, plugin.forms)


def tree_for(name: str, document: dict[str, Any], mode: str) -> FormTree:
    chosen = (document["spec"].get("topology") or {}).get("type")
    return tree_of(name, chosen or technology(name).definition.default_topology, mode)


def without_origins(values: Any) -> Any:
    if isinstance(values, list):
        return [without_origins(item) for item in values]
    if isinstance(values, dict):
        return {key: without_origins(value) for key, value in values.items() if key != "$of"}
    return values


@pytest.mark.parametrize(("name", "file", "document"), EXAMPLES, ids=[f"{name}-{file}" for name, file, _ in EXAMPLES])
def test_a_form_that_nobody_changes_changes_nothing(name: str, file: str, document: dict[str, Any]) -> None:
    before = copy.deepcopy(document)
    tree = tree_for(name, document, "edit")
    assert form.cluster(tree, form.values(tree, document), document) == document == before
    as_text = {
        key: str(value) if type(value) in (int, float) else value for key, value in form.values(tree, document).items()
    }
    assert form.cluster(tree, as_text, document) == document


@pytest.mark.parametrize(("name", "file", "document"), EXAMPLES, ids=[f"{name}-{file}" for name, file, _ in EXAMPLES])
def test_a_cluster_of_values_alone_shows_the_same_values(name: str, file: str, document: dict[str, Any]) -> None:
    tree = tree_for(name, document, "new")
    values = form.values(tree, document)
    assert without_origins(form.values(tree, form.cluster(tree, values))) == without_origins(values)


EVERYTHING = next(document for name, file, document in EXAMPLES if (name, file) == ("psmdb", "everything.yaml"))


def some_of(data: Any) -> st.SearchStrategy[Any]:
    """A part of plain data: keys left out, items left out and moved."""
    if isinstance(data, dict):
        needed = {"name", "type", "cron", "provider", "serverUrl"}
        return st.fixed_dictionaries(
            {key: some_of(value) for key, value in data.items() if key in needed},
            optional={key: some_of(value) for key, value in data.items() if key not in needed},
        )
    if isinstance(data, list):
        return st.permutations(data).flatmap(lambda items: st.integers(0, len(items)).map(lambda n: items[:n]))
    return st.sampled_from([data, None]) if isinstance(data, (int, bool)) else st.just(data)


@given(some_of(EVERYTHING["spec"]), st.dictionaries(st.sampled_from(["x-own", "other"]), st.integers(), max_size=1))
@settings(max_examples=20, deadline=None)
def test_no_cluster_loses_anything(spec: dict[str, Any], more: dict[str, Any]) -> None:
    document = {**EVERYTHING, "spec": {**spec, **more, "topology": EVERYTHING["spec"].get("topology", {})}}
    tree = tree_for("psmdb", EVERYTHING, "edit")
    assert form.cluster(tree, form.values(tree, document), document) == document


@given(some_of(EVERYTHING["spec"]), st.data())
@settings(max_examples=12, deadline=None)
def test_a_change_of_one_value_changes_that_field_alone(spec: dict[str, Any], data: st.DataObject) -> None:
    document = {**EVERYTHING, "spec": {**spec, "topology": EVERYTHING["spec"].get("topology", {})}}
    tree = tree_for("psmdb", EVERYTHING, "edit")
    values = form.values(tree, document)
    replicas = data.draw(st.integers(1, 9))
    key = form.address_of(tree, ("spec", "instances", "engine", "replicas"))
    changed = form.cluster(tree, {**values, key: replicas}, document)
    expected = copy.deepcopy(document)
    if values.get(key) != replicas:
        instances = expected["spec"].get("instances") or {}
        instances["engine"] = {**(instances.get("engine") or {}), "replicas": replicas}
        expected["spec"]["instances"] = instances
    assert changed == expected


# One part after the other


def made(parts: dict[str, Any], mode: Any = "new", **section: Any) -> FormTree:
    manifest = TopologyForm.model_validate({"sections": {"s": {"components": parts, **section}}})
    return form.resolved(technology("psmdb"), "standard", mode, {"standard": manifest})


def spec_of(parts: dict[str, Any], values: dict[str, Any], spec: dict[str, Any] | None = None) -> dict[str, Any]:
    """The spec that values make, without the provider; values by the names of the parts."""
    tree = made(parts, "new" if spec is None else "edit")
    named = {f"s.{key}": value for key, value in values.items()}
    original = {"spec": {"provider": "psmdb-operator", **spec}} if spec is not None else None
    document = form.cluster(tree, named, original)
    return {key: value for key, value in document["spec"].items() if key != "provider"}


def field(kind: str, path: Any, **more: Any) -> dict[str, Any]:
    return {"uiType": kind, "path": path, **more}


DISK = field("number", "instances.engine.storage.size", fieldParams={"badge": "Gi", "badgeToApi": True})
CPU = field("number", "instances.engine.resources.limits.cpu")
SWITCH = {"uiType": "group", "groupType": "toggleable", "groupParams": {"path": "instances.arbiter"}}
LIMITS = ["instances.engine.resources.limits.memory", "instances.engine.resources.requests.memory"]


def engine(**settings: Any) -> dict[str, Any]:
    return {"instances": {"engine": settings}}


@pytest.mark.parametrize(
    ("parts", "values", "spec"),
    [
        ({"n": field("number", "instances.engine.replicas")}, {"n": 3}, engine(replicas=3)),
        ({"n": field("number", "instances.engine.replicas")}, {"n": "3"}, engine(replicas=3)),
        ({"n": field("number", "instances.engine.replicas")}, {"n": 3.0}, engine(replicas=3)),
        ({"n": field("number", "instances.engine.replicas")}, {"n": "many"}, engine(replicas="many")),
        ({"n": field("number", "instances.engine.replicas")}, {"n": ""}, {}),
        ({"n": field("number", "instances.engine.replicas")}, {}, {}),
        ({"n": field("number", "spec.instances.engine.replicas")}, {"n": 3}, engine(replicas=3)),
        ({"n": {"uiType": "number", "id": "shown"}}, {"n": 3}, {}),
        ({"n": {**field("number", "instances.engine.replicas"), "uiType": "hidden"}}, {"n": 3}, {}),
        ({"d": DISK}, {"d": 25}, engine(storage={"size": "25Gi"})),
        ({"d": DISK}, {"d": 0.5}, engine(storage={"size": "0.5Gi"})),
        ({"d": DISK}, {"d": "500Mi"}, engine(storage={"size": "500Mi"})),
        ({"c": CPU}, {"c": 2}, engine(resources={"limits": {"cpu": "2"}})),
        ({"c": CPU}, {"c": 0.25}, engine(resources={"limits": {"cpu": "0.25"}})),
        (
            {"m": field("number", LIMITS, fieldParams={"badge": "Gi", "badgeToApi": True})}, {"m": 4},
            engine(resources={"limits": {"memory": "4Gi"}, "requests": {"memory": "4Gi"}}),
        ),
        ({"m": field("number", LIMITS, fieldParams={"badge": "Gi"})}, {"m": 4}, engine(resources={"limits": {"memory": "4"}, "requests": {"memory": "4"}})),
        ({"t": field("text", "usersSecret", validation={"trim": True, "toLowerCase": True})}, {"t": " A "}, {"usersSecret": "a"}),
        ({"t": field("toggle", "paused")}, {"t": False}, {"paused": False}),
        ({"t": field("toggle", "paused")}, {"t": None}, {}),
        ({"v": field("select", "instances.engine.version")}, {"v": "8.0.4-1"}, engine(version="8.0.4-1")),
        ({"v": field("select", "topology.config.shards", fieldParams={"options": [{"label": "2", "value": 2}]})}, {"v": "2"}, {"topology": {"config": {"shards": 2}}}),
        ({"a": field("map", "instances.engine.expose.annotations")}, {"a": {"b": "c"}}, engine(expose={"annotations": {"b": "c"}})),
        ({"a": field("map", "instances.engine.expose.annotations")}, {"a": {}}, {}),
        ({"y": field("text", "instances.engine.scheduling.affinity")}, {"y": "nodeAffinity: {}"}, engine(scheduling={"affinity": {"nodeAffinity": {}}})),
        ({"y": field("text", "instances.engine.scheduling.affinity")}, {"y": "a: ["}, engine(scheduling={"affinity": "a: ["})),
        ({"y": field("text", "instances.engine.engineConfig", fieldParams={"multiline": True})}, {"y": "a: 1\n"}, engine(engineConfig="a: 1\n")),
        ({"g": {**SWITCH, "components": {}}}, {"g": True}, {"instances": {"arbiter": {}}}),
        ({"g": {**SWITCH, "components": {}}}, {"g": False}, {}),
        ({"g": {**SWITCH, "components": {"n": field("number", "instances.arbiter.replicas")}}}, {"g": False, "g.n": 1}, {}),
        ({"g": {**SWITCH, "components": {"n": field("number", "instances.arbiter.replicas")}}}, {"g": True, "g.n": 1}, {"instances": {"arbiter": {"replicas": 1}}}),
        ({"n": field("number", "instances.engine.replicas"), "p": field("toggle", "paused", showIf="spec.instances.engine.replicas > 3")}, {"n": 3, "p": True}, engine(replicas=3)),
        ({"n": field("number", "instances.engine.replicas"), "p": field("toggle", "paused", showIf="instances.engine.replicas > 3")}, {"n": 5, "p": True}, {**engine(replicas=5), "paused": True}),
    ],
)  # fmt: skip
def test_what_a_value_becomes(parts: dict[str, Any], values: dict[str, Any], spec: dict[str, Any]) -> None:
    assert spec_of(parts, values) == spec


RANGES = {
    "uiType": "array",
    "path": "instances.engine.expose.sourceRanges",
    "item": {"components": {"v": {"uiType": "text", "path": "."}}},
}
STORAGES = {
    "uiType": "array", "path": "backup.storages",
    "item": {"components": {
        "name": {"uiType": "text", "path": "name"}, "type": {"uiType": "select", "path": "type"},
        "claim": {"uiType": "text", "path": "claim", "showIf": "item.type == 'filesystem'"},
        "schedules": {"uiType": "array", "path": "schedules", "item": {"components": {
            "cron": {"uiType": "text", "path": "cron"}, "keep": {"uiType": "number", "path": "retention.count"},
        }}},
    }},
}  # fmt: skip
OLD = {
    "backup": {
        "storages": [
            {"name": "a", "type": "s3", "bucket": "x"},
            {"name": "b", "type": "s3", "bucket": "y", "schedules": [{"name": "n", "cron": "1 1 * * *"}]},
        ]
    }
}


@pytest.mark.parametrize(
    ("parts", "values", "old", "spec"),
    [
        ({"r": RANGES}, {"r": [{"v": "10.0.0.0/8"}, {"v": ""}]}, None, engine(expose={"sourceRanges": ["10.0.0.0/8"]})),
        ({"r": RANGES}, {"r": []}, engine(expose={"sourceRanges": ["10.0.0.0/8"]}), {}),
        ({"r": RANGES}, {"r": [{"$of": 1, "v": "b"}, {"v": "c"}]}, engine(expose={"sourceRanges": ["a", "b"]}), engine(expose={"sourceRanges": ["b", "c"]})),
        ({"s": STORAGES}, {"s": [{"name": "n", "type": "s3", "claim": "gone"}]}, None, {"backup": {"storages": [{"name": "n", "type": "s3"}]}}),
        ({"s": STORAGES}, {"s": [{"name": "n", "type": "filesystem", "claim": "c"}]}, None, {"backup": {"storages": [{"name": "n", "type": "filesystem", "claim": "c"}]}}),
        ({"s": STORAGES}, {"s": [{"$of": 1, "name": "z", "type": "s3", "schedules": [{"$of": 0, "cron": "2 2 * * *", "keep": 7}]}]}, OLD,
         {"backup": {"storages": [{"name": "z", "type": "s3", "bucket": "y", "schedules": [{"name": "n", "cron": "2 2 * * *", "retention": {"count": 7}}]}]}}),
        ({"s": STORAGES}, {"s": [{"$of": 0, "name": "a", "type": "s3"}, {"name": "c", "type": "gcs"}, {"$of": 99, "name": "d"}]}, OLD,
         {"backup": {"storages": [OLD["backup"]["storages"][0], {"name": "c", "type": "gcs"}, {"name": "d"}]}}),
        ({"d": DISK}, {"d": 0.5}, engine(storage={"size": "512Mi"}), engine(storage={"size": "512Mi"})),
        ({"d": DISK}, {"d": 1}, engine(storage={"size": "512Mi", "storageClass": "fast"}), engine(storage={"size": "1Gi", "storageClass": "fast"})),
        ({"d": DISK}, {}, engine(storage={"size": "512Mi"}, replicas=3), engine(replicas=3)),
        ({"a": field("map", "config")}, {"a": {"x": "1", "y": "2"}}, {"config": {"x": 1}}, {"config": {"x": 1, "y": "2"}}),
        ({"p": field("toggle", "paused", showIf="spec.instances.engine.replicas > 3")}, {"p": True}, {"paused": True}, {"paused": True}),
        ({"n": field("number", "instances.engine.replicas"), "p": field("toggle", "paused", showIf="spec.instances.engine.replicas > 3")},
         {"n": 3, "p": True}, {**engine(replicas=5), "paused": True}, engine(replicas=3)),
        ({"g": {**SWITCH, "components": {}}}, {"g": False}, {"instances": {"arbiter": {"replicas": 1}}}, {}),
        ({"g": {**SWITCH, "components": {}}}, {"g": True}, {"instances": {"arbiter": None}}, {"instances": {"arbiter": {}}}),
    ],
)  # fmt: skip
def test_what_a_value_becomes_in_what_is_there(parts: Any, values: Any, old: Any, spec: Any) -> None:
    assert spec_of(parts, values, old) == spec


def test_only_another_topology_than_the_default_is_named() -> None:
    parts = {"sections": {}}
    trees = [
        form.resolved(technology("psmdb"), name, "new", {name: TopologyForm.model_validate(parts)})
        for name in ("standard", "sharded")
    ]
    standard, sharded = (form.cluster(tree, {"cluster.name": "orders"}) for tree in trees)
    assert standard == {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseCluster",
        "metadata": {"name": "orders"},
        "spec": {"provider": "psmdb-operator"},
    }
    assert sharded["spec"] == {"provider": "psmdb-operator", "topology": {"type": "sharded"}}


def test_a_new_form_starts_with_its_defaults() -> None:
    parts = {
        "n": field("number", "instances.engine.replicas", fieldParams={"defaultValue": 5}),
        "d": {**DISK, "fieldParams": {"badge": "Gi", "badgeToApi": True, "defaultValue": "2Ti"}},
        "g": {**SWITCH, "groupParams": {"path": "instances.arbiter", "defaultOn": True}, "components": {}},
    }
    values = form.starting_values(made(parts))
    assert values == {"s.n": 5, "s.d": 2048, "s.g": True}
    assert form.starting_values(made(parts, "edit")) == {"s.g": True}
