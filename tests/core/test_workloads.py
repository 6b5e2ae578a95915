"""What workloads.yaml made, read: every field, what stands for those that are left out, and where what is wrong stands."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.core.capacity.pods import Container, Pod
from pulumi_everest.core.capacity.workloads import (
    NotKnownError,
    Volume,
    Workload,
    WorkloadError,
    Workloads,
    read_workloads,
)
from pulumi_everest.model.deferred import Deferred

GIB = 2**30
WHOLE: dict[str, Any] = {
    "workloads": [
        {
            "name": "db",
            "replicas": 3.0,
            "running": False,
            "nodeSelector": {"disk": "ssd", "zone": 1},
            "containers": [
                {"name": "server", "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": 2}}}
            ],
            "initContainers": [{"name": "agent", "restartPolicy": "Always"}, {"name": "first", "restartPolicy": "No"}],
            "volumes": [{"name": "data", "size": "10Gi", "storageClass": "fast", "count": 2}],
        }
    ],
    "jobs": [{"name": "backup"}],
    "volumes": [{"name": "shared", "size": 5}],
    "loadBalancers": [{}, {"count": 2}],
}
DB = Workload(
    name="db",
    replicas=3,
    pod=Pod(
        [Container("server", {"cpu": 500, "memory": GIB}, {"cpu": 2000}, False)],
        [Container("agent", {}, {}, True), Container("first", {}, {}, False)],
    ),
    volumes=(Volume("data", 10 * GIB, "fast", 2),),
    node_selector={"disk": "ssd", "zone": "1"},
    running=False,
)
BARE = Workload(name="backup", replicas=1, pod=Pod([], []), volumes=(), node_selector={}, running=True)


def test_every_field_is_read() -> None:
    assert read_workloads(WHOLE) == Workloads((DB,), (BARE,), (Volume("shared", 5, "", 1),), 3)


@pytest.mark.parametrize("made", [None, {}, {"workloads": None, "jobs": [], "loadBalancers": None}])
def test_where_nothing_is_said_there_is_nothing(made: Any) -> None:
    assert read_workloads(made) == Workloads((), (), (), 0)


def test_what_is_left_out_is_usual() -> None:
    [bare] = read_workloads({"workloads": [{}]}).running

    assert bare == Workload(name="", replicas=1, pod=Pod([], []), volumes=(), node_selector={}, running=True)
    [volume] = read_workloads({"volumes": [{"size": 1}]}).volumes
    assert volume == Volume("", 1, "", 1)
    container = {"resources": {"requests": None, "limits": {"cpu": None, "gpu": 1}}}
    [one] = read_workloads({"workloads": [{"containers": [container]}]}).running
    assert one.pod.containers == [Container("", {}, {}, False)]


def with_value(path: list[str | int], value: Any) -> Any:
    """The whole with another value at a place."""

    def put(data: Any, rest: list[str | int]) -> Any:
        if not rest:
            return value
        if isinstance(data, list):
            return [put(item, rest[1:]) if index == rest[0] else item for index, item in enumerate(data)]
        return {**data, rest[0]: put(data.get(rest[0]), rest[1:])}

    return put(WHOLE, path)


FIRST: list[str | int] = ["workloads", 0]
PLACES: list[tuple[list[str | int], str]] = [
    (["workloads"], "workloads"),
    (["workloads", 0], "workloads[0]"),
    (["jobs"], "jobs"),
    (["volumes"], "volumes"),
    (["volumes", 0, "size"], "volumes[0].size"),
    (["loadBalancers", 1, "count"], "loadBalancers[1].count"),
    ([*FIRST, "name"], "workloads[0].name"),
    ([*FIRST, "replicas"], "workloads[0].replicas"),
    ([*FIRST, "running"], "workloads[0].running"),
    ([*FIRST, "nodeSelector"], "workloads[0].nodeSelector"),
    ([*FIRST, "nodeSelector", "disk"], "workloads[0].nodeSelector.disk"),
    ([*FIRST, "containers"], "workloads[0].containers"),
    ([*FIRST, "initContainers", 1], "workloads[0].initContainers[1]"),
    ([*FIRST, "containers", 0, "resources"], "workloads[0].containers[0].resources"),
    ([*FIRST, "containers", 0, "resources", "limits"], "workloads[0].containers[0].resources.limits"),
    ([*FIRST, "containers", 0, "resources", "limits", "cpu"], "workloads[0].containers[0].resources.limits.cpu"),
    ([*FIRST, "volumes", 0, "storageClass"], "workloads[0].volumes[0].storageClass"),
    ([*FIRST, "volumes", 0, "count"], "workloads[0].volumes[0].count"),
]


@pytest.mark.parametrize(("path", "where"), PLACES, ids=[where for _, where in PLACES])
def test_what_is_not_known_says_where_it_is(path: list[str | int], where: str) -> None:
    with pytest.raises(NotKnownError) as raised:
        read_workloads(with_value(path, Deferred()))
    assert str(raised.value) == where


WANTED = {
    "workloads": "a list",
    "jobs": "a list",
    "volumes": "a list",
    "containers": "a list",
    "size": "a quantity such as 10Gi or 500m",
    "cpu": "a quantity such as 10Gi or 500m",
    "count": "a whole number, 0 or more",
    "replicas": "a whole number, 0 or more",
    "running": "true or false",
}


@pytest.mark.parametrize(("path", "where"), PLACES, ids=[where for _, where in PLACES])
def test_what_makes_no_sense_says_where_it_is_and_what_it_must_be(path: list[str | int], where: str) -> None:
    last = str(path[-1])
    if last in ("name", "disk", "storageClass"):
        return  # any value is a text
    wanted = WANTED.get(last, "a mapping")
    value: Any = [1] if wanted != "a list" else 1
    with pytest.raises(WorkloadError) as raised:
        read_workloads(with_value(path, value))
    assert str(raised.value) == f"{where} is {value!r}, and must be {wanted}"


@pytest.mark.parametrize("count", [True, 1.5, -1, "2"])
def test_a_count_is_a_whole_number(count: Any) -> None:
    with pytest.raises(WorkloadError, match="a whole number, 0 or more"):
        read_workloads(with_value([*FIRST, "replicas"], count))
    assert read_workloads(with_value([*FIRST, "replicas"], 0)).running[0].replicas == 0


def test_a_quantity_is_no_truth_value() -> None:
    with pytest.raises(WorkloadError, match="must be a quantity"):
        read_workloads(with_value(["volumes", 0, "size"], True))
