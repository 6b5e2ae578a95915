"""Requests over limits: said where the user can mend them, with who says the other side."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from expected import Said

from pulumi_everest.core.requests import request_findings
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import path_text

SAID = Said(__file__)
said_in_full = SAID.fixture()


def resources(requests: Any, limits: Any) -> dict[str, Any]:
    return {"resources": {"requests": requests, "limits": limits}}


def found(spec: dict[str, Any], whole: dict[str, Any], origins: dict[tuple[str, str], str] | None = None) -> list[str]:
    """Where something is said; `origins` are those of requests and limits by kind, where the user does not say them."""

    def origin(component: str, path: tuple[str, ...]) -> str | None:
        assert component == "engine"
        return (origins or {}).get((path[1], path[2]), "user")

    resolved: Any = SimpleNamespace(spec={"instances": {}, **whole}, origin=origin)
    entries = list(request_findings(spec, resolved))
    return [path_text(entry.path) for entry in (SAID(entries) if entries else [])]


CPU, MORE, MEMORY = {"cpu": "1"}, {"cpu": "1500m"}, {"memory": "1Gi"}


@pytest.mark.parametrize(
    ("user", "origins", "expected"),
    [
        (resources(MORE, CPU), {}, ["requests.cpu"]),
        (resources(MORE, {}), {("limits", "cpu"): "preset"}, ["requests.cpu"]),
        (resources({}, CPU), {("requests", "cpu"): "topology"}, ["limits.cpu"]),
        ({}, {("requests", "cpu"): "preset", ("limits", "cpu"): "plugin"}, [""]),
        ({}, {("requests", "cpu"): "bundle", ("limits", "cpu"): ""}, [""]),
    ],
)
def test_a_request_over_its_limit_is_said_at_what_the_user_wrote(
    user: dict[str, Any], origins: dict[tuple[str, str], str], expected: list[str]
) -> None:
    places = [".".join(filter(None, ("instances.engine.resources", place))) for place in expected]

    assert found({"instances": {"engine": user}}, {"instances": {"engine": resources(MORE, CPU)}}, origins) == places


@pytest.mark.parametrize(
    "part",
    [
        resources(CPU, MORE),
        resources(CPU, CPU),
        resources({"cpu": "1000m"}, CPU),
        resources(MORE, MEMORY),
        resources(MORE, None),
        resources(None, CPU),
        resources(MORE, Deferred()),
        resources(Deferred(), CPU),
        resources({"cpu": Deferred()}, CPU),
        resources(MORE, {"cpu": Deferred()}),
        {"resources": Deferred()},
        {"resources": None},
        {},
    ],
)
def test_what_is_not_over_or_not_known_is_fine(part: dict[str, Any]) -> None:
    assert found({}, {"instances": {"engine": part}, "monitoring": part}) == []


def test_every_kind_of_every_component_and_block_is_compared() -> None:
    wrong = resources({"cpu": "2", "memory": "2Gi"}, {"cpu": "1", "memory": "1Gi"})
    whole = {"instances": {"engine": wrong}, "monitoring": wrong, "paused": True}

    assert found({"monitoring": wrong}, whole, {("requests", "cpu"): "preset"}) == [
        "instances.engine.resources",
        "instances.engine.resources",
        "monitoring.resources.requests.cpu",
        "monitoring.resources.requests.memory",
    ]
