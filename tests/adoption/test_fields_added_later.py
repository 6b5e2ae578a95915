"""What is added to an adopted cluster later reaches its object, or is said to do nothing: no field is silently dead."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from adopted import Manifest, sample

from pulumi_everest.adoption.adopt import Adopted
from pulumi_everest.core.exact import leaves
from pulumi_everest.model.findings import Finding, path_text
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

Adopt = Callable[[Manifest], Adopted]
CRON, BUCKET = "17 3 * * *", "later-bucket"
STORAGE = {
    "name": "later", "type": "s3", "bucket": BUCKET, "region": "r", "credentialsSecret": "c",
    "schedules": [{"name": "later", "cron": CRON}],
}  # fmt: skip

# By sample: which of the two do something. Lists of tasks and repositories that say more than fields hide what is added.
SAMPLES = {
    "psmdb/1.22.0/cr.yaml": {BUCKET, CRON},
    "pxc/1.20.0-main/cr-minimal.yaml": {BUCKET, CRON},
    "pxc/1.19.0/cr.yaml": {BUCKET},
    "pg/3.0.0/cr.yaml": {BUCKET, CRON},
}


def planned(spec: Manifest) -> tuple[set[Any], list[Finding]]:
    """The values in the main object of a cluster, and the findings."""
    workspace = Workspace(Plugins())
    workspace.clusters.append(ClusterInput({"name": "orders", "namespace": "apps"}, spec))
    plan = workspace.plan()
    assert [entry for entry in plan.findings if entry.is_error] == []
    [main] = [entry.manifest for entry in plan.clusters[0].objects if entry.main]
    return {str(value) for value in leaves(main["spec"]).values()}, plan.findings


def with_storage(spec: Manifest) -> tuple[Manifest, str]:
    """The cluster with one more storage and its path."""
    result = deepcopy(spec)
    storages = result.setdefault("backup", {}).setdefault("storages", [])
    storages.append(deepcopy(STORAGE))
    return result, f"backup.storages[{len(storages) - 1}]"


def check(spec: Manifest) -> set[str]:
    """Which of what is added shows in the object; all else must be said to do nothing, with the override."""
    fuller, path = with_storage(spec)
    values, found = planned(fuller)
    dead = {path_text(entry.path) for entry in found if entry.code == "cluster.dead-field"}
    shown = {text for text in (BUCKET, CRON) if text in values}
    for text, below in ((BUCKET, ".bucket"), (CRON, ".schedules[0].cron")):
        said = any((path + below).startswith(entry) for entry in dead)
        assert (text in shown) != said, (text, dead)
    return shown


@pytest.mark.parametrize("name", SAMPLES)
def test_a_storage_and_a_schedule_act_or_are_said_not_to(name: str, adopt: Adopt, shared: Path) -> None:
    assert check(adopt(sample(shared / "samples" / name)).spec) == SAMPLES[name]


# Of the operators' own tests: files with tasks, schedules, repositories in the order of their names.
OF_TESTS = [
    "psmdb/1.22.0/*custom-replset-name-some-name*",
    "psmdb/1.22.0/*cross-site-sharded-cross-site-sharded-replica*",
    "pxc/1.20.0/*scheduled-backup-scheduled-backup-azure*",
    "pxc/1.20.0/*allocator-some-name*",
    "pg/2.9.0/*finalizers-03-create-cluster*",
    "pg/2.9.0/*huge-pages-01-create-cluster*",
]


@pytest.mark.parametrize("pattern", OF_TESTS)
def test_also_in_what_the_operators_test_with(pattern: str, adopt: Adopt, shared: Path) -> None:
    [path, *_] = sorted((shared / "samples" / "e2e").glob(pattern))
    [live, *_] = [entry for entry in yaml.safe_load_all(path.read_text()) if entry and "spec" in entry]
    live["metadata"].setdefault("namespace", "default")

    check(adopt(live).spec)
