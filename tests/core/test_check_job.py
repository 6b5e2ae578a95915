"""Backups and restores on demand, against their cluster and what a plugin's templates honour."""

from __future__ import annotations

from typing import Any

import pytest
from expected import Said
from toy_definition import toy_definition

from pulumi_everest.core.check_job import Job, JobKind, check_job, job_shapes, source_findings, with_storage
from pulumi_everest.core.paths import FieldSet
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.findings import Finding, path_text
from pulumi_everest.model.plugin_files.manifest import PluginManifest

SAID = Said(__file__)
said_in_full = SAID.fixture()

DEFINITION = toy_definition()
MANIFEST: dict[str, Any] = {
    "name": "toy",
    "title": "Toy",
    "operator": {"name": "toy-operator", "versions": ["1.0", "1.1"], "default": "1.1"},
    "components": {"engine": {"types": ["db"], "fields": ["replicas"]}},
}
STORAGES = [{"name": "main", "type": "s3", "bucket": "b"}, {"name": "far", "type": "gcs", "bucket": "c"}]
FIELDS = FieldSet(["storage", "backup", "path", "pointInTime", "config.level"])
OF_UPGRADES = FieldSet(["version"])


def technology(*, plugin: bool = True, provider_version: str | None = None, **manifest: Any) -> Technology:
    made = PluginManifest.model_validate({**MANIFEST, **manifest}) if plugin else None
    return Technology("toy-operator", Definition(DEFINITION), made, provider_version)


def cluster(storages: Any = STORAGES) -> Resolved:
    spec: dict[str, Any] = {"provider": "toy-operator", "operatorVersion": "1.0", "instances": {}}
    if storages is not None:
        spec["backup"] = {"storages": storages}
    return Resolved({"name": "orders", "namespace": "shop"}, spec, {"engine": "db"}, secrets={"users": {"root": "x"}})


def checked(
    spec: dict[str, Any],
    kind: JobKind = "backup",
    of: Resolved | None = None,
    kind_of: Technology | None = None,
    *,
    creating: bool = False,
) -> tuple[Job, list[Finding]]:
    spec = {"cluster": "orders", **spec}
    job, found = check_job(
        kind, {"name": "now", "namespace": "shop"}, spec, kind_of or technology(), OF_UPGRADES if kind == "upgrade" else FIELDS, (), cluster=of, creating=creating
    )  # fmt: skip
    SAID([found, job.variables])
    return job, found


def codes(found: list[Finding]) -> list[tuple[str, str]]:
    return [(entry.code, path_text(entry.path)) for entry in found]


@pytest.mark.parametrize("kind", ["backup", "restore"])
def test_expressions_about_jobs_may_name_what_templates_see_and_know_what_it_is(kind: JobKind) -> None:
    shapes = {name: shape.kind for name, shape in job_shapes(kind).items()}
    objects = dict.fromkeys(("spec", "metadata", "cluster", "storage", "secrets"), "object")
    assert shapes == {**objects, "operator": "text", "creating": "bool"}


# Fields and versions


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"storage": "main", "config": {"level": 3}}, []),
        ({"storage": "main", "provider": "x", "overrides": {"a": 1}}, []),
        ({"storage": "main", "config": {"levle": 3}}, [("cluster.field-not-honoured", "config.levle")]),
        ({"storage": "main", "type": "full"}, [("cluster.field-not-honoured", "type")]),
    ],
)
def test_a_field_that_the_templates_do_nothing_with_is_refused(spec: dict[str, Any], expected: Any) -> None:
    _, found = checked(spec, of=cluster())

    assert codes(found) == expected


def test_a_refused_field_says_what_is_meant() -> None:
    [entry] = checked({"storage": "main", "config": {"levle": 3}}, of=cluster())[1]

    assert entry.message == "provider 'toy-operator' does nothing with 'levle' of a backup"
    assert (entry.allowed, entry.hint) == (("level",), "did you mean 'level'?")


@pytest.mark.parametrize(
    ("version", "of", "plugin", "expected"),
    [
        ("1.0", None, True, []),
        ("1.9", None, True, [("provider.operator-version", "operatorVersion")]),
        ("1.0", cluster(), True, [("field.conflict", "operatorVersion")]),
        (None, cluster(), True, []),
        (Deferred(), None, True, []),
        ("1.9", None, False, []),
    ],
)
def test_the_operator_version_is_that_of_the_cluster_or_one_that_there_is(
    version: Any, of: Resolved | None, plugin: bool, expected: Any
) -> None:
    _, found = checked({"storage": "main", "operatorVersion": version}, of=of, kind_of=technology(plugin=plugin))

    assert codes(found) == expected


def test_an_operator_version_that_is_not_there_says_which_are() -> None:
    [entry] = checked({"storage": "main", "operatorVersion": "1.00"})[1]

    assert entry.message == "operator version '1.00' is not one that plugin 'toy' supports"
    assert (entry.allowed, entry.hint) == (("1.0", "1.1"), "did you mean '1.0'?")


@pytest.mark.parametrize(
    ("spec", "of", "kind", "operator"),
    [
        ({}, cluster(), technology(provider_version="1.1"), "1.0"),
        ({"operatorVersion": "1.0"}, None, technology(provider_version="1.1"), "1.0"),
        ({}, None, technology(provider_version="1.0"), "1.0"),
        ({}, None, technology(), "1.1"),
        ({}, None, technology(plugin=False), None),
    ],
)
def test_an_object_is_made_for_the_operator_of_its_cluster_or_the_one_chosen(
    spec: dict[str, Any], of: Resolved | None, kind: Technology, operator: str | None
) -> None:
    job, _ = checked({"storage": "main", **spec}, of=of, kind_of=kind)

    assert job.operator == job.variables["operator"] == operator


def test_templates_see_the_cluster_as_far_as_it_is_known() -> None:
    job, _ = checked({"storage": "main"}, of=cluster())
    assert job.variables["cluster"] == {
        "metadata": cluster().metadata,
        "spec": cluster().spec,
        "types": {"engine": "db"},
    }
    assert job.variables["secrets"] == {"users": {"root": "x"}}
    assert not job.deferred

    job, _ = checked({"storage": Deferred()})
    assert job.variables["cluster"] == {"metadata": {"name": "orders", "namespace": "shop"}}
    assert (job.variables["secrets"], job.variables["creating"]) == ({}, False)
    assert job.deferred


# Storages


@pytest.mark.parametrize(
    ("storage", "kind", "of", "taken", "expected"),
    [
        (None, "backup", cluster(), {**STORAGES[0], "index": 0}, []),
        ("far", "backup", cluster(), {**STORAGES[1], "index": 1}, []),
        ("fra", "backup", cluster(), {}, [("field.value", "storage")]),
        (None, "backup", cluster(None), {}, [("backup.not-configured", "cluster")]),
        ("main", "backup", cluster([]), {}, [("backup.not-configured", "cluster")]),
        (None, "backup", None, {"name": None}, [("field.missing", "storage")]),
        ("any", "backup", None, {"name": "any"}, []),
        (None, "restore", cluster(), {}, []),
        (None, "restore", None, {}, []),
        ("far", "restore", cluster(), {**STORAGES[1], "index": 1}, []),
        ("any", "restore", None, {"name": "any"}, []),
    ],
)
def test_a_job_has_the_storage_that_it_names_and_a_backup_the_main_one(
    storage: str | None, kind: JobKind, of: Resolved | None, taken: Any, expected: Any
) -> None:
    source = {"path": "p"} if storage else {"backup": "b"}
    spec = {"storage": storage, **(source if kind == "restore" else {})}
    job, found = checked({key: value for key, value in spec.items() if value is not None}, kind, of)

    assert codes(found) == expected
    assert job.storage == taken


def test_the_main_storage_is_written_into_a_backup() -> None:
    job, _ = checked({}, of=cluster())

    assert job.spec["storage"] == "main"


def test_a_storage_that_is_not_there_says_which_are() -> None:
    [entry] = checked({"storage": "fra"}, of=cluster(), kind_of=technology(ownStorages=["volume"]))[1]
    assert entry.message == "there is no backup storage 'fra'"
    assert (entry.allowed, entry.hint) == (("main", "far", "volume"), "did you mean 'far'?")

    own = technology(ownStorages=["far", "volume"])
    [entry] = checked({"storage": "fra"}, of=cluster(), kind_of=own)[1]
    assert entry.allowed == ("main", "far", "volume")

    [entry] = checked({}, of=cluster(None))[1]
    assert entry.message == "cluster 'orders' has no storage for backups"
    assert entry.hint == "set backup.storages of the cluster"


def test_a_technology_may_have_storages_of_its_own() -> None:
    job, found = checked({}, of=cluster(None), kind_of=technology(ownStorages=["volume"]))

    assert (job.storage, found) == ({"name": "volume"}, [])


def test_a_new_cluster_is_filled_from_its_own_storage() -> None:
    _, found = checked({"storage": "main", "path": "p"}, "restore", cluster(None), creating=True)

    assert codes(found) == [("backup.not-configured", "")]


@pytest.mark.parametrize(
    ("storage", "storages", "expected"),
    [
        (Deferred((), 1), STORAGES, [("value.not-known", "storage")]),
        (Deferred(), STORAGES, []),
        ("main", Deferred((), 1), [("value.not-known", "storage")]),
        ("main", [Deferred((), 1)], [("value.not-known", "storage")]),
        ("main", [STORAGES[0], Deferred()], []),
        ("main", [{"name": Deferred((), 1)}], []),
    ],
)
def test_a_storage_that_is_not_known_yet_is_said_unless_it_was_refused(
    storage: Any, storages: Any, expected: Any
) -> None:
    _, found = checked({"storage": storage}, of=cluster(storages))

    assert codes(found) == expected


# Where data comes from

BOTH = "the data comes from 'backup' or from 'storage' and 'path'"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"backup": "b"}, []),
        ({"storage": "main", "path": "p"}, []),
        ({"storage": "main", "pointInTime": "latest"}, []),
        ({"backup": "b", "pointInTime": "latest"}, []),
        ({}, [("field.conflict", "", BOTH)]),
        ({"backup": "b", "storage": "main", "path": "p"},
         [("field.conflict", "", f"{BOTH}, not from both"),
          ("field.conflict", "path", "'path' belongs to 'storage', not to 'backup'")]),
        ({"storage": "main"}, [("field.missing", "path", "with 'storage' the field 'path' is needed")]),
        ({"backup": "b", "type": "full"}, [("field.conflict", "type", "'type' belongs to 'storage', not to 'backup'")]),
        ({"storage": "main", "path": "s3://b/p"},
         [("field.value", "path", "'s3://b/p' is no path inside a bucket, container or volume")]),
        ({"storage": "main", "path": "//"},
         [("field.value", "path", "'//' is no path inside a bucket, container or volume")]),
        ({"storage": "main", "path": Deferred()}, []),
        ({"storage": "other", "path": "p"}, [("field.value", "storage", "there is no backup storage 'other'")]),
        ({"storage": Deferred(), "path": "p"}, []),
    ],
)  # fmt: skip
def test_data_comes_from_one_place(source: dict[str, Any], expected: Any) -> None:
    found = [
        (entry.code, path_text(entry.path).removeprefix("dataSource").removeprefix("."), entry.message)
        for entry in SAID(list(source_findings(source, ["main"], ("dataSource",))))
    ]

    assert found == expected


def test_a_path_with_its_bucket_says_how_to_write_it() -> None:
    [entry] = source_findings({"storage": "main", "path": "s3://bucket/a/b"}, None, ())
    assert (entry.hint, entry.path) == ("write a/b", ("path",))
    [entry] = source_findings({"storage": "main", "path": "/"}, None, ())
    assert entry.hint is None


@pytest.mark.parametrize("names", [None, ["main", Deferred()]])
def test_a_storage_is_not_looked_for_where_not_all_are_known(names: Any) -> None:
    assert list(source_findings({"storage": "other", "path": "p"}, names, ())) == []


def test_only_a_restore_on_demand_is_asked_where_its_data_comes_from() -> None:
    assert codes(checked({"storage": "main"}, "restore", cluster())[1]) == [("field.missing", "path")]
    assert codes(checked({"storage": "main"}, "restore", cluster(), creating=True)[1]) == []
    assert codes(checked({"storage": "main"}, "backup", cluster())[1]) == []


# Upgrades

MAJORS = DatabaseClusterDefinition.model_validate(
    {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseClusterDefinition",
        "metadata": {"name": "toy"},
        "spec": {
            "componentTypes": {
                "db": {
                    "versions": [
                        {"version": "1.0", "image": "x:1.0"},
                        {"version": "1.1", "image": "x:1.1"},
                        {"version": "2.0", "image": "x:2.0", "default": True},
                    ]
                },
                "tool": {"versions": [{"version": "5", "image": "t:5"}]},
            },
            "components": {"engine": {"type": "db"}},
            "topologies": {"one": {"components": {"engine": None}}},
            "upgrades": {"db": {"majorStep": 0, "downgrade": False}},
        },
    }
)


def upgraded(version: Any, was: Any = "1.0", *, of: bool = True) -> tuple[Job, list[Finding]]:
    """An upgrade to a version, of a cluster that has another one."""
    made = PluginManifest.model_validate(
        {**MANIFEST, "components": {"engine": {"types": ["db"], "fields": ["version"]}}}
    )
    kind = Technology("toy-operator", Definition(MAJORS), made)
    instances = {"engine": {"version": was, "image": f"x:{was}"}}
    spec = {"provider": "toy-operator", "operatorVersion": "1.0", "topology": {"type": "one"}, "instances": instances}
    cluster_of = Resolved({"name": "orders", "namespace": "shop"}, spec, {"engine": "db"}) if of else None
    job, found = checked({"version": version}, "upgrade", cluster_of, kind)
    return with_storage(job), found


@pytest.mark.parametrize(
    ("version", "was", "of"),
    [
        ("2.0", "1.0", True),
        ("1.1", "1.0", True),
        ("1.0", "1.0", True),
        ("1.0", "2.0", True),
        ("9.9", "1.0", True),
        (Deferred(("spec", "version"), 1), "1.0", True),
        ("2.0", Deferred((), 1), True),
        ("2.0", "1.0", False),
    ],
)
def test_an_upgrade_says_what_it_does_or_why_it_is_none(version: Any, was: Any, of: bool) -> None:
    job, found = upgraded(version, was, of=of)

    errors = [entry for entry in found if entry.is_error]
    known = of and not isinstance(version, Deferred) and not isinstance(was, Deferred)
    assert (job.target is not None) == (known and version in ("1.0", "1.1", "2.0"))
    assert bool(errors) == ((version, was, of) != ("2.0", "1.0", True))
    assert SAID({"target": job.variables["target"], "tools": job.variables["tools"]})
