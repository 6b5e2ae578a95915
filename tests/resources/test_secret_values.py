"""Passwords and credentials given as values: in Secrets only, secret in the state, and in no message."""

from __future__ import annotations

import asyncio
import json

import pulumi
import pytest
from mocked_run import Source, is_unknown, run

from pulumi_everest import DatabaseCluster

TOY = "toydb-operator"
KEYS = {"AWS_ACCESS_KEY_ID": "very-hidden-id", "AWS_SECRET_ACCESS_KEY": "very-hidden-key"}
FORMS = {
    "plain": lambda value: value,
    "output": pulumi.Output.from_input,
    "secret": pulumi.Output.secret,
    "unknown": lambda value: Source().gives(value),
}


def arguments(users=None, credentials=None, api_key=None):
    given = {"provider": TOY}
    if users is not None:
        given["users"] = users
    if credentials is not None:
        storage = {"name": "main", "type": "s3", "bucket": "b", "credentials": credentials}
        given |= {"instances": {"backupAgent": {}}, "backup": {"storages": [storage]}}
    if api_key is not None:
        given["instances"] = {**given.get("instances", {}), "pmm": {}}
        given["monitoring"] = {"server_url": "https://pmm.example.com", "credentials": {"api_key": api_key}}
    return given


def secrets_of(result):
    return {
        e.inputs["metadata"]["name"]: e.inputs["stringData"] for e in result.objects if e.inputs["kind"] == "Secret"
    }


@pytest.mark.parametrize("form", FORMS)
def test_values_make_secrets_and_stand_nowhere_else(form):
    def program():
        give = FORMS[form]
        DatabaseCluster(
            "orders",
            arguments(
                users={"ROOT_PASSWORD": give("very-hidden-password")},
                credentials={key: give(value) for key, value in KEYS.items()} if form != "unknown" else KEYS,
                api_key=give("very-hidden-token") if form != "unknown" else "very-hidden-token",
            ),
        )

    result = run(program, preview=False)
    assert result.error is None
    assert secrets_of(result) == {
        "orders-secrets": {"ROOT_PASSWORD": "very-hidden-password"},
        "orders-monitoring": {"apiKey": "very-hidden-token"},
        "orders-backup-main": KEYS,
    }
    assert all(entry.secret for entry in result.objects if entry.inputs["kind"] == "Secret")
    assert "very-hidden" not in json.dumps(result.main.inputs)
    assert result.main.secret is False


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", ["users", "credentials"])
def test_all_values_of_a_secret_may_be_one_output(place, form):
    values = {"ROOT_PASSWORD": "very-hidden-password"} if place == "users" else KEYS
    result = run(lambda: DatabaseCluster("orders", arguments(**{place: FORMS[form](values)})) and None, preview=False)
    assert result.error is None
    assert list(secrets_of(result).values()) == [values]
    assert "very-hidden" not in json.dumps(result.main.inputs)


def test_an_unknown_password_is_unknown_in_the_secret_only():
    users = lambda: {"ROOT_PASSWORD": Source().gives("x"), "APP_PASSWORD": "y"}  # noqa: E731
    result = run(lambda: DatabaseCluster("orders", arguments(users=users())) and None)
    assert is_unknown(result.one("Secret").inputs["stringData"])
    assert not is_unknown(result.main.inputs)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"users": {"ROOT_PASWORD": "very-hidden"}},
            {("field.unknown", "users.ROOT_PASWORD"), ("field.missing", "users.ROOT_PASSWORD")},
        ),
        ({"users": {"APP_PASSWORD": "very-hidden"}}, {("field.missing", "users.ROOT_PASSWORD")}),
        ({"users": {"ROOT_PASSWORD": 7355608}}, {("field.type", "users.ROOT_PASSWORD")}),
        ({"users": "very-hidden"}, {("field.type", "users")}),
        (
            {"credentials": {"AWS_ACCESS_KEY": "very-hidden"}},
            {
                ("field.unknown", "backup.storages.0.credentials.AWS_ACCESS_KEY"),
                ("field.missing", "backup.storages.0.credentials.AWS_ACCESS_KEY_ID"),
                ("field.missing", "backup.storages.0.credentials.AWS_SECRET_ACCESS_KEY"),
            },
        ),
        ({"api_key": ["very-hidden"]}, {("field.type", "monitoring.credentials.api_key")}),
    ],
)
@pytest.mark.parametrize("form", ["plain", "secret", "unknown"])
def test_wrong_values_are_refused_without_being_shown(given, expected, form):
    def program():
        (place, value), give = next(iter(given.items())), FORMS[form]
        value = {key: give(below) for key, below in value.items()} if isinstance(value, dict) else give(value)
        DatabaseCluster("orders", arguments(**{place: value}))

    result = run(program, preview=False)
    assert {(e.code, ".".join(map(str, e.path))) for e in result.error.findings} == expected
    assert "very-hidden" not in str(result.error)
    assert "7355608" not in str(result.error)
    assert result.objects == []


def test_values_and_a_named_secret_exclude_each_other():
    given = arguments(users={"ROOT_PASSWORD": "x"}, credentials=KEYS, api_key="x")
    given["users_secret"] = "a"
    given["backup"]["storages"][0]["credentials_secret"] = "b"
    given["monitoring"]["credentials_secret"] = "c"
    result = run(lambda: DatabaseCluster("orders", given) and None)
    assert [(e.code, e.path[-1]) for e in result.error.findings] == [
        ("field.conflict", "users"),
        ("field.conflict", "credentials"),
        ("field.conflict", "credentials"),
    ]


def test_a_secret_value_of_the_spec_is_secret_in_the_object_and_hidden_in_every_message():
    def program(size):
        engine = lambda: {"storage": {"size": pulumi.Output.secret(size)}}  # noqa: E731
        return run(lambda: DatabaseCluster("orders", provider=TOY, instances={"engine": engine()}) and None)

    assert program("20Gi").main.secret is True
    wrong = program("12345Gb")
    assert wrong.codes == ["value.quantity"]
    assert "12345" not in str(wrong.error)


def test_a_secret_version_is_looked_up_and_not_shown():
    def program(version):
        engine = lambda: {"version": pulumi.Output.secret(version)}  # noqa: E731
        return run(lambda: DatabaseCluster("orders", provider=TOY, instances={"engine": engine()}) and None)

    assert program("1.0.1").main.inputs["spec"]["engine"]["image"] == "toy/toyd:1.0.1"
    wrong = program("7.7.7")
    assert wrong.codes == ["cluster.unknown-version"]
    assert "7.7.7" not in str(wrong.error)


STORAGES = [{"name": "main", "type": "s3", "bucket": "b", "credentials": KEYS}]
AROUND = {
    "storages": lambda give: {"backup": {"storages": give(STORAGES)}},
    "storage": lambda give: {"backup": {"storages": [give(STORAGES[0])]}},
    "backup": lambda give: {"backup": give({"storages": STORAGES})},
    "monitoring": lambda give: {
        "monitoring": give({"server_url": "https://pmm.example.com", "credentials": {"api_key": "very-hidden"}})
    },
}


async def answered(value):
    """A value that takes its time, as the answers of an engine do."""
    await asyncio.sleep(0.1)
    return value


@pytest.mark.parametrize("place", AROUND)
def test_credentials_inside_an_unknown_value_are_refused_when_they_come_out(place):
    """A Secret of them would be missing in the preview; without one they would be lost, or stand in the object."""

    def program():
        given = AROUND[place](lambda value: Source().id.apply(lambda _: answered(value)))
        DatabaseCluster("orders", {"provider": TOY, "instances": {"backupAgent": {}, "pmm": {}}, **MONITORED, **given})

    assert run(program).error is None
    update = run(program, preview=False)
    [found] = update.error.findings
    assert (found.code, found.path[-1]) == ("value.not-known", "credentials")
    assert update.objects == []
    assert "very-hidden" not in str(update.error)


MONITORED = {"monitoring": {"server_url": "https://pmm.example.com", "credentials_secret": "pmm"}}


@pytest.mark.parametrize("place", AROUND)
def test_credentials_inside_a_value_that_needs_no_engine_make_secrets(place):
    def program():
        given = AROUND[place](lambda value: pulumi.Output.from_input(0).apply(lambda _: value))
        DatabaseCluster("orders", {"provider": TOY, "instances": {"backupAgent": {}, "pmm": {}}, **MONITORED, **given})

    result = run(program)
    assert result.error is None
    assert len(secrets_of(result)) == 1
    assert "very-hidden" not in json.dumps(result.main.inputs)


def test_a_storage_with_credentials_has_a_name_that_is_known():
    def program(form):
        storage = {**STORAGES[0], "name": form("main")}
        DatabaseCluster("orders", provider=TOY, instances={"backupAgent": {}}, backup={"storages": [storage]})

    result = run(lambda: program(FORMS["unknown"]))
    assert [(e.code, e.path) for e in result.error.findings] == [("value.not-known", ("backup", "storages", 0, "name"))]
    assert list(secrets_of(run(lambda: program(FORMS["output"])))) == ["orders-backup-main"]


@pytest.mark.parametrize(
    "given", [lambda value: value, pulumi.Output.secret, pulumi.Output.from_input], ids=["plain", "secret", "output"]
)
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "the value of 'ROOT_PASSWORD' is empty"),
        ("pw\n", "the value of 'ROOT_PASSWORD' ends with a line break, which becomes part of it"),
        ("pw\r\n", "the value of 'ROOT_PASSWORD' ends with a line break, which becomes part of it"),
        ("-----BEGIN-----\nx\n-----END-----\n", None),
        ("pw", None),
        (" pw ", None),
    ],
)
def test_a_password_that_is_none_is_said_without_showing_it(given, value, said) -> None:
    def program():
        DatabaseCluster("orders", arguments(users={"ROOT_PASSWORD": given(value)}))

    result = run(program)
    found = [entry for entry in (result.error.findings if result.error else ()) if entry.code == "value.secret"]
    assert [entry.message for entry in found] == ([said] if said else [])
    assert all(entry.path == ("users", "ROOT_PASSWORD") for entry in found)


@pytest.mark.parametrize("form", ["plain", "output", "secret"])
@pytest.mark.parametrize("place", ["credentials", "api_key"])
def test_credentials_too(form, place) -> None:
    def program():
        give = FORMS[form]
        given = {"credentials": {**KEYS, "AWS_SECRET_ACCESS_KEY": give("")}, "api_key": give("key\n")}[place]
        DatabaseCluster("orders", arguments(**{place: given}))

    result = run(program)
    assert [entry.code for entry in result.error.findings] == ["value.secret"]


RULE = "the password of proxyadmin has no ':' and no ';' and does not begin with '*'"


@pytest.mark.parametrize("form", ["plain", "output", "secret"])
@pytest.mark.parametrize(("password", "refused"), [("a:b", True), ("*a", True), ("a-b", False)])
def test_a_rule_about_a_password_holds_however_it_was_given(form, password, refused) -> None:
    def program():
        users = {"root": "x-x-x", "proxyadmin": FORMS[form](password)}
        users |= dict.fromkeys(("xtrabackup", "monitor", "operator", "replication"), "x-x-x")
        DatabaseCluster("orders", provider="pxc-operator", topology={"type": "proxysql"}, users=users)

    error = run(program).error
    assert [entry.message for entry in (error.findings if error is not None else ())] == ([RULE] if refused else [])
