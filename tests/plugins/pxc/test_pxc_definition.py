"""The definition: its catalog, its defaults, and the rules that say at once what the operator would say later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from definition_tests import (  # noqa: F401
    NIGHTLY,
    planned_with,
    test_a_field_that_would_do_nothing_is_refused,
    test_a_rule_refuses,
    test_a_rule_warns,
    test_each_operator_release_has_one_default_of_each_type,
    test_every_rule_is_broken_by_a_row,
    test_former_types_are_the_other_versions_of_the_definition_in_the_operator,
    test_replicas_are_limited,
    test_the_plugin_has_no_findings,
    test_the_rules_leave_alone,
    test_the_state_of_a_live_object,
    test_versions_and_images_are_those_of_the_operator_release,
)

from pulumi_everest.core.changes.policies import Policies
from pulumi_everest.model.findings import one_line
from pulumi_everest.model.values.scalars import quantity_value
from pulumi_everest.plugins.plugin import Plugin

OPERATORS = ("1.19.0", "1.20.0")
KIND = "PerconaXtraDBCluster"
KINDS = ("pxc", "haproxy", "proxysql", "backup", "pmm")
REPORTS_FAILURE = True


DEFAULTS = {
    "1.19.0": {
        "pxc": "8.4.7-7.1",
        "haproxy": "2.8.17",
        "proxysql": "2.7.3-1.2",
        "backup": "8.4.0-5.1",
        "pmm": "3.5.0",
    },
    "1.20.0": {
        "pxc": "8.4.8-8.1",
        "haproxy": "2.8.18-1",
        "proxysql": "2.7.3-1.3",
        "backup": "8.4.0-5.1",
        "pmm": "3.8.0",
    },
}


@pytest.mark.parametrize("operator", OPERATORS)
def test_one_bundle_holds_each_engine_version(plugin: Plugin, operator: str) -> None:
    bundles = plugin.definition.bundles(operator)
    tools = {"5.7": "2.4.", "8.0": "8.0.35", "8.4": "8.4.0"}

    engines = [bundle.components["engine"] for bundle in bundles]

    assert sorted(engines) == sorted(entry.version for entry in plugin.definition.versions("pxc", operator))
    for bundle in bundles:
        assert bundle.components["backupAgent"].startswith(tools[bundle.components["engine"][:3]])


PROXYSQL: dict[str, Any] = {"topology": {"type": "proxysql"}}
S3: dict[str, Any] = {"name": "main", "type": "s3", "bucket": "b", "region": "r"}
KEYS = {"credentialsSecret": "s"}
RETAINED = [{**NIGHTLY[0], "retention": {"count": 7}}]
AZURE: dict[str, Any] = {"name": "cloud", "type": "azure", "container": "c"}
TEMPLATE = "[mysqld]\ninnodb_buffer_pool_size={{containerMemoryLimit * 3 / 4}}\n"


def instances(**given: Any) -> dict[str, Any]:
    return {**(PROXYSQL if "proxysql" in given else {}), "instances": given}


def stored(*storages: dict[str, Any]) -> dict[str, Any]:
    return {"backup": {"storages": list(storages)}}


def without(data: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != key}


def engine(version: str) -> dict[str, Any]:
    return {"components": {"versions": {"pxc": {"version": version}}}}


COLLECTED = {**S3, **KEYS, "pitr": {"enabled": True}, "schedules": NIGHTLY}

VOLUME = {"name": "v", "type": "filesystem", "size": "6Gi"}

ERRORS = [
    # spec, name, path, part of the message
    ({}, "n" * 23, "", "at most 22 characters"),
    (PROXYSQL, "n" * 23, "", "at most 22 characters"),
    ({"backup": {}}, "db", "backup.storages", "at least one storage"),
    (stored({"name": "g", "type": "gcs", "bucket": "b", **KEYS}), "db", "backup.storages", "storage.googleapis.com"),
    (stored({"name": "f", "type": "filesystem", "claim": "c"}), "db", "backup.storages", "makes a new volume"),
    (stored({**S3, "prefix": "/p"}), "db", "backup.storages", "slash"),
    (stored({**S3, "prefix": "p/"}), "db", "backup.storages", "slash"),
    (stored({**S3, "prefix": ""}), "db", "backup.storages", "neither empty"),
    (stored(AZURE), "db", "backup.storages", "needs credentialsSecret"),
    (stored({**S3, "schedules": RETAINED}), "db", "backup.storages", "retention needs credentialsSecret"),
    (stored({**S3, "schedules": [{**NIGHTLY[0], "name": "n" * 58}]}), "db", "backup.storages", "at most 57"),
    (stored(COLLECTED, {**AZURE, **KEYS, "pitr": {}}), "db", "backup.storages", "one of them only"),
    (stored(COLLECTED, {**S3, "name": "main-pitr"}), "db", "backup.storages", "-pitr behind"),
    ({**engine("5.7.44-31.65"), **stored(COLLECTED)}, "db", "backup.storages", "8.0.21 or newer"),
    (stored({**without(COLLECTED, "region"), "endpointUrl": "https://e"}), "db", "backup.storages", "needs its region"),
    (stored(without(COLLECTED, "credentialsSecret")), "db", "backup.storages", "region and credentialsSecret"),
    ({"tls": {"mode": "requireTLS"}}, "db", "tls.mode", "enabled or disabled"),
    ({"tls": {"mode": "disabled", "certificateSecret": "c"}}, "db", "tls.mode", "no issuer"),
    ({"tls": {"mode": "disabled", "issuer": {"name": "i"}}}, "db", "tls.mode", "no issuer"),
    ({"tls": {"internalCertificateSecret": "i"}}, "db", "tls.internalCertificateSecret", "overwrite"),
    (
        {"tls": {"internalCertificateSecret": "i", "issuer": {"name": "i"}}},
        "db",
        "tls.internalCertificateSecret",
        "overwrite",
    ),
    (instances(engine={"engineConfig": TEMPLATE}), "db", "instances.engine.engineConfig", "memory limit"),
    (
        instances(proxy={"engineConfig": "galera-nodes {{1}}"}),
        "db",
        "instances.proxy.engineConfig",
        "memory limit",
    ),
    (
        instances(proxysql={"engineConfig": "admin_variables mysql_variables {{1}}"}),
        "db",
        "instances.proxysql.engineConfig",
        "memory limit",
    ),
    (
        instances(proxy={"expose": {"sourceRanges": ["10.0.0.0/8"]}}),
        "db",
        "instances.proxy.expose.type",
        "LoadBalancer",
    ),
    (
        instances(engine={"expose": {"sourceRanges": ["10.0.0.0/8"]}}),
        "db",
        "instances.engine.expose.type",
        "LoadBalancer",
    ),
    (
        instances(proxy={"expose": {"type": "NodePort", "loadBalancerClass": "x"}}),
        "db",
        "instances.proxy.expose.type",
        "LoadBalancer",
    ),
    (
        instances(proxysql={"expose": {"type": "NodePort", "sourceRanges": ["10.0.0.0/8"]}}),
        "db",
        "instances.proxysql.expose.type",
        "LoadBalancer",
    ),
    (
        instances(proxy={"config": {"readService": "exposed"}}),
        "db",
        "instances.proxy.config.readService",
        "needs instances.proxy.expose",
    ),
    (
        {
            "monitoring": {"serverUrl": "https://p", "resources": {"limits": {"cpu": "1"}}},
            "instances": {"pmm": {"resources": {"limits": {"memory": "1Gi"}}}},
        },
        "db",
        "monitoring.resources",
        "not in both",
    ),
    (
        {"backup": {}, "instances": {"backupAgent": {"resources": {"limits": {"cpu": "1"}}, "overrides": {"a": 1}}}},
        "db",
        "instances.backupAgent.resources",
        "resources of backupAgent",
    ),
    # Volumes for backups, and where binary logs go
    (stored({**without(VOLUME, "size"), "claim": "c"}), "db", "backup.storages.claim", "set its size"),
    (stored({**VOLUME, "prefix": "p"}), "db", "backup.storages.prefix", "a volume of its own"),
    (stored({**VOLUME, "pitr": {"storage": "v"}}), "db", "backup.storages.pitr", "s3 or azure"),
    (
        stored({"name": "m", "type": "minio", "bucket": "b", "endpointUrl": "https://m"}),
        "db",
        "backup.storages",
        "use s3",
    ),
    (
        instances(engine={"scheduling": {"antiAffinityTopologyKey": "rack"}}),
        "db",
        "instances",
        "set scheduling.affinity",
    ),
    (
        {"config": {"certificateNames": ["a"]}, "tls": {"mode": "disabled"}},
        "db",
        "config.certificateNames",
        "TLS is off",
    ),
    # A proxy of the other type
    (instances(proxy={"storage": {"size": "1Gi"}}), "db", "instances.proxy.storage", "HAProxy keeps nothing"),
    (
        instances(proxy={"type": "proxysql", "config": {"readService": "disabled"}}),
        "db",
        "instances.proxy.config.readService",
        "one Service",
    ),
]


def test_the_style_of_paths_is_refused_where_the_operator_has_no_field_for_it(plan: Callable[..., Any]) -> None:
    spec = stored({**S3, "forcePathStyle": False})

    assert [entry.code for entry in plan(spec, operator="1.19.0")[1]] == ["cluster.rule"]
    assert plan(spec, operator="1.20.0")[1] == []


@pytest.mark.parametrize(
    ("password", "fine"), [("good", True), ("a:b", False), ("a;b", False), ("*ab", False), ("a*b", True)]
)
def test_a_password_that_proxysql_cannot_have_is_refused(plan: Callable[..., Any], password: str, fine: bool) -> None:
    _, found = plan(PROXYSQL, secrets={"users": {"proxyadmin": password}})

    assert [entry.code for entry in found] == ([] if fine else ["cluster.rule"])
    assert password not in " ".join(map(one_line, found))


FINE = [
    ({}, "n" * 22),
    (PROXYSQL, "db"),
    ({**engine("8.0.42-33.1"), **stored(COLLECTED)}, "db"),
    ({**engine("5.7.44-31.65"), **stored({**S3, **KEYS, "schedules": RETAINED})}, "db"),
    ({**engine("5.7.44-31.65"), **stored({**COLLECTED, "pitr": {"enabled": False}})}, "db"),
    (stored({**S3, "schedules": NIGHTLY}), "db"),
    (stored({**without(S3, "region"), "endpointUrl": "https://e"}), "db"),
    (stored({**S3, "schedules": [{**NIGHTLY[0], "name": "n" * 57}]}), "db"),
    (stored({**AZURE, **KEYS, "pitr": {}, "schedules": NIGHTLY}), "db"),
    (stored({**VOLUME, "storageClass": "slow", "schedules": NIGHTLY}), "db"),
    (stored({**S3, **KEYS, "schedules": NIGHTLY, "pitr": {"storage": "logs"}}, {**S3, **KEYS, "name": "logs"}), "db"),
    (instances(engine={"scheduling": {"antiAffinityTopologyKey": "topology.kubernetes.io/zone"}}), "db"),
    (instances(proxy={"type": "proxysql", "storage": {"size": "2Gi"}}), "db"),
    ({"config": {"certificateNames": ["mysql.example.org"]}}, "db"),
    # What fields do not say of volumes for backups is not out of reach.
    (
        {"backup": {}, "instances": {"backupAgent": {"overrides": {"storages": {"fs": {"type": "filesystem"}}}}}},
        "db",
    ),
    ({"tls": {"mode": "disabled"}}, "db"),
    ({"tls": {"certificateSecret": "c"}}, "db"),
    (instances(engine={"engineConfig": TEMPLATE, "resources": {"limits": {"memory": "1Gi"}}}), "db"),
    (instances(engine={"engineConfig": "[mysqld]\nmax_connections=250\n"}), "db"),
    (instances(proxy={"expose": {"type": "LoadBalancer", "sourceRanges": ["10.0.0.0/8"]}}), "db"),
]


WARNINGS = [
    (stored(without(COLLECTED, "schedules")), "backup.storages", "no schedule makes one"),
    (
        stored({**COLLECTED, "schedules": [{**NIGHTLY[0], "enabled": False}]}),
        "backup.storages",
        "no schedule makes one",
    ),
    (stored(without(S3, "region")), "backup.storages", "us-west-2"),
    (instances(engine={"expose": {"type": "ClusterIP"}}), "instances.engine.expose", "connect to the proxy"),
    (instances(proxy={"engineConfig": "defaults\n"}), "instances.proxy.engineConfig", "no client gets through"),
    (instances(proxysql={"engineConfig": "x=1\n"}), "instances.proxysql.engineConfig", "passwords"),
    ({"usersSecret": "u", "monitoring": {"serverUrl": "http://p"}}, "monitoring.serverUrl", "always connects with TLS"),
    ({"monitoring": {"serverUrl": "https://p"}}, "monitoring", "pmmservertoken"),
]


BROKEN = [
    # spec, more of the cluster, paths, part of the message
    ({}, {"name": "1orders"}, "name", "begins with a letter"),
    (PROXYSQL, {"secrets": {"users": {"proxyadmin": "a:b"}}}, "users.proxyadmin", "password of proxyadmin"),
    (
        stored(S3, {**S3, "name": "b", "forcePathStyle": False}),
        {"operator": "1.19.0"},
        "backup.storages.1.forcePathStyle",
        "needs operator 1.20.0",
    ),
    (
        stored({**S3, "endpointUrl": "https://e/p"}, S3 | {"name": "b"}),
        {},
        "backup.storages.0.endpointUrl",
        "takes the host of a service",
    ),
    (
        {"usersSecret": "u", "monitoring": {"serverUrl": "https://p/pmm"}},
        {},
        "monitoring.serverUrl",
        "takes the host of a server",
    ),
    # Each of several that break a rule, and none that does not.
    (
        instances(
            engine={"scheduling": {"antiAffinityTopologyKey": "rack"}},
            proxy={"scheduling": {"antiAffinityTopologyKey": "row"}},
            pmm={},
        )
        | {"monitoring": {"serverUrl": "https://p"}},
        {},
        "instances.engine.scheduling.antiAffinityTopologyKey instances.proxy.scheduling.antiAffinityTopologyKey",
        "set scheduling.affinity",
    ),
    (
        stored(S3, {**S3, "name": "b", "schedules": [*NIGHTLY, {**NIGHTLY[0], "name": "n" * 58}]}),
        {},
        "backup.storages.1.schedules.1.name",
        "at most 57",
    ),
    # What one breaks only beside another.
    (
        stored({**S3, **KEYS, "name": "a"}, COLLECTED, {**without(COLLECTED, "schedules"), "name": "b"}),
        {},
        "backup.storages.2.pitr",
        "one of them only",
    ),
    # What is not there.
    (stored(S3, AZURE), {}, "backup.storages.1.credentialsSecret", "azure needs credentialsSecret"),
    ({"backup": {}}, {}, "backup.storages", "at least one storage"),
]


def test_a_backup_on_another_storage_is_enough_for_point_in_time_recovery(plan: Callable[..., Any]) -> None:
    _, found = plan(stored(without(COLLECTED, "schedules"), {**S3, "name": "other", "schedules": NIGHTLY}))

    assert found == []


def test_pmm_2_is_deprecated_by_operator_1_20(plan: Callable[..., Any]) -> None:
    spec = {
        "usersSecret": "u",
        "monitoring": {"serverUrl": "https://p"},
        "components": {"versions": {"pmm": {"version": "2.44.1-1"}}},
    }

    assert plan(spec, operator="1.19.0")[1] == []
    assert [entry.code for entry in plan(spec, operator="1.20.0")[1]] == ["cluster.deprecated-version"]


REFUSED = [
    # The operator has nothing that these could become.
    (stored({**S3, **KEYS, "schedules": [{**NIGHTLY[0], "retention": {"duration": "14d"}}]}), "duration"),
    ({"monitoring": {"serverUrl": "https://p", "verifyTLS": False}}, "verifyTLS"),
    ({"monitoring": {"serverUrl": "https://p", "credentialsSecret": "s"}}, "credentialsSecret"),
    ({"dataSource": {"storage": "main", "path": "p", "type": "full"}, **stored(S3)}, "type"),
    ({"instances": {"backupAgent": {"replicas": 2}}, **stored(S3)}, "replicas"),
    (
        {"instances": {"backupAgent": {"podDisruptionBudget": {"maxUnavailable": 1}}}, **stored(S3)},
        "podDisruptionBudget",
    ),
]


REPLICAS = [
    # topology, component, replicas, fine
    ("cluster", "engine", 0, False),
    ("cluster", "engine", 1, True),
    ("cluster", "engine", 2, False),
    ("cluster", "engine", 4, False),
    ("cluster", "engine", 7, False),
    ("cluster", "proxy", 0, False),
    ("cluster", "proxy", 4, True),
    ("proxysql", "proxysql", 0, False),
    ("proxysql", "proxysql", 2, True),
]


MISFITS = [
    # spec, operator, code
    ({"topology": {"type": "cluster"}, "instances": {"proxysql": {}}}, "1.20.0", "cluster.component-not-in-topology"),
    ({"topology": {"type": "proxysql"}, "instances": {"proxy": {}}}, "1.20.0", "cluster.component-not-in-topology"),
    ({"instances": {"backupAgent": {}}}, "1.20.0", "cluster.block-missing"),
    ({"instances": {"pmm": {}}}, "1.20.0", "cluster.block-missing"),
    (
        {**engine("5.7.44-31.65"), "instances": {"backupAgent": {"version": "8.4.0-5.1"}}, **stored(S3)},
        "1.20.0",
        "cluster.unknown-bundle",
    ),
    (engine("8.0.45-36.1"), "1.19.0", "cluster.unknown-version"),
    (engine("8.0.36-28.1"), "1.20.0", "cluster.unknown-version"),
    ({"bundle": "8.0.44-35.1-operator-1.19"}, "1.20.0", "cluster.unknown-bundle"),
    (instances(proxy={"config": {"readService": "public"}}), "1.20.0", "cluster.config"),
    (instances(proxy={"config": {"readservice": "exposed"}}), "1.20.0", "cluster.config"),
]


@pytest.mark.parametrize(("spec", "operator", "code"), MISFITS)
def test_what_does_not_fit_together_is_refused(
    plan: Callable[..., Any], spec: dict[str, Any], operator: str, code: str
) -> None:
    objects, found = plan(spec, operator=operator)

    assert {entry.code for entry in found if entry.is_error} == {code}, [one_line(entry) for entry in found]
    assert objects == []


def test_the_upgrades_stay_within_a_series_of_mysql(plugin: Plugin) -> None:
    upgrades = plugin.definition.spec.upgrades["pxc"]

    assert (upgrades.major, upgrades.major_step, upgrades.downgrade, upgrades.paths) == (2, 0, False, None)


def test_the_changes_that_lose_data_come_before_those_that_are_wider(plugin: Plugin) -> None:
    entries = [policy.entry for policy in Policies.of(plugin.definition).policies]
    changes = {entry.path: (index, entry.policy) for index, entry in reversed([*enumerate(entries)])}

    assert changes["topology.type"][1] == "downtime"
    assert changes["instances.*.storage.size"][1] == "grow-only"
    assert changes["instances.*.storage.storageClass"][1] == "immutable"
    assert changes["instances.proxysql.storage.size"][1] == "immutable"
    assert changes["instances.proxysql.storage.size"][0] < changes["instances.*.storage.size"][0]
    assert changes["instances.backupAgent"][0] < changes["instances.*.image"][0]
    assert changes["tls.mode"][0] < changes["tls"][0]


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("topology", ["cluster", "proxysql"])
def test_presets_grow_from_small_to_large(plan: Callable[..., Any], operator: str, topology: str) -> None:
    proxy = {"cluster": "haproxy", "proxysql": "proxysql"}[topology]
    sizes = []
    for preset in ("small", "medium", "large"):
        objects, found = plan({"topology": {"type": topology}, "preset": preset}, operator=operator)
        assert found == []
        spec = objects[0]["spec"]
        memory = [spec[part]["resources"]["limits"]["memory"] for part in ("pxc", proxy)]
        volume = spec["pxc"]["volumeSpec"]["persistentVolumeClaim"]["resources"]["requests"]["storage"]
        sizes.append([quantity_value(text) for text in (*memory, volume)])

    assert sizes == sorted(sizes)
    assert all(len(set(column)) == 3 for column in zip(*sizes, strict=True))


def test_a_definition_may_call_the_pmm_client_monitoring(plugin: Plugin) -> None:
    built_in = plugin.definition_document.data["spec"]["components"]
    components = {name: component for name, component in built_in.items() if name not in ("pmm", "proxysql")}

    spec = planned_with(
        plugin,
        {**components, "monitoring": {"type": "pmm"}},
        {"cluster": {"components": {"engine": {}, "proxy": {}, "monitoring": {"optional": True}}}},
        instances={
            "engine": {"replicas": 4},
            "monitoring": {"resources": {"limits": {"cpu": "1"}}, "overrides": {"customClusterName": "x"}},
        },
        monitoring={"serverUrl": "https://pmm.example.com"},
    )

    assert spec["pmm"] == {
        "enabled": True,
        "image": "percona/pmm-client:3.8.0",
        "serverHost": "pmm.example.com",
        "resources": {"limits": {"cpu": "1"}},
        "customClusterName": "x",
    }
    # A number that the built-in definition does not let through, and that the operator wants confirmed.
    assert (spec["pxc"]["size"], spec["unsafeFlags"]) == (4, {"pxcSize": True})
