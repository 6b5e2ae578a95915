"""Fields of which overrides take away all that is emitted: said with both places, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_everest.emit.templates.template import Template
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import Finding, path_text
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.find import Plugins, builtin
from pulumi_everest.workspace.workspace import ClusterInput, Workspace, shape_for

Spec = dict[str, Any]


def found(spec: Spec) -> list[Finding]:
    workspace = Workspace(Plugins())
    workspace.clusters.append(ClusterInput({"name": "orders", "namespace": "apps"}, spec, subject="orders"))
    planned = workspace.plan()
    assert [entry for entry in planned.findings if entry.is_error] == []
    return [entry for entry in planned.findings if entry.code == "cluster.dead-field"]


def dead(spec: Spec) -> set[str]:
    return {path_text(entry.path) for entry in found(spec)}


STORAGE = {"name": "s", "type": "s3", "bucket": "b", "region": "r", "prefix": "p", "credentialsSecret": "c"}
NIGHTLY = {"schedules": [{"name": "nightly", "cron": "0 1 * * *", "retention": {"count": 3}}]}
STORAGES = {"storages": [STORAGE | NIGHTLY]}
SCHEDULES = {"backup.storages[0].schedules"}


def agent(overrides: Any) -> Spec:
    return {"backup": STORAGES, "instances": {"backupAgent": {"overrides": overrides}}}


def engine(overrides: Any, **fields: Any) -> Spec:
    return {"instances": {"engine": {**fields, "overrides": overrides}}}


@pytest.mark.parametrize(
    ("technology", "spec", "expected"),
    [
        ("pxc", agent({"schedule": None}), SCHEDULES),
        ("pxc", agent({"schedule": [{"name": "own"}]}), SCHEDULES),
        ("pxc", agent({"retries": 3}), set()),
        ("pxc", agent({"storages": {"s": {"verifyTLS": False}}}), set()),
        ("psmdb", agent({"tasks": []}), SCHEDULES),
        ("psmdb", agent({"pitr": None}), set()),
        ("pg", agent({"global": None}), {"backup.storages[0].prefix", "backup.storages[0].schedules[0].retention"}),
        ("pg", agent({"global": {"repo2-path": "/x"}}), {"backup.storages[0].prefix"}),
        (
            "pg",
            agent({"repos": [{"name": "repo1"}]}),
            {"backup.storages[0].bucket", "backup.storages[0].region", "backup.storages[0].schedules[0].cron"},
        ),
        # The number of replicas decides about unsafeFlags as well.
        ("psmdb", engine({"size": 4}, replicas=3), set()),
        ("pg", engine({"replicas": 4}, replicas=3), {"instances.engine.replicas"}),
        ("psmdb", engine({"volumeSpec": None}, storage={"size": "5Gi", "storageClass": "x"}), {"instances.engine.storage"}),
        (
            "pxc",
            engine({"resources": {"limits": {"cpu": 2}}}, resources={"limits": {"cpu": 1, "memory": "2Gi"}}),
            {"instances.engine.resources.limits.cpu"},
        ),
        ("pxc", {"paused": True, "overrides": {"pause": False}}, {"paused"}),
        ("pxc", {"paused": True, "overrides": {"storageScaling": None}}, set()),
        ("pg", {"overrides": {"expose": None}, **engine({}, expose={"type": "NodePort"})}, {"instances.engine.expose"}),
        # A value that is not known yet is a field all the same.
        ("pxc", {"paused": Deferred(("paused",), "an output"), "overrides": {"pause": None}}, {"paused"}),
        ("pxc", {"paused": True, "overrides": {"pause": Deferred(("overrides",), "an output")}}, {"paused"}),
        # What a version becomes is its image, and for PostgreSQL also the major version.
        ("psmdb", engine({}, version="8.0.12-4") | {"overrides": {"image": "own:8.0"}}, {"instances.engine.version"}),
        (
            "psmdb",
            {"components": {"versions": {"mongod": {"version": "8.0.12-4"}}}, "overrides": {"image": "own:8.0"}},
            {"components.versions.mongod.version"},
        ),
        # Where the image says no version, it is judged by the one that is said.
        ("psmdb", engine({}, version="8.0.12-4") | {"overrides": {"image": "own:tested"}}, set()),
        ("psmdb", engine({}, version="8.0.12-4") | {"overrides": {"crVersion": "1.22.0", "image": "own:1"}}, set()),
        ("pg", engine({}, version="17.9") | {"overrides": {"image": "own:1"}}, set()),
    ],
)  # fmt: skip
def test_a_field_of_which_nothing_is_left_is_said(technology: str, spec: Spec, expected: set[str]) -> None:
    assert dead({"provider": f"{technology}-operator", **spec}) == expected


@pytest.mark.parametrize("reconcile_by", ["everest", "pulumi"])
def test_whoever_makes_the_object(reconcile_by: str) -> None:
    workspace = Workspace(Plugins(), reconcile_by=reconcile_by)
    spec = {"provider": "pxc-operator", **agent({"schedule": None})}
    workspace.clusters.append(ClusterInput({"name": "orders", "namespace": "apps"}, spec))

    assert "cluster.dead-field" in [entry.code for entry in workspace.plan().findings]


def test_both_places_are_named() -> None:
    text = """\
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseCluster
metadata: {name: orders}
spec:
  provider: pxc-operator
  paused: true
  overrides:
    pause: null
"""
    documents, wrong = read_yaml(text.encode(), "orders.yaml", shape_for)
    planned = Workspace(Plugins(), documents).plan()

    [entry] = [entry for entry in [*wrong, *planned.findings] if entry.code == "cluster.dead-field"]
    assert entry.message.startswith("'overrides.pause' (orders.yaml:8) removes all that is emitted for it")
    assert entry.place is not None
    assert (entry.place.file, entry.place.line) == ("orders.yaml", 6)


@pytest.fixture
def with_presets(tmp_path: Path) -> Workspace:
    """The plugin for MySQL with a preset that has overrides."""
    [plugin] = [plugin for plugin in builtin() if plugin.name == "pxc"]
    folder = tmp_path / "pxc"
    for path in plugin.folder.rglob("*.yaml"):
        if "examples" not in path.parts:
            copy = folder / path.relative_to(plugin.folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    preset = {"instances": {"engine": {"replicas": 3, "overrides": {"configuration": "own", "size": 5}}}}
    (folder / "presets" / "own.yaml").write_text(yaml.safe_dump(preset))
    return Workspace(Plugins([folder]))


@pytest.mark.parametrize(
    ("spec", "path", "says"),
    [
        (
            engine({}, engineConfig="[mysqld]"),
            "instances.engine.engineConfig",
            "'instances.engine.overrides.configuration' of the preset replaces all",
        ),
        (
            engine({"resources": None}) | {"preset": "small"},
            "instances.engine.overrides.resources",
            "it removes all that is emitted for 'instances.engine.resources' of the preset",
        ),
    ],
)
def test_presets_are_looked_at(spec: Spec, path: str, says: str, with_presets: Workspace) -> None:
    whole = {"provider": "pxc-operator", "preset": "own", **spec}
    with_presets.clusters.append(ClusterInput({"name": "orders", "namespace": "apps"}, whole))

    said = {path_text(e.path): e.message for e in with_presets.plan().findings if e.code == "cluster.dead-field"}

    assert said[path].startswith(says)


def test_clusters_of_one_kind_are_asked_about_once_and_others_of_the_same_form_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    made = Template.emit

    def counted(self: Template, resolved: Any) -> Any:
        asked[-1] += 1
        return made(self, resolved)

    monkeypatch.setattr(Template, "emit", counted)
    workspace, dead = Workspace(Plugins()), []
    for size, operator in (("5Gi", "1.22.0"), ("6Gi", "1.22.0"), ("7Gi", "1.22.0"), ("7Gi", "1.21.2")):
        fields = engine({"volumeSpec": None}, storage={"size": size, "storageClass": "x"})
        spec = {"provider": "psmdb-operator", "operatorVersion": operator, **fields}
        workspace.clusters = [ClusterInput({"name": f"c{size}", "namespace": "apps"}, spec)]
        asked.append(0)
        dead.append(
            [path_text(entry.path) for entry in workspace.plan().findings if entry.code == "cluster.dead-field"]
        )

    assert dead == [["instances.engine.storage"]] * 4
    assert asked[1:3] == [1, 1]
    assert asked[3] > 1
