"""What changes of clusters do, for each built-in technology: a table of what was, what is to be, and the impacts.

All that is said of each change is in expected/ (EVEREST_UPDATE_EXPECTED=1 writes it anew), word for word.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from compared import BASES, S3, change, engine, of, size, snapshot, storages
from expected import assert_cases, assert_expected, plain

from pulumi_everest.core.changes.compare import ChangeSet, guard_names, line
from pulumi_everest.core.changes.policies import Policies

SAID = Path(__file__).parent / "expected" / "changes.yaml"

FILLED: dict[str, dict[str, Any]] = {
    "psmdb": {"dataSource": {"backup": "monday"}},
    "pxc": {"dataSource": {"backup": "monday"}},
    "pg": {"dataSource": {"storage": "a", "path": "full"}},
}
NOTHING: dict[str, Any] = {}
MINOR = {"psmdb": "8.0.19-7", "pxc": "8.0.45-36.1"}

TABLE: list[tuple[str, str, dict[str, Any], dict[str, Any], list[str]]] = [
    # What is the same is no change
    ("nothing", "psmdb", NOTHING, NOTHING, []),
    ("the same size in other words", "psmdb", engine(**size("10Gi")), engine(**size("10240Mi")), []),
    *[(f"the same CPU in other words, {t}", t, engine(resources={"limits": {"cpu": "1"}}),
       engine(resources={"limits": {"cpu": "1000m"}}), []) for t in ("psmdb", "pxc", "pg")],
    ("a default is written down", "psmdb", NOTHING, engine(replicas=3), []),
    ("a version is pinned where it is", "sharded", NOTHING, engine(version="8.0.19-7"), []),
    # Volumes
    *[(f"a volume grows, {t}", t, engine(**size("10Gi")), engine(**size("20Gi")), ["engine.storage.size online"])
      for t in ("psmdb", "sharded", "pxc", "pg")],
    *[(f"a volume shrinks, {t}", t, engine(**size("20Gi")), engine(**size("10Gi")),
       ["engine.storage.size refused storage-shrink"]) for t in ("psmdb", "sharded", "pxc", "proxysql", "pg")],
    ("a volume shrinks by its unit", "pg", engine(**size("10Gi")), engine(**size("10G")),
     ["engine.storage.size refused storage-shrink"]),
    ("a volume grows by its unit", "pg", engine(**size("10G")), engine(**size("10Gi")), ["engine.storage.size online"]),
    ("the volume of config servers shrinks", "sharded", of("configServer", **size("3Gi")),
     of("configServer", **size("2Gi")), ["configServer.storage.size refused storage-shrink"]),
    ("ProxySQL's volume grows, which the operator does not do", "proxysql", NOTHING, of("proxysql", **size("3Gi")),
     ["proxysql.storage.size refused storage-size"]),
    ("the repository host's volume shrinks", "pg", of("backupAgent", **size("20Gi")), of("backupAgent", **size("5Gi")),
     ["backupAgent.storage.size refused storage-shrink"]),
    *[(f"another class, {t}", t, engine(storage={"storageClass": "fast"}), engine(storage={"storageClass": "slow"}),
       ["engine.storage.storageClass refused storage-class"]) for t in ("psmdb", "sharded", "pxc", "pg")],
    ("a class where there was none", "pg", NOTHING, engine(storage={"storageClass": "slow"}),
     ["engine.storage.storageClass refused storage-class"]),
    ("no class where there was one", "pxc", engine(storage={"storageClass": "slow"}), NOTHING,
     ["engine.storage.storageClass refused storage-class"]),
    # Topology
    ("sharding on", "sharded", {"topology": None}, NOTHING, ["topology.type refused topology"]),
    ("sharding off", "sharded", NOTHING, {"topology": None}, ["topology.type refused topology"]),
    ("more shards", "sharded", NOTHING, {"topology": {"config": {"shards": 3}}}, ["topology.config.shards online"]),
    ("fewer shards", "sharded", NOTHING, {"topology": {"config": {"shards": 1}}},
     ["topology.config.shards refused shards"]),
    ("ProxySQL for HAProxy", "pxc", NOTHING, {"topology": {"type": "proxysql"},
     "instances": {"proxysql": {"storage": {"size": "2Gi"}}}}, ["topology.type downtime"]),
    ("HAProxy for ProxySQL", "proxysql", NOTHING, {"topology": {"type": "cluster"}, "instances": None},
     ["topology.type downtime"]),
    ("PgBouncer goes", "pg", NOTHING, {"instances": {"proxy": None}}, ["proxy downtime"]),
    ("PgBouncer comes", "pg", {"instances": {"proxy": None}}, NOTHING, ["proxy downtime"]),
    # Replicas
    *[(f"more members, {t}", t, NOTHING, engine(replicas=5), ["engine.replicas online"])
      for t in ("psmdb", "sharded", "pxc", "pg")],
    *[(f"down to one, {t}", t, NOTHING, engine(replicas=1), ["engine.replicas refused replicas"])
      for t in ("psmdb", "sharded", "pxc", "pg")],
    ("fewer members", "psmdb", engine(replicas=5), engine(replicas=3), ["engine.replicas online"]),
    ("an even number is fine where none must be odd", "pg", NOTHING, engine(replicas=2), ["engine.replicas online"]),
    ("up from one", "psmdb", engine(replicas=1), engine(replicas=3), ["engine.replicas online"]),
    ("more routers", "sharded", NOTHING, of("proxy", replicas=4), ["proxy.replicas online"]),
    ("one proxy, which keeps no data", "pg", NOTHING, of("proxy", replicas=1), ["proxy.replicas online"]),
    # Versions
    *[(f"a minor version up, {t}", t, NOTHING, engine(version=MINOR[t]), ["engine.version rolling restart"])
      for t in ("psmdb", "pxc")],
    ("a minor version up, with those that go with it", "pg", NOTHING, engine(version="17.10"),
     ["engine.version rolling restart", "proxy.version rolling restart", "backupAgent.version rolling restart"]),
    *[(f"a minor version down, {t}", t, engine(version=MINOR[t]), NOTHING, ["engine.version refused downgrade"])
      for t in ("psmdb", "pxc")],
    ("a minor version down, pg", "pg", engine(version="17.10"), engine(version="17.9"),
     ["engine.version refused downgrade", "proxy.version rolling restart", "backupAgent.version refused downgrade"]),
    ("MongoDB 7 to 8", "psmdb", engine(version="7.0.30-16"), NOTHING, ["engine.version rolling restart"]),
    ("MongoDB 6 to 7", "psmdb", engine(version="6.0.27-21"), engine(version="7.0.30-16"),
     ["engine.version rolling restart"]),
    ("MongoDB 6 to 8", "psmdb", engine(version="6.0.27-21"), NOTHING, ["engine.version refused major-jump"]),
    ("MongoDB 8 to 7", "psmdb", NOTHING, engine(version="7.0.30-16"), ["engine.version refused downgrade"]),
    ("MySQL 8.0 to 8.4", "pxc", NOTHING, engine(version="8.4.8-8.1"), ["engine.version refused engine-major"]),
    ("MySQL 5.7 to 8.0", "pxc", engine(version="5.7.44-31.65"), NOTHING, ["engine.version refused engine-major"]),
    ("MySQL 8.4 to 8.0", "pxc", engine(version="8.4.8-8.1"), NOTHING, ["engine.version refused downgrade"]),
    ("MySQL within 8.4", "pxc", engine(version="8.4.7-7.1"), engine(version="8.4.8-8.1"),
     ["engine.version rolling restart"]),
    ("PostgreSQL 17 to 18", "pg", NOTHING, engine(version="18.3"), ["engine.version refused engine-major"]),
    ("PostgreSQL 18 to 17", "pg", engine(version="18.3"), NOTHING, ["engine.version refused downgrade"]),
    ("the backup tool of MySQL goes back", "pxc", storages("a"),
     {**storages("a"), **of("backupAgent", version="2.4.29"), **engine(version="5.7.44-31.65")},
     ["engine.version refused downgrade", "backupAgent.version refused downgrade"]),
    ("the PMM client goes back", "psmdb", {"monitoring": {"type": "pmm", "serverUrl": "https://pmm"}, **of("pmm")},
     {"monitoring": {"type": "pmm", "serverUrl": "https://pmm"}, **of("pmm", version="2.44.1-1")},
     ["pmm.version rolling restart"]),
    ("an image of the user's own", "psmdb", NOTHING, engine(image="mine/mongod:8.0.17-6"),
     ["engine.image rolling restart"]),
    ("a registry", "psmdb", NOTHING, {"images": {"registry": "mirror.local"}},
     ["images.registry rolling restart"]),
    # The operator
    ("the operator up", "pxc", {"operatorVersion": "1.19.0"}, {"operatorVersion": "1.20.0"},
     ["operatorVersion rolling restart", "proxy.version rolling restart"]),
    ("the operator up over another series", "pg", {"operatorVersion": "2.9.0"}, {"operatorVersion": "3.0.0"},
     ["operatorVersion rolling restart"]),
    ("the operator back", "pg", {"operatorVersion": "3.0.0"}, {"operatorVersion": "2.9.0"},
     ["operatorVersion refused operator-downgrade"]),
    ("the operator up, and with it a version that the new one lacks", "psmdb",
     {"operatorVersion": "1.21.2", **storages("a")}, {"operatorVersion": "1.22.0", **storages("a")},
     ["operatorVersion rolling restart", "backupAgent.version rolling restart"]),
    ("the operator up does not bring a database version", "sharded", {"operatorVersion": "1.21.2"},
     {"operatorVersion": "1.22.0"}, ["operatorVersion rolling restart", "engine.version refused default-moved"]),
    # Settings of components
    *[(f"memory, {t}", t, NOTHING, engine(resources={"limits": {"memory": "8Gi"}}),
       ["engine.resources.limits.memory rolling restart"]) for t in ("psmdb", "pxc", "pg")],
    ("the engine's configuration as text", "psmdb", NOTHING, engine(engineConfig="operationProfiling:\n  mode: all\n"),
     ["engine.engineConfig rolling restart"]),
    ("a parameter", "pg", engine(engineConfig={"work_mem": "4MB"}), engine(engineConfig={"work_mem": "8MB"}),
     ["engine.engineConfig.work_mem online"]),
    ("a parameter of the start", "pg", NOTHING, engine(engineConfig={"shared_buffers": "1GB"}),
     ["engine.engineConfig.shared_buffers rolling restart"]),
    ("a parameter of an extension", "pg", NOTHING, engine(engineConfig={"pg_stat_statements.max": "9"}),
     ['engine.engineConfig["pg_stat_statements.max"] rolling restart']),
    ("PgBouncer's settings", "pg", NOTHING, of("proxy", engineConfig={"pool_mode": "session"}),
     ["proxy.engineConfig.pool_mode online"]),
    ("a load balancer", "pxc", NOTHING, of("proxy", expose={"type": "LoadBalancer"}), ["proxy.expose.type online"]),
    ("affinity as one value", "pg", NOTHING, engine(scheduling={"affinity": {"nodeAffinity": {}}}),
     ["engine.scheduling.affinity rolling restart"]),
    ("overrides as one value", "psmdb", NOTHING, engine(overrides={"a": 1, "b": 2}), ["engine.overrides rolling restart"]),
    ("overrides of the object", "pg", NOTHING, {"overrides": {"openshift": True}}, ["overrides rolling restart"]),
    ("the schedule of backups to the volume", "pg", NOTHING, of("backupAgent", config={"keep": 3}),
     ["backupAgent.config.keep online"]),
    ("the Service for reads", "pxc", NOTHING, of("proxy", config={"readService": "disabled"}),
     ["proxy.config.readService online"]),
    # Pause, users, TLS
    *[(f"pause, {t}", t, NOTHING, {"paused": True}, ["paused downtime"]) for t in ("psmdb", "pxc", "pg")],
    ("resume", "psmdb", {"paused": True}, {"paused": False}, ["paused online"]),
    ("another Secret of users, psmdb", "psmdb", NOTHING, {"usersSecret": "u"}, ["usersSecret rolling restart"]),
    ("another Secret of users, pg", "pg", NOTHING, {"usersSecret": "u"}, ["usersSecret online"]),
    ("TLS off, psmdb", "psmdb", NOTHING, {"tls": {"mode": "disabled"}}, ["tls.mode refused tls"]),
    ("TLS off while it is paused, psmdb", "psmdb", {"paused": True}, {"paused": True, "tls": {"mode": "disabled"}},
     ["tls.mode downtime"]),
    ("TLS off with the pause at once, psmdb", "psmdb", NOTHING, {"paused": True, "tls": {"mode": "disabled"}},
     ["paused downtime", "tls.mode refused tls"]),
    ("TLS stricter, psmdb", "psmdb", NOTHING, {"tls": {"mode": "requireTLS"}}, ["tls.mode rolling restart"]),
    ("TLS off, pxc", "pxc", NOTHING, {"tls": {"mode": "disabled"}}, ["tls.mode downtime"]),
    ("a certificate", "pg", NOTHING, {"tls": {"certificateSecret": "crt", "internalCertificateSecret": "in"}},
     ["tls.certificateSecret rolling restart", "tls.internalCertificateSecret rolling restart"]),
    # Data of a backup
    *[(f"data for a cluster that is there, {t}", t, storages("a"), {**storages("a"), **FILLED[t]},
       [f"dataSource.{key} refused data-source" for key in FILLED[t]["dataSource"]]) for t in ("psmdb", "pxc", "pg")],
    *[(f"data is there, {t}", t, {**storages("a"), **FILLED[t]}, storages("a"), []) for t in ("psmdb", "pxc", "pg")],
    # Backups
    ("backups for the first time", "psmdb", NOTHING, storages("a"), ["backupAgent rolling restart",
     "backup.storages[a] online"]),
    ("backups no more", "psmdb", storages("a"), NOTHING, ["backupAgent rolling restart", "backup.storages[a] online"]),
    ("a storage more", "psmdb", storages("a"), storages("a", "b"), ["backup.storages[b] online"]),
    ("another main storage", "psmdb", storages("a", "b"), storages("b", "a"), ["backup.storages refused main-storage"]),
    ("the main storage goes", "psmdb", storages("a", "b"), storages("b"),
     ["backup.storages[a] online", "backup.storages refused main-storage"]),
    ("storages may have any order", "pxc", storages("a", "b"), storages("b", "a"), []),
    ("repositories change places", "pg", storages("a", "b"), storages("b", "a"),
     ["backup.storages refused storage-order"]),
    ("a repository in the middle goes", "pg", storages("a", "b", "c"), storages("a", "c"),
     ["backup.storages[b] rolling restart", "backup.storages refused storage-order"]),
    ("the last repository goes", "pg", storages("a", "b"), storages("a"), ["backup.storages[b] rolling restart"]),
    ("a repository more, with a folder", "pg", storages("a"),
     {"backup": {"storages": [{"name": "a", **S3, "bucket": "a"}, {"name": "b", "prefix": "x", **S3}]}},
     ["backup.storages[b] rolling restart"]),
    ("the folder of a repository", "pg", storages("a", prefix="x"), storages("a", prefix="y"),
     ["backup.storages[a].prefix refused storage-prefix"]),
    ("another bucket", "psmdb", storages("a"), storages("a", bucket="other"), ["backup.storages[a].bucket online"]),
    ("a volume for backups in every pod", "psmdb", storages("a"),
     {"backup": {"storages": [{"name": "a", **S3, "bucket": "a"}, {"name": "b", "type": "filesystem", "claim": "nfs"}]}},
     ["backup.storages[b] rolling restart"]),
    ("a schedule", "pxc", storages("a"), storages("a", schedules=[{"name": "daily", "cron": "0 3 * * *"}]),
     ["backup.storages[a].schedules[daily] online"]),
    ("monitoring", "pg", NOTHING, {"monitoring": {"type": "pmm", "serverUrl": "https://pmm", "credentialsSecret": "k"}},
     ["pmm rolling restart", "monitoring.type rolling restart", "monitoring.serverUrl rolling restart",
      "monitoring.credentialsSecret rolling restart"]),
]  # fmt: skip


def said(changes: ChangeSet, lifted: ChangeSet) -> list[dict[str, Any]]:
    """All that is said of changes, and of those with their guards lifted."""
    return [
        {**plain(one), **({"lifted": line(other)} if one.is_refused else {})}
        for one, other in zip(changes.changes, lifted.changes, strict=True)
    ]


@pytest.mark.parametrize(("name", "base", "old", "new", "expected"), TABLE, ids=[f"{t[1]}: {t[0]}" for t in TABLE])
def test_a_change_has_its_impact(
    name: str, base: str, old: dict[str, Any], new: dict[str, Any], expected: list[str]
) -> None:
    found = change(base, old, new)
    guards = guard_names(snapshot(BASES[base])[1].definition)

    assert [" ".join(filter(None, [c.where, c.impact, c.guard])) for c in found.changes] == expected
    assert all(c.why and c.hint for c in found.changes if c.is_refused)
    assert_expected(SAID, f"{base}: {name}", said(found, change(base, old, new, guards)))


def test_what_is_said_is_expected_of_every_change() -> None:
    assert_cases(SAID, [f"{row[1]}: {row[0]}" for row in TABLE])


def test_the_table_has_rows_for_every_technology() -> None:
    assert len(TABLE) >= 80
    tables_of_their_own = {
        path.parent.name for path in Path(__file__).parent.glob("*/test_*.py") if "CHANGES" in path.read_text()
    }
    assert {row[1] for row in TABLE} == set(BASES) - tables_of_their_own


@pytest.mark.parametrize("base", list(BASES))
def test_the_entries_of_a_definition_name_all_that_its_plugin_honours(base: str) -> None:
    _, technology = snapshot(BASES[base])
    manifest = technology.manifest
    assert manifest is not None
    policies = Policies.of(technology.definition)
    fields = [tuple(text.split(".")) for text in manifest.spec_fields()]
    for name in manifest.components:
        fields += [("instances", name, *text.split(".")) for text in manifest.instance_fields(name)]
    unnamed = [field for field in fields if not any(policy.names(field) for policy in policies.policies)]

    assert unnamed == []


def test_a_lifted_guard_lets_the_change_through_and_says_so() -> None:
    result = change("pg", engine(**size("20Gi")), engine(**size("10Gi")), ["storage-shrink", "downgrade"])

    assert [(c.impact, c.guard, c.lifted) for c in result.changes] == [("downtime", "storage-shrink", True)]
    assert result.refused == []
    assert result.unneeded == ("downgrade",)
