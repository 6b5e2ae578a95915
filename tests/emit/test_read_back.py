"""What overrides take away or decide, read from the object: components that go, and what the object as a whole says."""

from __future__ import annotations

from typing import Any, cast

import pytest
from toy_definition import toy_definition

from pulumi_everest.core.changes.policies import Policies
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.emit.read_back.components import gone
from pulumi_everest.emit.read_back.emission import Shown
from pulumi_everest.emit.read_back.places import concrete, items, without_value
from pulumi_everest.emit.read_back.reading import ReadBack
from pulumi_everest.emit.read_back.structural_fields import structural_changes
from pulumi_everest.emit.read_back.written import counterpart, label
from pulumi_everest.emit.templates.template import Template
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import EverestError
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml

PART: dict[str, Any] = {"enabled": True, "size": 2, "image": "p:1"}
PLAIN: dict[str, Any] = {"engine": {"size": 3}, "proxy": PART}
REPLICAS, IMAGE = ("instances", "proxy", "replicas"), ("instances", "proxy", "image")
AT_PROXY = {REPLICAS: ("proxy", "size"), IMAGE: ("proxy", "image")}


@pytest.mark.parametrize(
    ("made", "plain", "shown", "expected"),
    [
        (PLAIN, PLAIN, AT_PROXY, []),
        ({"engine": {"size": 3}}, PLAIN, AT_PROXY, ["proxy"]),
        ({**PLAIN, "proxy": {**PART, "enabled": False}}, PLAIN, AT_PROXY, ["proxy"]),
        ({**PLAIN, "proxy": {"size": 1}}, PLAIN, AT_PROXY, []),
        ({**PLAIN, "proxy": "off"}, PLAIN, AT_PROXY, []),
        # One that was off without overrides, or of which nothing says that it was on
        ({"proxy": {**PART, "enabled": False}}, {"proxy": {**PART, "enabled": False}}, AT_PROXY, []),
        ({"proxy": {"size": 2, "enabled": False}}, {"proxy": {"size": 2, "image": "p"}}, AT_PROXY, []),
        ({"engine": {"size": 3}}, {"engine": {"size": 3}}, AT_PROXY, []),
        # One with volumes is never taken for gone, nor one without a part of its own
        ({"engine": {}}, PLAIN, {**AT_PROXY, ("instances", "proxy", "storage", "size"): ("proxy", "disk")}, []),
        ({"engine": {"size": 3}}, PLAIN, {REPLICAS: ("proxySize",), IMAGE: ("proxyImage",)}, []),
        ({"engine": {"size": 3}}, PLAIN, {REPLICAS: ("proxy", "size"), IMAGE: ("proxyImage",)}, []),
        # Fields that belong to no component say nothing of one
        ({"engine": {"size": 3}}, PLAIN, {("tls", "mode"): ("proxy", "size")}, []),
    ],
)
def test_a_component_is_gone_where_its_part_is_no_more_or_is_switched_off(
    made: Any, plain: Any, shown: dict[Any, Any], expected: list[str]
) -> None:
    places = {field: (Shown(as_it_is=[place]), PLAIN) for field, place in shown.items()}

    assert list(gone(places, made, plain)) == expected


def test_a_component_is_not_known_by_what_is_only_made_with_its_fields() -> None:
    assert list(gone({REPLICAS: (Shown(made_with=[("proxy", "size")]), PLAIN)}, {}, PLAIN)) == []


def policies(*changes: dict[str, Any]) -> Policies:
    return Policies.of(Definition(toy_definition(*changes)))


ORDERED = {"path": "backup.storages", "policy": "keep-order"}
SHARDS = ("topology", "config", "shards")
GUARDED = {"path": "topology.config.shards", "policy": "grow-only"}


def told(now: Any, was: Any, *changes: dict[str, Any], spec: Any = None) -> list[Any]:
    return list(structural_changes(lambda main: main, now, was, spec or {}, policies(*changes)))


def storages(*names: str) -> dict[str, Any]:
    return {"backup": {"storages": [{"name": name} for name in names]}}


@pytest.mark.parametrize(
    ("now", "was", "expected"),
    [
        ({}, {}, []),
        ({"topology": {"type": "a"}}, {"topology": {"type": "a"}}, []),
        ({"topology": {"type": "b"}}, {"topology": {"type": "a"}}, [(("topology", "type"), "b")]),
        ({}, {"topology": {"type": "a"}}, [(("topology", "type"), None)]),
        ({"topology": {"config": {"shards": 3}}}, {"topology": {"config": {"shards": 2}}}, [(SHARDS, 3)]),
        ({"topology": {"config": {"shards": 2}}}, {"topology": {"config": {"shards": 2}}}, []),
        ({"topology": {"config": {"other": 2}}}, {"topology": {"config": {"other": 1}}}, []),  # nothing guards it
        ({"dataSource": {"backup": "b"}}, {}, [(("dataSource",), {"backup": "b"})]),
        ({"dataSource": {"backup": "b"}}, {"dataSource": {"backup": "b"}}, []),
        ({"topology": {"type": Deferred()}}, {"topology": {"type": "a"}}, []),
        # What stands in lists is told by names alone
        ({"backup": {"storages": [{"name": "a", "x": 1}]}}, {"backup": {"storages": [{"name": "a", "x": 2}]}}, []),
        (storages("a", "b"), storages("a", "b"), []),
        (storages("b", "a"), storages("a", "b"), [(("backup", "storages"), [{"name": "b"}, {"name": "a", "own": 1}])]),
        (storages("a"), storages("a", "b"), [(("backup", "storages"), [{"name": "a", "own": 1}])]),
        ({"backup": {"storages": "x"}}, {}, []),
        ({"backup": {"storages": [{"name": 1}, 2]}}, {}, []),
    ],
)
def test_what_the_object_decides_is_told_where_it_is_guarded_and_differs(now: Any, was: Any, expected: Any) -> None:
    spec = {"backup": {"storages": [{"name": "a", "own": 1}]}}

    assert told(now, was, ORDERED, GUARDED, spec=spec) == expected


def test_a_source_of_data_that_nothing_guards_is_not_told() -> None:
    assert told({"dataSource": {"backup": "b"}}, {}, {"path": "dataSource", "policy": "online"}) == []


def test_of_an_object_that_cannot_be_read_nothing_is_told() -> None:
    def fails(_: Any) -> Any:
        raise EverestError([])

    assert list(structural_changes(fails, {}, {"topology": {"type": "a"}}, {}, policies())) == []


MARKED = {"a": [{"name": "x", "v": 1}, {"v": 2}], "b": {"c": [1]}}


@pytest.mark.parametrize(
    ("target", "place", "expected"),
    [
        ({"a": [{"name": "y"}, {"name": "x", "v": 5}]}, ("a", 0, "v"), (("a", 1, "v"), 5)),
        ({"a": [{"name": "y"}]}, ("a", 0, "v"), (("a", 1, "v"), None)),
        ({"a": [{"name": "y", "v": 4}, {"v": 5}]}, ("a", 0, "v"), (("a", 0, "v"), 4)),  # not all have names
        ({"a": [{"v": 6}, {"v": 7}]}, ("a", 1, "v"), (("a", 1, "v"), 7)),
        ({"b": {"c": [8]}}, ("b", "c", 0), (("b", "c", 0), 8)),
        ({}, ("b", "c", 0), (("b", "c", 0), None)),
    ],
)
def test_the_same_place_is_found_by_the_names_of_items(target: Any, place: Any, expected: Any) -> None:
    assert counterpart(MARKED, target, place) == expected


def test_places_are_told_apart_by_the_items_that_they_are_in() -> None:
    assert label(MARKED, ("a", 0, "v")) == "x"
    assert label(MARKED, ("a", 1, "v")) == "1"
    assert label({"a": [{"name": "x", "b": [{"name": "y"}]}]}, ("a", 0, "b", 0)) == "x.y"
    assert label(MARKED, ("b", "c")) == ""


STORAGES = {"backup": {"storages": [{"name": "a", "schedules": [{"name": "s"}]}, {"name": "b"}]}}


@pytest.mark.parametrize(
    ("spec", "field", "expected"),
    [
        ({}, ("paused",), [("paused",)]),
        ({}, ("backup", "storages", "bucket"), []),
        (STORAGES, ("backup", "storages", "bucket"), [("backup", "storages", i, "bucket") for i in (0, 1)]),
        (STORAGES, ("backup", "storages", "schedules", "cron"), [("backup", "storages", 0, "schedules", 0, "cron")]),
        (STORAGES, ("backup", "storages"), [("backup", "storages")]),
        ({"instances": "x"}, ("instances", "engine", "replicas"), [("instances", "engine", "replicas")]),
    ],
)
def test_a_field_has_a_place_in_each_item_of_the_lists_that_it_goes_through(
    spec: Any, field: Any, expected: Any
) -> None:
    assert list(concrete(spec, field)) == expected


@pytest.mark.parametrize(
    ("spec", "path", "expected"),
    [
        ({"a": {"b": {"c": 1}}, "d": 2}, ("a", "b", "c"), {"d": 2}),
        ({"a": {"b": {"c": 1}, "e": 1}}, ("a", "b", "c"), {"a": {"e": 1}}),
        ({"a": {"b": {"c": 1, "e": 1}}}, ("a", "b", "c"), {"a": {"b": {"e": 1}}}),
        ({"a": [{"b": 1}]}, ("a", 0, "b"), {"a": [{}]}),
        ({"a": [{"b": {"c": 1}}]}, ("a", 0, "b", "c"), {"a": [{}]}),
        (
            {"instances": {"engine": {"overrides": 1}}},
            ("instances", "engine", "overrides"),
            {"instances": {"engine": {}}},
        ),
        ({"instances": {"engine": {"x": {"y": 1}}}}, ("instances", "engine", "x", "y"), {"instances": {"engine": {}}}),
        ({"other": {"engine": {"overrides": 1}}}, ("other", "engine", "overrides"), {}),
    ],
)
def test_a_value_is_taken_out_with_the_mappings_that_it_leaves_empty(spec: Any, path: Any, expected: Any) -> None:
    before = repr(spec)

    assert without_value(spec, path) == expected
    assert repr(spec) == before


def test_items_of_lists_come_from_the_inside_and_the_end() -> None:
    spec = {**STORAGES, "overrides": {"x": [{"y": 1}]}, "a": {"scheduling": [{}], "b": [1, {"c": [{}]}]}}

    assert list(items(spec)) == [
        ("backup", "storages", 1),
        ("backup", "storages", 0, "schedules", 0),
        ("backup", "storages", 0),
        ("a", "b", 1, "c", 0),
        ("a", "b", 1),
    ]


def test_the_main_object_is_the_one_that_is_marked_wherever_it_stands() -> None:
    text = """\
objects:
  - name: settings
    object: {apiVersion: v1, kind: ConfigMap, metadata: {name: "${metadata.name}-settings"}}
  - name: cluster
    main: true
    object:
      apiVersion: db.example.com/v1
      kind: Database
      metadata: {name: "${metadata.name}"}
      spec: {size: "${spec.instances.engine.replicas}"}
"""
    documents, _ = read_yaml(text, "resources.yaml", lambda _version, _kind: ANY)
    template = Template.parse(documents[0])
    reading = ReadBack(cast(Technology, None), lambda: template, None)
    spec = {"instances": {"engine": {"replicas": 3}}}

    made = reading.main(Resolved({"name": "orders"}, spec, {"engine": "db"}))
    assert made is not None
    assert (made["kind"], made["spec"]) == ("Database", {"size": 3})
    assert reading.main(Resolved({"name": "orders"}, {"instances": {"engine": {}}}, {"engine": "db"})) is None
