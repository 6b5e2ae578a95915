"""What a change does and how it is said: the order of impacts, values for people and for machines, secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from expected import assert_expected, file_for

from pulumi_everest.core.changes.compare import (
    ChangeSet,
    can_be_lifted,
    check_allow,
    filled_again,
    finding_of,
    line,
    values,
)
from pulumi_everest.core.changes.impact import GUARDS, Change, Concealed, Impact, shown, told
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.model.deferred import Deferred

CLUSTER = Snapshot({"name": "orders"}, "toy.example.com/Toy", "toy", {})


def change(old: Any = 3, new: Any = 5, impact: Impact = Impact.ONLINE, **more: Any) -> Change:
    return Change(("instances", "engine", "replicas"), "engine.replicas", old, new, impact, **more)


def test_impacts_go_from_nothing_to_what_is_not_done() -> None:
    assert sorted(set(Impact), key=lambda impact: impact.rank) == [
        "none", "online", "rolling restart", "downtime", "data loss", "refused",
    ]  # fmt: skip
    assert ChangeSet("orders", []).impact is Impact.NONE
    strongest = [change(impact=impact) for impact in (Impact.ONLINE, Impact.DOWNTIME, Impact.RESTART)]
    assert ChangeSet("orders", strongest).impact is Impact.DOWNTIME


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "unset"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (1.5, "1.5"),
        ("", ""),
        ("1Gi", "1Gi"),
        (["a", 1], "a, 1"),
        (("a",), "a"),
        ([], "an empty list"),
        ([{"a": 1}], "(settings)"),
        ([["a"]], "(settings)"),
        ({"a": 1}, "(settings)"),
        ({}, "(settings)"),
        (Concealed("x"), "[secret]"),
        ("a\nb\nc", "(3 lines)"),
        ("a\tb", "'a\\tb'"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 60 + "…"),
    ],
)
def test_a_value_is_shown_in_a_few_words(value: Any, expected: str) -> None:
    assert shown(value) == expected


def test_a_secret_value_is_compared_and_never_shown() -> None:
    secret = Concealed({"a": 1})

    assert secret == Concealed({"a": 1})
    assert secret == {"a": 1}
    assert secret != Concealed({"a": 2})
    assert len({secret, Concealed({"a": 1}), Concealed({"a": 2})}) == 2
    assert (repr(secret), f"{secret}") == ("<secret>", "<secret>")


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (change(), "engine.replicas 3 → 5"),
        (change(None), "engine.replicas unset → 5"),
        (change(Concealed("a"), Concealed("b")), "engine.replicas changed"),
        (change(Concealed("a"), None), "engine.replicas [secret] → unset"),
        (change(None, Concealed("a")), "engine.replicas unset → [secret]"),
    ],
)
def test_a_change_is_said_in_a_few_words(given: Change, what: str) -> None:
    assert given.what == what
    assert line(given) == f"{what}, online"


FAR = "registry.example.com:5000/mirror/of/another/registry/percona/server"


@pytest.mark.parametrize(
    ("old", "new", "text", "is_all"),
    [
        (3, 5, "3 → 5", True),
        (f"{FAR}:8.0.1", f"{FAR}:8.0.2", "…/server:8.0.1 → …/server:8.0.2", False),
        ("a" * 62, "b", f"{'a' * 30}…{'a' * 30} → b", False),
        ("[a]\nx=1\ny=1\n", "[a]\nx=2\ny=1\n", "- x=1, + x=2", False),
        ("a", "a\nb", "+ b", False),
        ("a\n\n", "a\n", "(3 lines) → (2 lines)", False),
        ("a\n" * 200, "b\n" * 200, "(201 lines) → (201 lines)", False),
        (None, "a\nb", "unset → (2 lines)", False),
        ({"a": 1, "b": {"c": "x", "d": 1}}, {"b": {"c": "y", "d": 1}}, "{b: {c: x → y}, a: 1 → unset}", True),
        ({"a": {}}, {"a": {}, "e": [1]}, "{e: unset → [1]}", True),
        (None, {"a": [{"b": "x\ny"}]}, "unset → {a: [{b: 'x\\ny'}]}", True),
        ({"a": "x" * 200}, None, f"{{a: {'x' * 56}… → unset", False),
        ({"a": Concealed("x")}, {"a": Concealed("y")}, "(settings) → (settings)", False),
        ([{"a": Deferred()}], None, "(settings) → unset", False),
    ],
)  # fmt: skip
def test_of_what_is_long_that_is_said_which_differs(old: Any, new: Any, text: str, is_all: bool) -> None:
    assert told(old, new) == (text, is_all)
    assert change(old, new).is_all_said is is_all


def test_a_guard_is_said_with_the_change_that_meets_it() -> None:
    assert line(change(impact=Impact.REFUSED, guard="replicas")) == "engine.replicas 3 → 5, refused by guard replicas"
    lifted = change(impact=Impact.DOWNTIME, guard="replicas", lifted=True)
    assert line(lifted) == "engine.replicas 3 → 5, downtime (guard replicas lifted)"


@pytest.mark.parametrize(
    ("guard", "hint", "expected"),
    [
        ("replicas", "keep 3", "keep 3; a program can lift the guard with allow: [replicas]"),
        ("replicas", "", "a program can lift the guard with allow: [replicas]"),
        ("places", "", "a program can lift the guard with allow: [places]"),
        ("name", "keep it", "keep it"),
        ("name", "", None),
    ],
)
def test_a_refused_change_says_how_its_guard_is_lifted_if_it_can_be(
    guard: str, hint: str, expected: str | None
) -> None:
    refused = change(impact=Impact.REFUSED, guard=guard, why="it is so", hint=hint)
    found = finding_of(refused, "DatabaseCluster orders")

    assert (found.code, found.subject, found.path) == ("change.refused", "DatabaseCluster orders", refused.path)
    assert found.message == f"engine.replicas 3 → 5 is refused by guard {guard}: it is so"
    assert found.hint == expected
    assert can_be_lifted(guard) is (guard != "name")
    assert not can_be_lifted(None)


def test_a_change_is_plain_data_for_machines() -> None:
    told = change(None, [1], Impact.REFUSED, guard="g", why="w", hint="h")

    assert values(told) == {
        "path": "engine.replicas", "written": None, "old": None, "new": [1], "impact": "refused", "guard": "g", "lifted": False,
        "why": "w", "hint": "h",
    }  # fmt: skip
    assert values(change(Concealed("a"), {"a": 1}, lifted=True)) == {
        "path": "engine.replicas", "written": None, "old": "[secret]", "new": {"a": 1}, "impact": "online", "guard": None,
        "lifted": True, "why": None, "hint": None,
    }  # fmt: skip


def test_a_restore_into_a_cluster_that_is_there_is_refused_unless_its_guard_is_lifted() -> None:
    [refused] = filled_again(CLUSTER).changes
    assert (refused.path, refused.impact, refused.guard, refused.lifted) == (
        ("dataSource",), Impact.REFUSED, "data-source", False,
    )  # fmt: skip
    assert refused.what == "dataSource what is in the database → the data of a backup"
    assert refused.why == "the database is there already, and the restore would go over what is in it"
    assert refused.hint.startswith("if it was filled once, take dataSource out; ")
    [same] = filled_again(CLUSTER, ["shards"]).changes
    assert same.is_refused

    lifted = filled_again(CLUSTER, ["data-source"])
    assert (lifted.name, [(c.impact, c.guard, c.lifted) for c in lifted.changes]) == (
        "orders", [(Impact.DATA_LOSS, "data-source", True)],
    )  # fmt: skip


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_says_what_it_refuses_and_is_lifted_or_stays(name: str) -> None:
    guard, found = GUARDS[name], check_allow([name])

    said = [{"code": entry.code, "message": entry.message, "hint": entry.hint} for entry in found]
    assert bool(found) == (guard.lifted is None)
    assert_expected(
        file_for(Path(__file__)), name, {"meaning": guard.meaning, "lifted": str(guard.lifted), "asked for": said}
    )
