"""What taking over an object would change, value by value."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.changes.takeover import lost_or_changed
from pulumi_everest.live.managers import other_managers
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import path_text

LIVE: dict[str, Any] = {
    "apiVersion": "shop.example.org/v1",
    "kind": "Shop",
    "metadata": {
        "name": "orders",
        "uid": "1",
        "resourceVersion": "7",
        "labels": {"team": "shop"},
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "note": "x"},
        "finalizers": ["a/b"],
        "managedFields": [],
    },
    "spec": {"replicas": 3, "pause": False, "sets": [{"name": "rs0", "size": 3}]},
    "status": {"state": "ready"},
}


def same() -> dict[str, Any]:
    metadata = {
        "name": "orders", "labels": {"team": "shop"}, "annotations": {"note": "x"}, "finalizers": ["a/b"],
    }  # fmt: skip
    return {"metadata": metadata, "spec": {"replicas": 3, "pause": False, "sets": [{"name": "rs0", "size": 3}]}}


def lines(wanted: dict[str, Any], live: dict[str, Any] = LIVE) -> list[str]:
    return [f"{path_text(entry.path)}: {entry.message}" for entry in lost_or_changed(live, wanted)]


def test_the_same_is_no_difference() -> None:
    assert lines(same()) == []


REMOVED = "nothing: the program does not say it, so it would be removed"


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("spec", "replicas"), 5, "spec.replicas: 3 → 5"),
        (("spec", "replicas"), None, f"spec.replicas: 3 → {REMOVED}"),
        (("spec", "pause"), 0, "spec.pause: false → 0"),
        (("spec", "pause"), None, f"spec.pause: false → {REMOVED}"),
        (("spec", "size"), {"a": {"b": 1}}, "spec.size.a.b: nothing → 1"),
        (("spec", "sets"), [{"name": "rs0", "size": 5}], "spec.sets[0].size: 3 → 5"),
        (("spec", "sets"), [], 'spec.sets: [{"name": "rs0", "size": 3}] → []'),
        (("metadata", "labels"), None, f"metadata.labels.team: shop → {REMOVED}"),
        (("metadata", "labels"), {"team": "shop", "b": "c"}, "metadata.labels.b: nothing → c"),
        (("metadata", "annotations"), {}, f"metadata.annotations.note: x → {REMOVED}"),
        (("metadata", "finalizers"), ["c/d"], "metadata.finalizers[0]: a/b → c/d"),
        (("metadata", "finalizers"), None, f"metadata.finalizers[0]: a/b → {REMOVED}"),
        (("spec", "replicas"), Concealed(5), "spec.replicas: 3 → <secret>"),
        (("spec", "sets"), [Deferred(), {}], 'spec.sets: [{"name": "rs0", "size": 3}] → ["<unknown>", {}]'),
        (("spec", "sets"), {"é": "x"}, 'spec.sets: [{"name": "rs0", "size": 3}] → {"é": "x"}'),
    ],
)
def test_a_difference_is_one_line(path: tuple[str, str], value: Any, line: str) -> None:
    wanted = same()
    if value is None:
        del wanted[path[0]][path[1]]
    else:
        wanted[path[0]][path[1]] = value

    assert lines(wanted) == [line]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ({"a": "1"}, "a: 1"),
        ([{"name": "a"}], "[0].name: a"),
        ("x", ": x"),
        (True, ": true"),
        ({}, None),
        ([], None),
        ("", None),
        (False, None),
    ],
)
def test_what_stands_beside_the_spec_is_a_difference_unless_it_is_empty(value: Any, line: str | None) -> None:
    place, _, shown = (line or "").partition(": ")
    dot = "." if place and not place.startswith("[") else ""
    whole = {**same(), "beside": value}

    added = [f"beside{dot}{place}: nothing → {shown}"] if line else []
    assert lines(whole) == added
    removed = [f"beside{dot}{place}: {shown} → {REMOVED}"] if line else []
    assert lines(same(), {**LIVE, "beside": value}) == removed
    assert lines(whole, {**LIVE, "beside": value}) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("spec", "replicas"), Deferred()),
        (("spec", "replicas"), 3.0),
        (("spec", "replicas"), Concealed(3)),
        (("spec", "extra"), Deferred()),
        (("metadata", "annotations"), {"note": "x", "pulumi.com/waitFor": "condition=Ready"}),
    ],
)
def test_what_is_not_known_and_what_is_for_pulumi_is_no_difference(path: tuple[str, str], value: Any) -> None:
    wanted = same()
    wanted[path[0]][path[1]] = value

    assert lines(wanted) == []


def test_what_is_said_anew_is_shown_leaf_by_leaf_but_for_what_is_secret_or_not_known() -> None:
    wanted = same()
    wanted["spec"]["size"] = {"a": Deferred(), "b": Concealed(1), "c": [True, {}]}
    wanted["data"] = {"k": "v"}

    assert lines(wanted) == [
        "spec.size.a: nothing → <unknown>",
        "spec.size.b: nothing → <secret>",
        "spec.size.c[0]: nothing → true",
        "spec.size.c[1]: nothing → {}",
        "data.k: nothing → v",
    ]


def test_every_part_of_an_object_is_compared_but_its_status_and_what_servers_write() -> None:
    live = {**LIVE, "data": {"k": "v"}, "type": "Opaque"}
    wanted = {**same(), "apiVersion": "other/v1", "kind": "Other", "status": {"state": "x"}, "type": "Other"}

    assert lines(wanted, live) == [f"data.k: v → {REMOVED}", "type: Opaque → Other"]


def test_an_annotation_for_pulumi_that_is_there_is_compared() -> None:
    live = {**LIVE, "metadata": {**LIVE["metadata"], "annotations": {"note": "x", "pulumi.com/skipAwait": "true"}}}
    wanted = same()
    wanted["metadata"]["annotations"]["pulumi.com/skipAwait"] = "false"

    assert lines(wanted, live) == ['metadata.annotations["pulumi.com/skipAwait"]: true → false']


def test_an_object_without_labels_annotations_and_finalizers_is_compared_all_the_same() -> None:
    live = {"metadata": {"name": "orders"}, "spec": {"a": 1}}

    assert lines({"metadata": {"name": "orders"}, "spec": {"a": 1}}, live) == []
    assert lines({"spec": {"a": 1}, "metadata": {"labels": {"a": "b"}, "annotations": Deferred()}}, live) == [
        "metadata.labels.a: nothing → b"
    ]


def test_what_is_being_deleted_is_not_taken_over() -> None:
    live = {**LIVE, "metadata": {**LIVE["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}}

    assert lines(same(), live) == [
        "metadata.deletionTimestamp: the object is being deleted, so it cannot be taken over"
    ]


def test_a_long_value_is_cut() -> None:
    wanted = same()
    wanted["spec"]["config"] = "x" * 500

    assert len(lines(wanted)[0]) < 150


def test_managers_that_stay_are_counted() -> None:
    fields = {"f:spec": {"f:a": {}, "f:b": {"f:c": {}}}}
    managed = [
        {"manager": name, "fieldsV1": fields, **more}
        for name, more in [
            ("helm", {}),
            ("operator", {"subresource": "status"}),
            ("kubectl-client-side-apply", {}),
            ("pulumi-kubernetes-1", {}),
        ]
    ]

    assert other_managers({"metadata": {"managedFields": managed}}) == {"helm": 2}


@pytest.mark.parametrize(
    ("live", "wanted", "count"),
    [
        ({"port": 5432, "size": 3}, {"size": 3}, 0),
        ({"port": 5433, "size": 3}, {"size": 3}, 1),
        ({"port": 5432, "size": 3}, {"port": 5433, "size": 3}, 1),
        ({"port": "5432", "size": 3}, {"size": 3}, 1),
        ({"size": 3}, {"size": 3, "port": 5432}, 1),
        ({"other": 5432, "size": 3}, {"size": 3}, 1),
    ],
)
def test_what_the_server_fills_in_again_is_no_loss(live: Any, wanted: Any, count: int) -> None:
    objects = [{"metadata": {"name": "a"}, "spec": spec} for spec in (live, wanted)]
    assert len(lost_or_changed(*objects, {"spec.port": 5432})) == count
