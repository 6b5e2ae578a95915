"""Backups, restores and a new cluster that is filled, by the real engine: each is made once, when it is time."""

from __future__ import annotations

import threading
import time
from typing import Any

from patience import until
from pulumi_engine import Done, Stack

from pulumi_everest.live.cluster import LiveCluster

API = "psmdb.percona.com/v1"
MINIO = {"name": "minio", "type": "s3", "bucket": "b", "region": "r", "credentialsSecret": "keys"}
PATH = "shop/2026-03-01T03:00:05Z"


def program(namespace: str, *lines: str, **more: Any) -> str:
    given = {"provider": "psmdb-operator", "namespace": namespace, "backup": {"storages": [MINIO]}, **more}
    given.setdefault("deletion_policy", "delete")
    return "\n".join(
        ["import pulumi_everest as everest", f"orders = everest.DatabaseCluster('orders', {given!r})", *lines]
    )


def fine(done: Done) -> Done:
    assert done.code == 0, done.text
    return done


def kinds(live: LiveCluster, namespace: str, kind: str) -> list[dict[str, Any]]:
    return live.list(API, f"PerconaServerMongoDB{kind}", namespace)


def becomes_ready(live: LiveCluster, namespace: str, seen: list[str]) -> threading.Thread:
    """Play the operator: a while after the cluster is there, it is ready. `seen` gets the restores there were then."""

    def work() -> None:
        until(lambda: live.get(API, "PerconaServerMongoDB", "orders", namespace), "the cluster never came")
        time.sleep(3)
        seen.extend(entry["metadata"]["name"] for entry in kinds(live, namespace, "Restore"))
        head = {
            "apiVersion": API,
            "kind": "PerconaServerMongoDB",
            "metadata": {"name": "orders", "namespace": namespace},
        }
        live.merge({**head, "status": {"state": "ready", "ready": 3, "size": 3}}, manager="operator", status=True)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_jobs_are_made_once_and_another_one_is_refused(stack: Stack, live: LiveCluster, namespace: str) -> None:
    backup = "everest.DatabaseBackup('monday', cluster=orders)"
    restore = f"everest.DatabaseRestore('undo', cluster=orders, storage='minio', path='{PATH}')"
    stack.write(program(namespace, backup, restore))
    fine(stack.up())
    [made] = kinds(live, namespace, "Backup")
    assert made["spec"] == {"clusterName": "orders", "storageName": "minio", **_defaults(made)}
    [restored] = kinds(live, namespace, "Restore")
    assert stack.up().only_same

    # A setting of the cluster that stands in the restore may change: what is done stays as it was.
    stack.write(program(namespace, backup, restore, backup={"storages": [{**MINIO, "credentialsSecret": "other"}]}))
    changed = fine(stack.up())
    assert ("update", "undo") not in changed.steps("PerconaServerMongoDBRestore")
    assert kinds(live, namespace, "Restore")[0]["spec"] == restored["spec"]

    # Another moment is another restore.
    other = restore.replace("03:00:05", "04:00:05")
    stack.write(program(namespace, backup, other, backup={"storages": [{**MINIO, "credentialsSecret": "other"}]}))
    for refused in (stack.preview(), stack.up()):
        assert refused.code != 0
        assert "a restore is made once, so 'path' cannot change" in refused.text
        assert "make another DatabaseRestore with another name" in refused.text
    assert kinds(live, namespace, "Restore")[0]["spec"] == restored["spec"]


def _defaults(manifest: dict[str, Any]) -> dict[str, Any]:
    """What the API server adds of the operator's schema."""
    return {key: value for key, value in manifest["spec"].items() if key == "startingDeadlineSeconds"}


def test_a_new_cluster_is_filled_when_it_is_ready_and_only_then(
    stack: Stack, live: LiveCluster, namespace: str
) -> None:
    source = {"storage": "minio", "path": PATH}
    stack.write(program(namespace, data_source=source))
    early: list[str] = []
    operator = becomes_ready(live, namespace, early)
    fine(stack.up())
    operator.join()

    assert early == []
    [restore] = kinds(live, namespace, "Restore")
    assert restore["metadata"]["name"] == "orders-restore"
    assert restore["spec"]["backupSource"]["destination"] == f"s3://b/{PATH}"
    assert stack.up().only_same

    # Data from elsewhere are refused; without the source the restore object goes and the cluster stays.
    stack.write(program(namespace, data_source={**source, "path": PATH.replace("03", "04", 1)}))
    refused = stack.preview()
    assert refused.code != 0
    assert "dataSource is for new clusters" in refused.text or "data_source is for new clusters" in refused.text
    stack.write(program(namespace))
    fine(stack.up())
    assert kinds(live, namespace, "Restore") == []
    assert live.get(API, "PerconaServerMongoDB", "orders", namespace) is not None


def test_a_restore_object_that_is_gone_does_not_fill_the_cluster_again(
    stack: Stack, live: LiveCluster, namespace: str
) -> None:
    source = {"storage": "minio", "path": PATH}
    stack.write(program(namespace, data_source=source))
    operator = becomes_ready(live, namespace, [])
    fine(stack.up())
    operator.join()
    [restore] = kinds(live, namespace, "Restore")
    version, kind = restore["apiVersion"], restore["kind"]
    live.request("DELETE", live.path(version, kind, namespace, "orders-restore"))
    fine(stack.refresh())

    for done in (stack.preview(), stack.up(), stack.up()):
        assert done.code != 0, done.text
        assert "the database is there already, and the restore would go over what is in it" in done.text
    assert kinds(live, namespace, "Restore") == []

    stack.write(program(namespace))
    fine(stack.up())
    assert kinds(live, namespace, "Restore") == []


def test_a_cluster_that_was_not_ready_in_time_is_filled_by_the_next_update(
    stack: Stack, live: LiveCluster, namespace: str
) -> None:
    timeouts = "pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create='5s', update='120s'))"
    written = program(namespace, data_source={"storage": "minio", "path": PATH})
    stack.write(f"import pulumi\n{written.removesuffix(')')}, opts={timeouts})")
    late = stack.up()
    assert late.code != 0
    assert kinds(live, namespace, "Restore") == []

    operator = becomes_ready(live, namespace, [])
    fine(stack.up())
    operator.join()
    assert [entry["metadata"]["name"] for entry in kinds(live, namespace, "Restore")] == ["orders-restore"]
    assert stack.up().only_same
