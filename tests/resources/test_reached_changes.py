"""Programs: images and overrides are judged by both hooks as what reaches the database; functions, no engine."""

from __future__ import annotations

import asyncio
import json
from copy import deepcopy
from typing import Any

import pytest
from mocked_run import CLUSTER, Source, run
from test_object_changes import Change, made

import pulumi_everest as everest
from pulumi_everest.core.changes.compare import ChangeSet
from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.technology import Technology
from pulumi_everest.resources.candidates.run import technologies_here
from pulumi_everest.resources.hooks.guard import RefusedError, compared

TECHNOLOGIES: dict[str, Technology] = {}
SMALL = {"volumeSpec": {"persistentVolumeClaim": {"resources": {"requests": {"storage": "5Gi"}}}}}
VERSION = {"version": "8.0.17-6"}

ROADS: list[tuple[dict[str, Any], str, str]] = [
    ({"instances": {"engine": {**VERSION, "overrides": SMALL}}}, "engine.storage.size", "storage-shrink"),
    ({"overrides": {"replsets": [{"name": "rs0", "size": 3, **SMALL}]}}, "engine.storage.size", "storage-shrink"),
    ({"overrides": {"replsets": [{"name": "rs0", "size": 0}]}}, "engine.replicas", "replicas"),
    ({"instances": {"engine": {**VERSION, "image": "mine/m:7.0.18-11"}}}, "engine.image", "downgrade"),
    ({"components": {"versions": {"mongod": {"image": "mine/m:7.0.18-11-arm64"}}}}, "engine.image", "downgrade"),
    ({"overrides": {"image": "mine/m:7.0.18-11"}}, "engine.image", "downgrade"),
    ({"overrides": {"crVersion": "1.21.1"}}, "operatorVersion", "operator-downgrade"),
    ({"overrides": {"initImage": "mine/operator:1.21.1"}}, "spec.initImage", "operator-downgrade"),
    ({"overrides": {"tls": {"mode": "disabled"}}}, "tls.mode", "tls"),
]
IDS = [f"{where} {index}" for index, (_, where, _) in enumerate(ROADS)]


def given(more: dict[str, Any]) -> dict[str, Any]:
    return {"provider": "psmdb-operator", "instances": {"engine": VERSION}, **more}


def kept(preview: bool = True, **arguments: Any) -> dict[str, Any]:
    """The inputs that the component of a cluster has, as an engine would keep them."""

    def program() -> None:
        known = {key: value() if callable(value) else value for key, value in arguments.items()}
        everest.DatabaseCluster("orders", **known)
        TECHNOLOGIES.update(technologies_here())

    result = run(program, preview=preview)
    assert result.error is None, result.error
    [component] = [entry for entry in result.resources if entry.type == CLUSTER]
    return component.inputs


def at_component(old: dict[str, Any], new: dict[str, Any]) -> ChangeSet:
    found = asyncio.run(compared(old, new, TECHNOLOGIES))
    assert found is not None
    return found.result


@pytest.mark.parametrize(("more", "where", "guard"), ROADS, ids=IDS)
def test_the_component_refuses_it_by_whatever_road(more: dict[str, Any], where: str, guard: str) -> None:
    result = at_component(kept(**given({})), kept(**given(more)))

    assert (where, guard) in [(change.where, change.guard) for change in result.refused]
    assert at_component(kept(**given(more)), kept(**given(more))).changes == []


@pytest.mark.parametrize(("more", "where", "guard"), ROADS, ids=IDS)
def test_the_object_refuses_it_where_the_component_says_nothing(more: dict[str, Any], where: str, guard: str) -> None:
    new = made(**given({**more, "name": "orders"}))
    was = deepcopy(dict(made(**given({"name": "orders"})).manifest))

    with pytest.raises(RefusedError) as raised:
        Change(new, was).ask()
    assert f"by guard {guard}" in str(raised.value)


def test_a_value_of_overrides_that_is_not_known_yet_is_judged_when_it_is() -> None:
    def later() -> dict[str, Any]:
        volume = {"persistentVolumeClaim": {"resources": {"requests": {"storage": Source().gives("5Gi")}}}}
        return {"engine": {**VERSION, "overrides": {"volumeSpec": volume}}}

    old = kept(**given({}))
    assert at_component(old, kept(**given({"instances": later}))).refused == []
    known = at_component(old, kept(preview=False, **given({"instances": later})))
    assert [change.guard for change in known.refused] == ["storage-shrink"]


def test_a_secret_value_of_overrides_is_judged_and_not_shown() -> None:
    inputs = kept(**given({"instances": {"engine": {**VERSION, "overrides": SMALL}}}))
    text = json.loads(inputs["cluster"])
    claim = text["spec"]["instances"]["engine"]["overrides"]["volumeSpec"]["persistentVolumeClaim"]
    claim["resources"]["requests"]["storage"] = {"$late": "size"}

    def sized(size: str) -> dict[str, Any]:
        return {"cluster": json.dumps(text), "late": {"size": Concealed(size)}}

    [refused] = at_component(sized("20Gi"), sized("5Gi")).refused
    assert refused.guard == "storage-shrink"
    assert "changed" in refused.what
    assert "5Gi" not in f"{refused.what} {refused.why} {refused.hint}"
    assert at_component(sized("20Gi"), sized("20480Mi")).changes == []
