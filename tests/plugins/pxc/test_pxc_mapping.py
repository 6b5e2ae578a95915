"""Every field that the plugin honours: where it ends up in the operator's object, for each operator version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import starmap
from typing import Any

import pytest
from mapping_tests import (  # noqa: F401
    AFFINITY,
    FULL_RANGES,
    MORE_POD_SETTINGS,
    POD_SETTINGS,
    RANGES,
    RESOURCES,
    SPREAD,
    TOLERATIONS,
    Row,
    Spec,
    each,
    filled,
    merged,
    stored,
    test_a_field_reaches_the_operators_object,
    test_every_field_of_the_table_is_honoured,
    test_every_field_that_the_plugin_honours_is_in_the_table,
    test_the_object_passes_the_operators_schema,
    test_volumes_go_with_the_cluster_only_when_asked,
    test_volumes_may_grow_in_the_words_of_the_operator_version,
)
from places import MISSING

OPERATORS = ("1.19.0", "1.20.0")

MARCH = "orders-2026-03-01-03:00:05-full"
"""What the operator calls a backup of the cluster orders."""
KEYS = {"credentialsSecret": "c"}
CLAIM = "volumeSpec.persistentVolumeClaim"
UNTRIED = {("backup", "storages", "claim"), ("instances", "monitoring")}
"""Honoured as far as the manifest goes: a storage that a rule refuses, and a component of other definitions."""


def instances(**given: Any) -> Spec:
    """A cluster of the topology that has these components."""
    return {"topology": {"type": "proxysql" if "proxysql" in given else "cluster"}, "instances": given}


def s3(**more: Any) -> Spec:
    return {"type": "s3", "bucket": "b", "region": "r", **more}


def azure(**more: Any) -> Spec:
    return {"type": "azure", "container": "c", "credentialsSecret": "s", **more}


def scheduled(**more: Any) -> Spec:
    return s3(credentialsSecret="s", schedules=[{"name": "nightly", "cron": "0 3 * * *", **more}])


def collected(**pitr: Any) -> Spec:
    return s3(credentialsSecret="s", pitr=pitr)


def pod_rows(component: str, at: str) -> Iterator[Row]:
    """What the components engine, proxy and proxysql have in common."""

    def row(value: Spec, paths: dict[str, Any]) -> Row:
        return Row(instances(**{component: value}), {f"{at}.{path}": expected for path, expected in paths.items()})

    yield row({"replicas": 5}, {"size": 5})
    yield row({}, {"size": 3})
    yield row({"image": "a/b:c"}, {"image": "a/b:c"})
    yield from starmap(row, [*POD_SETTINGS, *MORE_POD_SETTINGS])
    yield row({"terminationGracePeriodSeconds": 90}, {"gracePeriod": 90})
    yield row({"engineConfig": "[mysqld]\nx=1\n"}, {"configuration": "[mysqld]\nx=1\n"})
    yield row({"scheduling": {"nodeSelector": {"disk": "ssd"}}}, {"nodeSelector": {"disk": "ssd"}, "affinity": MISSING})
    yield row({"scheduling": {"affinity": AFFINITY}}, {"affinity": {"advanced": AFFINITY}, "nodeSelector": MISSING})
    yield row({"scheduling": {"tolerations": TOLERATIONS}}, {"tolerations": TOLERATIONS})
    yield row({"overrides": {"gracePeriod": 90}}, {"gracePeriod": 90})
    bare = ["resources", "configuration", "tolerations", "priorityClassName", "expose", "exposePrimary"]
    yield row({}, dict.fromkeys(bare, MISSING))
    pull = {f"{at}.imagePullPolicy": "Never", f"{at}.imagePullSecrets": [{"name": "a"}, {"name": "b"}]}
    yield Row(merged(instances(**{component: {}}), PULL), pull)


def volume_rows(component: str, at: str, default: str) -> Iterator[Row]:
    def row(value: Spec, paths: dict[str, Any]) -> Row:
        return Row(instances(**{component: value}), {f"{at}.{CLAIM}.{path}": known for path, known in paths.items()})

    yield row({"storage": {"size": "50Gi"}}, {"resources.requests.storage": "50Gi"})
    yield row({"storage": {"storageClass": "fast"}}, {"storageClassName": "fast"})
    yield row({}, {"storageClassName": MISSING, "resources.requests.storage": default})


def expose_rows(component: str, at: str, enabled: Any, **more: Any) -> Iterator[Row]:
    def row(value: Spec, paths: dict[str, Any]) -> Row:
        own = instances(**{component: {"expose": value, **more}})
        return Row(own, {f"{at}.{path}": expected for path, expected in {**paths, "enabled": enabled}.items()})

    yield row({"type": "NodePort"}, {"type": "NodePort", "annotations": MISSING})
    yield row({"annotations": {"a": "b"}}, {"annotations": {"a": "b"}, "type": MISSING})
    yield row(RANGES, {"type": "LoadBalancer", "loadBalancerSourceRanges": FULL_RANGES, "loadBalancerClass": MISSING})
    yield row({"type": "LoadBalancer", "loadBalancerClass": "nlb"}, {"loadBalancerClass": "nlb"})


def agent(**more: Any) -> Spec:
    return merged({"instances": {"backupAgent": more}}, stored(collected()))


def agent_rows() -> Iterator[Row]:
    """What the pods have that make backups, and those that collect binary logs."""
    scheduling: Spec = {
        "nodeSelector": {"disk": "hdd"},
        "affinity": AFFINITY,
        "tolerations": TOLERATIONS,
        "topologySpreadConstraints": SPREAD,
        "priorityClassName": "low",
        "runtimeClassName": "gvisor",
    }
    for key, value in scheduling.items():
        places = {f"backup.storages.{name}.{key}": value for name in ("s0", "s0-pitr")}
        yield Row(agent(scheduling={key: value}), places)
    for key, place, value in (
        ("podLabels", "labels", {"a": "b"}),
        ("podAnnotations", "annotations", {"a": "b"}),
        ("schedulerName", "schedulerName", "batch"),
    ):
        yield Row(agent(config={key: value}), {f"backup.storages.s0.{place}": value})


PMM: Spec = {"usersSecret": "u", "monitoring": {"type": "pmm", "serverUrl": "https://pmm.example.com/"}}
PULL: Spec = {"images": {"pullPolicy": "Never", "pullSecrets": ["a", "b"]}}
XTRABACKUP = "percona/percona-xtrabackup"

ROWS = [
    # The cluster as a whole
    Row({}, {"pause": MISSING, "proxysql": MISSING, "backup": MISSING, "pmm": MISSING, "tls": MISSING}),
    Row({}, {"updateStrategy": "SmartUpdate", "upgradeOptions": {"apply": "disabled"}, "unsafeFlags": MISSING}),
    Row({}, {"pxc.imagePullPolicy": MISSING, "pxc.imagePullSecrets": MISSING, "haproxy.imagePullPolicy": MISSING}),
    Row({"paused": True}, {"pause": True}),
    Row({}, {"secretsName": "db-secrets", "sslSecretName": MISSING, "sslInternalSecretName": MISSING}),
    Row({"usersSecret": "own"}, {"secretsName": "own"}),
    Row({"overrides": {"pxc": {"autoRecovery": False}}}, {"pxc.autoRecovery": False, "pxc.size": 3}),
    Row({"tls": {"mode": "enabled"}}, {"tls": {"enabled": True}, "unsafeFlags": MISSING}),
    Row({"tls": {"mode": "disabled"}}, {"tls": {"enabled": False}, "unsafeFlags": {"tls": True}}),
    Row(
        {"tls": {"issuer": {"name": "i", "kind": "ClusterIssuer", "group": "cert-manager.io"}}},
        {"tls": {"issuerConf": {"name": "i", "kind": "ClusterIssuer", "group": "cert-manager.io"}}},
    ),
    Row({"tls": {"certificateSecret": "c"}}, {"sslSecretName": "c", "sslInternalSecretName": MISSING, "tls": MISSING}),
    Row(
        {"tls": {"certificateSecret": "c", "internalCertificateSecret": "i"}},
        {"sslSecretName": "c", "sslInternalSecretName": "i"},
    ),
    # Members and proxies
    Row(instances(engine={"replicas": 1}), {"pxc.size": 1, "unsafeFlags": {"pxcSize": True}}),
    Row(instances(engine={"replicas": 5}), {"pxc.size": 5, "unsafeFlags": MISSING}),
    Row(instances(proxy={"replicas": 1}), {"haproxy.size": 1, "unsafeFlags": {"proxySize": True}}),
    Row(instances(proxy={"replicas": 2}), {"haproxy.size": 2, "unsafeFlags": MISSING}),
    Row(instances(proxysql={"replicas": 1}), {"proxysql.size": 1, "unsafeFlags": {"proxySize": True}}),
    Row(instances(proxysql={}), {"proxysql.enabled": True, "haproxy": MISSING, "unsafeFlags": MISSING}),
    Row(instances(proxy={}), {"haproxy.enabled": True, "proxysql": MISSING}),
    Row(instances(engine={"version": "8.0.42-33.1"}), {"pxc.image": "percona/percona-xtradb-cluster:8.0.42-33.1"}),
    Row(
        merged(instances(engine={"version": "8.0.42-33.1"}), {"images": {"registry": "r.example.com"}}),
        {"pxc.image": "r.example.com/percona/percona-xtradb-cluster:8.0.42-33.1"},
    ),
    Row(instances(proxy={"version": "2.8.17"}), {"haproxy.image": "percona/haproxy:2.8.17"}, ("1.19.0",)),
    Row(instances(proxy={"version": "2.8.18-1"}), {"haproxy.image": "percona/haproxy:2.8.18-1"}, ("1.20.0",)),
    Row(instances(proxysql={"version": "2.7.3-1.2"}), {"proxysql.image": "percona/proxysql2:2.7.3-1.2"}, ("1.19.0",)),
    Row(instances(proxysql={"version": "2.7.3-1.3"}), {"proxysql.image": "percona/proxysql2:2.7.3-1.3"}, ("1.20.0",)),
    # ProxySQL as the proxy that the cluster chooses
    Row(
        instances(proxy={"type": "proxysql"}),
        {
            "proxysql.enabled": True,
            "proxysql.size": 3,
            f"proxysql.{CLAIM}": {"resources": {"requests": {"storage": "2Gi"}}},
            "haproxy": MISSING,
        },
    ),
    Row(instances(proxy={"type": "haproxy"}), {"haproxy.enabled": True, "proxysql": MISSING}),
    Row(
        instances(proxy={"type": "proxysql", "storage": {"size": "5Gi", "storageClass": "fast"}}),
        {
            f"proxysql.{CLAIM}.resources.requests.storage": "5Gi",
            f"proxysql.{CLAIM}.storageClassName": "fast",
        },
    ),
    Row(
        instances(proxy={"type": "proxysql", "version": "2.7"}),
        {"proxysql.image": "percona/proxysql2:2.7.3-1.3"},
        ("1.20.0",),
    ),
    *pod_rows("engine", "pxc"),
    *pod_rows("proxy", "haproxy"),
    *pod_rows("proxysql", "proxysql"),
    *volume_rows("engine", "pxc", "10Gi"),
    *volume_rows("proxysql", "proxysql", "2Gi"),
    *expose_rows("engine", "pxc.expose", True),
    *expose_rows("proxy", "haproxy.exposePrimary", MISSING),
    *expose_rows("proxysql", "proxysql.expose", True),
    # The Service for reads
    Row(instances(proxy={"expose": {"type": "LoadBalancer"}}), {"haproxy.exposeReplicas": MISSING}),
    Row(instances(proxy={"config": {"readService": "internal"}}), {"haproxy.exposeReplicas": MISSING}),
    Row(instances(proxy={"config": {"readService": "disabled"}}), {"haproxy.exposeReplicas": {"enabled": False}}),
    Row(
        instances(proxy={"expose": {"type": "NodePort"}, "config": {"readService": "disabled"}}),
        {"haproxy.exposePrimary": {"type": "NodePort"}, "haproxy.exposeReplicas": {"enabled": False}},
    ),
    *expose_rows("proxy", "haproxy.exposeReplicas", True, config={"readService": "exposed"}),
    # Backups
    Row(agent(image="a/b:c"), {"backup.image": "a/b:c", "backup.storages.s0.resources": MISSING}),
    Row(agent(overrides={"allowParallel": False}), {"backup.allowParallel": False}),
    Row(
        agent(resources=RESOURCES),
        {
            "backup.storages.s0.resources": RESOURCES,
            "backup.storages.s0-pitr.resources": RESOURCES,
            "backup.pitr.resources": RESOURCES,
        },
    ),
    *agent_rows(),
    Row(agent(version="8.4.0-5.1"), {"backup.image": f"{XTRABACKUP}:8.4.0-5.1"}),
    Row(
        merged(stored(s3()), PULL),
        {"backup.imagePullPolicy": "Never", "backup.imagePullSecrets": [{"name": "a"}, {"name": "b"}]},
    ),
    Row(
        stored(s3()),
        {
            "backup.storages": {"s0": {"type": "s3", "s3": {"bucket": "b", "region": "r"}}},
            "backup.schedule": MISSING,
            "backup.pitr": MISSING,
            "backup.imagePullPolicy": MISSING,
        },
    ),
    Row(stored(s3(prefix="p/q")), {"backup.storages.s0.s3": {"bucket": "b/p/q", "region": "r"}}),
    Row(stored(s3(endpointUrl="https://e")), {"backup.storages.s0.s3.endpointUrl": "https://e"}),
    Row(stored(s3(verifyTLS=False)), {"backup.storages.s0.verifyTLS": False}),
    Row(stored(s3(verifyTLS=True)), {"backup.storages.s0.verifyTLS": True}),
    Row(stored(s3(forcePathStyle=True)), {"backup.storages.s0.s3.forcePathStyle": True}, ("1.20.0",)),
    Row(stored(s3(forcePathStyle=False)), {"backup.storages.s0.s3.forcePathStyle": False}, ("1.20.0",)),
    Row(stored(s3(credentialsSecret="c")), {"backup.storages.s0.s3.credentialsSecret": "c"}),
    Row(
        stored(azure(prefix="p", endpointUrl="https://e")),
        {
            "backup.storages.s0": {
                "type": "azure",
                "azure": {"container": "c/p", "endpointUrl": "https://e", "credentialsSecret": "s"},
            }
        },
    ),
    Row(
        stored(scheduled()),
        {"backup.schedule": [{"name": "nightly", "schedule": "0 3 * * *", "storageName": "s0"}]},
    ),
    Row(stored(scheduled(enabled=True)), {"backup.schedule.0.name": "nightly"}),
    Row(stored(scheduled(enabled=False)), {"backup.schedule": [], "backup.storages.s0.type": "s3"}),
    Row(
        stored(scheduled(retention={"count": 7})),
        {"backup.schedule.0.retention": {"type": "count", "count": 7, "deleteFromStorage": True}},
    ),
    Row(
        stored(scheduled(), s3(schedules=[{"name": "weekly", "cron": "0 4 * * 0"}])),
        {
            "backup.schedule.0.storageName": "s0",
            "backup.schedule.1.name": "weekly",
            "backup.schedule.1.storageName": "s1",
        },
    ),
    # Point-in-time recovery, into a folder of its own
    Row(
        stored(collected(enabled=True)),
        {
            "backup.pitr": {"enabled": True, "storageName": "s0-pitr"},
            "backup.storages.s0.s3.bucket": "b",
            "backup.storages.s0-pitr": {
                "type": "s3",
                "s3": {"bucket": "b/db/pitr", "region": "r", "credentialsSecret": "s"},
            },
        },
    ),
    Row(
        stored({**collected(), "prefix": "p", "verifyTLS": False, "endpointUrl": "https://e"}),
        {
            "backup.storages.s0.s3.bucket": "b/p",
            "backup.storages.s0-pitr.s3.bucket": "b/p/pitr",
            "backup.storages.s0-pitr.s3.endpointUrl": "https://e",
            "backup.storages.s0-pitr.verifyTLS": False,
        },
    ),
    Row(
        stored(s3(), azure(pitr={}, prefix="p")),
        {
            "backup.pitr": {"enabled": True, "storageName": "s1-pitr"},
            "backup.storages.s0-pitr": MISSING,
            "backup.storages.s1.azure.container": "c/p",
            "backup.storages.s1-pitr.azure": {"container": "c/p/pitr", "credentialsSecret": "s"},
        },
    ),
    Row(
        stored(s3(credentialsSecret="s", pitr={"storage": "s1"}), s3(bucket="logs", credentialsSecret="t")),
        {
            "backup.pitr": {"enabled": True, "storageName": "s1"},
            "backup.storages.s0-pitr": MISSING,
            "backup.storages.s1.s3.bucket": "logs",
        },
    ),
    Row(stored(collected(storage="s0")), {"backup.pitr.storageName": "s0", "backup.storages.s0-pitr": MISSING}),
    Row(
        stored({"type": "filesystem", "size": "6Gi", "storageClass": "slow"}),
        {
            "backup.storages.s0": {
                "type": "filesystem",
                "volume": {
                    "persistentVolumeClaim": {
                        "storageClassName": "slow",
                        "accessModes": ["ReadWriteOnce"],
                        "resources": {"requests": {"storage": "6Gi"}},
                    }
                },
            }
        },
    ),
    Row(
        stored({"type": "filesystem", "size": "6Gi", "schedules": [{"name": "nightly", "cron": "0 3 * * *"}]}),
        {
            "backup.storages.s0.volume.persistentVolumeClaim.storageClassName": MISSING,
            "backup.schedule": [{"name": "nightly", "schedule": "0 3 * * *", "storageName": "s0"}],
        },
    ),
    Row({"config": {"vaultSecret": "v"}}, {"vaultSecretName": "v", "tls": MISSING}),
    Row({"config": {"certificateNames": ["a.example.org"]}}, {"tls": {"SANs": ["a.example.org"]}}),
    Row(stored(collected(enabled=False)), {"backup.pitr.enabled": False}),
    Row(stored(collected(intervalSeconds=90)), {"backup.pitr.timeBetweenUploads": 90, "backup.pitr.enabled": True}),
    # A new cluster is filled by a restore, which comes after the cluster itself.
    Row(
        filled({"backup": "monday"}, s3()),
        {"pxcCluster": "db", "backupName": "monday", "backupSource": MISSING, "pitr": MISSING},
    ),
    Row(
        filled({"storage": "s0", "path": f"p/q/{MARCH}"}, s3(verifyTLS=False, **KEYS, endpointUrl="https://e")),
        {
            "backupName": MISSING,
            "backupSource": {
                "destination": f"s3://b/p/q/{MARCH}",
                "storageName": "s0",
                "verifyTLS": False,
                "s3": {"bucket": "b/p/q", "region": "r", "endpointUrl": "https://e", "credentialsSecret": "c"},
            },
        },
    ),
    Row(
        filled({"storage": "s0", "path": MARCH}, {"type": "azure", "container": "c", "credentialsSecret": "s"}),
        {
            "backupSource": {
                "destination": f"azure://c/{MARCH}",
                "storageName": "s0",
                "azure": {"container": "c", "credentialsSecret": "s"},
            }
        },
    ),
    # Binary logs are beside the backups, or in the folder of the cluster that they are from.
    Row(
        filled({"storage": "s0", "path": f"p/{MARCH}", "pointInTime": "2026-03-02T01:30:00+02:00"}, s3(**KEYS)),
        {
            "pitr": {
                "type": "date",
                "date": "2026-03-01 23:30:00",
                "backupSource": {"s3": {"bucket": "b/p/pitr", "region": "r", "credentialsSecret": "c"}},
            }
        },
    ),
    Row(
        filled({"storage": "s0", "path": MARCH, "pointInTime": "latest"}, s3(**KEYS)),
        {
            "pitr": {
                "type": "latest",
                "backupSource": {"s3": {"bucket": "b/orders/pitr", "region": "r", "credentialsSecret": "c"}},
            }
        },
    ),
    # Monitoring
    Row(PMM, {"pmm.enabled": True, "pmm.serverHost": "pmm.example.com", "pmm.resources": MISSING}),
    Row(merged(PMM, {"monitoring": {"serverUrl": "https://pmm:8443"}}), {"pmm.serverHost": "pmm:8443"}),
    Row(merged(PMM, {"monitoring": {"resources": RESOURCES}}), {"pmm.resources": RESOURCES}),
    Row(merged(PMM, instances(pmm={"resources": RESOURCES})), {"pmm.resources": RESOURCES}),
    Row(merged(PMM, instances(pmm={"image": "a/b:c"})), {"pmm.image": "a/b:c", "pmm.imagePullPolicy": MISSING}),
    Row(merged(PMM, instances(pmm={"version": "2.44.1-1"})), {"pmm.image": "percona/pmm-client:2.44.1-1"}),
    Row(merged(PMM, instances(pmm={"overrides": {"customClusterName": "x"}})), {"pmm.customClusterName": "x"}),
    Row(merged(PMM, instances(proxysql={})), {"pmm.enabled": True, "proxysql.enabled": True}),
    Row(merged(PMM, PULL), {"pmm.imagePullPolicy": "Never"}),
]


EACH = each(ROWS, OPERATORS)


GROWTH = [
    # operator version, what is there, what is not
    ("1.19.0", {"crVersion": "1.19.0", "enableVolumeExpansion": True}, "storageScaling"),
    ("1.20.0", {"crVersion": "1.20.0", "storageScaling": {"enableVolumeScaling": True}}, "enableVolumeExpansion"),
]

PODS, PVC, PROXY_PVC, SSL = (
    f"percona.com/delete-{what}" for what in ("pxc-pods-in-order", "pxc-pvc", "proxysql-pvc", "ssl")
)


FINALIZERS = [
    # spec, options, finalizers
    ({}, {}, [PODS]),
    ({}, {"volumePolicy": "keep"}, [PODS]),
    ({}, {"volumePolicy": "delete"}, [PODS, PVC, SSL]),
    (instances(proxysql={}), {"volumePolicy": "delete"}, [PODS, PVC, PROXY_PVC, SSL]),
    # The finalizer deletes the Secrets that the cluster names, whoever made them.
    ({"tls": {"certificateSecret": "mine"}}, {"volumePolicy": "delete"}, [PODS, PVC]),
]

BUNDLED = [
    # version of the engine, operator, image of the backup agent
    ("5.7.34-31.51", "1.19.0", "2.4.29"),
    ("5.7.44-31.65", "1.20.0", "2.4.29"),
    ("8.0.36-28.1", "1.19.0", "8.0.35-34.1"),
    ("8.0.44-35.1", "1.19.0", "8.0.35-34.1"),
    ("8.0.44-35.1", "1.20.0", "8.0.35-35.1"),
    ("8.0.45-36.1", "1.20.0", "8.0.35-35.1"),
    ("8.4.7-7.1", "1.19.0", "8.4.0-5.1"),
    (None, "1.19.0", "8.4.0-5.1"),
    (None, "1.20.0", "8.4.0-5.1"),
]


@pytest.mark.parametrize(("version", "operator", "backup"), BUNDLED)
def test_the_backup_agent_is_the_one_for_the_engine(
    emitted: Callable[..., Any], version: str | None, operator: str, backup: str
) -> None:
    own: Spec = {"components": {"versions": {"pxc": {"version": version}}}} if version else {}

    spec = emitted(merged(own, stored(s3())), operator=operator)[-1]["spec"]

    assert spec["backup"]["image"] == f"{XTRABACKUP}:{backup}"
    newest = {"1.19.0": "8.4.7-7.1", "1.20.0": "8.4.8-8.1"}[operator]
    assert spec["pxc"]["image"] == f"percona/percona-xtradb-cluster:{version or newest}"
