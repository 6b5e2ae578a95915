"""What is said at a resource about changes: a line for those that are made, more for those that are refused."""

from __future__ import annotations

import contextvars
from typing import Any

from pulumi_everest.core.changes.compare import ChangeSet
from pulumi_everest.core.changes.impact import Change, Impact
from pulumi_everest.resources.arguments.naming import OTHER_LANGUAGE
from pulumi_everest.resources.hooks.change_messages import change_notices, findings_of, refusal, unneeded
from pulumi_everest.resources.hooks.refusals import RefusedError, counted


def change(what: str, impact: Impact = Impact.ONLINE, **more: Any) -> Change:
    path = ("instances", "engine", what)
    return Change(path, f"engine.{what}", 1, 2, impact, **more)


def served(call: Any, *arguments: Any) -> Any:
    """What a call gives in a program in another language."""

    def within() -> Any:
        OTHER_LANGUAGE.set(True)
        return call(*arguments)

    return contextvars.copy_context().run(within)


def test_changes_that_are_made_are_one_line_the_strongest_first() -> None:
    made = [change("a"), change("b", Impact.RESTART), change("c", Impact.REFUSED, guard="g")]

    assert change_notices(ChangeSet("orders", made)) == [
        (True, "orders: engine.b 1 → 2, rolling restart; engine.a 1 → 2, online")
    ]
    assert change_notices(ChangeSet("orders", [change("a")])) == [(False, "orders: engine.a 1 → 2, online")]
    assert change_notices(ChangeSet("orders", [change("c", Impact.REFUSED, guard="g")])) == []
    assert change_notices(ChangeSet("orders", [])) == []


def test_a_guard_that_was_lifted_is_said_once_for_all_that_it_would_have_refused() -> None:
    lifted = {"impact": Impact.DOWNTIME, "guard": "g", "lifted": True}
    made = [
        change("storageClass", **lifted),
        change("b"),
        change("c", **lifted),
        change("d", Impact.DOWNTIME, guard="h", lifted=True),
    ]
    said = change_notices(ChangeSet("orders", made))

    assert [text for _, text in said[1:]] == [
        "allow: g lifted for engine.storage_class 1 → 2, engine.c 1 → 2; take it away after this change",
        "allow: h lifted for engine.d 1 → 2; take it away after this change",
    ]
    assert all(notable for notable, _ in said)


def test_words_are_those_of_the_language_of_the_program() -> None:
    result = ChangeSet(
        "orders",
        [change("storageClass", Impact.REFUSED, guard="storage-class", why="it is so", hint="keep storageClass")],
    )

    assert refusal(result).splitlines() == [
        "orders: 1 change is refused, and nothing of it was changed: engine.storage_class 1 → 2",
        "  engine.storage_class 1 → 2, by guard storage-class",
        "    why: it is so",
        "    how to go on: keep storage_class",
        '    or all the same, for this one change: allow=["storage-class"]',
    ]
    assert served(refusal, result).splitlines() == [
        "orders: 1 change is refused, and nothing of it was changed: engine.storageClass 1 → 2",
        "  engine.storageClass 1 → 2, by guard storage-class",
        "    why: it is so",
        "    how to go on: keep storageClass",
        "    or all the same, for this one change: allow: [storage-class]",
    ]
    assert served(change_notices, ChangeSet("orders", [change("storageClass")])) == [
        (False, "orders: engine.storageClass 1 → 2, online")
    ]


def test_a_guard_that_stays_and_a_change_without_a_hint_say_no_more_than_there_is() -> None:
    result = ChangeSet(
        "orders",
        [
            change("a"),
            change("b", Impact.REFUSED, guard="name", why="w"),
            change("c", Impact.REFUSED, guard="g", why="v"),
        ],
    )

    assert refusal(result).splitlines() == [
        "orders: 2 changes are refused, and nothing of it was changed: engine.b 1 → 2, engine.c 1 → 2",
        "  engine.b 1 → 2, by guard name",
        "    why: w",
        "  engine.c 1 → 2, by guard g",
        "    why: v",
        '    or all the same, for this one change: allow=["g"]',
    ]


def test_refused_changes_are_findings_in_the_words_of_a_program() -> None:
    refused = Change(
        ("instances", "engine", "storage", "storageClass"), "engine.storage.storageClass", "a", "b", Impact.REFUSED,
        guard="storage-class", why="w",
    )  # fmt: skip
    [found] = findings_of(ChangeSet("orders", [change("a"), refused]), "my-orders")

    assert (found.code, found.subject) == ("change.refused", "DatabaseCluster my-orders")
    assert found.path == ("instances", "engine", "storage", "storage_class")


def test_guards_for_nothing_are_said() -> None:
    assert unneeded(["a", "b"]) == "allow: no change meets a, b, so it can be taken away"


def test_one_and_many_are_counted_as_people_do() -> None:
    assert (counted(1, "change"), counted(2, "change"), counted(0, "change")) == (
        "1 change is", "2 changes are", "0 changes are",
    )  # fmt: skip
    assert str(RefusedError([], "it is refused")) == "it is refused"
