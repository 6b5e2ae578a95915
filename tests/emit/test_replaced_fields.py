"""Of which fields a change deletes the object: those of each kind, and the names of all."""

from __future__ import annotations

from typing import Any

import pytest
from expected import Said

from pulumi_everest.emit.core_kinds import kept_from_server
from pulumi_everest.emit.replaced_fields import replaced_fields
from pulumi_everest.model.findings import path_text

SAID = Said(__file__)
said_in_full = SAID.fixture()

KINDS = {
    "v1": ["ConfigMap", "PersistentVolumeClaim", "ResourceQuota", "Secret", "Service"],
    "apps/v1": ["DaemonSet", "Deployment", "StatefulSet"],
    "batch/v1": ["CronJob", "Job"],
    "rbac.authorization.k8s.io/v1": ["ClusterRole", "ClusterRoleBinding", "RoleBinding"],
    "storage.k8s.io/v1": ["StorageClass"],
    "example.com/v1": ["Job", "ConfigMap"],
}
NAMES = ["metadata.name", "metadata.namespace"]


def fields(old: dict[str, Any], new: dict[str, Any], in_place: bool = False) -> list[str]:
    return [path_text(path) for path in replaced_fields(old, new, config_maps_in_place=in_place)]


@pytest.mark.parametrize(("version", "kind"), [(version, kind) for version, kinds in KINDS.items() for kind in kinds])
def test_every_kind_has_fields_of_its_own_and_none_for_another_ones_kind(version: str, kind: str) -> None:
    new = {"apiVersion": version, "kind": kind}

    found = SAID(fields({}, new))

    assert found[:2] == NAMES
    assert version != "example.com/v1" or found == NAMES


@pytest.mark.parametrize(
    ("in_place", "old", "replaced"),
    [(False, {}, True), (True, {}, False), (True, {"immutable": True}, True), (True, {"immutable": "yes"}, False)],
)
def test_a_config_map_is_made_again_unless_the_provider_changes_it_in_place(
    in_place: bool, old: dict[str, Any], replaced: bool
) -> None:
    found = fields(old, {"apiVersion": "v1", "kind": "ConfigMap"}, in_place)

    assert found == [*NAMES, *(["data", "binaryData"] if replaced else [])]


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        ({"kind": "Service", "spec": {}}, ["spec.clusterIP", "spec.clusterIPs"]),
        ({"kind": "Service", "spec": {"clusterIP": "None", "ipFamilies": ["IPv4"]}}, ["spec.clusterIPs"]),
        ({"kind": "Service"}, []),
        ({"kind": "Service", "spec": "unknown"}, []),
        ({"kind": "PersistentVolumeClaim", "spec": {"volumeName": "a"}}, ["spec.storageClassName"]),
        ({"kind": "PriorityClass"}, ["preemptionPolicy"]),
        ({"kind": "PriorityClass", "preemptionPolicy": "Never"}, []),
        ({"kind": "ConfigMap"}, []),
        ({"kind": "Service", "spec": {}, "apiVersion": "example.com/v1"}, []),
        ({}, []),
    ],
)
def test_what_the_server_chose_once_is_left_as_it_is(manifest: dict[str, Any], expected: list[str]) -> None:
    assert kept_from_server({"apiVersion": "v1", **manifest}) == expected
