"""Providers in a program: by resource or by name, with plugins of their own, for a controller or without."""

from __future__ import annotations

import shutil

import pulumi
import pulumi_kubernetes
import pytest
from mocked_run import TOYDB, Source, run

from pulumi_everest import DatabaseCluster, Provider
from pulumi_everest.emit.everest_crds import everest_crds

TOY = "toydb-operator"


@pytest.mark.parametrize("by", ["resource", "name"])
def test_a_cluster_names_its_provider_by_resource_or_by_name(by):
    def program():
        provider = Provider(
            "toy", database_cluster_definition=TOY, operator_version="1.0.0", images={"registry": "mirror.example.com"}
        )
        DatabaseCluster("orders", provider=provider if by == "resource" else "toy")

    result = run(program)
    assert result.error is None
    spec = result.main.inputs["spec"]
    assert spec["operator"] == "1.0.0"
    assert spec["engine"]["image"] == "mirror.example.com/toy/toyd:1.0.2"


def test_a_name_of_its_own_wins_over_that_of_the_resource():
    def program():
        Provider("resource", name="toy", plugin="toydb")
        DatabaseCluster("orders", provider="toy")

    assert run(program).error is None


@pytest.mark.parametrize(
    ("keywords", "code", "path", "hint"),
    [
        ({}, "field.missing", "database_cluster_definition", None),
        ({"database_cluster_definition": "toydb"}, "provider.unknown-definition", "database_cluster_definition", "*"),
        (
            {"database_cluster_definition": TOY, "operator_version": "2"},
            "provider.operator-version",
            "operator_version",
            None,
        ),
        ({"database_cluster_definition": TOY, "reconcile_by": "argo"}, "field.value", "reconcile_by", None),
        ({"database_cluster_definiton": TOY}, "field.unknown", "database_cluster_definiton", "*"),
        ({"plugin": "toyd"}, "plugin.not-found", "plugin", "did you mean 'toydb'?"),
        (
            {"database_cluster_definition": TOY, "images": {"pull_polcy": "x"}},
            "field.unknown",
            "images.pull_polcy",
            "*",
        ),
    ],
)
def test_what_is_wrong_with_a_provider_is_said_once_and_at_the_provider(keywords, code, path, hint):
    def program():
        provider = Provider("toy", **keywords)
        DatabaseCluster("a", provider=provider)
        DatabaseCluster("b", provider="toy")

    result = run(program)
    found = [(e.subject, e.code, ".".join(map(str, e.path))) for e in result.error.findings]
    assert found[0] == ("Provider toy", code, path)
    assert {subject for subject, _, _ in found} == {"Provider toy"}
    assert hint == "*" or result.error.findings[0].hint == hint


def test_two_providers_of_one_name_are_refused():
    def program():
        Provider("a", name="toy", database_cluster_definition=TOY)
        Provider("b", name="toy", database_cluster_definition=TOY)

    assert run(program).codes == ["provider.duplicate"]


def test_a_provider_made_after_a_cluster_that_names_it_is_refused():
    def program():
        DatabaseCluster("orders", provider=TOY)
        Provider(TOY, database_cluster_definition=TOY, operator_version="1.0.0")

    result = run(program)
    assert result.codes == ["provider.too-late"]


def test_a_provider_brings_plugins_of_its_own(tmp_path):
    folder = tmp_path / "other"
    shutil.copytree(TOYDB, folder)
    for name in ("plugin.yaml", "definition.yaml"):
        text = (folder / name).read_text()
        (folder / name).write_text(
            text.replace("name: toydb-operator", "name: other").replace("name: toydb", "name: other")
        )

    def program():
        Provider("mine", plugin="other", plugins=[folder])
        DatabaseCluster("orders", provider="mine")
        DatabaseCluster("legacy", provider=TOY)

    assert run(program).error is None


def test_what_is_wrong_with_a_plugin_stops_the_program(tmp_path):
    result = run(lambda: Provider("mine", plugin="x", plugins=[tmp_path / "missing"]) and None)
    assert "plugin.not-found" in result.codes
    assert "Plugins\n" in str(result.error)


def test_unknown_settings_pass_through_and_are_checked_when_they_are_known():
    def program(registry):
        def body():
            provider = Provider("toy", database_cluster_definition=TOY, images={"registry": Source().gives(registry)})
            DatabaseCluster("orders", provider=provider)

        return body

    assert pulumi.contains_unknowns(run(program("mirror.example.com")).main.inputs["spec"]["engine"]["image"])
    image = run(program("mirror.example.com"), preview=False).main.inputs["spec"]["engine"]["image"]
    assert image == "mirror.example.com/toy/toyd:1.0.2"
    wrong = run(program(5), preview=False)
    assert [(e.subject, e.code) for e in wrong.error.findings] == [("Provider toy", "field.type")]
    assert wrong.objects == []


def everest(users=None):
    def program():
        provider = Provider("toy", database_cluster_definition=TOY, reconcile_by="everest", labels={"a": "b"})
        storage = {"name": "main", "type": "s3", "bucket": "b"}
        given = {"provider": provider, "namespace": "db", "instances": {"engine": {"replicas": 5}, "backupAgent": {}}}
        if users:
            keys = {"AWS_ACCESS_KEY_ID": "i", "AWS_SECRET_ACCESS_KEY": "k"}
            given |= {"users": users, "backup": {"storages": [{**storage, "credentials": keys}]}}
        cluster = DatabaseCluster("orders", given)
        return {"host": cluster.host}

    return program


def test_for_a_controller_the_provider_and_the_cluster_emit_themselves():
    result = run(everest())
    assert result.error is None
    assert [(e.inputs["kind"], e.name, e.inputs["metadata"]["name"]) for e in result.objects] == [
        ("DatabaseClusterDefinition", "toy-definition", TOY),
        ("Provider", "toy", "toy"),
        ("DatabaseCluster", "orders", "orders"),
    ]
    assert result.one("Provider").inputs["metadata"]["labels"] == {"a": "b"}
    cluster = result.one("DatabaseCluster")
    assert cluster.inputs["spec"]["provider"] == "toy"
    assert cluster.inputs["spec"]["instances"]["engine"] == {"replicas": 5}
    assert any(urn.endswith("everest.percona.com/v2alpha1:Provider::toy") for urn in cluster.request.dependencies)
    assert cluster.request.protect is True
    assert list(cluster.request.ignoreChanges) == []
    assert result.values["host"] == "orders-engine.db.svc.cluster.local"


def test_for_a_controller_the_cluster_names_the_secrets_made_of_values():
    result = run(everest({"ROOT_PASSWORD": "pw"}))
    assert result.error is None
    spec = result.one("DatabaseCluster").inputs["spec"]
    assert spec["usersSecret"] == "orders-secrets"
    assert spec["backup"]["storages"][0]["credentialsSecret"] == "orders-backup-main"
    assert {e.inputs["metadata"]["name"] for e in result.objects if e.inputs["kind"] == "Secret"} == {
        "orders-secrets",
        "orders-backup-main",
    }


def test_waiting_for_a_controller_needs_to_be_told_for_what():
    def program():
        provider = Provider("toy", database_cluster_definition=TOY, reconcile_by="everest")
        DatabaseCluster("orders", provider=provider, wait_for=True)

    assert run(program).codes == ["field.value"]


# The definitions of the objects for a controller

CRDS = sorted(definition["metadata"]["name"] for definition in everest_crds())


def installed(result):
    found = [e for e in result.objects if e.inputs["kind"] == "CustomResourceDefinition"]
    return sorted(found, key=lambda e: e.name)  # nothing decides which of them comes first


def controlled(name="toy", **more):
    return Provider(name, database_cluster_definition=TOY, reconcile_by="everest", install_crds=True, **more)


@pytest.mark.parametrize("preview", [True, False])
def test_the_definitions_are_brought_before_the_objects_of_their_kinds(preview):
    def program():
        DatabaseCluster("orders", provider=controlled())

    result = run(program, preview=preview)
    assert result.error is None
    assert [e.inputs["metadata"]["name"] for e in installed(result)] == CRDS
    assert [e.inputs["kind"] for e in result.objects][len(CRDS) :] == [
        "DatabaseClusterDefinition",
        "Provider",
        "DatabaseCluster",
    ]
    for kind in ("DatabaseClusterDefinition", "Provider"):
        names = [urn.rpartition("::")[2] for urn in result.one(kind).request.dependencies]
        assert set(CRDS) <= set(names)
    assert "installCrds" not in result.one("Provider").inputs["spec"]


def test_the_definitions_are_applied_over_what_is_there_waited_for_and_never_deleted():
    for entry in installed(run(controlled)):
        assert entry.type == "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinitionPatch"
        assert entry.request.retainOnDelete is True
        assert entry.request.parent.endswith("everest:index:DatabaseProvider::toy")
        assert entry.inputs["metadata"]["annotations"] == {"pulumi.com/waitFor": "condition=Established"}
    wanted = sorted(everest_crds(), key=lambda d: d["metadata"]["name"])
    assert [e.inputs["spec"] for e in installed(run(controlled))] == [d["spec"] for d in wanted]


def test_two_providers_bring_the_definitions_once_and_both_wait_for_them():
    def program():
        controlled("one")
        controlled("two")

    result = run(program)
    assert [e.name for e in installed(result)] == CRDS
    provider = next(e for e in result.objects if e.inputs["kind"] == "Provider" and e.name == "two")
    assert set(CRDS) <= {urn.rpartition("::")[2] for urn in provider.request.dependencies}


def test_the_urns_of_the_definitions_do_not_name_the_provider_that_brings_them():
    urns = [
        [
            f"{e.request.parent.split('::')[2]}${e.type}::{e.name}"
            for e in installed(run(lambda name=name: controlled(name) and None))
        ]
        for name in ("one", "two")
    ]
    assert urns[0] == urns[1]


def test_each_kubernetes_cluster_gets_the_definitions():
    def program():
        for name in ("east", "west"):
            kubernetes = pulumi_kubernetes.Provider(name)
            controlled(name, opts=pulumi.ResourceOptions(provider=kubernetes))
            controlled(f"{name}-too", opts=pulumi.ResourceOptions(provider=kubernetes))

    names = [e.name for e in installed(run(program))]
    assert names == [f"{where}-{name}" for where in ("east", "west") for name in CRDS]


@pytest.mark.parametrize("keywords", [{}, {"reconcile_by": "pulumi"}])
def test_definitions_that_nothing_would_use_are_refused(keywords):
    result = run(lambda: Provider("toy", database_cluster_definition=TOY, install_crds=True, **keywords) and None)
    assert [(e.code, e.path, e.hint) for e in result.error.findings] == [
        ("field.conflict", ("install_crds",), "set 'reconcile_by' to everest, or leave it out")
    ]
    assert result.objects == []


@pytest.mark.parametrize(
    ("keywords", "config", "count"),
    [
        ({"reconcile_by": "everest"}, "pulumi", 0),
        ({}, "everest", len(CRDS)),
        ({"install_crds": False, "reconcile_by": "everest"}, None, 0),
    ],
)
def test_the_stack_decides_whether_the_definitions_are_needed(keywords, config, count):
    result = run(
        lambda: Provider("toy", **{"database_cluster_definition": TOY, "install_crds": True, **keywords}) and None,
        config={"everest:reconcileBy": config} if config else {},
    )
    assert result.error is None
    assert len(installed(result)) == count


@pytest.mark.parametrize(
    ("field", "value"), [("finalizers", ["a.example.com/b"]), ("volume_policy", "delete"), ("volume_policy", "keep")]
)
def test_what_is_about_the_operators_object_is_refused_where_a_controller_makes_it(field, value):
    def program(reconcile_by):
        provider = Provider("toy", database_cluster_definition=TOY, reconcile_by=reconcile_by)
        DatabaseCluster("orders", provider=provider, **{field: value})

    result = run(lambda: program("everest"))
    assert [(e.code, e.path, e.hint) for e in result.error.findings] == [
        ("field.conflict", (field,), f"leave '{field}' out, or set reconcile_by: pulumi")
    ]
    assert result.objects == []
    assert run(lambda: program("pulumi")).error is None


@pytest.mark.parametrize(("value", "code"), [("yes", "field.type"), (1, "field.type")])
def test_whether_to_bring_definitions_is_true_or_false(value, code):
    def program():
        Provider("toy", database_cluster_definition=TOY, reconcile_by="everest", install_crds=value)

    assert run(program).codes == [code]


def test_whether_to_bring_definitions_must_be_known():
    def program():
        install = Source().gives(True)
        Provider("toy", database_cluster_definition=TOY, reconcile_by="everest", install_crds=install)

    result = run(program)
    assert [(e.code, e.path) for e in result.error.findings] == [("value.not-known", ("install_crds",))]
    assert "decides which objects there are" in result.error.findings[0].message
