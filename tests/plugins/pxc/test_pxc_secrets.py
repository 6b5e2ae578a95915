"""Values that a program gives: Secrets made of them, nothing of them elsewhere, and what is unknown stays small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from secret_tests import (  # noqa: F401
    AWS,
    AZURE,
    EXPOSED,
    PMM,
    PMM2,
    POD,
    S3_STORAGE,
    Path,
    secret,
    test_an_unknown_value_leaves_only_its_place_unknown,
    test_secrets_are_made_of_values,
    unknown,
)

from pulumi_everest.model.deferred import Deferred

S3: dict[str, Any] = {"type": "s3", "bucket": "b", "region": "r"}


ROWS = [
    # spec, secrets, Secrets emitted
    ({}, {}, []),
    ({}, {"users": {"root": "pw"}}, [secret("db-secrets", {"root": "pw"})]),
    ({"usersSecret": "own"}, {"users": {"root": "pw"}}, [secret("own", {"root": "pw"})]),
    (PMM, {"monitoring": {"apiKey": "key"}}, [secret("db-secrets", {"pmmservertoken": "key"})]),
    (PMM2, {"monitoring": {"apiKey": "key"}}, [secret("db-secrets", {"pmmserverkey": "key"})]),
    (
        PMM,
        {"monitoring": {"apiKey": "key"}, "users": {"xtrabackup": "pw"}},
        [secret("db-secrets", {"pmmservertoken": "key", "xtrabackup": "pw"})],
    ),
    (
        {"backup": {"storages": [{"name": "a", **S3}, {"name": "b", "type": "azure", "container": "c"}]}},
        {"storages": {"a": AWS, "b": AZURE}},
        [secret("db-backup-a", AWS), secret("db-backup-b", AZURE)],
    ),
]


def test_a_storage_uses_the_secret_made_of_its_values(emitted: Callable[..., Any]) -> None:
    storages = [{"name": "a", **S3, "pitr": {}}, {"name": "b", **S3, "credentialsSecret": "own"}]

    main = emitted({"backup": {"storages": storages}}, secrets={"storages": {"a": AWS}})[-1]

    used = {name: storage["s3"]["credentialsSecret"] for name, storage in main["spec"]["backup"]["storages"].items()}
    assert used == {"a": "db-backup-a", "a-pitr": "db-backup-a", "b": "own"}


@pytest.mark.parametrize(
    "more", [{"pitr": {}}, {"schedules": [{"name": "n", "cron": "0 3 * * *", "retention": {"count": 1}}]}]
)
def test_values_are_credentials_as_good_as_a_secret_of_that_name(
    plan: Callable[..., Any], more: dict[str, Any]
) -> None:
    spec = {"backup": {"storages": [{"name": "a", **S3, **more}]}}

    assert [entry for entry in plan(spec, secrets={"storages": {"a": AWS}})[1] if entry.is_error] == []
    assert [entry.code for entry in plan(spec)[1] if entry.is_error] == ["cluster.rule"]


FULL: dict[str, Any] = {
    "topology": {"type": "cluster"},
    "usersSecret": "users",
    "paused": False,
    "instances": {
        "engine": {
            **POD,
            "engineConfig": "[mysqld]",
            "scheduling": {
                "nodeSelector": {"disk": "ssd"},
                "tolerations": [{"key": "db", "operator": "Exists"}],
                "priorityClassName": "high",
            },
        },
        "proxy": {
            "replicas": 3,
            "engineConfig": "default_backend galera-nodes",
            "expose": EXPOSED,
            "config": {"readService": "exposed"},
        },
        "backupAgent": {"image": "a/pxb:1", "resources": {"limits": {"cpu": "1"}}},
        "pmm": {"image": "a/pmm:1"},
    },
    "backup": {
        "storages": [
            S3_STORAGE,
            {"name": "cloud", "type": "azure", "container": "container", "prefix": "p", "credentialsSecret": "azure"},
        ]
    },
    "monitoring": {"serverUrl": "https://pmm.example.com", "resources": {"limits": {"cpu": "1"}}},
    "tls": {"mode": "enabled", "certificateSecret": "tls", "internalCertificateSecret": "internal"},
    "images": {"pullPolicy": "Always", "pullSecrets": ["registry"]},
}
ROUTED: dict[str, Any] = {
    **{key: value for key, value in FULL.items() if key not in ("tls", "backup", "monitoring", "images")},
    "topology": {"type": "proxysql"},
    "instances": {
        "proxysql": {
            "replicas": 3,
            "storage": {"size": "5Gi", "storageClass": "fast"},
            "engineConfig": "admin_variables mysql_variables",
            "expose": FULL["instances"]["proxy"]["expose"],
        },
    },
    "tls": {"issuer": {"name": "issuer", "kind": "Issuer", "group": "cert-manager.io"}},
}

DECIDES = {"type", "name"}
"""Keys of storages and schedules that say what is there; the type of a topology and of an exposure too."""

SMALL: dict[Path, set[str]] = {
    # Where more than the value's own place is unknown: the smallest part that it decides.
    ("instances", "engine", "replicas"): {"unsafeFlags"},
    ("instances", "proxy", "replicas"): {"unsafeFlags"},
    ("instances", "proxysql", "replicas"): {"unsafeFlags"},
    ("instances", "proxy", "config", "readService"): {"haproxy"},
    ("backup", "storages", 0, "schedules", 0, "enabled"): {"backup.schedule"},
    ("tls", "mode"): {"unsafeFlags"},
}


UNKNOWN = [
    row
    for spec in (FULL, ROUTED)
    for row in unknown(
        spec,
        SMALL,
        f"{spec['topology']['type']}-",
        known=lambda path: path[-1] in DECIDES and path[0] in ("backup", "topology"),
    )
]


def test_an_unknown_password_is_passed_on_as_it_is(emitted: Callable[..., Any]) -> None:
    password, key = Deferred(("users",), source=object()), Deferred(("key",), source=object())
    secrets = {"users": {"proxyadmin": password}, "monitoring": {"apiKey": key}}

    made = emitted(PMM, secrets=secrets)[0]

    assert made["stringData"] == {"pmmservertoken": key, "proxyadmin": password}
