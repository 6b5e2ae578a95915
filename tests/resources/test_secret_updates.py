"""A Secret that changes without its component, as with --target: the hook says what that does to the database."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pulumi
from test_object_changes import made

from pulumi_everest.model.deferred import Deferred
from pulumi_everest.program.monitor import Log
from pulumi_everest.resources.hooks.guard import Guard, RefusedError
from pulumi_everest.resources.hooks.secret_updates import ClusterSecret

KEY = "MONGODB_CLUSTER_ADMIN_PASSWORD"
TOKEN = "kubernetes:core/v1:Secret"
PARENTS = "urn:pulumi:test::infra::everest:index:DatabaseCluster"
URN, COMPONENT = f"{PARENTS}${TOKEN}::orders-users", f"{PARENTS}::orders"
CLUSTER = made(provider="psmdb-operator", name="orders", users_secret="orders-users")
MANIFEST: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "orders-users", "namespace": "shop"},
    "stringData": {KEY: Deferred(("users", KEY))},
}


class Change:
    """An update of the Secret of a cluster, as an engine asks about it."""

    def __init__(self, old: Any, new: Any, *, cluster: Any = CLUSTER) -> None:
        self.log = Log()
        self.guard = Guard(_engine=self.log, _dry_run=False)
        self.made = lambda: cluster
        self.guard.secrets._secrets[TOKEN, "orders-users"] = ClusterSecret(MANIFEST, "orders", self.made)
        self.given = old, new

    def ask(self) -> list[tuple[str, str, str]]:
        async def asked() -> None:
            old, new = (values if values is None else {"stringData": values()} for values in self.given)
            arguments = SimpleNamespace(urn=URN, name="orders-users", type=TOKEN, old_inputs=old, new_inputs=new)
            await self.guard.secrets.before_update(arguments)  # type: ignore[arg-type]

        asyncio.run(asked())
        return [(entry.severity, entry.text, entry.urn) for entry in self.log.messages]


def values(**given: str) -> Any:
    return lambda: {key: pulumi.Output.secret(value) for key, value in given.items()}


ONE, TWO = values(MONGODB_CLUSTER_ADMIN_PASSWORD="one"), values(MONGODB_CLUSTER_ADMIN_PASSWORD="two")


def test_another_value_is_said_at_the_secret_and_never_shown() -> None:
    [(_, text, urn)] = Change(ONE, TWO).ask()

    assert urn == URN
    assert text.startswith("orders: ")
    assert f"users.{KEY} changed" in text
    assert "one" not in text.removeprefix("orders: ").split()
    assert "two" not in text


def test_the_same_values_are_no_change() -> None:
    assert Change(ONE, ONE).ask() == []


def test_what_the_component_has_been_asked_is_not_said_again() -> None:
    change = Change(ONE, TWO)
    change.guard.updates[COMPONENT] = object()  # type: ignore[assignment]

    assert change.ask() == []
    other = Change(ONE, TWO)
    other.guard.updates[COMPONENT.replace("orders", "carts")] = object()  # type: ignore[assignment]
    assert len(other.ask()) == 1


def test_of_a_cluster_that_was_not_made_nothing_is_said() -> None:
    assert Change(ONE, TWO, cluster=None).ask() == []


def test_a_cluster_that_is_let_go_of_has_no_secrets_any_more() -> None:
    change = Change(ONE, TWO)

    change.guard.secrets.forget(lambda: CLUSTER)
    assert list(change.guard.secrets._secrets) == [(TOKEN, "orders-users")]
    change.guard.secrets.forget(change.made)
    assert change.guard.secrets._secrets == {}


def test_a_program_without_an_engine_has_no_hook() -> None:
    assert Guard().secrets.binding(TOKEN, "orders-users", ClusterSecret(MANIFEST, "orders", lambda: CLUSTER)) is None


def test_a_value_that_goes_is_said() -> None:
    change = Change(ONE, values())
    try:
        said = [text for _, text, _ in change.ask()]
    except RefusedError as error:
        said = [str(error)]

    assert any(f"users.{KEY}" in text for text in said)
