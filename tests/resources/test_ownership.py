"""What this stack made and does not know is taken over, by its mark; the Secret for clients only as it is to be."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from pulumi_everest.model.mark import MARK
from pulumi_everest.resources.engine.cluster_access import ClusterAccess
from pulumi_everest.resources.engine.late_import import LateImport
from pulumi_everest.resources.hooks.ownership import Ownership, mark_of

URN = "urn:pulumi:test::infra::everest:index:DatabaseCluster::orders"
NAME = "orders-conn"
OWN = "the own one"


class Cluster:
    """A cluster with one Secret."""

    def __init__(self, mark: str, values: dict[str, str]) -> None:
        if mark == OWN:  # it says the organization, which other tests set
            mark = mark_of(URN, "kubernetes:core/v1:Secret", NAME, "shop", NAME)
        data = {key: b64encode(value.encode()).decode() for key, value in values.items()}
        self.secret = {"metadata": {"annotations": {MARK: mark}}, "data": data}

    def metadata(self, *_: Any) -> Any:
        return {"metadata": self.secret["metadata"]}

    def get(self, *_: Any) -> Any:
        return self.secret

    def has_namespaces(self, *_: Any) -> bool:
        return True


class Reach:
    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    async def of(self, _: object) -> Any:
        return SimpleNamespace(access=ClusterAccess())

    def live(self, _: ClusterAccess) -> Cluster:
        return self.cluster


class Component:
    @property
    def urn(self) -> Any:
        async def future() -> str:
            return URN

        return SimpleNamespace(future=future)


def taken_over(cluster: Cluster, wanted: dict[str, Any], *, of_clients: bool, adopt: bool = False) -> str | None:
    """What a Secret with these values is to take over."""
    late = LateImport()
    metadata = {"name": NAME, "namespace": "shop"}
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": wanted}
    own = Ownership(Reach(cluster))  # type: ignore[arg-type]

    async def look() -> None:
        await own._look(late, Component(), NAME, manifest, None, adopt, of_clients)  # type: ignore[arg-type]

    asyncio.run(look())
    return late.identity


@pytest.mark.parametrize(
    ("mark", "values", "of_clients", "expected"),
    [
        (OWN, {"password": "one", "port": "1"}, True, f"shop/{NAME}"),
        (OWN, {"password": "two", "port": "1"}, True, None),
        (OWN, {"password": "one"}, True, None),
        (OWN, {"password": "two", "port": "1"}, False, f"shop/{NAME}"),
        ("another", {"password": "one", "port": "1"}, True, None),
    ],
)
def test_a_secret_for_clients_with_other_values_is_not_taken_over(
    mark: str, values: dict[str, str], of_clients: bool, expected: str | None
) -> None:
    """The engine replaces nothing that is to be taken over, and these values change without the program."""
    wanted = {"password": "one", "port": "1"}
    assert taken_over(Cluster(mark, values), wanted, of_clients=of_clients) == expected


@pytest.mark.parametrize("of_clients", [True, False])
def test_no_secret_is_taken_over_before_its_values_are_known(*, of_clients: bool) -> None:
    """The engine warns of an import that no program has, where a value that is not known yet may replace it."""
    wanted = {"password": pulumi.output.UNKNOWN, "port": "1"}

    cluster = Cluster(OWN, {"password": "one", "port": "1"})

    assert taken_over(cluster, wanted, of_clients=of_clients) is None
    # Whoever says that it is there has said the import, too.
    assert taken_over(cluster, wanted, of_clients=of_clients, adopt=True) is not None
