"""What each value of the objects follows: found by making them again with another value for each input."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.explain.followed import changed, followed, followed_by, inputs_of, leaves
from pulumi_everest.emit.templates.template import Emitted
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import EverestError


def entry(name: str = "cluster", **manifest: Any) -> Emitted:
    return Emitted(name, name == "cluster", manifest)


def asked(value: Any) -> list[Any]:
    """The values that are tried in the place of one, up to the first that moves something; nothing ever does."""
    tried: list[Any] = []

    def make(_: Any, other: Any) -> list[Emitted]:
        tried.append(other)
        return [entry(a=1)]

    assert followed_by([entry(a=1)], [(("x",), value)], make) == {(0, ("a",)): []}
    return tried


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, [False]),
        (False, [True]),
        (3, [5]),
        (1.5, [3.5]),
        ("10Gi", ["13Gi", "10Gix", "10Gy"]),
        ("500m", ["503m", "500mx", "500y"]),
        ("2", ["5", "2x", "y"]),
        ("1.5Gi", ["4.5Gi", "1.5Gix", "1.5Gy"]),
        ("8.0.19-7", ["8.0.19-8", "8.0.19-7x", "8.0.19-y"]),
        ("8.0rc1b", ["8.0rc2b", "8.0rc1bx", "8.0rc1y"]),
        ("name", ["namex", "namy"]),
        ("team/db", ["team/dbx", "xteam/db", "team/dy"]),
        ("", ["x", "y"]),
        (None, ["x"]),
        ({}, ["x"]),
        ([], ["x"]),
    ],
)
def test_a_value_is_tried_as_others_that_a_user_could_write_and_last_without_it(
    value: Any, expected: list[Any]
) -> None:
    *tried, last = asked(value)

    assert tried == expected
    assert [type(one) for one in tried] == [type(one) for one in expected]
    assert type(last).__name__ not in ("str", "int", "bool", "float")


def test_a_value_that_moves_something_is_not_left_out_as_well() -> None:
    tried = []

    def make(_: Any, other: Any) -> list[Emitted]:
        tried.append(other)
        return [entry(a=other)]

    assert followed_by([entry(a=3)], [(("x",), 3)], make) == {(0, ("a",)): [("x",)]}
    assert tried == [5]


def test_each_value_follows_the_inputs_that_move_it_in_their_order() -> None:
    data = {"x": 1, "y": "b", "z": True}

    def make(path: Any, other: Any) -> list[Emitted]:
        now = (
            {**data, path[0]: other}
            if isinstance(other, (int, str))
            else {k: v for k, v in data.items() if k != path[0]}
        )
        return [
            entry(both=[now.get("x"), {"y": now.get("y")}], mixed=f"{now.get('x')}-{now.get('y')}", fixed=1),
            entry("other", z=now.get("z")),
        ]

    found = followed_by(make(("n",), 1), [((name,), value) for name, value in data.items()], make)

    assert found == {
        (0, ("both", 0)): [("x",)],
        (0, ("both", 1, "y")): [("y",)],
        (0, ("mixed",)): [("x",), ("y",)],
        (0, ("fixed",)): [],
        (1, ("z",)): [("z",)],
    }


@pytest.mark.parametrize(
    ("now", "moved"),
    [
        (lambda: [entry(a=1, b=2), entry("other", c=3)], []),
        (lambda: [entry(a=True, b=2), entry("other", c=3)], ["a"]),
        (lambda: [entry(a=1.0, b=2), entry("other", c=3)], ["a"]),
        (lambda: [entry(a=1), entry("other", c=3)], ["b"]),
        (lambda: [entry("other", c=4), entry(a=1, b=2)], ["c"]),  # they are told apart by their names
        (lambda: [entry(a=1, b=2)], ["c"]),  # one that is gone moves all of its values
        (list, ["a", "b", "c"]),
    ],
)
def test_a_value_has_moved_where_it_is_not_what_it_was(now: Any, moved: list[str]) -> None:
    found = followed_by([entry(a=1, b=2), entry("other", c=3)], [(("x",), True)], lambda *_: now())

    assert [path[0] for (_, path), inputs in found.items() if inputs] == moved


def test_objects_of_one_name_are_told_apart_by_their_order() -> None:
    def make(_: Any, other: Any) -> list[Emitted]:
        return [entry("pool", n=1), entry("pool", n=other)]

    assert followed_by([entry("pool", n=1), entry("pool", n=2)], [(("x",), 2)], make) == {
        (0, ("n",)): [],
        (1, ("n",)): [("x",)],
    }


def test_what_cannot_be_made_moves_nothing() -> None:
    def fails(*_: Any) -> Any:
        raise EverestError([])

    assert followed_by([entry(a=1)], [(("x",), 3)], fails) == {(0, ("a",)): []}


def test_a_value_that_is_not_known_says_itself_where_it_comes_from() -> None:
    waits = Deferred(("spec", "x"))

    assert followed_by([entry(a=waits, b=Deferred())], [], lambda *_: []) == {
        (0, ("a",)): [("spec", "x")],
        (0, ("b",)): [],
    }


def test_inputs_are_the_known_values_of_spec_and_metadata() -> None:
    spec = {"a": {"b": [1, {"c": "x"}], "d": Deferred(), "e": {}}}

    assert list(inputs_of(spec, {"name": "n", "labels": {"x": Deferred()}})) == [
        (("a", "b", 0), 1),
        (("a", "b", 1, "c"), "x"),
        (("a", "e"), {}),
        (("metadata", "name"), "n"),
    ]
    assert list(inputs_of({}, {})) == []
    assert list(inputs_of({}, {"name": "n"})) == [(("metadata", "name"), "n")]


def cluster() -> Resolved:
    spec = {"size": 3, "instances": {"engine": {"replicas": 3}, "proxy": {}}}
    types = {"engine": "db", "proxy": "tool"}
    return Resolved({"name": "orders"}, spec, types, secrets={"users": {"root": "one"}})


def emit(resolved: Resolved) -> list[Emitted]:
    """An object of all parts of a cluster."""
    spec, instances = resolved.spec, resolved.spec["instances"]
    if "engine" not in instances:
        raise EverestError([])
    made = {
        "called": resolved.metadata.get("name"),
        "size": spec.get("size"),
        "replicas": instances["engine"].get("replicas"),
        "root": resolved.secrets.get("users", {}).get("root"),
        "fixed": 1,
    }
    if "proxy" in instances and "proxy" in resolved.types:
        made["proxy"] = True
    return [entry(**made)]


def test_of_a_cluster_spec_metadata_secrets_and_its_components_are_followed() -> None:
    found = followed(cluster(), emit(cluster()), emit)

    assert {path[0]: inputs for (_, path), inputs in found.items()} == {
        "called": [("metadata", "name")],
        "size": [("size",)],
        "replicas": [("instances", "engine", "replicas")],
        "root": [("secrets", "users", "root")],
        "fixed": [],
        "proxy": [("instances", "proxy")],
    }


def test_that_there_is_a_component_is_said_only_where_nothing_of_it_is_followed() -> None:
    def made(resolved: Resolved) -> list[Emitted]:
        return [entry(n=resolved.spec["instances"].get("engine", {}).get("replicas"))]

    assert followed(cluster(), made(cluster()), made) == {(0, ("n",)): [("instances", "engine", "replicas")]}


@pytest.mark.parametrize(
    ("path", "part", "expected"),
    [
        (("size",), "spec", 7),
        (("metadata", "name"), "metadata", 7),
        (("secrets", "users", "root"), "secrets", 7),
    ],
)
def test_one_value_is_changed_and_the_cluster_is_left_as_it_was(path: Any, part: str, expected: Any) -> None:
    before = cluster()
    after = changed(before, path, 7)

    own: Any = getattr(after, part)
    for key in path if part == "spec" else path[1:]:
        own = own[key]
    assert own == expected
    assert before == cluster()
    others = [name for name in ("spec", "metadata", "secrets") if name != part]
    assert all(getattr(after, name) == getattr(before, name) for name in others)


def test_leaves_are_values_that_hold_no_others() -> None:
    assert list(leaves([entry(a={"b": [1]}, c={}), entry("other", d=[])])) == [
        ((0, ("a", "b", 0)), 1),
        ((0, ("c",)), {}),
        ((1, ("d",)), []),
    ]
