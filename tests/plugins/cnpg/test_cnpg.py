"""CloudNativePG: what is refused, where each field ends up in the operator's objects, and what changes do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from change_tests import test_what_a_change_does  # noqa: F401
from compared import engine, of, size
from definition_tests import (  # noqa: F401
    NIGHTLY,
    test_a_field_that_would_do_nothing_is_refused,
    test_a_rule_points_at_what_breaks_it,
    test_a_rule_refuses,
    test_a_rule_warns,
    test_each_operator_release_has_one_default_of_each_type,
    test_every_rule_is_broken_by_a_row,
    test_replicas_are_limited,
    test_the_plugin_has_no_findings,
)
from mapping_tests import (  # noqa: F401
    AFFINITY,
    FULL_RANGES,
    POD_SETTINGS,
    RANGES,
    RESOURCES,
    TOLERATIONS,
    Row,
    Spec,
    each,
    test_a_field_reaches_the_operators_object,
    test_every_field_of_the_table_is_honoured,
    test_every_field_that_the_plugin_honours_is_in_the_table,
    test_the_object_passes_the_operators_schema,
)
from places import MISSING

from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.findings import one_line

OPERATORS = ("1.30.0",)
BASE = "cnpg"
DEFAULTS = {"1.30.0": {"postgresql": "18.4"}}


def s3(name: str = "main", **more: Any) -> Spec:
    return {"name": name, "type": "s3", "bucket": "b", "credentialsSecret": "c", **more}


def kept(*storages: Spec, **more: Any) -> Spec:
    """A cluster with storages for its backups, the first with a schedule."""
    first, *rest = storages
    return {"backup": {"storages": [{"schedules": NIGHTLY, **first}, *rest]}, **more}


def daily(**more: Any) -> list[Spec]:
    return [{**NIGHTLY[0], **more}]


def setting(name: str) -> Spec:
    return engine(engineConfig={name: "1"})


AZURE: Spec = {"name": "main", "type": "azure", "container": "box", "endpointUrl": "https://me.blob.core.windows.net"}
GCS: Spec = {"name": "main", "type": "gcs", "bucket": "b"}
SET = "the operator sets port"

ERRORS: list[tuple[Spec, str, str, str]] = [
    ({}, "1db", "name", "begins with a letter"),
    ({}, "d" * 51, "name", "at most 50 characters"),
    (engine(image="own/postgresql:latest"), "db", "instances.engine.image", "begins with it"),
    *((setting(name), "db", "instances.engine.engineConfig", SET)
      for name in ("listen_addresses", "archive_mode", "archive_command", "recovery_min_apply_delay", "ssl_key_file",
                   "synchronous_standby_names", "unix_socket_group", "shared_preload_libraries", "log_directory")),
    (engine(expose={"loadBalancerClass": "x"}), "db", "instances.engine.expose", "need the type LoadBalancer"),
    (kept(s3("a"), s3("b")), "db", "backup.storages", "one place for backups"),
    (kept(s3(type="minio", endpointUrl="http://minio:9000")), "db", "backup.storages", "the type of a storage is s3"),
    (kept({**AZURE, "endpointUrl": "https://me.blob.core.windows.net/box"}), "db", "backup.storages", "with the account"),
    (kept(s3(pitr={"enabled": False})), "db", "backup.storages", "always on"),
    (kept(s3(pitr={"compression": "brotli"})), "db", "backup.storages", "the compression of archives"),
    ({**kept(s3(pitr={"intervalSeconds": 60})), **setting("archive_timeout")}, "db", "backup.storages",
     "in engineConfig, not in both"),
    (kept(s3(schedules=daily(retention={"duration": "36h"}))), "db", "backup.storages", "whole days"),
    (kept(s3(prefix="shop"), dataSource={"storage": "main", "path": "shop/db"}), "db", "dataSource.path",
     "would archive into this path"),
]  # fmt: skip
BROKEN: list[tuple[Spec, Spec, str, str]] = [
    (engine(engineConfig={"port": "1", "work_mem": "4MB", "hot_standby": "on"}), {},
     "instances.engine.engineConfig.port instances.engine.engineConfig.hot_standby", SET),
    (kept(s3(schedules=[{"name": "a", "cron": "0 1 * * *", "retention": {"duration": "14d"}},
                        {"name": "b", "cron": "0 2 * * *", "retention": {"duration": "15d"}}])), {},
     "backup.storages.0.schedules.1.retention.duration", "one time"),
]  # fmt: skip
WARNINGS: list[tuple[Spec, str, str]] = [
    ({"backup": {"storages": [s3()]}}, "backup.storages", "nothing can be restored from"),
]
FINE: list[Spec] = [
    {},
    engine(image="own/postgresql:18.4-5-bookworm"),
    engine(engineConfig={"wal_level": "logical", "log_statement": "ddl", "archive_timeout": "1min"}),
    engine(expose={"type": "NodePort"}),
    kept(s3(), dataSource={"backup": "monday"}),
    kept(s3(), s3("old"), dataSource={"storage": "old", "path": "db"}),
    kept(AZURE),
    kept(GCS),
]
REFUSED: list[tuple[Spec, str]] = [
    (engine(podDisruptionBudget={"maxUnavailable": 1}), "podDisruptionBudget"),
    (kept(s3(verifyTLS=False)), "verifyTLS"),
    (kept(s3(schedules=daily(retention={"count": 3}))), "count"),
    (of("proxy", storage={"size": "1Gi"}), "storage"),
    ({"monitoring": {"serverUrl": "https://pmm.example.com"}}, "monitoring"),
]
REPLICAS = [("cluster", component, number, number > 0) for component in ("engine", "proxy") for number in (0, 1, 2)]

STORE = ("backup", "barmanObjectStore")
KEYS = {"accessKeyId": {"name": "c", "key": "AWS_ACCESS_KEY_ID"},
        "secretAccessKey": {"name": "c", "key": "AWS_SECRET_ACCESS_KEY"}}  # fmt: skip
ROWS = [
    Row({}, {"instances": 3, "imageName": "ghcr.io/cloudnative-pg/postgresql:18.4-system-trixie",
             "storage": {"size": "10Gi"}, "backup": MISSING, "bootstrap": MISSING, "env": MISSING}),
    Row(engine(version="17.10"), {"imageName": "ghcr.io/cloudnative-pg/postgresql:17.10-system-trixie"}),
    Row(engine(image="own/pg:17.10"), {"imageName": "own/pg:17.10"}),
    Row(engine(replicas=1), {"instances": 1}),
    Row(engine(storage={"size": "7Gi", "storageClass": "fast"}), {"storage": {"size": "7Gi", "storageClass": "fast"}}),
    *(Row(engine(**own), theirs) for own, theirs in POD_SETTINGS),
    Row(engine(scheduling={"affinity": AFFINITY}), {"affinity.nodeAffinity": AFFINITY["nodeAffinity"]}),
    Row(engine(scheduling={"nodeSelector": {"disk": "ssd"}}), {"affinity.nodeSelector": {"disk": "ssd"}}),
    Row(engine(scheduling={"tolerations": TOLERATIONS}), {"affinity.tolerations": TOLERATIONS}),
    Row(engine(engineConfig={"work_mem": "8MB", "max_connections": 200}),
        {"postgresql.parameters": {"work_mem": "8MB", "max_connections": "200"}}),
    Row(engine(expose={**RANGES, "annotations": {"a": "b"}, "loadBalancerClass": "nlb"}),
        {"managed.services.additional": [{"selectorType": "rw", "serviceTemplate": {
            "metadata": {"name": "db-external", "annotations": {"a": "b"}},
            "spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": FULL_RANGES, "loadBalancerClass": "nlb"}}}]}),
    Row(engine(overrides={"walStorage": {"size": "1Gi"}}), {"walStorage": {"size": "1Gi"}}),
    Row({"images": {"pullPolicy": "Always", "pullSecrets": ["a"]}},
        {"imagePullPolicy": "Always", "imagePullSecrets": [{"name": "a"}]}),
    Row({"usersSecret": "own"}, {"enableSuperuserAccess": True, "superuserSecret": {"name": "own"}}),
    Row({"config": {"database": "orders"}}, {"bootstrap": {"initdb": {"database": "orders"}}}),
    Row({"tls": {"certificateSecret": "a", "internalCertificateSecret": "b"}},
        {"certificates": {"serverTLSSecret": "a", "serverCASecret": "a", "replicationTLSSecret": "b",
                          "clientCASecret": "b"}}),
    # Backups
    Row(kept(s3(prefix="shop/pg", region="r", endpointUrl="https://s3.example.com")),
        {STORE: {"destinationPath": "s3://b/shop/pg", "endpointURL": "https://s3.example.com", "s3Credentials": KEYS},
         "env": [{"name": "AWS_DEFAULT_REGION", "value": "r"}]}),
    Row(kept({"name": "main", "type": "s3", "bucket": "b"}),
        {STORE: {"destinationPath": "s3://b", "s3Credentials": {"inheritFromIAMRole": True}}}),
    Row(kept(AZURE), {STORE: {"destinationPath": "https://me.blob.core.windows.net/box",
                              "azureCredentials": {"inheritFromAzureAD": True}}}),
    Row(kept({**AZURE, "credentialsSecret": "az"}), {(*STORE, "azureCredentials"): {
        "storageAccount": {"name": "az", "key": "AZURE_STORAGE_ACCOUNT_NAME"},
        "storageKey": {"name": "az", "key": "AZURE_STORAGE_ACCOUNT_KEY"}}}),
    Row(kept(GCS), {STORE: {"destinationPath": "gs://b", "googleCredentials": {"gkeEnvironment": True}}}),
    Row(kept({**GCS, "credentialsSecret": "key"}), {(*STORE, "googleCredentials"): {
        "applicationCredentials": {"name": "key", "key": "gcs-key.json"}}}),
    Row(kept(s3(pitr={"enabled": True, "intervalSeconds": 60, "compression": "zstd"})),
        {(*STORE, "wal"): {"compression": "zstd"}, "postgresql.parameters": {"archive_timeout": "60s"}}),
    Row(kept(s3(schedules=daily(enabled=True, retention={"duration": "14d"}))), {"backup.retentionPolicy": "14d"}),
    # Filled from elsewhere
    Row({"dataSource": {"backup": "monday"}},
        {"bootstrap.recovery": {"backup": {"name": "monday"}, "recoveryTarget": {"targetImmediate": True}}}),
    Row(kept(s3(prefix="shop"), dataSource={"storage": "main", "path": "shop/old", "pointInTime": "latest"}),
        {"bootstrap.recovery": {"source": "source"}, "externalClusters": [{"name": "source", "barmanObjectStore": {
            "destinationPath": "s3://b/shop", "s3Credentials": KEYS, "serverName": "old"}}]}),
    Row(kept(GCS, s3("old"), config={"database": "orders"},
             dataSource={"storage": "old", "path": "pg", "pointInTime": "2026-03-01T12:00:00Z"}),
        {"bootstrap": {"recovery": {"source": "source", "database": "orders",
                                    "recoveryTarget": {"targetTime": "2026-03-01T12:00:00Z"}}},
         (*STORE, "destinationPath"): "gs://b",
         ("externalClusters", 0, "barmanObjectStore", "destinationPath"): "s3://b"}),
]  # fmt: skip
EACH = each(ROWS, OPERATORS)
UNTRIED: set[tuple[str, ...]] = {("paused",), ("instances", "proxy")}
"""What is in annotations, and in an object of its own: both have tests below."""


@pytest.mark.parametrize("spec", FINE, ids=str)
def test_the_rules_leave_alone(plan: Callable[..., Any], spec: Spec) -> None:
    _, found = plan(spec)

    assert [one_line(entry) for entry in found] == []


PROXY: list[tuple[Spec, Spec]] = [
    ({}, {"type": "rw", "instances": 2, "cluster": {"name": "db"},
          "pgbouncer": {"image": "ghcr.io/cloudnative-pg/pgbouncer:1.25.1"}}),
    ({"replicas": 4, "image": "own/pgbouncer:1.25.1"}, {"instances": 4, "pgbouncer": {"image": "own/pgbouncer:1.25.1"}}),
    ({"engineConfig": {"pool_mode": "transaction", "max_client_conn": 10}},
     {"pgbouncer": {"image": "ghcr.io/cloudnative-pg/pgbouncer:1.25.1", "poolMode": "transaction",
                    "parameters": {"max_client_conn": "10"}}}),
    ({"resources": RESOURCES, "scheduling": {"tolerations": TOLERATIONS, "runtimeClassName": "gvisor"}},
     {"template": {"spec": {"containers": [{"name": "pgbouncer", "resources": RESOURCES}], "tolerations": TOLERATIONS,
                            "runtimeClassName": "gvisor"}}}),
    ({"expose": {"type": "NodePort", "annotations": {"a": "b"}}},
     {"serviceTemplate": {"metadata": {"annotations": {"a": "b"}}, "spec": {"type": "NodePort"}}}),
    ({"overrides": {"deploymentStrategy": {"type": "Recreate"}}}, {"deploymentStrategy": {"type": "Recreate"}}),
]  # fmt: skip


@pytest.mark.parametrize(("proxy", "expected"), PROXY)
def test_a_proxy_is_a_pooler(
    emitted: Callable[..., Any], crds: Callable[[str], Crds], proxy: Spec, expected: Spec
) -> None:
    pooler, cluster = emitted(of("proxy", **proxy))

    assert (pooler["kind"], pooler["metadata"]["name"], cluster["kind"]) == ("Pooler", "db-pooler", "Cluster")
    assert {key: pooler["spec"][key] for key in expected} == expected
    assert crds(OPERATORS[0]).check(pooler) == []


def test_each_schedule_is_an_object_with_seconds(emitted: Callable[..., Any]) -> None:
    schedules = [*NIGHTLY, {"name": "weekly", "cron": "0 4 * * 0", "enabled": False}]

    *made, _ = emitted(kept(s3(schedules=schedules)))

    assert [(entry["kind"], entry["metadata"]["name"], entry["spec"]) for entry in made] == [
        ("ScheduledBackup", "db-nightly", {"cluster": {"name": "db"}, "schedule": "0 0 3 * * *"}),
        ("ScheduledBackup", "db-weekly", {"cluster": {"name": "db"}, "schedule": "0 0 4 * * 0", "suspend": True}),
    ]


@pytest.mark.parametrize(("paused", "expected"), [(True, {"cnpg.io/hibernation": "on"}), (False, MISSING)])
def test_a_pause_is_an_annotation(emitted: Callable[..., Any], paused: bool, expected: Any) -> None:
    [cluster] = emitted({"paused": paused})

    assert cluster["metadata"].get("annotations", MISSING) == expected


def test_the_password_of_the_superuser_is_in_a_secret_that_the_operator_watches(emitted: Callable[..., Any]) -> None:
    users, cluster = emitted({}, secrets={"users": {"password": "pw"}})

    assert users["type"] == "kubernetes.io/basic-auth"
    assert users["stringData"] == {"username": "postgres", "password": "pw"}
    assert users["metadata"]["labels"] == {"cnpg.io/reload": "true"}
    assert cluster["spec"]["superuserSecret"] == {"name": users["metadata"]["name"]}


def test_credentials_of_a_storage_are_in_a_secret_in_the_operators_form(emitted: Callable[..., Any]) -> None:
    google = {"GCS_CLIENT_EMAIL": "robot@example.com", "GCS_PRIVATE_KEY": "key"}
    amazon = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key"}
    given = {
        kind: emitted(kept(storage), secrets={"storages": {"main": values}})
        for kind, storage, values in (
            ("gcs", GCS, google),
            ("s3", {"name": "main", "type": "s3", "bucket": "b"}, amazon),
        )
    }
    made = {kind: next(entry for entry in objects if entry["kind"] == "Secret") for kind, objects in given.items()}
    stores = {kind: objects[-1]["spec"]["backup"]["barmanObjectStore"] for kind, objects in given.items()}

    assert json.loads(made["gcs"]["stringData"]["gcs-key.json"])["client_email"] == "robot@example.com"
    assert stores["gcs"]["googleCredentials"]["applicationCredentials"]["name"] == made["gcs"]["metadata"]["name"]
    assert made["s3"]["stringData"] == amazon
    assert stores["s3"]["s3Credentials"]["accessKeyId"]["name"] == made["s3"]["metadata"]["name"]


CHANGES: list[tuple[str, Spec, Spec, list[str]]] = [
    ("a volume grows", {}, engine(**size("20Gi")), ["engine.storage.size online"]),
    ("a volume shrinks", engine(**size("20Gi")), {}, ["engine.storage.size refused storage-shrink"]),
    ("another class", engine(storage={"storageClass": "a"}), engine(storage={"storageClass": "b"}),
     ["engine.storage.storageClass refused storage-class"]),
    ("more servers", {}, engine(replicas=5), ["engine.replicas online"]),
    ("a minor version up", {}, engine(version="17.10"), ["engine.version rolling restart"]),
    ("a minor version down", engine(version="17.10"), {}, ["engine.version refused downgrade"]),
    ("a major version up", {}, engine(version="18.4"), ["engine.version downtime"]),
    ("two major versions up", engine(version="15.18"), {}, ["engine.version downtime"]),
    ("a major version down", engine(version="18.4"), {}, ["engine.version refused downgrade"]),
    ("a setting that is reloaded", {}, engine(engineConfig={"work_mem": "8MB"}), ["engine.engineConfig.work_mem online"]),
    ("a setting for the start", {}, engine(engineConfig={"max_connections": "300"}),
     ["engine.engineConfig.max_connections rolling restart"]),
    ("a proxy comes", {}, of("proxy", replicas=2), ["proxy downtime"]),
    ("a proxy has another setting", of("proxy", replicas=2), of("proxy", replicas=2, engineConfig={"max_client_conn": 9}),
     ["proxy.engineConfig.max_client_conn online"]),
    ("another database", {}, {"config": {"database": "orders"}}, ["config.database refused database"]),
    ("a stop", {}, {"paused": True}, ["paused downtime"]),
    ("another certificate", {"tls": {"certificateSecret": "a"}}, {"tls": {"certificateSecret": "b"}},
     ["tls.certificateSecret online"]),
    ("a schedule", kept(s3()), kept(s3(schedules=daily(cron="0 5 * * *"))),
     ["backup.storages[main].schedules[nightly].cron online"]),
    ("a region", kept(s3()), kept(s3(region="r")), ["backup.storages[main].region rolling restart"]),
    ("another source", {"dataSource": {"backup": "a"}}, {"dataSource": {"backup": "b"}},
     ["dataSource.backup refused data-source"]),
]  # fmt: skip
