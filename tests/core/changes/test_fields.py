"""Fields of a cluster that change: what the definition, the topology and the usual say of each."""

from __future__ import annotations

import copy
from functools import partial
from typing import Any

import pytest
from expected import Said
from toy_technology import NOW, changed, engine, impacts, snapshot, storages

from pulumi_everest.core.changes.compare import compare, line
from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.model.deferred import Deferred

SAID = Said(__file__)
said_in_full = SAID.fixture()
of = partial(impacts, SAID)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"paused": True}, ["paused downtime"]),
        ({"paused": True}, {"paused": False}, []),
        (engine(replicas=3), engine(replicas=1), ["engine.replicas refused replicas"]),
        (engine(replicas=1), engine(replicas=5), ["engine.replicas online"]),
        ({}, {"topology": {"type": "two"}}, ["topology.type refused topology", "engine.replicas online",
         "engine.storage.size refused storage-shrink"]),
        ({}, {"instances": {"tool": {}}}, ["tool online"]),
        ({"instances": {"sql": {}}}, {}, ["sql rolling restart"]),
        ({}, {"usersSecret": "u"}, ["usersSecret rolling restart"]),
        (storages("a", "b"), storages("b", "a"), ["backup.storages refused places"]),
        (storages("a"), storages("a", "b"), ["backup.storages[b] online"]),
        (engine(storage={"size": "1Gi"}), engine(storage={"size": Deferred((), 1)}), []),
    ],
)  # fmt: skip
def test_fields_do_what_the_definition_says(old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    assert of(snapshot(old), snapshot(new)) == expected


REPLICAS = ("instances", "engine", "replicas")

ODD = "an even number has no majority when it is cut in two"

LAST = "with one replica the loss of a pod is downtime, and the loss of its volume is the loss of the data"


@pytest.mark.parametrize(
    ("old", "new", "why", "hint"),
    [
        (3, 2, ODD, "choose 1 or 3"),
        (3, 4, ODD, "choose 3 or 5"),
        (5, 3, None, None),
        (2, 4, None, None),
        (2, 3, None, None),
        (3, 1, LAST, "keep at least 3"),
        (2, 1, LAST, "keep at least 3"),
        (3, 0, LAST, "keep at least 3"),
        (1, 0, ODD, "choose 1 or 1"),
        (0, 1, None, None),
        (3, Deferred(), "unknown", None),
    ],
)
def test_a_number_of_replicas_survives_the_loss_of_one(old: Any, new: Any, why: str | None, hint: str | None) -> None:
    found = SAID(compare(changed(REPLICAS, old), changed(REPLICAS, new), NOW).changes)

    if why == "unknown":
        assert found == []
    elif why is None:
        assert [line(change) for change in found] == [f"engine.replicas {old} → {new}, online"]
    else:
        assert [(c.path, c.where, c.guard, c.why, c.hint) for c in found] == [
            (REPLICAS, "engine.replicas", "replicas", why, hint)
        ]


def test_one_replica_is_enough_for_what_keeps_no_data_and_where_the_topology_has_no_limits() -> None:
    old, new = ({"instances": {"sql": {"replicas": number}}} for number in (3, 1))
    assert of(snapshot(old), snapshot(new)) == ["sql.replicas online"]
    two = {"topology": {"type": "two"}, "instances": {"engine": {"storage": {"size": "1Gi"}}}}
    assert of(changed(REPLICAS, 3, two), changed(REPLICAS, 4, two)) == ["engine.replicas online"]
    assert of(changed(REPLICAS, 3, two), changed(REPLICAS, 1, two)) == ["engine.replicas refused replicas"]


def test_the_settings_of_a_topology_and_its_components_go_with_it() -> None:
    old = changed(("topology", "config"), {"a": 1}, {"instances": {"tool": {}}})
    new = changed(("topology", "type"), "two", {"instances": {"engine": {"replicas": 3, "storage": {"size": "1Gi"}}}})

    assert of(old, new) == ["topology.type refused topology"]
    assert of(changed(("topology", "config"), {"a": 1}), snapshot()) == ["topology.config.a rolling restart"]


def test_a_secret_value_is_compared_by_what_it_is() -> None:
    def with_size(value: Any) -> Snapshot:
        made = snapshot()
        spec = copy.deepcopy(dict(made.spec))
        spec["instances"]["engine"]["storage"]["size"] = value
        return Snapshot(made.metadata, made.object, made.definition, spec)

    [change] = compare(with_size(Concealed("2Gi")), with_size("1Gi"), NOW).changes

    assert (change.guard, change.what) == ("storage-shrink", "engine.storage.size [secret] → 1Gi")
    assert of(with_size(Concealed("1Gi")), with_size("1Gi")) == []
