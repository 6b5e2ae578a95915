"""The definition: its catalog, its defaults, and the rules that say at once what the operator would say later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from definition_tests import (  # noqa: F401
    NIGHTLY,
    definitions_of,
    planned_with,
    test_a_field_that_would_do_nothing_is_refused,
    test_a_rule_refuses,
    test_a_rule_warns,
    test_each_operator_release_has_one_default_of_each_type,
    test_every_rule_is_broken_by_a_row,
    test_replicas_are_limited,
    test_the_plugin_has_no_findings,
    test_the_rules_leave_alone,
    test_the_state_of_a_live_object,
    test_versions_and_images_are_those_of_the_operator_release,
)

from pulumi_everest.plugins.plugin import Plugin

OPERATORS = ("1.21.1", "1.21.2", "1.22.0", "1.23.0")
KIND = "PerconaServerMongoDB"
KINDS = ("mongod", "backup", "pmm")
REPORTS_FAILURE = True


DEFAULTS = {
    "1.21.1": {"mongod": "8.0.12-4", "backup": "2.11.0", "pmm": "3.4.1", "prometheus": "0.53.0"},
    "1.21.2": {"mongod": "8.0.17-6", "backup": "2.11.0", "pmm": "3.5.0", "prometheus": "0.53.0"},
    "1.22.0": {"mongod": "8.0.19-7", "backup": "2.12.0", "pmm": "3.6.0", "prometheus": "0.53.0"},
    "1.23.0": {"mongod": "8.0.26-11", "backup": "2.15.0", "pmm": "3.8.1", "prometheus": "0.53.0"},
}


SHARDED: dict[str, Any] = {"topology": {"type": "sharded"}}
S3: dict[str, Any] = {"name": "main", "type": "s3", "bucket": "b"}


def sharded(**instances: dict[str, Any]) -> dict[str, Any]:
    return {**SHARDED, "instances": instances}


def shards(number: int) -> dict[str, Any]:
    return {"topology": {"type": "sharded", "config": {"shards": number}}}


def stored(*storages: dict[str, Any]) -> dict[str, Any]:
    return {"backup": {"storages": list(storages)}}


def configured(text: str) -> dict[str, Any]:
    return {"instances": {"engine": {"engineConfig": text}}}


MINIO = {"name": "m", "type": "minio", "bucket": "b", "endpointUrl": "https://m:9000", "credentialsSecret": "c"}

ERRORS = [
    # spec, name, path, part of the message
    ({}, "n" * 48, "", "at most 47 characters"),
    (shards(11), "n" * 47, "", "at most 50 characters"),
    (sharded(configServer={"replicas": 1}), "db", "instances.configServer.replicas", "at least 3 config servers"),
    (sharded(engine={"version": "8.0.8-3"}), "db", "instances.engine", "one image"),
    (sharded(engine={"image": "a/mongod:8"}), "db", "instances.engine", "one image"),
    (stored(S3, {**S3, "name": "b", "pitr": {"enabled": True}}), "db", "backup.storages", "main storage only"),
    (stored(S3, {**S3, "name": "b", "pitr": {}}), "db", "backup.storages", "main storage only"),
    (stored({"name": "n" * 57, "type": "filesystem", "claim": "c"}), "db", "backup.storages", "at most 56"),
    ({"tls": {"mode": "on"}}, "db", "tls.mode", "preferTLS"),
    ({"tls": {"mode": "disabled", "certificateSecret": "c"}}, "db", "tls.mode", "no issuer"),
    ({"tls": {"mode": "disabled", "internalCertificateSecret": "c"}}, "db", "tls.mode", "no issuer"),
    ({"tls": {"mode": "disabled", "issuer": {"name": "i"}}}, "db", "tls.mode", "no issuer"),
    (
        configured("net:\n  port: 27017\n\n  tls:\n    CAFile: x\n    mode: requireTLS\n"),
        "db",
        "instances.engine",
        "net.tls",
    ),
    (configured("storage: {}\nnet: {tls: {mode: requireTLS}}\n"), "db", "instances.engine", "net.tls"),
    (configured('net:\n  "tls": {"mode": "requireTLS"}\n'), "db", "instances.engine", "net.tls"),
    (sharded(configServer={"engineConfig": "net:\n  tls:\n    mode: x"}), "db", "instances.configServer", "net.tls"),
    ({"instances": {"engine": {"expose": {"sourceRanges": ["10.0.0.0/8"]}}}}, "db", "instances.engine", "LoadBalancer"),
    (
        {"instances": {"engine": {"expose": {"type": "NodePort", "loadBalancerClass": "x"}}}},
        "db",
        "instances.engine.expose.type",
        "LoadBalancer",
    ),
    (sharded(proxy={"expose": {"sourceRanges": ["10.0.0.0/8"]}}), "db", "instances.proxy.expose.type", "LoadBalancer"),
    (
        {
            "monitoring": {"serverUrl": "https://p", "resources": {"limits": {"cpu": "1"}}},
            "instances": {"pmm": {"resources": {"limits": {"memory": "1Gi"}}}},
        },
        "db",
        "monitoring.resources",
        "not in both",
    ),
    # Members beside the engine's, pods and backups
    ({"instances": {"engine": {"version": "8.0.8-3"}, "hidden": {}}}, "db", "instances.engine", "one image"),
    (
        {"instances": {"engine": {"scheduling": {"antiAffinityTopologyKey": "rack"}}}},
        "db",
        "instances",
        "set scheduling.affinity",
    ),
    ({"instances": {"hidden": {"terminationGracePeriodSeconds": 29}}}, "db", "instances", "below 30"),
    (
        stored({**S3, "schedules": [{**NIGHTLY[0], "type": "full"}]}),
        "db",
        "backup.storages.schedules.type",
        "logical",
    ),
    (stored({**S3, "schedules": [{**NIGHTLY[0], "compression": "zip"}]}), "db", "backup.storages", "zstd"),
    (stored({**MINIO, "endpointUrl": "https://m/p"}), "db", "backup.storages.endpointUrl", "no path"),
    ({**stored(MINIO), "operatorVersion": "1.21.2"}, "db", "backup.storages", "needs operator 1.22.0"),
]


FINE = [
    ({}, "n" * 47),
    (shards(10), "n" * 47),
    (shards(11), "n" * 46),
    (sharded(configServer={"replicas": 1}, engine={"replicas": 1}), "db"),
    ({**SHARDED, "components": {"versions": {"mongod": {"version": "8.0.8-3"}}}}, "db"),
    ({**SHARDED, "components": {"versions": {"mongod": {"image": "a/mongod:8"}}}}, "db"),
    (
        stored(
            {**S3, "pitr": {"enabled": True}, "schedules": NIGHTLY}, {**S3, "name": "b", "pitr": {"enabled": False}}
        ),
        "db",
    ),
    (stored({"name": "n" * 56, "type": "filesystem", "claim": "c"}), "db"),
    ({"tls": {"mode": "disabled"}}, "db"),
    (configured("net:\n  tls:\n    CAFile: x\noperationProfiling:\n  mode: slowOp\n"), "db"),
    (configured("operationProfiling:\n  mode: all\n"), "db"),
    ({"instances": {"engine": {"expose": {"type": "LoadBalancer", "sourceRanges": ["10.0.0.0/8"]}}}}, "db"),
    (stored(MINIO), "db"),
    ({"instances": {"engine": {"replicas": 4}, "arbiter": {}}}, "db"),
    ({"instances": {"nonVoting": {"replicas": 2}, "hidden": {}}}, "db"),
    (stored({**S3, "schedules": [{**NIGHTLY[0], "type": "physical", "compression": "zstd"}]}), "db"),
]


WARNINGS = [
    (stored({**S3, "pitr": {"enabled": True}}), "backup.storages", "no schedule makes one"),
    (
        stored({**S3, "pitr": {"enabled": True}, "schedules": [{**NIGHTLY[0], "enabled": False}]}),
        "backup.storages",
        "no schedule makes one",
    ),
    (sharded(engine={"expose": {"type": "ClusterIP"}}), "instances.engine.expose", "connect to the proxy"),
    ({"usersSecret": "u", "monitoring": {"serverUrl": "http://p"}}, "monitoring.serverUrl", "always connects with TLS"),
    ({"monitoring": {"serverUrl": "https://p"}}, "monitoring", "PMM_SERVER_TOKEN"),
]


BROKEN = [
    # spec, more of the cluster, paths, part of the message
    ({}, {"name": "1orders"}, "name", "begins with a letter"),
    (
        {**stored(S3, {"name": "b", "type": "azure", "container": "c"})},
        {},
        "backup.storages.1.credentialsSecret",
        "needs credentialsSecret",
    ),
    (
        sharded(configServer={"expose": {"type": "ClusterIP"}}),
        {},
        "instances.configServer.expose",
        "never connect to config servers",
    ),
    (
        sharded(
            engine={"terminationGracePeriodSeconds": 60},
            proxy={"terminationGracePeriodSeconds": 10},
            configServer={"terminationGracePeriodSeconds": 29},
        ),
        {},
        "instances.proxy.terminationGracePeriodSeconds instances.configServer.terminationGracePeriodSeconds",
        "below 30",
    ),
    (
        stored(S3 | {"pitr": {"compression": "zip"}, "schedules": [{**NIGHTLY[0], "compression": "gzip"}]}),
        {},
        "backup.storages.0.pitr.compression",
        "the compression is",
    ),
    (
        stored(S3, S3 | {"name": "b", "schedules": [*NIGHTLY, {**NIGHTLY[0], "name": "c", "compression": "zip"}]}),
        {},
        "backup.storages.1.schedules.1.compression",
        "the compression is",
    ),
]


REFUSED = [
    # The operator has nothing that these could become.
    (stored({**S3, "schedules": [{**NIGHTLY[0], "retention": {"duration": "14d"}}]}), "duration"),
    ({"monitoring": {"serverUrl": "https://p", "verifyTLS": False}}, "verifyTLS"),
    ({"monitoring": {"serverUrl": "https://p", "credentialsSecret": "s"}}, "credentialsSecret"),
    (sharded(engine={"replicas": 4}, arbiter={"storage": {"size": "1Gi"}}), "storage"),
    (sharded(configServer={"version": "8.0.8-3"}), "version"),
    (sharded(proxy={"image": "a/mongod:8"}), "image"),
    (sharded(proxy={"storage": {"size": "1Gi"}}), "storage"),
    ({"instances": {"backupAgent": {"replicas": 2}}}, "replicas"),
    ({"instances": {"monitoring": {"scheduling": {"priorityClassName": "p"}}}}, "scheduling"),
]

REPLICAS = [
    # topology, component, replicas, fine
    ("standard", "engine", 1, True),
    ("standard", "engine", 2, False),
    ("standard", "engine", 7, True),
    ("sharded", "configServer", 0, False),
    ("sharded", "configServer", 4, False),
    ("sharded", "proxy", 0, False),
    ("sharded", "proxy", 2, True),
]


def test_the_main_object_has_the_version_that_the_operator_stores(
    plugin: Plugin, emitted: Callable[..., Any], shared: Path
) -> None:
    [main] = emitted({})
    for operator in ("1.21.1", "1.22.0"):
        crd = next(d for d in definitions_of(shared, plugin, operator) if d["spec"]["names"]["kind"] == KIND)
        [stored] = [version["name"] for version in crd["spec"]["versions"] if version["storage"]]

        assert main["apiVersion"] == f"{crd['spec']['group']}/{stored}"
        assert main["apiVersion"] not in plugin.manifest.former_types


def test_a_definition_may_make_monitoring_the_pmm_client(plugin: Plugin) -> None:
    components = {n: c for n, c in plugin.definition_document.data["spec"]["components"].items() if n != "pmm"}

    spec = planned_with(
        plugin,
        {**components, "monitoring": {"type": "pmm"}},
        {"standard": {"components": {"engine": {}, "monitoring": {"optional": True}}}},
        instances={"monitoring": {"resources": {"limits": {"cpu": "1"}}, "overrides": {"customClusterName": "x"}}},
        monitoring={"serverUrl": "https://pmm.example.com"},
    )

    assert spec["pmm"] == {
        "enabled": True,
        "image": "percona/pmm-client:3.6.0",
        "serverHost": "pmm.example.com",
        "resources": {"limits": {"cpu": "1"}},
        "customClusterName": "x",
    }
    assert "sidecars" not in spec["replsets"][0]
