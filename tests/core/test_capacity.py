"""What pods ask, volumes take and amounts cost; what quotas and limit ranges leave room for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from expected import Said
from hypothesis import given
from hypothesis import strategies as st

from pulumi_everest.core.capacity.amounts import Amounts, Asked, total
from pulumi_everest.core.capacity.limit_ranges import broken, filled, limits_of
from pulumi_everest.core.capacity.pods import Container, Pod
from pulumi_everest.core.capacity.prices import read_prices
from pulumi_everest.core.capacity.quotas import Change, asked_by_quota, check_quota, counted_by_quotas
from pulumi_everest.core.capacity.workloads import (
    NotKnownError,
    Workload,
    WorkloadError,
    quantity,
    read_workloads,
)
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import EverestError

SAID = Said(__file__)
said_in_full = SAID.fixture()

GIB = 2**30


def container(cpu: int | None = None, *, limit: int | None = None, stays: bool = False) -> Container:
    requests = {} if cpu is None else {"cpu": cpu}
    limits = {} if limit is None else {"cpu": limit}
    return Container("one", requests, limits, stays)


@pytest.mark.parametrize(
    ("pod", "cpu"),
    [
        (Pod([container(100), container(200)]), 300),
        (Pod([container(100)], [container(500)]), 500),
        (Pod([container(400), container(200)], [container(500), container(300)]), 600),
        # One that stays runs beside what comes after it, and beside the containers.
        (Pod([container(100)], [container(50, stays=True), container(500)]), 550),
        (Pod([container(100)], [container(500), container(50, stays=True)]), 500),
        (Pod([container(600)], [container(50, stays=True), container(500)]), 650),
        # A limit is a request where there is no other.
        (Pod([container(limit=300), container(100, limit=900)]), 400),
        (Pod([container(), container(100)]), 100),
        (Pod(), 0),
    ],
)
def test_a_pod_asks_what_kubernetes_reckons(pod: Pod, cpu: int) -> None:
    assert pod.asks().requests["cpu"] == cpu


def test_containers_that_say_nothing_are_counted() -> None:
    asked = Pod([container(), container(100)], [container(limit=5)]).asks()

    assert (asked.without_requests["cpu"], asked.without_requests["memory"]) == (1, 3)
    assert (asked.without_limits["cpu"], asked.without_limits["memory"]) == (2, 3)


SIZES = st.one_of(st.none(), st.integers(0, 1000))


@given(st.lists(SIZES, max_size=4), st.lists(st.tuples(SIZES, st.booleans()), max_size=4))
def test_a_pod_asks_for_all_its_containers_and_for_each_that_runs_before(
    sizes: list[int | None], before: list[tuple[int | None, bool]]
) -> None:
    pod = Pod([container(one) for one in sizes], [container(one, stays=stays) for one, stays in before])
    asked = pod.asks().requests["cpu"]
    beside = sum(one or 0 for one, stays in before if stays)

    assert asked >= sum(one or 0 for one in sizes) + beside
    assert all(asked >= (one or 0) for one, _ in before)
    assert asked <= sum(one or 0 for one in sizes) + sum(one or 0 for one, _ in before)


def test_volumes_of_pods_that_do_not_run_are_there() -> None:
    data = {"name": "a", "replicas": 3, "running": False, "containers": [{"name": "a"}]}
    [paused] = read_workloads({"workloads": [{**data, "volumes": [{"name": "v", "size": "1Gi"}]}]}).running

    assert paused.amounts() == Amounts(storage={"": 3 * GIB}, volumes={"": 3})


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"replicas": "three"}, "workloads[0].replicas is 'three', and must be a whole number, 0 or more"),
        ({"replicas": -1}, "workloads[0].replicas is -1, and must be a whole number, 0 or more"),
        ({"running": "yes"}, "workloads[0].running is 'yes', and must be true or false"),
        ({"containers": {}}, None),
        ({"containers": "x"}, "workloads[0].containers is 'x', and must be a list"),
        (
            {"volumes": [{"name": "v"}]},
            "workloads[0].volumes[0].size is None, and must be a quantity such as 10Gi or 500m",
        ),
        (
            {"containers": [{"resources": {"requests": {"cpu": "lots"}}}]},
            "workloads[0].containers[0].resources.requests.cpu: 'lots' is not a quantity",
        ),
    ],
)
def test_what_makes_no_sense_says_where(data: dict[str, Any], text: str | None) -> None:
    if text is None:
        read_workloads({"workloads": [data]})
        return
    with pytest.raises(WorkloadError) as raised:
        read_workloads({"workloads": [data]})
    assert str(raised.value).startswith(text)


@pytest.mark.parametrize("at", ["replicas", "containers", "nodeSelector", "running"])
def test_what_is_not_known_yet_is_no_number(at: str) -> None:
    with pytest.raises(NotKnownError):
        read_workloads({"workloads": [{"name": "a", at: Deferred()}]})


AMOUNTS = st.builds(
    Amounts,
    asked=st.builds(Asked, requests=st.dictionaries(st.sampled_from(["cpu", "memory"]), st.integers(0, 10**12))),
    pods=st.integers(0, 100),
    storage=st.dictionaries(st.sampled_from(["", "fast"]), st.integers(1, 10**15)),
    load_balancers=st.integers(0, 5),
)


@given(st.lists(AMOUNTS, max_size=6))
def test_sums_are_exact_in_any_order(amounts: list[Amounts]) -> None:
    whole = total(amounts)

    assert whole.pods == sum(one.pods for one in amounts)
    assert whole.storage.get("fast", 0) == sum(one.storage.get("fast", 0) for one in amounts)
    assert whole == total(reversed(amounts))


@pytest.mark.parametrize(("text", "number"), [("0.5", 500), ("1500m", 1500), ("0.0001", 1), ("2", 2000)])
def test_cpu_counts_in_thousandths_of_a_core(text: str, number: int) -> None:
    assert quantity(text, 1000) == number


# Prices


def prices(tmp_path: Path, text: str) -> Any:
    (tmp_path / "prices.yaml").write_text(text)
    return read_prices(str(tmp_path / "prices.yaml"))


SOME = Amounts(Asked({"cpu": 2500, "memory": 4 * GIB}, {"cpu": 5000}), 3, {"fast": 100 * GIB, "": 10 * GIB}, {}, 2)


def test_a_cost_is_of_requests_volumes_and_load_balancers(tmp_path: Path) -> None:
    found = prices(
        tmp_path, "{currency: EUR, cpu: 20, memory: 3, storage: {fast: 0.5, default: 0.1}, loadBalancer: 18}"
    )

    assert found.cost(SOME) == 2.5 * 20 + 4 * 3 + 100 * 0.5 + 10 * 0.1 + 2 * 18
    assert list(found.without_price(SOME)) == []
    assert prices(tmp_path, "{currency: EUR, of: limits, cpu: 20}").cost(SOME) == 100


def test_what_has_no_price_is_named(tmp_path: Path) -> None:
    found = prices(tmp_path, "{currency: EUR, cpu: 20, storage: {slow: 1}}")

    assert list(found.without_price(SOME)) == [
        "memory",
        "load balancers",
        "the default storage class",
        "storage class fast",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{currency: EUR, cpus: 1}", "the document has no field 'cpus'"),
        ("{currency: EUR, per: week}", "the text 'week' is not allowed here"),
        ("{currency: EUR, cpu: -1}", "the number -1 is too small, the least is 0.0"),
        ("{currency: EUR, storage: {fast: cheap}}", "expected a number, got the text 'cheap'"),
        ("{cpu: 1}", "the field 'currency' is needed"),
        ("{currency: EUR}\n---\n{currency: EUR}", "a file of prices holds one document, and this is another"),
        ("[1]", "a file of prices is one mapping, with the keys currency, per, of, cpu, memory, storage, loadBalancer"),
    ],
)
def test_prices_that_are_wrong_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(EverestError) as raised:
        prices(tmp_path, text)
    found = raised.value.findings
    assert any(message in entry.message for entry in found), [entry.message for entry in found]
    assert all(entry.place is not None for entry in found)
    if "cpus" in text:
        assert found[0].hint == "did you mean 'cpu'?"


# Quotas and limit ranges


def quota(hard: dict[str, str], used: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    metadata = {"name": "all", "namespace": "shop"}
    return {"metadata": metadata, "spec": {"hard": hard, **spec}, "status": {"used": used or {}}}


def amounts(cpu: int = 0, storage: int = 0, pods: int = 0) -> Amounts:
    return Amounts(Asked({"cpu": cpu}), pods, {"": storage * GIB} if storage else {}, {"": 1} if storage else {})


@pytest.mark.parametrize(
    ("hard", "used", "before", "after", "code"),
    [
        ({"requests.cpu": "4"}, {"requests.cpu": "3"}, amounts(2000), amounts(3000), None),
        ({"requests.cpu": "4"}, {"requests.cpu": "3"}, amounts(2000), amounts(3001), "capacity.quota"),
        ({"cpu": "4"}, {"cpu": "3"}, amounts(2000), amounts(4000), "capacity.quota"),
        ({"cpu": "4"}, {}, amounts(), amounts(4000), None),
        # What is too much already, and gets no more, is none of the change's.
        ({"cpu": "1"}, {"cpu": "3"}, amounts(2000), amounts(2000), None),
        ({"cpu": "1"}, {"cpu": "3"}, amounts(2000), amounts(1000), None),
        ({"pods": "5"}, {"pods": "5"}, amounts(pods=3), amounts(pods=4), "capacity.quota"),
        ({"count/pods": "5"}, {"count/pods": "5"}, amounts(pods=3), amounts(pods=4), "capacity.quota"),
        ({"requests.storage": "10Gi"}, {}, amounts(), amounts(storage=11), "capacity.quota"),
        ({"persistentvolumeclaims": "0"}, {}, amounts(), amounts(storage=1), "capacity.quota"),
        ({"usual.storageclass.storage.k8s.io/requests.storage": "10Gi"}, {}, amounts(), amounts(storage=11), "capacity.quota"),
        ({"other.storageclass.storage.k8s.io/requests.storage": "10Gi"}, {}, amounts(), amounts(storage=11), None),
        ({"secrets": "1"}, {"secrets": "1"}, amounts(), amounts(9000), None),
    ],
)  # fmt: skip
def test_a_quota_leaves_what_it_leaves(
    hard: dict[str, str], used: dict[str, str], before: Amounts, after: Amounts, code: str | None
) -> None:
    found = SAID(list(check_quota(quota(hard, used), Change(before, after, Amounts(), "usual"))))

    assert [entry.code for entry in found] == ([code] if code else [])
    for entry in found:
        assert "quota 'all' of namespace 'shop'" in entry.message


def test_jobs_that_do_not_fit_beside_the_rest_are_a_warning() -> None:
    found = SAID(list(check_quota(quota({"cpu": "4"}), Change(amounts(), amounts(3000), amounts(2000)))))

    assert [(entry.code, entry.severity) for entry in found] == [("capacity.quota-jobs", "warning")]


def test_a_quota_of_some_pods_is_held_against_nothing() -> None:
    some = quota({"pods": "1"}, scopes=["BestEffort"])
    found = SAID(list(check_quota(some, Change(amounts(), amounts(pods=4), Amounts()))))

    assert [entry.code for entry in found] == ["capacity.not-checked"]


@pytest.mark.parametrize("usual", [None, "fast"])
def test_amounts_are_counted_by_the_names_of_quotas(usual: str | None) -> None:
    asked = Asked({"cpu": 500, "memory": 7}, {"cpu": 900})
    whole = Amounts(asked, 4, {"": 3, "fast": 5, "slow": 6}, {"": 1, "fast": 2, "slow": 3}, 2)
    by_class, of = {"fast": (5, 2), "slow": (6, 3)}, ".storageclass.storage.k8s.io/"
    if usual is not None:
        by_class["fast"] = (8, 3)

    assert counted_by_quotas(whole, usual) == {
        "requests.cpu": 500, "requests.memory": 7, "limits.cpu": 900, "pods": 4,
        "requests.storage": 14, "persistentvolumeclaims": 6, "services.loadbalancers": 2,
        **{f"{name}{of}requests.storage": size for name, (size, _) in by_class.items()},
        **{f"{name}{of}persistentvolumeclaims": count for name, (_, count) in by_class.items()},
    }  # fmt: skip


def test_what_a_quota_wants_of_every_container() -> None:
    assert asked_by_quota(quota({"cpu": "1", "limits.memory": "1Gi", "pods": "3"})) == {
        ("requests", "cpu"),
        ("limits", "memory"),
    }
    assert asked_by_quota({"metadata": {"name": "new"}}) == asked_by_quota({"spec": {}}) == set()


def limits(*items: dict[str, Any]) -> Any:
    return list(limits_of({"metadata": {"name": "usual"}, "spec": {"limits": list(items)}}))


def workload(resources: dict[str, Any], size: str = "1Gi") -> Workload:
    made = {
        "name": "a",
        "containers": [{"name": "a", "resources": resources}],
        "volumes": [{"name": "v", "size": size}],
    }
    return read_workloads({"workloads": [made]}).running[0]


def test_a_limit_range_fills_in_what_is_not_said() -> None:
    own = limits({"type": "Container", "default": {"cpu": "1", "memory": "1Gi"}, "defaultRequest": {"cpu": "100m"}})

    [one] = filled(workload({}), own).pod.containers
    assert (one.requests, one.limits) == ({"cpu": 100}, {"cpu": 1000, "memory": GIB})
    [one] = filled(workload({"limits": {"cpu": "3"}}), own).pod.containers
    assert (one.request("cpu"), one.limits["cpu"]) == (3000, 3000)


@pytest.mark.parametrize(
    ("item", "resources", "text"),
    [
        ({"type": "Container", "max": {"cpu": "1"}}, {"requests": {"cpu": "2"}}, "container 'a' has 2 cpu, and at most 1 are"),
        ({"type": "Container", "min": {"memory": "1Gi"}}, {"requests": {"memory": "1Mi"}}, "container 'a' has 1Mi memory"),
        ({"type": "Pod", "max": {"cpu": "1"}}, {"limits": {"cpu": "2"}}, "a pod has 2 cpu"),
        ({"type": "PersistentVolumeClaim", "max": {"storage": "1Mi"}}, {}, "volume 'v' has 1Gi storage"),
        ({"type": "PersistentVolumeClaim", "min": {"storage": "2Gi"}}, {}, "volume 'v' has 1Gi storage"),
        (
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}},
            {"requests": {"cpu": "1"}, "limits": {"cpu": "3"}},
            "the cpu limit of container 'a' is 3 times its request, allowed is 2",
        ),
        ({"type": "Container", "max": {"cpu": "1"}, "min": {"cpu": "1m"}}, {}, None),
    ],
)  # fmt: skip
def test_a_limit_range_refuses_what_is_outside_of_it(
    item: dict[str, Any], resources: dict[str, Any], text: str | None
) -> None:
    found = [message for _, message in broken(workload(resources), limits(item))]

    assert (found == []) if text is None else any(text in one for one in found), found
