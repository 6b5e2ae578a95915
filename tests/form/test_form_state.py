"""What is shown of a form with some values, what is wrong with these, and where a finding belongs."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest import form
from tests.form.test_form_values import CPU, DISK, STORAGES, SWITCH, engine, field, made

ODD = {"celExpr": "spec.instances.engine.replicas % 2 == 1", "message": "odd"}
GROWS = {
    "celExpr": "spec.instances.engine.storage.size >= original.spec.instances.engine.storage.size",
    "message": "grows",
}
NODES = field("number", "instances.engine.replicas")


def rules(*expressions: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"validation": {**more, "celExpressions": list(expressions)}}


def found(parts: dict[str, Any], values: dict[str, Any], original: dict[str, Any] | None = None) -> form.State:
    tree = made(parts, "new" if original is None else "edit")
    before = {"spec": original} if original is not None else None
    return form.state(tree, {"cluster.name": "x"} | {f"s.{key}": value for key, value in values.items()}, before)


@pytest.mark.parametrize(
    ("parts", "values", "original", "wrong"),
    [
        ({"n": {**NODES, **rules(ODD)}}, {"n": 3}, None, []),
        ({"n": {**NODES, **rules(ODD)}}, {"n": 4}, None, [("s.n", "odd")]),
        ({"n": {**NODES, **rules(ODD)}}, {"n": "4"}, None, [("s.n", "odd")]),
        ({"n": {**NODES, **rules(ODD)}}, {}, None, []),  # the topology's default is odd
        ({"n": {**NODES, **rules({"celExpr": "self > 5", "message": "more"})}}, {}, None, []),
        ({"n": {**NODES, **rules({"celExpr": "self > 5", "message": "more"})}}, {"n": 5}, None, [("s.n", "more")]),
        ({"n": {**NODES, **rules({"celExpr": "instances.engine.replicas > 5", "message": "more"})}}, {"n": 5}, None, [("s.n", "more")]),
        ({"n": {**NODES, **rules({"celExpr": "limit > self", "message": "limit"})}, "l": {"uiType": "number", "id": "limit"}}, {"n": 5, "l": 5}, None, [("s.n", "limit")]),
        ({"d": {**DISK, **rules(GROWS)}}, {"d": 9}, engine(storage={"size": "10Gi"}), [("s.d", "grows")]),
        ({"d": {**DISK, **rules(GROWS)}}, {"d": 10}, engine(storage={"size": "10240Mi"}), []),
        ({"d": {**DISK, **rules(GROWS)}}, {"d": 9}, None, []),  # nothing is edited
        ({"n": {**NODES, **rules({"celExpr": "original.instances.engine.replicas <= self", "message": "m"})}}, {"n": 3}, engine(replicas=5), [("s.n", "m")]),
        ({"n": {**NODES, **rules(required=True)}}, {}, None, [("s.n", "N is needed")]),
        ({"n": {**NODES, **rules(min=3, max=5)}}, {"n": 7}, None, [("s.n", "at most 5")]),
        ({"n": {**NODES, **rules(min=3, max=5)}}, {"n": 1}, None, [("s.n", "at least 3")]),
        ({"n": NODES}, {"n": 5000}, None, []),  # the definition says that
        ({"n": {**NODES, **rules(multipleOf=2, gt=2, lt=8)}}, {"n": 5}, None, [("s.n", "a multiple of 2 is needed")]),
        ({"n": NODES}, {"n": "many"}, None, [("s.n", "this is no number")]),
        ({"c": {**CPU, **rules(int=True)}}, {"c": 0.5}, None, [("s.c", "a whole number is needed")]),
        ({"t": {"uiType": "text", "id": "t", "validation": {"regex": {"pattern": "^a", "message": "an a"}}}}, {"t": "b"}, None, [("s.t", "an a")]),
        ({"t": {"uiType": "text", "id": "t", "validation": {"email": True}}}, {"t": "b"}, None, [("s.t", "this is no e-mail address")]),
        ({"t": {"uiType": "text", "id": "t", "validation": {"url": True}}}, {"t": "https://a"}, None, []),
        ({"t": {"uiType": "text", "id": "t", "validation": {"length": 3}}}, {"t": "ab"}, None, [("s.t", "exactly 3 characters are needed")]),
        ({"t": {"uiType": "text", "id": "t", "validation": {"trim": True, "max": 1}}}, {"t": " b "}, None, []),
        ({"y": field("text", "instances.engine.scheduling.affinity")}, {"y": "a: ["}, None, [("s.y", "this is no YAML")]),
        ({"g": {**SWITCH, "components": {"n": {**field("number", "instances.arbiter.replicas"), **rules(required=True)}}}}, {"g": False}, None, []),
        ({"g": {**SWITCH, "components": {"n": {**field("number", "instances.arbiter.replicas"), **rules(required=True)}}}}, {"g": True}, None, [("s.g.n", "N is needed")]),
        ({"s": {**STORAGES, "minItems": 2}}, {"s": [{"name": "a", "type": "s3"}]}, None, [("s.s", "at least 2 are needed")]),
        ({"s": {**STORAGES, **rules({"celExpr": "self.all(s, s.name != 'a')", "message": "no a"})}}, {"s": [{"name": "a", "type": "s3"}]}, None, [("s.s", "no a")]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_values(parts: Any, values: Any, original: Any, wrong: list[tuple[str, str]]) -> None:
    messages = [(entry.address, entry.message) for entry in found(parts, values, original).messages]
    assert len(messages) == len(wrong), messages
    assert [(at, text[: len(said)]) for (at, text), (_, said) in zip(messages, wrong, strict=True)] == wrong


SHOWN = {"t": field("toggle", "paused")}


@pytest.mark.parametrize(
    ("parts", "values", "hidden"),
    [
        ({**SHOWN, "n": {**NODES, "showIf": "spec.paused"}}, {"t": True}, []),
        ({**SHOWN, "n": {**NODES, "showIf": "spec.paused"}}, {"t": False}, ["s.n"]),
        ({**SHOWN, "n": {**NODES, "showIf": "spec.paused"}}, {}, ["s.n"]),
        ({**SHOWN, "n": {**NODES, "showIf": "!has(spec.paused)"}}, {}, []),
        ({**SHOWN, "n": {**NODES, "showIf": "spec.instances.engine.replicas"}}, {}, ["s.n"]),  # not true or false
        # What is not shown has no value, so what depends on it is not shown either.
        ({"a": {"uiType": "toggle", "id": "a"}, "b": {"uiType": "toggle", "id": "b", "showIf": "a"}, "c": {"uiType": "toggle", "id": "c", "showIf": "b"}}, {"a": False, "b": True, "c": True}, ["s.b", "s.c"]),
        ({"s": STORAGES}, {"s": [{"type": "s3"}, {"type": "filesystem"}]}, ["s.s[0].claim"]),
        ({"g": {"uiType": "group", "showIf": "false", "components": {"n": NODES}}}, {}, ["s.g"]),
    ],
)  # fmt: skip
def test_what_is_shown(parts: Any, values: Any, hidden: list[str]) -> None:
    assert found(parts, values).hidden == hidden


def test_a_section_can_be_hidden_with_all_that_is_in_it() -> None:
    tree = made({"n": {**NODES, **rules(required=True)}}, showIf="false")
    state = form.state(tree, {})
    assert (state.hidden, [entry.address for entry in state.messages]) == (["s"], ["cluster.name"])


FORM = {
    "n": NODES,
    "m": field("number", ["instances.engine.resources.limits.memory", "instances.engine.resources.requests.memory"]),
    "g": {**SWITCH, "components": {"r": field("number", "instances.arbiter.replicas")}},
    "s": STORAGES,
    "a": field("map", "instances.engine.expose.annotations"),
}


@pytest.mark.parametrize(
    ("path", "address"),
    [
        (("spec", "instances", "engine", "replicas"), "s.n"),
        (("spec", "instances", "engine", "resources", "requests", "memory"), "s.m"),
        (("spec", "instances", "arbiter"), "s.g"),
        (("spec", "instances", "arbiter", "replicas"), "s.g.r"),
        (("spec", "backup", "storages"), "s.s"),
        (("spec", "backup", "storages", 1), "s.s[1]"),
        (("spec", "backup", "storages", 1, "name"), "s.s[1].name"),
        (("spec", "backup", "storages", 1, "bucket"), "s.s[1]"),
        (("spec", "backup", "storages", 0, "schedules", 2, "retention", "count"), "s.s[0].schedules[2].keep"),
        (("spec", "instances", "engine", "expose", "annotations", "x"), "s.a"),
        (("spec", "instances", "engine", "expose"), "s.a"),
        (("spec", "backup"), "s.s"),
        (("metadata", "name"), "cluster.name"),
        (("spec", "tls", "mode"), None),
        ((), None),
    ],
)
def test_a_finding_stands_at_the_part_that_can_mend_it(path: Any, address: str | None) -> None:
    assert form.address_of(made(FORM), path) == address
