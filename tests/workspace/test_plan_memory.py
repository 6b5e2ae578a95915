"""Clusters that are the same on both sides of a comparison are planned once, and nothing else comes of that."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_everest.model.lock import Lock
from pulumi_everest.model.lock_file import LockedCluster
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.find import Plugins, builtin
from pulumi_everest.workspace import checks as module
from pulumi_everest.workspace.plans.plan_memory import PlanMemory
from pulumi_everest.workspace.workspace import Planned, Workspace, shape_for

API = "everest.percona.com/v2alpha1"


def cluster(name: str, provider: str = "psmdb-operator", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop"}
    return {"apiVersion": API, "kind": "DatabaseCluster", "metadata": metadata, "spec": {"provider": provider, **spec}}


def provider(**spec: Any) -> dict[str, Any]:
    data = {"databaseClusterDefinition": "psmdb-operator", **spec}
    return {"apiVersion": API, "kind": "Provider", "metadata": {"name": "mine"}, "spec": data}


def planned(
    documents: list[dict[str, Any]],
    memory: PlanMemory | None = None,
    plugins: list[Path] | None = None,
    locked: LockedCluster | None = None,
) -> Planned:
    read, found = read_yaml(yaml.safe_dump_all(documents, sort_keys=False), "clusters.yaml", shape_for)
    assert found == []
    workspace = Workspace(Plugins(plugins or []), read, memory=memory)
    for one in workspace.clusters if locked is not None else ():
        one.lock = Lock(str(one.metadata["name"]), locked)
    return workspace.plan(partial=True)


def shown(plan: Planned) -> Any:
    made = [(one.resolved.spec, one.resolved.layers, [o.manifest for o in one.objects]) for one in plan.clusters]
    return made, [(str(entry), str(entry.place)) for entry in plan.findings]


BASE = [cluster("a"), cluster("b", instances={"engine": {"replicas": 5}}), cluster("c", "mine"), provider()]
OTHERS: dict[str, list[dict[str, Any]]] = {
    "the same": BASE,
    "another value": [cluster("a", instances={"engine": {"replicas": 5}}), *BASE[1:]],
    "a number for a text": [cluster("a", instances={"engine": {"resources": {"limits": {"cpu": 2}}}}), *BASE[1:]],
    "another provider": [*BASE[:2], cluster("c", "mine"), provider(images={"registry": "mirror.example.com"})],
    "another operator version": [*BASE[:2], cluster("c", "mine"), provider(operatorVersion="1.21.2")],
    "a mistake": [cluster("a", instances={"engine": {"replcas": 3}}), *BASE[1:]],
    "a warning": [cluster("a", components={"versions": {"pmm": {"version": "3.6.0"}}}), *BASE[1:]],
    "other metadata": [{**BASE[0], "metadata": {**BASE[0]["metadata"], "labels": {"a": "b"}}}, *BASE[1:]],
    "a controller": [*BASE[:3], provider(reconcileBy="everest")],
}


@pytest.mark.parametrize("there", OTHERS.values(), ids=list(OTHERS))
@pytest.mark.parametrize("before", ["the same", "a mistake", "a warning"])
def test_what_comes_of_an_input_is_the_same_with_a_memory_of_another(before: str, there: list[dict[str, Any]]) -> None:
    memory = PlanMemory()
    planned(OTHERS[before], memory)

    assert shown(planned(there, memory)) == shown(planned(there))


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the clusters that are checked from now on."""
    names: list[str] = []
    check = module.check_cluster

    def counting(metadata: Any, *rest: Any, **more: Any) -> Any:
        names.append(metadata["name"])
        return check(metadata, *rest, **more)

    monkeypatch.setattr(module, "check_cluster", counting)
    return names


def test_only_what_differs_is_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = PlanMemory()
    planned(BASE, memory)
    names = counted(monkeypatch)

    planned(OTHERS["another value"], memory)

    assert names == ["a"]


def test_objects_of_both_sides_are_seen_to_be_the_same() -> None:
    memory = PlanMemory()
    first, second = planned(BASE, memory), planned(BASE, memory)
    assert shown(first) == shown(second) == shown(planned(BASE))
    pairs = zip(first.clusters, second.clusters, strict=True)
    assert all(
        one.manifest is other.manifest for a, b in pairs for one, other in zip(a.objects, b.objects, strict=True)
    )


@pytest.mark.parametrize("version", ["8.0.17-6", "8.0.12-4"])
def test_a_lock_counts(version: str) -> None:
    memory = PlanMemory()
    locked = LockedCluster.model_validate(
        {
            "provider": "psmdb-operator",
            "operatorVersion": "1.22.0",
            "components": {"engine": {"version": version, "image": f"percona/percona-server-mongodb:{version}"}},
        }
    )
    planned(BASE[:2], memory)

    assert shown(planned(BASE[:2], memory, locked=locked)) == shown(planned(BASE[:2], locked=locked))


def test_the_files_of_a_plugin_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (source,) = [plugin.folder for plugin in builtin() if plugin.name == "psmdb"]
    same, other = (Path(shutil.copytree(source, tmp_path / name / "psmdb")) for name in ("same", "other"))
    resources = other / "resources.yaml"
    resources.write_text(resources.read_text().replace("metadata:", "metadata: # another line\n", 1), encoding="utf-8")
    memory = PlanMemory()
    planned(BASE[:1], memory)
    names = counted(monkeypatch)

    planned(BASE[:1], memory, [same])
    assert names == []
    planned(BASE[:1], memory, [other])
    assert names == ["a"]
