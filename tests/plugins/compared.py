"""Clusters of the built-in technologies to compare: small bases, and what is changed in them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from pulumi_everest.core.changes.compare import ChangeSet, compare
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.patch import patched
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

EXAMPLE = Path(__file__).parents[2] / "examples" / "plugin-cache" / "cache"
WORKSPACE = Workspace(Plugins([EXAMPLE]))
S3 = {"type": "s3", "bucket": "b", "region": "r", "credentialsSecret": "c"}

BASES: dict[str, dict[str, Any]] = {
    "psmdb": {"provider": "psmdb-operator", "instances": {"engine": {"version": "8.0.17-6"}}},
    "sharded": {"provider": "psmdb-operator", "topology": {"type": "sharded", "config": {"shards": 2}}},
    "pxc": {"provider": "pxc-operator", "instances": {"engine": {"version": "8.0.44-35.1"}}},
    "proxysql": {"provider": "pxc-operator", "topology": {"type": "proxysql"},
                 "instances": {"proxysql": {"storage": {"size": "2Gi"}}}},
    "valkey": {"provider": "valkey-operator"},
    "clickhouse": {"provider": "clickhouse-operator"},
    "cnpg": {"provider": "cnpg-operator", "instances": {"engine": {"version": "17.9"}}},
    "pg": {"provider": "pg-operator", "instances": {"engine": {"version": "17.9"}, "proxy": {"replicas": 2}}},
}  # fmt: skip


def snapshot(spec: dict[str, Any], *, name: str = "orders", namespace: str = "shop") -> tuple[Snapshot, Technology]:
    cluster = ClusterInput({"name": name, "namespace": namespace}, copy.deepcopy(spec))
    resolved, setup, found = WORKSPACE.check(cluster)
    assert not [entry for entry in found if entry.is_error], found
    assert resolved is not None
    assert setup is not None
    main = next(entry for entry in WORKSPACE.emit(cluster, resolved, setup) if entry.main)
    return Snapshot.of(resolved, setup.technology, main.manifest, {}), setup.technology


def change(base: str, old: dict[str, Any], new: dict[str, Any], allow: list[str] | None = None) -> ChangeSet:
    before, _ = snapshot(patched(copy.deepcopy(BASES[base]), old))
    after, technology = snapshot(patched(copy.deepcopy(BASES[base]), new))
    return compare(before, after, technology, allow or [])


def engine(**values: Any) -> dict[str, Any]:
    return {"instances": {"engine": values}}


def of(component: str, **values: Any) -> dict[str, Any]:
    return {"instances": {component: values}}


def storages(*names: str, **more: Any) -> dict[str, Any]:
    return {"backup": {"storages": [{"name": name, **S3, "bucket": name, **more} for name in names]}}


def size(text: str) -> dict[str, Any]:
    return {"storage": {"size": text}}
