"""Clusters whose objects are checked against CRDs: what is wrong is said at the field that the user wrote."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pulumi_everest.emit import origins
from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import Finding, path_text
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import ClusterInput, JobInput, Workspace

TOYDB = Path(__file__).parents[1] / "resources" / "toydb"
CRD = TOYDB.parent / "toydb_crd.yaml"


def found(spec: Mapping[str, Any], *, crds: Path | None = CRD, plugins: tuple[Path, ...] = (TOYDB,)) -> list[Finding]:
    workspace = Workspace(Plugins(plugins), crds=Crds.load([crds]) if crds else None)
    whole = {"provider": "toydb-operator", "topology": {"type": "single"}, **spec}
    workspace.clusters.append(
        ClusterInput({"name": "orders", "namespace": "apps"}, whole, subject="DatabaseCluster orders")
    )
    return workspace.plan().findings


def engine(**fields: Any) -> dict[str, Any]:
    return {"instances": {"engine": fields}}


def unknown(path: tuple[str, ...]) -> Deferred:
    return Deferred(path, "an output")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (engine(overrides={"pcx": 1}), ("cluster.overrides", "instances.engine.overrides.pcx", None)),
        (engine(overrides={"siz": 1}), ("cluster.overrides", "instances.engine.overrides.siz", "did you mean 'size'?")),
        (engine(overrides={"pcx": {}}), ("cluster.overrides", "instances.engine.overrides.pcx", None)),
        (engine(overrides={"pcx": {"a": {"b": 1}}}), ("cluster.overrides", "instances.engine.overrides.pcx", None)),
        (engine(overrides={"pcx": [{"a": 1}, 2]}), ("cluster.overrides", "instances.engine.overrides.pcx", None)),
        (engine(overrides={"size": "3"}), ("cluster.overrides", "instances.engine.overrides.size", None)),
        (engine(overrides={"storage": "3"}), ("cluster.overrides", "instances.engine.overrides.storage", None)),
        (engine(overrides={"image": {"name": "x"}}), ("cluster.overrides", "instances.engine.overrides.image", None)),
        (engine(overrides={"size": None}), ("cluster.overrides", "instances.engine.overrides.size", None)),
        (
            engine(overrides={"volumes": [{"name": "a"}, {"nam": "b"}]}),
            ("cluster.overrides", "instances.engine.overrides.volumes[1].nam", "did you mean 'name'?"),
        ),
        (
            engine(overrides={"env": {"A": unknown(("x",)), "B": 1}}),
            ("cluster.overrides", "instances.engine.overrides.env.B", None),
        ),
        (
            {"overrides": {"engine": {"storage": {"sise": "1Gi"}}}},
            ("cluster.overrides", "overrides.engine.storage.sise", "did you mean 'size'?"),
        ),
        ({"overrides": {"engine": None}}, ("cluster.overrides", "overrides.engine", None)),
        (
            engine(scheduling={"affinity": {"nodeAffinty": {"a": [1, 2]}}}),
            ("emit.object", "instances.engine.scheduling.affinity.nodeAffinty", "did you mean 'nodeAffinity'?"),
        ),
        (engine(engineConfig="x" * 21), ("emit.object", "instances.engine.engineConfig", None)),
        ({"tls": {"mode": "ofn"}}, ("emit.object", "tls.mode", "did you mean 'on'?")),
        ({"tls": {"mode": "ofn"}, "instances": {"engine": {"engineConfig": unknown(("c",))}}}, ("emit.object", "tls.mode", "*")),
    ],
)  # fmt: skip
def test_what_is_wrong_leads_back_to_what_the_user_wrote(spec: dict[str, Any], expected: tuple[str, str, str]) -> None:
    entries = found(spec)
    told = [(e.code, path_text(e.path), "*" if expected[2] == "*" else e.hint) for e in entries]
    if len(told) > 1:  # a misspelt field of an item is also the one that is missing
        told = [entry for entry in told if entry[2] is not None]
    assert told == [expected]
    assert all(entry.subject == "DatabaseCluster orders" for entry in entries)


def test_the_message_says_where_in_the_object_and_what_is_allowed_there() -> None:
    [entry] = found(engine(overrides={"storage": {"sise": "1Gi"}}))

    assert entry.message == "there is no field 'sise' in the operator's schema, in ToyDB at spec.engine.storage.sise"
    assert entry.allowed == ("size",)


def test_where_many_fields_are_allowed_the_nearest_come_first() -> None:
    schema = {"type": "object", "properties": {f"{letter * 4}": {} for letter in "abcdefghijklmn"} | {"replicas": {}}}
    crds = Crds({("v1", "Thing"): schema})

    [entry] = crds.check({"apiVersion": "v1", "kind": "Thing", "metadata": {}, "repl": 1})

    assert entry.allowed[0] == "replicas"
    assert len(entry.allowed) == 15


def test_what_passes_says_nothing() -> None:
    spec = engine(overrides={"env": {"A": "b"}, "storage": {"size": "5Gi"}}, scheduling={"nodeSelector": {"a": "b"}})

    assert found(spec) == []


def test_without_crds_nothing_is_checked() -> None:
    assert found(engine(overrides={"pcx": 1}), crds=None) == []


def test_what_the_user_did_not_write_has_the_object_as_its_subject(tmp_path: Path) -> None:
    text = CRD.read_text(encoding="utf-8")
    narrower = tmp_path / "crd.yaml"
    narrower.write_text(text.replace("operator: {type: string}", "operator: {type: integer}"), encoding="utf-8")

    [entry] = found({}, crds=narrower)

    assert (entry.code, path_text(entry.path), entry.subject) == ("emit.object", "spec.operator", "ToyDB orders")
    assert entry.hint == "are the CRDs those of operator 1.1.0?"


def test_what_a_preset_overrides_is_not_said_to_be_the_user_s(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(TOYDB, tmp_path / "toydb"))
    (folder / "presets" / "odd.yaml").write_text("instances: {engine: {overrides: {pcx: 1}}}\n", encoding="utf-8")

    for own in ({}, engine(overrides={"env": {"A": "b"}})):
        [entry] = found({"preset": "odd", **own}, plugins=(folder,))

        assert (entry.code, path_text(entry.path), entry.subject) == ("emit.object", "spec.engine.pcx", "ToyDB orders")


def test_another_version_of_the_kind_is_wrong_and_another_kind_is_unchecked_once(tmp_path: Path) -> None:
    other = tmp_path / "crd.yaml"
    text = CRD.read_text(encoding="utf-8")
    other.write_text(text.replace("name: v1", "name: v2"), encoding="utf-8")
    assert [(e.code, e.hint) for e in found({}, crds=other)] == [("emit.object", "did you mean 'toy.example.com/v2'?")]

    other.write_text(text.replace("kind: ToyDB", "kind: ToyCache"), encoding="utf-8")
    workspace = Workspace(Plugins((TOYDB,)), crds=Crds.load([other]))
    for name in ("orders", "users"):
        workspace.clusters.append(
            ClusterInput({"name": name}, {"provider": "toydb-operator", "topology": {"type": "single"}})
        )
    planned = workspace.plan()
    assert [(e.code, e.path, e.allowed) for e in planned.findings] == [("emit.no-schema", (), ("ToyCache",))]
    assert len(planned.clusters) == 2


def test_each_of_many_values_leads_back_to_where_it_was_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    labels: dict[str, Any] = {"type": "object", "additionalProperties": {"enum": ["good"]}}
    texts = {name: {"type": "string"} for name in ("key", "operator")}
    item = {"type": "object", "properties": texts, "required": ["key"]}
    scheduling = {
        "type": "object",
        "properties": {"nodeSelector": labels, "tolerations": {"type": "array", "items": item}},
        "x-kubernetes-preserve-unknown-fields": True,
    }
    schema = {"type": "object", "properties": {"engine": scheduling}, "x-kubernetes-preserve-unknown-fields": True}
    folder = _scheduling_plugin(tmp_path, schema)
    spec = engine(
        scheduling={
            "nodeSelector": {f"label-{n}": "good" if n % 3 else "bad" for n in range(40)},
            "tolerations": [{"key": f"k{n}"} if n % 4 else {"operator": "Exists"} for n in range(40)],
        }
    )
    together = found(spec, crds=tmp_path / "crd.yaml", plugins=(folder,))
    monkeypatch.setattr(origins, "_MANY", 10_000)
    alone = found(spec, crds=tmp_path / "crd.yaml", plugins=(folder,))

    assert together == alone
    base = "instances.engine.scheduling"
    assert [path_text(entry.path) for entry in together] == [
        *(f"{base}.nodeSelector.label-{n}" for n in range(0, 40, 3)),
        *(f"{base}.tolerations[{n}].key" for n in range(0, 40, 4)),
    ]


def _scheduling_plugin(folder: Path, schema: dict[str, Any]) -> Path:
    """A plugin that passes on where its pods may run, and a definition with that schema of its kind."""
    plugin = folder / "plugin"
    shutil.copytree(TOYDB, plugin)
    (plugin / "resources.yaml").write_text(
        "objects:\n- name: cluster\n  main: true\n  object:\n"
        "    apiVersion: toy.example.com/v1\n    kind: ToyDB\n    metadata: {name: '${metadata.name}'}\n"
        "    spec: {engine: '${spec.instances.engine.scheduling}'}\n"
    )
    names = {"kind": "ToyDB"}
    version = {"name": "v1", "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": schema}}}}
    crd = {
        "kind": "CustomResourceDefinition",
        "spec": {"group": "toy.example.com", "names": names, "versions": [version]},
    }
    (folder / "crd.yaml").write_text(json.dumps(crd))
    return plugin


def test_overrides_are_checked_where_a_controller_makes_the_objects(tmp_path: Path) -> None:
    workspace = Workspace(Plugins((TOYDB,)), crds=Crds.load([CRD]), reconcile_by="everest")
    spec = {"provider": "toydb-operator", "topology": {"type": "single"}, **engine(overrides={"siz": 1})}
    workspace.clusters.append(ClusterInput({"name": "orders"}, spec))

    entries = workspace.plan().findings

    assert [(e.code, path_text(e.path)) for e in entries] == [("cluster.overrides", "instances.engine.overrides.siz")]


@pytest.mark.parametrize(
    ("plugin", "operator", "spec", "path"),
    [
        ("psmdb", "1.22.0", {"topology": {"type": "sharded"}, **engine(overrides={"pcx": 1})}, "instances.engine.overrides.pcx"),
        ("psmdb", "1.22.0", {"topology": {"type": "sharded"}, "instances": {"proxy": {"overrides": {"sise": 1}}}}, "instances.proxy.overrides.sise"),
        ("pxc", "1.20.0", engine(overrides={"volumeSpec": {"pvc": {}}}), "instances.engine.overrides.volumeSpec.pvc"),
        ("pg", "3.0.0", {"instances": {"proxy": {"overrides": {"expose": {"typ": "x"}}}}}, "instances.proxy.overrides.expose.typ"),
        ("pg", "3.0.0", {"overrides": {"patroni": {"leaderLease": 3}}}, "overrides.patroni.leaderLease"),
    ],
)  # fmt: skip
def test_overrides_of_built_in_plugins_lead_back(
    plugin: str, operator: str, spec: dict[str, Any], path: str, crd_of: Callable[[str, str], Path]
) -> None:
    whole = {"provider": f"{plugin}-operator", "operatorVersion": operator, **spec}
    workspace = Workspace(Plugins(), crds=Crds.load([crd_of(plugin, operator)]))
    workspace.clusters.append(ClusterInput({"name": "orders"}, whole))

    entries = workspace.plan().findings

    assert [(e.code, path_text(e.path)) for e in entries if e.is_error] == [("cluster.overrides", path)]


def test_overrides_of_a_backup_lead_back_and_its_kind_may_have_no_schema(
    crd_of: Callable[[str, str], Path], tmp_path: Path
) -> None:
    def codes(crds: Path) -> list[tuple[str, str]]:
        workspace = Workspace(Plugins(), crds=Crds.load([crds]))
        storage = {"name": "main", "type": "s3", "bucket": "b", "region": "r"}
        spec = {"provider": "psmdb-operator", "topology": {"type": "standard"}, "backup": {"storages": [storage]}}
        workspace.clusters.append(ClusterInput({"name": "orders", "namespace": "apps"}, spec))
        job = {"cluster": "orders", "storage": "main", "overrides": {"compresionLevel": 3}}
        workspace.jobs.append(JobInput("backup", {"name": "today", "namespace": "apps"}, job))
        return [(entry.code, path_text(entry.path)) for entry in workspace.plan().findings]

    file = crd_of("psmdb", "1.22.0")
    assert codes(file) == [("cluster.overrides", "overrides.compresionLevel")]

    documents = file.read_text(encoding="utf-8").split("\n---\n")
    (tmp_path / "crd.yaml").write_text("\n---\n".join(d for d in documents if "psmdb-backup" not in d))
    assert codes(tmp_path / "crd.yaml") == [("emit.no-schema", "")]
