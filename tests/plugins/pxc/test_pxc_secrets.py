"""Values that a program gives: Secrets made of them, nothing of them elsewhere, and what is unknown stays small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from places import at, places, texts, unknown_parts, with_unknown

from pulumi_everest.core.paths import value_at
from pulumi_everest.emit.crds import Crds
from pulumi_everest.expressions.absent import without_absent
from pulumi_everest.model.deferred import Deferred, substitute
from pulumi_everest.model.findings import one_line

AZURE = {"AZURE_STORAGE_ACCOUNT_NAME": "account", "AZURE_STORAGE_ACCOUNT_KEY": "key"}
AWS = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key"}
PMM: dict[str, Any] = {"monitoring": {"serverUrl": "https://pmm.example.com"}}
PMM2 = {**PMM, "components": {"versions": {"pmm": {"version": "2.44.1-1"}}}}
S3: dict[str, Any] = {"type": "s3", "bucket": "b", "region": "r"}


def secret(name: str, values: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "apps"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "stringData": values}


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


@pytest.mark.parametrize(("spec", "secrets", "expected"), ROWS)
def test_secrets_are_made_of_values(
    emitted: Callable[..., Any], spec: dict[str, Any], secrets: dict[str, Any], expected: list[Any]
) -> None:
    *made, main = emitted(spec, secrets=secrets)

    assert made == expected
    assert "key" not in set(texts(main))
    assert "pw" not in set(texts(main))


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
            "replicas": 3,
            "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "2Gi"}},
            "storage": {"size": "20Gi", "storageClass": "fast"},
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
            "expose": {
                "type": "LoadBalancer",
                "annotations": {"a": "b"},
                "sourceRanges": ["192.0.2.7"],
                "loadBalancerClass": "nlb",
            },
            "config": {"readService": "exposed"},
        },
        "backupAgent": {"image": "a/pxb:1", "resources": {"limits": {"cpu": "1"}}},
        "pmm": {"image": "a/pmm:1"},
    },
    "backup": {
        "storages": [
            {
                "name": "main",
                "type": "s3",
                "bucket": "bucket",
                "prefix": "prefix",
                "region": "region",
                "endpointUrl": "https://s3.example.com",
                "verifyTLS": True,
                "forcePathStyle": True,
                "credentialsSecret": "credentials",
                "schedules": [{"name": "nightly", "cron": "0 3 * * *", "enabled": True, "retention": {"count": 7}}],
                "pitr": {"enabled": True, "intervalSeconds": 60},
            },
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

SMALL: dict[tuple[str | int, ...], set[str]] = {
    # Where more than the value's own place is unknown: the smallest part that it decides.
    ("instances", "engine", "replicas"): {"unsafeFlags"},
    ("instances", "proxy", "replicas"): {"unsafeFlags"},
    ("instances", "proxysql", "replicas"): {"unsafeFlags"},
    ("instances", "proxy", "config", "readService"): {"haproxy.exposeReplicas"},
    ("backup", "storages", 0, "schedules", 0, "enabled"): {"backup.schedule"},
    ("tls", "mode"): {"unsafeFlags"},
}


UNKNOWN = [
    pytest.param(spec, path, id=f"{spec['topology']['type']}-{'.'.join(map(str, path))}")
    for spec in (FULL, ROUTED)
    for path in places(spec)
    if not (path[-1] in DECIDES and path[0] in ("backup", "topology"))
]


@pytest.mark.parametrize(("spec", "path"), UNKNOWN)
def test_an_unknown_value_leaves_only_its_place_unknown(
    emitted: Callable[..., Any], crds: Callable[[str], Crds], spec: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    leaf = Deferred(path, source=object())
    known = emitted(spec)

    waiting = emitted(with_unknown(spec, path, leaf))

    parts = list(unknown_parts(waiting[-1]["spec"]))
    assert parts, "the value is in no place at all"
    whole = {part for part in parts if not isinstance(value_at(known[-1]["spec"], part), (str, int, bool, float))}
    assert {".".join(map(str, part)) for part in whole} <= SMALL.get(path, set())
    assert [without_absent(substitute(manifest, {leaf: at(spec, path)})) for manifest in waiting] == known
    assert [one_line(entry) for manifest in waiting for entry in crds("1.20.0").check(manifest)] == []


def test_an_unknown_password_is_passed_on_as_it_is(emitted: Callable[..., Any]) -> None:
    password, key = Deferred(("users",), source=object()), Deferred(("key",), source=object())
    secrets = {"users": {"proxyadmin": password}, "monitoring": {"apiKey": key}}

    made = emitted(PMM, secrets=secrets)[0]

    assert made["stringData"] == {"pmmservertoken": key, "proxyadmin": password}
