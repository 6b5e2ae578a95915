"""Kubernetes' own kinds: the table against Pulumi's package, and what no program can make."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest
from expected import assert_expected, file_for

from pulumi_everest.emit import core_kinds
from pulumi_everest.emit.core_kinds import CORE_KINDS, is_cluster_scoped, is_core, unmakeable
from pulumi_everest.live.cluster import LiveCluster

KINDS = [(version, kind) for version, kinds in CORE_KINDS.items() for kind in kinds]


def arguments(version: str, kind: str) -> set[str]:
    group, _, number = version.rpartition("/")
    module = import_module(f"pulumi_kubernetes.{group.partition('.')[0] or 'core'}.{number}")
    cls = getattr(module, kind)
    assert cls.pulumi_type == f"kubernetes:{'core/v1' if version == 'v1' else version}:{kind}"
    names = set(inspect.signature(cls._internal_init).parameters)
    words = names - {"resource_name", "opts", "api_version", "kind", "metadata", "status"}
    return {re.sub("_([a-z])", lambda found: found[1].upper(), name) for name in words if not name.startswith("__")}


def test_the_table_is_what_the_package_takes() -> None:
    table = {(version, kind): set(CORE_KINDS[version][kind]) for version, kind in KINDS}
    assert table == {(version, kind): arguments(version, kind) for version, kind in KINDS}


@pytest.mark.parametrize(
    ("version", "kind", "fields", "said"),
    [
        ("v1", "ConfigMap", ["data", "binaryData"], None),
        ("v1", "ConfigMap", ["spec"], "a ConfigMap has no 'spec' at its top; it has data, binaryData, immutable"),
        ("v1", "Service", ["data"], "a Service has no 'data' at its top"),
        ("v1", "Service", ["status"], "a Service has no 'status' at its top"),
        ("v1", "Configmap", ["data"], "did you mean 'ConfigMap'?"),
        ("v1", "ConfigMapList", ["items"], "a program cannot make a 'ConfigMapList' of 'v1'"),
        ("policy/v1beta1", "PodDisruptionBudget", ["spec"], "only of policy/v1"),
        ("rbac.authorization.k8s.io/v1", "Role", ["rules"], None),
        ("rbac.authorization.k8s.io/v1", "Role", ["spec"], "a Role has no 'spec'"),
        ("example.com/v1", "Anything", ["rules", "data", "spec"], None),
        ("example.com/v1", "Anything", ["spec", "status"], "'status' is written by who looks after a Anything"),
        ("example.com/v1", "Anything", ["id"], "which Pulumi has for itself"),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshot", ["spec"], None),
        ("helm.sh/v3", "Release", ["chart"], "a name of Pulumi's own"),
        ("v2", "ConfigMap", ["data"], "a program cannot make a ConfigMap of 'v2', only of v1"),
    ],
)
def test_what_no_program_can_make_is_told(version: str, kind: str, fields: list[str], said: str | None) -> None:
    told = unmakeable(version, kind, ["apiVersion", "kind", "metadata", *fields])
    assert told is None if said is None else said in str(told)


def test_a_kind_of_a_definition_is_not_taken_for_one_of_kubernetes() -> None:
    assert is_cluster_scoped("rbac.authorization.k8s.io/v1", "ClusterRole")
    assert not is_cluster_scoped("example.com/v1", "ClusterRole")
    assert not is_core("gateway.networking.k8s.io/v1")


def test_the_table_says_the_same_of_namespaces_as_a_server(live: LiveCluster) -> None:
    asked = 0
    for version, kind in KINDS:
        if live.serves(version, kind):
            assert is_cluster_scoped(version, kind) is not live.has_namespaces(version, kind), (version, kind)
            asked += 1
    assert asked > 40


@pytest.mark.parametrize("name", ["AWAITED", "CLUSTER_SCOPED"])
def test_what_is_said_of_kinds_is_said_of_those_in_the_table(name: str) -> None:
    kinds: frozenset[str] = getattr(core_kinds, name)
    assert kinds <= {kind for _, kind in KINDS}
    assert_expected(file_for(Path(__file__)), name, sorted(kinds))
