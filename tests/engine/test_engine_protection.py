"""A protected database is not deleted by any flag: only after an update has changed its policy."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from pulumi_engine import Done, Stack

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.testing.parts import skip_or_fail

MONGO = ("psmdb.percona.com/v1", "PerconaServerMongoDB")
HEAD = "import pulumi\nimport pulumi_everest as everest\n"


def program(namespace: str, policy: str | None = None) -> str:
    given = f", deletion_policy={policy!r}" if policy else ""
    cluster = f"everest.DatabaseCluster('orders', provider='psmdb-operator', namespace={namespace!r}{given})\n"
    return HEAD + cluster


def uid(live: LiveCluster, namespace: str) -> str | None:
    found = live.get(*MONGO, "orders", namespace)
    return None if found is None or found["metadata"].get("deletionTimestamp") else str(found["metadata"]["uid"])


def started(stack: Stack, live: LiveCluster, namespace: str, policy: str | None = None) -> str:
    stack.write(program(namespace, policy))
    done = stack.up()
    assert done.code == 0, done.text
    made = uid(live, namespace)
    assert made is not None
    return made


def main_urn(stack: Stack) -> str:
    return next(urn for urn in stack.resources() if urn.endswith("PerconaServerMongoDB::orders"))


def taken_out(stack: Stack, *flags: str) -> Done:
    stack.write(HEAD)
    return stack.up(*flags)


def test_without_a_flag_the_engine_refuses(stack: Stack, live: LiveCluster, namespace: str) -> None:
    before = started(stack, live, namespace)
    assert taken_out(stack).code != 0
    assert stack.destroy().code != 0
    assert uid(live, namespace) == before


def test_a_cluster_that_is_taken_out_is_only_forgotten(stack: Stack, live: LiveCluster, namespace: str) -> None:
    before = started(stack, live, namespace)
    done = taken_out(stack, "--ignore-protect")
    assert done.code == 0, done.text
    assert uid(live, namespace) == before


@pytest.mark.parametrize("targeted", [False, True])
def test_destroy_only_forgets_it(stack: Stack, live: LiveCluster, namespace: str, targeted: bool) -> None:
    before = started(stack, live, namespace)
    target = ["--target", main_urn(stack), "--target-dependents"] if targeted else []
    done = stack.destroy("--ignore-protect", *target)
    assert done.code == 0, done.text
    assert uid(live, namespace) == before


def test_it_is_deleted_after_one_update_of_the_policy(stack: Stack, live: LiveCluster, namespace: str) -> None:
    started(stack, live, namespace)
    stack.write(program(namespace, "delete"))
    done = stack.up()
    assert (done.code, done.steps("DatabaseCluster")) == (0, done.steps()), done.text
    own = {"name": "orders", "namespace": namespace, "finalizers": None}
    live.merge({"apiVersion": MONGO[0], "kind": MONGO[1], "metadata": own})
    done = stack.destroy()
    assert done.code == 0, done.text
    assert uid(live, namespace) is None


def test_what_was_forgotten_is_taken_over_again(stack: Stack, live: LiveCluster, namespace: str) -> None:
    before = started(stack, live, namespace)
    assert stack.destroy("--ignore-protect").code == 0
    stack.write(program(namespace).replace("provider=", "adopt=True, provider="))
    done = stack.up()
    assert done.code == 0, done.text
    assert uid(live, namespace) == before


def test_in_another_language_too(
    stack: Stack, live: LiveCluster, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("pulumi-language-yaml") is None:
        skip_or_fail("engine", "needs pulumi-language-yaml on PATH")
    # The provider process that the engine looks for.
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    properties = {"provider": "psmdb-operator", "namespace": namespace}
    cluster = {"type": "everest:DatabaseCluster", "properties": properties}
    project = {"name": "infra", "runtime": "yaml"}
    stack.write(None, {"Pulumi.yaml": json.dumps({**project, "resources": {"orders": cluster}})})
    done = stack.up()
    assert done.code == 0, done.text
    before = uid(live, namespace)
    assert before is not None

    stack.write(None, {"Pulumi.yaml": json.dumps(project)})
    assert stack.up().code != 0
    assert uid(live, namespace) == before
    done = stack.up("--ignore-protect")
    assert done.code == 0, done.text
    assert uid(live, namespace) == before
