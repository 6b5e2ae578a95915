"""The Secret for clients: what it holds, what is waited for, and that no password is ever shown."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pulumi
import pytest
from mocked_run import Mocks, Recorder, Result, Source, at, is_unknown, run

from pulumi_everest import DatabaseCluster

PSMDB, PXC, PG = "psmdb-operator", "pxc-operator", "pg-operator"
PASSWORD = "p@ss/w:rd?#%"
QUOTED = "p%40ss%2Fw%3Ard%3F%23%25"
WAIT = "pulumi.com/waitFor"
KEYS = ["host", "password", "port", "type", "uri", "username"]
OPERATORS_SECRETS = {
    "apps/orders-secrets": {
        "MONGODB_DATABASE_ADMIN_USER": "boss",
        "MONGODB_DATABASE_ADMIN_PASSWORD": PASSWORD,
        "root": PASSWORD,
    },
    "apps/orders-pguser-orders": {"user": "orders", "password": PASSWORD, "uri": "postgresql://other"},
}


class WithSecrets(Mocks):
    """A cluster in which the operators have written their Secrets."""

    secrets: dict[str, dict[str, str]] = OPERATORS_SECRETS

    def new_resource(self, args):
        identity, inputs = super().new_resource(args)
        if args.typ == "kubernetes:core/v1:Secret" and not args.inputs.get("metadata"):
            if args.resource_id == pulumi.runtime.rpc.UNKNOWN:
                return "", {}
            data = {key: b64encode(text.encode()).decode() for key, text in self.secrets[args.resource_id].items()}
            return args.resource_id, {"data": data}
        return identity, inputs


class Operated(Recorder):
    def __init__(self, preview: bool) -> None:
        super().__init__(preview)
        self.mocks = WithSecrets(preview)
        self.read: list[Any] = []

    def ReadResource(self, request):
        self.read.append(request)
        return super().ReadResource(request)


def cluster(provider: str, *, preview: bool = False, namespace: Any = "apps", **arguments: Any) -> Result:
    """A cluster `orders` that is asked for its connection."""

    def program() -> dict[str, Any]:
        given = {name: value() if callable(value) else value for name, value in arguments.items()}
        made = DatabaseCluster("orders", provider=provider, namespace=namespace, connection_secret=True, **given)
        return {"connection": made.connection, "objects": made.objects}

    return run(program, preview=preview, monitor=Operated)


def conn(result: Result) -> Any:
    assert result.error is None, result.error
    [secret] = [entry for entry in result.objects if entry.name == "orders-conn"]
    return secret


def admin(password: Any = PASSWORD, **more: Any) -> dict[str, Any]:
    return {"MONGODB_DATABASE_ADMIN_PASSWORD": password, **more}


MONGO = "mongodb://{}:{}@orders-rs0.apps.svc.cluster.local:27017/admin?authSource=admin&replicaSet=rs0"
MYSQL = "mysql://root:{}@orders-haproxy.apps.svc.cluster.local:3306/"
POSTGRES = "postgresql://orders:{}@orders-primary.apps.svc:5432/orders?sslmode=require"


@pytest.mark.parametrize(("policy", "replaced"), [("delete", True), ("retain", False), ("protect", False)])
def test_the_secret_is_replaced_where_it_is_not_changed_in_place_and_nothing_keeps_it(
    policy: str, replaced: bool
) -> None:
    """Clients alone read it. One that is kept cannot be deleted first, so that its replacement ends at what is there."""
    request = conn(cluster(PSMDB, users=admin(), deletion_policy=policy)).request

    assert request.deleteBeforeReplace is replaced
    assert request.deleteBeforeReplaceDefined
    assert request.retainOnDelete is not replaced


GIVEN = [
    (PSMDB, admin(), "databaseAdmin", MONGO.format("databaseAdmin", QUOTED)),
    (PSMDB, admin(MONGODB_DATABASE_ADMIN_USER="the boss"), "the boss", MONGO.format("the%20boss", QUOTED)),
    (PXC, {"root": PASSWORD}, "root", MYSQL.format(QUOTED)),
]


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize(("provider", "users", "user", "uri"), GIVEN)
def test_a_password_that_is_given_is_known_at_once(
    provider: str, users: dict[str, str], user: str, uri: str, preview: bool
) -> None:
    result = cluster(provider, users=users, preview=preview)
    made = conn(result).inputs["stringData"]
    assert sorted(made) == KEYS
    assert (made["username"], made["password"], made["uri"]) == (user, PASSWORD, uri)
    assert result.values["connection"] == made
    assert WAIT not in result.objects[1].inputs["metadata"].get("annotations", {})


READ = [
    (PSMDB, {}, "boss", MONGO.format("boss", QUOTED)),
    (PSMDB, {"users": {"MONGODB_BACKUP_PASSWORD": "x"}}, "boss", MONGO.format("boss", QUOTED)),
    (PXC, {}, "root", MYSQL.format(QUOTED)),
    (PG, {}, "orders", POSTGRES.format(QUOTED)),
    (PG, {"users": {"password": "x"}}, "orders", POSTGRES.format(QUOTED)),
]


@pytest.mark.parametrize(("provider", "arguments", "user", "uri"), READ)
def test_the_operators_own_password_is_read_when_the_database_is_ready(
    provider: str, arguments: dict[str, Any], user: str, uri: str
) -> None:
    result = cluster(provider, **arguments)
    made = conn(result).inputs["stringData"]
    assert (made["username"], made["password"], made["uri"]) == (user, PASSWORD, uri)
    assert result.values["connection"] == made
    [main] = [entry for entry in result.objects if entry.name == "orders"]
    assert main.inputs["metadata"]["annotations"][WAIT] == "jsonpath={.status.state}=ready"


@pytest.mark.parametrize("provider", [PSMDB, PXC, PG])
def test_nothing_is_read_in_a_preview_before_the_database_exists(provider: str) -> None:
    monitors: list[Operated] = []

    class Kept(Operated):
        def __init__(self, preview: bool) -> None:
            super().__init__(preview)
            monitors.append(self)

    def program() -> dict[str, Any]:
        made = DatabaseCluster("orders", provider=provider, namespace="apps", connection_secret=True)
        return {"connection": made.connection, "host": made.host}

    result = run(program, preview=True, monitor=Kept)
    assert result.error is None
    assert is_unknown(result.values["connection"])
    assert result.values["host"].startswith("orders-")
    assert [request.id for request in monitors[0].read] == [pulumi.runtime.rpc.UNKNOWN]
    [main] = [entry for entry in result.objects if entry.name == "orders"]
    assert main.request.type.startswith("kubernetes:")


def test_a_text_is_the_name_of_the_secret_and_it_has_the_clusters_labels() -> None:
    def program() -> dict[str, Any]:
        made = DatabaseCluster(
            "orders", provider=PXC, name="shop", namespace="apps", labels={"team": "a"}, annotations={"b": "c"},
            users={"root": PASSWORD}, connection_secret="shop-login", deletion_policy="retain",
        )  # fmt: skip
        return {"objects": made.objects}

    result = run(program, monitor=Operated)
    made = conn(result)
    metadata = {"name": "shop-login", "namespace": "apps", "labels": {"team": "a"}, "annotations": {"b": "c"}}
    assert made.inputs["metadata"] == metadata
    assert made.request.retainOnDelete
    assert result.values["objects"][-1] == {"kind": "Secret", "name": "shop-login"}


def test_the_namespace_that_the_kubernetes_provider_chose_is_in_the_host() -> None:
    result = cluster(PXC, namespace=None, users={"root": PASSWORD})
    assert conn(result).inputs["stringData"]["host"] == "orders-haproxy.default.svc.cluster.local"
    assert "namespace" not in conn(result).inputs["metadata"]


def test_it_is_made_after_the_database_and_goes_when_the_database_goes() -> None:
    result = cluster(PXC, users={"root": PASSWORD})
    [main] = [entry for entry in result.resources if entry.name == "orders" and entry.type.startswith("kubernetes:")]
    made = conn(result)
    assert any(urn.endswith("PerconaXtraDBCluster::orders") for urn in made.request.dependencies)
    assert result.resources.index(main) < result.resources.index(made)
    assert not made.request.protect


@pytest.mark.parametrize(
    "password",
    [lambda: PASSWORD, lambda: pulumi.Output.secret(PASSWORD), lambda: pulumi.Output.from_input(PASSWORD)],
    ids=["plain", "secret", "output"],
)
def test_user_password_and_uri_are_secrets(password: Any) -> None:
    def program() -> dict[str, Any]:
        made = DatabaseCluster(
            "orders", provider=PSMDB, users=admin(password()), namespace="apps", connection_secret=True
        )
        secret = pulumi.Output.from_input(made.connection.is_secret())
        return {"secret": secret}

    result = run(program, monitor=Operated)
    assert result.values["secret"] is True
    made = conn(result)
    assert made.secret
    component = next(entry for entry in result.resources if entry.name == "orders")
    assert component.secret
    assert PASSWORD not in str(component.inputs["cluster"])
    assert PASSWORD not in "".join([*result.log, *result.noise])


def test_a_password_that_is_not_known_yet_leaves_the_rest_known() -> None:
    result = cluster(PXC, preview=True, users=lambda: {"root": Source().gives("late")})
    assert result.error is None
    assert is_unknown(result.values["connection"])
    [main] = [entry for entry in result.objects if entry.name == "orders"]
    assert WAIT not in main.inputs["metadata"].get("annotations", {})


def test_a_key_that_the_operators_secret_does_not_have_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WithSecrets, "secrets", {"apps/orders-secrets": {"monitor": "x", "operator": "y"}})
    result = cluster(PXC)
    [found] = result.error.findings  # type: ignore[union-attr]
    assert (found.code, found.path, found.allowed) == ("field.missing", ("connection_secret",), ("monitor", "operator"))
    assert found.message == (
        "Secret 'orders-secrets' in namespace 'apps', from which clients get what they need, has no key 'root'"
    )


WRONG = [
    ({"wait_for": False}, "field.conflict", "connection_secret"),
    ({"connection_secret": "Not_a_name"}, "value.name", "connection_secret"),
    ({"connection_secret": 7}, "field.type", "connection_secret"),
    ({"connection_secret": "orders-secrets"}, "field.conflict", "connection_secret"),
    ({"users": {"root": "x"}, "connection_secret": "orders-secrets"}, "field.conflict", "connection_secret"),
    ({"wait_for": "jsonpath={.status.state"}, "field.value", "wait_for"),
]


@pytest.mark.parametrize(("arguments", "code", "path"), WRONG)
def test_what_cannot_be_is_refused_before_anything_is_made(arguments: dict[str, Any], code: str, path: str) -> None:
    given = {"connection_secret": True, **arguments}
    result = run(lambda: DatabaseCluster("orders", provider=PXC, **given) and None, monitor=Operated)
    [found] = result.error.findings  # type: ignore[union-attr]
    assert (found.code, found.path) == (code, (path,))
    assert result.objects == []


def test_a_technology_that_does_not_say_how_clients_sign_in_has_no_such_secret() -> None:
    result = run(lambda: DatabaseCluster("orders", provider="toydb-operator", connection_secret=True) and None)
    assert result.codes == ["cluster.field-not-honoured"]


def test_with_a_controller_the_program_says_what_to_wait_for() -> None:
    def program(**more: Any) -> Any:
        from pulumi_everest import Provider

        Provider("db", plugin="pxc", database_cluster_definition=PXC, reconcile_by="everest")
        return DatabaseCluster("orders", provider="db", namespace="apps", connection_secret=True, **more)

    result = run(lambda: program() and None, monitor=Operated)
    [found] = result.error.findings  # type: ignore[union-attr]
    assert (found.code, found.path) == ("field.missing", ("wait_for",))
    wait = "jsonpath={.status.status}=ready"
    result = run(lambda: program(wait_for=wait) and None, preview=False, monitor=Operated)
    assert at(conn(result).inputs, "stringData", "password") == PASSWORD
    result = run(lambda: program(users={"root": "given"}) and None, monitor=Operated)
    assert at(conn(result).inputs, "stringData", "password") == "given"


def test_the_output_is_there_only_when_it_was_asked_for() -> None:
    result = run(lambda: {"c": DatabaseCluster("orders", provider=PXC).connection}, monitor=Operated)
    [found] = result.error.findings  # type: ignore[union-attr]
    assert (found.code, found.path, found.hint) == ("field.missing", ("connection_secret",), "set it to True")
    assert result.objects == []
    result = run(lambda: DatabaseCluster("orders", provider=PXC, connection_secret=False) and None, monitor=Operated)
    assert [entry.name for entry in result.objects] == ["orders"]
