"""`everest status`: the state of each database, the operator's message, and an exit code that a pipeline can use."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import Result
from running_cluster import RunningCluster

from pulumi_everest.cli import status as module
from pulumi_everest.live.errors import LiveError

Run = Callable[..., Result]
MONGO = ("psmdb.percona.com/v1", "PerconaServerMongoDB", "orders", "databases")
MYSQL = ("pxc.percona.com/v1", "PerconaXtraDBCluster", "shop", "default")
OPERATOR = {
    "metadata": {"name": "psmdb", "namespace": "databases"},
    "spec": {"template": {"spec": {"containers": [{"image": "x/percona-server-mongodb-operator:1.22.0"}]}}},
    "status": {"availableReplicas": 1},
}
PROGRAM = """\
import pulumi_everest
pulumi_everest.DatabaseCluster("shop", provider="pxc-operator", users={"root": "geheim"}, connection_secret=True)
pulumi_everest.DatabaseCluster("orders", provider="psmdb-operator", namespace="databases")
"""


def live(state: str, **more: Any) -> dict[str, Any]:
    return {"metadata": {"generation": 1}, "spec": {}, "status": {"state": state, "observedGeneration": 1, **more}}


class Stub(RunningCluster):
    """A running cluster with these objects; each look takes the next ones, the last remain."""

    objects: ClassVar[list[Mapping[tuple[str, ...], dict[str, Any]]]] = [{}]
    deployments: ClassVar[list[dict[str, Any]]] = [OPERATOR]

    def __init__(self, kubeconfig: str | None = None, context: str | None = None) -> None:
        super().__init__(kubeconfig, context)
        self.looks = 0

    def list(self, api_version: str, kind: str, namespace: str | None = None) -> list[dict[str, Any]]:
        return self.deployments

    def get(self, *key: str) -> dict[str, Any] | None:
        return self.objects[min(self.looks, len(self.objects) - 1)].get(key)

    def forget_kinds(self) -> None:
        self.looks += 1


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    monkeypatch.setattr("pulumi_everest.live.cluster.LiveCluster", Stub)
    monkeypatch.setattr(module, "PAUSE", 0.0)
    monkeypatch.setattr(Stub, "deployments", [OPERATOR])

    def has(*objects: Any, deployments: Any = None) -> None:
        monkeypatch.setattr(Stub, "objects", list(objects))
        if deployments is not None:
            monkeypatch.setattr(Stub, "deployments", deployments)

    return has


STATES = [
    ({MONGO: live("ready")}, "databases  orders  Percona Server for MongoDB  ready  yes", "1 ready", 0, 0),
    ({MONGO: live("initializing")}, "initializing  no", "0 ready", 0, 1),
    ({MONGO: {"metadata": {}}}, "unknown  no", "0 ready", 0, 1),
    ({}, "not there  no", "0 ready", 0, 1),
    (
        {MONGO: live("error", message="no\nsuch class")},
        "error  failed  no such class", "0 ready, 1 failed", 1, 1,
    ),
]  # fmt: skip


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("objects", "line", "last", "code", "strict"), STATES)
def test_the_state_is_the_operators_and_a_failure_is_the_exit_code(
    run: Run, cluster: Any, objects: Any, line: str, last: str, code: int, strict: int
) -> None:
    cluster(objects)
    result = run("status", "cluster.yaml")
    lines = result.stdout.splitlines()
    words = lines[1].split("  ")
    assert [word.strip() for word in words if word.strip()][-len(line.split("  ")) :] == line.split("  ")
    assert lines[-1] == f"1 database: {last}"
    assert result.exit_code == code
    assert run("status", "cluster.yaml", "--strict").exit_code == strict


@pytest.mark.usefixtures("here")
def test_a_database_that_is_paused_as_wanted_is_ready(run: Run, cluster: Any) -> None:
    cluster({MONGO: {**live("paused"), "spec": {"pause": True}}})
    assert "1 ready" in run("status", "cluster.yaml").stdout


def test_the_databases_of_a_program_are_shown_and_its_secrets_are_not_read(
    run: Run, cluster: Any, tmp_path: Path
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: stock\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    cluster({MONGO: live("ready"), MYSQL: live("error", message=["one", "two"])})
    result = run("status", tmp_path, "--format", "json")
    data = json.loads(result.stdout)
    assert result.exit_code == 1
    assert data["databases"] == [
        {
            "namespace": "default", "name": "shop", "technology": "pxc", "apiVersion": MYSQL[0], "kind": MYSQL[1],
            "exists": True, "state": "error", "ready": False, "failed": True, "message": "one; two",
        },
        {
            "namespace": "databases", "name": "orders", "technology": "psmdb", "apiVersion": MONGO[0],
            "kind": MONGO[1], "exists": True, "state": "ready", "ready": True, "failed": False, "message": None,
        },
    ]  # fmt: skip
    assert [entry["code"] for entry in data["findings"]] == ["operator.not-running"]
    assert "geheim" not in result.output


@pytest.mark.usefixtures("here")
def test_a_missing_operator_is_said_where_the_cluster_is_written(run: Run, cluster: Any) -> None:
    cluster({}, deployments=[])
    result = run("status", "cluster.yaml")
    assert "cluster.yaml:4:3: warning" in result.stderr
    assert (
        "run `helm upgrade --install psmdb-operator psmdb-operator --repo https://percona.github.io/percona-helm-charts/ --version 1.22.0 --namespace "
        in result.stderr
    )
    assert run("status", "cluster.yaml", "--strict").exit_code == 1


@pytest.mark.usefixtures("here")
def test_waiting_ends_when_all_are_ready_and_says_what_happens(run: Run, cluster: Any) -> None:
    steps = [{}, {MONGO: live("initializing")}, {MONGO: live("error", message="odd")}, {MONGO: live("ready")}]
    cluster(*steps)
    result = run("status", "cluster.yaml", "--wait", "20")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "orders: not there",
        "orders: initializing",
        "orders: error: odd",
        "orders: ready",
    ]


@pytest.mark.usefixtures("here")
def test_waiting_ends_when_the_operator_has_given_up(run: Run, cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster({MONGO: live("error", message="no such class")})
    monkeypatch.setattr(module, "GRACE", 0.05)
    result = run("status", "cluster.yaml", "--wait", "20")
    assert result.exit_code == 1
    assert "1 failed" in result.stdout


@pytest.mark.usefixtures("here")
def test_waiting_ends_when_the_time_is_over(run: Run, cluster: Any) -> None:
    cluster({MONGO: live("initializing")})
    result = run("status", "cluster.yaml", "--wait", "0.05")
    assert result.exit_code == 1
    assert "0 ready" in result.stdout


@pytest.mark.usefixtures("here")
def test_a_cluster_that_cannot_be_read_is_a_finding(run: Run, cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster({})
    monkeypatch.setattr(Stub, "error", LiveError.of("unreachable", "the cluster at x cannot be reached"))
    result = run("status", "cluster.yaml")
    assert result.exit_code == 1
    assert "[live.unreachable]" in result.stderr
    assert result.stdout == ""
    data = json.loads(run("status", "cluster.yaml", "--format", "json").stdout)
    assert (data["databases"], [entry["code"] for entry in data["findings"]]) == ([], ["live.unreachable"])


def test_what_is_wrong_with_the_input_is_said_without_asking_the_cluster(run: Run, here: Path, cluster: Any) -> None:
    cluster({})
    text = (here / "cluster.yaml").read_text()
    (here / "cluster.yaml").write_text(text.replace("engine:", "engin:"))
    result = run("status", "cluster.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "[cluster.unknown-component]" in result.stderr


def test_an_input_without_databases_says_so(run: Run, tmp_path: Path, cluster: Any) -> None:
    cluster({})
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    result = run("status", tmp_path / "a.yaml")
    assert (result.exit_code, result.stdout) == (0, "no databases\n")


def test_a_plugin_that_only_the_program_knows_says_how_its_databases_are(
    run: Run, cluster: Any, tmp_path: Path, root: Path
) -> None:
    plugin = tmp_path / "toydb"
    shutil.copytree(root / "tests" / "resources" / "toydb", plugin)
    text = (
        (plugin / "plugin.yaml")
        .read_text()
        .replace('default: "1.1.0"}', 'default: "1.1.0", crds: [toydbs.toy.example.com]}')
    )
    (plugin / "plugin.yaml").write_text(f"{text}\nready: self.status.phase == 'Up'\nstate: self.status.phase\n")
    (tmp_path / "Pulumi.yaml").write_text("name: stock\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(
        "import pulumi_everest, pulumi_kubernetes as k8s, pulumi\n"
        'everest = pulumi_everest.Provider("toy", database_cluster_definition="toydb-operator", plugins=["toydb"])\n'
        'toys = pulumi_everest.DatabaseCluster("toys", provider=everest)\n'
        'k8s.core.v1.ConfigMap("toys", metadata={"name": "toys"}, opts=pulumi.ResourceOptions(parent=toys))\n'
    )
    cluster({("toy.example.com/v1", "ToyDB", "toys", "default"): {"status": {"phase": "Up"}}})
    result = run("status", tmp_path, "--format", "json")
    [database] = json.loads(result.stdout)["databases"]
    assert (database["technology"], database["state"], database["ready"]) == ("toydb", "Up", True)
