"""Outputs at every kind of place: what is known is checked at once, what is not passes through as itself."""

from __future__ import annotations

import asyncio
import copy
from functools import cache

import pulumi
import pytest
from mocked_run import Source, at, is_unknown, run

from pulumi_everest import ClusterError, DatabaseCluster

ARGUMENTS = {
    "provider": "toydb-operator",
    "namespace": "databases",
    "labels": {"team": "shop"},
    "annotations": {"note": "one"},
    "instances": {
        "engine": {
            "replicas": 3,
            "image": "registry.example.com/toy:1",
            "resources": {"limits": {"cpu": "2", "memory": "4Gi"}},
            "storage": {"size": "20Gi", "storage_class": "fast"},
            "engine_config": "a = 1",
            "scheduling": {
                "node_selector": {"disk": "ssd"},
                "tolerations": [{"key": "db", "operator": "Exists"}],
                "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": []}},
            },
            "expose": {"source_ranges": ["10.0.0.0/8"]},
            "overrides": {"extra": {"deep": 1}},
        },
        "backupAgent": {},
    },
    "backup": {
        "storages": [
            {
                "name": "main",
                "type": "s3",
                "bucket": "backups",
                "credentials_secret": "s3",
                "schedules": [{"name": "nightly", "cron": "0 3 * * *", "retention": {"count": 7}}],
            }
        ]
    },
}
ENGINE = ("instances", "engine")
TO = ("spec", "engine")
STORAGE = ("spec", "backup", "storages", 0)
PLACES = [
    # where in the arguments, where in the object, a value, and one that is wrong where there is one
    (("namespace",), ("metadata", "namespace"), "databases", "Not A Name"),
    (("labels", "team"), ("metadata", "labels", "team"), "shop", 7),
    (("annotations",), ("metadata", "annotations"), {"note": "one"}, "x"),
    ((*ENGINE, "replicas"), (*TO, "size"), 3, 4),
    ((*ENGINE, "image"), (*TO, "image"), "registry.example.com/toy:1", "a b"),
    ((*ENGINE, "resources", "limits", "cpu"), (*TO, "resources", "limits", "cpu"), "2", "2cores"),
    ((*ENGINE, "resources", "limits"), (*TO, "resources", "limits"), {"cpu": "2", "memory": "4Gi"}, {"cpus": "2"}),
    ((*ENGINE, "storage", "size"), (*TO, "storage", "size"), "20Gi", "20Gb"),
    ((*ENGINE, "storage", "storage_class"), (*TO, "storage", "storageClass"), "fast", "Not A Name"),
    ((*ENGINE, "engine_config"), (*TO, "configuration"), "a = 1", {"a": 1}),
    ((*ENGINE, "scheduling"), (*TO, "scheduling"), {"nodeSelector": {"disk": "hdd"}}, "ssd"),
    ((*ENGINE, "scheduling", "node_selector"), (*TO, "scheduling", "nodeSelector"), {"disk": "ssd"}, ["ssd"]),
    ((*ENGINE, "scheduling", "node_selector", "disk"), (*TO, "scheduling", "nodeSelector", "disk"), "ssd", 5),
    (
        (*ENGINE, "scheduling", "tolerations", 0),
        (*TO, "scheduling", "tolerations", 0),
        {"key": "db", "operator": "Exists"},
        "db",
    ),
    ((*ENGINE, "scheduling", "tolerations", 0, "key"), (*TO, "scheduling", "tolerations", 0, "key"), "db", None),
    (
        (*ENGINE, "scheduling", "affinity", "podAntiAffinity"),
        (*TO, "scheduling", "affinity", "podAntiAffinity"),
        {"requiredDuringSchedulingIgnoredDuringExecution": []},
        {"required": []},
    ),
    ((*ENGINE, "expose", "source_ranges", 0), (*TO, "expose", "sourceRanges", 0), "10.0.0.0/8", "10.0.0.0/33"),
    ((*ENGINE, "expose", "source_ranges"), (*TO, "expose", "sourceRanges"), ["10.0.0.0/8"], "10.0.0.0/8"),
    ((*ENGINE, "overrides", "extra", "deep"), (*TO, "extra", "deep"), 1, None),
    (("backup", "storages", 0, "bucket"), (*STORAGE, "bucket"), "backups", 5),
    (("backup", "storages", 0, "credentials_secret"), (*STORAGE, "credentials"), "s3", "S3!"),
    (("backup", "storages", 0, "schedules", 0, "cron"), (*STORAGE, "schedules", 0, "cron"), "0 3 * * *", "0 25 * * *"),
    (
        ("backup", "storages", 0, "schedules", 0, "retention", "count"),
        (*STORAGE, "schedules", 0, "retention", "count"),
        7,
        0,
    ),
]
IDS = [".".join(map(str, place[0])) for place in PLACES]
WRONG = [place for place in PLACES if place[3] is not None]
WRONG_IDS = [".".join(map(str, place[0])) for place in WRONG]


def placed(path, value):
    """The arguments with something else at one place."""
    arguments = copy.deepcopy(ARGUMENTS)
    at(arguments, *path[:-1])[path[-1]] = value
    return arguments


@cache
def with_plain(index, preview, wrong=False):
    """What the program with the plain value does."""
    path, _, value, bad = PLACES[index]
    return run(lambda: DatabaseCluster("orders", placed(path, bad if wrong else value)) and None, preview=preview)


async def awaited(value):
    await asyncio.sleep(0)
    return value


FORMS = {
    "output of a plain value": pulumi.Output.from_input,
    "applied": lambda value: pulumi.Output.from_input(0).apply(lambda _: value),
    "secret": pulumi.Output.secret,
    "awaitable": awaited,
    "output of a resource": lambda value: Source().gives(value),
}


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("path", "emitted", "value", "_wrong"), PLACES, ids=IDS)
def test_an_output_reaches_the_object_as_the_plain_value_would(path, emitted, value, _wrong, form, preview):
    plain = with_plain(IDS.index(".".join(map(str, path))), preview)
    assert plain.error is None
    expected = copy.deepcopy(plain.main.inputs)
    result = run(lambda: DatabaseCluster("orders", placed(path, FORMS[form](value))) and None, preview=preview)
    assert result.error is None
    assert not result.noise
    assert at(plain.main.inputs, *emitted) == value
    if form == "output of a resource" and preview:
        assert is_unknown(at(result.main.inputs, *emitted))
        found = copy.deepcopy(result.main.inputs)
        at(found, *emitted[:-1])[emitted[-1]] = value
        if path[-1] == "replicas":
            assert is_unknown(found["spec"].pop("unsafe"))
            del expected["spec"]["unsafe"]
        assert found == expected, "only the value itself is unknown"
    else:
        assert result.main.inputs == expected
    assert result.main.secret is (form == "secret")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("path", "emitted", "value", "wrong"), WRONG, ids=WRONG_IDS)
def test_a_wrong_value_is_refused_before_the_object_is_made_once_it_is_known(path, emitted, value, wrong, form):
    plain = with_plain(IDS.index(".".join(map(str, path))), preview=True, wrong=True)
    result = run(lambda: DatabaseCluster("orders", placed(path, FORMS[form](wrong))) and None, preview=False)
    assert isinstance(plain.error, ClusterError)
    assert isinstance(result.error, ClusterError), result.error
    assert [(e.code, e.path) for e in result.error.findings] == [(e.code, e.path) for e in plain.error.findings]
    assert result.objects == []
    if form == "secret":
        assert all("secret" in entry.message for entry in result.error.findings)
    else:
        assert [e.message for e in result.error.findings] == [e.message for e in plain.error.findings]


@pytest.mark.parametrize(("path", "emitted", "value", "wrong"), WRONG, ids=WRONG_IDS)
def test_an_unknown_value_is_no_error_in_a_preview_whatever_it_will_be(path, emitted, value, wrong):
    result = run(lambda: DatabaseCluster("orders", placed(path, Source().gives(wrong))) and None)
    assert result.error is None
    assert is_unknown(at(result.main.inputs, *emitted))


def test_known_errors_are_found_beside_unknown_values():
    def program():
        arguments = placed(("instances", "engine", "storage", "size"), Source().gives("20Gi"))
        arguments["instances"]["engine"]["replicas"] = 2
        arguments["instances"]["engine"]["storage"]["storageclass"] = "x"
        DatabaseCluster("orders", arguments)

    result = run(program)
    assert {(e.code, e.path) for e in result.error.findings} == {
        ("cluster.replicas", ("instances", "engine", "replicas")),
        ("field.unknown", ("instances", "engine", "storage", "storageclass")),
    }
    assert result.objects == []


def test_two_values_that_are_wrong_together_are_found_when_both_are_known():
    def program():
        arguments = copy.deepcopy(ARGUMENTS)
        arguments["tls"] = {"mode": Source("a").gives("off"), "certificate_secret": Source("b").gives("c")}
        DatabaseCluster("orders", arguments)

    assert run(program).error is None
    assert run(program, preview=False).codes == ["cluster.rule"]


def test_a_value_made_of_an_unknown_one_waits_alone():
    def program():
        arguments = placed(("instances", "engine", "replicas"), Source().gives(1))
        return {"host": DatabaseCluster("orders", arguments).host}

    preview = run(program)
    assert preview.values["host"] == "orders-engine.databases.svc.cluster.local"
    assert preview.main.inputs["spec"]["operator"]
    assert is_unknown(preview.main.inputs["spec"]["unsafe"])
    assert run(program, preview=False).main.inputs["spec"]["unsafe"] is True


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("provider",), "toydb-operator"),
        (("topology",), {"type": "single"}),
        (("instances",), {"engine": {}}),
        (("instances", "engine"), {"replicas": 3}),
        (("preset",), "small"),
        (("operator_version",), "1.0.0"),
        (("deletion_policy",), "delete"),
        (("wait_for",), True),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)
def test_what_decides_what_exists_must_be_known(path, value):
    unknown = run(lambda: DatabaseCluster("orders", placed(path, Source().gives(value))) and None)
    assert set(unknown.codes) == {"value.not-known"}
    assert unknown.error.findings[0].path == path
    # What needs no engine to be known is known after a turn of the loop.
    applied = run(lambda: DatabaseCluster("orders", placed(path, FORMS["applied"](value))) and None)
    assert applied.error is None
    assert applied.main


def test_a_deciding_value_that_is_secret_is_said_to_be_so():
    result = run(lambda: DatabaseCluster("orders", placed(("preset",), pulumi.Output.secret("small"))) and None)
    assert [entry.message for entry in result.error.findings] == [
        "'preset' decides what the cluster consists of, so it cannot be secret"
    ]


def test_parts_of_a_secret_stay_secret_and_its_outline_is_laid_open():
    engine = {"replicas": 5, "storage": {"size": "50Gi", "storage_class": "gold"}}
    result = run(lambda: DatabaseCluster("orders", placed(ENGINE, pulumi.Output.secret(engine))) and None)
    assert result.error is None
    engine_out = at(result.main.inputs, "spec", "engine")
    assert engine_out["size"] == 5
    assert engine_out["storage"] == {"storageClass": "gold", "size": "50Gi"}
    assert result.main.secret


def test_a_name_that_is_unknown_gives_the_same_resources_as_a_known_one():
    def program(name):
        return lambda: (
            DatabaseCluster(
                "orders",
                {**ARGUMENTS, "name": name(), "users": {"ROOT_PASSWORD": "pw"}},
            )
            and None
        )

    unknown = run(program(lambda: Source().gives("orders-db")))
    known = run(program(lambda: "orders-db"))
    assert is_unknown(unknown.main.inputs["metadata"]["name"])
    assert [(e.type, e.name) for e in unknown.objects] == [(e.type, e.name) for e in known.objects]


def test_dependencies_of_values_are_kept():
    result = run(lambda: DatabaseCluster("orders", placed(("namespace",), Source("ns").gives("db"))) and None)
    assert any(urn.endswith("Source::ns") for urn in result.main.request.dependencies)
