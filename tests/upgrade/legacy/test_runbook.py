"""The commands of the runbook, where no server is needed to see that they are right."""

from __future__ import annotations

import json
import shlex
from copy import deepcopy

import pytest
from legacy import S3, UID, named

from pulumi_everest.upgrade.legacy.objects import API_VERSION
from pulumi_everest.upgrade.legacy.runbook import runbook, runbook_text

DAILY = {"name": "daily", "enabled": True, "schedule": "0 1 * * *", "backupStorageName": "main"}
REF = {"apiVersion": API_VERSION, "kind": "DatabaseCluster", "name": "orders", "uid": UID, "controller": True}


@pytest.fixture
def steps(move, legacy):
    """The steps of a database with these objects around it, by id."""

    def make(*others, reach: str = "", finalizers=("everest.percona.com/upstream-cluster-cleanup", "example.com/own")):
        cluster = legacy("pxc", {"backup": {"schedules": [DAILY]}}, finalizers=list(finalizers))
        result = move(cluster, named("BackupStorage", "main", S3), *others)
        return {step.id: step for step in runbook(result, reach)}

    return make


def patches(step) -> dict[str, object]:
    """What each patch of a step writes, by the object."""
    found = {}
    for command in step:
        words = shlex.split(command)
        if words[:2] == ["kubectl", "patch"]:
            found[words[3]] = json.loads(words[-1])["metadata"]
    return found


def test_a_backup_goes_to_a_storage_of_the_cluster(steps):
    [_, apply] = steps()["backup"].commands

    manifest = json.loads(shlex.split(apply)[1])
    assert manifest["spec"] == {"dbClusterName": "orders", "backupStorageName": "main"}
    assert manifest["metadata"]["namespace"] == "shop"


def test_a_cluster_without_a_storage_is_told_to_get_one(move, legacy):
    [step, *_] = runbook(move(legacy("pxc")))

    assert "make a BackupStorage" in step.why
    assert "NAME-OF-A-BACKUPSTORAGE" in step.commands[-1]


def test_finalizers_of_others_stay_and_all_come_back(steps):
    step = steps()["unhook"]

    assert patches(step.commands)["orders"] == {"finalizers": ["example.com/own"]}
    everest = "everest.percona.com/upstream-cluster-cleanup"
    assert patches(step.back)["orders"] == {"finalizers": [everest, "example.com/own"]}


def test_each_owned_object_is_freed_and_keeps_its_other_owners(steps):
    other = {"apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": "y"}
    metadata = {"namespace": "shop", "ownerReferences": [REF, other]}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys", **metadata}}
    stranger = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "no", "namespace": "shop"}}

    step = steps(secret, stranger)["unhook"]

    assert patches(step.commands)["keys"] == {"ownerReferences": [other]}
    assert patches(step.back)["keys"] == {"ownerReferences": [REF, other]}
    assert "no" not in patches(step.commands)


def test_a_record_of_a_backup_goes_over_to_the_operators_object(steps, move, legacy):
    record = named("DatabaseClusterBackup", "monday", {"dbClusterName": "orders", "backupStorageName": "main"})
    record["metadata"]["ownerReferences"] = [REF]
    live = deepcopy(dict(move(legacy("pxc")).made))
    live["metadata"]["uid"] = "uid-of-the-object"

    [reference] = patches(steps(record, live)["unhook"].commands)["monday"]["ownerReferences"]

    assert (reference["kind"], reference["uid"], reference["controller"]) == (
        "PerconaXtraDBCluster",
        "uid-of-the-object",
        True,
    )


def test_without_a_cluster_the_secrets_that_everest_makes_are_freed(steps):
    assert any("haproxy-env-secret" in command for command in steps()["unhook"].commands)


def test_a_deletion_is_preceded_by_the_check(steps):
    for step in steps().values():
        for command in step.commands:
            assert ("kubectl delete" not in command) or command.startswith(
                "everest migrate --ready-to-delete shop/orders && "
            )


def test_every_command_goes_to_the_cluster_that_was_read(steps):
    for step in steps(reach="--context here").values():
        for command in (*step.commands, *step.see, *step.back):
            calls = command.count("kubectl ") + command.count("everest migrate ")
            assert command.count("--context here") == calls, command


def test_people_and_machines_read_the_same_commands(steps):
    made = steps()

    text = runbook_text({"shop/orders": list(made.values())})

    assert all(command in text for step in made.values() for command in (*step.commands, *step.see, *step.back))
