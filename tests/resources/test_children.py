"""The children of a cluster: their names, and what the options of the component do for them."""

from __future__ import annotations

import json
import shutil

import pulumi
import pulumi_kubernetes as k8s
import pytest
from mocked_run import CLUSTER, TOYDB, run

from pulumi_everest import DatabaseCluster, Provider
from pulumi_everest.model.findings import path_text

TOY = "toydb-operator"
STORAGE = {
    "name": "main",
    "type": "s3",
    "bucket": "b",
    "credentials": {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key"},
}
FULL = {
    "provider": TOY,
    "namespace": "db",
    "users": {"ROOT_PASSWORD": "pw"},
    "instances": {"backupAgent": {}},
    "backup": {"storages": [STORAGE, {**STORAGE, "name": "second"}]},
}


def cluster(arguments=None, opts=None, preview=True):
    result = run(
        lambda: DatabaseCluster("orders", {**FULL, **(arguments or {})}, opts and opts()) and None, preview=preview
    )
    assert result.error is None, result.error
    return result


def test_children_are_named_after_the_cluster_and_objects_after_its_name():
    result = cluster({"name": "shop"})
    assert {(e.type, e.name, e.inputs["metadata"]["name"]) for e in result.objects} == {
        ("kubernetes:core/v1:Secret", "orders-secrets", "shop-secrets"),
        ("kubernetes:core/v1:Secret", "orders-backup-main", "shop-backup-main"),
        ("kubernetes:core/v1:Secret", "orders-backup-second", "shop-backup-second"),
        ("kubernetes:toy.example.com/v1:ToyDB", "orders", "shop"),
    }
    assert all(entry.request.parent.endswith("everest:index:DatabaseCluster::orders") for entry in result.objects)
    assert {entry.inputs["metadata"]["namespace"] for entry in result.objects} == {"db"}


def test_the_main_object_comes_after_its_secrets():
    urns = cluster().main.request.dependencies
    assert [urn.split("::")[-1] for urn in sorted(urns)] == [
        "orders-backup-main",
        "orders-backup-second",
        "orders-secrets",
    ]


@pytest.mark.parametrize(
    ("policy", "protect", "retain", "retain_others"),
    [
        (None, True, True, True),
        ("protect", True, True, True),
        ("retain", False, True, True),
        ("delete", False, False, False),
    ],
)
def test_deletion_policy(policy, protect, retain, retain_others):
    result = cluster({"deletion_policy": policy})
    request = result.main.request
    assert request.protect is protect
    assert request.retainOnDelete is retain
    for entry in result.objects[:-1]:
        assert entry.request.protect is False
        assert entry.request.retainOnDelete is retain_others


@pytest.mark.parametrize(
    ("policy", "finalizers"), [(None, None), ("keep", None), ("delete", ["toy.example.com/delete-volumes"])]
)
def test_volume_policy(policy, finalizers):
    assert cluster({"volume_policy": policy}).main.inputs["metadata"].get("finalizers") == finalizers


@pytest.mark.parametrize("policy", ["keep", "delete"])
def test_finalizers_win_over_the_volume_policy(policy):
    for given in (["a.example.com/b"], []):
        metadata = cluster({"finalizers": given, "volume_policy": policy}).main.inputs["metadata"]
        assert metadata.get("finalizers", []) == given


@pytest.mark.parametrize("adopt", [None, False, True])
def test_adopt(adopt):
    result = cluster({"adopt": adopt, "name": "shop"})
    assert result.main.request.importId == ("db/shop" if adopt else "")
    assert result.main.request.protect
    assert result.main.request.retainOnDelete
    assert all(entry.request.importId == "" for entry in result.objects[:-1])
    assert all(entry.request.retainOnDelete for entry in result.objects[:-1])


@pytest.mark.parametrize(
    ("arguments", "code", "path"),
    [
        (lambda: {"namespace": None}, "field.missing", "namespace"),
        (lambda: {"namespace": pulumi.Output.from_input(pulumi.UNKNOWN)}, "value.not-known", "namespace"),
        (lambda: {"deletion_policy": "delete"}, "field.conflict", "deletion_policy"),
        (lambda: {"adopt": "yes"}, "field.type", "adopt"),
    ],
    ids=["no namespace", "a namespace that is not known", "a policy", "no truth value"],
)
def test_an_adoption_that_cannot_be_is_refused(arguments, code, path):
    result = run(lambda: DatabaseCluster("orders", {**FULL, "adopt": True, **arguments()}) and None)
    assert (code, path) in [(entry.code, path_text(entry.path)) for entry in result.error.findings]
    assert result.objects == []


@pytest.mark.parametrize(
    ("wait_for", "annotation"),
    [
        (None, None),
        (False, None),
        (True, "jsonpath={.status.state}=ready"),
        ("condition=Ready", "condition=Ready"),
        ('["condition=A", "jsonpath={.x}=y"]', '["condition=A", "jsonpath={.x}=y"]'),
    ],
)
def test_wait_for(wait_for, annotation):
    result = cluster({"wait_for": wait_for, "annotations": {"a": "b"}})
    expected = {"a": "b"} | ({"pulumi.com/waitFor": annotation} if annotation else {})
    assert result.main.inputs["metadata"]["annotations"] == expected
    # The Secrets are not waited for.
    assert all("pulumi.com/waitFor" not in e.inputs["metadata"]["annotations"] for e in result.objects[:-1])


def test_former_api_versions_are_aliases():
    aliases = [alias.spec.type for alias in cluster().main.request.aliases]
    assert aliases == ["kubernetes:toy.example.com/v1alpha1:ToyDB"]


def test_what_the_operator_writes_and_what_the_user_says_is_ignored():
    result = cluster(opts=lambda: pulumi.ResourceOptions(ignore_changes=["spec.paused"]))
    assert list(result.main.request.ignoreChanges) == ["spec.generation", "spec.items", "spec.paused"]
    component = next(e for e in result.resources if e.type == "everest:index:DatabaseCluster")
    assert list(component.request.ignoreChanges) == []


def test_outputs():
    def program():
        cluster = DatabaseCluster("orders", {**FULL, "name": "shop"})
        names = ("name", "namespace", "host", "port", "connection_secret_name", "versions", "images", "objects")
        return {name: getattr(cluster, name) for name in names}

    assert run(program).values == {
        "name": "shop",
        "namespace": "db",
        "host": "shop-engine.db.svc.cluster.local",
        "port": 4321,
        "connection_secret_name": "shop-secrets",
        "versions": {"engine": "1.0.2", "backupAgent": "3.0.0"},
        "images": {"engine": "toy/toyd:1.0.2", "backupAgent": "toy/backup:3.0.0"},
        "objects": [
            {"kind": "Secret", "name": "shop-secrets"},
            {"kind": "Secret", "name": "shop-backup-main"},
            {"kind": "Secret", "name": "shop-backup-second"},
            {"kind": "ToyDB", "name": "shop"},
        ],
    }


def test_without_a_namespace_the_kubernetes_provider_chooses_it():
    def program():
        cluster = DatabaseCluster("orders", provider=TOY)
        return {"namespace": cluster.namespace, "host": cluster.host}

    result = run(program)
    assert "namespace" not in result.main.inputs["metadata"]
    assert result.values == {"namespace": "default", "host": "orders-engine.default.svc.cluster.local"}


def test_whoever_uses_an_output_waits_for_the_objects_of_the_cluster():
    def program():
        cluster = DatabaseCluster("orders", FULL)
        k8s.core.v1.ConfigMap("app", data={"host": cluster.host})

    request = run(program).one("ConfigMap").request
    assert any(urn.endswith("ToyDB::orders") for urn in request.dependencies)


def test_a_preview_and_an_update_ask_for_the_same():
    asked = [{e.name: (e.type, e.inputs) for e in cluster(preview=preview).objects} for preview in (True, False)]
    assert asked[0] == asked[1]


def test_a_provider_without_a_controller_has_no_children():
    result = run(lambda: Provider("toy", database_cluster_definition=TOY) and None)
    assert [(entry.type, entry.name) for entry in result.resources] == [("everest:index:DatabaseProvider", "toy")]


@pytest.mark.parametrize(("allow", "kept"), [(None, None), (["downgrade"], ["downgrade"])])
def test_allow(allow, kept):
    result = run(lambda: DatabaseCluster("orders", provider="toydb-operator", allow=allow) and None)
    assert result.error is None
    component = next(entry for entry in result.resources if entry.type == CLUSTER)
    assert component.inputs.get("allow") == kept


@pytest.mark.parametrize("wait_for", [True, None])
def test_what_to_wait_for_that_takes_more_than_it_may_to_fill_in_is_a_finding(tmp_path, wait_for):
    folder = tmp_path / "toydb"
    shutil.copytree(TOYDB, folder)
    manifest = folder / "plugin.yaml"
    endless = "${range(10000).map(a, range(10000)).size() > 0 ? 'state' : 'status'}"
    text = manifest.read_text()
    manifest.write_text(
        text.replace("jsonpath={.status.state}", f'"jsonpath={{.status.{endless}}}').replace("=ready", '=ready"', 1)
    )

    result = run(
        lambda: DatabaseCluster("orders", provider=TOY, wait_for=wait_for) and None,
        config={"everest:plugins": json.dumps([str(folder)])},
    )

    text = str(result.error or "")
    assert ("what the plugin says to wait for cannot be filled in: it takes too much work" in text) is (
        wait_for is True
    )
