"""Every field that the plugin honours: where it ends up in the operator's object, for each operator version."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import starmap
from typing import Any

from mapping_tests import (  # noqa: F401
    AFFINITY,
    FULL_RANGES,
    POD_SETTINGS,
    RANGES,
    RESOURCES,
    TOLERATIONS,
    Place,
    Row,
    Spec,
    each,
    merged,
    stored,
    test_a_field_reaches_the_operators_object,
    test_every_field_of_the_table_is_honoured,
    test_every_field_that_the_plugin_honours_is_in_the_table,
    test_the_object_passes_the_operators_schema,
    test_volumes_go_with_the_cluster_only_when_asked,
)
from places import MISSING

OPERATORS = ("2.9.0", "3.0.0")


INSTANCE, POOL, REST, HOST = (
    ("instances", 0),
    ("proxy", "pgBouncer"),
    ("backups", "pgbackrest"),
    ("backups", "pgbackrest", "repoHost"),
)
PARAMETERS = ("patroni", "dynamicConfiguration", "postgresql", "parameters")
CLAIM = (*INSTANCE, "dataVolumeClaimSpec")
VOLUME = (*REST, "repos", 0, "volume", "volumeClaimSpec")
SIZE = ("resources", "requests", "storage")


def instance(component: str, **settings: Any) -> Spec:
    return {"instances": {component: settings}}


def engine(**settings: Any) -> Spec:
    return instance("engine", **settings)


def s3(**more: Any) -> Spec:
    return {"type": "s3", "bucket": f"b{len(str(more))}", "region": "r", "credentialsSecret": "c", **more}


def azure(**more: Any) -> Spec:
    return {"type": "azure", "container": "box", "credentialsSecret": "az", **more}


def gcs(**more: Any) -> Spec:
    return {"type": "gcs", "bucket": "g", "credentialsSecret": "gc", **more}


def scheduled(**more: Any) -> Spec:
    return s3(schedules=[{"name": "nightly", "cron": "0 3 * * *", **more}])


def projection(secret: str, *items: tuple[str, str]) -> Spec:
    return {"secret": {"name": secret, "items": [{"key": key, "path": path} for key, path in items]}}


def pod_rows(component: str, at: Place) -> Iterator[Row]:
    """What the components engine, proxy and backupAgent have in common."""

    def row(value: Spec, paths: dict[str, Any]) -> Row:
        return Row(instance(component, **value), {(*at, path): expected for path, expected in paths.items()})

    yield from starmap(row, POD_SETTINGS)
    yield row({"scheduling": {"affinity": AFFINITY}}, {"affinity": AFFINITY, "tolerations": MISSING})
    yield row({"scheduling": {"tolerations": TOLERATIONS}}, {"tolerations": TOLERATIONS, "affinity": MISSING})
    yield row({}, dict.fromkeys(["resources", "affinity", "tolerations", "priorityClassName"], MISSING))


def expose_rows(component: str, at: Place) -> Iterator[Row]:
    for value, expected in (
        ({"type": "NodePort"}, {"type": "NodePort"}),
        ({"annotations": {"a": "b"}}, {"annotations": {"a": "b"}}),
        (RANGES, {"type": "LoadBalancer", "loadBalancerSourceRanges": FULL_RANGES}),
        (
            {"type": "LoadBalancer", "loadBalancerClass": "nlb"},
            {"type": "LoadBalancer", "loadBalancerClass": "nlb"},
        ),
    ):
        yield Row(instance(component, expose=value), {at: expected})
    yield Row(instance(component), {at: MISSING})


PMM: Spec = {"monitoring": {"type": "pmm", "serverUrl": "https://pmm.example.com/", "credentialsSecret": "key"}}
PULL: Spec = {"images": {"pullPolicy": "IfNotPresent", "pullSecrets": ["a", "b"]}}
OPTIONS = (*REST, "global")
FILES = (*REST, "configuration")


def option(number: int, name: str) -> Place:
    return (*OPTIONS, f"repo{number}-{name}")


def repo(number: int) -> Place:
    return (*REST, "repos", number - 1)


WEEKLY = s3(bucket="b", schedules=[{"name": "nightly", "cron": "0 3 * * *", "retention": {"count": 3}}])

ROWS = [
    # The cluster as a whole
    Row({}, {(key,): MISSING for key in ("pause", "proxy", "pmm", "patroni", "secrets", "users", "expose", "tlsOnly")}),
    Row({}, {("imagePullPolicy",): MISSING, ("imagePullSecrets",): MISSING}),
    Row({}, {("crVersion",): "2.9.0"}, ("2.9.0",)),
    Row({}, {("crVersion",): "3.0.0"}, ("3.0.0",)),
    Row({"paused": True}, {("pause",): True}),
    Row(
        {"usersSecret": "own"},
        {("users",): [{"name": "db", "databases": ["db"]}, {"name": "postgres", "secretName": "own"}]},
    ),
    Row({"overrides": {"autoCreateUserSchema": False}}, {("autoCreateUserSchema",): False}),
    Row(PULL, {("imagePullPolicy",): "IfNotPresent", ("imagePullSecrets",): [{"name": "a"}, {"name": "b"}]}),
    Row(merged(PULL, PMM), {("pmm", "imagePullPolicy"): "IfNotPresent"}),
    Row({"tls": {"mode": "requireTLS"}}, {("tlsOnly",): True}),
    Row({"tls": {"mode": "preferTLS"}}, {("tlsOnly",): False}),
    Row(
        {"tls": {"certificateSecret": "c", "internalCertificateSecret": "i"}, "instances": {"proxy": {}}},
        {
            ("secrets",): {"customTLSSecret": {"name": "c"}, "customReplicationTLSSecret": {"name": "i"}},
            (*POOL, "customTLSSecret"): {"name": "c"},
        },
    ),
    # PostgreSQL
    Row(engine(), {(*INSTANCE, "name"): "instance1", (*INSTANCE, "replicas"): 3, ("instances", 1): MISSING}),
    Row(engine(replicas=2), {(*INSTANCE, "replicas"): 2}),
    Row(
        engine(version="16.13"),
        {
            ("image",): "percona/percona-distribution-postgresql:16.13-1",
            ("postgresVersion",): 16,
            (*REST, "image"): "percona/percona-pgbackrest:2.58.0-1",
        },
    ),
    Row(
        engine(version="14.20"),
        {("postgresVersion",): 14, (*REST, "image"): "percona/percona-pgbackrest:2.57.0-1"},
    ),
    Row(engine(image="a/postgresql:x"), {("image",): "a/postgresql:x"}),
    Row(
        merged(engine(version="17.9"), {"images": {"registry": "r.example.com"}}),
        {("image",): "r.example.com/percona/percona-distribution-postgresql:17.9-1"},
    ),
    Row(engine(storage={"size": "50Gi"}), {(*CLAIM, *SIZE): "50Gi", (*VOLUME, *SIZE): "50Gi"}),
    Row(
        engine(storage={"storageClass": "fast"}),
        {(*CLAIM, "storageClassName"): "fast", (*VOLUME, "storageClassName"): "fast"},
    ),
    Row(
        {},
        {
            CLAIM: {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}},
            VOLUME: {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}},
        },
    ),
    Row(engine(engineConfig={"max_connections": "200"}), {PARAMETERS: {"max_connections": "200"}}),
    Row(
        engine(engineConfig={"max_connections": 200, "jit": False, "seq_page_cost": 0.5}),
        {PARAMETERS: {"max_connections": "200", "jit": "false", "seq_page_cost": "0.5"}},
    ),
    Row(engine(overrides={"minAvailable": 1}), {(*INSTANCE, "minAvailable"): 1, (*INSTANCE, "replicas"): 3}),
    *pod_rows("engine", INSTANCE),
    *expose_rows("engine", ("expose",)),
    # PgBouncer
    Row(instance("proxy"), {(*POOL, "replicas"): 3, (*POOL, "config"): MISSING, (*POOL, "customTLSSecret"): MISSING}),
    Row(instance("proxy"), {(*POOL, "image"): "percona/percona-pgbouncer:1.25.1-1"}, ("2.9.0",)),
    Row(instance("proxy"), {(*POOL, "image"): "percona/percona-pgbouncer:1.25.2-1"}, ("3.0.0",)),
    Row(
        instance("proxy", version="1.25.0-1"),
        {(*POOL, "image"): "percona/percona-pgbouncer:1.25.0-1", ("postgresVersion",): 18},
    ),
    Row(instance("proxy", image="a/b:c"), {(*POOL, "image"): "a/b:c"}),
    Row(instance("proxy", replicas=1), {(*POOL, "replicas"): 1}),
    Row(
        instance("proxy", engineConfig={"pool_mode": "transaction", "default_pool_size": 50}),
        {(*POOL, "config"): {"global": {"pool_mode": "transaction", "default_pool_size": "50"}}},
    ),
    Row(instance("proxy", overrides={"exposeSuperusers": True}), {(*POOL, "exposeSuperusers"): True}),
    *pod_rows("proxy", POOL),
    *expose_rows("proxy", (*POOL, "expose")),
    # pgBackRest
    Row({}, {(*REST, "configuration"): MISSING, (*REST, "metadata"): MISSING, OPTIONS: {"repo1-retention-full": "2"}}),
    Row({}, {(*repo(1), "schedules"): {"full": "0 0 * * 6"}, (*REST, "repos", 1): MISSING}),
    *(
        Row(instance(component, podDisruptionBudget={"minAvailable": amount}), {(*at, "minAvailable"): amount})
        for component, at in (("engine", ("instances", 0)), ("proxy", ("proxy", "pgBouncer")))
        for amount in (2, "50%")
    ),
    # Without a volume of the repository host the storages are all there is.
    Row(
        merged(instance("backupAgent", config={"volume": False}), stored(WEEKLY, gcs())),
        {
            (*REST, "repos"): [
                {
                    "name": "repo1",
                    "schedules": {"full": "0 3 * * *"},
                    "s3": {"bucket": "b", "region": "r", "endpoint": "s3.r.amazonaws.com"},
                },
                {"name": "repo2", "gcs": {"bucket": "g"}},
            ],
            option(1, "path"): "/db",
            option(1, "retention-full"): "3",
            option(2, "retention-full"): MISSING,
            (*REST, "metadata", "annotations", "everest.percona.com/repo1"): "s0",
            (*REST, "metadata", "annotations", "everest.percona.com/repo1-schedule"): "nightly",
        },
    ),
    Row(
        stored(
            s3(
                schedules=[
                    {"name": "weekly", "cron": "0 3 * * 0", "retention": {"count": 4}},
                    {"name": "nightly", "cron": "0 3 * * 1", "type": "differential", "retention": {"count": 2}},
                    {"name": "hourly", "cron": "0 * * * *", "type": "incremental"},
                ]
            )
        ),
        {
            (*repo(2), "schedules"): {"full": "0 3 * * 0", "differential": "0 3 * * 1", "incremental": "0 * * * *"},
            option(2, "retention-full"): "4",
            option(2, "retention-diff"): "2",
            (*REST, "metadata", "annotations", "everest.percona.com/repo2-schedule-incremental"): "hourly",
        },
    ),
    Row(
        instance("backupAgent", config={"schedule": "0 1 * * 0", "keep": 5}),
        {(*repo(1), "schedules"): {"full": "0 1 * * 0"}, option(1, "retention-full"): "5"},
    ),
    Row(
        instance("backupAgent", config={"schedule": "off", "keep": 0}),
        {(*repo(1), "schedules"): MISSING, (*REST, "global"): MISSING},
    ),
    Row(
        instance("backupAgent", version="2.57.0-1"),
        {(*REST, "image"): "percona/percona-pgbackrest:2.57.0-1", ("postgresVersion",): 18},
    ),
    Row(instance("backupAgent", image="a/b:c"), {(*REST, "image"): "a/b:c"}),
    Row(
        merged(
            engine(storage={"size": "50Gi", "storageClass": "fast"}), instance("backupAgent", storage={"size": "9Gi"})
        ),
        {(*VOLUME, *SIZE): "9Gi", (*VOLUME, "storageClassName"): "fast"},
    ),
    Row(
        merged(engine(storage={"storageClass": "fast"}), instance("backupAgent", storage={"storageClass": "slow"})),
        {(*VOLUME, *SIZE): "10Gi", (*VOLUME, "storageClassName"): "slow", (*CLAIM, "storageClassName"): "fast"},
    ),
    Row(
        instance("backupAgent", overrides={"global": {"log-level-console": "info"}}),
        {option(1, "retention-full"): "2", (*OPTIONS, "log-level-console"): "info"},
    ),
    *pod_rows("backupAgent", HOST),
    # Storages
    Row(
        stored(s3(bucket="b")),
        {
            repo(2): {
                "name": "repo2",
                "s3": {"bucket": "b", "region": "r", "endpoint": "s3.r.amazonaws.com"},
            },
            OPTIONS: {"repo1-retention-full": "2", "repo2-path": "/db"},
            FILES: [projection("c", ("s3.conf", "s0.conf"))],
            (*REST, "metadata"): {"annotations": {"everest.percona.com/repo2": "s0"}},
        },
    ),
    Row(stored(s3(region="cn-north-1")), {(*repo(2), "s3", "endpoint"): "s3.cn-north-1.amazonaws.com.cn"}),
    Row(stored(s3(prefix="p/q")), {option(2, "path"): "/p/q"}),
    Row(stored(s3(prefix="/p")), {option(2, "path"): "/p"}),
    Row(
        stored(s3(region="r", endpointUrl="https://minio:9000/")),
        {(*repo(2), "s3", "endpoint"): "minio:9000", (*repo(2), "s3", "region"): "r"},
    ),
    Row(
        stored({"type": "s3", "bucket": "b", "endpointUrl": "http://minio", "credentialsSecret": "c"}),
        {(*repo(2), "s3"): {"bucket": "b", "region": "us-east-1", "endpoint": "http://minio"}},
    ),
    Row(stored(s3(verifyTLS=False)), {option(2, "storage-verify-tls"): "n"}),
    Row(stored(s3(verifyTLS=True)), {option(2, "storage-verify-tls"): "y"}),
    Row(stored(s3()), {option(2, "storage-verify-tls"): MISSING, option(2, "s3-uri-style"): MISSING}),
    Row(stored(s3(forcePathStyle=True)), {option(2, "s3-uri-style"): "path"}),
    Row(stored(s3(forcePathStyle=False)), {option(2, "s3-uri-style"): "host"}),
    Row(
        stored(azure(prefix="p")),
        {
            repo(2): {"name": "repo2", "azure": {"container": "box"}},
            option(2, "path"): "/p",
            option(2, "azure-endpoint"): MISSING,
            FILES: [projection("az", ("azure.conf", "s0.conf"))],
        },
    ),
    Row(
        stored(azure(endpointUrl="https://blob.core.chinacloudapi.cn")),
        {option(2, "azure-endpoint"): "blob.core.chinacloudapi.cn"},
    ),
    Row(
        stored(gcs()),
        {
            repo(2): {"name": "repo2", "gcs": {"bucket": "g"}},
            FILES: [projection("gc", ("gcs.conf", "s0.conf"), ("gcs-key.json", "gcs-key.json"))],
        },
    ),
    Row(
        stored(azure(), gcs(), scheduled()),
        {
            (*repo(2), "name"): "repo2",
            (*repo(3), "name"): "repo3",
            (*repo(4), "name"): "repo4",
            (*repo(4), "schedules"): {"full": "0 3 * * *"},
            (*repo(3), "schedules"): MISSING,
            FILES: [
                projection("az", ("azure.conf", "s0.conf")),
                projection("gc", ("gcs.conf", "s1.conf"), ("gcs-key.json", "gcs-key.json")),
                projection("c", ("s3.conf", "s2.conf")),
            ],
        },
    ),
    # A Secret that storages of a type share is mounted once; one of several types once for each.
    Row(
        stored(s3(), s3(bucket="b"), azure(credentialsSecret="c")),
        {FILES: [projection("c", ("s3.conf", "s0.conf")), projection("c", ("azure.conf", "s2.conf"))]},
    ),
    Row(
        stored(s3(), s3(bucket="b", credentialsSecret="d")),
        {FILES: [projection("c", ("s3.conf", "s0.conf")), projection("d", ("s3.conf", "s1.conf"))]},
    ),
    # Schedules
    Row(
        stored(scheduled()),
        {
            (*repo(2), "schedules"): {"full": "0 3 * * *"},
            (*REST, "metadata", "annotations", "everest.percona.com/repo2-schedule"): "nightly",
            option(2, "retention-full"): MISSING,
        },
    ),
    Row(stored(scheduled(enabled=False)), {(*repo(2), "schedules"): MISSING}),
    Row(
        stored(scheduled(retention={"count": 7})),
        {option(2, "retention-full"): "7", option(2, "retention-full-type"): MISSING},
    ),
    Row(
        stored(azure(), scheduled(retention={"duration": "2w"})),
        {
            option(3, "retention-full"): "14",
            option(3, "retention-full-type"): "time",
            option(2, "retention-full"): MISSING,
        },
    ),
    Row(stored(s3(pitr={"enabled": True})), {("patroni",): MISSING}),
    Row(stored(s3(pitr={"intervalSeconds": 90})), {PARAMETERS: {"archive_timeout": "90s"}}),
    Row(
        merged(stored(s3(pitr={"intervalSeconds": 90})), engine(engineConfig={"work_mem": "4MB"})),
        {PARAMETERS: {"archive_timeout": "90s", "work_mem": "4MB"}},
    ),
    # A new cluster with the data of another one
    Row({}, {("dataSource",): MISSING}),
    Row(
        {
            "dataSource": {"storage": "s1", "path": "shop/old/backup/db/20260301-030000F"},
            **stored(s3(), s3(bucket="b", forcePathStyle=True, verifyTLS=False, endpointUrl="https://e:9000")),
        },
        {
            ("dataSource", "pgbackrest"): {
                "stanza": "db",
                "configuration": [{"secret": {"name": "c", "items": [{"key": "s3.conf", "path": "s1.conf"}]}}],
                "global": {
                    "repo3-path": "/shop/old",
                    "repo3-s3-uri-style": "path",
                    "repo3-storage-verify-tls": "n",
                },
                "options": ["--set=20260301-030000F", "--type=immediate"],
                "repo": {"name": "repo3", "s3": {"bucket": "b", "region": "r", "endpoint": "e:9000"}},
            }
        },
    ),
    Row(
        {"dataSource": {"storage": "s0", "path": "/old", "pointInTime": "latest"}, **stored(s3())},
        {
            ("dataSource", "pgbackrest", "global", "repo2-path"): "/old",
            ("dataSource", "pgbackrest", "options"): MISSING,
        },
    ),
    Row(
        {
            "dataSource": {"storage": "s0", "path": "old", "pointInTime": "2026-03-02T01:30:00.5+02:00"},
            **stored(s3()),
        },
        {("dataSource", "pgbackrest", "options"): ["--type=time", '--target="2026-03-01 23:30:00.5+00"']},
    ),
    Row(
        {
            "dataSource": {"storage": "s0", "path": "old"},
            **stored(
                {"type": "azure", "container": "c", "endpointUrl": "https://blob.example.com", "credentialsSecret": "s"}
            ),
        },
        {
            ("dataSource", "pgbackrest", "global", "repo2-azure-endpoint"): "blob.example.com",
            ("dataSource", "pgbackrest", "repo"): {"name": "repo2", "azure": {"container": "c"}},
            ("dataSource", "pgbackrest", "options"): ["--type=immediate"],
        },
    ),
    Row(
        {
            "dataSource": {"storage": "s0", "path": "old"},
            **stored({"type": "gcs", "bucket": "b", "credentialsSecret": "s"}),
        },
        {
            ("dataSource", "pgbackrest", "configuration", 0, "secret", "items", 1, "key"): "gcs-key.json",
            ("dataSource", "pgbackrest", "repo"): {"name": "repo2", "gcs": {"bucket": "b"}},
        },
    ),
    # Monitoring
    Row(
        PMM,
        {
            ("pmm", "enabled"): True,
            ("pmm", "serverHost"): "pmm.example.com",
            ("pmm", "secret"): "key",
            ("pmm", "resources"): MISSING,
            ("pmm", "imagePullPolicy"): MISSING,
        },
    ),
    Row(PMM, {("pmm", "image"): "percona/pmm-client:3.6.0"}, ("2.9.0",)),
    Row(PMM, {("pmm", "image"): "percona/pmm-client:3.7.1"}, ("3.0.0",)),
    Row(merged(PMM, {"monitoring": {"serverUrl": "https://pmm:8443"}}), {("pmm", "serverHost"): "pmm:8443"}),
    Row(merged(PMM, {"monitoring": {"resources": RESOURCES}}), {("pmm", "resources"): RESOURCES}),
    Row(merged(PMM, instance("pmm", resources=RESOURCES)), {("pmm", "resources"): RESOURCES}),
    Row(merged(PMM, instance("pmm", version="2.44.1-1")), {("pmm", "image"): "percona/pmm-client:2.44.1-1"}),
    Row(merged(PMM, instance("pmm", image="a/b:c")), {("pmm", "image"): "a/b:c"}),
    Row(merged(PMM, instance("pmm", overrides={"customClusterName": "x"})), {("pmm", "customClusterName"): "x"}),
]

UNTRIED = {("backup", "storages", "claim"), ("dataSource", "backup")}
"""Honoured by rules that refuse them and say what to use instead."""


EACH = each(ROWS, OPERATORS)


FINALIZERS = [
    # spec, options, finalizers
    ({}, {}, MISSING),
    ({}, {"volumePolicy": "keep"}, MISSING),
    ({}, {"volumePolicy": "delete"}, ["percona.com/delete-pvc", "percona.com/delete-ssl"]),
]
