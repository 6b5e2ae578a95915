"""What is kept of the Secrets made of given values, and what a change of one does."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from expected import Said

from pulumi_everest.core.changes.compare import line
from pulumi_everest.core.changes.impact import Change
from pulumi_everest.core.changes.secret_changes import (
    SecretHandling,
    StoredSecret,
    names_in,
    secret_changes,
    stored_secret,
)
from pulumi_everest.model.deferred import Deferred

SAID = Said(__file__)
said_in_full = SAID.fixture()

IN_PLACE = SecretHandling(in_place=True)
STORED: dict[str, Any] = {"backup": {"storages": [{"name": "main"}]}}
CREDENTIALS = ("backup", "storages", 0, "credentials")


def secret(
    values: Any, place: tuple[Any, ...] = ("users",), name: Any = "orders-secrets", **form: Any
) -> dict[str, StoredSecret]:
    places = {key: (*place, key) for key in values} if isinstance(values, dict) else {}
    kept = {"name": name, "place": list(place), "places": places, "stringData": values, "type": "Opaque", **form}
    return {"secrets": StoredSecret.from_data(kept)}


def changes(
    old: Any, new: Any, handling: SecretHandling = IN_PLACE, spec: dict[str, Any] | None = None
) -> list[Change]:
    return SAID(list(secret_changes(old, new, STORED if spec is None else spec, handling, ("root",))))


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (secret({"root": "a"}), secret({"root": "a"}), []),
        (secret({"root": "a"}), secret({"root": "b"}), ["users.root changed, online"]),
        (secret({"other": "a"}), secret({"other": "b"}), ["users.other changed, rolling restart"]),
        (secret({"root": "a"}), secret({"root": "a", "other": "b"}),
         ["users.other unset → [secret], rolling restart"]),
        (secret({"root": "a", "other": "b"}), secret({"root": "a"}),
         ["users.other [secret] → unset, rolling restart"]),
        (secret({"root": "a", "other": "b"}), secret({"root": "b", "other": "a"}),
         ["users.root changed, online", "users.other changed, rolling restart"]),
        (secret({"key": "a"}, CREDENTIALS), secret({"key": "b"}, CREDENTIALS),
         ["backup.storages[main].credentials.key changed, online"]),
        (secret({"root": Deferred()}), secret({"root": "b"}), []),
        (secret({"root": "a", "other": "a"}), secret({"root": Deferred(), "other": "b"}),
         ["users.other changed, rolling restart"]),
        (secret({"root": "a"}), secret(Deferred()), []),
        (secret({"root": "a"}), secret(None, data={"root": encoded("a")}), []),
        (secret({"root": "a"}), secret(None, data={"root": encoded("b")}), ["users.root changed, online"]),
        ({}, secret({"root": "a"}), []),
    ],
)  # fmt: skip
def test_a_value_that_changes_in_place_is_said_and_never_shown(old: Any, new: Any, said: list[str]) -> None:
    assert [line(change) for change in changes(old, new)] == said


@pytest.mark.parametrize(
    ("old", "new", "handling", "where"),
    [
        (secret({"root": "a"}), secret({"root": "b"}), SecretHandling(), "users.root"),
        (secret({"root": "a", "other": "b"}), secret({"root": "b"}), SecretHandling(), "users.root, users.other"),
        (secret({"root": "a"}), secret({"root": "a"}, type="kubernetes.io/basic-auth"), IN_PLACE,
         "the form of Secret orders-secrets"),
        (secret({"root": "a"}, immutable=True), secret({"root": "b"}, immutable=True), IN_PLACE, "users.root"),
    ],
    ids=["not in place", "several values", "another type", "immutable"],
)  # fmt: skip
def test_a_secret_that_would_be_replaced_is_refused_as_one_change(
    old: Any, new: Any, handling: SecretHandling, where: str
) -> None:
    [change] = changes(old, new, handling)

    assert (change.where, change.guard, change.is_refused) == (where, "secret-replaced", True)
    assert "Secret orders-secrets would be deleted before it is made again" in change.why
    assert ("enableSecretMutable" in change.hint) is not handling.in_place


@pytest.mark.parametrize(
    ("place", "spec", "names", "refused"),
    [
        (("users",), {}, [], True),
        (("users",), {"usersSecret": "others"}, ["others"], False),
        (("users",), {"usersSecret": "orders-secrets"}, ["orders-secrets"], True),
        (("monitoring", "credentials"), {}, ["orders-secrets"], True),
        (CREDENTIALS, {}, [], False),
        (CREDENTIALS, STORED, ["orders-secrets"], True),
    ],
    ids=["users", "another Secret", "the same Secret", "which holds the users too", "no storage", "the same storage"],
)
def test_a_secret_is_not_taken_from_a_database_that_uses_it(
    place: Any, spec: dict[str, Any], names: list[str], refused: bool
) -> None:
    found = changes(secret({"root": "a"}, place), {}, SecretHandling(in_place=True, names=frozenset(names)), spec)

    assert [change.guard for change in found if change.is_refused] == (["secret-replaced"] if refused else [])


NEEDED = SecretHandling(in_place=True, names=frozenset({"orders-secrets"}))


@pytest.mark.parametrize(
    ("held", "handling", "said"),
    [
        ({"orders-secrets": True}, IN_PLACE, "let go: it stays, and the database goes on using it"),
        ({"orders-secrets": True}, NEEDED, "let go: it stays, and the database goes on using it"),
        ({"orders-secrets": False}, NEEDED, None),
        (None, NEEDED, None),
    ],
)
def test_a_secret_that_the_database_uses_leaves_the_program_only_where_it_stays_in_the_cluster(
    held: Any, handling: SecretHandling, said: str | None
) -> None:
    [change] = SAID(list(secret_changes(secret({"root": "a"}), {}, STORED, handling, (), held)))

    assert change.is_refused is (said is None)
    assert said is None or line(change) == f"Secret orders-secrets of this cluster → {said}, online"


@pytest.mark.parametrize(("kept", "said"), [(True, "let go: it stays"), (False, "deleted, as the cluster no longer")])
def test_a_secret_that_is_no_longer_needed_is_said_with_what_becomes_of_it(kept: bool, said: str) -> None:
    credentials, conn = secret({"key": "a"}, CREDENTIALS, "orders-main"), {"orders-conn": kept, "orders-main": kept}
    found = list(secret_changes(credentials, {}, STORED, SecretHandling(), (), conn))

    assert [change.where for change in found] == ["Secret orders-main", "Secret orders-conn"]
    assert all(f"of this cluster → {said}" in line(change) for change in found)
    made = SecretHandling(made=frozenset(conn))
    assert list(secret_changes(credentials, credentials, STORED, made, (), conn)) == []


@pytest.mark.parametrize(
    ("data", "place", "places"),
    [
        ({"root": Deferred(("users", "root"))}, ["users"], {"root": ["users", "root"]}),
        (Deferred(("users",)), ["users"], {}),
        (
            {"token": Deferred(("monitoring", "credentials", "apiKey")), "root": Deferred(("users", "root"))},
            ["users"],
            {"token": ["monitoring", "credentials", "apiKey"], "root": ["users", "root"]},
        ),
        (
            {"a": Deferred((*CREDENTIALS, "a")), "b": Deferred((*CREDENTIALS, "b")), "verifier": ""},
            list(CREDENTIALS),
            {"a": [*CREDENTIALS, "a"], "b": [*CREDENTIALS, "b"]},
        ),
    ],
)
def test_where_a_value_was_given_is_kept(data: Any, place: Any, places: Any) -> None:
    kept = stored_secret({"metadata": {"name": "orders-secrets"}, "type": "Opaque", "stringData": data})

    assert kept == {
        "name": "orders-secrets", "type": "Opaque", "stringData": data, "place": place, "places": places,
    }  # fmt: skip


def test_data_is_kept_as_well_as_text() -> None:
    data = {"ca.crt": Deferred(("users", "ca.crt"))}
    kept = stored_secret({"metadata": {"name": "orders-tls"}, "data": data, "immutable": True})
    assert kept == {
        "name": "orders-tls", "immutable": True, "data": data, "place": ["users"],
        "places": {"ca.crt": ["users", "ca.crt"]},
    }  # fmt: skip


def test_the_names_in_an_object_are_all_its_texts() -> None:
    assert names_in({"spec": {"a": "one", "b": [{"c": "two"}, 3, Deferred()]}}) == {"one", "two"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"root": encoded("é")}, "é"),
        ({"root": "no base64!"}, "no base64!"),
        ({"root": encoded("a")[:-1]}, encoded("a")[:-1]),
        ({"root": None}, None),
        ({"root": 5}, 5),
    ],
)
def test_a_value_in_base64_is_what_the_server_makes_of_it(data: dict[str, Any], expected: Any) -> None:
    kept = secret(None, data=data)["secrets"]

    assert kept.values == ({} if expected is None else {"root": expected})


def test_of_a_value_written_both_ways_the_plain_one_counts() -> None:
    kept = secret({"root": "plain", "gone": None}, data={"root": encoded("other"), "more": encoded("x")})["secrets"]

    assert kept.values == {"root": "plain", "more": "x"}
    assert secret({"a": "b"}, data=Deferred())["secrets"].values is None


def test_what_was_kept_otherwise_is_read_as_far_as_it_goes() -> None:
    kept = StoredSecret.from_data({"places": ["x"], "place": "users", "immutable": True})

    assert kept == StoredSecret(None, (), {}, (None, True), {})


@pytest.mark.parametrize(
    ("paths", "place"),
    [
        ([("monitoring", "credentials", "a"), ("monitoring", "other", "b")], ("monitoring",)),
        ([("monitoring", "a"), ("backup", "b")], ()),
        ([("monitoring", "a"), ("users", "b")], ("users",)),
        ([("monitoring", "credentials", "a")], ("monitoring", "credentials")),
    ],
)
def test_the_place_of_several_values_is_what_they_share_or_that_of_the_users(paths: Any, place: Any) -> None:
    values = {str(number): Deferred(path) for number, path in enumerate(paths)}

    assert stored_secret({"metadata": {}, "stringData": values})["place"] == list(place)


def test_a_secret_whose_name_is_not_known_is_not_missed() -> None:
    assert changes(secret({"root": "a"}, name=Deferred()), {}, SecretHandling(names=frozenset({"x"}))) == []


def test_a_secret_without_a_name_is_called_the_secret() -> None:
    [change] = changes(secret({"root": "a"}, name=None), secret({"root": "b"}, name=None), SecretHandling())

    assert change.why.startswith("the Secret would be deleted before it is made again")


def test_what_is_taken_from_a_database_says_how_to_go_on() -> None:
    [change] = changes(secret({"root": "a"}), {})

    assert (change.path, change.what, change.new) == (("users",), "users [secret] → unset", None)
    assert change.why.startswith("Secret orders-secrets would be deleted while the database uses it")
    assert change.hint.startswith("keep users; or set the deletion policy to retain and run `pulumi up`")


def test_a_secret_that_changes_its_form_says_that_the_form_stays() -> None:
    [change] = changes(secret({"root": "a"}, immutable=True), secret({"root": "b"}, immutable=True))
    assert change.hint == "keep its type and `immutable`, which no Secret can change"

    [change] = changes(secret({"root": "a"}), secret({"root": "a"}, immutable=True))
    assert (change.path, change.where) == (("users",), "the form of Secret orders-secrets")


@pytest.mark.parametrize(
    ("place", "spec", "where"),
    [
        (CREDENTIALS, STORED, "backup.storages[main].credentials.key"),
        (CREDENTIALS, {}, "backup.storages[0].credentials.key"),
        (CREDENTIALS, {"backup": {"storages": []}}, "backup.storages[0].credentials.key"),
        (CREDENTIALS, {"backup": {"storages": [Deferred()]}}, "backup.storages[0].credentials.key"),
        (CREDENTIALS, {"backup": {"storages": [{"name": Deferred()}]}}, "backup.storages[0].credentials.key"),
        (("backup", "storages", 1), {"backup": {"storages": [{"name": "a"}, {"name": "b"}]}}, "backup.storages[b].key"),
        (("monitoring", "credentials"), STORED, "monitoring.credentials.key"),
    ],
)
def test_a_storage_is_called_by_its_name_where_that_is_known(place: Any, spec: dict[str, Any], where: str) -> None:
    [change] = changes(secret({"key": "a"}, place), secret({"key": "b"}, place), spec=spec)

    assert change.where == where


@pytest.mark.parametrize(
    ("place", "key", "impact"),
    [
        (("users",), "root", "online"),
        (("users",), "other", "rolling restart"),
        (CREDENTIALS, "other", "online"),
        (("monitoring", "credentials"), "apiKey", "rolling restart"),
    ],
)
def test_a_password_restarts_pods_unless_it_is_read_anew(place: Any, key: str, impact: str) -> None:
    [change] = changes(secret({key: "a"}, place), secret({key: "b"}, place))

    assert str(change.impact) == impact
