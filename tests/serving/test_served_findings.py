"""What is wrong with a component of a program in another language: property errors, all at once, nothing made."""

from __future__ import annotations

import json

import pytest
from engine_wire import Out, Secret, struct
from fake_engine import CLUSTER, PROVIDER, WAIT, Refused, Registered
from pulumi.runtime.proto import provider_pb2

from pulumi_everest.program.run import run_program

TOY = {"provider": "toydb-operator"}


@pytest.fixture
def refused(served, preview, toydb):
    """What is said about a component that is wrong, of which nothing is made."""

    def refuse(inputs, kind=CLUSTER, name="orders", **options):
        with pytest.raises(Refused) as caught:
            served.construct(preview, kind, name, inputs, config=toydb, **options)
        assert caught.value.code == "INVALID_ARGUMENT"
        assert preview.objects == []
        return caught.value

    return refuse


WRONG = [
    ({"instnces": {}}, "did you mean 'instances'?"),
    ({"instances": {"engin": {}}}, "did you mean 'engine'?"),
    ({"instances": {"engine": {"storage": {"storageClas": "x"}}}}, "did you mean 'storageClass'?"),
    ({"instances": {"engine": {"replicas": "three"}}}, "expected a whole number, got the text 'three'"),
    ({"instances": {"engine": {"replicas": 2}}}, None),
    ({"instances": {"engine": {"storage": {"size": "10Gb"}}}}, "10Gi"),
    ({"operatorVersion": "1.1"}, "did you mean '1.1.0'?"),
    ({"name": "Orders"}, None),
    ({"labels": {"a.b/c": 5}}, "put it in quotes"),
    ({"backup": {"storages": [{"name": "a", "type": "azur"}]}}, "did you mean 'azure'?"),
    ({"users": {"ROOT_PASWORD": "x"}}, "did you mean 'ROOT_PASSWORD'?"),
    ({"usersSecret": "a", "users": {"ROOT_PASSWORD": "x"}}, "'usersSecret'"),
    ({"deletionPolicy": "keep"}, "protect, retain, delete"),
    ({"waitFor": "ready"}, "jsonpath="),
    ({"dataSource": {"storage": "main"}}, "there is no backup storage 'main'"),
    ({"provider": "toydb-operatr"}, "did you mean 'toydb-operator'?"),
    ({"topology": {"type": "singel"}}, "did you mean 'single'?"),
]

PROGRAM = """
import json
import pulumi_everest
pulumi_everest.DatabaseCluster("orders", json.loads({text!r}))
"""


def in_python(folder, arguments, toydb):
    """Paths and codes that the same arguments give in a Python program."""
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM.format(text=json.dumps(arguments)))
    found = run_program(folder, config=dict(toydb)).findings
    return sorted((entry.as_data()["path"], entry.code) for entry in found if entry.is_error)


@pytest.mark.parametrize(("inputs", "says"), WRONG, ids=lambda value: json.dumps(value)[:40])
def test_each_property_error_is_the_finding_of_a_python_program(refused, toydb, tmp_path, inputs, says):
    arguments = {**TOY, **inputs}
    error = refused(arguments)
    assert says is None or says in " ".join(reason for _, reason in error.reasons)
    said = [(path.removesuffix(" (secret)"), reason.rpartition("[")[2]) for path, reason in error.reasons]
    codes = sorted((path, code.removesuffix("]")) for path, code in said)
    assert codes == in_python(tmp_path, arguments, toydb)


def test_everything_wrong_is_said_at_once(refused):
    error = refused(
        {
            **TOY,
            "typo": 1,
            "instances": {"engin": {}, "engine": {"replcas": 3, "storage": {"size": "x"}, "replicas": 2}},
            "backup": {"storages": [{"name": "Main", "type": "s3"}]},
        }
    )
    assert sorted(error.paths) == [
        "backup.storages[0].bucket",
        "backup.storages[0].name",
        "instances.engin",
        "instances.engine.replcas",
        "instances.engine.replicas",
        "instances.engine.storage.size",
        "typo",
    ]
    assert error.message == "7 problems in databases; nothing of these resources was created"


def test_names_are_those_of_other_languages(refused):
    """Even where no field is written that would show how the program spells them."""
    error = refused({**TOY, "instances": {"engine": {"storage": {"clas": "x"}}}})
    assert "storageClass" in error.reasons[0][1]
    error = refused({"plugin": "toydb", "operatorVersio": "1"}, PROVIDER)
    assert "operatorVersion" in error.reasons[0][1]
    error = refused({}, PROVIDER, "other")
    assert error.paths == ["databaseClusterDefinition"]


def test_what_is_no_property_is_in_the_message(served, preview, tmp_path):
    (tmp_path / "plugin.yaml").write_text("name: broken\nnonsense: true\n")
    config = {"everest:plugins": json.dumps([str(tmp_path)])}
    with pytest.raises(Refused) as refused:
        served.construct(preview, CLUSTER, "orders", {"provider": "psmdb-operator", "typo": 1}, config=config)
    assert refused.value.paths == ["typo"]
    assert "plugin.yaml:2:1: " in refused.value.message
    assert "nonsense" in refused.value.message


def test_a_known_output_is_checked_as_a_plain_value_is(refused):
    urn = "urn:pulumi:dev::shop::random:index/randomPet:RandomPet::pet"
    error = refused({**TOY, "instances": {"engine": {"storage": {"size": Out("10Gb", urns=(urn,))}}}})
    assert error.paths == ["instances.engine.storage.size"]


def test_a_wrong_secret_is_refused_and_not_shown(refused):
    error = refused({**TOY, "instances": {"engine": {"storage": {"size": Secret("hidden")}}}})
    assert error.paths == ["instances.engine.storage.size (secret)"]
    assert "hidden" not in str(error.reasons) + error.message
    error = refused({**TOY, "users": Secret({"ROOT_PASWORD": "hidden"})})
    assert "users.ROOT_PASWORD" in error.paths
    assert "hidden" not in str(error.reasons) + error.message


@pytest.mark.parametrize("key", ["provider", "deletionPolicy", "waitFor"])
def test_what_must_be_known_says_so(refused, key):
    error = refused({**TOY, key: Out(known=False)})
    assert error.paths == [key]
    assert "must be known" in error.reasons[0][1]


def test_a_wrong_provider_is_refused(refused):
    error = refused({"databaseClusterDefinition": "toydb-operatr"}, PROVIDER)
    assert error.paths == ["databaseClusterDefinition"]
    assert "did you mean 'toydb-operator'?" in error.reasons[0][1]
    error = refused({"plugin": "toydb", "reconcileBy": "evrest", "realease": "1"}, PROVIDER, "other")
    assert sorted(error.paths) == ["realease", "reconcileBy"]


def test_a_resource_without_a_name_is_refused_as_in_python(refused):
    error = refused(TOY, name="")
    assert "the name of a resource is a text" in error.reasons[0][1]


def test_a_type_that_there_is_not_is_said(refused):
    error = refused({}, kind="everest:index:Database")
    assert "there is no resource type 'everest:index:Database'" in error.message
    assert CLUSTER in error.message


def test_a_value_that_is_found_wrong_late_is_a_property_error_too(served, update, toydb, monkeypatch):
    """A whole number that is only known with others is checked when the template computes with it."""
    arguments = {**TOY, "instances": {"engine": {"replicas": Secret(2.0)}}}
    with pytest.raises(Refused) as refused:
        served.construct(update, CLUSTER, "orders", arguments, config=toydb)
    assert refused.value.code == "INVALID_ARGUMENT"
    assert refused.value.paths == ["instances.engine.replicas (secret)"]


def test_warnings_are_logged_at_the_component(served, preview, toydb):
    served.log.messages.clear()
    arguments = {**TOY, "components": {"versions": {"toyd": {"version": "0.9.0"}}}}
    answer = served.construct(preview, CLUSTER, "orders", arguments, config=toydb)
    assert [urn for urn, text in served.log.messages if "0.9.0" in text] == [answer.urn]


def test_an_engine_that_refuses_an_object_is_heard(served, preview, toydb):
    def refuse(request):
        if request.custom:
            raise RuntimeError("the API server does not like it")

    preview.before = refuse
    with pytest.raises(Refused, match="the API server does not like it"):
        served.construct(preview, CLUSTER, "orders", TOY, config=toydb)


def test_a_refused_component_leaves_the_process_fit_and_quiet(served, preview, toydb):
    before = len(served.stderr)
    for name in ("a", "b", "c"):
        with pytest.raises(Refused):
            served.construct(preview, CLUSTER, name, {**TOY, "typo": 1, "users": {"x": "y"}}, config=toydb)
    with pytest.raises(Refused):
        served.construct(
            preview, CLUSTER, "late", {**TOY, "instances": {"engine": {"replicas": Secret(2.0)}}}, config=toydb
        )
    served.construct(preview, CLUSTER, "orders", TOY, config=toydb)
    made: Registered = preview["orders"]
    assert made.inputs["kind"] == "ToyDB"
    assert served.stderr[before:] == ""


def test_nothing_is_registered_of_what_is_refused(served, preview, toydb):
    """The engine may end as soon as it hears of it, and what the state says of a cluster stays."""
    with pytest.raises(Refused):
        served.construct(preview, CLUSTER, "orders", {**TOY, "typo": 1}, config=toydb)
    assert preview.found == []


def test_what_an_engine_asks_before_it_makes_anything(served, root):
    schema = served.stub.GetSchema(provider_pb2.GetSchemaRequest(), timeout=WAIT).schema
    assert json.loads(schema) == json.loads((root / "schemas" / "pulumi.json").read_text("utf-8"))
    answer = served.stub.Configure(provider_pb2.ConfigureRequest(args=struct({"plugins": "[]"})), timeout=WAIT)
    assert (answer.acceptSecrets, answer.acceptResources, answer.acceptOutputs) == (True, True, True)


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"instances": {"engine": {"storage": {"size": Secret("10Gb")}}}}, "instances.engine.storage.size (secret)"),
        ({"instances": {"engine": {"storage": {"size": Out("10Gb", secret=True)}}}}, "instances.engine.storage.size (secret)"),
        ({"users": Secret({"ROOT_PASSWORD": "x"}), "usersSecret": "a"}, "users (secret)"),
        ({"users": {"ROOT_PASSWORD": "x"}, "usersSecret": "a"}, "users (secret)"),
        ({"users": {"ROOT_PASWORD": "x"}}, "users.ROOT_PASWORD (secret)"),
        ({"users": Secret({"ROOT_PASWORD": "x"})}, "users.ROOT_PASWORD"),
        ({"instances": {"engine": {"storage": {"size": "10Gb"}}}}, "instances.engine.storage.size"),
    ],
)  # fmt: skip
def test_the_engine_finds_no_secret_value_to_print(refused, inputs, path):
    """It prints the value at the path of a property error, and passwords as they are."""
    assert path in refused({**TOY, **inputs}).paths


def test_texts_have_the_words_of_other_languages(refused):
    error = refused({**TOY, "adopt": True, "deletionPolicy": "delete"})
    said = " ".join(reason for _, reason in error.reasons)
    assert "with adopt: true the field 'namespace' says where the object is" in said
    assert "deletionPolicy cannot be 'delete' with it; adopt first; then take adopt: true out" in said
    assert "True" not in said


def test_thousands_of_mistakes_are_delivered_and_the_rest_is_counted(served, preview):
    """The trailer of an answer has little room, and an engine that cannot read it says nothing of what is wrong."""
    users = {f"user-{number}": Secret("pa55") for number in range(1500)}
    with pytest.raises(Refused) as refused:
        served.construct(preview, CLUSTER, "many", {"provider": "pxc-operator", "namespace": "shop", "users": users})
    assert refused.value.code == "INVALID_ARGUMENT"
    assert 5 <= len(refused.value.paths) < 50
    assert refused.value.paths[0] == "users.user-0 (secret)"
    assert "more problems, which are said when these are mended" in refused.value.message
    assert "pa55" not in refused.value.message + str(refused.value.reasons)
