"""What stands around a cluster of Everest's first API: engines with their versions, storages, backups, monitoring."""

from __future__ import annotations

from typing import Any

import pytest
from legacy import S3, UID, lacking, merged, named

from pulumi_everest.upgrade.legacy.normal_form import parameters

AZURE = {"type": "azure", "bucket": "dumps", "credentialsSecretName": "azure-keys"}


def schedule(storage: str, name: str = "daily", copies: int = 0) -> dict[str, Any]:
    return {
        "name": name,
        "enabled": True,
        "schedule": "0 1 * * *",
        "backupStorageName": storage,
        "retentionCopies": copies,
    }


def schedules(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"backup": {"schedules": list(entries)}}


def storage(name: str, **spec: Any) -> dict[str, Any]:
    return named("BackupStorage", name, {**S3, "bucket": name, **spec})


def backup(name: str, where: str, cluster: str = "orders", state: str = "Succeeded") -> dict[str, Any]:
    spec = {"dbClusterName": cluster, "backupStorageName": where}
    return named("DatabaseClusterBackup", name, spec, status={"state": state})


def component(image: str, status: str = "recommended") -> dict[str, str]:
    return {"imagePath": image, "status": status}


ENGINES = {
    "pxc": {
        "engine": {"8.0.41-32.1": component("mirror/pxc:8.0.41-32.1"), "8.4.5-5.1": component("mirror/pxc:8.4.5-5.1")},
        "backup": {"8.0.35-33.1": component("mirror/pxb:8.0.35-33.1"), "8.0.35-32.1": component("x", "available"),
                   "8.4.0-3.1": component("mirror/pxb:8.4.0-3.1"), "2.4.29": component("mirror/pxb:2.4.29")},
        "proxy": {"haproxy": {"2.8.14": component("mirror/haproxy:2.8.14"), "2.8.15": component("mirror/haproxy:2.8.15"),
                              "3.0.1": component("no", "unsupported")},
                  "proxysql": {"2.7.1": component("mirror/proxysql:2.7.1")}},
    },
    "psmdb": {
        "engine": {"8.0.12-4": component("mirror/psmdb:8.0.12-4")},
        "backup": {"2.11.0": component("mirror/pbm:2.11.0", "available"), "2.10.0": component("mirror/pbm:2.10.0")},
    },
    "postgresql": {
        "engine": {"17.7": component("mirror/pg:17.7-1"), "16.9": component("mirror/pg:16.9-1")},
        "backup": {"17.7": component("mirror/pgbackrest:17"), "16.9": component("mirror/pgbackrest:16")},
        "proxy": {"pgbouncer": {"17.7": component("mirror/pgbouncer:17"), "16.9": component("mirror/pgbouncer:16")}},
    },
}  # fmt: skip


def database_engine(engine: str, version: str = "") -> dict[str, Any]:
    status = {"availableVersions": ENGINES[engine], **({"operatorVersion": version} if version else {})}
    return named("DatabaseEngine", f"percona-{engine}-operator", {"type": engine}, status=status)


@pytest.mark.parametrize(
    ("engine", "spec", "expected"),
    [
        ("pxc", {}, {
            "pxc": {"image": "mirror/pxc:8.0.41-32.1"}, "haproxy": {"image": "mirror/haproxy:2.8.15"},
            "backup": {"image": "mirror/pxb:8.0.35-33.1"},
        }),
        ("pxc", {"proxy": {"type": "proxysql"}}, {"proxysql": {"image": "mirror/proxysql:2.7.1"}}),
        ("pxc", {"engine": {"version": "8.4.5-5.1"}}, {"backup": {"image": "mirror/pxb:8.4.0-3.1"}}),
        ("psmdb", {}, {"image": "mirror/psmdb:8.0.12-4", "backup": {"image": "mirror/pbm:2.10.0"}}),
        ("postgresql", {}, {
            "image": "mirror/pg:17.7-1", "postgresVersion": 17, "proxy": {"pgBouncer": {"image": "mirror/pgbouncer:17"}},
            "backups": {"pgbackrest": {"image": "mirror/pgbackrest:17"}},
        }),
        ("postgresql", {"engine": {"version": "16.9"}}, {
            "image": "mirror/pg:16.9-1", "postgresVersion": 16, "proxy": {"pgBouncer": {"image": "mirror/pgbouncer:16"}},
        }),
        ("pxc", {"engine": {"version": None}}, {"pxc": {"image": "mirror/pxc:8.4.5-5.1"}}),
    ],
)  # fmt: skip
def test_images_are_those_of_the_database_engine(engine, spec, expected, legacy, move, render):
    made = render(move(legacy(engine, spec), database_engine(engine)))

    assert lacking(expected, made["spec"]) == []


@pytest.mark.parametrize(
    ("spec", "status", "engine", "expected"),
    [
        ({"crVersion": "1.19.0"}, {"crVersion": "1.18.0"}, "1.20.0", "1.19.0"),
        ({}, {"crVersion": "1.18.0"}, "1.20.0", "1.18.0"),
        ({}, {}, "1.19.0", "1.19.0"),
        ({}, {}, "", "1.20.0"),
    ],
)
def test_the_operator_version_is_that_of_who_knows_best(spec, status, engine, expected, legacy, move, render):
    cluster = legacy("pxc", {"engine": spec}) | {"status": status}

    result = move(cluster, database_engine("pxc", engine))

    assert render(result)["spec"]["crVersion"] == expected
    assert (("spec", "engine", "crVersion") in {entry.path for entry in result.findings}) == (engine == "")


@pytest.mark.parametrize(
    ("engine", "version", "image"),
    [
        ("pxc", "8.0.12-4", "percona/percona-xtradb-cluster:8.0.12-4"),
        ("psmdb", "6.0.1-1", "percona/percona-server-mongodb:6.0.1-1"),
        ("postgresql", "17.4", "percona/percona-distribution-postgresql:17.4-1"),
    ],
)
def test_a_version_that_nobody_knows_is_a_guess_that_is_said(engine, version, image, legacy, move, render):
    result = move(legacy(engine, {"engine": {"version": version}}))

    made = render(result)["spec"]
    assert (made["pxc"] if engine == "pxc" else made)["image"] == image
    assert any("is a guess" in entry.message for entry in result.findings)
    if engine == "pxc":
        assert made["backup"]["image"].startswith("percona/percona-xtrabackup:8.0.")


@pytest.mark.parametrize(
    ("memory", "probes", "proxy", "pmm"),
    [
        ("7.9G", 450, "190m", "99604Ki"),
        ("8G", 451, "532m", "199168Ki"),
        ("31Gi", 600, "818m", "796907Ki"),
        ("31G", 451, "532m", "199168Ki"),
    ],
)
def test_sizes_follow_the_memory(memory, probes, proxy, pmm, legacy, move, render):
    watch = named("MonitoringConfig", "watch", {"type": "pmm", "pmm": {"url": "https://pmm.example.com"}})
    spec = {"engine": {"resources": {"memory": memory}}, "monitoring": {"monitoringConfigName": "watch"}}

    made = render(move(legacy("pxc", spec), watch))["spec"]

    assert made["pxc"]["livenessProbes"]["timeoutSeconds"] == probes
    assert made["haproxy"]["resources"]["requests"]["cpu"] == proxy
    assert made["pmm"]["resources"]["requests"]["memory"] == pmm


@pytest.mark.parametrize(
    ("pmm", "status", "image"),
    [
        ({}, {"pmmServerVersion": "2.44.1"}, "percona/pmm-client:2"),
        ({}, {"pmmServerVersion": "3.1.0"}, "percona/pmm-client:3"),
        ({}, {}, "percona/pmm-client:3"),
        ({"image": "mirror/pmm:3.2"}, {"pmmServerVersion": "2.44.1"}, "mirror/pmm:3.2"),
    ],
)
def test_the_client_is_of_the_servers_major_version(pmm, status, image, legacy, move, render):
    spec = {"type": "pmm", "pmm": {"url": "https://pmm.example.com", **pmm}}
    watch = named("MonitoringConfig", "watch", spec, status=status)

    made = render(move(legacy("postgresql", {"monitoring": {"monitoringConfigName": "watch"}}), watch))["spec"]

    assert made["pmm"]["image"] == image
    assert made["pmm"]["secret"] == "everest-secrets-orders-pmm"


def test_storages_of_backups_and_of_unfinished_restores_are_kept(legacy, move, render):
    restore = named("DatabaseClusterRestore", "back", {
        "dbClusterName": "orders", "dataSource": {"dbClusterBackupName": "b"},
    }, status={"state": "Restoring"})  # fmt: skip
    others = [storage(name) for name in ("daily", "hand", "other", "back")]
    backups = [backup("a", "hand"), backup("b", "back", "carts"), backup("c", "other", "carts")]

    made = render(move(legacy("pxc", schedules(schedule("daily"))), restore, *others, *backups))["spec"]["backup"]

    assert set(made["storages"]) == {"daily", "hand", "back"}
    limits = {"cpu": "600m", "memory": "1G"}
    assert made["storages"]["hand"]["resources"] == {"limits": limits}
    assert "resources" not in made["storages"]["daily"]


def test_repositories_are_numbered_as_everest_does_and_the_fourth_is_lost(legacy, move, render):
    spec = schedules(*(schedule(name, name, 3) for name in ("one", "two", "three")))
    others = [storage(name) for name in ("one", "two", "three", "hand")]

    result = move(legacy("postgresql", spec), backup("monday", "hand"), *others)

    made = render(result)["spec"]["backups"]["pgbackrest"]
    buckets = {repo["name"]: repo["s3"]["bucket"] for repo in made["repos"][1:]}
    assert buckets == {"repo2": "hand", "repo3": "one", "repo4": "two"}
    assert "repo2-retention-full" not in made["global"]
    assert made["global"]["repo3-retention-full"] == "3"
    [lost] = [entry.message for entry in result.findings if entry.code == "migrate.lost"]
    assert "'three' is one too many" in lost


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ("pxc", {"backup": {"storages": {"main": {"type": "azure", "azure": {
            "container": f"dumps/orders/{UID}", "credentialsSecret": "azure-keys",
        }}}}}),
        ("psmdb", {"backup": {"storages": {"main": {"main": True, "azure": {
            "container": "dumps", "prefix": f"orders/{UID}", "credentialsSecret": "azure-keys",
        }}}}}),
        ("postgresql", {"backups": {"pgbackrest": {
            "repos": [{}, {"name": "repo2", "azure": {"container": "dumps"}}],
            "global": {"repo2-path": f"/orders/{UID}", "repo2-retention-full": "9999999"},
        }}}),
    ],
)  # fmt: skip
def test_storages_of_azure(engine, expected, legacy, move, render):
    made = render(move(legacy(engine, schedules(schedule("main"))), named("BackupStorage", "main", AZURE)))

    assert lacking(expected, made["spec"]) == []


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ("pxc", {"backup": {"storages": {"main": {"verifyTLS": False}}}}),
        ("psmdb", {"backup": {"storages": {"main": {"s3": {"insecureSkipTLSVerify": True}}}}}),
        ("postgresql", {"backups": {"pgbackrest": {"global": {"repo2-storage-verify-tls": "n"}}}}),
    ],
)
def test_storages_whose_certificate_is_not_checked(engine, expected, legacy, move, render):
    made = render(move(legacy(engine, schedules(schedule("main"))), storage("main", verifyTLS=False)))

    assert lacking(expected, made["spec"]) == []


LOST = {
    "two storages of mongodb": ("psmdb", schedules(schedule("main"), schedule("more", "late")), "one storage"),
    "no uid": ("pxc", schedules(schedule("main")), "has no UID"),
    "another engine's policy": ("pxc", {"podSchedulingPolicyName": "apart"}, "is for psmdb, and this is pxc"),
    "logs into azure": ("pxc", {"backup": {"pitr": {"enabled": True, "backupStorageName": "cloud"}}}, "S3 storages only"),
    "names from outside and shards": (
        "psmdb",
        {"engineFeatures": {"psmdb": {"splitHorizonDnsConfigName": "dns"}},
         "sharding": {"enabled": True, "shards": 1, "configServer": {"replicas": 3}}},
        "not to be had with sharding",
    ),
    "a field that is new": ("pxc", {"engine": {"replcas": 3}}, "'engine.replcas'"),
}  # fmt: skip


@pytest.mark.parametrize("case", LOST)
def test_what_is_lost_is_said(case, legacy, move, render):
    engine, spec, text = LOST[case]
    policy = named("PodSchedulingPolicy", "apart", {"engineType": "psmdb", "affinityConfig": {}})
    more = {"uid": None} if case == "no uid" else {}

    result = move(
        legacy(engine, spec, **more), storage("main"), storage("more"), named("BackupStorage", "cloud", AZURE), policy
    )

    render(result)
    found = [entry for entry in result.findings if entry.code == "migrate.lost"]
    assert [entry for entry in found if text in entry.message], result.findings
    assert all(entry.hint for entry in found)


@pytest.mark.parametrize(
    ("spec", "at"),
    [
        ({"engine": {"replicas": "3"}}, ("spec", "engine", "replicas")),
        ({"engine": {"storage": {"size": "ten"}}}, ("spec", "engine", "storage", "size")),
        ({"backup": {"schedules": ["daily"]}}, ("spec", "backup", "schedules", 0)),
        ({"backup": {"schedules": {"name": "daily"}}}, ("spec", "backup", "schedules")),
        ({"proxy": "haproxy"}, ("spec", "proxy")),
        ({"engine": {"type": "mysql"}}, ("spec", "engine", "type")),
    ],
)
def test_what_no_release_would_have_taken_is_refused(spec, at, legacy, move):
    result = move(merged(legacy("pxc"), {"spec": spec}))

    assert result.adopted is None
    assert {entry.path for entry in result.findings if entry.code == "migrate.refused"} == {at}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("max_connections = 200", {"max_connections": "200"}),
        ("work_mem=4MB\nshared_buffers 1GB", {"work_mem": "4MB", "shared_buffers": "1GB"}),
        ("# comment\n\nlog_line_prefix = '%m [%p] '\n", {"log_line_prefix": "%m [%p] "}),
        ("search_path a = b", {"search_path": "a = b"}),
        ("archive_mode = on # why not", {"archive_mode": "on"}),
    ],
)
def test_lines_of_a_configuration_of_postgresql(text, expected):
    assert parameters(text) == expected


def test_a_new_postgresql_is_filled_as_everest_would(legacy, move, render):
    source = {"dataSource": {"dbClusterBackupName": "monday", "pitr": {"type": "date", "date": "2026-03-01T10:00:00Z"}}}
    monday = backup("monday", "main", "carts")
    monday["status"]["destination"] = f"s3://main/carts/{UID}/backup/db/20260228-000000F"

    made = render(move(legacy("postgresql", source) | {"status": {"status": "creating"}}, monday, storage("main")))[
        "spec"
    ]

    assert lacking({"pgbackrest": {
        "repo": {"name": "repo1", "s3": {"bucket": "main", "region": "eu"}},
        "global": {"repo1-path": f"/carts/{UID}"},
        "options": ["--set=20260228-000000F", "--type=time", '--target="2026-03-01 10:00:00"'],
        "configuration": [{"secret": {"name": "orders-pgbackrest-datasource-secrets"}}],
    }}, made["dataSource"]) == []  # fmt: skip
    ready = move(legacy("postgresql", source) | {"status": {"status": "ready"}}, monday, storage("main"))
    assert "dataSource" not in render(ready)["spec"]
    assert "migrate.kept" in {entry.code for entry in ready.findings}


@pytest.mark.parametrize("odd", [None, [], {}, "x", 5, True, ["x"], {"x": 5}, [{}]], ids=repr)
def test_objects_of_any_shape_end_in_findings_and_not_in_a_traceback(odd, legacy, move):
    spec = merged(
        schedules(schedule("main")), {"monitoring": {"monitoringConfigName": "watch"}, "podSchedulingPolicyName": "p"}
    )
    parts: list[tuple[str, str, Any]] = [
        ("BackupStorage", "main", odd), ("MonitoringConfig", "watch", {"pmm": odd}),
        ("PodSchedulingPolicy", "p", {"engineType": "pxc", "affinityConfig": {"pxc": odd}}),
        ("DatabaseClusterBackup", "b", {"dbClusterName": "orders", "backupStorageName": odd}),
        ("DatabaseClusterRestore", "r", {"dbClusterName": "orders", "dataSource": odd}),
    ]  # fmt: skip
    others = [{**named(kind, name, {}), "spec": value} for kind, name, value in parts]
    engine = named("DatabaseEngine", "e", {"type": "pxc"}, status={"availableVersions": {"engine": odd, "proxy": odd}})

    assert move(legacy("pxc", spec), *others, engine).findings
    assert move({**legacy("pxc"), "metadata": odd}).findings
    assert move({**legacy("pxc"), "spec": odd}).findings
