"""A cluster as it is kept and compared: what it was, and what the user chose of it."""

from __future__ import annotations

from typing import Any

import pytest
from toy_technology import engine, snapshot

from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.model.deferred import Deferred


def test_a_snapshot_is_the_same_after_it_was_kept() -> None:
    made = snapshot({**engine(version="2.1"), "operatorVersion": "1.0.0"})

    assert Snapshot.from_data(made.data()) == made
    assert made.chosen == {"engine.version", "operatorVersion"}


def test_where_nobody_knows_what_was_chosen_only_own_images_are_known() -> None:
    made = snapshot({**engine(version="2.1", image="mine:1"), "operatorVersion": "1.0.0"})
    before = made.unchosen()

    assert made.chosen == {"engine.version", "engine.image", "operatorVersion"}
    assert not any(map(before.says, made.chosen))
    assert before.has_own_image("engine")
    assert len(before.chosen) == 1
    assert before.unchosen() == before


def test_what_is_no_snapshot_is_none() -> None:
    for data in ({}, {"metadata": {}}, {"metadata": [], "spec": {}}, {"metadata": {}, "spec": None}):
        with pytest.raises(ValueError, match="this is no snapshot of a cluster"):
            Snapshot.from_data(data)
    assert Snapshot.from_data({"metadata": {}, "spec": {}, "options": None}) == Snapshot({}, "", "", {})


@pytest.mark.parametrize(
    ("spec", "chosen"),
    [
        ({}, set()),
        (engine(version="2.1", image="mine:1"), {"engine.version", "engine.image"}),
        ({"components": {"versions": {"db": {"version": "2.1"}}}}, {"engine.version"}),
        ({"components": {"versions": {"db": {"image": "mine:1"}}}}, {"engine.image"}),
        ({"components": {"versions": {"db": {"image": Deferred((), 1)}}}}, {"engine.image"}),
        ({"components": {"versions": {"db": {"image": Deferred()}}}}, set()),
        ({"components": {"versions": {"tool": {"version": "1.0"}}}}, set()),
        ({"instances": {"tool": {"version": "1.0"}}, "operatorVersion": "1.0.0"}, {"tool.version", "operatorVersion"}),
    ],
)
def test_what_the_user_chose_is_kept(spec: dict[str, Any], chosen: set[str]) -> None:
    made = snapshot(spec)

    assert made.chosen == chosen
    assert all(made.says(key) and made.holds(key) for key in chosen)
    assert not made.says("sql.version")
    assert ("chosen" in made.data()) is bool(chosen)


@pytest.mark.parametrize("beside", [{}, {"replicas": 5}, {"version": None, "replicas": 5}])
def test_a_line_is_kept_whoever_gives_it(beside: dict[str, Any]) -> None:
    of_type = {"components": {"versions": {"db": {"version": "2"}}}, "instances": {"engine": beside}}

    assert snapshot(of_type).line("engine") == "2"
    assert snapshot(engine(**{**beside, "version": "2"})).line("engine") == "2"
    assert snapshot(engine(**beside)).line("engine") is None


def test_what_a_lock_chose_is_held_and_not_said_by_the_user() -> None:
    made = Snapshot({}, "", "", {}, frozenset({"engine.version (lock)"}))

    assert (made.says("engine.version"), made.holds("engine.version")) == (False, True)


def test_a_snapshot_says_what_it_is_of() -> None:
    made = snapshot()
    assert (made.name, made.object, made.definition) == ("orders", "toy.example.com/Toy", "toy")
    assert snapshot(name=Deferred()).name == "<unknown>"
    assert Snapshot({}, "", "", {"instances": Deferred()}).instances == {}
