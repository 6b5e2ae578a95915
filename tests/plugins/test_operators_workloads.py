"""What workloads.yaml says is what the operators make, by what their own tests expect of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_everest.core.capacity.workloads import Workload, Workloads, read_workloads
from pulumi_everest.plugins.find import Plugins

HERE = Path(__file__).parent / "operators_workloads"
KINDS = {"psmdb": "PerconaServerMongoDB", "pxc": "PerconaXtraDBCluster", "pg": "PerconaPGCluster"}


@dataclass(frozen=True)
class Case:
    """An object of an operator's tests, and what these tests find of it."""

    plugin: str
    tests: list[str]
    spec: dict[str, Any]
    makes: dict[str, Any]
    jobs: dict[str, Any] = field(default_factory=dict)
    other: list[dict[str, Any]] = field(default_factory=list)


def cases() -> Iterator[Case]:
    for plugin in KINDS:
        for entry in yaml.safe_load((HERE / f"{plugin}.yaml").read_text(encoding="utf-8")):
            yield Case(plugin, **entry)


CASES = list(cases())
IDS = [f"{one.plugin}-{number}-{one.tests[0]}" for number, one in enumerate(CASES)]


@cache
def computed(number: int) -> Workloads:
    case = CASES[number]
    plugin = next(one for one in Plugins([]).all() if one.name == case.plugin)
    assert plugin.workloads is not None
    main = {"kind": KINDS[case.plugin], "metadata": {"name": "some-name", "namespace": "test"}, "spec": case.spec}
    return read_workloads(plugin.workloads.make(main))


def expected(name: str, fact: Mapping[str, Any]) -> Workload:
    """A fact as a workload."""
    lists = {
        key: [{"name": one, "resources": resources} for one, resources in fact.get(key, {}).items()]
        for key in ("containers", "initContainers")
    }
    volumes = [{"name": one, **about} for one, about in fact.get("volumes", {}).items()]
    data = {"name": name, "replicas": fact["replicas"], "volumes": volumes, **lists}
    if "nodeSelector" in fact:
        data["nodeSelector"] = fact["nodeSelector"]
    return read_workloads({"workloads": [data]}).running[0]


def assert_same(got: Workload, name: str, fact: Mapping[str, Any]) -> None:
    """What a fact says, and no more: tests of the operator for PostgreSQL mostly count pods."""
    want = expected(name, fact)
    assert got.replicas * got.running == want.replicas
    if "containers" in fact:
        assert {one.name: one for one in got.pod.containers} == {one.name: one for one in want.pod.containers}
    if "initContainers" in fact:
        assert {one.name: one for one in got.pod.init_containers} == {one.name: one for one in want.pod.init_containers}
        assert got.amounts() == want.amounts()
        assert {one.name: one for one in got.volumes} == {one.name: one for one in want.volumes}


@pytest.mark.parametrize("number", range(len(CASES)), ids=IDS)
def test_pods_and_volumes_are_those_that_the_operators_own_tests_expect(number: int) -> None:
    case = CASES[number]
    running = {one.name: one for one in computed(number).running}
    jobs = {one.name: one for one in computed(number).jobs}

    for name, fact in case.makes.items():
        assert_same(running[name], name, fact)
    for name, fact in case.jobs.items():
        assert_same(jobs[name], name, fact)


OTHERS = [(number, one) for number, case in enumerate(CASES) for one in case.other]


@pytest.mark.parametrize(("number", "other"), OTHERS, ids=[f"{IDS[n]}-{one['workload']}" for n, one in OTHERS])
def test_what_differs_has_a_reason(number: int, other: Mapping[str, Any]) -> None:
    assert len(other["why"]) > 20
    running = {one.name: one for one in computed(number).running}

    with pytest.raises(AssertionError):
        assert_same(running[other["workload"]], other["workload"], other["made"])


def test_the_three_operators_are_held_against_enough() -> None:
    counts = {plugin: sum(len(one.makes) for one in CASES if one.plugin == plugin) for plugin in KINDS}

    assert counts == {"psmdb": 69, "pxc": 28, "pg": 66}
