"""Objects that other templates have made: one is searched, and what was found is held against the others."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from mocked_run import run

import pulumi_everest as everest
from pulumi_everest.adoption import changes
from pulumi_everest.adoption.changes import changes_of_object
from pulumi_everest.adoption.program_cluster import ProgramCluster


def clusters(number: int, **given: Any) -> list[ProgramCluster]:
    found: list[everest.DatabaseCluster] = []

    def program() -> None:
        for index in range(number):
            size = {"engine": {"storage": {"size": f"{index + 1}Gi"}}}
            settings: Any = {"provider": "psmdb-operator", "namespace": "shop", "instances": size, **given}
            found.append(everest.DatabaseCluster(f"orders-{index}", settings))

    result = run(program)
    assert result.error is None, result.error
    made = [cluster._candidate.program_cluster() for cluster in found]
    assert all(made)
    return [one for one in made if one is not None]


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the clusters whose objects were searched."""
    names: list[str] = []
    search = changes.snapshot_of_object

    def noted(workspace: Any, manifest: Any, *rest: Any) -> Any:
        names.append(manifest["metadata"]["name"])
        return search(workspace, manifest, *rest)

    monkeypatch.setattr(changes, "snapshot_of_object", noted)
    monkeypatch.setattr(changes, "_READINGS", type(changes._READINGS)())
    return names


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the clusters whose changes were judged for themselves."""
    names: list[str] = []
    judge = changes._judged

    def noted(made: ProgramCluster, old: Any) -> Any:
        names.append(made.snapshot.name)
        return judge(made, old)

    monkeypatch.setattr(changes, "_judged", noted)
    return names


def of_former_templates(one: ProgramCluster) -> dict[str, Any]:
    """The object as templates of before made it: a field less, another one more, and one with the cluster's name."""
    was = deepcopy(dict(one.manifest))
    was["spec"].pop("storageScaling", None)
    was["spec"]["enableVolumeExpansion"] = True
    was["spec"]["secrets"] = {**was["spec"].get("secrets", {}), "sse": f"{one.manifest['metadata']['name']}-sse"}
    return was


def told(one: ProgramCluster, was: dict[str, Any]) -> list[tuple[str, str]]:
    return [(change.what, str(change.impact)) for change in changes_of_object(one, was, dict(one.manifest)).changes]


def test_what_templates_have_changed_is_searched_once_for_all_clusters(searched: list[str]) -> None:
    found = clusters(6)
    said = [told(one, of_former_templates(one)) for one in found]

    assert searched == ["orders-0"]
    changes._READINGS.clear()
    alone = []
    for one in found[:2]:
        changes._READINGS.clear()
        alone.append(told(one, of_former_templates(one)))
    assert said[:2] == alone
    assert all(one for one in said)


def test_another_difference_is_searched_for_itself(searched: list[str]) -> None:
    first, second = clusters(2)
    told(first, of_former_templates(first))
    was = of_former_templates(second)
    was["spec"]["replsets"][0]["size"] = 5

    assert any("engine.replicas 5 → 3" in what for what, _ in told(second, was))
    assert searched == ["orders-0", "orders-1"]


def test_a_refused_change_is_refused_however_it_was_found(searched: list[str]) -> None:
    found = clusters(3)
    for one in found:
        was = of_former_templates(one)
        claim = was["spec"]["replsets"][0]["volumeSpec"]["persistentVolumeClaim"]
        claim["resources"]["requests"]["storage"] = "100Gi"
        result = changes_of_object(one, was, dict(one.manifest))
        assert [change.guard for change in result.refused] == ["storage-shrink"]


SHARDED = {"topology": {"type": "sharded", "config": {"shards": 2}}}


@pytest.mark.parametrize("policy", ["delete", "retain", "protect"])
@pytest.mark.parametrize("more", [{}, SHARDED])
def test_what_no_guard_meets_is_judged_once_for_all_clusters(
    searched: list[str], judged: list[str], policy: str, more: dict[str, Any]
) -> None:
    """No object says what becomes of it when it goes, and a reading names the version of several components once."""
    found = clusters(4, deletion_policy=policy, **more)

    said = [told(one, of_former_templates(one)) for one in found]

    assert (searched, judged) == (["orders-0"], ["orders-0"])
    for one, what in zip(found, said, strict=True):
        changes._READINGS.clear()
        assert told(one, of_former_templates(one)) == what


def test_a_version_that_moves_is_judged_for_itself(searched: list[str], judged: list[str]) -> None:
    found = clusters(3, deletion_policy="delete", **SHARDED)
    for one in found:
        was = of_former_templates(one)
        was["spec"]["image"] = "percona/percona-server-mongodb:7.0.18-11"
        assert any("7.0.18-11" in what for what, _ in told(one, was))

    assert len(judged) == 3


def test_overrides_that_become_something_else_are_said_for_each(searched: list[str], judged: list[str]) -> None:
    first, second = clusters(2, overrides={"clusterServiceDNSSuffix": "one"})
    other = ProgramCluster(
        {**second.manifest, "spec": {**second.manifest["spec"], "clusterServiceDNSSuffix": "two"}},
        replace(second.snapshot, spec={**second.snapshot.spec, "overrides": {"clusterServiceDNSSuffix": "two"}}),
        second.setup, second.workspace, second.secrets, second.allow,
    )  # fmt: skip
    for one, now in ((first, "one"), (other, "two")):
        was = deepcopy(dict(one.manifest))
        was["spec"]["clusterServiceDNSSuffix"] = "before"
        [change] = changes_of_object(one, was, dict(one.manifest)).changes
        assert (change.old, change.new) == (
            {"clusterServiceDNSSuffix": "before"},
            {"clusterServiceDNSSuffix": now},
        )
