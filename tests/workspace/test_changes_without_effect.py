"""Changes of fields that reach no object, or that the operator does nothing with: a warning, and no impact."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.core.changes.compare import compare, line
from pulumi_everest.core.changes.impact import Impact
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

Spec = dict[str, Any]
STORAGE = {"name": "s", "type": "s3", "bucket": "b", "region": "r", "credentialsSecret": "c"}


def impacts(technology: str, before: Spec, after: Spec) -> dict[str, Impact]:
    workspace = Workspace(Plugins())
    snapshots = []
    for spec in (before, after):
        cluster = ClusterInput({"name": "orders", "namespace": "apps"}, {"provider": f"{technology}-operator", **spec})
        resolved, setup, found = workspace.check(cluster)
        assert [entry for entry in found if entry.is_error] == []
        assert resolved is not None
        assert setup is not None
        main = workspace.emit(cluster, resolved, setup)[-1].manifest
        snapshots.append(Snapshot.of(resolved, setup.technology, main, {}))
    result = compare(snapshots[0], snapshots[1], setup.technology)
    assert all(("does nothing" in line(change)) == (change.impact is Impact.NONE) for change in result.changes)
    return {change.where: change.impact for change in result.changes}


def stored(cron: str | None, **overrides: Any) -> Spec:
    schedules = {"schedules": [{"name": "nightly", "cron": cron}]} if cron else {}
    return {
        "backup": {"storages": [STORAGE | schedules]},
        "instances": {"backupAgent": {"overrides": overrides} if overrides else {}},
    }


def sized(size: str, overrides: Any = None) -> Spec:
    spec: Spec = {"instances": {"engine": {"storage": {"size": size}}}}
    return spec | ({"overrides": overrides} if overrides else {})


@pytest.mark.parametrize(
    ("technology", "before", "after", "expected"),
    [
        ("pxc", stored("0 1 * * *"), stored("0 2 * * *"), Impact.ONLINE),
        ("pxc", stored("0 1 * * *", schedule=None), stored("0 2 * * *", schedule=None), Impact.NONE),
        ("pxc", stored(None, schedule=[]), stored("0 2 * * *", schedule=[]), Impact.NONE),
        ("psmdb", stored("0 1 * * *", tasks=[]), stored("0 2 * * *", tasks=[]), Impact.NONE),
        ("psmdb", stored("0 1 * * *", tasks=[]), stored(None, tasks=[]), Impact.NONE),
        ("pg", stored("0 1 * * *", repos=[{"name": "repo1"}]), stored("0 2 * * *", repos=[{"name": "repo1"}]), Impact.NONE),
        ("psmdb", sized("10Gi"), sized("20Gi"), Impact.ONLINE),
        ("psmdb", sized("10Gi", {"storageScaling": None}), sized("20Gi", {"storageScaling": None}), Impact.NONE),
        ("pxc", sized("10Gi", {"storageScaling": None}), sized("20Gi", {"storageScaling": None}), Impact.NONE),
        (
            "psmdb",
            sized("10Gi", {"storageScaling": None, "enableVolumeExpansion": True}),
            sized("20Gi", {"storageScaling": None, "enableVolumeExpansion": True}),
            Impact.ONLINE,
        ),
        ("pg", sized("10Gi"), sized("20Gi"), Impact.ONLINE),
        # What is refused stays refused.
        ("psmdb", sized("20Gi", {"storageScaling": None}), sized("10Gi", {"storageScaling": None}), Impact.REFUSED),
    ],
)  # fmt: skip
def test_the_impact_depends_on_what_is_emitted(technology: str, before: Spec, after: Spec, expected: Impact) -> None:
    assert set(impacts(technology, before, after).values()) == {expected}
