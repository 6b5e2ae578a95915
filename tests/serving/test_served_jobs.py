"""Backups and restores in programs of other languages: the cluster is a name, and is found in the deployment."""

from __future__ import annotations

import pytest
from fake_engine import CLUSTER, Refused

BACKUP, RESTORE = "everest:index:DatabaseBackup", "everest:index:DatabaseRestore"
ORDERS = {
    "provider": "psmdb-operator",
    "namespace": "shop",
    "waitFor": True,
    "backup": {"storages": [{"name": "minio", "type": "s3", "bucket": "b", "pitr": {"enabled": False}}]},
}


def object_of(engine, kind):
    [found] = [entry for entry in engine.found if entry.urn.split("::")[2].endswith(f":{kind}")]
    return found


def test_a_backup_finds_the_cluster_that_was_made_before(served, update):
    served.construct(update, CLUSTER, "orders", ORDERS)
    made = served.construct(update, BACKUP, "monday", {"cluster": "orders", "deletionPolicy": "delete"})

    found = object_of(update, "PerconaServerMongoDBBackup")
    assert found.inputs["spec"] == {"clusterName": "orders", "storageName": "minio"}
    assert {"name": "monday", "namespace": "shop"}.items() <= found.inputs["metadata"].items()
    assert {"name": "monday", "namespace": "shop"}.items() <= made.state.items()


def test_what_is_wrong_is_said_of_the_property(served, preview):
    served.construct(preview, CLUSTER, "orders", ORDERS)
    with pytest.raises(Refused) as raised:
        served.construct(preview, RESTORE, "undo", {"cluster": "orders", "backup": "monday", "pointInTime": "latest"})

    [(path, reason)] = raised.value.reasons
    assert path == "pointInTime"
    assert "the cluster archives no oplog" in reason


def test_a_restore_of_the_name_of_a_backup_or_cluster_is_no_twin(served, preview):
    served.construct(preview, CLUSTER, "orders", ORDERS)
    served.construct(preview, BACKUP, "backup", {"cluster": "orders", "name": "orders"})
    served.construct(preview, RESTORE, "restore", {"cluster": "orders", "name": "orders", "backup": "monday"})
    with pytest.raises(Refused) as raised:
        served.construct(preview, RESTORE, "other", {"cluster": "orders", "name": "orders", "backup": "monday"})
    assert [reason for _, reason in raised.value.reasons] != []
    assert "there are two restores 'orders'" in raised.value.reasons[0][1]
