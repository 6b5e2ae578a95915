"""What is kept of the Secrets made of given values, and what a change of one does."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

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
    return list(secret_changes(old, new, STORED if spec is None else spec, handling, ("root",)))


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

    assert [change.guard for change in found] == (["secret-replaced"] if refused else [])


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


def test_the_names_in_an_object_are_all_its_texts() -> None:
    assert names_in({"spec": {"a": "one", "b": [{"c": "two"}, 3, Deferred()]}}) == {"one", "two"}
