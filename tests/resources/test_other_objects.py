"""The objects of a plugin beside the main one: what resources they become, in which order, and with which options."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pulumi_kubernetes as k8s
import pytest
import yaml
from mocked_run import Result, run

from pulumi_everest import DatabaseCluster

SHELFDB = Path(__file__).parents[1] / "plugins" / "shelfdb"
SHELF = {"provider": "shelf-operator", "namespace": "db", "users": {"OWNER_PASSWORD": "pw"}}
SPLIT = {**SHELF, "topology": {"type": "split"}}


def shelf(arguments=None, *, folder=SHELFDB, preview=True, opts=None) -> Result:
    result = run(
        lambda: DatabaseCluster("orders", {**SPLIT, **(arguments or {})}, opts) and None,
        preview=preview,
        config={"everest:plugins": json.dumps([str(folder)])},
    )
    assert result.error is None, result.error
    return result


def named(result: Result, name: str):
    [found] = [entry for entry in result.objects if entry.name == name]
    return found


def changed(tmp_path: Path, change, file: str = "resources.yaml") -> Path:
    """A copy of the plugin with another template."""
    folder = tmp_path / "shelfdb"
    shutil.copytree(SHELFDB, folder)
    data = yaml.safe_load((folder / file).read_text())
    change(data)
    (folder / file).write_text(yaml.safe_dump(data, sort_keys=False))
    return folder


def entry(data, name):
    return next(one for one in data["objects"] if one["name"] == name)


def test_kinds_of_kubernetes_become_its_typed_resources_and_others_what_their_fields_say():
    found = {(one.type, one.name): one.inputs for one in shelf().objects}
    assert {key: sorted(set(inputs) - {"apiVersion", "kind", "metadata"}) for key, inputs in found.items()} == {
        ("kubernetes:core/v1:Secret", "orders-users"): ["stringData", "type"],
        ("kubernetes:core/v1:ConfigMap", "orders-settings"): ["data"],
        ("kubernetes:core/v1:ServiceAccount", "orders-shelf"): ["automountServiceAccountToken"],
        ("kubernetes:rbac.authorization.k8s.io/v1:Role", "orders-shelf"): ["rules"],
        ("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "orders-shelf"): ["roleRef", "subjects"],
        ("kubernetes:scheduling.k8s.io/v1:PriorityClass", "orders-priority"): ["value"],
        ("kubernetes:core/v1:Service", "orders-service"): ["spec"],
        ("kubernetes:library.example.com/v1:ShelfPolicy", "orders-policy"): ["rules", "spec"],
        ("kubernetes:library.example.com/v1:ShelfPool", "orders-keeper"): ["spec"],
        ("kubernetes:library.example.com/v1:ShelfPool", "orders-engine"): ["spec"],
        ("kubernetes:library.example.com/v1:Shelf", "orders"): ["spec"],
    }
    assert found["kubernetes:library.example.com/v1:ShelfPolicy", "orders-policy"]["rules"] == [
        {"role": "owner", "verbs": ["read", "write"]}
    ]
    assert found["kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "orders-shelf"]["roleRef"] == {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "Role",
        "name": "orders-shelf",
    }


def test_a_transform_meets_the_classes_of_the_kubernetes_package():
    import pulumi

    seen = {}

    def look(args):
        seen[args.name, args.type_.rpartition(":")[2]] = type(args.resource)

    shelf(opts=pulumi.ResourceOptions(transformations=[look]))
    assert seen["orders-settings", "ConfigMap"] is k8s.core.v1.ConfigMap
    assert seen["orders-shelf", "Role"] is k8s.rbac.v1.Role
    assert issubclass(seen["orders-policy", "ShelfPolicy"], k8s.apiextensions.CustomResource)


def test_what_belongs_to_no_namespace_gets_none():
    for one in shelf().objects:
        expected = None if one.inputs["kind"] == "PriorityClass" else "db"
        assert one.inputs["metadata"].get("namespace") == expected, one.name


def test_a_plugin_says_that_its_own_kind_belongs_to_no_namespace(tmp_path):
    folder = changed(tmp_path, lambda data: entry(data, "policy").update(scope="Cluster"))
    assert "namespace" not in named(shelf(folder=folder), "orders-policy").inputs["metadata"]


@pytest.mark.parametrize(
    ("policy", "of_data", "of_others"),
    [
        ("protect", (True, True), (False, True)),
        ("retain", (False, True), (False, True)),
        ("delete", (False, False), (False, False)),
    ],
)
def test_what_keeps_data_is_protected_as_the_main_object_is(policy, of_data, of_others):
    result = shelf({"deletion_policy": policy})
    for one in result.objects:
        expected = of_data if one.inputs["kind"] in ("Shelf", "ShelfPool") else of_others
        assert (one.request.protect, one.request.retainOnDelete) == expected, one.name


def before(result: Result, one) -> set[str]:
    return {urn.rpartition("::")[2] for urn in one.request.dependencies}


def test_objects_come_after_those_that_the_template_names_and_the_main_one_after_all():
    result = shelf()
    assert before(result, named(result, "orders-engine")) == {"orders-keeper"}
    [binding] = [one for one in result.objects if one.inputs["kind"] == "RoleBinding"]
    assert before(result, binding) == {"orders-shelf"}
    assert before(result, named(result, "orders")) == {one.name for one in result.objects} - {"orders"}


def test_an_object_may_come_after_the_main_one(tmp_path):
    folder = changed(tmp_path, lambda data: entry(data, "policy").update(after=["cluster"]))
    result = shelf(folder=folder)
    assert before(result, named(result, "orders-policy")) == {"orders"}
    assert "orders-policy" not in before(result, named(result, "orders"))


def former(one) -> set[str]:
    return {alias.spec.type for alias in one.request.aliases}


@pytest.mark.parametrize(("operator", "version", "other"), [("1.0.0", "v1beta1", "v1"), ("2.0.0", "v1", "v1beta1")])
def test_each_object_has_an_alias_for_the_api_version_of_other_operator_versions(operator, version, other):
    result = shelf({"operator_version": operator})
    for name, kind in (("orders", "Shelf"), ("orders-engine", "ShelfPool"), ("orders-keeper", "ShelfPool")):
        one = named(result, name)
        assert one.type == f"kubernetes:library.example.com/{version}:{kind}"
        assert former(one) == {f"kubernetes:library.example.com/{other}:{kind}"}
    assert former(named(result, "orders-policy")) == former(named(result, "orders-settings")) == set()


def test_api_versions_that_no_operator_has_any_more_are_named_by_the_template(tmp_path):
    folder = changed(tmp_path, lambda data: entry(data, "pool").update(formerTypes=["library.example.com/v1alpha1"]))
    assert former(named(shelf(folder=folder), "orders-engine")) == {
        "kubernetes:library.example.com/v1beta1:ShelfPool",
        "kubernetes:library.example.com/v1alpha1:ShelfPool",
    }


def test_two_templates_of_one_kind_for_different_operators_are_aliases_of_each_other(tmp_path):
    def split(data):
        pool = entry(data, "pool")
        pool["object"]["apiVersion"] = "library.example.com/v1"
        pool["when"] = "${versionAtLeast(operator, '2.0.0')}"
        old = {**pool, "name": "old-pool", "when": "${!versionAtLeast(operator, '2.0.0')}"}
        old["object"] = {**pool["object"], "apiVersion": "library.example.com/v1beta1"}
        data["objects"].append(old)

    folder = changed(tmp_path, split)
    for operator, other in (("1.0.0", "v1"), ("2.0.0", "v1beta1")):
        one = named(shelf({"operator_version": operator}, folder=folder), "orders-engine")
        assert f"kubernetes:library.example.com/{other}:ShelfPool" in former(one)


WAIT_FOR = "pulumi.com/waitFor"


def waits(result: Result) -> dict[str, str]:
    annotated = {one.name: one.inputs["metadata"].get("annotations") or {} for one in result.objects}
    return {name: found[WAIT_FOR] for name, found in annotated.items() if WAIT_FOR in found}


def test_each_object_is_waited_for_by_its_own_words_for_the_topology():
    assert waits(shelf()) == {}
    assert waits(shelf({"wait_for": True})) == {
        "orders-keeper": "jsonpath={.status.phase}=Ready",
        "orders-engine": "jsonpath={.status.joined}=3",
        "orders": '["jsonpath={.status.phase}=Ready", "condition=Balanced"]',
    }
    assert waits(shelf({"wait_for": True, "topology": {"type": "single"}})) == {
        "orders-engine": "jsonpath={.status.phase}=Ready",
        "orders": "jsonpath={.status.phase}=Ready",
    }


def test_nothing_is_waited_for_that_comes_with_the_database():
    for one in shelf().objects:
        annotations = one.inputs["metadata"].get("annotations") or {}
        assert ("pulumi.com/skipAwait" in annotations) == (one.inputs["kind"] in ("Service", "ServiceAccount")), (
            one.name
        )


def test_annotations_that_are_not_known_wait_with_what_is_added_to_them():
    import pulumi
    from mocked_run import Source

    def program():
        annotations = Source().gives({"team": "shop"})
        made = DatabaseCluster("orders", {**SPLIT, "annotations": annotations, "wait_for": True})
        assert isinstance(made, pulumi.ComponentResource)

    result = run(program, preview=False, config={"everest:plugins": json.dumps([str(SHELFDB)])})
    assert result.error is None, result.error
    found = {one.name: one.inputs["metadata"]["annotations"] for one in result.objects}
    assert found["orders-service"] == {"team": "shop", "pulumi.com/skipAwait": "true"}
    assert found["orders-engine"] == {"team": "shop", "pulumi.com/waitFor": "jsonpath={.status.joined}=3"}


def test_what_the_operator_writes_is_ignored_in_each_object():
    result = shelf()
    assert [*named(result, "orders-engine").request.ignoreChanges] == ["spec.token"]
    assert [*named(result, "orders").request.ignoreChanges] == ["spec.token"]
    assert [*named(result, "orders-keeper").request.ignoreChanges] == []


def test_what_the_server_chose_once_stays_where_nothing_is_said():
    result = shelf()
    assert [*named(result, "orders-service").request.ignoreChanges] == ["spec.clusterIP", "spec.clusterIPs"]
    assert [*named(result, "orders-priority").request.ignoreChanges] == ["preemptionPolicy"]
    assert [*named(result, "orders-settings").request.ignoreChanges] == []


def test_what_holds_data_is_to_be_there_where_it_is_taken_over_and_what_stands_beside_it_may_be_missing():
    taken = {one.name: one.request.importId for one in shelf({"adopt": True, "users": None}).objects}
    beside = {"orders-settings", "orders-shelf", "orders-priority", "orders-service", "orders-policy"}
    assert {name: taken[name] for name in taken.keys() - beside} == {
        "orders": "db/orders",
        "orders-engine": "db/orders-engine",
        "orders-keeper": "db/orders-keeper",
    }
    assert {name: taken[name] for name in beside} == dict.fromkeys(beside, "")


def test_objects_of_a_loop_have_names_of_their_own(tmp_path):
    def loop(data):
        priority = entry(data, "priority")
        priority["forEach"] = {"level": [1, 2]}
        priority["object"]["metadata"] = {"name": "shelf-${level}"}

    names = [one.name for one in shelf(folder=changed(tmp_path, loop)).objects]
    assert {"orders-priority-shelf-1", "orders-priority-shelf-2"} <= set(names)
