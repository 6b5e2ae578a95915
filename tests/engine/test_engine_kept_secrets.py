"""No Secret of a database is lost: not by a rename, not with a cluster that is taken out, not by one target alone."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_engine import Done, Stack

from pulumi_everest.live.cluster import LiveCluster

SECRETS = {"users": "orders-secrets", "connection": "orders-conn", "storage": "orders-main"}
USERS = {"MONGODB_DATABASE_ADMIN_USER": "databaseAdmin", "MONGODB_DATABASE_ADMIN_PASSWORD": "pa55-of-the-admin"}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "pa55-of-the-storage"}
STORAGE = {"name": "main", "type": "s3", "bucket": "backups", "region": "eu-central-1"}


def program(namespace: str, *, name: str = "orders", opts: str = "", **arguments: Any) -> str:
    """A program with one database that has Secrets; an argument that is None is left out."""
    given: dict[str, Any] = {
        "name": "orders",
        "provider": "psmdb-operator",
        "namespace": namespace,
        "users": USERS,
        "connection_secret": True,
        "backup": {"storages": [{**STORAGE, "credentials": KEYS}]},
        **arguments,
    }
    given = {key: value for key, value in given.items() if value is not None}
    return (
        "import pulumi\nimport pulumi_everest as everest\n"
        f"everest.DatabaseCluster({name!r}, {given!r}, pulumi.ResourceOptions({opts}))\n"
    )


def held(live: LiveCluster, namespace: str) -> dict[str, str]:
    """The Secrets of the namespace with their UIDs."""
    found = live.list("v1", "Secret", namespace)
    return {entry["metadata"]["name"]: entry["metadata"]["uid"] for entry in found}


def fine(done: Done) -> Done:
    assert done.code == 0, done.text
    return done


@pytest.fixture
def made(stack: Stack, live: LiveCluster, namespace: str) -> dict[str, str]:
    """The Secrets of a protected database that is up."""
    stack.write(program(namespace))
    fine(stack.up())
    found = held(live, namespace)
    assert len(found) == 3
    return found


@pytest.mark.parametrize("upsert", [False, True])
def test_a_rename_without_an_alias_ends_with_our_text_at_the_secret_and_no_second_owner(
    stack: Stack, live: LiveCluster, namespace: str, made: dict[str, str], upsert: bool
) -> None:
    if upsert:
        stack.run("config", "set", "kubernetes:upsertExistingObjects", "true")
    stack.write(program(namespace, name="shop-orders"))
    for done in (stack.preview(), stack.up()):
        assert done.code != 0
        assert f"Secret {namespace}/orders-secrets is there already" in done.text
        assert "aliases=[pulumi.Alias(" in done.text
        assert "upsertExistingObjects" not in done.text
    assert held(live, namespace) == made
    owners = [urn for urn, entry in stack.resources().items() if entry["type"].endswith(":Secret") and "shop" in urn]
    assert owners == []

    stack.write(program(namespace, name="shop-orders", opts="aliases=[pulumi.Alias(name='orders')]"))
    fine(stack.up())
    assert held(live, namespace) == made


@pytest.mark.parametrize(
    "flags",
    [["up"], ["up", "--ignore-protect"], ["destroy"], ["destroy", "--exclude-protected"], ["destroy", "--target"]],
    ids=" ".join,
)
def test_no_object_of_a_protected_cluster_is_deleted_by_any_flag(
    stack: Stack, live: LiveCluster, namespace: str, made: dict[str, str], flags: list[str]
) -> None:
    command, *more = flags
    if more == ["--target"]:
        [users] = [urn for urn in stack.resources() if urn.endswith(":Secret::orders-secrets")]
        more += [users, "--target-dependents"]
    if command == "up":
        stack.write("import pulumi")
    stack.deploy(command, "--yes", "--skip-preview", *more)

    assert held(live, namespace) == made
    assert len(live.list("psmdb.percona.com/v1", "PerconaServerMongoDB", namespace)) == 1


GIVEN_UP: dict[str, tuple[str, dict[str, Any], str]] = {
    "no connection Secret": ("conn", {"connection_secret": None}, "let go: it stays in the cluster"),
    "no users": ("secrets", {"users": None, "connection_secret": None}, "let go: it stays, and the database goes on"),
    "a Secret of the user's own": (
        "main",
        {"backup": {"storages": [{**STORAGE, "credentialsSecret": "mine"}]}},
        "let go: it stays in the cluster",
    ),
    "no storage": ("main", {"backup": None}, "let go: it stays in the cluster"),
}


@pytest.mark.parametrize("case", GIVEN_UP)
def test_a_secret_that_a_protected_cluster_gives_up_is_let_go_and_the_preview_says_so(
    stack: Stack, live: LiveCluster, namespace: str, made: dict[str, str], case: str
) -> None:
    part, arguments, said = GIVEN_UP[case]
    stack.write(program(namespace, **arguments))
    for done in (stack.preview(), stack.up()):
        fine(done)
        assert said in done.text, done.text
        assert part in next(line for line in done.text.splitlines() if said in line)
    assert held(live, namespace) == made
    assert stack.up().only_same


def test_of_a_cluster_that_may_be_deleted_what_it_no_longer_needs_is_deleted(
    stack: Stack, live: LiveCluster, namespace: str
) -> None:
    stack.write(program(namespace, deletion_policy="delete"))
    fine(stack.up())
    stack.write(program(namespace, deletion_policy="delete", connection_secret=None))
    done = stack.preview()
    assert "Secret orders-conn of this cluster → deleted" in done.text, done.text
    fine(stack.up())
    assert "orders-conn" not in held(live, namespace)


@pytest.mark.parametrize("mutable", [False, True])
@pytest.mark.parametrize("option", ["--target", "--exclude"])
def test_a_value_that_changes_without_the_component_asks_the_guard(
    stack: Stack, live: LiveCluster, namespace: str, made: dict[str, str], option: str, mutable: bool
) -> None:
    if mutable:
        stack.run("config", "set", "kubernetes:enableSecretMutable", "true")
    urns = [*stack.resources()]
    [users] = [urn for urn in urns if urn.endswith(":Secret::orders-secrets")]
    [component] = [urn for urn in urns if urn.endswith("DatabaseCluster::orders")]
    stack.write(program(namespace, users={**USERS, "MONGODB_DATABASE_ADMIN_PASSWORD": "pa55-new"}))
    chosen = (option, users if option == "--target" else component)

    preview, up = stack.preview(*chosen), stack.up(*chosen)
    for done in (preview, up):
        assert (done.code == 0) is mutable, done.text
        if mutable:
            assert "users.MONGODB_DATABASE_ADMIN_PASSWORD changed, online" in done.text
    # In an update without a preview the engine refuses by itself to replace what the stack has made.
    assert mutable or "enableSecretMutable" in preview.text
    assert held(live, namespace) == made
    assert "pa55-new" not in stack.printed()
