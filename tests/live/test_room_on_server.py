"""Quotas and limit ranges as a real API server has them, with what it fills in itself."""

from __future__ import annotations

import pytest

from pulumi_everest.core.capacity.amounts import Amounts
from pulumi_everest.core.capacity.limit_ranges import limits_of
from pulumi_everest.core.capacity.quotas import Change, check_quota
from pulumi_everest.core.capacity.workloads import read_workloads
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.room import read_room
from pulumi_everest.testing.apiserver import ApiServer

NAMESPACE = "room"


@pytest.fixture
def live(api_server: ApiServer) -> LiveCluster:
    cluster = LiveCluster(api_server.kubeconfig)
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    return cluster


def test_what_a_server_has_is_read_with_what_it_fills_in(live: LiveCluster) -> None:
    metadata = {"name": "databases", "namespace": NAMESPACE}
    hard = {"requests.cpu": "4", "persistentvolumeclaims": "2"}
    live.create({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": hard}})
    limits = [{"type": "Container", "max": {"cpu": "2"}}]
    live.create({"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata, "spec": {"limits": limits}})
    marked = {"storageclass.kubernetes.io/is-default-class": "true"}
    usual = {"name": "usual", "annotations": marked}
    live.create(
        {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": usual, "provisioner": "example.com/x"}
    )

    room = read_room(live, [NAMESPACE, "default"])

    assert (room.unread, room.default_class) == ({}, "usual")
    assert room.quotas["default"] == room.limit_ranges["default"] == []
    # The most is the default, too, and a default is what containers request.
    [limit] = limits_of(room.limit_ranges[NAMESPACE][0])
    assert (limit.most, limit.default, limit.default_request) == ({"cpu": 2000}, {"cpu": 2000}, {"cpu": 2000})
    container = {"name": "a", "resources": {"requests": {"cpu": "2"}}}
    volumes = [{"name": "v", "size": "1Gi"}]
    [pods] = read_workloads(
        {"workloads": [{"name": "a", "replicas": 3, "containers": [container], "volumes": volumes}]}
    ).running
    change = Change(Amounts(), pods.amounts(), Amounts())
    found = list(check_quota(room.quotas[NAMESPACE][0], change))
    assert sorted(entry.message.split(": ")[1].split(" would")[0] for entry in found) == [
        "persistentvolumeclaims",
        "requests.cpu",
    ]
