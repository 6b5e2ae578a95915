"""Values that a program gives: Secrets made of them, nothing of them elsewhere, and what is unknown stays small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from places import unknown_parts
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

from pulumi_everest.model.deferred import Deferred, leaves_of, substitute

FORCED = {"annotations": {"pulumi.com/patchForce": "true"}}
"""The operator applies the Secret of its users, too."""
GCS = {"GCS_CLIENT_EMAIL": "robot@example.com", "GCS_PRIVATE_KEY": "-----BEGIN\nkey"}
SCHEDULES = [{"name": "nightly", "cron": "0 3 * * *"}]


def s3(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "s3", "bucket": f"bucket-{name}", "region": "r", **more}


def stored(*storages: dict[str, Any]) -> dict[str, Any]:
    return {"backup": {"storages": list(storages)}}


THREE = stored(
    s3("a"), {"name": "b", "type": "azure", "container": "c"}, {"name": "c", "type": "gcs", "bucket": "bucket"}
)

ROWS = [
    # spec, secrets, Secrets emitted
    ({}, {}, []),
    ({}, {"users": {"password": "pw"}}, [secret("db-pguser-postgres", {"verifier": "", "password": "pw"}, **FORCED)]),
    (
        {},
        {"users": {"password": "pw", "verifier": "SCRAM"}},
        [secret("db-pguser-postgres", {"verifier": "SCRAM", "password": "pw"}, **FORCED)],
    ),
    (PMM, {"monitoring": {"apiKey": "key"}}, [secret("db-pmm", {"PMM_SERVER_TOKEN": "key"})]),
    (PMM2, {"monitoring": {"apiKey": "key"}}, [secret("db-pmm", {"PMM_SERVER_KEY": "key"})]),
    (
        THREE,
        {"storages": {"b": AZURE, "a": AWS, "c": GCS}},
        [
            secret("db-backup-b", {"azure.conf": "[global]\nrepo3-azure-account=account\nrepo3-azure-key=key\n"}),
            secret("db-backup-a", {"s3.conf": "[global]\nrepo2-s3-key=id\nrepo2-s3-key-secret=key\n"}),
            secret(
                "db-backup-c",
                {
                    "gcs.conf": "[global]\nrepo4-gcs-key=/etc/pgbackrest/conf.d/c.json\n",
                    "gcs-key.json": '{"client_email":"robot@example.com","private_key":"-----BEGIN\\nkey",'
                    '"token_uri":"https://oauth2.googleapis.com/token","type":"service_account"}',
                },
            ),
        ],
    ),
]


def test_the_superuser_signs_in_with_the_password_that_was_given(emitted: Callable[..., Any]) -> None:
    main = emitted({}, secrets={"users": {"password": "pw"}})[-1]

    assert main["spec"]["users"][1] == {"name": "postgres", "secretName": "db-pguser-postgres"}


@pytest.mark.parametrize(("own", "used"), [({}, "db-pmm"), ({"credentialsSecret": "own"}, "own")])
def test_monitoring_uses_the_secret_of_its_key(emitted: Callable[..., Any], own: dict[str, Any], used: str) -> None:
    main = emitted({"monitoring": {**PMM["monitoring"], **own}})[-1]

    assert main["spec"]["pmm"]["secret"] == used


def test_storages_use_the_secrets_made_of_their_values(emitted: Callable[..., Any]) -> None:
    spec = stored(*THREE["backup"]["storages"][:2], s3("d", credentialsSecret="own"))

    main = emitted(spec, secrets={"storages": {"a": AWS, "b": AZURE}})[-1]

    files = main["spec"]["backups"]["pgbackrest"]["configuration"]
    assert [entry["secret"]["name"] for entry in files] == ["db-backup-a", "db-backup-b", "own"]


def test_a_key_file_made_of_values_is_mounted_where_its_settings_say(emitted: Callable[..., Any]) -> None:
    *_, made, main = emitted(THREE, secrets={"storages": {"a": AWS, "b": AZURE, "c": GCS}})

    items = main["spec"]["backups"]["pgbackrest"]["configuration"][2]["secret"]["items"]
    assert items == [{"key": "gcs.conf", "path": "c.conf"}, {"key": "gcs-key.json", "path": "c.json"}]
    assert "/etc/pgbackrest/conf.d/c.json" in made["stringData"]["gcs.conf"]


def test_a_key_file_of_another_form_is_refused(plan: Callable[..., Any]) -> None:
    spec = stored({"name": "c", "type": "gcs", "bucket": "bucket"})

    objects, found = plan(spec, secrets={"storages": {"c": {"GCS_CLIENT_EMAIL": "x"}}})

    assert objects == []
    errors = [entry for entry in found if entry.is_error]
    assert [entry.code for entry in errors] == ["cluster.rule"]
    assert "GCS_PRIVATE_KEY" in errors[0].message


FULL: dict[str, Any] = {
    "usersSecret": "users",
    "paused": False,
    "instances": {
        "engine": {
            "version": "17.9",
            "image": "a/postgresql:1",
            **POD,
            "engineConfig": {"work_mem": "4MB"},
            "expose": {"type": "NodePort", "annotations": {"a": "b"}},
            "scheduling": {"tolerations": [{"key": "db", "operator": "Exists"}], "priorityClassName": "high"},
        },
        "proxy": {
            "image": "a/pgbouncer:1",
            "replicas": 3,
            "engineConfig": {"pool_mode": "session"},
            "expose": EXPOSED,
            "scheduling": {"tolerations": [{"key": "db", "operator": "Exists"}], "priorityClassName": "low"},
        },
        "backupAgent": {
            "image": "a/pgbackrest:1",
            "resources": {"limits": {"cpu": "1"}},
            "storage": {"size": "30Gi", "storageClass": "slow"},
            "config": {"schedule": "0 1 * * *", "keep": 3},
            "scheduling": {"priorityClassName": "low"},
        },
        "pmm": {"image": "a/pmm:1"},
    },
    "backup": {
        "storages": [
            S3_STORAGE,
            {
                "name": "cloud",
                "type": "azure",
                "container": "container",
                "endpointUrl": "https://blob.example.com",
                "credentialsSecret": "azure",
                "schedules": [{"name": "weekly", "cron": "0 3 * * 0", "retention": {"duration": "14d"}}],
            },
            {"name": "google", "type": "gcs", "bucket": "bucket", "credentialsSecret": "gcs", "schedules": []},
        ]
    },
    "monitoring": {
        "serverUrl": "https://pmm.example.com",
        "credentialsSecret": "pmm",
        "resources": {"limits": {"cpu": "1"}},
    },
    "tls": {"mode": "requireTLS", "certificateSecret": "tls", "internalCertificateSecret": "replication"},
    "images": {"pullPolicy": "Always", "pullSecrets": ["registry"]},
}

DECIDES = {"type", "name"}
"""Keys of storages and schedules that say what is there."""

CHECKED_ONLY = {("backup", "storages", 0, "pitr", "enabled")}
"""What is checked once it is known, and cannot be but one value: archiving is always on."""

SMALL: dict[Path, set[str]] = {
    # Where more than the value's own place is unknown: the smallest part that it decides.
    ("backup", "storages", 0, "schedules", 0, "enabled"): {"backups.pgbackrest.repos.1.schedules"},
    ("instances", "backupAgent", "config", "schedule"): {"backups.pgbackrest.repos.0"},
    ("instances", "backupAgent", "config", "keep"): {"backups.pgbackrest.global"},
    **{
        # Whether storages share a Secret, so how many there are to mount.
        ("backup", "storages", index, "credentialsSecret"): {"backups.pgbackrest.configuration"}
        for index in range(3)
    },
}


def must_be_known(path: Path) -> bool:
    return (path[-1] in DECIDES and path[0] == "backup") or path in CHECKED_ONLY or path[-1] == "version"


UNKNOWN = list(unknown(FULL, SMALL, known=must_be_known))


def test_a_single_storage_with_an_unknown_secret_leaves_only_the_name_unknown(emitted: Callable[..., Any]) -> None:
    leaf = Deferred(("secret",), source=object())

    main = emitted(stored(s3("a", credentialsSecret=leaf, schedules=SCHEDULES)))[-1]

    assert list(unknown_parts(main["spec"])) == [("backups", "pgbackrest", "configuration", 0, "secret", "name")]


def test_an_unknown_version_leaves_what_follows_from_it_unknown(emitted: Callable[..., Any]) -> None:
    leaf = Deferred(("version",), source=object())
    spec = {"instances": {"engine": {"version": leaf}}}

    main = emitted(spec)[-1]

    assert set(unknown_parts(main["spec"])) == {("image",), ("postgresVersion",)}
    settled = substitute(main, {leaf: "17.9"})["spec"]
    assert settled["postgresVersion"] == 17
    assert settled["image"].endswith(":17.9-1")


def test_unknown_secret_values_are_passed_on_as_they_are(emitted: Callable[..., Any]) -> None:
    password, key = Deferred(("users",), source=object()), Deferred(("key",), source=object())

    users, monitoring, main = emitted(PMM, secrets={"users": {"password": password}, "monitoring": {"apiKey": key}})

    assert users["stringData"] == {"verifier": "", "password": password}
    assert monitoring["stringData"] == {"PMM_SERVER_TOKEN": key}
    assert list(unknown_parts(main)) == []


CREDENTIALS = [
    # storage, values, keys of the Secret with the values they need
    (s3("a"), AWS, {"s3.conf": {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}}),
    (
        {"name": "a", "type": "azure", "container": "c"},
        AZURE,
        {"azure.conf": {"AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT_KEY"}},
    ),
    ({"name": "a", "type": "gcs", "bucket": "c"}, GCS, {"gcs-key.json": {"GCS_CLIENT_EMAIL", "GCS_PRIVATE_KEY"}}),
]


@pytest.mark.parametrize(("storage", "values", "needs"), CREDENTIALS)
def test_settings_made_of_unknown_credentials_wait_and_nothing_around_them(
    emitted: Callable[..., Any], storage: dict[str, Any], values: dict[str, str], needs: dict[str, set[str]]
) -> None:
    unknown = {name: Deferred((name,), source=object()) for name in values}
    spec = stored({**storage, "schedules": SCHEDULES})
    known = emitted(spec, secrets={"storages": {"a": values}})

    waiting = emitted(spec, secrets={"storages": {"a": unknown}})

    made, main = waiting
    assert list(unknown_parts(main)) == []
    found = {
        k: {leaf.path[0] for leaf in leaves_of(v)} for k, v in made["stringData"].items() if isinstance(v, Deferred)
    }
    assert found == needs
    assert [substitute(m, {unknown[name]: values[name] for name in values}) for m in waiting] == known
