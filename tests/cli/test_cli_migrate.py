"""`everest migrate`: what it reads, what it writes, and how it says what cannot be carried over."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from pulumi_everest.testing.apiserver import ApiServer

Run = Callable[..., Result]
API = "everest.percona.com/v1alpha1"
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"password": "hunter2"}}


def cluster(name: str, **spec: Any) -> dict[str, Any]:
    engine = {"type": "psmdb", "version": "8.0.12-4", "replicas": 3, "storage": {"size": "1Gi"}, "crVersion": "1.22.0"}
    metadata = {"name": name, "namespace": "shop", "uid": f"uid-of-{name}", "labels": {"clusterName": name}}
    return {"apiVersion": API, "kind": "DatabaseCluster", "metadata": metadata, "spec": {"engine": engine, **spec}}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes documents into a file."""

    def call(*documents: dict[str, Any]) -> Path:
        path = tmp_path / "everest.yaml"
        path.write_text(yaml.safe_dump_all(documents))
        return path

    return call


def test_a_folder_has_clusters_a_program_the_report_and_the_runbook(
    run: Run, write: Callable[..., Path], tmp_path: Path
):
    items = {"apiVersion": "v1", "kind": "List", "items": [cluster("orders"), cluster("carts", paused=True)]}

    result = run("migrate", write(items, SECRET), "-o", tmp_path / "out")

    out = tmp_path / "out"
    assert result.exit_code == 0, result.stderr
    assert {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} == {
        "shop.orders.yaml", "shop.carts.yaml", "REPORT.md", "RUNBOOK.md", "runbook.json",
        "program/__main__.py", "program/Pulumi.yaml", "program/requirements.txt",
    }  # fmt: skip
    made = yaml.safe_load(run("render", out / "shop.carts.yaml").stdout)
    assert made["metadata"]["finalizers"] == ["percona.com/delete-psmdb-pods-in-order", "percona.com/delete-psmdb-pvc"]
    assert made["spec"]["pause"] is True
    assert "labels" not in made["metadata"]
    assert (out / "program" / "__main__.py").read_text().count("    adopt=True,\n") == 2
    ast.parse((out / "program" / "__main__.py").read_text())
    assert result.stdout.strip() == (out / "RUNBOOK.md").read_text().strip()
    steps = json.loads((out / "runbook.json").read_text())["shop/orders"]
    assert [step["id"] for step in steps] == ["backup", "freeze", "take-over", "unhook", "delete"]
    assert all(step["commands"] and step["see"] and (step["back"] or step["no_way_back"]) for step in steps)
    assert "hunter2" not in result.output


def test_the_program_previews_to_the_same_objects(run: Run, write: Callable[..., Path], tmp_path: Path):
    run("migrate", write(cluster("orders")), "-o", tmp_path / "out")

    from_program = run("render", tmp_path / "out" / "program")
    from_yaml = run("render", tmp_path / "out" / "shop.orders.yaml")

    assert from_program.exit_code == 0, from_program.stderr
    assert yaml.safe_load(from_program.stdout)["spec"] == yaml.safe_load(from_yaml.stdout)["spec"]


def test_one_that_cannot_be_migrated_does_not_stop_the_others(run: Run, write: Callable[..., Path], tmp_path: Path):
    wrong = cluster("carts", engine={"type": "redis"})
    typed = cluster("wishes", sharding={"enabled": "yes"})
    nameless = {"apiVersion": API, "kind": "DatabaseCluster", "metadata": {"namespace": "shop"}, "spec": {}}

    result = run("migrate", write(wrong, typed, nameless, cluster("orders")), "-o", tmp_path / "out")

    assert result.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").glob("*.yaml")) == ["shop.orders.yaml"]
    report = (tmp_path / "out" / "REPORT.md").read_text()
    assert "1 of 4 clusters are written" in report
    assert "`spec.engine.type`: no plugin knows the engine 'redis'" in report
    assert "`spec.sharding.enabled`: this is no true or false" in report
    for text in ("redis", "true or false", "no name"):
        assert text in result.stderr
    assert "Traceback" not in result.output


def test_what_is_named_but_not_there_is_said(run: Run, write: Callable[..., Path], tmp_path: Path):
    schedule = {"name": "daily", "enabled": True, "schedule": "0 1 * * *", "backupStorageName": "mian"}
    policies = {"podSchedulingPolicyName": "apart", "monitoring": {"monitoringConfigName": "watch"}}
    spec = {"backup": {"schedules": [schedule]}, **policies}
    other = {"apiVersion": API, "kind": "BackupStorage", "metadata": {"name": "main", "namespace": "shop"}, "spec": {}}

    result = run("migrate", write(cluster("orders", **spec), other), "-o", tmp_path / "out")

    assert result.exit_code == 0
    report = (tmp_path / "out" / "REPORT.md").read_text()
    for line in (
        "`spec.backup.schedules[0].backupStorageName`: BackupStorage 'mian' is not in the input (did you mean 'main'?)",
        "`spec.podSchedulingPolicyName`: PodSchedulingPolicy 'apart' is not in the input — pods are placed",
        "`spec.monitoring.monitoringConfigName`: MonitoringConfig 'watch' is not in the input — the database is no longer",
    ):
        assert line in report
    assert result.stderr.count("[migrate.missing]") == 3


def test_a_check_writes_nothing_and_counts_what_is_lost(run: Run, write: Callable[..., Path], tmp_path: Path):
    fine = run("migrate", write(cluster("orders")), "--check")
    lost = run("migrate", write(cluster("orders", podSchedulingPolicyName="apart")), "--check")

    assert (fine.exit_code, fine.stdout) == (0, "")
    assert (lost.exit_code, lost.stdout) == (1, "")
    assert "PodSchedulingPolicy 'apart'" in lost.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["everest.yaml"]


def test_without_a_folder_the_clusters_go_to_standard_output(run: Run, write: Callable[..., Path]):
    result = run("migrate", "-", stdin=write(cluster("orders")).read_text())

    made = yaml.safe_load(result.stdout)
    assert result.exit_code == 0
    assert (made["apiVersion"], made["metadata"]["name"]) == ("everest.percona.com/v2alpha1", "orders")


def test_json_is_one_document_with_all_of_it(run: Run, write: Callable[..., Path]):
    result = run("migrate", write(cluster("orders"), cluster("carts", engine={"type": "redis"})), "--format", "json")

    data = json.loads(result.stdout)
    first, second = data["clusters"]
    assert (first["cluster"], first["file"]) == ("shop/orders", "shop.orders.yaml")
    assert first["document"]["spec"]["provider"] == "psmdb-operator"
    assert [step["id"] for step in first["runbook"]] == ["backup", "freeze", "take-over", "unhook", "delete"]
    assert second["document"] is None
    assert second["findings"][0]["code"] == "migrate.refused"


def test_a_running_cluster_without_any_is_an_error(api_server: ApiServer, run: Run, namespace: str):
    result = run("migrate", "--from-cluster", f"{namespace}/", "--kubeconfig", api_server.kubeconfig)

    assert result.exit_code == 1
    assert f"the cluster has no DatabaseCluster '{namespace}/'" in result.stderr


def test_records_of_everest_are_said(run: Run, write: Callable[..., Path]):
    spec = {"dbClusterName": "orders", "backupStorageName": "main"}
    metadata = {"name": "monday", "namespace": "shop"}
    backup = {"apiVersion": API, "kind": "DatabaseClusterBackup", "metadata": metadata, "spec": spec}
    storage = {
        "type": "s3",
        "bucket": "dumps",
        "region": "eu",
        "endpointURL": "https://x",
        "credentialsSecretName": "k",
    }
    main = {
        "apiVersion": API,
        "kind": "BackupStorage",
        "metadata": {"name": "main", "namespace": "shop"},
        "spec": storage,
    }
    restore = {"apiVersion": API, "kind": "DatabaseClusterRestore", "metadata": metadata, "status": {"state": "Restoring"},
               "spec": {"dbClusterName": "orders", "dataSource": {"dbClusterBackupName": "monday"}}}  # fmt: skip

    result = run("migrate", write(cluster("orders"), backup, restore, main), "--check")

    assert result.exit_code == 0, result.stderr
    assert "DatabaseClusterBackups: monday" in result.stderr
    assert "DatabaseClusterRestores that are not done: monday" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["-R", "--from-cluster"], "--recursive: only for files and folders"),
        (["--check", "-o", "out", "x.yaml"], "--check writes nothing"),
        (["--kubeconfig", "x", "x.yaml"], "only with --from-cluster"),
        (["--from-cluster", "orders"], "NAMESPACE/NAME"),
        (["--ready-to-delete", "orders"], "NAMESPACE/NAME"),
        (["--ready-to-delete", "shop/"], "NAMESPACE/NAME"),
        (["--ready-to-delete", "shop/orders", "x.yaml"], "takes no PATH"),
    ],
)
def test_wrong_use_is_said(arguments: list[str], text: str, run: Run):
    result = run("migrate", *arguments)

    assert result.exit_code == 2
    assert text in result.stderr


def test_an_input_without_clusters_is_an_error(run: Run, write: Callable[..., Path], tmp_path: Path):
    result = run("migrate", write(SECRET), "-o", tmp_path / "out")

    assert result.exit_code == 1
    assert "has no DatabaseCluster of everest.percona.com/v1alpha1" in result.stderr
    assert not (tmp_path / "out").exists()
