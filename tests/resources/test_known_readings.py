"""Objects that other templates have made: one is searched, and what was found is held against the others."""

from __future__ import annotations

from copy import deepcopy
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
