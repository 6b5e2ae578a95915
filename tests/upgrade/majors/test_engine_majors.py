"""Major versions of the built-in engines: what is refused says the way, and the way that it says can be gone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pulumi_everest.core.changes.compare import ChangeSet, compare
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import ClusterInput, JobInput, Workspace


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace(Plugins([]))


def cluster(workspace: Workspace, provider: str, version: str) -> tuple[Snapshot, Any]:
    setup, _ = workspace.setup(provider)
    assert setup is not None
    spec = {"provider": provider, "instances": {"engine": {"version": version}}}
    resolved, found = check_cluster({"name": "orders", "namespace": "shop"}, spec, setup.technology)
    assert resolved is not None
    assert [entry for entry in found if entry.is_error] == []
    return Snapshot.of(resolved, setup.technology, {"apiVersion": "a/v1", "kind": "A"}, {}), setup.technology


def step(workspace: Workspace, provider: str, was: str, now: str) -> ChangeSet:
    (old, _), (new, technology) = (cluster(workspace, provider, version) for version in (was, now))
    return compare(old, new, technology)


@pytest.mark.parametrize(
    ("provider", "was", "now", "guard", "way"),
    [
        ("psmdb-operator", "6.0.27-21", "8.0.19-7", "major-jump", "go over 7.0.30-16 first"),
        ("psmdb-operator", "8.0.19-7", "7.0.30-16", "downgrade", "restore a backup"),
        ("pxc-operator", "8.0.45-36.1", "8.4.8-8.1", "engine-major", "make a cluster of the new series"),
        ("pg-operator", "17.10", "18.4", "engine-major", "make a DatabaseUpgrade of the cluster with that version"),
        ("pg-operator", "18.4", "17.10", "downgrade", "restore a backup"),
    ],
)
def test_a_major_version_that_cannot_work_is_refused_with_its_way(
    workspace: Workspace, provider: str, was: str, now: str, guard: str, way: str
) -> None:
    [refused] = [change for change in step(workspace, provider, was, now).refused if change.path[1] == "engine"]

    assert refused.guard == guard
    assert way in refused.hint


def test_the_way_of_mongodb_goes_over_every_major_version_and_says_what_follows(workspace: Workspace) -> None:
    [refused] = step(workspace, "psmdb-operator", "6.0.27-21", "8.0.19-7").refused
    between = re.search(r"go over (\S+) first", refused.hint)
    assert between is not None

    for was, now in (("6.0.27-21", between[1]), (between[1], "8.0.19-7")):
        [change] = step(workspace, "psmdb-operator", was, now).changes
        assert str(change.impact) == "rolling restart"
        assert "raises the feature compatibility version" in change.why
    [minor] = step(workspace, "psmdb-operator", "8.0.17-6", "8.0.19-7").changes
    assert "feature compatibility" not in minor.why


def test_the_way_of_mysql_is_a_cluster_of_the_new_series_beside_it(workspace: Workspace) -> None:
    new, _ = cluster(workspace, "pxc-operator", "8.4.8-8.1")

    assert new.instances["engine"]["image"].endswith(":8.4.8-8.1")


def test_the_way_of_postgresql_is_an_upgrade_that_is_made(workspace: Workspace) -> None:
    own = Workspace(Plugins([]))
    spec = {"provider": "pg-operator", "instances": {"engine": {"version": "17.10"}}}
    own.clusters.append(ClusterInput({"name": "orders", "namespace": "shop"}, spec))
    own.jobs.append(JobInput("upgrade", {"name": "up", "namespace": "shop"}, {"cluster": "orders", "version": "18.4"}))

    [plan] = own.plan().jobs
    assert [entry.manifest["kind"] for entry in plan.objects] == ["PerconaPGUpgrade"]
