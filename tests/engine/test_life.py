"""The life of a cluster of each technology, by the real engine: create, change, nothing to do, destroy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi_engine import NewStack, Stack
from technologies import ALL, Technology

from pulumi_everest.live.cluster import LiveCluster

pytestmark = pytest.mark.parametrize("technology", ALL, ids=lambda t: t.provider)
KEY = "s3cret-of-the-storage"


@pytest.fixture
def stack(new_stack: NewStack) -> Stack:
    made = new_stack()
    made.run("config", "set", "--secret", "awsKey", KEY)
    return made


def rendered(stack: Stack, kind: str) -> dict[str, Any]:
    """The object of a kind as `everest render` writes it for the stack's program."""
    command = [sys.executable, "-m", "pulumi_everest.cli", "render", str(stack.folder), "--config", f"awsKey={KEY}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    [found] = [entry for entry in yaml.safe_load_all(done.stdout) if entry["kind"] == kind]
    return found


def holds(stored: Any, wanted: Any, path: str = "spec") -> list[str]:
    """Where a stored value lacks what is wanted. More in a mapping is the server's own."""
    if isinstance(wanted, dict) and isinstance(stored, dict):
        return [m for key, value in wanted.items() for m in holds(stored.get(key), value, f"{path}.{key}")]
    if isinstance(wanted, list) and isinstance(stored, list) and len(wanted) == len(stored):
        return [m for i, (s, w) in enumerate(zip(stored, wanted, strict=True)) for m in holds(s, w, f"{path}[{i}]")]
    return [] if stored == wanted else [f"{path}: {stored!r} instead of {wanted!r}"]


def the_object(live: LiveCluster, technology: Technology, namespace: str) -> dict[str, Any]:
    found = live.get(technology.api_version, technology.kind, "orders", namespace)
    assert found is not None
    return found


def operator_sees(live: LiveCluster, technology: Technology, namespace: str) -> None:
    """Play the operator: write defaults into the object, an annotation of its own, and its status."""
    head = {
        "apiVersion": technology.api_version,
        "kind": technology.kind,
        "metadata": {"name": "orders", "namespace": namespace, "annotations": {"example.com/seen": "true"}},
    }
    live.merge({**head, "spec": technology.filled}, manager="operator")
    live.merge({**head, "status": technology.status}, manager="operator", status=True)


def test_create_change_nothing_to_do_and_destroy(
    technology: Technology, stack: Stack, live: LiveCluster, namespace: str
) -> None:
    stack.write(technology.program(namespace))

    # A preview shows the whole object, and makes nothing.
    shown = stack.preview()
    assert shown.code == 0, shown.text
    assert technology.kind in shown.text
    assert live.list(technology.api_version, technology.kind, namespace) == []

    created = stack.up()
    assert created.code == 0, created.text
    assert set(created.changes) == {"create"}
    first = the_object(live, technology, namespace)
    assert holds(first["spec"], rendered(stack, technology.kind)["spec"]) == []
    outputs = stack.outputs()
    assert outputs["host"].startswith("orders-")
    assert namespace in outputs["host"]
    assert {"kind": technology.kind, "name": "orders"}.items() <= outputs["objects"][-1].items()

    # Nothing to do: right away, after a refresh, and when the operator has written into the object.
    assert stack.up().only_same
    operator_sees(live, technology, namespace)
    seen = the_object(live, technology, namespace)
    assert seen["status"]["state"] == "ready"
    assert stack.preview().only_same
    refreshed = stack.refresh()
    assert refreshed.code == 0, refreshed.text
    again = stack.up()
    assert again.only_same, again.text
    assert the_object(live, technology, namespace)["spec"] == seen["spec"]

    # A change: the preview names it, the same object is changed, and what the operator wrote stays.
    stack.write(technology.program(namespace, replicas=5))
    previewed = stack.preview()
    assert previewed.code == 0, previewed.text
    assert "3 => 5" in previewed.text
    assert technology.replicas(the_object(live, technology, namespace)) == 3
    changed = stack.up()
    assert changed.code == 0, changed.text
    assert ("update", "orders") in changed.steps(technology.kind)
    after = the_object(live, technology, namespace)
    assert technology.replicas(after) == 5
    assert after["metadata"]["uid"] == first["metadata"]["uid"]
    assert holds(after["spec"], technology.filled) == []
    assert after["metadata"]["annotations"]["example.com/seen"] == "true"
    assert stack.up().only_same

    # The operator would remove the finalizers.
    live.merge(
        {
            "apiVersion": technology.api_version,
            "kind": technology.kind,
            "metadata": {"name": "orders", "namespace": namespace, "finalizers": None},
        }
    )
    gone = stack.destroy()
    assert gone.code == 0, gone.text
    assert live.list(technology.api_version, technology.kind, namespace) == []
    assert [entry["metadata"]["name"] for entry in live.list("v1", "Secret", namespace)] == []


def test_a_preview_with_unknown_values_shows_the_known_ones_and_refuses_what_is_wrong(
    technology: Technology, stack: Stack, live: LiveCluster, namespace: str
) -> None:
    source = f"""
source = k8s.core.v1.ConfigMap("source", metadata={{"name": "source", "namespace": "{namespace}"}}, data={{"a": "b"}})
memory = source.id.apply(lambda _: "4Gi")
"""
    more = 'labels={"source": source.id.apply(lambda name: name.rpartition("/")[2])},'
    stack.write(technology.program(namespace, before=source, more=more))
    shown = stack.preview()
    assert shown.code == 0, shown.text
    assert "[unknown]" in shown.text
    assert "10Gi" in shown.text

    more += 'topology={"type": "nonsense"},'
    stack.write(technology.program(namespace, before=source, more=more))
    refused = stack.preview()
    assert refused.code != 0
    assert "no topology 'nonsense'" in refused.text
    assert "Traceback" not in refused.text
    assert live.list("v1", "ConfigMap", namespace) == [] or "source" not in {
        entry["metadata"]["name"] for entry in live.list("v1", "ConfigMap", namespace)
    }

    stack.write(technology.program(namespace, before=source, more=more.partition("topology=")[0]))
    done = stack.up()
    assert done.code == 0, done.text
    assert the_object(live, technology, namespace)["metadata"]["labels"]["source"] == "source"


def test_passwords_are_encrypted_in_the_state_and_masked_in_everything_that_is_printed(
    technology: Technology, stack: Stack, live: LiveCluster, namespace: str
) -> None:
    stack.write(technology.program(namespace))
    stack.preview()
    assert stack.up().code == 0
    secrets = {**technology.users, "key": KEY}
    hidden = [value for value in secrets.values() if "pa55" in value or value == KEY]
    assert hidden
    stack.run("config", "set", "kubernetes:enableSecretMutable", "true")
    stack.write(technology.program(namespace, replicas=5).replace("pa55", "n3w-pa55"))
    stack.preview()
    assert stack.up().code == 0, stack.printed()
    stack.refresh()
    stack.run("stack", "output", "--json")
    stack.run("stack", "export")

    for value in [*hidden, *(value.replace("pa55", "n3w-pa55") for value in hidden)]:
        assert value not in stack.printed()
        assert value not in stack.stored_text()
    kept = json.dumps([the_object(live, technology, namespace), *live.list("v1", "Event", namespace)])
    for value in hidden:
        assert value not in kept
    import base64

    stored = "\n".join(
        base64.b64decode(text).decode()
        for secret in live.list("v1", "Secret", namespace)
        for text in (secret.get("data") or {}).values()
    )
    assert "n3w-pa55" in stored
    assert KEY in stored
    live.merge(
        {
            "apiVersion": technology.api_version,
            "kind": technology.kind,
            "metadata": {"name": "orders", "namespace": namespace, "finalizers": None},
        }
    )
    assert stack.destroy().code == 0
    assert Path(stack.folder).exists()
