"""Every field of Everest's first API: where it goes, one row each, and what is said of those that go nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from legacy import S3, UID, lacking, merged, named

from pulumi_everest.core.paths import value_at
from pulumi_everest.emit.crds import Crds
from pulumi_everest.upgrade.legacy.fields import FIELDS
from tools.legacy_table import PAGE, page

STORAGE = named("BackupStorage", "main", S3)
DAILY = {"name": "daily", "enabled": True, "schedule": "0 1 * * *", "backupStorageName": "main", "retentionCopies": 5}
BACKUP = {"backup": {"schedules": [DAILY]}}
AFFINITY = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone"}]}}
POLICY = named("PodSchedulingPolicy", "apart", {"engineType": "pxc", "affinityConfig": {"pxc": {"engine": AFFINITY}}})
PMM = named("MonitoringConfig", "watch", {"type": "pmm", "pmm": {"url": "https://pmm.example.com:8443/x"}})
BALANCER = named("LoadBalancerConfig", "cloud", {"annotations": {"cloud/size": "small"}})
DNS = named("SplitHorizonDNSConfig", "outside", {"baseDomainNameSuffix": "db.example.com"})
SHARDED = {"sharding": {"enabled": True, "shards": 2, "configServer": {"replicas": 3}}}
OUTSIDE = {"proxy": {"expose": {"type": "external"}}}

# By field: the engine, the field's value with what it needs, the objects that it names, and what is rendered.
CARRIED: dict[str, tuple[str, dict[str, Any], list[Any], dict[str, Any]]] = {
    "engine.type": ("pxc", {}, [], {"pxc": {"size": 3}}),
    "engine.version": (
        "psmdb", {"engine": {"version": "7.0.18-11"}}, [], {"image": "percona/percona-server-mongodb:7.0.18-11"},
    ),
    "engine.replicas": ("postgresql", {"engine": {"replicas": 5}}, [], {"instances": [{"replicas": 5}]}),
    "engine.storage.size": (
        "pxc", {"engine": {"storage": {"size": "33Gi"}}}, [],
        {"pxc": {"volumeSpec": {"persistentVolumeClaim": {"resources": {"requests": {"storage": "33Gi"}}}}}},
    ),
    "engine.storage.class": (
        "pxc", {"engine": {"storage": {"class": "fast"}}}, [],
        {"pxc": {"volumeSpec": {"persistentVolumeClaim": {"storageClassName": "fast"}}}},
    ),
    "engine.resources.cpu": (
        "pxc", {"engine": {"resources": {"cpu": "2"}}}, [],
        {"pxc": {"resources": {"limits": {"cpu": "2"}, "requests": {"cpu": "2"}}}},
    ),
    "engine.resources.memory": (
        "psmdb", {"engine": {"resources": {"memory": "4G"}}}, [],
        {"replsets": [{"resources": {"limits": {"memory": "4G"}}}]},
    ),
    "engine.resources.limits": (
        "pxc", {"engine": {"resources": {"cpu": "9", "limits": {"cpu": "2", "memory": "4G"}}}}, [],
        {"pxc": {"resources": {"limits": {"cpu": "2", "memory": "4G"}}}},
    ),
    "engine.resources.requests": (
        "pxc", {"engine": {"resources": {"limits": {"cpu": "2"}, "requests": {"cpu": "1"}}}}, [],
        {"pxc": {"resources": {"limits": {"cpu": "2"}, "requests": {"cpu": "1"}}}},
    ),
    "engine.config": (
        "postgresql", {"engine": {"config": "max_connections = 200\nwork_mem 4MB\n"}}, [],
        {"patroni": {"dynamicConfiguration": {"postgresql": {"parameters": {
            "max_connections": "200", "work_mem": "4MB", "track_commit_timestamp": "on",
        }}}}},
    ),
    "engine.userSecretsName": (
        "postgresql", {"engine": {"userSecretsName": "root"}}, [], {"users": [{"name": "postgres", "secretName": "root"}]},
    ),
    "engine.crVersion": ("pxc", {"engine": {"crVersion": "1.18.0"}}, [], {"crVersion": "1.18.0"}),
    "proxy.type": ("pxc", {"proxy": {"type": "proxysql", "storage": {"size": "1Gi"}}}, [], {"proxysql": {"enabled": True}}),
    "proxy.replicas": ("pxc", {"proxy": {"replicas": 2}}, [], {"haproxy": {"size": 2}}),
    "proxy.config": ("pxc", {"proxy": {"config": "global\n"}}, [], {"haproxy": {"configuration": "global\n"}}),
    "proxy.resources.cpu": (
        "pxc", {"proxy": {"resources": {"cpu": "1"}}}, [],
        {"haproxy": {"resources": {"limits": {"cpu": "1", "memory": "204Mi"}, "requests": {"cpu": "1"}}}},
    ),
    "proxy.resources.memory": (
        "psmdb", SHARDED | {"proxy": {"resources": {"memory": "1G"}}}, [],
        {"sharding": {"mongos": {"resources": {"limits": {"memory": "1G"}}}}},
    ),
    "proxy.resources.limits": (
        "postgresql", {"proxy": {"resources": {"limits": {"cpu": "1"}}}}, [],
        {"proxy": {"pgBouncer": {"resources": {"limits": {"cpu": "1"}}}}},
    ),
    "proxy.resources.requests": (
        "postgresql", {"proxy": {"resources": {"requests": {"cpu": "1"}}}}, [],
        {"proxy": {"pgBouncer": {"resources": {"requests": {"cpu": "1"}}}}},
    ),
    "proxy.storage.size": (
        "pxc", {"proxy": {"type": "proxysql", "storage": {"size": "2Gi"}}}, [],
        {"proxysql": {"volumeSpec": {"persistentVolumeClaim": {"resources": {"requests": {"storage": "2Gi"}}}}}},
    ),
    "proxy.storage.class": (
        "pxc", {"proxy": {"type": "proxysql", "storage": {"size": "2Gi", "class": "slow"}}}, [],
        {"proxysql": {"volumeSpec": {"persistentVolumeClaim": {"storageClassName": "slow"}}}},
    ),
    "proxy.expose.type": (
        "postgresql", {"proxy": {"expose": {"type": "external"}}}, [],
        {"proxy": {"pgBouncer": {"expose": {"type": "LoadBalancer"}}}},
    ),
    "proxy.expose.ipSourceRanges": (
        "psmdb", {"proxy": {"expose": {"type": "LoadBalancer", "ipSourceRanges": ["10.0.0.1", "fd00::1", "10.1.0.0/16"]}}},
        [], {"replsets": [{"expose": {"loadBalancerSourceRanges": ["10.0.0.1/32", "fd00::1/128", "10.1.0.0/16"]}}]},
    ),
    "proxy.expose.loadBalancerConfigName": (
        "pxc", merged(OUTSIDE, {"proxy": {"expose": {"loadBalancerConfigName": "cloud"}}}), [BALANCER],
        {"haproxy": {"exposePrimary": {"annotations": {"cloud/size": "small"}, "type": "LoadBalancer"}}},
    ),
    "backup.schedules[].name": ("psmdb", BACKUP, [STORAGE], {"backup": {"tasks": [{"name": "daily", "enabled": True}]}}),
    "backup.schedules[].schedule": ("pxc", BACKUP, [STORAGE], {"backup": {"schedule": [{"schedule": "0 1 * * *"}]}}),
    "backup.schedules[].backupStorageName": (
        "pxc", BACKUP, [STORAGE],
        {"backup": {"schedule": [{"storageName": "main"}], "storages": {"main": {"verifyTLS": True, "s3": {
            "bucket": f"dumps/orders/{UID}", "region": "eu", "endpointUrl": "https://s3.example.com",
            "credentialsSecret": "s3-keys",
        }}}}},
    ),
    "backup.schedules[].retentionCopies": (
        "postgresql", BACKUP, [STORAGE],
        {"backups": {"pgbackrest": {
            "global": {"repo2-retention-full": "5", "repo2-path": f"/orders/{UID}", "repo2-s3-uri-style": "path"},
            "repos": [{"name": "repo1"}, {"name": "repo2", "schedules": {"full": "0 1 * * *"}}],
        }}},
    ),
    "backup.pitr.enabled": (
        "psmdb", merged(BACKUP, {"backup": {"pitr": {"enabled": True}}}), [STORAGE],
        {"backup": {"pitr": {"enabled": True}}},
    ),
    "backup.pitr.backupStorageName": (
        "pxc", {"backup": {"pitr": {"enabled": True, "backupStorageName": "main"}}}, [STORAGE],
        {"backup": {"pitr": {"enabled": True, "storageName": "main-pitr"}, "storages": {"main-pitr": {"s3": {
            "bucket": f"dumps/orders/{UID}/pitr",
        }}}}},
    ),
    "backup.pitr.uploadIntervalSec": (
        "psmdb", merged(BACKUP, {"backup": {"pitr": {"enabled": True, "uploadIntervalSec": 150}}}), [STORAGE],
        {"backup": {"pitr": {"oplogSpanMin": 2}}},
    ),
    "monitoring.monitoringConfigName": (
        "psmdb", {"monitoring": {"monitoringConfigName": "watch"}}, [PMM],
        {"pmm": {"enabled": True, "image": "percona/pmm-client:3", "serverHost": "pmm.example.com",
                 "resources": {"requests": {"cpu": "95m", "memory": "99604Ki"}}}},
    ),
    "monitoring.resources.requests": (
        "pxc", {"monitoring": {"monitoringConfigName": "watch", "resources": {"requests": {"cpu": "1"}}}}, [PMM],
        {"pmm": {"resources": {"requests": {"cpu": "1", "memory": "99604Ki"}}}},
    ),
    "monitoring.resources.limits": (
        "pxc", {"monitoring": {"monitoringConfigName": "watch", "resources": {"limits": {"cpu": "1"}}}}, [PMM],
        {"pmm": {"resources": {"limits": {"cpu": "1"}}}},
    ),
    "sharding.enabled": ("psmdb", SHARDED, [], {"sharding": {"enabled": True}}),
    "sharding.shards": ("psmdb", SHARDED, [], {"replsets": [{"name": "rs0"}, {"name": "rs1"}]}),
    "sharding.configServer.replicas": ("psmdb", SHARDED, [], {"sharding": {"configsvrReplSet": {"size": 3}}}),
    "podSchedulingPolicyName": (
        "pxc", {"podSchedulingPolicyName": "apart"}, [POLICY], {"pxc": {"affinity": {"advanced": AFFINITY}}},
    ),
    "engineFeatures.psmdb.splitHorizonDnsConfigName": (
        "psmdb", {"engineFeatures": {"psmdb": {"splitHorizonDnsConfigName": "outside"}}}, [DNS],
        {"secrets": {"ssl": "orders-sh-cert"}, "replsets": [{"splitHorizons": {
            "orders-rs0-0": {"external": "orders-rs0-0-shop.db.example.com"},
        }}]},
    ),
    "paused": ("psmdb", {"paused": True}, [], {"pause": True}),
    "allowUnsafeConfiguration": (
        "psmdb", {"allowUnsafeConfiguration": True}, [],
        {"tls": {"mode": "disabled"}, "unsafeFlags": {"tls": True, "replsetSize": True, "backupIfUnhealthy": True}},
    ),
}  # fmt: skip
# What goes nowhere: what is said about it, at which path.
IMPORT = {"dataImporterName": "any", "source": {"path": "/x"}}
NOWHERE: dict[str, tuple[str, dict[str, Any], str, tuple[str | int, ...]]] = {
    "backup.schedules[].enabled": (
        "pxc", {"backup": {"schedules": [DAILY | {"enabled": False}]}}, "migrate.lost", ("spec", "backup", "schedules", 0),
    ),
    "dataSource.dbClusterBackupName": (
        "pxc", {"dataSource": {"dbClusterBackupName": "monday"}}, "migrate.lost", ("spec", "dataSource"),
    ),
    "dataSource.backupSource.path": (
        "psmdb", {"dataSource": {"backupSource": {"path": "x", "backupStorageName": "main"}}},
        "migrate.lost", ("spec", "dataSource"),
    ),
    "dataSource.backupSource.backupStorageName": (
        "psmdb", {"dataSource": {"backupSource": {"path": "x", "backupStorageName": "gone"}}},
        "migrate.missing", ("spec", "dataSource"),
    ),
    "dataSource.dataImport": (
        "pxc", {"dataSource": {"dataImport": IMPORT}}, "migrate.lost", ("spec", "dataSource", "dataImport"),
    ),
}  # fmt: skip
# No effect in Everest, so there is nothing to say, or not without the field that they belong to.
SILENT = {
    "backup.enabled": {"backup": {"enabled": True}},
    "dataSource.pitr.type": {"dataSource": {"pitr": {"type": "date"}}},
    "dataSource.pitr.date": {"dataSource": {"pitr": {"date": "2026-01-01T00:00:00Z"}}},
    "monitoring.resources.claims": {"monitoring": {"resources": {"claims": [{"name": "gpu"}]}}},
}


def test_the_table_has_a_row_for_every_field():
    assert {*CARRIED, *NOWHERE, *SILENT} == {field.path for field in FIELDS}


@pytest.mark.parametrize("path", CARRIED)
def test_a_field_goes_where_the_table_says(path, legacy, move, render):
    engine, spec, others, expected = CARRIED[path]

    result = move(legacy(engine, spec), *others)

    made = render(result)["spec"]
    partly = {"replsets": 1} if "replsets" in expected and len(expected["replsets"]) == 1 else {}
    shown = {**made, **{key: made[key][:count] for key, count in partly.items()}}
    assert lacking(expected, shown) == []
    assert [
        entry for entry in result.findings if entry.is_error or entry.code in ("migrate.lost", "migrate.missing")
    ] == []


@pytest.mark.parametrize("path", NOWHERE)
def test_what_goes_nowhere_is_said(path, legacy, move, render):
    engine, spec, code, at = NOWHERE[path]

    result = move(legacy(engine, spec), STORAGE)

    assert (code, at) in {(entry.code, entry.path) for entry in result.findings}
    assert all(entry.hint for entry in result.findings if entry.code == code)
    assert render(result) == render(move(legacy(engine)))


@pytest.mark.parametrize("path", SILENT)
def test_what_had_no_effect_has_none(path, legacy, move, render):
    assert render(move(legacy("pxc", SILENT[path]))) == render(move(legacy("pxc")))


@pytest.mark.parametrize("release", ["1.9.0", "1.10.0-rc3", "main"])
def test_every_field_of_the_released_definitions_is_in_the_table(release, shared: Path):
    file = shared / "crds" / "everest-operator" / release / "everest.percona.com_databaseclusters.yaml"
    schema = value_at(yaml.safe_load(file.read_text()), ("spec", "versions", 0, "schema", "openAPIV3Schema"))
    known = {field.path for field in FIELDS}

    missing = [path for path in paths(schema["properties"]["spec"]) if not any(covers(field, path) for field in known)]

    assert missing == []


def paths(schema: dict[str, Any], path: str = "") -> list[str]:
    """The leaves of a schema."""
    if "properties" in schema:
        return [leaf for key, part in schema["properties"].items() for leaf in paths(part, f"{path}.{key}".lstrip("."))]
    if schema.get("type") == "array" and "properties" in schema["items"]:
        return paths(schema["items"], f"{path}[]")
    return [path]


def covers(field: str, path: str) -> bool:
    """Whether a field of the table is the path, or holds it."""
    return path == field or path.startswith((f"{field}.", f"{field}["))


def test_the_page_has_the_table():
    assert page(PAGE.read_text()) == PAGE.read_text(), "make schemas writes it"


RELEASES = {"pxc": "pxc/1.19.0", "psmdb": "psmdb/1.22.0", "postgresql": "pg/3.0.0"}


@pytest.mark.parametrize("path", CARRIED)
def test_what_everest_made_is_what_its_operator_takes(path, legacy, move, shared: Path):
    engine, spec, others, _ = CARRIED[path]

    result = move(legacy(engine, merged({"engine": {"crVersion": RELEASES[engine].split("/")[1]}}, spec)), *others)

    crds = Crds.load([shared / "crds" / RELEASES[engine]])
    assert list(crds.check(result.made)) == []
