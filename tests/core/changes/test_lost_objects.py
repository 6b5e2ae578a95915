"""Objects beside the main one that a change would lose: which are refused, and in which words."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from expected import Said
from toy_technology import NOW, snapshot

from pulumi_everest.core.changes.lost_objects import LostObject, lost_objects
from pulumi_everest.core.changes.snapshot import Snapshot

SAID = Said(__file__)
said_in_full = SAID.fixture()

CLAIM = LostObject("PersistentVolumeClaim", "orders", True)
SPEC = LostObject("PersistentVolumeClaim", "orders", True, "spec.storageClassName", "slow", "fast")


@pytest.mark.parametrize(
    ("lost", "guard", "where"),
    [
        (CLAIM, "object-removed", "PersistentVolumeClaim orders"),
        (SPEC, "replaced", "PersistentVolumeClaim orders.spec.storageClassName"),
        (replace(SPEC, keeps_data=False, kind="Service"), "replaced", "Service orders.spec.storageClassName"),
        (LostObject("ConfigMap", "orders", False, "data.a", "1", "2"), "replaced", "ConfigMap orders.data.a"),
        (
            LostObject("ConfigMap", "a", False, "metadata.name", "a", "b"),
            "replaced",
            "ConfigMap a.metadata.name",
        ),
    ],
)
def test_what_would_be_lost_is_refused_with_the_way_on(lost: LostObject, guard: str, where: str) -> None:
    change = SAID(lost.change())

    assert (change.guard, change.where, change.is_refused, change.path) == (guard, where, True, ("objects",))


class Reading:
    """Says of any two clusters that the claim would be lost."""

    def __init__(self) -> None:
        self.asked: list[bool | None] = []

    def lost(self, _old: Snapshot, _new: Snapshot, config_maps_in_place: bool | None) -> list[LostObject]:
        self.asked.append(config_maps_in_place)
        return [CLAIM]


def lost(old: Snapshot, new: Snapshot, *, reading: Any, **technology: Any) -> int:
    kind = SimpleNamespace(reading=reading, is_controlled=technology.get("is_controlled", False))
    return len(list(lost_objects(old, new, kind, True)))  # type: ignore[arg-type]


def test_templates_are_asked_where_the_cluster_stays_the_same_object_of_ours() -> None:
    one, reading = snapshot(), Reading()

    assert lost(one, one, reading=reading) == 1
    assert reading.asked == [True]
    assert lost(one, replace(one, object="toy.example.com/Other"), reading=reading) == 0
    assert lost(one, snapshot(name="carts"), reading=reading) == 0
    assert lost(one, snapshot(namespace="other"), reading=reading) == 0
    assert lost(one, snapshot(labels={"a": "b"}), reading=reading) == 1
    assert lost(one, one, reading=reading, is_controlled=True) == 0
    assert lost(one, one, reading=None) == 0
    assert NOW.reading is None
