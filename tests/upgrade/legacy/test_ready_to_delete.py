"""`everest migrate --ready-to-delete`: what is refused, and that nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from legacy import BACKUPS, STATES, UID, Object

from pulumi_everest.upgrade.legacy.objects import API_VERSION
from pulumi_everest.upgrade.legacy.ownership import FREEZE, STARTED
from pulumi_everest.upgrade.legacy.ready import in_the_way


class Store:
    """A running cluster, of which only reading is asked."""

    def __init__(self, objects: list[Object]) -> None:
        self.objects = objects

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        return next((one for one in self.list(api_version, kind, namespace) if one["metadata"]["name"] == name), None)

    def list(self, api_version: str, kind: str, namespace: str | None = None) -> list[Object]:
        return [one for one in self.objects if (one["apiVersion"], one["kind"]) == (api_version, kind)
                and one["metadata"]["namespace"] == namespace]  # fmt: skip

    def list_metadata(self, api_version: str, kind: str, namespace: str) -> list[Object]:
        return [{"metadata": one["metadata"]} for one in self.list(api_version, kind, namespace)]


def thing(api_version: str, kind: str, name: str, **more: Any) -> Object:
    metadata = {"name": name, "namespace": "shop", "uid": f"uid-of-{name}"}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **more}


def owner(kind: str = "DatabaseCluster", name: str = "orders", uid: str = UID) -> list[Object]:
    return [{"apiVersion": API_VERSION, "kind": kind, "name": name, "uid": uid, "controller": True}]


@pytest.fixture
def ready(legacy) -> Callable[[str], dict[str, Object]]:
    """A database for which all steps were done, by engine; its objects by what they are."""

    def make(engine: str) -> dict[str, Object]:
        kind, version, field, done = STATES[engine]
        cluster = legacy(engine, annotations={FREEZE: "true", STARTED: "2026-11-01T10:00:00Z"})
        named = {"dbClusterName": "orders", "backupStorageName": "main"}
        return {
            "cluster": cluster,
            "main": thing(version, kind, "orders", spec={}),
            "secret": thing("v1", "Secret", "keys"),
            "backup": thing(
                version, BACKUPS[engine], "monday", spec={field: "orders"},
                status={"state": done, "completed": "2026-11-01T11:00:00Z"},
            ),
            "record": thing(API_VERSION, "DatabaseClusterBackup", "monday", spec=named, status={"state": "Succeeded"}),
        }  # fmt: skip

    return make


def refusals(workspace, objects: dict[str, Object]) -> list[str]:
    return [entry.message for entry in in_the_way(workspace, Store(list(objects.values())), "shop", "orders")]


@pytest.mark.parametrize("engine", STATES)
def test_a_database_that_is_moved_is_ready(engine, ready, workspace):
    assert refusals(workspace, ready(engine)) == []


def annotated(**values: str | None) -> Callable[[dict[str, Object]], None]:
    def change(objects: dict[str, Object]) -> None:
        annotations = objects["cluster"]["metadata"]["annotations"]
        for key, value in values.items():
            name = {"frozen": FREEZE, "started": STARTED}[key]
            annotations.pop(name) if value is None else annotations.update({name: value})

    return change


def with_(part: str, **metadata: Any) -> Callable[[dict[str, Object]], None]:
    return lambda objects: objects[part]["metadata"].update(metadata)


def state(part: str, **status: Any) -> Callable[[dict[str, Object]], None]:
    return lambda objects: objects[part]["status"].update(status)


# What was left out, and what is said.
LEFT_OUT = {
    "the beginning": (annotated(started=None), "when the move began"),
    "a time for the beginning": (annotated(started="yesterday"), "no time"),
    "a backup": (lambda objects: objects.pop("backup"), "no backup was finished"),
    "a backup since then": (state("backup", completed="2026-11-01T09:59:59Z"), "no backup was finished"),
    "the end of the backup": (state("backup", state="Running"), "no backup was finished"),
    "freezing": (annotated(frozen=None), "not frozen"),
    "freezing for true": (annotated(frozen="false"), "not frozen"),
    "a finalizer": (with_("cluster", finalizers=["everest.percona.com/upstream-cluster-cleanup"]), "upstream-cluster"),
    "foreground deletion": (with_("cluster", finalizers=["foregroundDeletion"]), "foregroundDeletion"),
    "the operator's object": (with_("main", ownerReferences=owner()), "'orders' belongs to DatabaseCluster"),
    "a Secret": (with_("secret", ownerReferences=owner()), "Secret 'keys' belongs to DatabaseCluster"),
    "a Secret by name": (with_("secret", ownerReferences=owner(uid="of-an-older-one")), "Secret 'keys' belongs"),
    "a record of a backup": (with_("record", ownerReferences=owner()), "DatabaseClusterBackup 'monday' belongs"),
    "a backup's owner": (
        with_("backup", ownerReferences=owner("DatabaseClusterBackup", "monday", "uid-of-monday")),
        "'monday' belongs to DatabaseClusterBackup 'monday'",
    ),
    "a look at the database": (lambda objects: objects.pop("main"), "is not there"),
    "waiting": (with_("cluster", deletionTimestamp="2026-11-01T12:00:00Z"), "being deleted already"),
}


@pytest.mark.parametrize("engine", STATES)
@pytest.mark.parametrize("step", LEFT_OUT)
def test_what_was_left_out_is_refused(engine, step, ready, workspace):
    change, said = LEFT_OUT[step]
    objects = deepcopy(ready(engine))

    change(objects)

    found = refusals(workspace, objects)
    assert len(found) == 1, found
    assert said in found[0]


def test_what_belongs_to_others_is_left_alone(ready, workspace):
    objects = ready("pxc")
    objects["cluster"]["metadata"]["finalizers"] = ["example.com/of-somebody-else"]
    objects["secret"]["metadata"]["ownerReferences"] = owner(name="carts", uid="another")

    assert refusals(workspace, objects) == []


def test_a_record_of_everest_counts_as_a_backup(ready, workspace):
    objects = ready("pxc")
    del objects["backup"]
    objects["record"]["status"]["completed"] = "2026-11-01T11:00:00Z"

    assert refusals(workspace, objects) == []


def test_no_cluster_of_that_name_is_refused(workspace):
    assert refusals(workspace, {}) == ["there is no DatabaseCluster of that name"]
