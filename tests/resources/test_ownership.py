"""What this stack made and does not know is taken over, by its mark; the Secret for clients only as it is to be."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from pulumi_everest.live.errors import LiveError
from pulumi_everest.live.operators import FORBIDDEN
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


class Databases(Cluster):
    """A cluster with some databases, and who asked for what."""

    def __init__(self, marks: dict[str, str], *, refused: int | None = None, namespaced: bool = True) -> None:
        super().__init__("", {})
        self.marks, self.refused, self.namespaced, self.asked = marks, refused, namespaced, list[Any]()

    def list_metadata(self, *what: Any) -> Any:
        self.asked.append(what)
        if self.refused is not None:
            raise LiveError.of("refused", "no", code=self.refused)
        return [
            {"metadata": {"name": name, "annotations": {MARK: mark}} if mark else {"name": name}}
            for name, mark in self.marks.items()
        ]

    def metadata(self, version: str, kind: str, name: str, namespace: str) -> Any:
        self.asked.append((version, kind, name, namespace))
        found = self.marks.get(name)
        return {"metadata": {"annotations": {MARK: found}}} if found is not None else None

    def has_namespaces(self, *_: Any) -> bool:
        return self.namespaced


KIND = ("psmdb.percona.com/v1", "PerconaServerMongoDB")


def looked_for(
    cluster: Databases, *names: str, adopt: bool = False, moves: bool = False, urn: Any = URN
) -> list[str | None]:
    """What the main objects of these names are to take over, all looked for by one program."""
    own = Ownership(Reach(cluster), lambda asked: moves and asked == URN)  # type: ignore[arg-type]
    component = SimpleNamespace(urn=SimpleNamespace(future=lambda: asyncio.sleep(0, urn)))
    found = []

    async def look(name: str) -> None:
        late = LateImport()
        manifest = {"apiVersion": KIND[0], "kind": KIND[1], "metadata": {"name": name, "namespace": "shop"}, "spec": {}}
        await own._look(late, component, name, manifest, None, adopt, of_clients=False)  # type: ignore[arg-type]
        found.append(late.identity)

    async def all_of_them() -> None:
        for name in names:
            await look(name)

    asyncio.run(all_of_them())
    return found


def mark(name: str, **other: str) -> str:
    told = {
        "component": URN,
        "token": f"kubernetes:{KIND[0]}:{KIND[1]}",
        "name": name,
        "namespace": "shop",
        "own": name,
    }
    return mark_of(**{**told, **other})


def test_of_the_databases_of_a_kind_those_with_the_own_mark_are_taken_over_and_are_listed_once() -> None:
    others = {"b": "another", "c": "", "d": mark("d", own="e"), "e": mark("e", namespace="test")}
    cluster = Databases({"a": mark("a"), **others})

    assert looked_for(cluster, "a", "b", "c", "d", "e", "gone") == ["shop/a", None, None, None, None, None]
    assert cluster.asked == [(*KIND, "shop")]


def test_whoever_says_that_it_is_there_takes_over_any_that_is() -> None:
    cluster = Databases({"a": "another", "b": ""})

    assert looked_for(cluster, "a", "b", "gone", adopt=True) == ["shop/a", "shop/b", None]


def test_an_object_without_a_namespace_is_taken_over_by_its_name() -> None:
    assert looked_for(Databases({"a": mark("a")}, namespaced=False), "a") == ["a"]


def test_a_cluster_that_changes_its_name_takes_nothing_over() -> None:
    assert looked_for(Databases({"a": mark("a")}), "a", moves=True) == [None]


def test_where_they_may_not_be_listed_each_is_asked_for() -> None:
    cluster = Databases({"a": mark("a")}, refused=FORBIDDEN)

    assert looked_for(cluster, "a") == ["shop/a"]
    assert cluster.asked == [(*KIND, "shop"), (*KIND, "a", "shop")]
    assert looked_for(Databases({}, refused=FORBIDDEN), "a") == [None]


def test_where_nothing_can_be_seen_nothing_is_taken_over() -> None:
    assert looked_for(Databases({"a": mark("a")}, refused=500), "a", adopt=True) == [None]
    assert looked_for(Databases({"a": mark("a")}), "a", adopt=True, urn=None) == [None]


def test_the_mark_says_who_made_it_and_where_whatever_the_version() -> None:
    told = mark_of(URN, "kubernetes:psmdb.percona.com/v1:PerconaServerMongoDB", "orders", "shop", "own")

    assert told.endswith(
        "/infra/test everest:index:DatabaseCluster$kubernetes:psmdb.percona.com:PerconaServerMongoDB::orders shop/own"
    )
    assert told == mark_of(URN, "kubernetes:psmdb.percona.com/v2:PerconaServerMongoDB", "orders", "shop", "own")
    assert mark_of(URN, "kubernetes:core/v1:Secret", "a", None, "a").endswith("$kubernetes:core:Secret::a /a")
