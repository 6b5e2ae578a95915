"""DatabaseBackup and DatabaseRestore in programs, and the restore that fills a new cluster, on the SDK's own mocks."""

from __future__ import annotations

import pulumi
import pytest
from mocked_run import Source, is_unknown, run

from pulumi_everest import ClusterError, DatabaseBackup, DatabaseCluster, DatabaseRestore, Provider
from pulumi_everest.resources.hooks.job_changes import changes, refuse_changes

MINIO = {
    "name": "minio", "type": "s3", "bucket": "b", "region": "r", "credentials_secret": "keys",
    "pitr": {"enabled": True}, "schedules": [{"name": "nightly", "cron": "0 3 * * *"}],
}  # fmt: skip
MARCH = "shop/2026-03-01T03:00:05Z"
BACKUP, RESTORE = "PerconaServerMongoDBBackup", "PerconaServerMongoDBRestore"


def orders(**more):
    settings = {"provider": "psmdb-operator", "namespace": "shop", "backup": {"storages": [MINIO]}, **more}
    return DatabaseCluster("orders", **settings)


def urns(entry):
    return {urn.rpartition("::")[2] for urn in entry.request.dependencies}


def fine(body, **more):
    result = run(body, **more)
    assert result.error is None, result.error
    return result


def test_jobs_take_the_resources_that_they_are_about():
    def program():
        cluster = orders(wait_for=True)
        backup = DatabaseBackup("monday", cluster=cluster, labels={"a": "b"})
        DatabaseRestore("undo", cluster=cluster, backup=backup)

    result = fine(program, preview=False)

    backup, restore = result.one(BACKUP), result.one(RESTORE)
    assert backup.inputs["metadata"] == {"name": "monday", "namespace": "shop", "labels": {"a": "b"}}
    assert backup.inputs["spec"] == {"clusterName": "orders", "storageName": "minio"}
    assert restore.inputs["spec"] == {"clusterName": "orders", "backupName": "monday"}
    assert backup.request.parent.endswith("everest:index:DatabaseBackup::monday")
    assert "orders" in urns(backup)
    assert {"orders", "monday"} <= urns(restore)
    assert result.log == []


@pytest.mark.parametrize("namespace", ["shop", None])
def test_a_job_finds_its_cluster_by_name(namespace):
    def program():
        orders(wait_for=True)
        DatabaseBackup("monday", cluster="orders", namespace=namespace, name="first")

    backup = fine(program).one(BACKUP)
    assert backup.inputs["metadata"] == {"name": "first", "namespace": "shop"}
    assert "orders" in urns(backup)


def test_a_job_of_a_cluster_elsewhere_names_its_provider():
    def program():
        mongo = Provider("mongo", database_cluster_definition="psmdb-operator")
        DatabaseBackup("monday", cluster="orders", namespace="shop", provider=mongo, storage="minio")

    backup = fine(program).one(BACKUP)
    assert backup.inputs["spec"] == {"clusterName": "orders", "storageName": "minio"}


def test_a_job_is_the_same_with_values_that_are_not_known_yet():
    def program():
        source = Source()
        cluster = orders(wait_for=True)
        DatabaseRestore("undo", cluster=cluster, backup=source.gives("monday"))

    spec = fine(program).one(RESTORE).inputs["spec"]
    assert spec["clusterName"] == "orders"
    assert is_unknown(spec["backupName"])
    assert fine(program, preview=False).one(RESTORE).inputs["spec"]["backupName"] == "monday"


def test_a_cluster_whose_name_is_not_known_yet_is_known_to_its_jobs():
    def program():
        cluster = orders(name=Source().gives("orders"), wait_for=True)
        DatabaseBackup("monday", cluster=cluster)

    assert is_unknown(fine(program).one(BACKUP).inputs["spec"]["clusterName"])
    assert fine(program, preview=False).one(BACKUP).inputs["spec"]["clusterName"] == "orders"


@pytest.mark.parametrize(
    ("arguments", "code", "path", "text"),
    [
        ({"storage": "mini"}, "field.value", "storage", "there is no backup storage 'mini'"),
        ({"storge": "minio"}, "field.unknown", "storge", "there is no argument 'storge'"),
        ({"type": "full"}, "cluster.rule", "type", "logical"),
        ({"namespace": "other"}, "field.conflict", "namespace", "which is 'shop'"),
        ({"provider": "pxc-operator"}, "field.conflict", "provider", "one of provider 'psmdb-operator'"),
        ({"wait_for": "ready"}, "field.value", "wait_for", "ready"),
        ({"starting_deadline_seconds": 0}, "field.range", "starting_deadline_seconds", "1"),
        ({"deletion_policy": "keep"}, "field.value", "deletion_policy", "keep"),
    ],
)
def test_what_is_wrong_with_a_backup_is_raised_before_anything_is_made(arguments, code, path, text):
    def program():
        DatabaseBackup("monday", cluster=orders(wait_for=True), **arguments)

    result = run(program)

    assert isinstance(result.error, ClusterError)
    [found] = result.error.findings
    assert (found.code, ".".join(map(str, found.path)), found.subject) == (code, path, "DatabaseBackup monday")
    assert text in found.message
    assert result.objects == []


def test_all_that_is_wrong_with_clusters_and_jobs_comes_at_once():
    def program():
        cluster = orders(instances={"engne": {}})
        DatabaseBackup("monday", cluster=cluster, storage="mini")
        DatabaseRestore("undo", cluster=cluster)
        DatabaseBackup("tuesday", cluster="carts")

    result = run(program)
    assert {(entry.code, entry.subject) for entry in result.error.findings} == {
        ("cluster.unknown-component", "DatabaseCluster orders"),
        ("field.value", "DatabaseBackup monday"),
        ("field.conflict", "DatabaseRestore undo"),
        ("backup.unknown-cluster", "DatabaseBackup tuesday"),
    }


def test_two_backups_of_one_name_are_refused_and_one_beside_a_restore_is_not():
    def program(second):
        cluster = orders(wait_for=True)
        DatabaseBackup("a", cluster=cluster, name="monday")
        second(cluster)

    result = run(lambda: program(lambda cluster: DatabaseBackup("b", cluster=cluster, name="monday")))
    assert result.codes == ["backup.duplicate"]
    fine(lambda: program(lambda cluster: DatabaseRestore("b", cluster=cluster, name="monday", backup="x")))


def test_a_job_of_a_database_that_is_not_waited_for_is_warned_of():
    result = fine(lambda: DatabaseBackup("monday", cluster=orders()) and None)
    [warning] = result.log
    assert "does not wait for the database" in warning
    assert "set wait_for=True at the cluster" in warning


@pytest.mark.parametrize(
    ("policy", "protect", "retain"),
    [(None, False, False), ("delete", False, False), ("retain", False, True), ("protect", True, True)],
)
def test_the_deletion_policy_of_a_backup(policy, protect, retain):
    def program():
        DatabaseBackup("monday", cluster=orders(wait_for=True), deletion_policy=policy, data_policy="delete")

    backup = fine(program).one(BACKUP)
    assert (backup.request.protect, backup.request.retainOnDelete) == (protect, retain)
    assert backup.inputs["metadata"]["finalizers"] == ["percona.com/delete-backup"]


def test_a_job_can_be_waited_for():
    def program():
        cluster = orders(wait_for=True)
        DatabaseBackup("monday", cluster=cluster, wait_for=True)
        DatabaseRestore("undo", cluster=cluster, backup="x", wait_for="jsonpath={.status.state}=running")

    result = fine(program)
    waits = [result.one(kind).inputs["metadata"]["annotations"]["pulumi.com/waitFor"] for kind in (BACKUP, RESTORE)]
    assert waits == ["jsonpath={.status.state}=ready", "jsonpath={.status.state}=running"]


def test_what_a_job_has_become_stays_what_it_was():
    def program():
        DatabaseRestore("undo", cluster=orders(wait_for=True), storage="minio", path=MARCH)

    result = fine(program)
    assert list(result.one(RESTORE).request.ignoreChanges) == ["spec"]
    [component] = [entry for entry in result.resources if entry.type == "everest:index:DatabaseRestore"]
    assert component.inputs == {"cluster": "orders", "storage": "minio", "path": MARCH}


def test_outputs_are_those_of_the_object():
    def program():
        backup = DatabaseBackup("monday", cluster=orders(wait_for=True))
        return {"name": backup.name, "namespace": backup.namespace}

    assert fine(program, preview=False).values == {"name": "monday", "namespace": "shop"}


def test_a_cluster_that_is_not_there_is_said_with_those_that_are():
    def program():
        orders()
        DatabaseBackup("monday", cluster="ordrs")

    [found] = run(program).error.findings
    assert (found.code, found.allowed, found.hint) == (
        "backup.unknown-cluster", ("orders",), "did you mean 'orders'?"
    )  # fmt: skip


# The restore that fills a new cluster


SOURCE = {"storage": "minio", "path": MARCH}


def test_a_new_cluster_is_filled_when_it_is_ready_and_never_again():
    result = fine(lambda: orders(data_source=SOURCE, wait_for=None) and None)

    main, restore = result.one("PerconaServerMongoDB"), result.one(RESTORE)
    assert main.inputs["metadata"]["annotations"]["pulumi.com/waitFor"] == "jsonpath={.status.state}=ready"
    assert (restore.name, restore.inputs["metadata"]["name"]) == ("orders-restore", "orders-restore")
    assert "orders" in urns(restore)
    assert list(restore.request.ignoreChanges) == ["spec"]
    assert restore.inputs["spec"]["clusterName"] == "orders"


@pytest.mark.parametrize(("policy", "retain"), [("protect", True), ("retain", True), ("delete", False)])
def test_the_restore_goes_where_its_cluster_goes(policy, retain):
    result = fine(lambda: orders(data_source=SOURCE, deletion_policy=policy) and None)
    assert result.one(RESTORE).request.retainOnDelete is retain
    assert result.one(RESTORE).request.protect is False


def test_a_cluster_that_is_filled_must_be_waited_for():
    result = run(lambda: orders(data_source=SOURCE, wait_for=False) and None)
    [found] = result.error.findings
    assert (found.code, found.path) == ("field.conflict", ("wait_for",))


def test_a_postgresql_cluster_fills_itself():
    def program():
        DatabaseCluster(
            "orders", provider="pg-operator", backup={"storages": [MINIO]}, data_source={**SOURCE, "path": "shop/old"}
        )

    result = fine(program)
    assert [entry.inputs["kind"] for entry in result.objects] == ["PerconaPGCluster"]
    assert "annotations" not in result.objects[0].inputs["metadata"]


# The hook that keeps jobs what they were


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ({}, {"backup": "a"}, []),
        ({"backup": "a"}, {"backup": "a"}, []),
        ({"backup": "a"}, {"backup": "b"}, ["backup"]),
        ({"backup": "a"}, {"storage": "s", "path": "p"}, ["backup", "storage", "path"]),
        ({"cluster": "a"}, {"cluster": pulumi.output.Unknown()}, []),
        ({"startingDeadlineSeconds": 5.0}, {"startingDeadlineSeconds": 5}, []),
    ],
)
def test_changes_of_a_job(old, new, changed):
    assert changes(old, new) == changed


def test_a_changed_job_is_refused_with_the_way_to_go_on():
    class Args:
        type, name = "everest:index:DatabaseRestore", "undo"
        old_inputs, new_inputs = {"pointInTime": "latest"}, {"pointInTime": "2026-03-01T12:00:00Z"}

    with pytest.raises(ClusterError) as raised:
        refuse_changes(Args())
    [found] = raised.value.findings
    assert (found.code, found.subject) == ("backup.changed", "DatabaseRestore undo")
    assert found.message == "a restore is made once, so 'point_in_time' cannot change"
    assert "make another DatabaseRestore with another name" in found.hint
