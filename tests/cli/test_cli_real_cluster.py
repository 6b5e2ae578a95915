"""`everest status` and `everest preview --against cluster` on a real API server, with the operators' own definitions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.fixtures import InstallCrds

Run = Callable[..., Result]
OPERATORS = {
    "psmdb": "percona-server-mongodb-operator",
    "pxc": "percona-xtradb-cluster-operator",
    "pg": "percona-postgresql-operator",
}
VERSIONS = {"psmdb": ("1.22.0", "1.21.1"), "pxc": ("1.20.0", "1.19.0"), "pg": ("3.0.0", "2.9.0")}
FAILED: dict[str, tuple[dict[str, Any], str]] = {
    "psmdb": ({"state": "error", "message": "no such class", "size": 3, "ready": 0}, "no such class"),
    "pxc": ({"state": "error", "message": ["no such class", "twice"]}, "no such class; twice"),
    "pg": (
        {
            "state": "initializing",
            "conditions": [
                {
                    "type": "PGBackRestReplicaRepoReady", "status": "False", "reason": "StanzaNotCreated",
                    "message": "pgBackRest replica repo is not ready", "lastTransitionTime": "2026-01-01T00:00:00Z",
                }
            ],
        },
        "pgBackRest replica repo is not ready",
    ),
}  # fmt: skip


def operator(plugin: str, namespace: str, version: str) -> dict[str, Any]:
    """The operator as its chart installs it: for one namespace, its own."""
    own = {"name": "WATCH_NAMESPACE", "value": namespace}
    container = {"name": "operator", "image": f"percona/{OPERATORS[plugin]}:{version}", "env": [own]}
    labels = {"app": plugin}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"{plugin}-operator", "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


@pytest.mark.parametrize("plugin", sorted(OPERATORS))
def test_a_database_from_nothing_to_ready(
    run: Run,
    api_server: ApiServer,
    install_crds: InstallCrds,
    shared: Path,
    namespace: str,
    tmp_path: Path,
    plugin: str,
) -> None:
    live, (version, older) = api_server.live, VERSIONS[plugin]
    install_crds(shared / "crds" / plugin / version)
    spec = {"provider": f"{plugin}-operator"}
    metadata = {"name": "orders", "namespace": namespace}
    cluster = {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseCluster",
        "metadata": metadata,
        "spec": spec,
    }
    file = tmp_path / "cluster.yaml"
    file.write_text(yaml.safe_dump(cluster))

    def status(*more: str) -> tuple[dict[str, Any], list[str], int]:
        result = run("status", file, "--kubeconfig", api_server.kubeconfig, "--format", "json", *more)
        data = json.loads(result.stdout)
        [database] = data["databases"]
        return database, [entry["code"] for entry in data["findings"]], result.exit_code

    def changes() -> list[str]:
        result = run("preview", file, "--against", "cluster", "--kubeconfig", api_server.kubeconfig, "--format", "json")
        return [entry["change"] for entry in json.loads(result.stdout)["differences"]]

    database, _, code = status()
    assert (database["exists"], database["ready"], code) == (False, False, 0)
    assert changes() == ["created"]

    # An operator of the namespace, which is too old, and of which no pod runs.
    deployment = operator(plugin, namespace, older)
    live.create(deployment)
    assert set(status()[1]) == {"operator.not-running", "operator.older"}
    counts = {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1}
    live.merge({**deployment, "status": counts}, status=True)
    assert status()[1] == ["operator.older"]
    live.apply(operator(plugin, namespace, version), "helm", force=True)
    assert status()[1] == []

    main = yaml.safe_load(run("render", file).stdout)
    live.create(main)
    assert changes() == ["same"]
    database, found, code = status("--strict")
    assert (database["exists"], database["state"], database["ready"], found, code) == (True, None, False, [], 1)

    head = {key: main[key] for key in ("apiVersion", "kind")} | {"metadata": metadata}
    state, message = FAILED[plugin]
    live.merge({**head, "status": state}, status=True)
    database, _, code = status()
    assert (database["state"], database["message"]) == (state["state"], message)
    assert (database["failed"], code) == ((None, 0) if plugin == "pg" else (True, 1))

    ready = {"state": "ready", "observedGeneration": 1, "message": None, "conditions": None}
    live.merge({**head, "status": ready}, status=True)
    database, _, code = status("--wait", "20")
    assert (database["ready"], database["message"], code) == (True, None, 0)
    assert changes() == ["same"]
