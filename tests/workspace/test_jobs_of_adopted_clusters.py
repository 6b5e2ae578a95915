"""Jobs of clusters whose storages stand in overrides, as after `everest adopt`: what is rendered is there."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import ClusterInput, JobInput, Planned, Workspace

Spec = dict[str, Any]
STORAGES = {"own": {"type": "s3", "s3": {"bucket": "b", "region": "r", "credentialsSecret": "c"}}}
LOGS = {"enabled": True, "storageName": "own"}


def planned(technology: str, overrides: Spec, kind: Any, job: Spec) -> Planned:
    workspace = Workspace(Plugins())
    parts: dict[str, Spec] = {
        "psmdb": {"instances": {"backupAgent": {"overrides": overrides}}},
        "pxc": {"overrides": {"backup": {"image": "b:1", **overrides}}},  # it has no agent without a block
    }
    spec = {"provider": f"{technology}-operator", **parts[technology]}
    metadata = {"name": "orders", "namespace": "apps"}
    workspace.clusters.append(ClusterInput(metadata, spec))
    workspace.jobs.append(JobInput(kind, {"name": "job", "namespace": "apps"}, {"cluster": "orders", **job}))
    return workspace.plan()


@pytest.mark.parametrize("technology", ["psmdb", "pxc"])
@pytest.mark.parametrize(("storage", "codes"), [("own", []), ("onw", ["field.value"]), (None, [])])
def test_a_storage_in_overrides_is_there(technology: str, storage: str | None, codes: list[str]) -> None:
    job = {"storage": storage} if storage else {}
    plan = planned(technology, {"storages": STORAGES}, "backup", job)

    assert [entry.code for entry in plan.findings if entry.is_error] == codes
    if not codes:
        [made] = plan.jobs[0].objects
        assert made.manifest["spec"]["storageName"] == "own"


def test_binary_logs_may_be_in_a_storage_of_any_name() -> None:
    plan = planned("pxc", {"storages": STORAGES, "pitr": LOGS}, "restore", {"backup": "b", "pointInTime": "latest"})

    assert [entry.code for entry in plan.findings if entry.is_error] == []
    [made] = plan.jobs[0].objects
    assert made.manifest["spec"]["pitr"]["backupSource"] == {"storageName": "own"}


@pytest.mark.parametrize("technology", ["psmdb", "pxc"])
def test_without_binary_logs_there_is_no_moment(technology: str) -> None:
    overrides = {"storages": STORAGES, "pitr": {**LOGS, "enabled": False}}
    plan = planned(technology, overrides, "restore", {"backup": "b", "pointInTime": "latest"})

    assert [entry.code for entry in plan.findings if entry.is_error] == ["cluster.rule"]
