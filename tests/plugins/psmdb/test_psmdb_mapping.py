"""Every field that the plugin honours: where it ends up in the operator's object, for each operator version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import starmap
from typing import Any

from mapping_tests import (  # noqa: F401
    AFFINITY,
    FULL_RANGES,
    MORE_POD_SETTINGS,
    POD_SETTINGS,
    RANGES,
    RESOURCES,
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

from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import Workspace, shape_for

OPERATORS = ("1.21.1", "1.22.0")

MARCH = "2026-03-01T03:00:05Z"
"""What Percona Backup for MongoDB calls a backup."""
CLAIM = "volumeSpec.persistentVolumeClaim"


def standard(**engine: Any) -> Spec:
    return {"instances": {"engine": engine}}


def sharded(**instances: Any) -> Spec:
    return {"topology": {"type": "sharded"}, "instances": instances}


def s3(**more: Any) -> Spec:
    return {"type": "s3", "bucket": "b", **more}


def minio(**more: Any) -> Spec:
    return {"type": "minio", "bucket": "b", "endpointUrl": "https://m:9000", "credentialsSecret": "s", **more}


def scheduled(**more: Any) -> Spec:
    return s3(schedules=[{"name": "nightly", "cron": "0 3 * * *", **more}])


def agent(version: str) -> Spec:
    return {"instances": {"backupAgent": {"version": version}}}


def pod_rows(component: str, at: str, *, configured: bool = True, **beside: Any) -> Iterator[Row]:
    """What all components that have pods of their own have in common."""

    def row(value: Spec, paths: dict[str, Any]) -> Row:
        own = sharded(**beside, **{component: value})
        return Row(own, {f"{at}.{path}": expected for path, expected in paths.items()})

    yield from starmap(row, [*POD_SETTINGS, *MORE_POD_SETTINGS])
    yield row({"terminationGracePeriodSeconds": 90}, {"terminationGracePeriodSeconds": 90})
    if configured:
        yield row({"engineConfig": "systemLog: {}\n"}, {"configuration": "systemLog: {}\n"})
    yield row({"scheduling": {"nodeSelector": {"disk": "ssd"}}}, {"nodeSelector": {"disk": "ssd"}, "affinity": MISSING})
    yield row({"scheduling": {"affinity": AFFINITY}}, {"affinity": {"advanced": AFFINITY}, "nodeSelector": MISSING})
    yield row({"scheduling": {"tolerations": TOLERATIONS}}, {"tolerations": TOLERATIONS})
    yield row({"overrides": {"terminationGracePeriodSeconds": 90}}, {"terminationGracePeriodSeconds": 90})
    yield row({}, dict.fromkeys(["resources", "configuration", "tolerations", "priorityClassName", "expose"], MISSING))


def volume_rows(component: str, at: str, default: str) -> Iterator[Row]:
    yield Row(
        sharded(**{component: {"storage": {"size": "50Gi"}}}), {f"{at}.{CLAIM}.resources.requests.storage": "50Gi"}
    )
    yield Row(sharded(**{component: {"storage": {"storageClass": "fast"}}}), {f"{at}.{CLAIM}.storageClassName": "fast"})
    yield Row(
        sharded(**{component: {}}),
        {f"{at}.{CLAIM}.storageClassName": MISSING, f"{at}.{CLAIM}.resources.requests.storage": default},
    )


def expose_rows(build: Callable[..., Spec], at: str, enabled: Any) -> Iterator[Row]:
    yield Row(build({"type": "NodePort"}), {f"{at}.type": "NodePort", f"{at}.enabled": enabled})
    yield Row(build({"annotations": {"a": "b"}}), {f"{at}.annotations": {"a": "b"}, f"{at}.enabled": enabled})
    yield Row(build(RANGES), {f"{at}.type": "LoadBalancer", f"{at}.loadBalancerSourceRanges": FULL_RANGES})
    yield Row(build({"type": "LoadBalancer", "loadBalancerClass": "nlb"}), {f"{at}.loadBalancerClass": "nlb"})


def container_rows(component: str, at: str, base: Spec) -> Iterator[Row]:
    """What components have in common that are one container of every pod."""
    own = {"instances": {component: {"resources": RESOURCES}}}
    yield Row(merged(base, own), {f"{at}.resources": RESOURCES})
    image = {"instances": {component: {"image": "a/b:c"}}}
    yield Row(merged(base, image), {f"{at}.image": "a/b:c", f"{at}.resources": MISSING})


PMM: Spec = {"usersSecret": "u", "monitoring": {"type": "pmm", "serverUrl": "https://pmm.example.com/"}}
EXPORTER: Spec = {"instances": {"monitoring": {}}}
AGENT: Spec = {"instances": {"backupAgent": {}}}
PULL: Spec = {"images": {"pullPolicy": "IfNotPresent", "pullSecrets": ["a", "b"]}}

ROWS = [
    # The cluster as a whole
    Row({}, {"pause": MISSING, "sharding": MISSING, "backup": MISSING, "pmm": MISSING, "tls": MISSING}),
    Row({}, {"updateStrategy": "SmartUpdate", "upgradeOptions": {"apply": "disabled", "setFCV": True}}),
    Row({}, {"unsafeFlags": MISSING, "imagePullPolicy": MISSING, "imagePullSecrets": MISSING}),
    Row({"paused": True}, {"pause": True}),
    Row({}, {"secrets": {"users": "db-secrets"}}),
    Row({"usersSecret": "own"}, {"secrets": {"users": "own"}}),
    Row({"overrides": {"clusterServiceDNSMode": "External"}}, {"clusterServiceDNSMode": "External"}),
    Row(PULL, {"imagePullPolicy": "IfNotPresent", "imagePullSecrets": [{"name": "a"}, {"name": "b"}]}),
    Row({"tls": {"mode": "requireTLS"}}, {"tls": {"mode": "requireTLS"}, "unsafeFlags": MISSING}),
    Row({"tls": {"mode": "disabled"}}, {"tls": {"mode": "disabled"}, "unsafeFlags": {"tls": True}}),
    Row(
        {"tls": {"issuer": {"name": "i", "kind": "ClusterIssuer", "group": "cert-manager.io"}}},
        {"tls": {"issuerConf": {"name": "i", "kind": "ClusterIssuer", "group": "cert-manager.io"}}},
    ),
    Row({"tls": {"certificateSecret": "c"}}, {"secrets.ssl": "c", "secrets.sslInternal": MISSING, "tls": MISSING}),
    Row({"tls": {"internalCertificateSecret": "c"}}, {"secrets.sslInternal": "c", "secrets.ssl": MISSING}),
    # Members
    Row(standard(), {"replsets.0.name": "rs0", "replsets.0.size": 3, "replsets.1": MISSING}),
    Row(standard(replicas=5), {"replsets.0.size": 5, "unsafeFlags": MISSING}),
    Row(standard(replicas=1), {"replsets.0.size": 1, "unsafeFlags": {"replsetSize": True}}),
    Row(standard(version="8.0.8-3"), {"image": "percona/percona-server-mongodb:8.0.8-3"}),
    Row(standard(image="a/mongod:8"), {"image": "a/mongod:8"}),
    Row(
        merged(standard(version="8.0.8-3"), {"images": {"registry": "r.example.com"}}),
        {"image": "r.example.com/percona/percona-server-mongodb:8.0.8-3"},
    ),
    Row(
        sharded(), {"sharding.enabled": True, "replsets.0.name": "rs0", "replsets.1.name": "rs1", "replsets.2": MISSING}
    ),
    Row({"topology": {"type": "sharded", "config": {"shards": 1}}}, {"replsets.0.name": "rs0", "replsets.1": MISSING}),
    Row(
        {"topology": {"type": "sharded", "config": {"shards": 12}}},
        {"replsets.11.name": "rs11", "replsets.12": MISSING},
    ),
    Row(sharded(), {"sharding.configsvrReplSet.size": 3, "sharding.mongos.size": 3, "unsafeFlags": MISSING}),
    Row(sharded(configServer={"replicas": 5}), {"sharding.configsvrReplSet.size": 5}),
    Row(
        sharded(engine={"replicas": 1}, configServer={"replicas": 1}),
        {"sharding.configsvrReplSet.size": 1, "replsets.1.size": 1, "unsafeFlags": {"replsetSize": True}},
    ),
    Row(sharded(proxy={"replicas": 1}), {"sharding.mongos.size": 1, "unsafeFlags": {"mongosSize": True}}),
    *pod_rows("engine", "replsets.0"),
    *pod_rows("engine", "replsets.1"),
    *pod_rows("configServer", "sharding.configsvrReplSet"),
    *pod_rows("proxy", "sharding.mongos"),
    *pod_rows("arbiter", "replsets.1.arbiter", configured=False, engine={"replicas": 4}),
    *pod_rows("nonVoting", "replsets.1.nonvoting"),
    *pod_rows("hidden", "replsets.1.hidden"),
    *volume_rows("nonVoting", "replsets.1.nonvoting", "10Gi"),
    *volume_rows("hidden", "replsets.1.hidden", "10Gi"),
    # Members beside those of the engine
    Row(standard(), {"replsets.0.arbiter": MISSING, "replsets.0.nonvoting": MISSING, "replsets.0.hidden": MISSING}),
    Row(
        {"instances": {"engine": {"replicas": 4}, "arbiter": {}}},
        {"replsets.0.arbiter": {"enabled": True, "size": 1}, "replsets.0.size": 4, "unsafeFlags": MISSING},
    ),
    Row(
        {"instances": {"engine": {"replicas": 2}, "arbiter": {"replicas": 1}}},
        {"replsets.0.arbiter.size": 1, "unsafeFlags": {"replsetSize": True}},
    ),
    Row(
        {"instances": {"nonVoting": {"replicas": 2}, "hidden": {"replicas": 1}}},
        {
            "replsets.0.nonvoting.enabled": True,
            "replsets.0.nonvoting.size": 2,
            "replsets.0.hidden.enabled": True,
            "replsets.0.hidden.size": 1,
            "unsafeFlags": MISSING,
        },
    ),
    Row(
        merged(stored({"type": "filesystem", "claim": "c"}), {"instances": {"nonVoting": {}, "monitoring": {}}}),
        {
            "replsets.0.nonvoting.sidecarVolumes.0.persistentVolumeClaim.claimName": "c",
            "replsets.0.nonvoting.sidecars.0.name": "mongodb-exporter",
        },
    ),
    Row({"config": {"encryptionKeySecret": "k"}}, {"secrets.encryptionKey": "k", "secrets.keyFile": MISSING}),
    Row({"config": {"keyFileSecret": "k"}}, {"secrets.keyFile": "k", "secrets.encryptionKey": MISSING}),
    Row({"config": {"vaultSecret": "v"}}, {"secrets.vault": "v", "secrets.ldapSecret": MISSING}),
    Row({"config": {"ldapSecret": "l"}}, {"secrets.ldapSecret": "l", "secrets.vault": MISSING}),
    *volume_rows("engine", "replsets.1", "10Gi"),
    *volume_rows("configServer", "sharding.configsvrReplSet", "3Gi"),
    *expose_rows(lambda value: standard(expose=value), "replsets.0.expose", True),
    *expose_rows(lambda value: sharded(proxy={"expose": value}), "sharding.mongos.expose", MISSING),
    *expose_rows(lambda value: sharded(configServer={"expose": value}), "sharding.configsvrReplSet.expose", True),
    # Backups
    Row(AGENT, {"backup.enabled": True, "backup.storages": MISSING, "backup.tasks": MISSING, "backup.pitr": MISSING}),
    Row(
        {"instances": {"backupAgent": {"overrides": {"annotations": {"a": "b"}}}}},
        {"backup.annotations": {"a": "b"}, "backup.enabled": True},
    ),
    *container_rows("backupAgent", "backup", AGENT),
    Row(agent("2.11.0"), {"backup.image": "percona/percona-backup-mongodb:2.11.0"}, ("1.21.1", "1.21.2")),
    Row(agent("2.12.0"), {"backup.image": "percona/percona-backup-mongodb:2.12.0"}, ("1.22.0",)),
    Row(
        stored(s3()),
        {"backup.enabled": True, "backup.storages": {"s0": {"main": True, "type": "s3", "s3": {"bucket": "b"}}}},
    ),
    Row(stored(s3(), s3()), {"backup.storages.s0.main": True, "backup.storages.s1.main": MISSING}),
    Row(stored(s3(prefix="p")), {"backup.storages.s0.s3": {"bucket": "b", "prefix": "p"}}),
    Row(stored(s3(region="r")), {"backup.storages.s0.s3": {"bucket": "b", "region": "r"}}),
    Row(stored(s3(endpointUrl="https://e")), {"backup.storages.s0.s3": {"bucket": "b", "endpointUrl": "https://e"}}),
    Row(stored(s3(verifyTLS=False)), {"backup.storages.s0.s3": {"bucket": "b", "insecureSkipTLSVerify": True}}),
    Row(stored(s3(verifyTLS=True)), {"backup.storages.s0.s3": {"bucket": "b", "insecureSkipTLSVerify": False}}),
    Row(stored(s3(forcePathStyle=False)), {"backup.storages.s0.s3": {"bucket": "b", "forcePathStyle": False}}),
    Row(stored(s3(credentialsSecret="c")), {"backup.storages.s0.s3": {"bucket": "b", "credentialsSecret": "c"}}),
    Row(
        stored(
            {"type": "azure", "container": "c", "prefix": "p", "endpointUrl": "https://e", "credentialsSecret": "s"}
        ),
        {
            "backup.storages.s0.azure": {
                "container": "c",
                "prefix": "p",
                "endpointUrl": "https://e",
                "credentialsSecret": "s",
            }
        },
    ),
    Row(
        stored({"type": "gcs", "bucket": "b", "prefix": "p", "credentialsSecret": "s"}),
        {
            "backup.storages.s0": {
                "main": True,
                "type": "gcs",
                "gcs": {"bucket": "b", "prefix": "p", "credentialsSecret": "s"},
            }
        },
    ),
    Row(
        merged(sharded(), stored({"type": "filesystem", "claim": "c", "prefix": "p"})),
        {
            "backup.storages.s0.filesystem": {"path": "/mnt/backup/s0/p"},
            "backup.volumeMounts": [{"name": "backup-s0", "mountPath": "/mnt/backup/s0"}],
            "replsets.1.sidecarVolumes": [{"name": "backup-s0", "persistentVolumeClaim": {"claimName": "c"}}],
            "sharding.configsvrReplSet.sidecarVolumes.0.persistentVolumeClaim.claimName": "c",
            "sharding.mongos.sidecarVolumes": MISSING,
        },
    ),
    Row(
        stored(scheduled()),
        {"backup.tasks": [{"name": "nightly", "enabled": True, "schedule": "0 3 * * *", "storageName": "s0"}]},
    ),
    Row(stored(scheduled(enabled=False)), {"backup.tasks.0.enabled": False}),
    Row(
        stored(scheduled(retention={"count": 7})),
        {"backup.tasks.0.retention": {"type": "count", "count": 7, "deleteFromStorage": True}},
    ),
    Row(
        stored(scheduled(), s3(schedules=[{"name": "weekly", "cron": "0 4 * * 0"}])),
        {"backup.tasks.0.storageName": "s0", "backup.tasks.1.name": "weekly", "backup.tasks.1.storageName": "s1"},
    ),
    Row(stored(scheduled(type="physical")), {"backup.tasks.0.type": "physical"}),
    Row(
        stored(scheduled(compression="zstd", compressionLevel=3)),
        {
            "backup.tasks.0.compressionType": "zstd",
            "backup.tasks.0.compressionLevel": 3,
            "backup.tasks.0.type": MISSING,
        },
    ),
    Row(
        stored(s3(pitr={"compression": "gzip", "compressionLevel": 6})),
        {"backup.pitr": {"enabled": True, "compressionType": "gzip", "compressionLevel": 6}},
    ),
    Row(
        stored(minio(prefix="p", region="r", verifyTLS=False, forcePathStyle=True)),
        {
            "backup.storages.s0": {
                "main": True,
                "type": "minio",
                "minio": {
                    "bucket": "b",
                    "prefix": "p",
                    "region": "r",
                    "endpointUrl": "m:9000",
                    "secure": True,
                    "insecureSkipTLSVerify": True,
                    "forcePathStyle": True,
                    "credentialsSecret": "s",
                },
            }
        },
        ("1.22.0",),
    ),
    Row(
        stored(minio(endpointUrl="http://m:9000/")),
        {"backup.storages.s0.minio.endpointUrl": "m:9000", "backup.storages.s0.minio.secure": False},
        ("1.22.0",),
    ),
    Row(
        filled({"storage": "s0", "path": f"p/{MARCH}"}, minio()),
        {
            "backupSource.destination": f"s3://b/p/{MARCH}",
            "backupSource.minio": {
                "bucket": "b",
                "prefix": "p",
                "endpointUrl": "m:9000",
                "secure": True,
                "credentialsSecret": "s",
            },
        },
        ("1.22.0",),
    ),
    Row(stored(s3(pitr={"enabled": True})), {"backup.pitr": {"enabled": True}}),
    Row(stored(s3(pitr={"enabled": False})), {"backup.pitr": {"enabled": False}}),
    Row(stored(s3(pitr={"enabled": True}), s3(pitr={"enabled": False})), {"backup.pitr": {"enabled": True}}),
    Row(stored(s3(pitr={"intervalSeconds": 120})), {"backup.pitr": {"enabled": True, "oplogSpanMin": 2}}),
    Row(stored(s3(pitr={"intervalSeconds": 90})), {"backup.pitr": {"enabled": True, "oplogSpanMin": 1.5}}),
    # A new cluster is filled by a restore, which comes after the cluster itself.
    Row(
        filled({"backup": "monday"}, s3()),
        {"clusterName": "db", "backupName": "monday", "backupSource": MISSING, "pitr": MISSING},
    ),
    Row(
        filled({"storage": "s0", "path": f"p/q/{MARCH}"}, s3(region="r", endpointUrl="https://e", verifyTLS=False)),
        {
            "backupName": MISSING,
            "backupSource": {
                "destination": f"s3://b/p/q/{MARCH}",
                "s3": {
                    "bucket": "b",
                    "prefix": "p/q",
                    "region": "r",
                    "endpointUrl": "https://e",
                    "insecureSkipTLSVerify": True,
                },
            },
        },
    ),
    Row(
        filled({"storage": "s0", "path": MARCH, "type": "physical"}, s3(forcePathStyle=True, credentialsSecret="c")),
        {
            "backupSource": {
                "type": "physical",
                "destination": f"s3://b/{MARCH}",
                "s3": {"bucket": "b", "forcePathStyle": True, "credentialsSecret": "c"},
            }
        },
    ),
    Row(
        filled(
            {"storage": "s1", "path": f"p/{MARCH}"},
            s3(),
            {"type": "azure", "container": "c", "endpointUrl": "https://e", "credentialsSecret": "s"},
        ),
        {
            "backupSource.destination": f"azure://c/p/{MARCH}",
            "backupSource.azure": {
                "container": "c",
                "prefix": "p",
                "endpointUrl": "https://e",
                "credentialsSecret": "s",
            },
        },
    ),
    Row(
        filled(
            {"storage": "s0", "path": f"p/{MARCH}"},
            {"type": "gcs", "bucket": "b", "prefix": "other", "credentialsSecret": "s"},
        ),
        {
            "backupSource.destination": f"gs://b/p/{MARCH}",
            "backupSource.gcs": {"bucket": "b", "prefix": "p", "credentialsSecret": "s"},
        },
    ),
    Row(
        filled({"storage": "s0", "path": f"p/{MARCH}"}, {"type": "filesystem", "claim": "c"}),
        {
            "backupSource.destination": f"/mnt/backup/s0/p/{MARCH}",
            "backupSource.filesystem": {"path": "/mnt/backup/s0/p"},
        },
    ),
    Row(
        filled({"storage": "s0", "path": MARCH, "pointInTime": "latest"}, s3()),
        {"pitr": {"type": "latest"}},
    ),
    Row(
        filled({"storage": "s0", "path": MARCH, "pointInTime": "2026-03-02T01:30:00+02:00"}, s3()),
        {"pitr": {"type": "date", "date": "2026-03-01 23:30:00"}},
    ),
    # Monitoring
    Row(PMM, {"pmm.enabled": True, "pmm.serverHost": "pmm.example.com", "pmm.resources": MISSING}),
    Row(merged(PMM, {"monitoring": {"serverUrl": "https://pmm:8443"}}), {"pmm.serverHost": "pmm:8443"}),
    Row(
        merged(
            PMM,
            {
                "monitoring": {
                    "resources": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "3", "memory": "4Gi"}}
                }
            },
        ),
        {"pmm.resources": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "3", "memory": "4Gi"}}},
    ),
    Row(merged(PMM, {"instances": {"pmm": {"version": "2.44.1-1"}}}), {"pmm.image": "percona/pmm-client:2.44.1-1"}),
    Row(merged(PMM, {"instances": {"pmm": {"overrides": {"customClusterName": "x"}}}}), {"pmm.customClusterName": "x"}),
    *container_rows("pmm", "pmm", PMM),
    Row(
        EXPORTER,
        {"replsets.0.sidecars.0.name": "mongodb-exporter", "replsets.0.sidecars.0.ports.0.containerPort": 9216},
    ),
    Row(standard(), {"replsets.0.sidecars": MISSING}),
    Row(
        merged(sharded(), EXPORTER),
        {
            "replsets.1.sidecars.0.name": "mongodb-exporter",
            "sharding.configsvrReplSet.sidecars.0.name": "mongodb-exporter",
            "sharding.mongos.sidecars.0.name": "mongodb-exporter",
        },
    ),
    Row(
        {"instances": {"monitoring": {"version": "0.47.2"}}, "images": {"pullPolicy": "Always"}},
        {
            "replsets.0.sidecars.0.image": "percona/mongodb_exporter:0.47.2",
            "replsets.0.sidecars.0.imagePullPolicy": "Always",
        },
    ),
    Row(
        {"instances": {"monitoring": {"overrides": {"args": ["--collect-all"]}}}},
        {"replsets.0.sidecars.0.args": ["--collect-all"]},
    ),
    Row(
        {**EXPORTER, "tls": {"mode": "disabled"}},
        {"replsets.0.sidecars.0.env.2": {"name": "MONGODB_URI", "value": "mongodb://localhost:27017/admin"}},
    ),
    *container_rows("monitoring", "replsets.0.sidecars.0", EXPORTER),
]


EACH = each(ROWS, OPERATORS)


UNTRIED = {("instances", "monitoring", "type")}
"""Honoured as far as the templates go: the type of a component that only other definitions leave a choice of."""

GROWTH = [
    # operator version, what is there, what is not
    ("1.21.1", {"crVersion": "1.21.1", "enableVolumeExpansion": True}, "storageScaling"),
    ("1.21.2", {"crVersion": "1.21.2", "enableVolumeExpansion": True}, "storageScaling"),
    ("1.22.0", {"crVersion": "1.22.0", "storageScaling": {"enableVolumeScaling": True}}, "enableVolumeExpansion"),
]

PODS, PVC = "percona.com/delete-psmdb-pods-in-order", "percona.com/delete-psmdb-pvc"
FINALIZERS = [
    # spec, options, finalizers
    ({}, {}, [PODS]),
    ({}, {"volumePolicy": "keep"}, [PODS]),
    ({}, {"volumePolicy": "delete"}, [PODS, PVC]),
]


def test_null_in_overrides_removes_what_the_plugin_emits() -> None:
    text = """
    apiVersion: everest.percona.com/v2alpha1
    kind: DatabaseCluster
    metadata: {name: db}
    spec:
      provider: psmdb-operator
      overrides: {updateStrategy: null, upgradeOptions: {setFCV: null}}
      instances: {engine: {overrides: {size: null}}}
    """
    documents, _ = read_yaml(text, "db.yaml", shape_for)
    planned = Workspace(Plugins(), documents).plan()
    assert planned.findings == []
    spec = planned.clusters[0].objects[-1].manifest["spec"]
    assert "updateStrategy" not in spec
    assert spec["upgradeOptions"] == {"apply": "disabled"}
    assert "size" not in spec["replsets"][0]
