"""`everest preview --against cluster`: what differs from what runs, without what the cluster and operators added."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from running_cluster import RunningCluster

from pulumi_everest.live.errors import LiveError
from pulumi_everest.model.findings import EverestError, finding

Run = Callable[..., Result]
KEY = ("psmdb.percona.com/v1", "PerconaServerMongoDB", "orders", "databases")


class Stub(RunningCluster):
    """A running cluster with these objects, and no operator."""

    objects: Any = None

    def get(self, *key: str) -> Any:
        assert key[1] != "Secret"
        return self.objects.get(key)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    monkeypatch.setattr("pulumi_everest.live.cluster.LiveCluster", Stub)
    return lambda objects: monkeypatch.setattr(Stub, "objects", objects)


@pytest.fixture
def live(run: Run, here: Path) -> dict[str, Any]:
    """The object of cluster.yaml as a cluster has it: with defaults, a status, and what its operator wrote."""
    made = yaml.safe_load(run("render", "cluster.yaml").stdout)
    fields = {"f:spec": {"f:image": {}, "f:pause": {}, "f:sharding": {"f:enabled": {}}}}
    made["metadata"] |= {
        "uid": "1", "resourceVersion": "7", "generation": 3, "labels": {"by": "operator"},
        "managedFields": [
            {"manager": "pulumi-kubernetes-abc", "operation": "Apply", "fieldsV1": fields},
            {"manager": "operator", "fieldsV1": {"f:spec": {"f:unmanaged": {}}}},
            {"manager": "pulumi-kubernetes-abc", "subresource": "status", "fieldsV1": {"f:status": {}}},
        ],
    }  # fmt: skip
    made["spec"]["unmanaged"] = False
    made["spec"]["replsets"][0]["affinity"] = {"antiAffinityTopologyKey": "none"}
    made["status"] = {"state": "ready"}
    return dict(made)


def differences(result: Result) -> Any:
    [entry] = [e for e in json.loads(result.stdout)["differences"] if e["kind"] == "PerconaServerMongoDB"]
    return entry["change"], {field["path"]: (field.get("old"), field.get("new")) for field in entry["fields"]}


def against(run: Run, *more: str) -> Result:
    return run("preview", "cluster.yaml", "--against", "cluster", "--format", "json", *more)


def test_what_the_cluster_and_the_operator_added_is_no_difference(run: Run, live: Any, cluster: Any) -> None:
    cluster({KEY: live})
    result = against(run, "--exit-code")
    assert (differences(result), result.exit_code) == (("same", {}), 0)


def test_a_field_that_differs_and_one_that_pulumi_wrote_once_are_shown(run: Run, live: Any, cluster: Any) -> None:
    live["spec"]["replsets"][0]["size"] = 5
    live["spec"]["pause"] = True
    live["spec"]["sharding"] = {"enabled": True, "balancer": {}}
    del live["spec"]["crVersion"]
    cluster({KEY: live})
    result = against(run, "--exit-code")
    assert differences(result) == (
        "changed",
        {
            "spec.crVersion": (None, "1.22.0"),
            "spec.replsets[rs0].size": (5, 3),
            "spec.pause": (True, None),
            "spec.sharding": ({"enabled": True}, None),
        },
    )
    assert result.exit_code == 1


def test_an_item_that_only_the_cluster_has_would_go(run: Run, live: Any, cluster: Any) -> None:
    live["spec"]["replsets"].append({"name": "rs1", "size": 3})
    cluster({KEY: live})
    assert differences(against(run)) == ("changed", {"spec.replsets[rs1]": ({"name": "rs1", "size": 3}, None)})


def test_what_is_not_there_would_be_created_and_a_missing_operator_is_said(run: Run, live: Any, cluster: Any) -> None:
    cluster({})
    result = against(run)
    assert differences(result)[0] == "created"
    assert [entry["code"] for entry in json.loads(result.stdout)["findings"]] == ["operator.not-running"]


def test_the_secrets_of_a_database_that_exists_are_not_read(run: Run, live: Any, cluster: Any, tmp_path: Path) -> None:
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: stock\nruntime: python\n")
    (folder / "__main__.py").write_text(
        "import pulumi_everest\n"
        'pulumi_everest.DatabaseCluster("orders", provider="psmdb-operator", namespace="databases",\n'
        '    users={"MONGODB_DATABASE_ADMIN_PASSWORD": "geheim"})\n'
    )
    for objects, change in ({KEY: live}, "same"), ({}, "created"):
        cluster(objects)
        result = run("preview", folder, "--against", "cluster", "--format", "json")
        entries = json.loads(result.stdout)["differences"]
        assert [entry["change"] for entry in entries if entry["kind"] == "Secret"] == [change]
        assert "geheim" not in result.output


@pytest.mark.usefixtures("live")
def test_a_cluster_that_cannot_be_read_is_a_finding(run: Run, cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster({})
    monkeypatch.setattr(Stub, "error", LiveError.of("unreachable", "the cluster at x cannot be reached"))
    result = run("preview", "cluster.yaml", "--against", "cluster")
    assert result.exit_code == 1
    assert "[live.unreachable]" in result.stderr


@pytest.mark.usefixtures("live")
def test_a_file_of_that_name_wins_and_the_options_are_for_a_cluster_only(run: Run, here: Path) -> None:
    (here / "cluster").write_text((here / "cluster.yaml").read_text())
    assert "1 unchanged" in run("preview", "cluster.yaml", "--against", "cluster").stdout
    result = run("preview", "cluster.yaml", "--against", "cluster", "--context", "x")
    assert result.exit_code == 2
    assert "only with --against cluster" in result.stderr


def changes(result: Result) -> list[tuple[str, str, str | None]]:
    [entry] = json.loads(result.stdout)["changes"]
    return [(change["path"], change["impact"], change["guard"]) for change in entry["changes"]]


def test_what_the_changes_do_to_the_running_database_is_said(run: Run, live: Any, cluster: Any) -> None:
    replicas = live["spec"]["replsets"][0]
    replicas["size"] = 5
    replicas["volumeSpec"]["persistentVolumeClaim"]["resources"]["requests"]["storage"] = "900Gi"
    cluster({KEY: live})
    result = against(run)

    assert sorted(changes(result)) == [
        ("engine.replicas", "online", None),
        ("engine.storage.size", "refused", "storage-shrink"),
    ]
    assert result.exit_code == 1


def test_a_default_never_moves_what_runs(run: Run, live: Any, cluster: Any) -> None:
    live["spec"]["image"] = "percona/percona-server-mongodb:8.0.17-6"
    cluster({KEY: live})

    assert changes(against(run)) == [("engine.version", "refused", "default-moved")]


def test_an_object_that_no_cluster_becomes_is_said_and_compared_as_it_is(
    run: Run, live: Any, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> None:
        raise EverestError([finding("adopt.kind", (), "no cluster becomes this")])

    monkeypatch.setattr("pulumi_everest.review.comparison.live_before.snapshot_of_object", refused)
    live["spec"]["replsets"][0]["size"] = 5
    cluster({KEY: live})
    result = run("preview", "cluster.yaml", "--against", "cluster")

    assert "what changes do to orders is not known: no cluster becomes this" in result.stderr
    assert "spec.replsets[rs0].size: 5" in result.stdout
