"""What is said of a database that failed; the hook as a function, without an engine."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pulumi
import pytest
from pulumi.runtime import settings

from pulumi_everest.core.health import Health
from pulumi_everest.live.errors import LiveError
from pulumi_everest.live.presence import Facts
from pulumi_everest.model.findings import finding
from pulumi_everest.plugins.find import builtin
from pulumi_everest.program.monitor import Log, Message
from pulumi_everest.resources.engine.cluster_access import TIMEOUT, ClusterAccess, access_of
from pulumi_everest.resources.hooks import failed_databases as reporting
from pulumi_everest.resources.hooks.failed_databases import Reporter, problems, told

MANIFEST = next(plugin.manifest for plugin in builtin() if plugin.name == "psmdb")
TOKEN = "kubernetes:psmdb.percona.com/v1:PerconaServerMongoDB"
URN = f"urn:pulumi:s::p::everest:index:DatabaseCluster${TOKEN}::orders"
INPUTS = {
    "apiVersion": "psmdb.percona.com/v1",
    "kind": "PerconaServerMongoDB",
    "metadata": {"name": "orders", "namespace": "apps"},
    "spec": {"crVersion": "1.22.0"},
}
SERVED = {("psmdb.percona.com/v1", "PerconaServerMongoDB")}


class Cluster:
    """A cluster with this object and these facts, or an error."""

    found: Any = None
    facts: Any = None
    asked: list[Any] = []  # noqa: RUF012

    def __init__(self, kubeconfig: Any = None, context: Any = None, timeout: float = 0) -> None:
        assert timeout == TIMEOUT
        self.asked.append((kubeconfig, context))

    def close(self) -> None:
        pass

    def get(self, *_: str) -> Any:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> type[Cluster]:
    monkeypatch.setattr("pulumi_everest.live.cluster.LiveCluster", Cluster)
    monkeypatch.setattr("pulumi_everest.live.operators.read_facts", lambda *_: Cluster.facts)
    monkeypatch.setattr(Cluster, "found", None)
    monkeypatch.setattr(Cluster, "facts", Facts(SERVED, {}, None))
    monkeypatch.setattr(Cluster, "asked", [])
    return Cluster


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    log = Log()
    monkeypatch.setattr(settings, "get_engine", lambda: log)
    return log.messages


def reporter(kubernetes: object = None) -> Reporter:
    made = Reporter()
    made._databases[TOKEN, "orders"] = reporting.Database(MANIFEST, kubernetes)
    return made


TIMED_OUT = '"apps/orders" failed to become live: timed out waiting for the condition'


def failed(
    of: Reporter,
    inputs: dict[str, Any] = INPUTS,
    operation: str = "create",
    name: str = "orders",
    error: str = 'no matches for kind "PerconaServerMongoDB"',
) -> bool:
    of.failures._engine = settings.get_engine()
    args = pulumi.ErrorHookArgs(URN, "", name, TOKEN, new_inputs=inputs, failed_operation=operation, errors=[error])
    return asyncio.run(of.failures._failed(args))


def live(**status: Any) -> dict[str, Any]:
    return {"metadata": {"generation": 1}, "status": status}


FAILURES = [
    (live(state="error", message="no class"), "orders: the operator reports state 'error': no class"),
    (live(state="initializing"), "orders: the operator reports state 'initializing'"),
    (live(), "orders: the operator has not written a state yet"),
    (None, "orders: the object is not in the cluster"),
    (
        LiveError.of("unreachable", "the cluster does not answer"),
        "orders: what the operator reports cannot be read: the cluster does not answer [live.unreachable]",
    ),
    (ValueError("a defect"), None),
]


@pytest.mark.parametrize(("found", "text"), FAILURES)
def test_a_failure_is_told_with_what_the_operator_wrote_and_never_tried_again(
    cluster: type[Cluster], logged: list[Any], found: Any, text: str | None
) -> None:
    cluster.found = found
    assert failed(reporter()) is False
    assert logged == ([("error", text, URN)] if text is not None else [])


def test_a_failure_without_an_operator_is_told_with_what_to_install(cluster: type[Cluster], logged: list[Any]) -> None:
    cluster.found, cluster.facts = live(), Facts(SERVED, {}, [])
    failed(reporter())
    [(_, text, _)] = logged
    assert text.splitlines() == [
        "orders: the operator has not written a state yet",
        "orders: no deployment in the cluster runs the image percona-server-mongodb-operator; "
        "run `helm upgrade --install psmdb-operator psmdb-operator --repo https://percona.github.io/percona-helm-charts/ --version 1.22.0 --namespace apps`",
    ]


def test_after_a_timeout_the_way_on_is_said_as_well(cluster: type[Cluster], logged: list[Any]) -> None:
    cluster.found = live(state="error", message="no class")
    failed(reporter(), error=TIMED_OUT)
    [(_, text, _)] = logged
    first, second = text.splitlines()
    assert first == "orders: the operator reports state 'error': no class"
    assert second.startswith("PerconaServerMongoDB apps/orders is there, but its operator has not reported in time")


def test_a_refusal_of_the_api_server_needs_no_look(cluster: type[Cluster], logged: list[Any]) -> None:
    failed(reporter(), error="spec.size: Invalid value")
    assert (logged, cluster.asked) == ([], [])


def test_what_is_not_a_database_or_was_to_be_deleted_is_not_told(cluster: type[Cluster], logged: list[Any]) -> None:
    assert failed(reporter(), name="other") is False
    assert failed(reporter(), operation="delete") is False
    assert (logged, cluster.asked) == ([], [])


def test_a_name_that_is_not_known_is_not_asked_for(cluster: type[Cluster], logged: list[Any]) -> None:
    failed(reporter(), {**INPUTS, "metadata": {"name": pulumi.UNKNOWN}})
    failed(reporter(), {**INPUTS, "metadata": {}})
    assert cluster.asked == []
    assert logged == []


class Provider:
    """A Kubernetes provider of the program, or (without values) of another one."""

    def __init__(self, **values: Any) -> None:
        vars(self).update(values)


def test_the_cluster_is_the_one_of_the_kubernetes_provider(cluster: type[Cluster], logged: list[Any]) -> None:
    text = "apiVersion: v1\nkind: Config\n"
    failed(reporter(Provider(kubeconfig=text, context="here")))
    assert cluster.asked == [(text, "here")]
    failed(reporter(Provider()))
    assert len(cluster.asked) == 1
    assert [text for _, text, _ in logged] == ["orders: the object is not in the cluster"]


def test_the_default_provider_is_configured_by_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi.Config", lambda _: {"kubeconfig": "/there", "context": "prod"})
    assert asyncio.run(access_of(None)) == ClusterAccess("/there", "prod")


def test_notes_are_not_told() -> None:
    newer = finding("operator.newer", (), "it is newer")
    older = finding("operator.older", (), "it is older", hint="upgrade it")
    assert problems([newer, older]) == ["it is older; upgrade it"]
    assert told(Health("ready", "", True, False)) == ["the operator reports state 'ready'"]


def test_a_report_is_made_while_all_threads_of_the_loop_wait_for_it(cluster: type[Cluster], logged: list[Any]) -> None:
    of = reporter()
    of.failures._engine = settings.get_engine()
    reported = threading.Event()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(max_workers=1))
        registration = loop.run_in_executor(None, reported.wait, 20)
        error = 'no matches for kind "PerconaServerMongoDB"'
        args = pulumi.ErrorHookArgs(
            URN, "", "orders", TOKEN, new_inputs=INPUTS, failed_operation="create", errors=[error]
        )
        await asyncio.wait_for(of.failures._failed(args), 10)
        reported.set()
        assert await registration

    asyncio.run(run())
    assert [text for _, text, _ in logged] == ["orders: the object is not in the cluster"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (Health("error", "no disk", False, False), "the operator reports state 'error': no disk"),
        (Health("error", "", False, False), "the operator reports state 'error'"),
        (Health("", "no disk", False, False), "the operator reports state 'unknown': no disk"),
        (Health("", "", False, False), "the operator has not written a state yet"),
        (Health("", "", False, True), "its operator has given up"),
        (Health("failed", "", False, True), "the operator reports state 'failed'"),
    ],
)
def test_what_an_operator_has_written_is_told_in_a_line(state: Health, expected: str) -> None:
    assert told(state) == [expected]
