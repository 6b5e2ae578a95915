"""Kinds of clusters: alike in all that decides what their objects consist of."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.core.merging import copied
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.cluster_kinds import ClusterKinds
from pulumi_everest.emit.objects import emit
from pulumi_everest.emit.patch import patched
from pulumi_everest.emit.templates.template import Template
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

Spec = dict[str, Any]
SPACE = Workspace(Plugins())
STORAGE = {"name": "s", "type": "s3", "bucket": "b", "region": "r", "credentialsSecret": "c"}
SPEC: Spec = {
    "provider": "psmdb-operator",
    "usersSecret": "users",
    "instances": {
        "engine": {"replicas": 3, "storage": {"size": "10Gi"}, "overrides": {"priorityClassName": "low"}},
        "backupAgent": {},
    },
    "backup": {"storages": [STORAGE]},
}


def kind(kinds: ClusterKinds, patch: Spec, name: str = "orders", **metadata: Any) -> Any:
    spec = copied(SPEC)
    patched(spec, patch)
    cluster = ClusterInput({"name": name, "namespace": "apps", **metadata}, spec)
    resolved, setup, found = SPACE.check(cluster)
    assert resolved is not None, found
    assert setup is not None
    assert setup.plugin is not None
    template = setup.plugin.template
    return kinds.of(resolved, lambda other: emit(other, template), emit(resolved, template))


def engine(**fields: Any) -> Spec:
    return {"instances": {"engine": fields}}


def storage(**fields: Any) -> Spec:
    return {"backup": {"storages": [{**STORAGE, **fields}]}}


@pytest.mark.parametrize(
    "patch",
    [
        engine(storage={"size": "20Gi"}),
        engine(overrides={"priorityClassName": "high"}),
        storage(bucket="other"),
        # It goes through an expression, and is handed on by that.
        {"usersSecret": "others"},
        storage(credentialsSecret="other"),
    ],
)
def test_what_is_passed_on_makes_no_other_kind(patch: Spec) -> None:
    kinds = ClusterKinds()
    assert kind(kinds, patch, "another") == kind(kinds, {})


@pytest.mark.parametrize(
    "patch",
    [
        engine(replicas=1),
        engine(overrides={"size": 4}),
        engine(overrides={"priorityClassName": None}),
        {"operatorVersion": "1.21.2"},
        {"paused": True},
        {"usersSecret": None},
        storage(type="gcs"),
        storage(name="other"),
        {"backup": {"storages": [STORAGE, {**STORAGE, "name": "t"}]}},
    ],
)  # fmt: skip
def test_what_decides_makes_another_one(patch: Spec) -> None:
    kinds = ClusterKinds()
    assert kind(kinds, patch) != kind(kinds, {})


def test_so_do_metadata_other_than_the_name() -> None:
    kinds = ClusterKinds()
    assert kind(kinds, {}, labels={"a": "b"}) != kind(kinds, {})


TEXT = """\
objects:
  - name: thing
    main: true
    object:
      apiVersion: example.com/v1
      kind: Thing
      metadata: {name: "${metadata.name}"}
      spec:
        users: "${spec.usersSecret == 'none' ? 'nobody' : spec.usersSecret}"
"""


@pytest.mark.parametrize("order", [("a", "none", "b"), ("none", "a", "b")])
def test_a_value_that_is_not_handed_on_as_others_are_makes_another_kind(order: tuple[str, ...]) -> None:
    [document], _ = read_yaml(TEXT.encode(), "resources.yaml", lambda _version, _kind: ANY)
    template, kinds = Template.parse(document), ClusterKinds()

    def of(users: str) -> Any:
        one = Resolved({"name": "orders"}, {"usersSecret": users, "instances": {}}, {})
        return kinds.of(one, lambda other: emit(other, template), emit(one, template))

    found = {users: of(users) for users in order}
    assert found["none"] != found["a"]
    assert found["none"] != found["b"]
