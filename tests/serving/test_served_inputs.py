"""Inputs as an engine sends them: outputs, unknowns, secrets, nulls and numbers keep what they are, at any depth."""

from __future__ import annotations

import asyncio

import pytest
from engine_wire import UNKNOWN, Asset, Out, Reference, Secret, struct
from fake_engine import CLUSTER, PROVIDER, Refused
from pulumi.runtime.proto import provider_pb2

from pulumi_everest.serving.inputs import Reader

SOURCE = "urn:pulumi:dev::shop::aws:s3/bucket:Bucket::backups"
TOY = {"provider": "toydb-operator"}
STORAGE = {"name": "main", "type": "s3", "bucket": "b"}


def at(data, *path):
    for part in path:
        data = data[part]
    return data


@pytest.fixture
def made(served, preview, toydb):
    """Makes a cluster of the toy plugin from inputs, and gives the spec of its main object."""

    def make(inputs, **options):
        served.construct(preview, CLUSTER, "orders", {**TOY, **inputs}, config=toydb, **options)
        return preview["orders"].inputs["spec"]

    return make


UNKNOWN_LEAVES = [
    # inputs, where the leaf comes out
    ({"instances": {"engine": {"image": Out(known=False)}}}, ("engine", "image")),
    ({"instances": {"engine": {"storage": {"size": Out(known=False)}}}}, ("engine", "storage", "size")),
    ({"instances": {"engine": {"replicas": Out(known=False)}}}, ("engine", "size")),
    ({"paused": Out(known=False)}, ("paused",)),
    ({"backup": {"storages": [{**STORAGE, "bucket": Out(known=False)}]}}, ("backup", "storages", 0, "bucket")),
    ({"instances": {"engine": {"overrides": {"a": {"b": Out(known=False)}}}}}, ("engine", "a", "b")),
    ({"instances": {"engine": {"storage": Out(known=False)}}}, ("engine", "storage")),
]


@pytest.mark.parametrize(("inputs", "place"), UNKNOWN_LEAVES, ids=lambda value: ".".join(map(str, value)))
@pytest.mark.parametrize("plain", [False, True], ids=["output value", "bare"])
def test_an_unknown_leaf_is_the_only_thing_unknown(made, inputs, place, plain):
    """An engine marks it as an output value; older ones send the bare sign, and say what the argument depends on."""

    def bare(value):
        if isinstance(value, Out):
            return UNKNOWN
        if isinstance(value, dict):
            return {key: bare(below) for key, below in value.items()}
        return [bare(below) for below in value] if isinstance(value, list) else value

    options = {"came_from": {name: [SOURCE] for name in inputs}} if plain else {}
    spec = made(bare(inputs) if plain else inputs, **options)
    assert at(spec, *place) is UNKNOWN
    assert spec["engine"]["image"] in ("toy/toyd:1.0.2", UNKNOWN)
    assert spec["operator"] == "1.1.0"


def test_known_outputs_are_plain_values_that_the_objects_depend_on(made, preview):
    spec = made({"instances": Out({"engine": {"replicas": 5.0, "image": "a/b:1"}}, urns=(SOURCE,))})
    assert (spec["engine"]["size"], spec["engine"]["image"]) == (5, "a/b:1")
    assert SOURCE in preview["orders"].request.dependencies


def test_dependencies_of_a_whole_argument_are_kept(made, preview):
    spec = made({"instances": {"engine": {"image": "a/b:1"}}}, came_from={"instances": [SOURCE]})
    assert spec["engine"]["image"] == "a/b:1"
    assert SOURCE in preview["orders"].request.dependencies


def test_unknown_and_known_parts_of_one_output_are_told_apart(made):
    spec = made({"instances": Out({"engine": {"image": UNKNOWN, "replicas": 1.0}}, urns=(SOURCE,))})
    assert (spec["engine"]["size"], spec["engine"]["image"], spec["unsafe"]) == (1, UNKNOWN, True)


@pytest.mark.parametrize("secret", [Secret, lambda value: Out(value, secret=True)], ids=["secret", "output value"])
def test_only_the_secret_leaf_is_secret(made, preview, secret):
    storage = {**STORAGE, "credentials": {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": secret("hidden")}}
    spec = made({"backup": {"storages": [storage]}, "users": {"ROOT_PASSWORD": secret("pw")}})
    assert spec["backup"]["storages"][0]["bucket"] == "b"
    assert preview["orders-secrets"].inputs["stringData"] == Secret({"ROOT_PASSWORD": "pw"})
    credentials = preview["orders-backup-main"].inputs["stringData"]
    assert credentials == Secret({"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "hidden"})
    assert "hidden" not in str(spec)


def test_a_password_is_secret_though_the_program_did_not_say_so(made, preview):
    made({"users": {"ROOT_PASSWORD": "pw"}})
    assert preview["orders-secrets"].inputs["stringData"] == Secret({"ROOT_PASSWORD": "pw"})


def test_an_unknown_password_stays_a_secret(made, preview):
    made({"users": {"ROOT_PASSWORD": Out(known=False, secret=True), "APP_PASSWORD": "a"}})
    assert preview["orders-secrets"].inputs["stringData"] == Secret(UNKNOWN)


def test_a_secret_in_the_spec_stays_one(made):
    spec = made({"instances": {"engine": {"image": Secret("a/b:1"), "replicas": 3}}})
    assert spec["engine"]["image"] == Secret("a/b:1")
    assert spec["engine"]["size"] == 3


@pytest.mark.parametrize(
    ("given", "expected"),
    [(3.0, 3), (Out(3.0), 3), (Out(3.0, urns=(SOURCE,)), 3)],
    ids=["plain", "output", "dependent output"],
)
def test_whole_numbers_are_whole(served, preview, toydb, given, expected):
    """A message has no integers: only text and rules show what came of one."""
    arguments = {**TOY, "instances": {"engine": {"replicas": given, "overrides": {"note": 2.0, "share": 0.5}}}}
    served.construct(preview, CLUSTER, "orders", arguments, config=toydb)
    engine = preview["orders"].inputs["spec"]["engine"]
    assert (engine["size"], engine["note"], engine["share"]) == (expected, 2, 0.5)
    with pytest.raises(Refused) as refused:
        served.construct(preview, CLUSTER, "even", {**TOY, "instances": {"engine": {"replicas": 4.0}}}, config=toydb)
    assert "4.0" not in str(refused.value.reasons)
    with pytest.raises(Refused) as refused:
        served.construct(preview, CLUSTER, "half", {**TOY, "instances": {"engine": {"replicas": 2.5}}}, config=toydb)
    assert refused.value.paths == ["instances.engine.replicas"]


def test_nulls_are_what_they_are_in_yaml(served, preview, toydb):
    """A component or field that is null is as if it were left out."""
    arguments = {**TOY, "paused": None, "instances": {"backupAgent": None, "engine": {"image": None}}}
    answer = served.construct(preview, CLUSTER, "orders", arguments, config=toydb)
    spec = preview["orders"].inputs["spec"]
    assert "backupAgent" not in answer.state["versions"]
    assert "paused" not in spec
    assert spec["engine"]["image"] == "toy/toyd:1.0.2"


def test_nulls_of_free_mappings_are_kept():
    """In a patch they take something away."""
    inputs = {"overrides": {"a": None, "b": [None, 1.0]}}
    request = provider_pb2.ConstructRequest(inputs=struct(inputs))
    assert asyncio.run(Reader({}).inputs(request)) == inputs


def test_a_provider_is_taken_by_its_name_or_as_a_resource(served, preview, toydb):
    one = served.construct(preview, PROVIDER, "toys", {"plugin": "toydb", "operatorVersion": "1.0.0"}, config=toydb)
    given = {
        "by-name": Out("toys", urns=(one.urn,)),
        "by-text": "toys",
        "as-resource": Reference(one.urn, ""),
        "as-output": Out(Reference(one.urn), urns=(one.urn,)),
    }
    for name, provider in given.items():
        served.construct(preview, CLUSTER, name, {"provider": provider}, config=toydb)
        assert preview[name].inputs["spec"]["operator"] == "1.0.0", name


@pytest.mark.parametrize(
    ("value", "says"),
    [(Reference(SOURCE), "resource"), (Asset("text"), "asset"), (Out(Asset("text")), "asset")],
    ids=["component", "asset", "output of an asset"],
)
def test_what_is_no_value_is_refused_where_it_stands(served, preview, toydb, value, says):
    arguments = {**TOY, "instances": {"engine": {"image": value}}}
    with pytest.raises(Refused) as refused:
        served.construct(preview, CLUSTER, "orders", arguments, config=toydb)
    ((path, reason),) = refused.value.reasons
    assert path == "instances.engine.image"
    assert says in reason.lower()


def test_a_resource_with_an_id_is_its_id(made, preview):
    spec = made({"instances": {"engine": {"storage": {"storageClass": Reference(SOURCE, "fast")}}}})
    assert spec["engine"]["storage"]["storageClass"] == "fast"
    assert SOURCE in preview["orders"].request.dependencies


def test_outputs_are_those_of_the_schema(served, update, toydb, root):
    answer = served.construct(update, CLUSTER, "orders", {**TOY, "namespace": "shop"}, config=toydb)
    assert answer.state == {
        "name": "orders",
        "namespace": "shop",
        "host": "orders-engine.shop.svc.cluster.local",
        "port": 4321,
        "connectionSecretName": "orders-secrets",
        "versions": {"engine": "1.0.2"},
        "images": {"engine": "toy/toyd:1.0.2"},
        "objects": [{"kind": "ToyDB", "name": "orders"}],
    }
    # Whoever uses an output waits for the database.
    assert all(answer.urn in urns for urns in answer.dependencies.values())
    assert set(answer.dependencies) == set(answer.state)
