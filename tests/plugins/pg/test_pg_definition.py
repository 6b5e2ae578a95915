"""The definition: its catalog, its defaults, and the rules that say at once what the operator would say later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from definition_tests import (  # noqa: F401
    NIGHTLY,
    Spec,
    definitions_of,
    matrix_of,
    test_a_field_that_would_do_nothing_is_refused,
    test_a_rule_points_at_what_breaks_it,
    test_a_rule_refuses,
    test_a_rule_warns,
    test_each_operator_release_has_one_default_of_each_type,
    test_every_rule_is_broken_by_a_row,
    test_former_types_are_the_other_versions_of_the_definition_in_the_operator,
    test_replicas_are_limited,
    test_the_plugin_has_no_findings,
    test_the_rules_leave_alone,
    test_the_state_of_a_live_object,
    test_versions_and_images_are_those_of_the_operator_release,
)

from pulumi_everest.expressions.environment import Environment
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.conformance import assert_conforms
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

OPERATORS = ("2.9.0", "3.0.0")
KIND = "PerconaPGCluster"
KINDS = ("postgresql", "pmm")
REPORTS_FAILURE = False


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("kind", ["pgbouncer", "pgbackrest"])
def test_versions_of_the_tools_are_the_tags_of_the_images_that_the_release_lists(
    plugin: Plugin, shared: Path, operator: str, kind: str
) -> None:
    images = {entry["image"] for entry in matrix_of(shared, plugin, operator)[kind].values()}

    entries = plugin.definition.versions(kind, operator)

    assert {entry.image for entry in entries} == images
    assert {entry.version for entry in entries} == {image.split(":")[1] for image in images}


@pytest.mark.parametrize("operator", OPERATORS)
def test_the_tools_come_with_the_version_of_postgresql_that_they_are_listed_for(
    plugin: Plugin, shared: Path, operator: str
) -> None:
    matrix = matrix_of(shared, plugin, operator)
    wanted = {
        version: {
            "engine": matrix["postgresql"][version]["image"],
            "proxy": matrix["pgbouncer"][version]["image"],
            "backupAgent": matrix["pgbackrest"][version]["image"],
        }
        for version in matrix["postgresql"]
    }

    found = {version: images(operator, {"engine": {"version": version}, "proxy": {}}) for version in wanted}

    assert found == wanted
    assert {bundle.components["engine"] for bundle in plugin.definition.bundles(operator)} == set(wanted)


def images(operator: str, instances: Spec) -> dict[str, str]:
    spec = {"provider": "pg-operator", "operatorVersion": operator, "instances": instances}
    resolved, _, found = Workspace(Plugins()).check(ClusterInput({"name": "db", "namespace": "apps"}, spec))
    assert resolved is not None
    assert [entry for entry in found if entry.is_error] == []
    return {name: entry["image"] for name, entry in resolved.spec["instances"].items()}


DEFAULTS = {
    "2.9.0": {"postgresql": "18.3", "pgbouncer": "1.25.1-1", "pgbackrest": "2.58.0-1", "pmm": "3.6.0"},
    "3.0.0": {"postgresql": "18.4", "pgbouncer": "1.25.2-1", "pgbackrest": "2.58.0-2", "pmm": "3.7.1"},
}


@pytest.mark.parametrize("operator", OPERATORS)
def test_the_images_of_components_are_those_of_the_default_versions(plugin: Plugin, operator: str) -> None:
    assert images(operator, {"proxy": {}}) == {
        component: entry.image
        for component, kind in (("engine", "postgresql"), ("proxy", "pgbouncer"), ("backupAgent", "pgbackrest"))
        for entry in plugin.definition.versions(kind, operator)
        if entry.default
    }


S3: Spec = {"type": "s3", "bucket": "b", "region": "r", "credentialsSecret": "c", "schedules": NIGHTLY}
AZURE: Spec = {"type": "azure", "container": "b", "credentialsSecret": "c", "schedules": NIGHTLY}
GCS: Spec = {"type": "gcs", "bucket": "b", "credentialsSecret": "c", "schedules": NIGHTLY}
OLD: Spec = {"instances": {"engine": {"version": "17.7"}}}
"""A version of PostgreSQL that comes with pgBackRest 2.57."""


def stored(*storages: Spec) -> Spec:
    """Storages, and their schedules, named by their place in the list."""
    named = [
        {
            "name": f"s{index}",
            **{key: value for key, value in storage.items() if value is not None},
            "schedules": [
                {**schedule, "name": f"n{index}{number}"}
                for number, schedule in enumerate(storage.get("schedules") or [])
            ],
        }
        for index, storage in enumerate(storages)
    ]
    return {"backup": {"storages": named}}


def parameters(**values: Any) -> Spec:
    return {"instances": {"engine": {"engineConfig": values}}}


def pooled(**values: Any) -> Spec:
    return {"instances": {"proxy": {"engineConfig": values}}}


def exposed(component: str, **values: Any) -> Spec:
    return {"instances": {component: {"expose": values}}}


def bare(storages: list[dict[str, Any]] | None = None, **config: Any) -> dict[str, Any]:
    """A cluster whose repository host has no volume."""
    own: dict[str, Any] = {"instances": {"backupAgent": {"config": {"volume": False, **config}}}}
    return {**own, **(stored(*storages) if storages else {})}


ERRORS = [
    # spec, name, path, part of the message
    ({}, "n" * 38, "", "at most 37 characters"),
    ({}, "1db", "", "begins with a letter"),
    ({}, "postgres", "", "users of the operator"),
    ({}, "monitor", "", "users of the operator"),
    (exposed("engine", sourceRanges=["10.0.0.0/8"]), "db", "instances.engine.expose.type", "LoadBalancer"),
    (exposed("proxy", type="NodePort", loadBalancerClass="x"), "db", "instances.proxy.expose.type", "LoadBalancer"),
    (stored(*({**S3, "bucket": f"b{n}"} for n in range(4))), "db", "backup.storages", "at most three"),
    (stored({"type": "filesystem", "claim": "c"}), "db", "backup.storages", "no storage is of type filesystem"),
    (stored({**S3, "region": None}), "db", "backup.storages", "needs region"),
    (stored({**S3, "endpointUrl": "https://minio/path"}), "db", "backup.storages", "has no path"),
    ({**stored({**S3, "endpointUrl": "http://minio"}), **OLD}, "db", "backup.storages", "without TLS from 2.58"),
    (
        stored({**AZURE, "endpointUrl": "https://account.blob.core.windows.net"}),
        "db",
        "backup.storages",
        "puts the account before the host",
    ),
    (stored({**S3, "credentialsSecret": None}), "db", "backup.storages", "s3.conf"),
    (stored({**AZURE, "credentialsSecret": None}), "db", "backup.storages", "azure.conf"),
    (stored({**GCS, "credentialsSecret": None}), "db", "backup.storages", "gcs.conf"),
    (
        stored(GCS, {**GCS, "bucket": "c", "credentialsSecret": "d"}),
        "db",
        "backup.storages",
        "share one credentialsSecret",
    ),
    (stored(S3, {**S3, "region": "other"}), "db", "backup.storages", "two storages are one place"),
    (stored(AZURE, AZURE), "db", "backup.storages", "two storages are one place"),
    (stored({**S3, "schedules": NIGHTLY * 2}), "db", "backup.storages.schedules", "at most one schedule"),
    (
        stored({**S3, "schedules": [{**NIGHTLY[0], "retention": {"duration": "36h"}}]}),
        "db",
        "backup.storages",
        "whole days",
    ),
    (stored({**S3, "pitr": {"enabled": False}}), "db", "backup.storages.pitr.enabled", "always on"),
    (
        stored(S3, {**S3, "bucket": "c", "pitr": {"intervalSeconds": 9}}),
        "db",
        "backup.storages.pitr",
        "one interval",
    ),
    (
        {**stored({**S3, "pitr": {"intervalSeconds": 9}}), **parameters(archive_timeout="1min")},
        "db",
        "backup.storages.pitr",
        "not in both",
    ),
    ({"tls": {"mode": "disabled"}}, "db", "tls.mode", "always on"),
    ({"tls": {"certificateSecret": "c"}}, "db", "tls", "go together"),
    ({"tls": {"internalCertificateSecret": "c"}}, "db", "tls", "go together"),
    ({"usersSecret": "u" * 64}, "db", "usersSecret", "at most 63"),
    (
        {
            "monitoring": {
                "serverUrl": "https://p",
                "credentialsSecret": "s",
                "resources": {"limits": {"cpu": "1"}},
            },
            "instances": {"pmm": {"resources": {"limits": {"memory": "1Gi"}}}},
        },
        "db",
        "monitoring.resources",
        "not in both",
    ),
    # Without a volume of the repository host
    (bare(), "db", "backup.storages", "at least one storage"),
    (bare(keep=3, storages=[S3]), "db", "instances.backupAgent.config", "set schedules of a storage"),
    (
        {
            **bare(storages=[S3]),
            "instances": {"backupAgent": {"config": {"volume": False}, "storage": {"size": "1Gi"}}},
        },
        "db",
        "instances.backupAgent.storage",
        "has no volume",
    ),
    (stored({**S3, "schedules": [{**NIGHTLY[0], "type": "diff"}]}), "db", "backup.storages.schedules.type", "full"),
    (
        stored({**S3, "schedules": [*NIGHTLY, {"name": "b", "cron": "0 4 * * *", "type": "full"}]}),
        "db",
        "backup.storages.schedules",
        "one schedule of each type",
    ),
    (
        stored(
            {
                **S3,
                "schedules": [
                    *NIGHTLY,
                    {"name": "b", "cron": "0 4 * * *", "type": "incremental", "retention": {"count": 2}},
                ],
            }
        ),
        "db",
        "backup.storages.schedules.retention",
        "incremental ones go with",
    ),
]

FORBIDDEN = [
    "port",
    "listen_addresses",
    "config_file",
    "data_directory",
    "external_pid_file",
    "hba_file",
    "ident_file",
    "cluster_name",
    "unix_socket_directories",
    "unix_socket_group",
    "ssl",
    "ssl_cert_file",
    "SSL_ciphers",
    "archive_mode",
    "archive_command",
    "archive_library",
    "restore_command",
    "recovery_min_apply_delay",
    "recovery_target",
    "recovery_target_time",
    "hot_standby",
    "Hot_Standby",
    "wal_log_hints",
    "primary_conninfo",
    "primary_slot_name",
    "synchronous_standby_names",
    "logging_collector",
    "log_file_mode",
]
"""Parameters that the operator sets, in the one or the other way of writing them."""

ERRORS += [(parameters(**{name: "x"}), "db", "instances.engine.engineConfig", name.lower()[:4]) for name in FORBIDDEN]
ERRORS += [
    (parameters(wal_level="minimal"), "db", "instances.engine.engineConfig", "wal_level"),
    (parameters(track_commit_timestamp="off"), "db", "instances.engine.engineConfig", "always on"),
    (parameters(track_commit_timestamp=False), "db", "instances.engine.engineConfig", "always on"),
]
ERRORS += [
    (pooled(**{name: "x"}), "db", "instances.proxy.engineConfig", name)
    for name in ["conffile", "listen_addr", "listen_port", "unix_socket_dir", "auth_file", "auth_query", "auth_user"]
]


def test_each_parameter_that_the_operators_schema_forbids_is_refused(
    plugin: Plugin, shared: Path, plan: Callable[..., Any]
) -> None:
    main = next(d for d in definitions_of(shared, plugin, "3.0.0") if d["spec"]["names"]["kind"] == KIND)
    spec = main["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    rules = spec["properties"]["config"]["properties"]["parameters"]["x-kubernetes-validations"]
    environment = Environment(["self"])
    forbids = [environment.compile(rule["rule"]) for rule in rules]

    def forbidden(name: str) -> bool:
        return not all(rule.evaluate({"self": {name: "x"}}) for rule in forbids)

    names = [name.lower() for name in FORBIDDEN]
    assert [name for name in names if not forbidden(name)] == ["archive_library"]
    allowed = ["ssl_groups", "ssl_ecdh_curve", "max_connections", "archive_timeout", "log_filename", "wal_keep_size"]
    assert [name for name in allowed if forbidden(name) or plan(parameters(**{name: "9"}))[0] == []] == []
    assert len(rules) == 18


FINE = [
    ({}, "n" * 37),
    (exposed("engine", type="LoadBalancer", sourceRanges=["10.0.0.0/8"]), "db"),
    (stored(S3, AZURE, GCS), "db"),
    (stored({**S3, "region": None, "endpointUrl": "https://minio:9000"}), "db"),
    (stored({**S3, "endpointUrl": "http://minio/"}), "db"),
    ({**stored({**S3, "endpointUrl": "https://minio"}), **OLD}, "db"),
    (stored({**AZURE, "endpointUrl": "https://blob.core.windows.net"}), "db"),
    (stored(GCS, {**GCS, "bucket": "c"}), "db"),
    (stored(S3, {**S3, "prefix": "p"}), "db"),
    (stored(S3, {**GCS}), "db"),
    (stored({**S3, "schedules": [{**NIGHTLY[0], "retention": {"duration": "48h"}}]}), "db"),
    (stored({**S3, "pitr": {"enabled": True, "intervalSeconds": 9}}, {**S3, "bucket": "c", "pitr": {}}), "db"),
    ({**stored({**S3, "pitr": {"enabled": True}}), **parameters(archive_timeout="1min")}, "db"),
    (
        {
            **stored({**S3, "credentialsSecret": None}),
            "instances": {"backupAgent": {"overrides": {"global": {"repo2-s3-key-type": "web-id"}}}},
        },
        "db",
    ),
    (parameters(wal_level="replica", track_commit_timestamp=True, ssl_groups="X25519", ARCHIVE_TIMEOUT="5min"), "db"),
    (pooled(pool_mode="session", auth_type="md5"), "db"),
    ({"tls": {"certificateSecret": "c", "internalCertificateSecret": "i"}}, "db"),
    ({"instances": {"engine": {"version": "16.13", "image": "localhost:5000/own/postgresql:16.13-2"}}}, "db"),
    ({"instances": {"engine": {"version": "16.13", "image": "own/postgresql:release-1"}}}, "db"),
    (bare(storages=[S3, AZURE, GCS, {**S3, "name": "repo4", "prefix": "other"}]), "db"),
    (bare(storages=[{**S3, "name": "repo1"}]), "db"),
]


WARNINGS = [
    (stored({**S3, "schedules": None}), "backup.storages", "without a schedule"),
    (stored({**S3, "schedules": [{**NIGHTLY[0], "enabled": False}]}), "backup.storages", "without a schedule"),
    (
        {"monitoring": {"serverUrl": "http://p", "credentialsSecret": "s"}},
        "monitoring.serverUrl",
        "always connects with TLS",
    ),
    ({"monitoring": {"serverUrl": "https://p"}}, "monitoring.credentialsSecret", "PMM_SERVER_TOKEN"),
]


BROKEN = [
    # spec, more of the cluster, paths, part of the message
    (
        {"backup": {"storages": [{**S3, "name": "a"}, {**S3, "bucket": "c", "name": "repo1", "schedules": []}]}},
        {},
        "backup.storages.1.name",
        "the name repo1",
    ),
    (stored({**S3, "type": "minio", "endpointUrl": "https://m"}), {}, "backup.storages.0.type", "use s3"),
    (
        stored({key: value for key, value in GCS.items() if key != "credentialsSecret"}),
        {"secrets": {"storages": {"s0": {"GCS_CLIENT_EMAIL": "a@b"}}}},
        "backup.storages.0.credentials",
        "GCS_PRIVATE_KEY",
    ),
    ({"dataSource": {"backup": "b"}}, {}, "dataSource.backup", "status.backupName"),
    (
        stored(S3) | {"dataSource": {"storage": "s0", "path": "shop/backup/orders"}},
        {},
        "dataSource.path",
        "the path of a backup",
    ),
    (
        parameters(work_mem="4MB", port="5433", wal_level="minimal"),
        {},
        "instances.engine.engineConfig.port",
        "the operator sets port",
    ),
]


REFUSED = [
    # The operator has nothing that these could become.
    ({"monitoring": {"serverUrl": "https://p", "credentialsSecret": "s", "verifyTLS": False}}, "verifyTLS"),
    ({"tls": {"issuer": {"name": "i"}}}, "issuer"),
    ({"instances": {"engine": {"scheduling": {"nodeSelector": {"disk": "ssd"}}}}}, "nodeSelector"),
    ({"instances": {"proxy": {"storage": {"size": "1Gi"}}}}, "storage"),
    ({"instances": {"backupAgent": {"replicas": 2}}}, "replicas"),
    ({"instances": {"backupAgent": {"expose": {"type": "NodePort"}}}}, "expose"),
]


REPLICAS = [
    # topology, component, replicas, fine
    ("cluster", "engine", 0, False),
    ("cluster", "engine", 2, True),
    ("cluster", "proxy", 0, False),
    ("cluster", "proxy", 1, True),
]


CONFIGS: list[tuple[Spec, list[Any]]] = [
    ({"schedule": "0 1 * * *", "keep": 1}, []),
    ({"schedule": "daily"}, ["schedule"]),
    ({"schedule": "off", "keep": 0}, []),
    ({"keep": -1}, ["keep"]),
    ({"keeps": 3}, ["keeps"]),
]


@pytest.mark.parametrize(("config", "wrong"), CONFIGS)
def test_the_backups_to_the_volume_are_checked(plan: Callable[..., Any], config: Spec, wrong: list[Any]) -> None:
    _, found = plan({"instances": {"backupAgent": {"config": config}}})

    assert [entry.path[-1] for entry in found] == wrong


def test_a_major_version_never_changes_in_place(plugin: Plugin) -> None:
    upgrades = plugin.definition.spec.upgrades["postgresql"]

    assert (upgrades.major_step, upgrades.downgrade, upgrades.paths) == (0, False, None)


def test_what_the_probe_emits_passes_the_operators_schemas(shared: Path) -> None:
    crds = {version: shared / "crds" / "pg" / version / "crd.yaml" for version in OPERATORS}

    report = assert_conforms("pg", crds=crds)

    effects = {probe.path for probe in report.probes if probe.outcome == "effect"}
    assert effects >= {"tls.mode", "usersSecret", "backup.storages.schedules.cron", "instances.backupAgent.config.keep"}
