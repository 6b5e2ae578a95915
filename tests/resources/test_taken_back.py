"""An update that would take back what was edited in the cluster: what is said and refused of it, without an engine."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import json
from types import SimpleNamespace
from typing import Any

import pytest

from pulumi_everest.adoption.program_cluster import ProgramCluster
from pulumi_everest.core.changes.compare import ChangeSet
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.resources.engine.cluster_access import ClusterAccess
from pulumi_everest.resources.hooks.change_messages import refusal
from pulumi_everest.resources.hooks.edits import Watched
from pulumi_everest.resources.hooks.object_changes import ObjectGuard
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

WORKSPACE = Workspace(Plugins())


def made(provider: str, **engine: Any) -> ProgramCluster:
    """A cluster of a program."""
    spec = {"provider": provider, "instances": {"engine": engine}}
    cluster = ClusterInput({"name": "orders", "namespace": "apps"}, spec)
    resolved, setup, found = WORKSPACE.check(cluster)
    assert resolved is not None
    assert setup is not None
    assert not any(entry.is_error for entry in found)
    main = next(entry.manifest for entry in WORKSPACE.emit(cluster, resolved, setup) if entry.main)
    return ProgramCluster(main, Snapshot.of(resolved, setup.technology, main, {}), setup, WORKSPACE, {}, [])


def fields_of(value: Any) -> dict[str, Any]:
    """The fields of a value as a server writes who owns them; a list is owned as a whole."""
    return {f"f:{key}": fields_of(below) for key, below in value.items()} if isinstance(value, dict) else {}


def edited(manifest: Any, was: str, now: str, manager: str) -> dict[str, Any]:
    """The object in the cluster, in whose spec somebody has put something else everywhere."""
    live: dict[str, Any] = json.loads(json.dumps(manifest).replace(was, now))
    entry = {"manager": manager, "operation": "Update", "fieldsV1": {"f:spec": fields_of(live["spec"])}}
    return {**live, "metadata": {**live["metadata"], "managedFields": [entry]}}


class Said:
    """A guard that notes what it is asked."""

    def __init__(self) -> None:
        self.updates: dict[str, Any] = {}
        self.results: list[ChangeSet] = []
        self.warnings: list[str] = []

    async def judge(self, result: ChangeSet, _resource: str, _urn: str, _component: str) -> None:
        self.results.append(result)

    def warn(self, text: str, _urn: str) -> None:
        self.warnings.append(text)


def updated(before: ProgramCluster, after: ProgramCluster, live: dict[str, Any]) -> Said:
    """What is said of an update, when that is what the cluster has."""

    async def reached(_kubernetes: object) -> Any:
        return SimpleNamespace(access=ClusterAccess(), renders=False)

    async def found(*_: Any, **__: Any) -> Any:
        return live

    said = Said()
    reach: Any = SimpleNamespace(of=reached, find=found, unseen=pytest.fail)
    guard = ObjectGuard(said, reach)
    guard._watched["main", "orders"] = Watched(None)
    guard._clusters["main", "orders"] = [lambda: after]
    args: Any = SimpleNamespace(
        type="main", name="orders", urn="urn:pulumi:dev::shop::everest:index:DatabaseCluster$main::orders",
        old_inputs=dict(before.manifest), new_inputs=dict(after.manifest), old_outputs=dict(before.manifest),
    )  # fmt: skip
    asyncio.run(guard.before_update(args))
    return said


@pytest.mark.parametrize(
    ("provider", "manager"), [("psmdb-operator", "kubectl-edit"), ("pxc-operator", "helm"), ("pg-operator", "k9s")]
)
def test_a_volume_that_was_grown_is_not_shrunk_and_who_grew_it_is_said(provider: str, manager: str) -> None:
    before, after = (made(provider, replicas=number, storage={"size": "10Gi"}) for number in (3, 5))

    said = updated(before, after, edited(before.manifest, "10Gi", "200Gi", manager))

    [result] = said.results
    text = refusal(result)
    assert "engine.storage.size 200Gi → 10Gi, by guard storage-shrink" in text
    assert f"how to go on: it was edited in the cluster by {manager}: if that is to stay, say it in the program" in text
    [warning] = said.warnings
    assert f"edited in the cluster by {manager}, and taken back by this update" in warning


def test_a_program_that_says_what_was_edited_takes_nothing_back() -> None:
    provider = "pg-operator"
    before = made(provider, replicas=3, storage={"size": "10Gi"})
    live = edited(before.manifest, "10Gi", "200Gi", "kubectl-edit")
    live["spec"] = dict(made(provider, replicas=3, storage={"size": "200Gi"}).manifest["spec"])

    said = updated(before, made(provider, replicas=5, storage={"size": "200Gi"}), live)

    assert said.warnings == []
    assert [change.what for result in said.results for change in result.refused] == []


def test_nothing_is_said_of_a_cluster_that_is_as_the_program_wrote_it() -> None:
    before, after = (made("psmdb-operator", replicas=number) for number in (3, 5))

    said = updated(before, after, edited(before.manifest, "x-never", "y", "kubectl-edit"))

    assert said.warnings == []


@pytest.mark.parametrize(("count", "more"), [(1, ""), (10, ""), (11, "; and 1 more"), (25, "; and 15 more")])
def test_of_many_edits_ten_are_said_and_the_rest_counted(count: int, more: str) -> None:
    provider = "pg-operator"
    before, after = (made(provider, replicas=number) for number in (3, 5))
    manifest = copy.deepcopy(before.manifest)
    manifest["spec"]["metadata"] = {"labels": {f"l{number:02}": "as-written" for number in range(count)}}
    written = dataclasses.replace(before, manifest=manifest)

    said = updated(written, after, edited(manifest, "as-written", "edited", "kubectl-edit"))

    [warning] = said.warnings
    first = "; ".join(f"spec.metadata.labels.l{number:02} edited → unset" for number in range(min(count, 10)))
    assert f"taken back by this update: {first}{more}. If that is to stay" in warning


def test_an_object_that_is_gone_is_said_to_be() -> None:
    before, after = (made("psmdb-operator", replicas=number) for number in (3, 5))

    said = updated(before, after, None)  # type: ignore[arg-type]

    assert said.warnings == [
        "PerconaServerMongoDB apps/orders is not in the cluster any more, though the stack has it; `pulumi refresh` "
        "tells the stack"
    ]
