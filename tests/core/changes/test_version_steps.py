"""Steps from a version to another: the ways of the definition, deprecated and removed versions."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from expected import Said
from toy_technology import NOW, changed, engine, entries, impacts, snapshot, technology

from pulumi_everest.core.changes.compare import compare
from pulumi_everest.core.changes.impact import Impact
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.model.deferred import Deferred

SAID = Said(__file__)
said_in_full = SAID.fixture()
of = partial(impacts, SAID)


@pytest.mark.parametrize(
    ("component", "old", "new", "expected"),
    [
        ("engine", "2.1", "2.2", "rolling restart"),
        ("engine", "2.2", "2.1", "refused downgrade"),
        ("engine", "1.5", "2.1", "rolling restart"),
        ("engine", "1.5", "3.0", "refused major-jump"),
        ("engine", "3.0", "4.0", "refused version-path"),
        ("engine", "3.0", "2.2", "refused downgrade"),
        ("sql", "8.0.1", "8.0.2", "rolling restart"),
        ("sql", "8.0.1", "8.4.1", "refused engine-major"),
        ("sql", "5.7.1", "8.0.1", "refused engine-major"),
        ("tool", "2.0", "1.0", "online"),
        ("tool", "1.0", "2.0", "online"),
    ],
)
def test_versions_go_the_ways_of_the_definition(component: str, old: str, new: str, expected: str) -> None:
    before, after = ({"instances": {component: {"version": version}}} for version in (old, new))

    assert of(snapshot(before), snapshot(after)) == [f"{component}.version {expected}"]


def test_the_way_to_another_major_is_that_of_the_definition() -> None:
    old, new = ({"instances": {"sql": {"version": version}}} for version in ("8.0.1", "8.4.1"))
    [change] = SAID(compare(snapshot(old), snapshot(new), NOW).changes)

    assert change.hint == "dump and load"


def test_a_jump_says_which_versions_are_between() -> None:
    [change] = SAID(compare(snapshot(engine(version="1.5")), snapshot(engine(version="3.0")), NOW).changes)

    assert change.hint == "go over 2.2 first"


def test_a_type_without_upgrades_never_goes_back() -> None:
    kind = technology({"upgrades": {"tool": None}})
    old, new = ({"instances": {"tool": {"version": version}}} for version in ("2.0", "1.0"))

    assert of(snapshot(old, kind), snapshot(new, kind), kind) == ["tool.version refused downgrade"]


SQL = ("instances", "sql", "version")


@pytest.mark.parametrize(
    ("upgrades", "old", "new", "expected"),
    [
        ({"db": None}, "1.5", "4.0", ("rolling restart", "")),
        ({"db": {"majorStep": 2, "paths": None}}, "1.5", "3.0", ("rolling restart", "")),
        ({"db": {"majorStep": 2, "paths": None}}, "1.5", "4.0", ("refused", "go over 2.2 and 3.0 first")),
        ({"db": {"majorStep": 1, "paths": None}}, "1.5", "2.2", ("rolling restart", "")),
        ({"db": {"majorStep": 1, "paths": None, "message": "ask"}}, "1.5", "3.0", ("refused", "ask")),
        ({"db": {"majorStep": 9, "paths": [{"from": "1.5", "to": "3"}]}}, "1.5", "3.0", ("rolling restart", "")),
        ({"db": {"majorStep": 9, "paths": [{"from": "1.5", "to": "3"}]}}, "1.5", "4.0",
         ("refused", "the ways are 1.5 to 3")),
        ({"db": {"majorStep": 9, "paths": [{"from": "1", "to": "2"}, {"from": "2", "to": "3"}]}}, "1.5", "3.0",
         ("refused", "the ways are 1 to 2, 2 to 3")),
        ({"db": {"majorStep": 9, "paths": []}}, "1.5", "2.1", ("refused", "")),
        ({"db": {"majorStep": 9, "paths": [], "message": "ask"}}, "1.5", "2.1", ("refused", "ask")),
        ({"db": {"majorStep": 0, "message": None, "paths": None}}, "1.5", "2.1",
         ("refused", "make a cluster of the new version and move the data with a backup or a dump")),
        ({"db": {"downgrade": False}}, "2.2", "2.1",
         ("refused", "restore a backup that was made with the older version into a new cluster")),
    ],
)  # fmt: skip
def test_a_version_goes_as_far_as_upgrades_say(
    upgrades: dict[str, Any], old: str, new: str, expected: tuple[str, str]
) -> None:
    kind = technology({"upgrades": upgrades})
    [change] = SAID(compare(snapshot(engine(version=old), kind), snapshot(engine(version=new), kind), kind).changes)

    assert (str(change.impact), change.hint) == expected
    assert (change.path, change.what) == (("instances", "engine", "version"), f"engine.version {old} → {new}")


def test_majors_of_several_numbers_are_counted_by_the_catalog() -> None:
    kind = technology({"upgrades": {"sql": {"major": 2, "majorStep": 1, "message": None}}})

    def goes(old: str, new: str) -> str:
        found = (snapshot({"instances": {"sql": {"version": version}}}, kind) for version in (old, new))
        [change] = SAID(compare(*found, kind).changes)
        return f"{change.impact} {change.why} {change.hint}"

    assert goes("5.7.1", "8.0.1") == "rolling restart  "
    assert goes("8.0.2", "8.4.1") == "rolling restart  "
    assert goes("5.7.1", "8.4.1") == "refused from 5.7 to 8.4 is more than one change may go up go over 8.0.2 first"


def test_the_way_to_another_major_says_from_where_to_where() -> None:
    old, new = ({"instances": {"sql": {"version": version}}} for version in ("8.0.1", "8.4.1"))
    [change] = SAID(compare(snapshot(old), snapshot(new), NOW).changes)

    assert change.why == "sql 8.4 does not run with the data of 8.0 by a change of the version alone"


def test_versions_that_mean_nothing_or_are_not_known_do_not_change() -> None:
    blank = technology({"components": {"sql": {"fields": ["replicas"]}}})
    sql = {"instances": {"sql": {"version": "8.0.1"}}}
    old, new = (changed(SQL, version, sql) for version in ("8.0.1", "5.7.1"))
    assert of(old, new) == ["sql.version refused downgrade"]
    assert of(old, new, blank) == []
    assert of(old, changed(SQL, Deferred(), sql)) == []
    for topology in ("none", "two"):
        elsewhere = snapshot(sql)
        spec = {**new.spec, "topology": {"type": topology}}
        moved = Snapshot(elsewhere.metadata, elsewhere.object, elsewhere.definition, spec, elsewhere.chosen)
        assert of(old, moved) == ["topology.type refused topology"]


def test_a_component_that_comes_or_goes_has_no_version_that_changes() -> None:
    assert of(snapshot(), snapshot({"instances": {"sql": {"version": "5.7.1"}}})) == ["sql rolling restart"]
    assert of(snapshot({"instances": {"sql": {"version": "8.4.1"}}}), snapshot()) == ["sql rolling restart"]


def test_a_version_that_is_removed_later_is_deprecated_until_then() -> None:
    versions = [*entries("2.1", default="2.1"), *entries("2.2", default="", removedIn="3.1")]
    kind = technology({"componentTypes": {"db": {"versions": versions}}})
    old, new = (snapshot(engine(version=version), kind) for version in ("2.1", "2.2"))
    [change] = SAID(compare(old, new, kind).changes)
    assert (change.impact, change.why) == (Impact.RESTART, "2.2 is deprecated")

    removed = technology({"componentTypes": {"db": {"versions": versions}}}, release="3.1.0")
    [change] = SAID(compare(old, new, removed).changes)
    assert (change.guard, change.why, change.hint) == (
        "removed-version", "release 3.1 has no version 2.2", "choose a newer one",
    )  # fmt: skip


def test_a_deprecated_major_says_so_beside_what_its_entry_says() -> None:
    versions = [*entries("1.5", default="1.5"), *entries("2.1", default="", deprecated=True)]
    changes = [{"path": "instances.*.version", "policy": "restart", "message": "it takes a while"}]
    kind = technology({"componentTypes": {"db": {"versions": versions}}, "changes": changes})
    [change] = compare(snapshot(engine(version="1.5"), kind), snapshot(engine(version="2.1"), kind), kind).changes

    assert change.why == "2.1 is deprecated; it takes a while"


def test_an_image_of_a_deprecated_version_says_so_behind_what_it_is() -> None:
    versions = [*entries("1.5", default="1.5"), *entries("2.1", default="", deprecated=True)]
    kind = technology({"componentTypes": {"db": {"versions": versions}}})
    old, new = (snapshot(engine(image=f"mine/x:{version}"), kind) for version in ("1.5", "2.1"))
    [change] = SAID(compare(old, new, kind).changes)

    assert change.why == "the image takes 1.5 to 2.1; 2.1 is deprecated"
    [back] = compare(new, old, kind).changes
    assert back.is_refused
    assert back.why.startswith("the image takes 2.1 to 1.5, and ")


def test_a_deprecated_version_is_said_to_be_one() -> None:
    versions = entries("2.1", "2.2", default="2.1", deprecated=True)
    kind = technology({"componentTypes": {"db": {"versions": versions}}})
    [change] = compare(snapshot(engine(version="2.1"), kind), snapshot(engine(version="2.2"), kind), kind).changes

    assert (change.impact, change.why) == (Impact.RESTART, "2.2 is deprecated")


def test_a_removed_version_is_refused() -> None:
    versions = [*entries("2.1", default="2.1"), *entries("2.2", default="", removedIn="2.5")]
    kind = technology({"componentTypes": {"db": {"versions": versions}}})
    resolved, _ = check_cluster({"name": "orders"}, {"provider": "toy", **engine(version="2.2")}, kind)
    assert resolved is not None
    new = Snapshot.of(resolved, kind, {"apiVersion": "toy.example.com/v1", "kind": "Toy"}, {})

    assert of(snapshot(engine(version="2.1"), kind, namespace=None), new, kind) == [
        "engine.version refused removed-version"
    ]
