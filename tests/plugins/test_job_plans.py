"""Backups and restores on demand of the built-in plugins: what they become, and what is refused and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pulumi_everest.core.check_job import JobKind
from pulumi_everest.emit.crds import Crds
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.model.findings import Finding, one_line, path_text
from pulumi_everest.plugins.find import Plugins, builtin
from pulumi_everest.testing.stored import not_kept
from pulumi_everest.workspace.workspace import ClusterInput, JobInput, Workspace

Spec = dict[str, Any]

MINIO: Spec = {
    "name": "minio", "type": "s3", "bucket": "backups", "prefix": "shop/orders", "region": "us-east-1",
    "endpointUrl": "https://minio:9000", "verifyTLS": False, "credentialsSecret": "minio-credentials",
    "pitr": {"enabled": True},
}  # fmt: skip
AZURE: Spec = {"name": "azure", "type": "azure", "container": "c", "credentialsSecret": "azure-credentials"}
WITHOUT_PITR: Spec = {key: value for key, value in MINIO.items() if key != "pitr"}
PATHS = {
    "psmdb": "shop/orders/2026-03-01T03:00:05Z",
    "pxc": "shop/orders/orders-2026-03-01-03:00:05-full",
    "pg": "shop/orders/backup/db/20260301-030000F",
}
VERSIONS = {
    plugin.name: plugin.manifest.operator.versions for plugin in builtin() if plugin.name in ("pg", "psmdb", "pxc")
}


def planned(
    plugin: str,
    kind: JobKind,
    spec: Spec,
    *,
    storages: list[Spec] | None = None,
    operator: str | None = None,
    secrets: Spec | None = None,
    reconcile_by: str | None = None,
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """The objects of one job, and all findings. Without `storages` the cluster is not in the input."""
    workspace = Workspace(Plugins(), reconcile_by=reconcile_by)
    provider = f"{plugin}-operator"
    own = {"cluster": "orders", **spec}
    if storages is None:
        own = {"provider": provider, **({"operatorVersion": operator} if operator else {}), **own}
    else:
        cluster: Spec = {"provider": provider, **({"operatorVersion": operator} if operator else {})}
        if storages:
            cluster["backup"] = {"storages": storages}
        metadata = {"name": "orders", "namespace": "shop", "labels": {"team": "a"}}
        workspace.clusters.append(ClusterInput(metadata, cluster, secrets=secrets or {}))
    metadata = {"name": "monday", "namespace": "shop", "labels": {"team": "b"}}
    workspace.jobs.append(JobInput(kind, metadata, own))
    result = workspace.plan()
    return [entry.manifest for plan in result.jobs for entry in plan.objects], result.findings


class Row(NamedTuple):
    """A job, and the spec of the operator's object that it becomes."""

    plugin: str
    kind: JobKind
    spec: Spec
    expected: Spec
    storages: list[Spec] | None = [MINIO, AZURE]  # noqa: RUF012 - never changed
    finalizers: list[str] | None = None


OWN_S3 = {
    "region": "us-east-1", "endpointUrl": "https://minio:9000", "credentialsSecret": "minio-credentials",
}  # fmt: skip
MONGO: Spec = {"clusterName": "orders"}
MYSQL: Spec = {"pxcCluster": "orders"}
POSTGRES: Spec = {"pgCluster": "orders"}
MONGO_SOURCE: Spec = {
    "destination": f"s3://backups/{PATHS['psmdb']}",
    "s3": {"bucket": "backups", "prefix": "shop/orders", "insecureSkipTLSVerify": True, **OWN_S3},
}
MYSQL_SOURCE: Spec = {
    "destination": f"s3://backups/{PATHS['pxc']}",
    "storageName": "minio",
    "verifyTLS": False,
    "s3": {"bucket": "backups/shop/orders", **OWN_S3},
}
DELETE = ["percona.com/delete-backup"]
MOMENT = "2026-03-02T01:30:00+02:00"

ROWS = [
    Row("psmdb", "backup", {}, {**MONGO, "storageName": "minio"}),
    Row("psmdb", "backup", {"storage": "azure"}, {**MONGO, "storageName": "azure"}),
    Row("psmdb", "backup", {"type": "physical"}, {**MONGO, "storageName": "minio", "type": "physical"}),
    Row(
        "psmdb",
        "backup",
        {"compression": {"type": "zstd", "level": 3}, "startingDeadlineSeconds": 600},
        {
            **MONGO,
            "storageName": "minio",
            "compressionType": "zstd",
            "compressionLevel": 3,
            "startingDeadlineSeconds": 600,
        },
    ),
    Row("psmdb", "backup", {"dataPolicy": "keep"}, {**MONGO, "storageName": "minio"}),
    Row("psmdb", "backup", {"dataPolicy": "delete"}, {**MONGO, "storageName": "minio"}, finalizers=DELETE),
    Row("psmdb", "backup", {"overrides": {"type": "logical"}}, {**MONGO, "storageName": "minio", "type": "logical"}),
    Row("psmdb", "backup", {"storage": "any"}, {**MONGO, "storageName": "any"}, None),
    Row("psmdb", "restore", {"backup": "b"}, {**MONGO, "backupName": "b"}),
    Row("psmdb", "restore", {"backup": "b"}, {**MONGO, "backupName": "b"}, None),
    Row(
        "psmdb",
        "restore",
        {"backup": "b", "pointInTime": MOMENT},
        {**MONGO, "backupName": "b", "pitr": {"type": "date", "date": "2026-03-01 23:30:00"}},
    ),
    Row(
        "psmdb",
        "restore",
        {"storage": "minio", "path": PATHS["psmdb"], "type": "physical", "pointInTime": "latest"},
        {**MONGO, "backupSource": {"type": "physical", **MONGO_SOURCE}, "pitr": {"type": "latest"}},
    ),
    Row("pxc", "backup", {}, {**MYSQL, "storageName": "minio"}),
    Row(
        "pxc",
        "backup",
        {"storage": "azure", "startingDeadlineSeconds": 600, "dataPolicy": "delete"},
        {**MYSQL, "storageName": "azure", "startingDeadlineSeconds": 600},
        finalizers=DELETE,
    ),
    Row("pxc", "backup", {"storage": "any"}, {**MYSQL, "storageName": "any"}, None),
    Row("pxc", "restore", {"backup": "b"}, {**MYSQL, "backupName": "b"}),
    Row("pxc", "restore", {"backup": "b"}, {**MYSQL, "backupName": "b"}, None),
    Row(
        "pxc",
        "restore",
        {"backup": "b", "pointInTime": MOMENT},
        {
            **MYSQL,
            "backupName": "b",
            "pitr": {
                "type": "date",
                "date": "2026-03-01 23:30:00",
                "backupSource": {"storageName": "minio-pitr"},
            },
        },
    ),
    Row("pxc", "restore", {"storage": "minio", "path": PATHS["pxc"]}, {**MYSQL, "backupSource": MYSQL_SOURCE}),
    Row(
        "pxc",
        "restore",
        {"storage": "minio", "path": PATHS["pxc"], "pointInTime": "latest"},
        {
            **MYSQL,
            "backupSource": MYSQL_SOURCE,
            "pitr": {
                "type": "latest",
                "backupSource": {"verifyTLS": False, "s3": {"bucket": "backups/shop/orders/pitr", **OWN_S3}},
            },
        },
    ),
    Row("pg", "backup", {}, {**POSTGRES, "repoName": "repo2", "options": ["--type=full"]}),
    Row("pg", "backup", {}, {**POSTGRES, "repoName": "repo1", "options": ["--type=full"]}, []),
    Row(
        "pg",
        "backup",
        {"storage": "azure", "type": "incremental"},
        {**POSTGRES, "repoName": "repo3", "options": ["--type=incr"]},
    ),
    Row(
        "pg",
        "backup",
        {"storage": "repo1", "type": "differential"},
        {**POSTGRES, "repoName": "repo1", "options": ["--type=diff"]},
    ),
    Row("pg", "backup", {"storage": "repo4"}, {**POSTGRES, "repoName": "repo4", "options": ["--type=full"]}, None),
    Row(
        "pg",
        "restore",
        {"storage": "minio", "path": PATHS["pg"]},
        {**POSTGRES, "repoName": "repo2", "options": ["--set=20260301-030000F", "--type=immediate"]},
    ),
    Row("pg", "restore", {"storage": "azure", "pointInTime": "latest"}, {**POSTGRES, "repoName": "repo3"}),
    Row(
        "pg",
        "restore",
        {"storage": "repo1", "path": "backup/db/20260301-030000F_20260302-030000I", "pointInTime": MOMENT},
        {
            **POSTGRES,
            "repoName": "repo1",
            "options": [
                "--set=20260301-030000F_20260302-030000I",
                "--type=time",
                '--target="2026-03-01 23:30:00+00"',
            ],
        },
    ),
    Row("pg", "restore", {"storage": "repo3", "pointInTime": "latest"}, {**POSTGRES, "repoName": "repo3"}, None),
]
EACH = pytest.mark.parametrize(
    ("row", "operator"),
    [
        pytest.param(row, operator, id=f"{row.plugin}-{operator}-{row.kind}-{index}")
        for index, row in enumerate(ROWS)
        for operator in VERSIONS[row.plugin]
    ],
)


@EACH
def test_a_job_becomes_the_operators_object(row: Row, operator: str, crd_of: Callable[[str, str], Path]) -> None:
    objects, found = planned(row.plugin, row.kind, row.spec, storages=row.storages, operator=operator)
    assert [one_line(entry) for entry in found if entry.is_error] == []

    [manifest] = objects

    assert manifest["kind"].endswith(row.kind.capitalize())
    assert manifest["spec"] == row.expected
    metadata = {"name": "monday", "namespace": "shop", "labels": {"team": "b"}}
    assert manifest["metadata"] == {**metadata, **({"finalizers": row.finalizers} if row.finalizers else {})}
    schemas = Crds.load([crd_of(row.plugin, operator)])
    assert [one_line(entry) for entry in schemas.check(manifest)] == []


@pytest.mark.parametrize(("plugin", "operator"), [(name, one) for name, all_ in VERSIONS.items() for one in all_])
def test_the_server_keeps_all_of_it(
    plugin: str,
    operator: str,
    crd_of: Callable[[str, str], Path],
    install_crds: Callable[[Path], object],
    live: LiveCluster,
    namespace: str,
) -> None:
    install_crds(crd_of(plugin, operator))
    rows = [row for row in ROWS if row.plugin == plugin]
    made = [planned(plugin, row.kind, row.spec, storages=row.storages, operator=operator)[0] for row in rows]

    assert len(made) > 5
    assert not_kept(live, [manifest for objects in made for manifest in objects], namespace) == []


NO_STORAGE: list[Spec] = []
WRONG: list[tuple[str, JobKind, Spec, list[Spec] | None, str, str]] = [
    # plugin, kind, spec, storages of the cluster, path, what is said
    ("psmdb", "backup", {}, NO_STORAGE, "cluster", "has no storage for backups"),
    ("pxc", "backup", {}, NO_STORAGE, "cluster", "has no storage for backups"),
    ("pxc", "restore", {"backup": "b"}, NO_STORAGE, "cluster", "has no storage for backups"),
    ("psmdb", "backup", {"storage": "mino"}, [MINIO], "storage", "there is no backup storage 'mino'"),
    ("psmdb", "backup", {}, None, "storage", "'storage' must say where"),
    ("psmdb", "backup", {"type": "full"}, [MINIO], "type", "logical"),
    ("psmdb", "backup", {"compression": {"type": "rar"}}, [MINIO], "compression.type", "zstd"),
    ("psmdb", "backup", {"compression": {"type": "none", "level": 3}}, [MINIO], "compression.level", "no levels"),
    ("psmdb", "backup", {"type": "incremental", "dataPolicy": "delete"}, [MINIO], "dataPolicy", "does not delete"),
    ("pxc", "backup", {"type": "full"}, [MINIO], "type", "does nothing with 'type' of a backup"),
    ("pxc", "backup", {"compression": {"level": 3}}, [MINIO], "compression", "does nothing with 'compression'"),
    (
        "pxc", "backup", {"dataPolicy": "delete"}, [{"name": "s", "type": "s3", "bucket": "b", "region": "r"}],
        "dataPolicy", "credentialsSecret",
    ),
    ("pg", "backup", {"dataPolicy": "delete"}, [MINIO], "dataPolicy", "does nothing with 'dataPolicy'"),
    ("pg", "backup", {"type": "logical"}, [MINIO], "type", "differential"),
    ("pg", "backup", {"storage": "minio"}, None, "storage", "repo1"),
    ("psmdb", "restore", {"backup": "b", "storage": "minio", "pointInTime": "latest"}, [MINIO], "", "not from both"),
    ("psmdb", "restore", {"pointInTime": "latest"}, [MINIO], "", "'backup' or from 'storage'"),
    ("psmdb", "restore", {"storage": "minio"}, [MINIO], "path", "'path' is needed"),
    ("psmdb", "restore", {"storage": "minio", "pointInTime": "latest"}, [MINIO], "path", "starts from a backup"),
    ("pxc", "restore", {"storage": "minio", "pointInTime": "latest"}, [MINIO], "path", "starts from a backup"),
    ("psmdb", "restore", {"storage": "minio", "path": "monday"}, [MINIO], "path", "ends with its name"),
    ("psmdb", "restore", {"storage": "minio", "path": f"/{PATHS['psmdb']}"}, [MINIO], "path", "without a slash"),
    ("psmdb", "restore", {"storage": "minio", "path": PATHS["psmdb"]}, None, "storage", "name a backup object"),
    ("pxc", "restore", {"storage": "minio", "path": PATHS["pxc"]}, None, "storage", "name a backup object"),
    ("psmdb", "restore", {"storage": "minio", "path": PATHS["psmdb"], "type": "full"}, [MINIO], "type", "logical"),
    ("psmdb", "restore", {"backup": "b", "type": "physical"}, [MINIO], "type", "belongs to 'storage'"),
    ("psmdb", "restore", {"backup": "b", "pointInTime": "latest"}, [WITHOUT_PITR], "pointInTime", "no oplog"),
    ("pxc", "restore", {"backup": "b", "pointInTime": "latest"}, [WITHOUT_PITR], "pointInTime", "no binary logs"),
    ("pxc", "restore", {"backup": "b", "pointInTime": "latest"}, None, "pointInTime", "not in the input"),
    (
        "psmdb", "restore", {"backup": "b", "pointInTime": "2026-03-01T12:00:00.5Z"}, [MINIO], "pointInTime",
        "whole second",
    ),
    (
        "pxc", "restore", {"backup": "b", "pointInTime": "2026-03-01T12:00:00.5Z"}, [MINIO], "pointInTime",
        "whole second",
    ),
    (
        "pxc", "restore", {"storage": "minio", "path": "shop/monday", "pointInTime": "latest"}, [MINIO], "path",
        "by the name of the backup",
    ),
    ("pxc", "restore", {"storage": "minio", "path": "shop/x/"}, [MINIO], "path", "no slash"),
    ("pg", "restore", {"backup": "b"}, [MINIO], "backup", "status.backupName"),
    ("pg", "restore", {"storage": "repo1", "path": "shop/orders"}, [MINIO], "path", "backup/db/"),
    (
        "pg", "restore", {"storage": "minio", "path": "other/backup/db/20260301-030000F"}, [MINIO], "path",
        "dataSource",
    ),
    ("pg", "restore", {"storage": "minio", "pointInTime": "latest"}, None, "storage", "repo1"),
    ("pg", "restore", {"storage": "repo9", "pointInTime": "latest"}, [MINIO], "storage", "no backup storage 'repo9'"),
    ("psmdb", "backup", {"operatorVersion": "1.22.0"}, [MINIO], "operatorVersion", "that of the cluster"),
    ("psmdb", "backup", {"operatorVersion": "1.9", "storage": "s"}, None, "operatorVersion", "plugin 'psmdb'"),
    ("psmdb", "backup", {"provider": "pxc-operator"}, [MINIO], "provider", "one of provider 'psmdb-operator'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("plugin", "kind", "spec", "storages", "path", "text"),
    [pytest.param(*row, id=f"{row[0]}-{row[1]}-{index}") for index, row in enumerate(WRONG)],
)
def test_what_cannot_be_done_is_refused_where_it_is_asked_for(
    plugin: str, kind: JobKind, spec: Spec, storages: list[Spec] | None, path: str, text: str
) -> None:
    objects, found = planned(plugin, kind, spec, storages=storages)

    assert objects == []
    said = [(path_text(entry.path), entry.message) for entry in found if entry.is_error]
    assert [place for place, _ in said] == [path], said
    assert text in said[0][1]


@pytest.mark.parametrize("plugin", ["psmdb", "pxc"])
def test_a_restore_reads_the_secret_that_was_made_of_given_credentials(plugin: str) -> None:
    storage = {key: value for key, value in MINIO.items() if key != "credentialsSecret"}
    secrets = {"storages": {"minio": {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}}}
    spec = {"storage": "minio", "path": PATHS[plugin]}

    [manifest], _ = planned(plugin, "restore", spec, storages=[storage], secrets=secrets)

    assert manifest["spec"]["backupSource"]["s3"]["credentialsSecret"] == "orders-backup-minio"


@pytest.mark.parametrize(
    ("kind", "spec"), [("backup", {"storage": "minio"}), ("restore", {"backup": "b", "pointInTime": MOMENT})]
)
def test_a_controller_gets_the_job_as_it_was_written(kind: JobKind, spec: Spec) -> None:
    [manifest], found = planned("psmdb", kind, spec, storages=[MINIO], reconcile_by="everest")

    assert [entry for entry in found if entry.is_error] == []
    assert (manifest["apiVersion"], manifest["kind"]) == (
        "everest.percona.com/v2alpha1", f"Database{kind.capitalize()}",
    )  # fmt: skip
    assert manifest["spec"] == {"cluster": "orders", **spec}


def filled(plugin: str, source: Spec, storages: list[Spec]) -> tuple[list[Mapping[str, Any]], list[Finding]]:
    workspace = Workspace(Plugins())
    spec = {"provider": f"{plugin}-operator", "dataSource": source}
    if storages:
        spec["backup"] = {"storages": storages}
    workspace.clusters.append(ClusterInput({"name": "orders", "namespace": "shop", "labels": {"team": "a"}}, spec))
    planned = workspace.plan()
    return [vars(entry) for plan in planned.clusters for entry in plan.objects], planned.findings


@pytest.mark.parametrize("plugin", ["psmdb", "pxc"])
def test_a_new_cluster_is_filled_by_a_restore_that_waits_for_it(plugin: str) -> None:
    objects, _ = filled(plugin, {"storage": "minio", "path": PATHS[plugin]}, [MINIO])

    cluster, restore = objects
    assert [cluster["main"], cluster["when_ready"]] == [True, False]
    assert [restore["main"], restore["when_ready"]] == [False, True]
    assert restore["manifest"]["metadata"] == {
        "name": "orders-restore", "namespace": "shop", "labels": {"team": "a"},
    }  # fmt: skip
    assert "dataSource" not in cluster["manifest"]["spec"]


def test_a_new_postgresql_cluster_is_filled_by_its_own_object() -> None:
    objects, _ = filled("pg", {"storage": "minio", "path": "shop/old"}, [MINIO])

    assert [entry["manifest"]["kind"] for entry in objects] == ["PerconaPGCluster"]
    assert objects[0]["manifest"]["spec"]["dataSource"]["pgbackrest"]["global"]["repo2-path"] == "/shop/old"


FILL_WRONG: list[tuple[str, Spec, list[Spec], str, str]] = [
    ("psmdb", {"backup": "b"}, NO_STORAGE, "dataSource", "has no storage for backups"),
    ("pxc", {"backup": "b"}, NO_STORAGE, "dataSource", "has no storage for backups"),
    ("psmdb", {"storage": "mino", "path": PATHS["psmdb"]}, [MINIO], "dataSource.storage", "no backup storage 'mino'"),
    ("psmdb", {"storage": "minio", "path": "monday"}, [MINIO], "dataSource.path", "ends with its name"),
    (
        "psmdb",
        {"backup": "b", "pointInTime": "latest"},
        [MINIO],
        "dataSource.pointInTime",
        "no oplog archive of its own",
    ),
    ("pxc", {"backup": "b", "pointInTime": "latest"}, [MINIO], "dataSource.pointInTime", "no binary logs of its own"),
    ("pxc", {"backup": "b", "type": "full"}, [MINIO], "dataSource.type", "belongs to 'storage'"),
    ("pg", {"backup": "b"}, [MINIO], "dataSource.backup", "status.backupName"),
    ("pg", {"storage": "repo1", "path": "shop"}, [MINIO], "dataSource.storage", "no backup storage 'repo1'"),
    ("pg", {"storage": "minio", "pointInTime": "latest"}, [MINIO], "dataSource.path", "folder of the other cluster"),
    ("pg", {"storage": "minio", "path": "shop/backup/x"}, [MINIO], "dataSource.path", "backup/db/"),
]


@pytest.mark.parametrize(("plugin", "source", "storages", "path", "text"), FILL_WRONG)
def test_a_source_that_the_technology_cannot_use_is_refused(
    plugin: str, source: Spec, storages: list[Spec], path: str, text: str
) -> None:
    objects, found = filled(plugin, source, storages)

    assert objects == []
    said = [(path_text(entry.path), entry.message) for entry in found if entry.is_error]
    assert path in [place for place, _ in said]
    assert any(text in message for _, message in said), said


def test_a_postgresql_cluster_that_goes_on_in_the_repository_of_another_is_warned_of() -> None:
    _, found = filled("pg", {"storage": "minio", "path": "shop/orders"}, [MINIO])
    assert any("takes the place of the one that is gone" in entry.message for entry in found)
    _, found = filled("pg", {"storage": "minio", "path": "shop/old"}, [MINIO])
    assert not any("takes the place" in entry.message for entry in found)


def test_a_job_waits_for_no_more_than_what_is_not_known() -> None:
    from pulumi_everest.model.deferred import Deferred

    moment, backup = Deferred(("pointInTime",), "an output"), Deferred(("backup",), "an output")
    spec = {"backup": backup, "pointInTime": moment, "overrides": {"x": 1}}
    [manifest], _ = planned("psmdb", "restore", spec, storages=[MINIO])
    assert manifest["spec"]["backupName"] is backup
    assert manifest["spec"]["clusterName"] == "orders"
    assert isinstance(manifest["spec"]["pitr"], Deferred)  # with or without a date
