"""A technology that does not exist, and clusters of it, of which two are compared."""

from __future__ import annotations

import copy
from typing import Any

from expected import Said

from pulumi_everest.core.changes.compare import compare
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.patch import patched
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.plugin_files.manifest import PluginManifest


def entries(*texts: str, default: str, image: str = "x", **more: Any) -> list[dict[str, Any]]:
    found = []
    for text in texts:
        entry: dict[str, Any] = {"version": text, "image": f"{image}:{text}", **more}
        found.append({**entry, "default": True} if text == default else entry)
    return found


DEFINITION: dict[str, Any] = {
    "componentTypes": {
        "db": {"versions": entries("1.5", "2.1", "2.2", "3.0", "4.0", default="2.2")},
        "sql": {"versions": entries("5.7.1", "8.0.1", "8.0.2", "8.4.1", default="8.0.1")},
        "tool": {"versions": entries("1.0", "1.1", "2.0", default="1.1")},
    },
    "components": {"engine": {"type": "db"}, "sql": {"type": "sql"}, "tool": {"type": "tool"}},
    "topologies": {
        "one": {
            "default": True,
            "components": {
                "engine": {"replicas": {"odd": True}, "defaults": {"replicas": 3, "storage": {"size": "1Gi"}}},
                "sql": {"optional": True, "defaults": {"replicas": 1}},
                "tool": {"optional": True},
            },
        },
        "two": {"components": {"engine": {}}},
    },
    "changes": [
        {"path": "topology.type", "policy": "immutable", "hint": "restore a backup"},
        {"path": "instances.*.storage.size", "policy": "grow-only", "message": "takes a while"},
        {"path": "instances.*.replicas", "policy": "online"},
        {"path": "instances.tool", "policy": "online"},
        {"path": "instances.*.version", "policy": "restart"},
        {"path": "paused", "policy": "none", "when": "has(new.paused) && !new.paused"},
        {"path": "paused", "policy": "downtime"},
        {"path": "backup.storages", "policy": "keep-order", "guard": "places"},
        {"path": "backup", "policy": "online"},
    ],
    "upgrades": {
        "db": {"majorStep": 1, "paths": [{"from": "1", "to": "2"}, {"from": "2", "to": "3"}]},
        "sql": {"major": 2, "majorStep": 0, "message": "dump and load"},
        "tool": {"downgrade": True},
    },
}

MANIFEST = PluginManifest.model_validate(
    {
        "name": "toy",
        "title": "Toy",
        "release": "3.0.0",
        "operator": {"name": "toy", "versions": ["1.0.0", "1.1.0", "1.2.0", "2.0.0"], "default": "1.1.0"},
        "components": {
            name: {"types": [kind], "fields": ["version", "image", "replicas", "storage", "overrides"]}
            for name, kind in (("engine", "db"), ("sql", "sql"), ("tool", "tool"))
        },
        "fields": ["paused", "backup", "usersSecret"],
    }
)  # fmt: skip


def technology(definition: dict[str, Any] | None = None, *, operator: str | None = None, **manifest: Any) -> Technology:
    document = {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseClusterDefinition",
        "metadata": {"name": "toy"},
        "spec": patched(copy.deepcopy(DEFINITION), definition or {}),
    }
    model = DatabaseClusterDefinition.model_validate(document)
    return Technology("toy", Definition(model), MANIFEST.model_copy(update=manifest), operator_version=operator)


NOW = technology()


def snapshot(spec: dict[str, Any] | None = None, kind: Technology = NOW, **metadata: Any) -> Snapshot:
    resolved, found = check_cluster(
        {"name": "orders", "namespace": "shop", **metadata}, {"provider": "toy", **(spec or {})}, kind
    )
    assert not [entry for entry in found if entry.is_error], found
    assert resolved is not None
    return Snapshot.of(resolved, kind, {"apiVersion": "toy.example.com/v1", "kind": "Toy"}, {})


def engine(**values: Any) -> dict[str, Any]:
    return {"instances": {"engine": values}}


def with_object(text: str, *, definition: str = "toy", policy: str = "protect") -> Snapshot:
    made = snapshot()
    return Snapshot(made.metadata, text, definition, made.spec, made.chosen, {"deletionPolicy": policy})


def storages(*names: str) -> dict[str, Any]:
    return {"backup": {"storages": [{"name": name, "type": "s3", "bucket": name} for name in names]}}


def changed(path: tuple[str, ...], value: Any, spec: dict[str, Any] | None = None) -> Snapshot:
    """A cluster with a value that its checks would refuse today."""
    made = snapshot(spec)
    whole = copy.deepcopy(dict(made.spec))
    node = whole
    for key in path[:-1]:
        node = node.setdefault(key, {})
    node[path[-1]] = value
    return Snapshot(made.metadata, made.object, made.definition, whole, made.chosen, made.options)


def impacts(said: Said, old: Snapshot, new: Snapshot, kind: Technology = NOW, allow: tuple[str, ...] = ()) -> list[str]:
    """Each change in short: where it is, what it does and the guard that it meets. `said` takes all that it says."""
    return [
        " ".join(filter(None, [change.where, str(change.impact), change.guard]))
        for change in said(compare(old, new, kind, allow).changes)
    ]
