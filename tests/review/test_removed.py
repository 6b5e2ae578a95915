"""What becomes of the data of a cluster that is gone is said, for programs and for YAML, whatever its policies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_everest.review.comparison.impacts import compare_clusters
from pulumi_everest.review.comparison.removed import removed
from pulumi_everest.review.inputs.gather import Gathered, gather
from pulumi_everest.review.inputs.paths import read_inputs
from pulumi_everest.review.options import Options

CLUSTER: dict[str, Any] = {
    "apiVersion": "everest.percona.com/v2alpha1",
    "kind": "DatabaseCluster",
    "metadata": {"name": "orders", "namespace": "apps"},
    "spec": {"provider": "psmdb-operator"},
}


def of_documents(folder: Path, *clusters: dict[str, Any]) -> Gathered:
    folder.mkdir()
    other = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}
    (folder / "all.yaml").write_text(yaml.safe_dump_all([*clusters, other]))
    return checked(gather(read_inputs([str(folder)]), Options()))


def of_program(folder: Path, text: str) -> Gathered:
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "__main__.py").write_text(f"import pulumi\nimport pulumi_everest as everest\n{text}\n")
    return checked(gather(read_inputs([str(folder)]), Options()))


def checked(gathered: Gathered) -> Gathered:
    assert not gathered.has_errors, gathered.findings
    return gathered


def said(before: Gathered, after: Gathered) -> list[str]:
    found = list(removed(before.known_clusters, after.known_clusters))
    assert all(entry.code == "change.removed" and not entry.is_error for entry in found)
    return [entry.message for entry in found]


def made(resource: str, **options: Any) -> str:
    given = "".join(f", {key}={value!r}" for key, value in options.items())
    return f"everest.DatabaseCluster({resource!r}, provider='psmdb-operator'{given})"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "orders is no longer there: pulumi up refuses that, since its objects are protected"),
        ({"deletion_policy": "retain"}, "orders is no longer there: its objects are left alone and go on running"),
        (
            {"deletion_policy": "delete"},
            "orders is no longer there: its objects are deleted; its volumes stay (volume policy keep)",
        ),
        (
            {"deletion_policy": "delete", "volume_policy": "delete"},
            "orders is no longer there: its objects are deleted; its volumes, and with them all its data, are deleted "
            "too (volume policy delete)",
        ),
        (
            {"deletion_policy": "delete", "finalizers": ["example.com/mine"]},
            "orders is no longer there: its objects are deleted; its own finalizers decide what becomes of the volumes",
        ),
    ],
)
def test_what_a_program_leaves_out(tmp_path: Path, options: dict[str, Any], text: str) -> None:
    assert said(of_program(tmp_path / "a", made("orders", **options)), of_program(tmp_path / "b", "")) == [text]


def test_what_documents_leave_out(tmp_path: Path) -> None:
    (text,) = said(of_documents(tmp_path / "a", CLUSTER), of_documents(tmp_path / "b"))
    assert text == (
        "orders is no longer there: whoever applies these objects deletes those of it, if they remove what is left out; "
        "its volumes stay (volume policy keep)"
    )


def test_another_name_is_another_database(tmp_path: Path) -> None:
    sales = {**CLUSTER, "metadata": {"name": "sales", "namespace": "apps"}}
    (text,) = said(of_documents(tmp_path / "a", CLUSTER), of_documents(tmp_path / "b", sales))
    assert text.endswith("sales, with the same settings, is a new and empty database")
    before, after = of_program(tmp_path / "c", made("orders")), of_program(tmp_path / "d", made("sales"))
    (text,) = said(before, after)
    assert text.endswith("sales, with the same settings, is a new and empty database")


def test_one_that_is_only_moved_or_changed_is_not_gone(tmp_path: Path) -> None:
    moved = {**CLUSTER, "metadata": {"name": "orders", "namespace": "other"}}
    assert said(of_documents(tmp_path / "a", CLUSTER), of_documents(tmp_path / "b", moved)) == []
    before, after = of_program(tmp_path / "c", made("orders")), of_program(tmp_path / "d", made("orders", name="sales"))
    assert said(before, after) == []


TWO = """
import pulumi_kubernetes as k8s
for place in {places}:
    there = pulumi.ResourceOptions(provider=k8s.Provider(place, kubeconfig="{{}}"))
    everest.DatabaseCluster(f"orders-{{place}}", name="orders", namespace="apps", provider="psmdb-operator",
                            instances={{"engine": {{"replicas": {replicas}[place]}}}}, opts=there)
"""


def test_clusters_of_one_name_in_two_kubernetes_clusters_are_two(tmp_path: Path) -> None:
    replicas = {"east": 3, "west": 5}
    before = of_program(tmp_path / "a", TWO.format(places=["east", "west"], replicas=replicas))
    assert {item.kubernetes for item in before.items} == {"east", "west"}
    changed = of_program(tmp_path / "b", TWO.format(places=["west", "east"], replicas={"east": 3, "west": 7}))
    compared = compare_clusters(before.known_clusters, changed.known_clusters)
    assert {entry.cluster.resource: [c.path for c in entry.changes.changes] for entry in compared} == {
        "orders-west": [("instances", "engine", "replicas")],
        "orders-east": [],
    }
    less = of_program(tmp_path / "c", TWO.format(places=["west"], replicas=replicas))
    assert len(said(before, less)) == 1
    assert [entry.changes.changes for entry in compare_clusters(before.known_clusters, less.known_clusters)] == [[]]


def test_each_of_one_name_is_said(tmp_path: Path) -> None:
    def of(folder: str, *namespaces: str) -> Gathered:
        clusters = [{**CLUSTER, "metadata": {"name": "orders", "namespace": name}} for name in namespaces]
        return of_documents(tmp_path / folder, *clusters)

    assert len(said(of("before", "a", "b", "c"), of("after", "b"))) == 2
