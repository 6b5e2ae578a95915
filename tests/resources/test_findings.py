"""What is wrong with a program's clusters: all of it, once, in the user's words, and nothing is made."""

from __future__ import annotations

import asyncio

import pulumi
import pulumi_kubernetes as k8s
import pytest
from mocked_run import Mocks, Source, finish, loops_of_threads, run
from pulumi.runtime import mocks, settings

from pulumi_everest import ClusterError, DatabaseCluster, Provider, raise_findings
from pulumi_everest.model.findings import EverestError, path_text

TOY = "toydb-operator"


def found(body):
    """Code, path and hint of each finding of a program."""
    result = run(body)
    assert isinstance(result.error, ClusterError), result.error
    assert result.objects == []
    return [(entry.code, path_text(entry.path), entry.hint) for entry in result.error.findings]


class Nodes:
    pass


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"instnces": {}}, [("field.unknown", "instnces", "did you mean 'instances'?")]),
        ({"instances": {"engin": {}}}, [("cluster.unknown-component", "instances.engin", "did you mean 'engine'?")]),
        (
            {"instances": {"engine": {"storage": {"storage_clas": "x"}}}},
            [("field.unknown", "instances.engine.storage.storage_clas", "did you mean 'storage_class'?")],
        ),
        (
            {"instances": {"engine": {"engineConfg": "x"}}},
            [("field.unknown", "instances.engine.engineConfg", "did you mean 'engine_config'?")],
        ),
        ({"operator_version": "1.1"}, [("provider.operator-version", "operator_version", "did you mean '1.1.0'?")]),
        ({"name": "Orders"}, [("value.name", "name", None)]),
        ({"deletion_policy": "keep"}, [("field.value", "deletion_policy", None)]),
        ({"volume_policy": "kep"}, [("field.value", "volume_policy", "did you mean 'keep'?")]),
        ({"config": {"a": 1}}, [("cluster.config-no-schema", "config", None)]),
        ({"instances": [1]}, [("field.type", "instances", None)]),
        ({"instances": {"engine": {"replicas": float("nan")}}}, [("field.type", "instances.engine.replicas", None)]),
        ({"instances": {"engine": {"replicas": {3}}}}, [("field.type", "instances.engine.replicas", None)]),
        ({"labels": {1: "x"}}, [("source.key", "labels", None)]),
        ({"labels": {"x": Nodes()}}, [("field.type", "labels.x", None)]),
        (
            {"users_secret": "a", "users": {"ROOT_PASSWORD": "x"}},
            [("field.conflict", "users", None)],
        ),
        ({"usersSecret": "a", "users_secret": "b"}, [("field.duplicate", "usersSecret", None)]),
        ({"wait_for": "ready"}, [("field.value", "wait_for", "*")]),
        ({"provider": "toydb-operatr"}, [("provider.unknown", "provider", "did you mean 'toydb-operator'?")]),
        ({"provider": 5}, [("field.type", "provider", "*")]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_wrong_argument_is_a_finding_where_the_user_wrote_it(arguments, expected):
    got = found(lambda: DatabaseCluster("orders", {"provider": TOY, **arguments}) and None)
    assert [(code, path) for code, path, _ in got] == [(code, path) for code, path, _ in expected]
    for (_, _, hint), (_, _, wanted) in zip(got, expected, strict=True):
        assert wanted == "*" or hint == wanted


def test_names_in_messages_are_those_of_a_program():
    result = run(
        lambda: DatabaseCluster("orders", provider=TOY, instances={"engine": {"storage": {"clas": "x"}}}) and None
    )
    entry = result.error.findings[0]
    assert entry.allowed == ("size", "storage_class")
    result = run(lambda: DatabaseCluster("orders", provider=TOY, data_source={"storage": "main"}) and None)
    text = str(result.error)
    assert "data_source" in text
    assert "dataSource" not in text


def test_camel_case_is_accepted_and_answered():
    engine = {"replicas": 3, "engineConfig": "a=1", "storage": {"size": "2Gi", "storageClass": "fast"}}
    result = run(lambda: DatabaseCluster("orders", {"provider": TOY, "instances": {"engine": engine}}) and None)
    assert result.main.inputs["spec"]["engine"]["storage"] == {"size": "2Gi", "storageClass": "fast"}
    engine["storage"]["storageClass"] = "Not A Name"
    result = run(lambda: DatabaseCluster("orders", {"provider": TOY, "instances": {"engine": engine}}) and None)
    assert path_text(result.error.findings[0].path) == "instances.engine.storage.storageClass"


def test_what_is_kubernetes_own_has_the_names_of_kubernetes():
    scheduling = {"affinity": {"node_affinity": {}}, "tolerations": [{"key": "a", "toleration_seconds": 5}]}
    engine = {"scheduling": scheduling}
    result = run(lambda: DatabaseCluster("orders", provider=TOY, instances={"engine": engine}) and None)
    assert [(path_text(entry.path), entry.hint) for entry in result.error.findings] == [
        ("instances.engine.scheduling.affinity.node_affinity", "did you mean 'nodeAffinity'?"),
        ("instances.engine.scheduling.tolerations[0].toleration_seconds", "did you mean 'tolerationSeconds'?"),
    ]


def test_free_mappings_are_left_as_they_are():
    scheduling = {
        "node_selector": {"node_pool": "x"},
        "affinity": {"podAffinity": {}},
    }
    engine = {"scheduling": scheduling, "overrides": {"some_key": {"other_key": 1}}}
    result = run(
        lambda: DatabaseCluster("orders", provider=TOY, labels={"my_label": "x"}, instances={"engine": engine}) and None
    )
    spec = result.main.inputs["spec"]["engine"]
    assert spec["scheduling"]["nodeSelector"] == {"node_pool": "x"}
    assert spec["scheduling"]["affinity"] == {"podAffinity": {}}
    assert spec["some_key"] == {"other_key": 1}
    assert result.main.inputs["metadata"]["labels"] == {"my_label": "x"}


def test_typed_arguments_of_the_kubernetes_package_are_accepted():
    toleration = k8s.core.v1.TolerationArgs(key="db", effect="NoExecute", toleration_seconds=5)
    engine = {"scheduling": {"tolerations": [toleration]}}
    result = run(lambda: DatabaseCluster("orders", provider=TOY, instances={"engine": engine}) and None)
    assert result.main.inputs["spec"]["engine"]["scheduling"]["tolerations"] == [
        {"key": "db", "effect": "NoExecute", "tolerationSeconds": 5}
    ]


def wrong_containers():
    DatabaseCluster("a", pulumi.ResourceOptions())
    DatabaseCluster("b", {"provider": TOY}, {"protect": True})
    DatabaseCluster("c", {"provider": TOY}, provider=TOY)
    DatabaseCluster("d", provider=pulumi.ProviderResource("kubernetes", "k"))
    DatabaseCluster("e", provider=TOY, namespace=Source("ns"))


def test_wrong_containers_are_findings_too():
    result = run(wrong_containers)
    assert [(e.subject, e.code, path_text(e.path)) for e in result.error.findings] == [
        ("DatabaseCluster a", "field.type", ""),
        ("DatabaseCluster a", "field.missing", "provider"),
        ("DatabaseCluster b", "field.type", "opts"),
        ("DatabaseCluster c", "field.duplicate", "provider"),
        ("DatabaseCluster d", "field.type", "provider"),
        ("DatabaseCluster e", "field.type", "namespace"),
    ]


def test_all_findings_of_all_clusters_come_at_once_and_nothing_is_made():
    def program():
        DatabaseCluster("fine", provider=TOY)
        DatabaseCluster("one", provider=TOY, instances={"engine": {"replicas": 2}})
        DatabaseCluster("two", provider=TOY, bundle="x", paused="no")
        DatabaseCluster("three", provider=TOY, instances={"engine": {"storage": {"size": pulumi.Output.secret("x")}}})

    for preview in (True, False):
        result = run(program, preview=preview)
        assert [(e.subject, e.code) for e in result.error.findings] == [
            ("DatabaseCluster one", "cluster.replicas"),
            ("DatabaseCluster two", "field.type"),
            ("DatabaseCluster two", "cluster.unknown-bundle"),
            ("DatabaseCluster three", "value.quantity"),
        ]
        assert result.objects == []
        assert result.noise == []


def test_the_error_is_one_that_pulumi_shows_without_a_traceback():
    error = run(lambda: DatabaseCluster("orders", provider=TOY, paused="no", preset="smal") and None).error
    assert isinstance(error, pulumi.RunError)
    assert isinstance(error, EverestError)
    assert str(error).splitlines() == [
        "2 problems in databases; nothing of these resources was created",
        "",
        "DatabaseCluster orders",
        "  paused: expected true or false, got the text 'no'  [field.type]",
        "    write true or false without quotes",
        "  preset: there is no preset 'smal'  [cluster.unknown-preset]",
        "    did you mean 'small'?",
        "    allowed: small",
    ]


def test_what_uses_a_refused_cluster_is_not_made_either():
    def program():
        cluster = DatabaseCluster("orders", provider=TOY, paused="no")
        k8s.core.v1.ConfigMap("app", data={"host": cluster.host, "secret": cluster.connection_secret_name})

    result = run(program)
    assert result.codes == ["field.type"]
    assert result.objects == []


@pytest.mark.parametrize(
    ("first", "second", "twins"),
    [
        ({}, {}, True),
        ({"namespace": "a"}, {"namespace": "b"}, False),
        ({"name": "x"}, {"name": "x"}, True),
        ({"name": "x"}, {"name": "y"}, False),
    ],
)
def test_two_clusters_of_one_name_and_namespace_are_refused(first, second, twins):
    def program():
        DatabaseCluster("a", {"provider": TOY, "name": "orders", **first})
        DatabaseCluster("b", {"provider": TOY, "name": "orders", **second})

    result = run(program)
    assert result.codes == (["cluster.duplicate"] if twins else [])


def test_clusters_for_two_kubernetes_clusters_may_have_one_name():
    def program():
        for name in ("eu", "us"):
            opts = pulumi.ResourceOptions(provider=k8s.Provider(name))
            DatabaseCluster(f"orders-{name}", {"provider": TOY, "name": "orders"}, opts)

    result = run(program)
    assert result.error is None
    assert len(result.objects) == 2


def test_clusters_in_the_namespace_of_one_output_are_compared():
    def program():
        namespace = Source().gives("db")
        DatabaseCluster("a", provider=TOY, name="orders", namespace=namespace)
        DatabaseCluster("b", provider=TOY, name="orders", namespace=namespace)

    assert run(program).codes == ["cluster.duplicate"]


def test_warnings_do_not_stop_a_program():
    version = {"toyd": {"version": "0.9.0"}}
    result = run(lambda: DatabaseCluster("orders", provider=TOY, components={"versions": version}) and None)
    assert result.error is None
    assert result.main.inputs["spec"]["engine"]["image"] == "toy/toyd:0.9.0"
    assert [text.partition(":")[0] for text in result.log] == ["components.versions.toyd.version"]
    assert "deprecated" in result.log[0]


def test_runs_in_one_process_do_not_mix():
    assert run(lambda: DatabaseCluster("orders", provider=TOY, paused="no") and None).error is not None
    assert run(lambda: DatabaseCluster("orders", provider=TOY) and None).error is None
    assert run(lambda: DatabaseCluster("orders", provider=TOY) and None).error is None


@pytest.fixture
def sdk_mocks():
    """The SDK's mocks, set up as the documentation of unit tests says."""
    with loops_of_threads():
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        settings.set_root_resource(None)
        mocks.set_mocks(Mocks(preview=False))
        yield
        finish(loop)
        asyncio.set_event_loop(None)


def test_the_error_surfaces_in_a_unit_test_of_the_sdk(sdk_mocks):
    @pulumi.runtime.test
    def wrong():
        return DatabaseCluster("orders", provider="psmdb-operator", paused="no").host

    @pulumi.runtime.test
    def wrong_and_not_looked_at():
        DatabaseCluster("orders", provider="psmdb-operator", paused="no")

    @pulumi.runtime.test
    def right():
        return DatabaseCluster("orders", provider="psmdb-operator", namespace="db").port.apply(seen.append)

    seen = []
    for test in (wrong, wrong_and_not_looked_at):
        with pytest.raises(ClusterError, match="paused"):
            test()
    right()
    right()
    assert seen == [27017, 27017]


def test_findings_can_be_had_without_running_the_loop(sdk_mocks):
    DatabaseCluster("orders", provider="psmdb-operator", paused="no")
    with pytest.raises(ClusterError, match="paused"):
        raise_findings()


def test_a_program_that_awaits_is_checked_as_it_goes_on():
    async def program():
        Provider("toy", database_cluster_definition=TOY)
        DatabaseCluster("a", provider="toy")
        await asyncio.sleep(0.01)
        DatabaseCluster("b", provider="toy", paused="no")

    result = run(lambda: pulumi.runtime.stack.run(program))
    assert result.codes == ["field.type"]
    assert [entry.name for entry in result.objects] in ([], ["a"])


def test_a_value_of_two_possible_types_is_said_with_both() -> None:
    error = run(lambda: DatabaseCluster("orders", provider=TOY, wait_for=3) and None).error  # type: ignore[arg-type]
    assert error is not None
    assert "wait_for: expected true or false, or text, got the number 3" in str(error)
