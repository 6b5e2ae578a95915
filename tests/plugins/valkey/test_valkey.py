"""Valkey: what is refused, where each field ends up in the operator's object, what changes do, and how clients sign in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from change_tests import test_what_a_change_does  # noqa: F401
from compared import engine, size
from definition_tests import (  # noqa: F401
    test_a_field_that_would_do_nothing_is_refused,
    test_a_rule_points_at_what_breaks_it,
    test_a_rule_refuses,
    test_a_rule_warns,
    test_each_operator_release_has_one_default_of_each_type,
    test_every_rule_is_broken_by_a_row,
    test_former_types_are_the_other_versions_of_the_definition_in_the_operator,
    test_replicas_are_limited,
    test_the_plugin_has_no_findings,
    test_the_rules_leave_alone,
)
from mapping_tests import (  # noqa: F401
    AFFINITY,
    POD_SETTINGS,
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
from secret_tests import secret

OPERATORS = ("0.5.0",)
KIND = "ValkeyCluster"
BASE = "valkey"
DEFAULTS = {"0.5.0": {"valkey": "9.0.8"}}

USERS: Spec = {"usersSecret": "own"}
CACHE: Spec = {"topology": {"type": "cache"}}
SET = "the operator sets aclfile"


def settings(**values: Any) -> Spec:
    return {**USERS, **engine(engineConfig={name.replace("_", "-"): value for name, value in values.items()})}


ERRORS: list[tuple[Spec, str, str, str]] = [
    (USERS, "1db", "name", "begins with a letter"),
    *((settings(**{name: "1"}), "db", "instances.engine.engineConfig", SET)
      for name in ("aclfile", "dir", "port", "Port", "tls_port", "cluster_enabled", "shutdown_on_sigterm")),
]  # fmt: skip
BROKEN: list[tuple[Spec, Spec, str, str]] = [
    (settings(maxmemory="1gb", port="1", dir="/x"), {}, "instances.engine.engineConfig.port "
     "instances.engine.engineConfig.dir", SET),
]  # fmt: skip
WARNINGS: list[tuple[Spec, str, str]] = [
    ({**USERS, **engine(replicas=1)}, "instances.engine.replicas", "nothing to fail over to"),
    ({}, "usersSecret", "clients need no password"),
]
FINE: list[tuple[Spec, str]] = [
    (USERS, "db"),
    ({**USERS, **CACHE}, "db"),
    (settings(maxmemory="1gb", save="60 1", cluster_require_full_coverage="no"), "db"),
]
REFUSED: list[tuple[Spec, str]] = [
    ({**USERS, **CACHE, **engine(storage={"size": "1Gi"})}, "storage"),
    ({**USERS, "paused": True}, "paused"),
    ({**USERS, **engine(expose={"type": "NodePort"})}, "expose"),
    ({**USERS, "instances": {"monitoring": {"scheduling": {"nodeSelector": {"a": "b"}}}}}, "scheduling"),
]
REPLICAS = [(topology, "engine", number, number > 0) for topology in ("cluster", "cache") for number in (0, 2, 5)]

ROWS = [
    Row({}, {"shards": 3, "replicas": 1, "image": "valkey/valkey:9.0.8", "workloadType": MISSING, "users": MISSING}),
    Row({}, {"persistence": {"size": "10Gi", "reclaimPolicy": "Retain"}, "exporter": {"enabled": False}}),
    Row({}, {"scheduling": {"node": {"spread": {"shard": {"mode": "Preferred"}}}}}),
    Row({"topology": {"config": {"shards": 7}}}, {"shards": 7}),
    Row({**CACHE, "topology": {"type": "cache", "config": {"shards": 1}}},
        {"shards": 1, "workloadType": "Deployment", "persistence": MISSING}),
    Row({**CACHE, "topology": {"type": "cache", "config": {"workload": "StatefulSet"}}},
        {"workloadType": "StatefulSet", "persistence": MISSING}),
    Row(engine(config={"spread": "Disabled"}), {"scheduling": MISSING}),
    Row(engine(version="9.1.4"), {"image": "valkey/valkey:9.1.4"}),
    Row(engine(image="own/valkey:9.1.4"), {"image": "own/valkey:9.1.4"}),
    Row(engine(replicas=1), {"replicas": 0}),
    Row(engine(storage={"size": "7Gi", "storageClass": "fast"}),
        {"persistence": {"size": "7Gi", "storageClassName": "fast", "reclaimPolicy": "Retain"}}),
    *(Row(engine(**own), {"resources": theirs["resources"]}) for own, theirs in POD_SETTINGS if "resources" in theirs),
    *(Row(engine(**own), {f"scheduling.{name}": value for name, value in theirs.items()})
      for own, theirs in POD_SETTINGS if "resources" not in theirs),
    Row(engine(scheduling={"affinity": AFFINITY}), {"scheduling.affinity": AFFINITY}),
    Row(engine(scheduling={"nodeSelector": {"disk": "ssd"}}), {"scheduling.nodeSelector": {"disk": "ssd"}}),
    Row(engine(scheduling={"tolerations": TOLERATIONS}), {"scheduling.tolerations": TOLERATIONS}),
    Row(engine(terminationGracePeriodSeconds=60), {"terminationGracePeriodSeconds": 60}),
    Row(engine(engineConfig={"maxmemory": "1gb", "hz": 20}), {"config": {"maxmemory": "1gb", "hz": "20"}}),
    Row(engine(config={"spread": "Required"}), {"scheduling.node.spread.shard.mode": "Required"}),
    Row(engine(overrides={"podDisruptionBudget": {"mode": "Disabled"}}), {"podDisruptionBudget": {"mode": "Disabled"}}),
    Row({"instances": {"monitoring": {"version": "1.80.0", "resources": RESOURCES}}},
        {"exporter": {"enabled": True, "image": "oliver006/redis_exporter:v1.80.0", "resources": RESOURCES}}),
    Row({"instances": {"monitoring": {"image": "own/exporter:1", "overrides": {"args": ["-debug"]}}}},
        {"exporter": {"enabled": True, "image": "own/exporter:1", "args": ["-debug"]}}),
    Row({"images": {"pullSecrets": ["a", "b"]}}, {"imagePullSecrets": [{"name": "a"}, {"name": "b"}]}),
    Row({"tls": {"certificateSecret": "cert"}}, {"networking": {"tls": {"certificate": {"secretName": "cert"}}}}),
    Row(USERS, {"users": [{"name": "default", "permissions": "+@all ~* &*",
                           "passwordSecret": {"name": "own", "keys": ["default"]}}]}),
]  # fmt: skip
EACH = each(ROWS, OPERATORS)
UNTRIED: set[tuple[str, ...]] = set()

SECRET_ROWS = [
    ({}, {"users": {"default": "pw"}}, [secret("db-users", {"default": "pw"})]),
    (USERS, {"users": {"default": "pw"}}, [secret("own", {"default": "pw"})]),
    (USERS, {}, []),
]


@pytest.mark.parametrize(("spec", "secrets", "expected"), SECRET_ROWS)
def test_a_given_password_is_in_the_secret_that_the_operator_reads(
    emitted: Callable[..., Any], spec: Spec, secrets: Spec, expected: list[Spec]
) -> None:
    *made, main = emitted(spec, secrets=secrets)

    assert made == expected
    name = expected[0]["metadata"]["name"] if expected else "own"
    assert main["spec"]["users"][0]["passwordSecret"] == {"name": name, "keys": ["default"]}


def test_volumes_go_with_the_cluster_only_when_asked(emitted: Callable[..., Any]) -> None:
    policies = {policy: emitted({}, options={"volumePolicy": policy})[-1] for policy in ("keep", "delete")}

    assert {policy: made["spec"]["persistence"]["reclaimPolicy"] for policy, made in policies.items()} == {
        "keep": "Retain",
        "delete": "Delete",
    }


CHANGES: list[tuple[str, Spec, Spec, list[str]]] = [
    ("more shards", {}, {"topology": {"config": {"shards": 5}}}, ["topology.config.shards online"]),
    ("fewer shards", {}, {"topology": {"config": {"shards": 1}}}, ["topology.config.shards online"]),
    ("another topology", {}, CACHE, ["topology.type refused topology", "engine.storage.size refused storage-shrink"]),
    ("another workload", CACHE, {"topology": {"type": "cache", "config": {"workload": "StatefulSet"}}},
     ["topology.config.workload refused topology"]),
    ("a volume grows", engine(**size("10Gi")), engine(**size("20Gi")), ["engine.storage.size online"]),
    ("a volume shrinks", engine(**size("20Gi")), engine(**size("10Gi")), ["engine.storage.size refused storage-shrink"]),
    ("another class", engine(storage={"storageClass": "a"}), engine(storage={"storageClass": "b"}),
     ["engine.storage.storageClass refused storage-class"]),
    ("more replicas", {}, engine(replicas=3), ["engine.replicas online"]),
    ("a newer version", engine(version="9.0.0"), {}, ["engine.version rolling restart"]),
    ("the next major version's minor", {}, engine(version="9.1.4"), ["engine.version rolling restart"]),
    ("an older version", engine(version="9.1.4"), {}, ["engine.version refused downgrade"]),
    ("a setting that servers take while they run", {}, engine(engineConfig={"maxmemory": "1gb"}),
     ["engine.engineConfig.maxmemory online"]),
    ("another of them", {}, engine(engineConfig={"maxmemory-policy": "noeviction"}),
     ["engine.engineConfig.maxmemory-policy online"]),
    ("a setting that they read when they start", {}, engine(engineConfig={"hz": "20"}),
     ["engine.engineConfig.hz rolling restart"]),
    ("an exporter", {}, {"instances": {"monitoring": {}}}, ["monitoring rolling restart"]),
    ("TLS", {}, {"tls": {"certificateSecret": "cert"}}, ["tls.certificateSecret downtime"]),
    ("another certificate", {"tls": {"certificateSecret": "a"}}, {"tls": {"certificateSecret": "b"}},
     ["tls.certificateSecret rolling restart"]),
    ("another password", USERS, {"usersSecret": "other"}, ["usersSecret online"]),
]  # fmt: skip
