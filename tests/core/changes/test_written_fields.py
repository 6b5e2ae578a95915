"""Differences of fields as they reach the database: a field that one cluster leaves out has what the templates make."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from toy_technology import NOW

from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.changes.spec_differences import differences
from pulumi_everest.core.changes.written_fields import Reached, reached_differences

ENGINE = ("instances", "engine")
MADE = {(*ENGINE, "replicas"): 3, (*ENGINE, "storage", "size"): "1Gi", ("paused",): True}


class Reading:
    """Templates that make some fields where nobody says them."""

    def emitted(self, cluster: Snapshot, path: tuple[str, ...]) -> Any:
        return MADE.get(path)

    def shows(self, *_: Any, **__: Any) -> bool:
        return True


def found(old: dict[str, Any], new: dict[str, Any], reading: Any = None) -> list[tuple[str, Any, Any]]:
    one, other = (Snapshot({"name": "orders"}, "toy.example.com/Toy", "toy", spec) for spec in (old, new))
    kind: Any = SimpleNamespace(definition=NOW.definition, reading=reading)
    reached = Reached(one, other, list(differences(old, new)))
    return [(one.where.removeprefix("instances."), one.old, one.new) for one in reached_differences(reached, kind)]


def engine(**more: Any) -> dict[str, Any]:
    return {"instances": {"engine": more}}


SIZED = engine(storage={"size": "1Gi"})
CASES: list[tuple[dict[str, Any], dict[str, Any], list[tuple[str, Any, Any]]]] = [
    (engine(replicas=1), engine(replicas=5), [("engine.replicas", 1, 5)]),
    (engine(), engine(replicas=3), []),
    (engine(replicas=3), engine(), []),
    (engine(), engine(replicas=5), [("engine.replicas", 3, 5)]),
    (engine(replicas=5), engine(), [("engine.replicas", 5, 3)]),
    (engine(storage={}), engine(storage={"size": "1024Mi"}), []),
    (engine(storage={"size": "2Gi"}), engine(storage={}), [("engine.storage.size", "2Gi", "1Gi")]),
    # What no template makes, what nothing guards, and what belongs to no component
    (engine(), engine(version="2.1"), [("engine.version", None, "2.1")]),
    (engine(), engine(scheduling="x"), [("engine.scheduling", None, "x")]),
    ({}, {"paused": True}, [("paused", None, True)]),
]


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_a_guarded_field_that_is_left_out_is_what_the_templates_make(old: Any, new: Any, expected: Any) -> None:
    assert found(old, new, Reading()) == expected


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_without_a_reading_it_is_nothing(old: Any, new: Any, expected: Any) -> None:
    said = found(old, new)
    assert [where for where, _, _ in said] == [one.where.removeprefix("instances.") for one in differences(old, new)]
    assert all(None in (was, now) or (was, now) == (1, 5) for _, was, now in said)


def test_a_list_whose_items_have_other_places_stays_a_difference() -> None:
    old, new = ({"backup": {"storages": [{"name": name} for name in names]}} for names in ("ab", "ba"))

    assert [where for where, _, _ in found(old, new, Reading())] == ["backup.storages"]
