"""Which values of a cluster's objects follow what the user says."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.model.findings import path_text
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.explain.own_values import own_values
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

STORAGE = "spec.replsets[0].volumeSpec.persistentVolumeClaim.resources.requests.storage"
IMAGE, SIZE = "spec.image", "spec.replsets[0].size"


def own(spec: dict[str, Any], **metadata: Any) -> set[str]:
    """The paths in the main object of a MongoDB cluster."""
    workspace = Workspace(Plugins())
    workspace.clusters.append(
        ClusterInput({"name": "orders", "namespace": "shop", **metadata}, {"provider": "psmdb-operator", **spec})
    )
    planned = workspace.plan()
    assert planned.findings == []
    [plan] = planned.clusters
    return {path_text(path) for path in own_values(plan)[0]}


@pytest.mark.parametrize(
    ("spec", "paths"),
    [
        ({}, set()),
        ({"instances": {"engine": {}}}, set()),
        ({"instances": {"engine": {"replicas": 5}}}, {SIZE}),
        ({"instances": {"engine": {"storage": {"size": "7Gi"}}}}, {STORAGE}),
        ({"instances": {"engine": {"version": "8.0.8-3"}}}, {IMAGE}),
        ({"components": {"versions": {"mongod": {"version": "8.0.8-3"}}}}, {IMAGE}),
        ({"preset": "medium"}, set()),
        ({"overrides": {"pause": True}}, {"spec.pause"}),
        ({"topology": {"type": "sharded"}}, set()),
        ({"instances": {"engine": {"engineConfig": "storage: {}"}}}, {"spec.replsets[0].configuration"}),
    ],
    ids=str,
)
def test_values_follow_what_the_cluster_says_and_no_default(spec: dict[str, Any], paths: set[str]) -> None:
    assert own(spec) == paths


def test_a_value_that_decides_what_there_is_counts_where_it_shows() -> None:
    """How many shards there are cannot be unknown; the replicas of each are said beside it."""
    spec = {
        "topology": {"type": "sharded", "config": {"shards": 2}},
        "instances": {"engine": {"replicas": 5}},
    }
    assert own(spec) == {SIZE, "spec.replsets[1].size"}


def test_labels_are_the_users_and_the_name_is_not() -> None:
    assert own({}, labels={"team": "shop"}) == {"metadata.labels.team"}
