"""Components that a cluster chooses the type of: versions follow it, and so does what a change of it means."""

from __future__ import annotations

from typing import Any

import pytest
from expected import Said
from toy_definition import toy_definition

from pulumi_everest.core.changes.compare import compare
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.definitions.check import check_definition
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.findings import Finding, path_text
from pulumi_everest.model.lock import Lock
from pulumi_everest.model.lock_file import LockedCluster

SAID = Said(__file__)
said_in_full = SAID.fixture()

SPEC: dict[str, Any] = {
    "componentTypes": {
        "hare": {
            "versions": [
                {"version": "2.8", "image": "hare:2.8"},
                {"version": "2.9", "image": "hare:2.9", "default": True},
            ]
        },
        "tortoise": {"versions": [{"version": "1.0", "image": "tortoise:1.0"}]},
        "fox": {"versions": [{"version": "5", "image": "fox:5"}]},
    },
    "components": {
        "proxy": {"type": "hare", "types": ["hare", "tortoise"]},
        "engine": {"type": "fox"},
    },
    "topologies": {"one": {"components": {"proxy": {}, "engine": {}}}},
    "changes": [{"path": "instances.proxy.type", "policy": "downtime"}],
    "upgrades": {"hare": {"downgrade": False}, "tortoise": {"downgrade": False}},
}


def definition(**changed: Any) -> DatabaseClusterDefinition:
    document = {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseClusterDefinition",
        "metadata": {"name": "race"},
        "spec": {**SPEC, **changed},
    }
    return DatabaseClusterDefinition.model_validate(document)


RACE = Technology("race", Definition(definition()))


def checked(spec: dict[str, Any], lock: Lock | None = None) -> tuple[Resolved, list[Finding]]:
    resolved, found = SAID(check_cluster({"name": "orders"}, {"provider": "race", **spec}, RACE, lock=lock))
    assert resolved is not None
    return resolved, found


def proxy(**settings: Any) -> dict[str, Any]:
    return {"instances": {"proxy": settings}}


@pytest.mark.parametrize(
    ("spec", "kind", "image"),
    [
        ({}, "hare", "hare:2.9"),
        (proxy(type="hare"), "hare", "hare:2.9"),
        (proxy(type="hare", version="2.8"), "hare", "hare:2.8"),
        (proxy(type="tortoise"), "tortoise", "tortoise:1.0"),
        (proxy(type="tortoise", version="1"), "tortoise", "tortoise:1.0"),
        (
            {**proxy(type="tortoise"), "components": {"versions": {"tortoise": {"version": "1.0"}}}},
            "tortoise",
            "tortoise:1.0",
        ),
    ],
)
def test_versions_are_those_of_the_chosen_type(spec: dict[str, Any], kind: str, image: str) -> None:
    resolved, found = checked(spec)

    assert found == []
    assert resolved.types["proxy"] == kind
    assert resolved.spec["instances"]["proxy"]["image"] == image


@pytest.mark.parametrize(
    ("spec", "expected", "text"),
    [
        (proxy(type="har"), "cluster.unknown-type instances.proxy.type", "did you mean 'hare'?"),
        (proxy(type="fox"), "cluster.unknown-type instances.proxy.type", "cannot be of type 'fox'"),
        ({"instances": {"engine": {"type": "fox"}}}, "cluster.field-not-honoured instances.engine.type", "no choice"),
        (proxy(type="tortoise", version="2.9"), "cluster.unknown-version instances.proxy.version", "'tortoise'"),
        (
            {**proxy(type="tortoise"), "components": {"versions": {"hare": {"version": "2.9"}}}},
            "cluster.unused-version components.versions.hare",
            "no effect",
        ),
        (proxy(type=Deferred(source=1)), "value.not-known instances.proxy.type", "must be known"),
    ],
)
def test_a_type_that_cannot_be_is_refused(spec: dict[str, Any], expected: str, text: str) -> None:
    _, [entry] = checked(spec)

    assert f"{entry.code} {path_text(entry.path)}" == expected
    assert text in f"{entry.message} {entry.hint}"


def test_a_locked_version_of_the_former_type_is_left_behind() -> None:
    entry = {"provider": "race", "components": {"proxy": {"version": "2.8"}, "engine": {"version": "5"}}}
    lock = Lock("orders", LockedCluster.model_validate(entry), ("stacks", "dev", "orders"))

    assert checked({}, lock)[0].spec["instances"]["proxy"]["version"] == "2.8"
    resolved, found = checked(proxy(type="tortoise"), lock)
    assert resolved.spec["instances"]["proxy"]["version"] == "1.0"
    assert [entry.code for entry in found] == ["lock.out-of-date"]


def test_another_type_is_judged_by_itself_and_not_by_its_version() -> None:
    def snapshot(spec: dict[str, Any]) -> Snapshot:
        return Snapshot.of(checked(spec)[0], RACE, {"apiVersion": "race/v1", "kind": "Race"}, {})

    changes = compare(snapshot({}), snapshot(proxy(type="tortoise")), RACE).changes

    assert [(change.where, str(change.impact), change.guard) for change in changes] == [
        ("proxy.type", "downtime", None)
    ]


@pytest.mark.parametrize(
    ("component", "path"),
    [
        ({"type": "hare", "types": ["hare", "snail"]}, "spec.components.proxy.types[1]"),
        ({"type": "hare", "types": ["tortoise", "fox"]}, "spec.components.proxy.type"),
    ],
)
def test_a_choice_that_cannot_be_made_is_a_mistake_of_the_definition(component: dict[str, Any], path: str) -> None:
    wrong = definition(components={**SPEC["components"], "proxy": component})

    found = [entry for entry in check_definition(Definition(wrong)) if entry.code == "definition.unknown-type"]

    assert [path_text(entry.path) for entry in found] == [path]


def test_components_that_there_are_not_have_no_type() -> None:
    assert Definition(toy_definition()).types_of({"engine": {}, "none": {}, "other": {"type": "db"}}) == {
        "engine": "db"
    }
