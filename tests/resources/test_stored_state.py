"""What a component keeps of its cluster, and what is read of that: one text, the values known later, Secrets, guards."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.changes.secret_changes import StoredSecret
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.resources.hooks.stored_state import allowed, inputs_of, opened, snapshot_of

METADATA = {"name": "orders", "namespace": "shop"}


def cluster(spec: dict[str, Any], **more: Any) -> Snapshot:
    return Snapshot(METADATA, "toy.example.com/Toy", "toy", spec, **more)


def late(*path: str | int, value: Any = "an output") -> Deferred:
    return Deferred(path, SimpleNamespace(result=value, secret=False))


def read(inputs: dict[str, Any] | None, known: Any = lambda value: value) -> Snapshot | None:
    return snapshot_of(inputs, known)


def test_a_cluster_is_kept_as_one_text_in_one_order_and_read_again() -> None:
    made = cluster({"b": 1, "a": "é"}, chosen=frozenset({"engine.version"}), options={"volumePolicy": "keep"})
    inputs = inputs_of(made, [], {})

    assert list(inputs) == ["cluster"]
    assert inputs["cluster"] == (
        '{"chosen":["engine.version"],"definition":"toy","metadata":{"name":"orders","namespace":"shop"},'
        '"object":"toy.example.com/Toy","options":{"volumePolicy":"keep"},"spec":{"a":"é","b":1}}'
    )
    assert read(inputs) == made


def test_values_that_are_known_later_are_kept_beside_the_text_by_where_they_are_from() -> None:
    size, twin, nameless = late("a", "size", value="1Gi"), late("a", "size", value="2Gi"), late(value="3Gi")
    inputs = inputs_of(cluster({"one": size, "again": size, "two": twin, "three": [nameless]}), [], {})

    assert inputs["late"] == {"a.size": "1Gi", "a.size'": "2Gi", "value": "3Gi"}
    made = read(inputs)
    assert made is not None
    assert made.spec == {"one": "1Gi", "again": "1Gi", "two": "2Gi", "three": ["3Gi"]}


def test_a_late_value_is_read_as_it_is_known_and_one_that_is_gone_is_not_known() -> None:
    inputs = inputs_of(cluster({"one": late("x", value="secret"), "two": late("y")}), [], {})
    del inputs["late"]["y"]
    made = read(inputs, Concealed)

    assert made is not None
    assert made.spec["one"] == Concealed("secret")
    assert isinstance(made.spec["two"], Deferred)
    without = read({"cluster": inputs["cluster"]})
    assert without is not None
    assert isinstance(without.spec["one"], Deferred)


def test_a_mapping_with_other_keys_beside_the_mark_is_a_mapping() -> None:
    made = read({"cluster": json.dumps(cluster({"a": {"$late": "x", "b": 1}}).data())})

    assert made is not None
    assert made.spec == {"a": {"$late": "x", "b": 1}}


def test_a_value_that_no_text_can_hold_is_a_defect() -> None:
    with pytest.raises(TypeError, match="a snapshot holds a value of type object"):
        inputs_of(cluster({"a": object()}), [], {})


@pytest.mark.parametrize(
    "inputs", [None, {}, {"cluster": 5}, {"cluster": "no JSON"}, {"cluster": "[]"}, {"cluster": "{}"}]
)
def test_what_holds_no_cluster_gives_none(inputs: dict[str, Any] | None) -> None:
    assert read(inputs) is None


def test_guards_to_lift_are_kept_where_there_are_any() -> None:
    assert inputs_of(cluster({}), ["shards"], {})["allow"] == ["shards"]
    assert allowed({"allow": ["shards", 5, "tls"]}) == ["shards", "tls"]
    assert allowed({"allow": ("shards",)}) == ["shards"]
    for nothing in (None, {}, {"allow": "shards"}):
        assert allowed(nothing) == []


# Secrets

SECRET = {
    "metadata": {"name": "orders-secrets"},
    "type": "Opaque",
    "stringData": {"root": late("users", "root", value="x")},
}


def test_each_value_of_a_secret_is_a_secret_output() -> None:
    async def keep(data: Any) -> Any:
        kept = inputs_of(cluster({}), [], {"users": {**SECRET, "stringData": data}})["secrets"]["users"]
        values = kept["stringData"]
        outputs = values.values() if isinstance(values, dict) else [values]
        assert all([await output.is_secret() for output in outputs])
        return {
            **kept,
            "stringData": {k: await v.future() for k, v in values.items()}
            if isinstance(values, dict)
            else await values.future(),
        }

    kept = {"name": "orders-secrets", "place": ["users"], "type": "Opaque"}
    assert asyncio.run(keep(SECRET["stringData"])) == {
        **kept,
        "places": {"root": ["users", "root"]},
        "stringData": {"root": "x"},
    }
    whole = late("users", value={"root": "x"})
    assert asyncio.run(keep(whole)) == {**kept, "places": {}, "stringData": {"root": "x"}}


def stored(secrets: Any) -> dict[str, Any]:
    return {**inputs_of(cluster({}), [], {}), "secrets": secrets}


def test_secrets_are_read_however_deeply_they_are_hidden() -> None:
    kept = {"name": "s", "place": ["users"], "places": {}, "stringData": {"root": "x", "list": ["y"]}}
    expected = {"users": StoredSecret("s", ("users",), {}, (None, None), {"root": "x", "list": ["y"]})}

    for form in (
        {"users": kept},
        Concealed({"users": kept}),
        {"users": Concealed(Concealed(kept))},
        {"users": {**kept, "stringData": {"root": Concealed("x"), "list": Concealed([Concealed("y")])}}},
    ):
        made = read(stored(form))
        assert made is not None
        assert made.secrets == expected


@pytest.mark.parametrize("secrets", ["text", None, ["x"]])
def test_what_holds_no_secrets_is_not_known(secrets: Any) -> None:
    made = read(stored(secrets))
    assert made is not None
    assert made.secrets is None
    older = read(inputs_of(cluster({}), [], {}))
    assert older is not None
    assert older.secrets is None


def test_an_entry_that_is_no_secret_is_left_out() -> None:
    made = read(stored({"a": "text", "b": {"name": "s"}}))

    assert made is not None
    assert made.secrets is not None
    assert list(made.secrets) == ["b"]


def test_an_output_of_the_sdk_is_what_a_late_value_becomes() -> None:
    async def keep() -> Any:
        output: pulumi.Output[str] = pulumi.Output.from_input("1Gi")
        return (
            inputs_of(cluster({"a": Deferred(("a",), SimpleNamespace(result=output, secret=False))}), [], {})["late"][
                "a"
            ]
            is output
        )

    assert asyncio.run(keep())


def test_secret_values_inside_others_are_opened_with_what_is_known_of_them() -> None:
    known = {"late": Concealed({"b": [Concealed("two"), 3]})}.get
    value = {"a": [Concealed("one"), "late"], "c": Concealed(Concealed("three"))}
    assert opened(value, lambda one: known(one, one)) == {"a": ["one", {"b": ["two", 3]}], "c": "three"}
