"""A Kubernetes provider that writes files has no cluster: nothing is looked for, whatever its kubeconfig names."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from pulumi_everest.resources.engine import provider_settings
from pulumi_everest.resources.engine.reach import Reach, Reached
from pulumi_everest.resources.hooks.edits import Watched, taken_back_by
from pulumi_everest.resources.hooks.existence import Existence, Planned

INPUTS = {"apiVersion": "toy.example.com/v1", "kind": "ToyDB", "metadata": {"name": "orders", "namespace": "shop"}}


class Own(pulumi.ProviderResource):
    """A Kubernetes provider of the program."""

    def __init__(self) -> None:
        pass


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What Kubernetes providers were told; the default one and one of the program are told the same."""
    arguments: dict[str, str] = {"kubeconfig": "there"}

    async def asked(_kubernetes: object, argument: str) -> Any:
        return arguments.get(argument)

    async def access(_kubernetes: object) -> Any:
        return "a cluster"

    monkeypatch.setattr(provider_settings, "_told", asked)
    monkeypatch.setattr("pulumi_everest.resources.engine.reach.access_of", access)
    return arguments


@pytest.mark.parametrize("make", [lambda: None, Own], ids=["default", "own"])
def test_a_provider_that_renders_has_no_cluster(told: dict[str, str], make: Callable[[], object]) -> None:
    kubernetes = make()  # none outlives its test: programs of other tests would find it
    told["upsertExistingObjects"] = "true"
    assert asyncio.run(Reach().of(kubernetes)) == Reached(True, "a cluster")  # type: ignore[arg-type]

    told["renderYamlToDirectory"] = "rendered"
    assert asyncio.run(Reach().of(kubernetes)) == Reached(False, None, True)


def test_what_is_rendered_is_neither_refused_nor_looked_at(told: dict[str, str]) -> None:
    told["renderYamlToDirectory"] = "rendered"
    reach, args = Reach(), pulumi.ResourceHookArgs("urn", "", "orders", "token", new_inputs=INPUTS)
    own = Existence(reach)
    own._planned["token", "orders"] = [Planned(INPUTS, None)]

    asyncio.run(own.before_create(args))
    assert asyncio.run(taken_back_by(reach, Watched(None), args, INPUTS, INPUTS)) is None
    assert not reach._said
