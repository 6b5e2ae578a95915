"""What becomes of a part of an object that loses its last key: a server-side apply would make null of an empty one."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_engine import Stack
from technologies import PG, PSMDB, PXC, Technology

from pulumi_everest.live.cluster import LiveCluster


def stored(*, enabled: bool) -> dict[str, Any]:
    schedule = {"name": "daily", "cron": "0 0 * * *", "enabled": enabled}
    storage = {"name": "main", "type": "s3", "bucket": "b", "region": "r", "credentials_secret": "c"}
    return {"backup": {"storages": [{**storage, "schedules": [schedule]}]}}


def instance(name: str, **settings: Any) -> dict[str, Any]:
    return {"instances": {name: settings}}


def limited(name: str) -> dict[str, Any]:
    return instance(name, resources={"limits": {"cpu": "1"}})


@pytest.mark.parametrize(
    ("technology", "before", "after"),
    [
        pytest.param(
            PXC, instance("engine", replicas=1), instance("engine", replicas=3), id="mysql, one replica to three"
        ),
        pytest.param(PSMDB, instance("engine", replicas=1), {}, id="mongodb, one replica to three"),
        pytest.param(PG, limited("backupAgent"), {}, id="postgresql, settings of the backup agent"),
        pytest.param(PG, stored(enabled=True), stored(enabled=False), id="postgresql, a schedule off"),
        pytest.param(PXC, limited("proxy"), instance("proxy", resources={"limits": {}}), id="limits that are empty"),
    ],
)
def test_a_part_that_loses_its_last_key_is_changed_as_the_preview_says(
    technology: Technology,
    before: dict[str, Any],
    after: dict[str, Any],
    stack: Stack,
    live: LiveCluster,
    namespace: str,
) -> None:
    same = {"provider": technology.provider, "namespace": namespace, "finalizers": [], "deletion_policy": "delete"}
    for arguments in (before, after):
        made = f"everest.DatabaseCluster('orders', **{ {**same, **arguments}!r})"
        stack.write(f"import pulumi_everest as everest\n{made}\n")
        shown = stack.preview()
        assert shown.code == 0, shown.text
        done = stack.up()
        assert done.code == 0, done.text
        assert sorted(done.steps()) == sorted(shown.steps())

    assert stack.up().only_same
    assert len(live.list(technology.api_version, technology.kind, namespace)) == 1
    stack.destroy()
