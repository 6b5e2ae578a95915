"""What no user moved: versions, images and settings that only a default takes elsewhere."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from expected import Said
from toy_technology import engine, entries, impacts, snapshot, technology

from pulumi_everest.core.changes.compare import compare
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.merging import copied
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import Workspace

SAID = Said(__file__)
said_in_full = SAID.fixture()
of = partial(impacts, SAID)


MOVED = technology({"componentTypes": {"db": {"versions": entries("2.1", "2.2", "2.3", default="2.3")}}})

REPACKED = technology({"componentTypes": {"db": {"versions": entries("2.2", default="2.2", image="y")}}})


def test_a_version_that_only_a_default_moves_is_refused_with_how_to_stay_and_how_to_go() -> None:
    [change] = SAID(compare(snapshot(), snapshot(None, MOVED), MOVED).changes)

    assert (change.what, change.guard) == ("engine.version 2.2 → 2.3", "default-moved")
    assert "set instances.engine.version: 2.2" in change.hint
    assert "everest lock" in change.hint


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (engine(version="2.2"), engine(version="2.3"), "engine.version rolling restart"),
        ({}, engine(version="2.3"), "engine.version rolling restart"),
        (engine(version="2.2"), {}, "engine.version rolling restart"),
        ({}, {"components": {"versions": {"db": {"version": "2.3"}}}}, "engine.version rolling restart"),
        ({}, {}, "engine.version refused default-moved"),
        ({"paused": True}, {}, "engine.version refused default-moved"),
        (engine(replicas=3), engine(replicas=5), "engine.version refused default-moved"),
        # A line means its newest version when the cluster is made.
        (engine(version="2"), engine(version="2"), "engine.version refused default-moved"),
        (engine(version="2.1"), engine(version="2"), "engine.version refused default-moved"),
        ({}, engine(version="2"), "engine.version refused default-moved"),
        (engine(version="1"), engine(version="2"), "engine.version rolling restart"),
        (engine(version="2"), engine(version="2.3"), "engine.version rolling restart"),
        (engine(version="2"), {}, "engine.version rolling restart"),
    ],
)
def test_a_version_that_the_user_moves_is_no_moved_default(
    old: dict[str, Any], new: dict[str, Any], expected: str
) -> None:
    assert expected in of(snapshot(old), snapshot(new, MOVED), MOVED)


def test_an_image_that_only_the_catalog_moves_is_refused() -> None:
    assert of(snapshot(), snapshot(None, REPACKED), REPACKED) == ["engine.image refused default-moved"]
    assert of(snapshot(), snapshot(engine(image="mine:2.2"))) == ["engine.image rolling restart"]
    assert of(snapshot(engine(image="mine:2.2")), snapshot()) == ["engine.image rolling restart"]


def test_an_image_that_the_catalog_begins_or_ceases_to_name_is_no_change() -> None:
    without = technology({"componentTypes": {"db": {"versions": [{"version": "2.2", "default": True}]}}})

    assert of(snapshot(), snapshot(None, without), without) == []
    assert of(snapshot(None, without), snapshot()) == []


def test_a_registry_moves_images_because_the_user_says_so() -> None:
    assert of(snapshot(), snapshot({"images": {"registry": "mirror.local"}})) == ["images.registry rolling restart"]


def test_what_a_lock_holds_is_moved_by_the_lock_only() -> None:
    def locked(version: str) -> Snapshot:
        made = snapshot(engine(version=version), MOVED)
        return Snapshot(made.metadata, made.object, made.definition, made.spec, frozenset({"engine.version (lock)"}))

    assert of(locked("2.2"), locked("2.3"), MOVED) == ["engine.version rolling restart"]
    assert of(snapshot(), locked("2.2"), MOVED) == []
    assert of(locked("2.2"), snapshot(None, MOVED), MOVED) == ["engine.version refused default-moved"]


BUNDLES = [
    {"name": "old", "components": {"engine": "2.1", "tool": "1.0"}},
    {"name": "new", "components": {"engine": "2.2", "tool": "1.1"}, "default": True},
]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            {"instances": {"engine": {"version": "2.1"}, "tool": {}}},
            {"instances": {"engine": {"version": "2.2"}, "tool": {}}},
            ["engine.version rolling restart", "tool.version online"],
        ),
        (
            {"bundle": "old", "instances": {"tool": {}}},
            {"bundle": "new", "instances": {"tool": {}}},
            ["engine.version rolling restart", "tool.version online"],
        ),
    ],
)
def test_what_a_bundle_moves_with_the_users_choice_is_no_moved_default(
    old: dict[str, Any], new: dict[str, Any], expected: list[str]
) -> None:
    kind = technology({"bundles": BUNDLES})

    assert of(snapshot(old, kind), snapshot(new, kind), kind) == expected


def test_a_bundle_that_becomes_the_default_moves_nothing() -> None:
    before = technology({"bundles": [{**BUNDLES[0], "default": True}, {**BUNDLES[1], "default": False}]})
    after = technology({"bundles": BUNDLES})
    spec = {"instances": {"tool": {}}}

    assert of(snapshot(spec, before), snapshot(spec, after), after) == [
        "engine.version refused default-moved",
        "tool.version refused default-moved",
    ]


def test_a_config_default_that_a_newer_definition_adds_is_no_change() -> None:
    workspace = Workspace(Plugins())
    setup, _ = workspace.setup("pg-operator")
    assert setup is not None
    resolved, found = check_cluster({"name": "a"}, {"provider": "pg-operator"}, setup.technology)
    assert resolved is not None
    assert not [entry for entry in found if entry.is_error]
    new = Snapshot.of(resolved, setup.technology, {"apiVersion": "x/v1", "kind": "X"}, {})
    before = copied(dict(new.spec))
    del before["instances"]["backupAgent"]["config"]["volume"]  # as a state has it that was stored before the field

    assert compare(replace(new, spec=before), new, setup.technology).changes == []
    without = copied(dict(new.spec))
    without["instances"]["backupAgent"]["config"]["volume"] = False
    assert "repository-volume" in {
        change.guard
        for change in compare(replace(new, spec=before), replace(new, spec=without), setup.technology).changes
    }
