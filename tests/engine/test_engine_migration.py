"""A database of Everest's first API with the real engine: the program that is written takes it over as it is."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from pulumi_engine import Stack

from pulumi_everest.cli.main import everest
from pulumi_everest.testing.apiserver import ApiServer

API = "everest.percona.com/v1alpha1"
MAIN = {
    "pxc": ("pxc.percona.com/v1", "PerconaXtraDBCluster", "8.0.41-32.1"),
    "psmdb": ("psmdb.percona.com/v1", "PerconaServerMongoDB", "8.0.12-4"),
    "postgresql": ("pgv2.percona.com/v2", "PerconaPGCluster", "17.7"),
}


def run(*arguments: str) -> str:
    result = CliRunner().invoke(everest, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def everests(operators: ApiServer, shared: Any) -> ApiServer:
    """The API server with the definitions of Everest's first API besides."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in sorted((shared / "crds" / "everest-operator" / "main").glob("*.yaml")):
        operators.install_crds([entry for entry in yaml.load_all(file.read_text(), loader) if entry])
    return operators


@pytest.mark.parametrize("technology", MAIN)
def test_a_database_of_everest_is_taken_over_as_it_is(
    technology: str, stack: Stack, everests: ApiServer, namespace: str, tmp_path: Any
) -> None:
    live, (version, kind, release) = everests.live, MAIN[technology]
    metadata = {"name": "orders", "namespace": namespace}
    storage = {"type": "s3", "bucket": "dumps", "region": "eu", "endpointURL": "https://s3.example.com",
               "credentialsSecretName": "keys"}  # fmt: skip
    schedule = {
        "name": "daily",
        "enabled": True,
        "schedule": "0 1 * * *",
        "backupStorageName": "main",
        "retentionCopies": 3,
    }
    spec = {"engine": {"type": technology, "version": release, "replicas": 3, "storage": {"size": "1Gi"}},
            "backup": {"schedules": [schedule]}}  # fmt: skip
    live.create({"apiVersion": API, "kind": "DatabaseCluster", "metadata": metadata, "spec": spec})
    live.create({"apiVersion": API, "kind": "BackupStorage", "metadata": {**metadata, "name": "main"}, "spec": storage})
    where = ["--from-cluster", f"{namespace}/orders", "--kubeconfig", str(everests.kubeconfig)]
    run("migrate", *where, "-o", str(tmp_path / "first"))
    made = yaml.safe_load(run("render", str(tmp_path / "first" / f"{namespace}.orders.yaml")))
    live.create(made)
    before = live.get(version, kind, "orders", namespace)
    assert before is not None

    run("migrate", *where, "-o", str(tmp_path / "moved"))
    program = (tmp_path / "moved" / "program" / "__main__.py").read_text()
    stack.write(program)
    preview, up = stack.preview(), stack.up()

    assert preview.code == 0, preview.text
    assert up.code == 0, up.text
    assert ("import", "orders") in up.steps(kind)
    after = live.get(version, kind, "orders", namespace)
    assert after is not None
    assert after["spec"] == before["spec"]
    assert {key: after["metadata"].get(key) for key in ("uid", "generation", "finalizers")} == {
        key: before["metadata"].get(key) for key in ("uid", "generation", "finalizers")
    }
    assert stack.up().only_same
