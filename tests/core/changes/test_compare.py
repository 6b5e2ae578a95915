"""A cluster that is compared with what it was: who it is, and what stands beside its fields."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from expected import Said
from toy_technology import NOW, impacts, snapshot, with_object

from pulumi_everest.core.changes.compare import compare
from pulumi_everest.core.changes.impact import Impact
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.model.deferred import Deferred

SAID = Said(__file__)
said_in_full = SAID.fixture()
of = partial(impacts, SAID)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"name": "orders"}, {"name": "carts"}, ["name refused name"]),
        ({"namespace": "shop"}, {"namespace": "test"}, ["namespace refused namespace"]),
        ({"namespace": "shop"}, {"namespace": None}, ["namespace refused namespace"]),
        ({"namespace": None}, {"namespace": "shop"}, []),
        ({"name": "orders"}, {"name": Deferred()}, []),
        ({"labels": {"a": "1"}}, {"labels": {"a": "2"}}, ["labels online"]),
    ],
)
def test_a_cluster_keeps_its_name_and_namespace(old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    assert of(snapshot(**old), snapshot(**new)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (with_object("a/Toy"), with_object("b/Other", definition="other"), ["provider refused provider"]),
        (with_object("a/Toy"), with_object("everest.percona.com/DatabaseCluster"), ["reconcileBy refused reconciler"]),
        (with_object("everest.percona.com/DatabaseCluster"), with_object("a/Toy"), ["reconcileBy refused reconciler"]),
        (with_object("a/Toy", policy="retain"), with_object("everest.percona.com/DatabaseCluster"), []),
        (with_object("a/Toy", policy="delete"), with_object("a/Toy", policy="retain"), []),
    ],
)
def test_a_cluster_stays_what_it_is_and_who_reconciles_it(old: Snapshot, new: Snapshot, expected: list[str]) -> None:
    assert of(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {}, []),
        ({}, {"volumePolicy": "keep"}, []),
        ({}, {"volumePolicy": "delete"}, [
            ("volumePolicy keep → delete", "when the cluster is deleted, the operator deletes its volumes")]),
        ({"volumePolicy": "delete"}, {}, [("volumePolicy delete → keep", "")]),
        ({"volumePolicy": Deferred()}, {"volumePolicy": "delete"}, []),
        ({"volumePolicy": "delete"}, {"volumePolicy": Deferred()}, []),
    ],
)  # fmt: skip
def test_what_becomes_of_volumes_changes_online(old: Any, new: Any, expected: list[tuple[str, str]]) -> None:
    made = snapshot()
    before, after = (
        Snapshot(made.metadata, made.object, made.definition, made.spec, made.chosen, o) for o in (old, new)
    )
    found = SAID(compare(before, after, NOW).changes)

    assert [(change.what, change.why) for change in found] == expected
    assert all(change.impact is Impact.ONLINE for change in found)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"annotations": {"a": "1"}}, {}, ["annotations online"]),
        ({"labels": {"a": Deferred()}}, {"labels": {"a": "1"}}, []),
        ({"finalizers": ["a/b"]}, {}, []),
        ({"namespace": "shop"}, {"namespace": Deferred()}, []),
        ({"namespace": Deferred()}, {"namespace": "shop"}, []),
        ({"name": Deferred()}, {"name": "orders"}, []),
    ],
)
def test_metadata_changes_online_and_what_is_not_known_does_not(old: Any, new: Any, expected: list[str]) -> None:
    assert of(snapshot(**old), snapshot(**new)) == expected


def test_a_change_of_identity_says_what_to_keep() -> None:
    name, namespace = (
        compare(snapshot(), new, NOW).changes[0] for new in (snapshot(name="carts"), snapshot(namespace="test"))
    )

    assert (name.old, name.new, name.path) == ("orders", "carts", ("name",))
    assert (
        name.hint == "keep name: orders; a cluster of another name is a new one, which dataSource fills with a backup"
    )
    assert namespace.hint.startswith("keep namespace: shop; a cluster in another namespace is a new one")
    [provider] = compare(with_object("a/Toy"), with_object("b/Toy", definition="other"), NOW).changes
    assert provider.hint.startswith("make a new cluster with the other provider")
    [reconciler] = compare(with_object("everest.percona.com/DatabaseCluster"), with_object("a/Toy"), NOW).changes
    assert (reconciler.path, reconciler.old, reconciler.new) == (("reconcileBy",), "everest", "pulumi")
    assert reconciler.hint.startswith("first set the deletion policy to retain and run `pulumi up`")


def test_with_another_definition_nothing_else_is_compared() -> None:
    other = with_object("b/Other", definition="other")
    moved = Snapshot({**other.metadata, "name": "carts", "labels": {"a": "b"}}, other.object, "other", {"paused": True})

    assert of(with_object("a/Toy"), moved) == ["name refused name", "provider refused provider"]


def test_another_object_of_the_same_definition_is_another_technology() -> None:
    assert of(with_object("a/Toy"), with_object("b/Toy")) == ["provider refused provider"]
