"""What is in the way of an object before it is made: refused at once where nothing can bring it any more."""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
from mocked_run import Source, run

from pulumi_everest import DatabaseCluster
from pulumi_everest.live.errors import LiveError
from pulumi_everest.live.obstacles import Obstacle, obstacle
from pulumi_everest.live.presence import WantedObject
from pulumi_everest.model.plugin_files.manifest import Operator
from pulumi_everest.plugins.find import builtin
from pulumi_everest.program.monitor import Log
from pulumi_everest.resources.engine.cluster_access import ClusterAccess
from pulumi_everest.resources.engine.program_resources import may_bring_more
from pulumi_everest.resources.hooks import obstacles
from pulumi_everest.resources.hooks.obstacles import Obstacles
from pulumi_everest.resources.hooks.refusals import RefusedError

WANTED = WantedObject("toy.example.com/v1", "ToyDB", "shop", "orders")
ACCESS = ClusterAccess()


class Cluster:
    """A cluster with kinds and namespaces."""

    def __init__(self, kinds: set[str] = frozenset({"ToyDB"}), namespaces: Any = ("shop",), error: int = 0) -> None:  # type: ignore[assignment]
        self.kinds, self.namespaces, self.error, self.asked = kinds, namespaces, error, 0

    def serves(self, _version: str, kind: str) -> bool:
        self.asked += 1
        return kind in self.kinds

    def forget_kinds(self) -> None:
        pass

    def metadata(self, _version: str, kind: str, name: str, namespace: str | None = None) -> Any:
        assert (kind, namespace) == ("Namespace", None)
        if self.error:
            raise LiveError.of("refused", "Unauthorized", code=self.error)
        return {"metadata": {"name": name}} if name in self.namespaces else None


NAMESPACE = Obstacle("namespace", "there is no namespace 'shop' in the cluster")
KIND = Obstacle("kind", "the cluster does not have ToyDB in toy.example.com/v1")


@pytest.mark.parametrize(
    ("cluster", "found"),
    [
        (Cluster(), None),
        (Cluster(kinds=set()), KIND),
        (Cluster(namespaces=()), NAMESPACE),
        (Cluster(error=403), None),
        (Cluster(error=401), Obstacle("login", "the cluster does not take the login of its kubeconfig: Unauthorized")),
    ],
)
def test_what_is_missing_is_told_as_far_as_one_may_see(cluster: Any, found: Obstacle | None) -> None:
    assert obstacle(cluster, WANTED) == found


class Reach:
    def __init__(self, cluster: Any) -> None:
        self.cluster = cluster

    def live(self, _access: ClusterAccess) -> Any:
        return self.cluster


def check(cluster: Any, *, waits: bool = False, seconds: float = 0.0, operator: Operator | None = None) -> list[str]:
    log = Log()

    async def checked() -> None:
        await Obstacles(Reach(cluster)).check(  # type: ignore[arg-type]
            WANTED, ACCESS, "urn", log, waits=waits, operator=operator
        )
        await asyncio.sleep(seconds)

    asyncio.run(checked())
    return [entry.text for entry in log.messages]


@pytest.fixture
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(obstacles, "may_bring_more", lambda: False)
    monkeypatch.setattr(obstacles, "QUIET", 0.01)


@pytest.mark.usefixtures("_alone")
def test_what_nothing_can_bring_is_refused_at_once() -> None:
    with pytest.raises(RefusedError, match=r"ToyDB orders is not made, .* there is no namespace 'shop'") as raised:
        check(Cluster(namespaces=()))
    assert 'allow=["no-place"]' in str(raised.value)


@pytest.mark.usefixtures("_alone")
def test_who_brings_a_kind_is_said_where_it_is_refused() -> None:
    """An update without a preview says it, too."""
    operator = next(plugin.manifest.operator for plugin in builtin() if plugin.name == "psmdb")
    with pytest.raises(RefusedError, match=r"nothing in this program makes that\. Run `helm upgrade --install psmdb"):
        check(Cluster(kinds=set()), operator=operator)
    with pytest.raises(RefusedError, match=r"nothing in this program makes that\. Make it first"):
        check(Cluster(namespaces=()), operator=operator)


@pytest.mark.usefixtures("_alone")
def test_what_may_come_is_waited_for_and_said_after_a_while() -> None:
    said = ["ToyDB orders waits: there is no namespace 'shop' in the cluster"]
    assert check(Cluster(namespaces=()), waits=True, seconds=0.1) == said
    assert check(Cluster(namespaces=()), waits=True) == []
    assert check(Cluster(), seconds=0.1) == []


@pytest.mark.usefixtures("_alone")
def test_nothing_is_said_of_what_comes_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(obstacles, "QUIET", 6_000)
    assert check(Cluster(namespaces=()), waits=True, seconds=0.2) == []


@pytest.mark.usefixtures("_alone")
@pytest.mark.parametrize(
    ("waits", "end"), [(True, ""), (False, "; nothing in this program makes it, so that an update is refused at once")]
)
def test_a_preview_says_what_is_missing_and_whether_an_update_waits_for_it(waits: bool, end: str) -> None:
    def said(cluster: Cluster, already: str = "") -> str | None:
        own = Obstacles(Reach(cluster))  # type: ignore[arg-type]
        return asyncio.run(own.in_preview(WANTED, ACCESS, waits=waits, said=already))

    missing = "there is no namespace 'shop' in the cluster: ToyDB orders cannot be made before that is there"
    assert said(Cluster(namespaces=())) == f"{missing}{end}"
    assert said(Cluster(namespaces=()), "kind") == f"{missing}{end}"
    assert said(Cluster(namespaces=()), "namespace") is None
    assert said(Cluster()) is None


def test_what_is_there_is_asked_for_once() -> None:
    cluster = Cluster()
    own = Obstacles(Reach(cluster))  # type: ignore[arg-type]

    async def twice() -> None:
        for _ in range(2):
            assert await own.of(WANTED, ACCESS) is None

    asyncio.run(twice())
    assert cluster.asked == 2  # of one look


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (lambda: None, False),
        (lambda: k8s.core.v1.ConfigMap("settings"), False),
        (lambda: k8s.core.v1.Namespace("shop"), True),
        (lambda: pulumi.ComponentResource("shop:index:Shop", "shop"), True),
        (Source, True),
        (lambda: k8s.Provider("there", kubeconfig="{}"), False),
    ],
)
def test_a_program_may_bring_more_where_it_makes_what_is_not_known(more: Any, expected: bool) -> None:
    found: list[bool] = []

    def program() -> None:
        DatabaseCluster("orders", provider="toydb-operator", namespace="shop")
        more()
        found.append(may_bring_more())

    result = run(program)
    assert result.error is None, result.error
    assert found == [expected]
