"""Where the operator's object is in the input, what runs wins, and the report says so."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from legacy import S3, UID, Object, named

DAILY = {"name": "daily", "enabled": True, "schedule": "0 1 * * *", "backupStorageName": "main", "retentionCopies": 5}
SPEC = {"backup": {"schedules": [DAILY]}, "proxy": {"replicas": 2}}
STORAGE = named("BackupStorage", "main", S3)


@pytest.fixture
def running(move, legacy):
    """A database of an engine: its DatabaseCluster, and the object as Everest wrote it, with metadata of a server."""

    def make(engine: str) -> tuple[Object, Object]:
        cluster = legacy(engine, deepcopy(SPEC), finalizers=["everest.percona.com/upstream-cluster-cleanup"])
        live = deepcopy(dict(move(cluster, STORAGE).made))
        live["metadata"] |= {"uid": "u", "resourceVersion": "1", "generation": 2}
        return cluster, live | {"status": {"state": "ready"}}

    return make


def codes(result: Any) -> set[tuple[str, tuple[Any, ...]]]:
    """What is said of the cluster, but for fields that never did anything."""
    found = {(entry.code, entry.path) for entry in result.findings if entry.code.startswith("migrate.")}
    return {entry for entry in found if entry[0] != "migrate.ineffective"}


@pytest.mark.parametrize("engine", ["pxc", "psmdb", "postgresql"])
def test_an_object_as_everest_writes_it_comes_back_whole_and_nothing_is_said(engine, running, move, render):
    cluster, live = running(engine)

    result = move(cluster, STORAGE, live)

    assert render(result)["spec"] == live["spec"]
    assert render(result)["metadata"]["finalizers"] == live["metadata"]["finalizers"]
    assert codes(result) == set()


@pytest.mark.parametrize(
    ("engine", "path", "value"),
    [
        ("pxc", ("pxc", "image"), "registry.example.com/pxc:8.0.41-32.1"),
        ("pxc", ("pxc", "configuration"), "[mysqld]\nmax_connections=7\n"),
        ("pxc", ("crVersion",), "1.19.0"),
        ("psmdb", ("imagePullPolicy",), "Always"),
        ("psmdb", ("backup", "image"), "percona/percona-backup-mongodb:2.9.1"),
        ("postgresql", ("extensions", "image"), "registry.example.com/pg-operator:2.9.0"),
        ("postgresql", ("backups", "pgbackrest", "global", "repo2-storage-verify-tls"), "n"),
    ],
)
def test_what_runs_wins(engine, path, value, running, move, render):
    cluster, live = running(engine)
    place = live["spec"]
    for key in path[:-1]:
        place = place.setdefault(key, {})
    place[path[-1]] = value

    assert render(move(cluster, STORAGE, live))["spec"] == live["spec"]


def test_an_edit_by_hand_is_kept_and_reported(running, move, render):
    cluster, live = running("pxc")
    live["spec"]["pxc"]["size"] = 5
    live["spec"]["pxc"]["annotations"] = {"team": "checkout"}
    del live["spec"]["haproxy"]["envVarsSecret"]

    result = move(cluster, STORAGE, live)

    assert render(result)["spec"] == live["spec"]
    assert codes(result) == {
        ("migrate.differs", ("spec", "pxc", "size")),
        ("migrate.differs", ("spec", "haproxy", "envVarsSecret")),
        ("migrate.kept", ()),
    }


def test_repositories_of_postgresql_keep_their_numbers_and_have_the_names_of_their_storages(running, move, render):
    cluster, live = running("postgresql")
    second = named("BackupStorage", "second", {**S3, "bucket": "other"})
    cluster["spec"]["backup"]["schedules"].append({**DAILY, "name": "late", "backupStorageName": "second"})
    repos = live["spec"]["backups"]["pgbackrest"]["repos"]
    repos[1]["name"] = "repo3"
    repos.insert(1, {"name": "repo2", "s3": {**repos[1]["s3"], "bucket": "other"}, "schedules": {"full": "0 2 * * *"}})
    live["spec"]["backups"]["pgbackrest"]["global"] |= {"repo3-path": f"/orders/{UID}", "repo3-retention-full": "5"}

    result = move(cluster, STORAGE, second, live)

    assert render(result)["spec"] == live["spec"]
    storages = result.adopted.spec["backup"]["storages"]
    assert [(entry["name"], entry["bucket"]) for entry in storages] == [("second", "other"), ("main", "dumps")]
    assert [entry["schedules"][0]["name"] for entry in storages] == ["late", "daily"]


def test_what_is_named_is_missed_even_where_the_object_has_it(running, move):
    cluster, live = running("pxc")

    result = move(cluster, live)

    missing = {entry.path: entry.hint for entry in result.findings if entry.code == "migrate.missing"}
    assert missing == {
        (
            "spec",
            "backup",
            "schedules",
            0,
            "backupStorageName",
        ): "the operator's object is there, and what it says is kept"
    }


def test_an_object_of_an_older_api_version_or_another_namespace(running, move):
    cluster, live = running("pxc")
    elsewhere = deepcopy(live)
    elsewhere["metadata"]["namespace"] = "garden"

    assert move(cluster, STORAGE, live).live is not None
    assert move(cluster, STORAGE, elsewhere).live is None
