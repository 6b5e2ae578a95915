"""A password that changes: refused where its Secret would be replaced, changed in place where the provider can."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass

import pytest
from pulumi_engine import Done, Stack
from technologies import ALL, PG, PSMDB, Technology

from pulumi_everest.live.cluster import LiveCluster

MUTABLE = ("config", "set", "kubernetes:enableSecretMutable", "true")
NEW = "pa55-that-is-new"
HELD = {
    "psmdb-operator": ("orders-secrets", "MONGODB_DATABASE_ADMIN_PASSWORD"),
    "pxc-operator": ("orders-secrets", "root"),
    "pg-operator": ("orders-pguser-postgres", "password"),
}
"""By Provider: the Secret of the users, and the key of a password in it."""


@dataclass
class Database:
    """A database with users, `orders`, in a namespace of its own."""

    technology: Technology
    stack: Stack
    live: LiveCluster
    namespace: str

    def write(self, users: dict[str, str] | None = None, *, more: str = "", before: str = "", opts: str = "") -> None:
        """Its program, with these values instead of the users' own."""
        given = self.technology.users if users is None else users
        values = ", ".join(f'"{key}": pulumi.Output.secret("{value}")' for key, value in given.items())
        self.stack.write(f"""
import pulumi
import pulumi_kubernetes as k8s
import pulumi_everest as everest

{before}
everest.DatabaseCluster(
    "orders",
    provider="{self.technology.provider}",
    namespace="{self.namespace}",
    users={{{values}}},
    deletion_policy="delete",
    {more}
    opts=pulumi.ResourceOptions({opts}),
)
""")

    @property
    def changed(self) -> dict[str, str]:
        """The users with another password."""
        return {**self.technology.users, HELD[self.technology.provider][1]: NEW}

    def held(self) -> tuple[str, dict[str, str]]:
        """UID and values of the Secret."""
        found = self.live.get("v1", "Secret", HELD[self.technology.provider][0], self.namespace)
        assert found is not None
        return found["metadata"]["uid"], {k: b64decode(v).decode() for k, v in found["data"].items()}

    def up(self) -> Done:
        done = self.stack.up()
        assert done.code == 0, done.text
        return done

    def is_silent(self) -> bool:
        """Whether no password was printed, or is in the state in clear text."""
        said = self.stack.printed() + self.stack.stored_text()
        return not any(value in said for value in (*self.technology.users.values(), NEW) if "pa55" in value)


@pytest.fixture
def database(request: pytest.FixtureRequest, stack: Stack, live: LiveCluster, namespace: str) -> Database:
    return Database(getattr(request, "param", PSMDB), stack, live, namespace)


each = pytest.mark.parametrize("database", ALL, ids=lambda t: t.provider, indirect=True)
EXPLICIT = 'kubernetes = k8s.Provider("kubernetes", namespace="default"{})'


@each
def test_a_new_password_is_refused_where_it_would_replace_the_secret_and_made_in_place_where_not(
    database: Database,
) -> None:
    key, name = HELD[database.technology.provider][1], HELD[database.technology.provider][0]
    database.write()
    database.up()
    first, values = database.held()

    database.write(database.changed)
    for refused in (database.stack.preview(), database.stack.up()):
        assert refused.code != 0
        assert f"1 change is refused, and nothing of it was changed: users.{key} changed" in refused.text
        assert f"Secret {name} would be deleted before it is made again" in refused.text
        assert "`pulumi config set kubernetes:enableSecretMutable true`" in refused.text
        assert 'allow=["secret-replaced"]' in refused.text
        assert database.held() == (first, values)

    database.stack.run(*MUTABLE)
    shown = database.stack.preview()
    assert shown.code == 0, shown.text
    assert f"orders: users.{key} changed, online" in shown.text
    assert database.held() == (first, values)
    done = database.up()
    assert done.steps(":Secret") == [("update", name)]
    assert database.held() == (first, {**values, key: NEW})
    assert database.stack.up().only_same
    assert database.is_silent()


@each
def test_the_guard_can_be_lifted_and_then_the_secret_is_another_one(database: Database) -> None:
    database.write()
    database.up()
    first, values = database.held()

    database.write(database.changed, more='allow=["secret-replaced"],')
    done = database.up()
    key = HELD[database.technology.provider][1]
    assert f"orders: users.{key} changed, downtime (guard secret-replaced lifted)" in done.text
    second, now = database.held()
    assert second != first
    assert now == {**values, key: NEW}


@pytest.mark.parametrize(
    ("argument", "environment", "lets"),
    [("", None, False), (", enable_secret_mutable=True", None, True), ("", "true", True),
     (", enable_secret_mutable=False", "true", False)],
    ids=["neither", "argument", "environment", "argument over environment"],
)  # fmt: skip
def test_a_provider_of_the_program_is_asked_for_what_it_does(
    database: Database, monkeypatch: pytest.MonkeyPatch, argument: str, environment: str | None, lets: bool
) -> None:
    before = EXPLICIT.format(argument)
    database.write(before=before, opts="provider=kubernetes")
    database.up()
    first, values = database.held()

    if environment is not None:
        own = {**database.stack.environment(), "PULUMI_K8S_ENABLE_SECRET_MUTABLE": environment}
        monkeypatch.setattr(database.stack, "environment", lambda: own)
    database.write(database.changed, before=before, opts="provider=kubernetes")
    for done in (database.stack.preview(), database.stack.up()):
        assert (done.code == 0) is lets, done.text
        assert ("1 change is refused" in done.text) is not lets
    assert database.held() == (first, {**values, HELD["psmdb-operator"][1]: NEW} if lets else values)


def test_a_user_more_or_less_and_a_password_of_another_user_change_the_secret_too(database: Database) -> None:
    users = {"MONGODB_USER_ADMIN_PASSWORD": "pa55-one", "MONGODB_BACKUP_PASSWORD": "pa55-two"}
    database.write(users)
    database.up()
    first, _ = database.held()
    more = {**users, "MONGODB_CLUSTER_ADMIN_PASSWORD": "pa55-three"}
    fewer = {"MONGODB_USER_ADMIN_PASSWORD": "pa55-one"}
    moved = dict(zip(users, reversed(users.values()), strict=True))
    said = {
        "users.MONGODB_CLUSTER_ADMIN_PASSWORD unset → [secret], online": more,
        "users.MONGODB_BACKUP_PASSWORD [secret] → unset, rolling restart": fewer,
        "users.MONGODB_BACKUP_PASSWORD changed, rolling restart; users.MONGODB_USER_ADMIN_PASSWORD changed, online": moved,
    }

    for given in said.values():
        database.write(given)
        assert "1 change is refused" in database.stack.preview().text
    database.stack.run(*MUTABLE)
    for text, given in said.items():
        database.write(given)
        assert f"orders: {text}" in database.up().text
        assert database.held() == (first, given)
        database.write(users)
        database.up()


def test_a_value_that_becomes_known_in_the_update_is_refused_there(database: Database) -> None:
    source = 'made = k8s.core.v1.ConfigMap("made", metadata={{"namespace": "{}"}}, data={{"v": "{}"}})'
    key = HELD["psmdb-operator"][1]

    def write(value: str) -> None:
        database.write({key: "-"}, before=source.format(database.namespace, value))
        program = (database.stack.folder / "__main__.py").read_text()
        database.stack.write(program.replace('pulumi.Output.secret("-")', 'made.id.apply(lambda i: "pa55-" + i)'))

    write("1")
    database.up()
    first, values = database.held()

    write("2")  # another ConfigMap, so another id
    assert database.stack.preview().code == 0
    done = database.stack.up()
    assert done.code != 0
    assert f"1 change is refused, and nothing of it was changed: users.{key} changed" in done.text
    assert database.held() == (first, values)


def test_users_that_are_no_longer_given_leave_a_secret_only_after_it_is_retained(database: Database) -> None:
    database.write()
    database.up()
    first = database.held()
    database.stack.run(*MUTABLE)

    database.write({})
    refused = database.stack.up()
    assert refused.code != 0
    assert "Secret orders-secrets would be deleted while the database uses it" in refused.text
    assert database.held() == first

    for users in (None, {}):
        database.write(users)
        program = (database.stack.folder / "__main__.py").read_text()
        database.stack.write(program.replace('deletion_policy="delete"', 'deletion_policy="retain"'))
        database.up()
    assert database.held() == first


@pytest.mark.parametrize("database", [PG], ids=["pg-operator"], indirect=True)
def test_a_new_password_wins_over_what_the_operator_has_applied(database: Database) -> None:
    database.stack.run(*MUTABLE)
    database.write()
    database.up()
    first, values = database.held()
    applied = {**values, "verifier": "SCRAM-SHA-256$of-the-former"}
    database.live.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "orders-pguser-postgres", "namespace": database.namespace},
            "data": {k: b64encode(v.encode()).decode() for k, v in applied.items()},
        },
        manager="postgrescluster-controller",
        force=True,
    )

    database.write(database.changed)
    database.up()

    assert database.held() == (first, {**values, "password": NEW})


def test_many_databases_of_one_provider_change_at_once(database: Database) -> None:
    """Each asks the engine while its registration waits: more of them than the SDK has threads."""

    def write(password: str) -> None:
        database.stack.write(f"""
import pulumi
import pulumi_kubernetes as k8s
import pulumi_everest as everest

kubernetes = k8s.Provider("kubernetes", enable_secret_mutable=True)
for number in range(40):
    everest.DatabaseCluster(
        f"orders-{{number}}",
        provider="pxc-operator",
        namespace="{database.namespace}",
        users={{"root": pulumi.Output.secret("{password}")}},
        deletion_policy="delete",
        opts=pulumi.ResourceOptions(provider=kubernetes),
    )
""")

    write("pa55-one")
    database.up()
    write(NEW)
    done = database.up()

    assert sorted(done.steps(":Secret")) == sorted(("update", f"orders-{number}-secrets") for number in range(40))


def test_for_a_controller_too_a_new_password_is_refused_where_it_would_replace_the_secret(database: Database) -> None:
    database.stack.run("config", "set", "kubernetes:renderYamlToDirectory", "rendered")
    made = 'everest.Provider("psmdb-operator", plugin="psmdb", reconcile_by="everest")'
    database.write(before=made)
    database.up()

    database.write(database.changed, before=made)
    assert "Secret orders-secrets would be deleted before it is made again" in database.stack.preview().text
    database.stack.run(*MUTABLE)
    done = database.stack.preview()
    assert done.code == 0, done.text
    assert "orders: users.MONGODB_DATABASE_ADMIN_PASSWORD changed, online" in done.text
