"""What a database that is gone has left, on a real API server: asked by labels and names, and of Secrets the metadata."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.connection import JSON
from pulumi_everest.live.leftovers import Left, left_of, volumes_with
from pulumi_everest.live.presence import WantedObject
from pulumi_everest.plugins.find import builtin
from pulumi_everest.resources.engine.cluster_access import ClusterAccess
from pulumi_everest.resources.hooks.leftovers import Leftovers
from pulumi_everest.testing.apiserver import ApiServer

NAMESPACE = "leftovers"
LABELS = {  # as the controllers of StatefulSets and the operators put them on volumes
    "psmdb": {"app.kubernetes.io/name": "percona-server-mongodb", "app.kubernetes.io/component": "mongod"},
    "pxc": {"app.kubernetes.io/name": "percona-xtradb-cluster", "app.kubernetes.io/component": "pxc"},
    "pg": {"postgres-operator.crunchydata.com/role": "pgdata"},
}
OF_CLUSTER = {"pg": "postgres-operator.crunchydata.com/cluster"}
USERS = {"psmdb": "orders-secrets", "pxc": "orders-secrets", "pg": "orders-pguser-orders"}


@pytest.fixture(scope="module")
def live(api_server: ApiServer) -> LiveCluster:
    """A namespace with the volumes of two clusters of each technology, and the Secrets of one of them."""
    live = api_server.live
    live.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    for plugin, labels in LABELS.items():
        for name in ("orders", "carts"):
            own = {**labels, OF_CLUSTER.get(plugin, "app.kubernetes.io/instance"): name}
            live.create(volume(f"{plugin}-data-{name}-0", own))
    live.create(volume("orders-of-nobody", {}))
    for name in {*USERS.values(), "orders-ssl", "orders-of-somebody"}:
        live.create({**named("Secret", name), "stringData": {"password": "never shown"}})
    return live


def named(kind: str, name: str, labels: dict[str, str] | None = None) -> dict[str, Any]:
    metadata = {"name": name, "namespace": NAMESPACE, "labels": labels or {}}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata}


def volume(name: str, labels: dict[str, str]) -> dict[str, Any]:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return {**named("PersistentVolumeClaim", name, labels), "spec": spec}


def text_of(plugin: str, name: str, live: LiveCluster, *own: str) -> str | None:
    said = next(entry.manifest.leftovers for entry in builtin() if entry.name == plugin)
    assert said is not None
    reach: Any = SimpleNamespace(live=lambda _access: live)
    wanted = WantedObject("v1", "Any", NAMESPACE, name)
    return asyncio.run(Leftovers(reach).text(ClusterAccess(), wanted, said, own, f"DatabaseCluster {name}"))


@pytest.mark.parametrize("plugin", LABELS)
def test_the_volumes_and_secrets_of_a_cluster_are_found_and_no_others(plugin: str, live: LiveCluster) -> None:
    text = text_of(plugin, "orders", live)

    assert text is not None
    assert f"has left the volume {plugin}-data-orders-0; the Secret" in text
    assert USERS[plugin] in text
    assert "takes up volumes" in text
    assert not any(part in text for part in ("carts", "nobody", "somebody", "never shown"))


@pytest.mark.parametrize("plugin", LABELS)
def test_what_the_program_makes_is_left_out_and_of_another_name_nothing_is_said(plugin: str, live: LiveCluster) -> None:
    own = text_of(plugin, "orders", live, USERS[plugin], "orders-ssl")

    assert own is not None
    assert f"has left the volume {plugin}-data-orders-0. Now" in own
    assert text_of(plugin, "order", live) is None


def test_a_volume_that_is_being_deleted_is_not_left(live: LiveCluster) -> None:
    held = volume("held", {"held": "yes"})
    live.create({**held, "metadata": {**held["metadata"], "finalizers": ["example.com/held"]}})
    assert [entry["name"] for entry in volumes_with(live, NAMESPACE, "held=yes")] == ["held"]

    live.delete("v1", "PersistentVolumeClaim", "held", NAMESPACE)

    assert not volumes_with(live, NAMESPACE, "held=yes")


def test_values_of_secrets_are_never_asked_for(live: LiveCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str, str]] = []
    request = LiveCluster.request

    def noted(self: LiveCluster, method: str, path: str, *more: Any, accept: str = JSON, **named: Any) -> Any:
        asked.append((method, path, accept))
        return request(self, method, path, *more, accept=accept, **named)

    monkeypatch.setattr(LiveCluster, "request", noted)

    assert left_of(live, NAMESPACE, [], {}, ["orders-secrets", "orders"]) == Left([], ["orders-secrets"])

    of_secrets = [(method, path, accept) for method, path, accept in asked if "/secrets" in path]
    assert [(method, path.rpartition("/")[2]) for method, path, _ in of_secrets] == [
        ("GET", "orders-secrets"),
        ("GET", "orders"),
    ]
    assert all("PartialObjectMetadata" in accept for _, _, accept in of_secrets)
