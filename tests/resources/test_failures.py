"""What is said when the API server refuses an object."""

from __future__ import annotations

import asyncio
import contextvars
from types import SimpleNamespace

import pulumi
import pytest
from expected import assert_expected, file_for

from pulumi_everest.resources.arguments.naming import OTHER_LANGUAGE
from pulumi_everest.resources.hooks.failures import Failures, advice

URN = "urn:pulumi:dev::infra::everest:index:DatabaseCluster$kubernetes:toy.example.com/v1:Toy::orders"
INPUTS = {"metadata": {"name": "shop", "namespace": "db"}}


@pytest.mark.parametrize(
    ("operation", "error", "said"),
    [
        ("create", 'toys.toy.example.com "shop" already exists', ["Toy db/shop is there already", "pulumi.Alias(name=", "adopt=True"]),
        ("create", "failed to become live: timed out waiting for the condition", ["Toy db/shop", "`everest status`"]),
        ("update", "failed to become live: timed out waiting for the condition", ["Toy db/shop", "custom_timeouts"]),
        ("update", 'Apply failed with 1 conflict: conflict with "operator": .spec.size', ["Toy db/shop", "ignore_changes"]),
        ("create", 'Apply failed with 1 conflict: conflict with "helm": .spec.size', ["patchForce"]),
    ],
)  # fmt: skip
def test_the_way_on_is_said(operation: str, error: str, said: list[str], request: pytest.FixtureRequest) -> None:
    text = advice(operation, [error, "an older error"], URN, INPUTS)

    assert text is not None
    assert [part for part in said if part not in text] == []
    assert_expected(file_for(request.path), request.node.name, text)


def test_the_way_on_is_said_in_the_words_of_other_languages(request: pytest.FixtureRequest) -> None:
    def said(error: str) -> str | None:
        OTHER_LANGUAGE.set(True)
        return advice("create", [error], URN, INPUTS)

    exists, late = (contextvars.copy_context().run(said, error) for error in ("already exists", "timed out waiting"))

    assert exists is not None
    assert late is not None
    assert 'aliases: [{name: "<its former name>"}]' in exists
    assert "adopt: true takes it over" in exists
    assert "customTimeouts gives it longer" in late
    assert_expected(file_for(request.path), request.node.name, [exists, late])


@pytest.mark.parametrize(
    ("operation", "errors"),
    [("create", ["spec.size: Invalid value"]), ("delete", ["already exists"]), ("update", []), ("create", ["other", "already exists"])],
)  # fmt: skip
def test_what_says_it_all_gets_no_addition(operation: str, errors: list[str]) -> None:
    assert advice(operation, errors, URN, INPUTS) is None


@pytest.mark.parametrize("inputs", [None, {}, {"metadata": pulumi.UNKNOWN}, {"metadata": {"name": pulumi.UNKNOWN}}])
def test_without_a_known_name_the_resource_is_named(inputs: object) -> None:
    text = advice("create", ["already exists"], URN, inputs)  # type: ignore[arg-type]

    assert text is not None
    assert text.startswith("Toy orders is there already")


def test_the_hook_says_it_at_the_resource_and_never_asks_for_another_try() -> None:
    logged = []
    failures = Failures()
    failures._engine = SimpleNamespace(Log=logged.append)
    args = pulumi.ErrorHookArgs(
        URN, "", "orders", "toy", new_inputs=INPUTS, failed_operation="create", errors=["x already exists"]
    )

    assert asyncio.run(failures._failed(args)) is False
    [entry] = logged
    assert (entry.urn, entry.message.splitlines()[0]) == (
        URN,
        advice("create", args.errors, URN, INPUTS).splitlines()[0],
    )
