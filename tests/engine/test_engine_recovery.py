"""What a killed update left behind is taken over by the next one, if this stack made it for this resource, and not else.

What the killed engine did not know any more is taken out of the state here, which is the same at a moment of choice.
"""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_engine import Done, Stack
from technologies import ALL, PSMDB, Technology

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.model.mark import MARK
from pulumi_everest.testing.apiserver import ApiServer

USERS = "orders-secrets"


def fine(done: Done) -> Done:
    assert done.code == 0, done.text
    return done


def program(technology: Technology, namespace: str, **more: Any) -> str:
    return technology.program(namespace, **more)


def existing(live: LiveCluster, technology: Technology, namespace: str) -> dict[tuple[str, str], dict[str, Any]]:
    """All that there is of a cluster, without what servers count."""
    found = [*live.list(technology.api_version, technology.kind, namespace), *live.list("v1", "Secret", namespace)]
    return {(entry["kind"], entry["metadata"]["name"]): entry for entry in found}


def uids(found: dict[tuple[str, str], dict[str, Any]]) -> dict[tuple[str, str], str]:
    return {key: entry["metadata"]["uid"] for key, entry in found.items()}


def content(found: dict[tuple[str, str], dict[str, Any]]) -> dict[tuple[str, str], Any]:
    return {key: (entry.get("spec"), entry.get("data")) for key, entry in found.items()}


def forget(stack: Stack, *kinds: str) -> None:
    """Have the state not know the resources of these kinds, as an engine that was killed while it made them."""
    urns = [urn for urn in stack.resources() if urn.split("::")[2].rpartition(":")[2] in kinds]
    assert urns
    for urn in reversed(urns):
        stack.run("state", "delete", urn, "--yes", "--force", "--target-dependents", ok=False)
    left = [urn for urn in stack.resources() if urn in urns]
    assert not left, left


@pytest.fixture
def configured(stack: Stack) -> Stack:
    stack.run("config", "set", "--secret", "awsKey", "secret-of-the-storage")
    return stack


@pytest.mark.parametrize("technology", ALL, ids=lambda technology: technology.kind)
@pytest.mark.parametrize("forgotten", [("Secret",), ("main", "Secret")], ids=["secrets", "everything"])
def test_what_a_killed_create_made_is_taken_over(
    configured: Stack, live: LiveCluster, namespace: str, technology: Technology, forgotten: tuple[str, ...]
) -> None:
    stack = configured
    stack.write(program(technology, namespace))
    fine(stack.up())
    before = existing(live, technology, namespace)
    kinds = [technology.kind if kind == "main" else kind for kind in forgotten]
    if "main" not in forgotten:
        # The Secrets were made, and the main object was not begun.
        forget(stack, technology.kind)
        live.delete(technology.api_version, technology.kind, "orders", namespace)
        live.merge(
            {
                "apiVersion": technology.api_version,
                "kind": technology.kind,
                "metadata": {"name": "orders", "namespace": namespace, "finalizers": None},
            }
        ) if (technology.kind, "orders") in existing(live, technology, namespace) else None
        before = existing(live, technology, namespace)
        assert (technology.kind, "orders") not in before
    forget(stack, *kinds)

    preview = fine(stack.preview())
    up = fine(stack.up())

    after = existing(live, technology, namespace)
    assert {key: uids(after)[key] for key in before} == uids(before)
    assert {key: content(after)[key] for key in before} == content(before)
    assert (technology.kind, "orders") in after
    assert {step for step, _ in up.steps("Secret")} == {"import"}
    if "main" in forgotten:
        assert "made by this stack before, taken over" in preview.text
        assert "made by this stack before, taken over" in up.text
    assert stack.up().only_same


def test_another_stack_of_the_same_program_takes_nothing_over(
    new_stack: Any, live: LiveCluster, namespace: str
) -> None:
    """A developer's copy that is pointed at production."""
    production, copy = new_stack("production", "production"), new_stack("dev", "dev")
    for stack in (production, copy):
        stack.run("config", "set", "--secret", "awsKey", "secret-of-the-storage")
        stack.write(program(PSMDB, namespace))
    fine(production.up())
    before = existing(live, PSMDB, namespace)

    assert "is there already, and this stack does not know it" in copy.preview().text
    done = copy.up()

    assert done.code != 0
    assert "is there already, and this stack does not know it" in done.text
    assert existing(live, PSMDB, namespace) == before
    assert not any("kubernetes:" in urn and "providers" not in urn for urn in copy.resources())


@pytest.mark.parametrize("policy", ["protect", "delete"])
def test_a_renamed_resource_does_not_take_over_what_it_had(
    configured: Stack, live: LiveCluster, namespace: str, policy: str
) -> None:
    stack = configured
    own = program(PSMDB, namespace).replace('deletion_policy="delete"', f'deletion_policy="{policy}"')
    stack.write(own)
    fine(stack.up())
    before = existing(live, PSMDB, namespace)
    stack.write(own.replace('    "orders",', '    "renamed",\n    name="orders",'))

    done = stack.up()

    assert done.code != 0
    assert "is there already, and this stack does not know it" in done.text
    assert existing(live, PSMDB, namespace) == before
    stack.write(own)
    fine(stack.up())
    assert uids(existing(live, PSMDB, namespace)) == uids(before)


def test_a_stack_that_was_removed_and_made_again_takes_over_what_it_had(
    new_stack: Any, live: LiveCluster, namespace: str
) -> None:
    first, again = new_stack(), new_stack(folder="again")
    for stack in (first, again):
        stack.run("config", "set", "--secret", "awsKey", "secret-of-the-storage")
        stack.write(program(PSMDB, namespace))
    fine(first.up())
    before = existing(live, PSMDB, namespace)
    first.run("stack", "rm", "--force", "--yes")
    assert existing(live, PSMDB, namespace) == before

    done = fine(again.up())

    assert "made by this stack before, taken over" in done.text
    after = existing(live, PSMDB, namespace)
    assert uids(after) == uids(before)
    assert content(after) == content(before)
    assert again.up().only_same


def test_a_copy_in_another_namespace_is_not_what_the_stack_made(
    configured: Stack, live: LiveCluster, namespace: str, operators: ApiServer
) -> None:
    stack = configured
    stack.write(program(PSMDB, namespace))
    fine(stack.up())
    other = f"{namespace}-copy"
    live.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": other}})
    copied = existing(live, PSMDB, namespace)
    for entry in copied.values():
        metadata = {key: entry["metadata"].get(key) for key in ("name", "annotations", "labels")}
        kept = {key: value for key, value in entry.items() if key not in ("metadata", "status")}
        live.create({**kept, "metadata": {**metadata, "namespace": other}}, strict=False)
    there = existing(live, PSMDB, other)
    forget(stack, PSMDB.kind, "Secret", "DatabaseCluster")

    stack.write(program(PSMDB, other))
    done = stack.up()

    assert done.code != 0
    assert "is there already, and this stack does not know it" in done.text
    assert existing(live, PSMDB, other) == there


def test_an_equal_object_without_the_mark_is_refused(configured: Stack, live: LiveCluster, namespace: str) -> None:
    stack = configured
    stack.write(program(PSMDB, namespace))
    fine(stack.up())
    for entry in existing(live, PSMDB, namespace).values():
        metadata = {"name": entry["metadata"]["name"], "namespace": namespace, "annotations": {MARK: None}}
        live.merge({"apiVersion": entry["apiVersion"], "kind": entry["kind"], "metadata": metadata})
    before = existing(live, PSMDB, namespace)
    forget(stack, PSMDB.kind, "Secret")

    done = stack.up()

    assert done.code != 0
    assert "is there already, and this stack does not know it" in done.text
    assert existing(live, PSMDB, namespace) == before


def test_what_differs_is_not_taken_over(configured: Stack, live: LiveCluster, namespace: str) -> None:
    stack = configured
    stack.write(program(PSMDB, namespace))
    fine(stack.up())
    before = existing(live, PSMDB, namespace)
    forget(stack, PSMDB.kind, "Secret")
    stack.write(program(PSMDB, namespace, replicas=5))

    done = stack.up()

    assert done.code != 0
    assert "is not taken over, and nothing was changed" in done.text
    assert content(existing(live, PSMDB, namespace)) == content(before)
    stack.write(program(PSMDB, namespace))
    fine(stack.up())
    assert stack.up().only_same


@pytest.mark.parametrize("technology", ALL, ids=lambda technology: technology.kind)
def test_adopt_takes_secrets_over_and_knows_what_the_server_fills_in(
    configured: Stack, live: LiveCluster, namespace: str, technology: Technology
) -> None:
    stack = configured
    stack.write(program(technology, namespace))
    fine(stack.up())
    for entry in existing(live, technology, namespace).values():
        metadata = {"name": entry["metadata"]["name"], "namespace": namespace, "annotations": {MARK: None}}
        live.merge({"apiVersion": entry["apiVersion"], "kind": entry["kind"], "metadata": metadata})
    before = existing(live, technology, namespace)
    forget(stack, technology.kind, "Secret", "DatabaseCluster")
    stack.write(program(technology, namespace, more="adopt=True,").replace('deletion_policy="delete",', ""))

    up = fine(stack.up())

    after = existing(live, technology, namespace)
    assert uids(after) == uids(before)
    assert content(after) == content(before)
    assert {step for step, _ in up.steps("Secret")} == {"import", "update"}, "the update gives them the mark"
    assert stack.up().only_same


def test_adopt_does_not_change_the_values_of_a_secret(configured: Stack, live: LiveCluster, namespace: str) -> None:
    stack = configured
    stack.run("config", "set", "kubernetes:enableSecretMutable", "true")
    stack.write(program(PSMDB, namespace))
    fine(stack.up())
    for entry in existing(live, PSMDB, namespace).values():
        metadata = {"name": entry["metadata"]["name"], "namespace": namespace, "annotations": {MARK: None}}
        live.merge({"apiVersion": entry["apiVersion"], "kind": entry["kind"], "metadata": metadata})
    before = existing(live, PSMDB, namespace)
    forget(stack, PSMDB.kind, "Secret", "DatabaseCluster")
    other = program(PSMDB, namespace, more="adopt=True,").replace('deletion_policy="delete",', "")
    stack.write(other.replace("pa55-of-the-admin", "another-password"))

    done = stack.up()

    assert done.code != 0
    said = "\n".join(done.messages("error"))
    assert f"Secret {namespace}/orders-secrets is not taken over, and nothing was changed: 1 value differs" in said
    assert "data.MONGODB_DATABASE_ADMIN_PASSWORD: <secret> → <secret>" in said
    assert "everest adopt" not in said
    assert "another-password" not in done.text
    assert content(existing(live, PSMDB, namespace)) == content(before)


def test_a_database_that_exists_gets_the_mark_once_and_nothing_else(
    configured: Stack, live: LiveCluster, namespace: str
) -> None:
    """As after an update of this package."""
    stack = configured
    stack.write(program(PSMDB, namespace).replace("import pulumi\n", NO_MARKS, 1))
    fine(stack.up())
    before = existing(live, PSMDB, namespace)
    assert not any(MARK in (entry["metadata"].get("annotations") or {}) for entry in before.values())
    stack.write(program(PSMDB, namespace))

    up = fine(stack.up())

    after = existing(live, PSMDB, namespace)
    assert uids(after) == uids(before)
    assert content(after) == content(before)
    generations = [entry["metadata"].get("generation") for entry in (*before.values(), *after.values())]
    assert len(set(generations)) <= 2, "metadata is no new generation"
    assert {step for step, _ in up.steps()} == {"update"}
    assert all(MARK in entry["metadata"]["annotations"] for entry in after.values())
    assert stack.up().only_same


NO_MARKS = """
import pulumi
import pulumi_everest.resources.hooks.ownership as ownership
ownership.Ownership.own = lambda self, component, name, manifest, opts, kubernetes, **more: dict(manifest)
"""
