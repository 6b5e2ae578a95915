"""Capacity on the page of a change: exact sums, within the page's bounds, and never before what is refused."""

from __future__ import annotations

from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_everest.cli.output.page.markdown import page_markdown
from pulumi_everest.cli.output.page.text import page_text
from pulumi_everest.core.capacity.workloads import read_workloads
from pulumi_everest.review.capacity.sums import Sums
from pulumi_everest.review.capacity.taken import Taken
from pulumi_everest.review.page.capacity_build import capacity
from pulumi_everest.review.page.page import Clusters, EqualChanges, Objects, Page


def taken(name: str, namespace: str, technology: str, selector: str, replicas: int, cpu: int, size: int) -> Taken:
    container = {"name": "a", "resources": {"requests": {"cpu": f"{cpu}m", "memory": f"{size}Mi"}}}
    workload: dict[str, Any] = {"name": "a", "replicas": replicas, "containers": [container]}
    workload["volumes"] = [{"name": "v", "size": f"{size}Gi", "storageClass": technology}]
    workload["nodeSelector"] = {"disk": selector} if selector else {}
    made = read_workloads({"workloads": [workload], "jobs": [workload], "loadBalancers": [{"name": "x"}]})
    return Taken(name, namespace, technology, made)


TAKEN = st.builds(
    taken,
    name=st.text("abc", min_size=1, max_size=4),
    namespace=st.sampled_from(["shop", "web", "data"]),
    technology=st.sampled_from(["one", "two"]),
    selector=st.sampled_from(["", "ssd", "hdd"]),
    replicas=st.integers(0, 9),
    cpu=st.integers(0, 5000),
    size=st.integers(1, 500),
)


@given(st.lists(TAKEN, max_size=8), st.lists(TAKEN, max_size=8))
def test_each_grouping_adds_up_to_the_whole(before: list[Taken], after: list[Taken]) -> None:
    block = capacity(Sums.of(before), Sums.of(after))

    for side, entries in (("before", before), ("after", after)):
        whole = getattr(block, side)
        assert whole.pods == sum(one.workloads.running[0].replicas for one in entries if one.workloads)
        assert whole.load_balancers == len(entries)
        for parts in (block.namespaces, block.technologies, block.node_selectors):
            assert sum(getattr(part, side).pods for part in parts) == whole.pods
            assert sum(getattr(part, side).jobs.pods for part in parts) == whole.jobs.pods
            cpu = sum(getattr(part, side).requests.cpu for part in parts)
            assert cpu == pytest.approx(whole.requests.cpu)
            assert sum(getattr(part, side).requests.memory for part in parts) == whole.requests.memory
            storage = [getattr(part, side).storage for part in parts]
            assert {name: sum(one.get(name, 0) for one in storage) for name in whole.storage} == whole.storage
    again = capacity(Sums.of(reversed(before)), Sums.of(reversed(after)))
    assert again == block


def test_capacity_leaves_the_page_its_bounds_and_the_refused_their_place() -> None:
    def side(replicas: int) -> Sums:
        return Sums.of(
            taken(f"db-{i}", f"team-{i % 80}", f"tech-{i % 9}", f"pool-{i % 30}", replicas, 500, 10) for i in range(400)
        )

    refused = EqualChanges(
        field="engine.storage.size", change="engine.storage.size 20Gi → 10Gi", impact="refused",
        guard="storage-shrink", why="smaller", hint="--allow", count=1, clusters=["team-1/unlucky"],
    )  # fmt: skip
    online = EqualChanges(field="a", change="engine.replicas 3 → 5", impact="online", count=399, clusters=["x"])
    made = Page(
        clusters=Clusters(compared=400, changed=400, impacts={"refused": 1, "online": 399}),
        objects=Objects(changed=400),
        changes=[refused, online],
        capacity=capacity(side(3), side(5)),
    )

    for text in (click.unstyle(page_text(made, "→")), page_markdown(made)):
        lines = text.splitlines()
        assert len(lines) <= 60
        assert any("unlucky" in line for line in lines[:20])
        assert any("CPU: requests 600 → 1,000 (+400)" in line for line in lines)
        assert any("load balancers 400" in line for line in lines)
        assert any("namespace team-0: " in line for line in lines)
        assert any(line.strip(" -").startswith("and ") for line in lines)
