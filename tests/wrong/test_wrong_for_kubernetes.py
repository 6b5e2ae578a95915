"""What is Kubernetes' own in a cluster: the same mistakes are found here and refused by an API server, and no others."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from test_wrong_inputs import cases
from test_wrong_on_server import refusal

from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.model.findings import path_text
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.workspace.workspace import Workspace, shape_for

ROWS = cases("kubernetes.yaml")
PARTS = {
    "labels": ("metadata", "labels"),
    "annotations": ("metadata", "annotations"),
    "scheduling": ("spec", "instances", "engine", "scheduling"),
    "service": ("spec", "instances", "engine", "expose", "annotations"),
}
"""Where a part stands in a cluster."""


def cluster_of(row: dict[str, Any]) -> dict[str, Any]:
    cluster: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": "DatabaseCluster",
        "metadata": {"name": "orders"},
        "spec": {"provider": "psmdb-operator"},
    }
    for part, path in PARTS.items():
        node = cluster
        for key in path[:-1] if part in row else ():
            node = node.setdefault(key, {})
        if part in row:
            node[path[-1]] = row[part]
    return cluster


def object_of(row: dict[str, Any]) -> dict[str, Any]:
    """The Pod, or Service, that has what the cluster has."""
    metadata = {"name": "orders", "namespace": "default"}
    if "service" in row:
        ports = {"ports": [{"port": 1}]}
        return {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {**metadata, "annotations": row["service"]},
            "spec": ports,
        }
    metadata |= {key: row[key] for key in ("labels", "annotations") if key in row}
    containers = {"containers": [{"name": "a", "image": "a"}], "automountServiceAccountToken": False}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {**containers, **row.get("scheduling", {})},
    }


@pytest.mark.parametrize("row", ROWS)
def test_a_mistake_in_what_is_kubernetes_own_is_found_where_it_stands(row: dict[str, Any]) -> None:
    text = yaml.safe_dump(cluster_of(row), sort_keys=False)
    documents, found = read_yaml(text, "input.yaml", shape_for)
    found += Workspace(Plugins(), documents).plan().findings
    prefixes = [path for part, path in PARTS.items() if part in row]

    errors = [entry for entry in found if entry.is_error]
    expected = [[part.strip() for part in line.split("|")] for line in row["found"]]
    got = {
        path_text(entry.path[len(path) :]): entry
        for entry in errors
        for path in prefixes
        if entry.path[: len(path)] == path
    }
    assert sorted((entry.code, path) for path, entry in got.items()) == sorted((line[0], line[1]) for line in expected)
    assert len(errors) == len(expected), [f"{e.code} {path_text(e.path)} {e.message}" for e in errors]
    for _, path, *texts in expected:
        for said in texts:
            assert said in f"{got[path].message}; {got[path].hint}"


@pytest.mark.parametrize("row", ROWS)
def test_an_api_server_refuses_the_same_of_a_pod(row: dict[str, Any], api_server: ApiServer) -> None:
    refused = refusal(api_server.live, object_of(row))

    assert (refused is not None) == bool(row["found"]), refused
