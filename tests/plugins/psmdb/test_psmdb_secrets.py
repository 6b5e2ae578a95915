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
from pulumi_everest.model.findings import one_line

ROWS = [
    # spec, secrets, Secrets emitted
    ({}, {}, []),
    (
        {},
        {"users": {"MONGODB_USER_ADMIN_PASSWORD": "pw"}},
        [secret("db-secrets", {"MONGODB_USER_ADMIN_PASSWORD": "pw"})],
    ),
    (PMM, {"monitoring": {"apiKey": "key"}}, [secret("db-secrets", {"PMM_SERVER_TOKEN": "key"})]),
    (PMM2, {"monitoring": {"apiKey": "key"}}, [secret("db-secrets", {"PMM_SERVER_API_KEY": "key"})]),
    (
        PMM,
        {"monitoring": {"apiKey": "key"}, "users": {"MONGODB_BACKUP_PASSWORD": "pw"}},
        [secret("db-secrets", {"PMM_SERVER_TOKEN": "key", "MONGODB_BACKUP_PASSWORD": "pw"})],
    ),
    (
        {
            "backup": {
                "storages": [
                    {"name": "a", "type": "s3", "bucket": "b"},
                    {"name": "b", "type": "azure", "container": "c"},
                ]
            }
        },
        {"storages": {"a": AWS, "b": AZURE}},
        [secret("db-backup-a", AWS), secret("db-backup-b", AZURE)],
    ),
]


def test_a_storage_uses_the_secret_made_of_its_values(emitted: Callable[..., Any]) -> None:
    storages = [{"name": name, "type": "s3", "bucket": "b", "credentialsSecret": "own"} for name in ("a", "b")]

    main = emitted({"backup": {"storages": storages}}, secrets={"storages": {"a": AWS}})[-1]

    used = {name: storage["s3"]["credentialsSecret"] for name, storage in main["spec"]["backup"]["storages"].items()}
    assert used == {"a": "db-backup-a", "b": "own"}


@pytest.mark.parametrize("kind", ["azure", "gcs"])
def test_a_storage_that_cannot_do_without_credentials_is_refused(plan: Callable[..., Any], kind: str) -> None:
    where = "container" if kind == "azure" else "bucket"

    objects, found = plan({"backup": {"storages": [{"name": "a", "type": kind, where: "c"}]}})

    assert objects == []
    assert any(entry.is_error and "credentialsSecret" in one_line(entry) for entry in found)


FULL: dict[str, Any] = {
    "topology": {"type": "sharded"},
    "usersSecret": "users",
    "paused": False,
    "instances": {
        "engine": {
            **POD,
            "engineConfig": "systemLog: {}",
            "scheduling": {
                "nodeSelector": {"disk": "ssd"},
                "tolerations": [{"key": "db", "operator": "Exists"}],
                "priorityClassName": "high",
            },
        },
        "configServer": {"replicas": 3, "storage": {"size": "5Gi"}},
        "proxy": {
            "replicas": 3,
            "expose": EXPOSED,
        },
        "backupAgent": {"image": "a/pbm:1", "resources": {"limits": {"cpu": "1"}}},
        "monitoring": {"image": "a/exporter:1", "resources": {"limits": {"memory": "64Mi"}}},
        "pmm": {"image": "a/pmm:1"},
    },
    "backup": {
        "storages": [
            S3_STORAGE,
            {"name": "files", "type": "filesystem", "claim": "claim", "prefix": "prefix"},
            {"name": "cloud", "type": "azure", "container": "container", "credentialsSecret": "azure"},
        ]
    },
    "monitoring": {"serverUrl": "https://pmm.example.com", "resources": {"limits": {"cpu": "1"}}},
    "tls": {"mode": "requireTLS", "issuer": {"name": "issuer", "kind": "Issuer"}, "internalCertificateSecret": "tls"},
    "images": {"pullPolicy": "Always", "pullSecrets": ["registry"]},
}

DECIDES = {"type", "name"}
"""Keys of storages and schedules that say what is there; the type of a topology and of an exposure too."""

SMALL: dict[Path, set[str]] = {
    # Where more than the value's own place is unknown: the smallest part that it decides.
    ("instances", "engine", "replicas"): {"unsafeFlags"},
    ("instances", "configServer", "replicas"): {"unsafeFlags"},
    ("instances", "proxy", "replicas"): {"unsafeFlags"},
    ("tls", "mode"): {"unsafeFlags"},
}


UNKNOWN = list(unknown(FULL, SMALL, known=lambda path: path[-1] in DECIDES and path[0] in ("backup", "topology")))


def test_an_unknown_password_is_passed_on_as_it_is(emitted: Callable[..., Any]) -> None:
    password, key = Deferred(("users",), source=object()), Deferred(("key",), source=object())
    secrets = {"users": {"MONGODB_BACKUP_PASSWORD": password}, "monitoring": {"apiKey": key}}

    made = emitted(PMM, secrets=secrets)[0]

    assert made["stringData"] == {"PMM_SERVER_TOKEN": key, "MONGODB_BACKUP_PASSWORD": password}
