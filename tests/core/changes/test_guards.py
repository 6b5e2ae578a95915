"""Guards: which can be lifted, what a change does then, and how a refusal is said."""

from __future__ import annotations

from functools import partial

import pytest
from expected import Said
from toy_technology import NOW, engine, impacts, snapshot, storages

from pulumi_everest.core.changes.compare import check_allow, compare, finding_of, line
from pulumi_everest.core.changes.impact import GUARDS, Impact

SAID = Said(__file__)
said_in_full = SAID.fixture()
of = partial(impacts, SAID)


def test_a_lifted_guard_says_what_the_change_does_all_the_same() -> None:
    old, new = snapshot(engine(version="2.2")), snapshot(engine(version="2.1"))
    result = compare(old, new, NOW, ("downgrade", "shards"))

    assert [line(change) for change in result.changes] == [
        "engine.version 2.2 → 2.1, data loss (guard downgrade lifted)"
    ]
    assert (result.refused, result.unneeded, result.impact) == ([], ("shards",), Impact.DATA_LOSS)


def test_a_guard_of_the_definition_can_be_lifted() -> None:
    assert of(snapshot(storages("a", "b")), snapshot(storages("b", "a")), NOW, ("places",)) == [
        "backup.storages downtime places"
    ]


@pytest.mark.parametrize("name", [name for name, guard in GUARDS.items() if guard.lifted is None])
def test_some_guards_stay(name: str) -> None:
    assert [entry.code for entry in check_allow([name], NOW.definition)] == ["cluster.guard-stays"]
    assert of(snapshot(), snapshot(name="carts"), NOW, ("name",)) == ["name refused name"]


def test_names_of_guards_are_checked_with_those_of_the_definition() -> None:
    [found] = check_allow(["places", "storage-shrink", "plaecs"], NOW.definition)

    assert (found.code, found.path, found.hint) == ("cluster.unknown-guard", ("allow", 2), "did you mean 'places'?")


def test_a_refused_change_is_a_finding_with_why_and_how_to_go_on() -> None:
    [change] = compare(snapshot(), snapshot({"topology": {"type": "two"}}), NOW).refused[:1]
    found = finding_of(change, "DatabaseCluster orders")

    assert (found.code, found.path) == ("change.refused", ("topology", "type"))
    assert found.hint == "restore a backup; a program can lift the guard with allow: [topology]"
