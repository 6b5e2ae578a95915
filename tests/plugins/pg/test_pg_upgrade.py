"""DatabaseUpgrade of PostgreSQL: what it becomes, by the operator's own schema, and what is refused with its way on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.findings import Finding
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import ClusterInput, JobInput, Workspace

Object = dict[str, Any]
STORAGE = {"name": "s3", "type": "s3", "bucket": "b", "region": "r", "credentialsSecret": "c"}


def made(version: str, cluster: Object | None = None, **spec: Any) -> tuple[list[Object], list[Finding]]:
    """The objects of an upgrade of a cluster, and what is said of it."""
    workspace = Workspace(Plugins([]))
    engine = {"instances": {"engine": {"version": "17.9"}}, "backup": {"storages": [STORAGE]}}
    wanted = {"provider": "pg-operator", **engine, **(cluster or {})}
    where = {"name": "orders", "namespace": "shop"}
    workspace.clusters.append(ClusterInput(dict(where), wanted, prefix=("spec",), subject="DatabaseCluster orders"))
    job = JobInput("upgrade", {"name": "up", "namespace": "shop"}, {"cluster": "orders", "version": version, **spec})
    job.subject = "DatabaseUpgrade up"
    workspace.jobs.append(job)
    planned = workspace.plan()
    assert not [entry for entry in planned.findings if entry.is_error and entry.subject != job.subject]
    objects = [entry.manifest for one in planned.jobs for entry in one.objects]
    return objects, [entry for entry in planned.findings if entry.subject == job.subject]


def test_it_is_the_operators_object_with_the_images_that_the_cluster_has_afterwards(shared: Path) -> None:
    [upgrade], [warning] = made("18.4")

    assert upgrade["spec"] == {
        "postgresClusterName": "orders",
        "image": "percona/percona-distribution-postgresql-upgrade:18.4-17.10-16.14-15.18-14.23-1",
        "fromPostgresVersion": 17,
        "toPostgresVersion": 18,
        "toPostgresImage": "percona/percona-distribution-postgresql:18.4-1",
        "toPgBouncerImage": "percona/percona-pgbouncer:1.25.2-1",
        "toPgBackRestImage": "percona/percona-pgbackrest:2.58.0-2",
    }
    assert Crds.load([shared / "crds" / "pg" / "3.0.0" / "crd.yaml"]).check(upgrade) == []
    assert (warning.code, "is stopped while its data go from 17.9 to 18.4" in warning.message) == (
        "upgrade.downtime", True,
    )  # fmt: skip


def test_the_images_are_those_that_the_cluster_itself_gets_with_the_new_version() -> None:
    [upgrade], _ = made("18", {"instances": {"engine": {"version": "16.14"}, "proxy": {}}})
    workspace = Workspace(Plugins([]))
    setup, _ = workspace.setup("pg-operator")
    assert setup is not None
    after, _ = check_cluster(
        {"name": "orders"},
        {"provider": "pg-operator", "instances": {"engine": {"version": "18.4"}, "proxy": {}}},
        setup.technology,
    )
    assert after is not None

    images = {name: instance["image"] for name, instance in after.spec["instances"].items() if "image" in instance}
    fields = {"engine": "toPostgresImage", "proxy": "toPgBouncerImage", "backupAgent": "toPgBackRestImage"}
    assert {name: upgrade["spec"][field] for name, field in fields.items() if name in images} == images


def test_settings_of_the_upgrade_reach_its_object() -> None:
    resources = {"limits": {"cpu": "1", "memory": "1Gi"}}
    [upgrade], _ = made("18.4", image="own/upgrade:18-17", resources=resources, overrides={"priorityClassName": "high"})

    assert (upgrade["spec"]["image"], upgrade["spec"]["resources"]) == ("own/upgrade:18-17", resources)
    assert upgrade["spec"]["priorityClassName"] == "high"


@pytest.mark.parametrize(
    ("version", "cluster", "code", "said", "way"),
    [
        ("17.10", None, "upgrade.not-possible", "no upgrade is needed", "set instances.engine.version: 17.10"),
        ("17.9", None, "upgrade.not-possible", "has version 17.9 already", "take the upgrade away"),
        ("16.14", None, "upgrade.not-possible", "no upgrade goes back", "restore a backup"),
        ("19.1", None, "cluster.unknown-version", "has no version '19.1'", ""),
        ("18.4", {"paused": True}, "cluster.rule", "resume it before", ""),
        (
            "18.4",
            {"instances": {"engine": {"version": "17.9", "image": "own/postgis:17.9"}}},
            "cluster.rule",
            "image of its own",
            "",
        ),
        ("18.3", {"operatorVersion": "2.9.0"}, "cluster.rule", "upgrade the operator first", ""),
    ],
)
def test_what_cannot_work_is_refused_with_its_way_on(
    version: str, cluster: Object | None, code: str, said: str, way: str
) -> None:
    objects, found = made(version, cluster)

    errors = [entry for entry in found if entry.is_error]
    assert objects == []
    assert any(entry.code == code and said in entry.message and way in (entry.hint or "") for entry in errors), errors


@pytest.mark.parametrize("provider", ["psmdb-operator", "pxc-operator"])
def test_technologies_that_go_another_way_have_no_such_upgrade(provider: str) -> None:
    objects, [entry] = made("8.4", {"provider": provider, "instances": {}, "backup": None})

    assert objects == []
    assert (entry.code, "has no upgrades on demand" in entry.message) == ("backup.unsupported", True)
    assert entry.hint is not None


def test_a_cluster_that_is_not_in_the_input_cannot_be_upgraded() -> None:
    workspace = Workspace(Plugins([]))
    spec = {"cluster": "orders", "version": "18.4", "provider": "pg-operator"}
    workspace.jobs.append(JobInput("upgrade", {"name": "up", "namespace": "shop"}, spec))

    [entry] = workspace.plan().findings
    assert (entry.code, entry.hint) == ("upgrade.not-possible", "put the DatabaseCluster beside it")
