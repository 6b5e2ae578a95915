"""Changes of a main object while its component stays as it was: refused like all others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pulumi_engine import Stack
from technologies import ALL, PSMDB, Technology

from pulumi_everest.testing.apiserver import ApiServer

REFUSED = "engine.storage.size 20Gi → 10Gi, by guard storage-shrink"


def write(stack: Stack, technology: Technology, namespace: str, more: str = "", **engine: Any) -> None:
    """A program with one database of a technology."""
    given = {
        "provider": technology.provider,
        "namespace": namespace,
        "deletion_policy": "delete",
        # What others have set by hand is the program's again.
        "annotations": {"pulumi.com/patchForce": "true"},
        "instances": {"engine": engine},
    }
    stack.write(f"import pulumi_everest as everest\neverest.DatabaseCluster('orders', {given!r}{more})\n")


def urns(stack: Stack, technology: Technology) -> tuple[str, str]:
    """Those of the component and of its main object."""
    found = {entry["type"].rpartition(":")[2]: urn for urn, entry in stack.resources().items()}
    return found["DatabaseCluster"], found[technology.kind]


def size(operators: ApiServer, technology: Technology, namespace: str) -> str:
    """All about storage in the object as the cluster has it."""
    there = operators.live.get(technology.api_version, technology.kind, "orders", namespace)
    assert there is not None
    return json.dumps(there["spec"])


LEAVE_OUT: dict[str, Callable[[str, str], tuple[str, ...]]] = {
    "target": lambda component, main: ("--target", main),
    "exclude": lambda component, main: ("--exclude", component),
    "replace": lambda component, main: ("--replace", component),
}


@pytest.mark.parametrize("option", LEAVE_OUT)
@pytest.mark.parametrize("technology", ALL, ids=lambda entry: entry.kind)
def test_a_refused_change_is_refused_without_the_component(
    stack: Stack, operators: ApiServer, namespace: str, technology: Technology, option: str
) -> None:
    write(stack, technology, namespace, storage={"size": "20Gi"})
    assert stack.up().code == 0, stack.printed()
    options = LEAVE_OUT[option](*urns(stack, technology))

    write(stack, technology, namespace, storage={"size": "10Gi"})
    preview = stack.preview(*options)
    assert "Traceback" not in preview.text
    for done in (preview, stack.up(*options), stack.up(*options)):
        assert done.code != 0, done.text
        assert REFUSED in done.text
    assert "20Gi" in size(operators, technology, namespace)
    assert "10Gi" not in size(operators, technology, namespace)

    write(stack, technology, namespace, storage={"size": "20Gi"})
    assert stack.up().code == 0, stack.printed()
    assert stack.preview().only_same, stack.printed()


def test_a_change_that_may_be_made_is_said_and_made_without_the_component(
    stack: Stack, operators: ApiServer, namespace: str
) -> None:
    write(stack, PSMDB, namespace, replicas=3)
    assert stack.up().code == 0, stack.printed()
    _, main = urns(stack, PSMDB)

    write(stack, PSMDB, namespace, replicas=5)
    done = stack.up("--target", main)

    assert done.code == 0, done.text
    assert any("orders: engine.replicas 3 → 5, online" in text for text in done.messages("info")), done.text


def edit(
    operators: ApiServer, technology: Technology, namespace: str, change: Callable[[dict[str, Any]], None]
) -> None:
    """Change the object as people do by hand."""
    there = operators.live.get(technology.api_version, technology.kind, "orders", namespace)
    assert there is not None
    change(there["spec"])
    path = operators.live.path(technology.api_version, technology.kind, namespace, "orders")
    operators.live.request("PUT", path, there)


def larger(spec: dict[str, Any]) -> None:
    """A larger volume for the members of a replica set."""
    text = json.dumps(spec["replsets"][0])
    spec["replsets"][0] = json.loads(text.replace("20Gi", "40Gi"))


def test_what_was_edited_by_hand_is_not_taken_back_unseen(stack: Stack, operators: ApiServer, namespace: str) -> None:
    write(stack, PSMDB, namespace, storage={"size": "20Gi"})
    assert stack.up().code == 0, stack.printed()
    edit(operators, PSMDB, namespace, larger)
    assert stack.refresh().code == 0, stack.printed()

    for done in (stack.preview(), stack.up()):
        assert done.code != 0, done.text
        assert "engine.storage.size 40Gi → 20Gi, by guard storage-shrink" in done.text
    assert "40Gi" in size(operators, PSMDB, namespace)

    write(stack, PSMDB, namespace, storage={"size": "20Gi"}, more=", allow=['storage-shrink']")
    done = stack.up()
    assert done.code == 0, done.text
    assert any("allow: storage-shrink lifted" in text for text in done.messages("warning")), done.text
    assert not any("no change meets" in text for text in done.messages()), done.text

    write(stack, PSMDB, namespace, storage={"size": "40Gi"})
    assert stack.up().code == 0, stack.printed()


@pytest.mark.parametrize("technology", ALL, ids=lambda entry: entry.kind)
def test_what_an_operator_writes_is_no_change(
    stack: Stack, operators: ApiServer, namespace: str, technology: Technology
) -> None:
    write(stack, technology, namespace, storage={"size": "20Gi"})
    assert stack.up().code == 0, stack.printed()
    edit(operators, technology, namespace, lambda spec: spec.update(technology.filled))
    assert stack.refresh().code == 0, stack.printed()

    done = stack.up()

    assert done.code == 0, done.text
    assert "is not known" not in done.text
