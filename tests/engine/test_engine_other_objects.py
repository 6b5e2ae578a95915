"""A plugin of many objects with the real engine: made, changed, taken over, moved to another API version, let go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi_engine import Done, Stack

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.testing.apiserver import ApiServer

TESTS = Path(__file__).parents[1]
SHELFDB, CRDS = TESTS / "plugins" / "shelfdb", TESTS / "plugins" / "shelfdb_crds.yaml"
V1 = "library.example.com/v1"
OBJECTS = {
    "main": (V1, "Shelf", "orders"),
    "pool": (V1, "ShelfPool", "orders-engine"),
    "keepers": (V1, "ShelfPool", "orders-keeper"),
    "policy": (V1, "ShelfPolicy", "orders"),
    "settings": ("v1", "ConfigMap", "orders-settings"),
    "service": ("v1", "Service", "orders"),
    "account": ("v1", "ServiceAccount", "orders-shelf"),
    "role": ("rbac.authorization.k8s.io/v1", "Role", "orders-shelf"),
    "binding": ("rbac.authorization.k8s.io/v1", "RoleBinding", "orders-shelf"),
}
DATA = ("main", "pool", "keepers")


@pytest.fixture(scope="module")
def shelves(api_server: ApiServer) -> ApiServer:
    """The API server with the definitions of the shelf database."""
    api_server.install_crds(list(yaml.safe_load_all(CRDS.read_text())))
    return api_server


@pytest.fixture
def stack(engine: Any, shelves: ApiServer, tmp_path: Path) -> Stack:
    """A stack whose program may use the plugin, in a cluster without any other operator's definitions."""
    return Stack(engine, tmp_path / "infra", shelves.kubeconfig)


@pytest.fixture(autouse=True)
def _no_priorities(live: LiveCluster, namespace: str) -> Iterator[None]:
    """Delete what belongs to no namespace."""
    yield
    live.delete("scheduling.k8s.io/v1", "PriorityClass", f"shelf-{namespace}-orders")


def program(namespace: str, **arguments: Any) -> str:
    given = {"namespace": namespace, "topology": {"type": "split"}, **arguments}
    return "\n".join(
        [
            "import pulumi",
            "import pulumi_everest as everest",
            f"shelf = everest.Provider('shelf-operator', plugins=[{str(SHELFDB)!r}])",
            f"orders = everest.DatabaseCluster('orders', {given!r}, provider=shelf)",
        ]
    )


def there(live: LiveCluster, namespace: str) -> dict[str, dict[str, Any]]:
    found = {title: live.get(*key[:2], key[2], namespace) for title, key in OBJECTS.items()}
    return {title: one for title, one in found.items() if one is not None}


def uids(live: LiveCluster, namespace: str) -> dict[str, str]:
    return {title: one["metadata"]["uid"] for title, one in there(live, namespace).items()}


def fine(done: Done) -> Done:
    assert done.code == 0, done.text
    return done


def test_another_api_version_changes_nothing_but_that(stack: Stack, live: LiveCluster, namespace: str) -> None:
    stack.write(program(namespace, operator_version="1.0.0"))
    fine(stack.up())
    assert "kubernetes:library.example.com/v1beta1:ShelfPool" in {one["type"] for one in stack.resources().values()}
    before, specs = uids(live, namespace), {t: one.get("spec") for t, one in there(live, namespace).items()}
    assert set(before) == set(OBJECTS)

    stack.write(program(namespace, operator_version="2.0.0"))
    preview = fine(stack.preview())
    done = fine(stack.up())

    for run in (preview, done):
        assert set(run.changes) <= {"same", "update"}, run.text
        assert sorted(run.steps("ShelfPool") + run.steps("Shelf")) == [
            ("update", "orders"),
            ("update", "orders-engine"),
            ("update", "orders-keeper"),
        ]
    assert uids(live, namespace) == before
    assert {title: one.get("spec") for title, one in there(live, namespace).items()} == specs
    assert "v1beta1" not in " ".join(one["type"] for one in stack.resources().values())
    assert stack.up().only_same


def test_it_is_made_changed_taken_over_and_let_go(
    stack: Stack, engine: Any, shelves: ApiServer, live: LiveCluster, namespace: str, tmp_path: Path
) -> None:
    # Made
    stack.write(program(namespace))
    fine(stack.preview())
    fine(stack.up())
    before = uids(live, namespace)
    assert set(before) == set(OBJECTS)
    assert live.get("scheduling.k8s.io/v1", "PriorityClass", f"shelf-{namespace}-orders", None) is not None
    assert stack.up().only_same

    # Changed
    stack.write(program(namespace, instances={"engine": {"replicas": 5}, "keeper": {"storage": {"size": "2Gi"}}}))
    fine(stack.up())
    assert uids(live, namespace) == before
    found = there(live, namespace)
    assert (found["pool"]["spec"]["replicas"], found["keepers"]["spec"]["storage"]["size"]) == (5, "2Gi")

    # Refused: what shrinks, what would be replaced, what would lose data
    for arguments in (
        {"instances": {"keeper": {"storage": {"size": "1Gi"}}}},
        {"instances": {"engine": {"engineConfig": {"cache": "1"}}, "keeper": {"storage": {"size": "2Gi"}}}},
        {"topology": {"type": "single"}},
    ):
        stack.write(program(namespace, **arguments))
        for done in (stack.preview(), stack.up()):
            assert done.code != 0, done.text
            assert "refused" in done.text
        assert uids(live, namespace) == before

    # A destroy deletes nothing that keeps data
    assert stack.destroy().code != 0
    fine(stack.destroy("--ignore-protect"))
    assert {title: uid for title, uid in uids(live, namespace).items() if title in DATA} == {
        title: before[title] for title in DATA
    }

    # Taken over by another stack, with everything that is left: what holds no data may be missing, and is made
    kind = OBJECTS["settings"]
    live.delete(kind[0], kind[1], kind[2], namespace)
    other = Stack(engine, tmp_path / "other", shelves.kubeconfig)
    wanted = {"instances": {"engine": {"replicas": 5}, "keeper": {"storage": {"size": "2Gi"}}}}
    other.write(program(namespace, adopt=True, **wanted))
    fine(other.preview())
    done = fine(other.up())
    assert {name for op, name in done.steps("ShelfPool") if op == "import"} == {"orders-engine", "orders-keeper"}
    assert {op for op, _ in done.steps("Service")} == {"import", "update"}
    assert {op for op, _ in done.steps("ConfigMap")} == {"create"}
    after = uids(live, namespace)
    assert {title for title, uid in after.items() if before[title] != uid} == {"settings"}
    before = after
    assert other.up().only_same
    other.write(program(namespace, **wanted))
    assert other.up().only_same

    # Let go
    other.write(program(namespace, deletion_policy="delete", **wanted))
    fine(other.up())
    assert uids(live, namespace) == before
    fine(other.destroy())
    assert uids(live, namespace) == {}


@pytest.mark.parametrize("name", ["orders-engine", "orders-settings", "orders"])
def test_no_object_is_deleted_to_be_made_again(stack: Stack, live: LiveCluster, namespace: str, name: str) -> None:
    stack.write(program(namespace, deletion_policy="delete"))
    fine(stack.up())
    before = uids(live, namespace)
    [urn, *_] = [
        urn for urn, one in stack.resources().items() if urn.endswith(f"::{name}") and one["type"].startswith("kubern")
    ]

    for done in (stack.preview("--replace", urn), stack.deploy("up", "--yes", "--skip-preview", "--replace", urn)):
        assert done.code != 0, done.text
    assert uids(live, namespace) == before


def test_a_database_is_ready_when_all_its_objects_are(stack: Stack, live: LiveCluster, namespace: str) -> None:
    stack.write(program(namespace, topology={"type": "single"}, wait_for=True))
    ready = {"status": {"phase": "Ready"}}

    def play() -> bool:
        for title in ("pool", "main"):
            version, kind, name = OBJECTS[title]
            if live.get(version, kind, name, namespace) is not None:
                head = {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace}}
                live.merge({**head, **ready}, manager="operator", status=True)
        return False

    fine(_while(stack, play))
    assert all(one["status"] == ready["status"] for title, one in there(live, namespace).items() if title in DATA)


def _while(stack: Stack, play: Any) -> Done:
    """An update beside which an operator works."""
    from threading import Event, Thread

    ended = Event()

    def work() -> None:
        while not ended.wait(0.5):
            play()

    thread = Thread(target=work)
    thread.start()
    try:
        return stack.up()
    finally:
        ended.set()
        thread.join()
