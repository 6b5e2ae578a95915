"""ClickHouse: what is refused, where each field ends up in the operator's objects, and what changes do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from change_tests import test_what_a_change_does  # noqa: F401
from compared import engine, of, size
from definition_tests import (  # noqa: F401
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
from secret_tests import secret

from pulumi_everest.emit.crds import Crds

OPERATORS = ("0.25.6",)
BASE = "clickhouse"
DEFAULTS = {"0.25.6": {"clickhouse": "25.8.30.16", "keeper": "25.8.30.16"}}

USERS: Spec = {"usersSecret": "own"}
SINGLE: Spec = {"topology": {"type": "single"}}
TLS: Spec = {"tls": {"certificateSecret": "cert"}}
SET = "set elsewhere, not in engineConfig"


def settings(component: str = "engine", **values: Any) -> Spec:
    return {**USERS, **of(component, engineConfig=values)}


ERRORS: list[tuple[Spec, str, str, str]] = [
    (USERS, "1db", "name", "begins with a letter"),
    (USERS, "d" * 37, "name", "at most 36 characters"),
    ({**USERS, **engine(expose={"sourceRanges": ["10.0.0.0/8"]})}, "db", "instances.engine.expose", "LoadBalancer"),
    *((settings(**{name: "1"}), "db", "instances.engine.engineConfig", SET)
      for name in ("tcp_port", "https_port", "tcp_port_secure", "zookeeper/root", "macros", "openSSL/server")),
    (settings("keeper", tcp_port="1"), "db", "instances.keeper.engineConfig", SET),
]  # fmt: skip
BROKEN: list[tuple[Spec, Spec, str, str]] = [
    (settings(http_port="1", max_connections="5"), {}, "instances.engine.engineConfig", SET),
]
WARNINGS: list[tuple[Spec, str, str]] = [({}, "usersSecret", "only the servers themselves can sign in")]
REFUSED: list[tuple[Spec, str]] = [
    ({**USERS, **of("keeper", expose={"type": "NodePort"})}, "expose"),
    ({**USERS, **engine(podDisruptionBudget={"maxUnavailable": 1})}, "podDisruptionBudget"),
    ({**USERS, "backup": {"storages": [{"name": "a", "type": "s3", "bucket": "b"}]}}, "backup"),
]
REPLICAS = [
    ("replicated", "engine", 0, False), ("replicated", "engine", 1, True), ("replicated", "engine", 3, True),
    ("replicated", "keeper", 2, False), ("replicated", "keeper", 5, True),
    ("single", "engine", 1, True), ("single", "engine", 2, False),
]  # fmt: skip

CLUSTER = ("configuration", "clusters", 0)
POD = ("templates", "podTemplates", 0)
CONTAINER = (*POD, "spec", "containers", 0)
VOLUME = ("templates", "volumeClaimTemplates", 0)
ROWS = [
    Row({}, {(*CLUSTER, "layout"): {"shardsCount": 1, "replicasCount": 2}, (*CLUSTER, "secure"): MISSING,
             "configuration.zookeeper": {"nodes": [{"host": "keeper-db", "port": 2181}]}, "stop": MISSING,
             "configuration.users": MISSING, "configuration.settings": MISSING, "configuration.files": MISSING}),
    Row(SINGLE, {(*CLUSTER, "layout"): {"shardsCount": 1, "replicasCount": 1}, "configuration.zookeeper": MISSING}),
    Row({"topology": {"config": {"shards": 4}}}, {(*CLUSTER, "layout"): {"shardsCount": 4, "replicasCount": 2}}),
    Row(engine(replicas=3), {(*CLUSTER, "layout"): {"shardsCount": 1, "replicasCount": 3}}),
    Row({"paused": True}, {"stop": "yes"}),
    Row(engine(version="25.3.5.42"), {(*CONTAINER, "image"): "clickhouse/clickhouse-server:25.3.5.42"}),
    Row(engine(image="own/clickhouse:25.8.1"), {(*CONTAINER, "image"): "own/clickhouse:25.8.1"}),
    Row(engine(storage={"size": "7Gi", "storageClass": "fast"}),
        {VOLUME: {"name": "default", "reclaimPolicy": "Retain", "spec": {
            "accessModes": ["ReadWriteOnce"], "storageClassName": "fast",
            "resources": {"requests": {"storage": "7Gi"}}}}}),
    *(Row(engine(**own), {(*CONTAINER, "resources"): theirs["resources"]})
      for own, theirs in POD_SETTINGS if "resources" in theirs),
    *(Row(engine(**own), {(*POD, "spec", name): value for name, value in theirs.items()})
      for own, theirs in POD_SETTINGS if "resources" not in theirs),
    Row(engine(scheduling={"affinity": AFFINITY}), {(*POD, "spec", "affinity"): AFFINITY}),
    Row(engine(scheduling={"nodeSelector": {"disk": "ssd"}}), {(*POD, "spec", "nodeSelector"): {"disk": "ssd"}}),
    Row(engine(scheduling={"tolerations": TOLERATIONS}), {(*POD, "spec", "tolerations"): TOLERATIONS}),
    Row(engine(scheduling={"runtimeClassName": "gvisor"}), {(*POD, "spec", "runtimeClassName"): "gvisor"}),
    Row(engine(scheduling={"antiAffinityTopologyKey": "zone"}),
        {(*POD, "podDistribution"): [{"type": "ClickHouseAntiAffinity", "topologyKey": "zone"}]}),
    Row(engine(scheduling={"antiAffinityTopologyKey": "none"}), {(*POD, "podDistribution"): MISSING}),
    Row(engine(terminationGracePeriodSeconds=60), {(*POD, "spec", "terminationGracePeriodSeconds"): 60}),
    Row(engine(engineConfig={"logger/level": "debug", "max_connections": 9}),
        {"configuration.settings": {"logger/level": "debug", "max_connections": "9"}}),
    Row(engine(expose={**RANGES, "annotations": {"a": "b"}, "loadBalancerClass": "nlb"}),
        {"defaults.templates.serviceTemplate": "default", ("templates", "serviceTemplates"): [{
            "name": "default", "metadata": {"annotations": {"a": "b"}},
            "spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": FULL_RANGES, "loadBalancerClass": "nlb",
                     "ports": [{"name": "http", "port": 8123}, {"name": "tcp", "port": 9000}]}}]}),
    Row(engine(overrides={"taskID": "1"}), {"taskID": "1"}),
    Row({"images": {"pullPolicy": "Always", "pullSecrets": ["a"]}},
        {(*CONTAINER, "imagePullPolicy"): "Always", (*POD, "spec", "imagePullSecrets"): [{"name": "a"}]}),
    Row(USERS, {"configuration.users": {
        "admin/password": {"valueFrom": {"secretKeyRef": {"name": "own", "key": "password"}}},
        "admin/networks/ip": "::/0", "admin/profile": "default", "admin/access_management": "1"}}),
    Row(TLS, {(*CLUSTER, "secure"): "yes", "configuration.settings": {"tcp_port_secure": "9440", "https_port": "8443"},
              ("configuration", "files", "server.key"): {"valueFrom": {"secretKeyRef": {"name": "cert", "key": "tls.key"}}}}),
]  # fmt: skip
EACH = each(ROWS, OPERATORS)
UNTRIED: set[tuple[str, ...]] = {("instances", "keeper")}
"""What is in an object of its own, which has tests below."""


@pytest.mark.parametrize("spec", [USERS, {**USERS, **SINGLE}, {**USERS, **TLS}, settings(max_port_count="1")])
def test_the_rules_leave_alone(plan: Callable[..., Any], spec: Spec) -> None:
    _, found = plan(spec)

    assert found == []


def test_keeper_is_an_installation_of_its_own(emitted: Callable[..., Any], crds: Callable[[str], Crds]) -> None:
    own = {"replicas": 5, "storage": {"size": "3Gi"}, "engineConfig": {"logger/level": "debug"},
           "overrides": {"taskID": "1"}, "image": "own/keeper:25.8.1"}  # fmt: skip
    keeper, _ = emitted({**of("keeper", **own), "paused": True})

    assert (keeper["kind"], keeper["metadata"]["name"]) == ("ClickHouseKeeperInstallation", "db")
    assert keeper["spec"]["configuration"] == {
        "clusters": [{"name": "main", "layout": {"replicasCount": 5}}],
        "settings": {"logger/level": "debug"},
    }
    assert keeper["spec"]["templates"]["podTemplates"][0]["spec"]["containers"] == [
        {"name": "clickhouse-keeper", "image": "own/keeper:25.8.1"}
    ]
    volume = keeper["spec"]["templates"]["volumeClaimTemplates"][0]["spec"]
    assert volume["resources"] == {"requests": {"storage": "3Gi"}}
    assert (keeper["spec"]["stop"], keeper["spec"]["taskID"]) == ("yes", "1")
    assert crds(OPERATORS[0]).check(keeper) == []
    assert len(emitted(SINGLE)) == 1


def test_volumes_go_with_the_cluster_only_when_asked(emitted: Callable[..., Any]) -> None:
    for policy, expected in (("keep", "Retain"), ("delete", "Delete")):
        made = emitted({}, options={"volumePolicy": policy})
        claims = [entry["spec"]["templates"]["volumeClaimTemplates"][0]["reclaimPolicy"] for entry in made]
        assert claims == [expected, expected]


@pytest.mark.parametrize(("spec", "name"), [({}, "db-users"), (USERS, "own")])
def test_a_given_password_is_in_the_secret_that_pods_read(emitted: Callable[..., Any], spec: Spec, name: str) -> None:
    made, *_, main = emitted(spec, secrets={"users": {"password": "pw"}})

    assert made == secret(name, {"password": "pw"})
    assert main["spec"]["configuration"]["users"]["admin/password"]["valueFrom"]["secretKeyRef"]["name"] == name


def test_the_certificate_is_read_where_the_operator_mounts_it(emitted: Callable[..., Any]) -> None:
    files = emitted(TLS)[-1]["spec"]["configuration"]["files"]

    for name, key in (("server.crt", "tls.crt"), ("server.key", "tls.key")):
        assert files[name]["valueFrom"]["secretKeyRef"] == {"name": "cert", "key": key}
        assert f">/etc/clickhouse-server/secrets.d/{name}/cert/{key}<" in files["openssl.xml"]


CHANGES: list[tuple[str, Spec, Spec, list[str]]] = [
    ("more shards", {}, {"topology": {"config": {"shards": 2}}}, ["topology.config.shards online"]),
    ("fewer shards", {"topology": {"config": {"shards": 2}}}, {}, ["topology.config.shards refused shards"]),
    ("a volume grows", {}, engine(**size("20Gi")), ["engine.storage.size online"]),
    ("a volume shrinks", engine(**size("20Gi")), {}, ["engine.storage.size refused storage-shrink"]),
    ("a volume of Keeper shrinks", of("keeper", **size("20Gi")), {}, ["keeper.storage.size refused storage-shrink"]),
    ("another class", engine(storage={"storageClass": "a"}), engine(storage={"storageClass": "b"}),
     ["engine.storage.storageClass refused storage-class"]),
    ("more replicas", {}, engine(replicas=3), ["engine.replicas online"]),
    ("a newer release, with Keeper", engine(version="25.3.5.42"), engine(version="25.8.30.16"),
     ["engine.version rolling restart", "keeper.version rolling restart"]),
    ("an older release", {}, engine(version="25.3.5.42"),
     ["engine.version refused downgrade", "keeper.version refused downgrade"]),
    ("a setting", {}, engine(engineConfig={"max_connections": "9"}), ["engine.engineConfig.max_connections rolling restart"]),
    ("a stop", {}, {"paused": True}, ["paused downtime"]),
    ("TLS", {}, TLS, ["tls.certificateSecret rolling restart"]),
    ("another password", USERS, {"usersSecret": "other"}, ["usersSecret rolling restart"]),
]  # fmt: skip
