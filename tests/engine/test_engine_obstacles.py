"""What is missing before a database can be made, with the real engine: said in the preview, refused at once in an update."""

from __future__ import annotations

import time

import pytest
from pulumi_engine import Stack

from pulumi_everest.live.cluster import LiveCluster

MISSING = "there is no namespace 'nowhere' in the cluster"


def program(*, before: str = "", options: str = "", **arguments: str) -> str:
    given = {"provider": "psmdb-operator", "namespace": "nowhere", **arguments}
    return f"""
import pulumi
import pulumi_kubernetes as k8s
import pulumi_everest as everest
{before}
everest.DatabaseCluster("orders", {given!r}{options})
"""


def test_a_missing_namespace_is_said_in_the_preview_and_refused_at_once(stack: Stack) -> None:
    stack.write(program())
    preview = stack.preview()
    assert preview.code == 0, preview.text
    assert any(MISSING in text and "refused at once" in text for text in preview.messages("warning")), preview.text

    up = stack.up()
    assert up.code != 0
    assert f"{MISSING}, and nothing in this program makes that" in up.text
    assert not any("PerconaServerMongoDB" in urn for urn in stack.resources())


def test_a_program_that_makes_the_namespace_waits_for_it(stack: Stack, live: LiveCluster, namespace: str) -> None:
    name = f"{namespace}-own"
    before = f'own = k8s.core.v1.Namespace("own", metadata={{"name": "{name}"}})'
    options = ", pulumi.ResourceOptions(depends_on=[own])"
    stack.write(program(before=before, options=options, namespace=name, deletion_policy="delete"))
    preview = stack.preview()
    assert not any("refused at once" in text for text in preview.messages())
    try:
        up = stack.up()
        assert up.code == 0, up.text
    finally:
        live.delete("v1", "Namespace", name)


@pytest.mark.parametrize("allowed", [False, True])
def test_the_guard_can_be_lifted(stack: Stack, allowed: bool) -> None:
    more = {"allow": ["no-place"]} if allowed else {}
    stack.write(program(**more))  # type: ignore[arg-type]
    begun = time.monotonic()
    up = stack.deploy("up", "--yes", "--skip-preview")
    assert up.code != 0
    assert ("nothing in this program makes that" in up.text) is not allowed
    assert time.monotonic() - begun > 30 or not allowed  # that long Pulumi's plugin asks again
