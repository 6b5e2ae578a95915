"""States that earlier code has written: their programs preview and update unchanged.

Each folder of tests/releases has a program and the state after its `pulumi up`, in a namespace of that name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi_engine import Stack

from pulumi_everest.live.cluster import LiveCluster

RELEASES = sorted(file.parent for file in (Path(__file__).parents[1] / "releases").glob("*/state.json"))
WRITTEN_BY_A_SERVER = ("creationTimestamp", "generation", "resourceVersion", "uid", "managedFields")


NAMESPACE = "apps"
MARKED = ("orders", "orders-backup-main", "orders-conn", "orders-secrets", "before-release", "reports", "shop")
WRITTEN_OTHERWISE = {
    "before-the-rooms": {("update", name) for name in MARKED},
    "first": {("update", name) for name in ("orders", "orders-secrets", "reports", "shop")},
}
"""What newer code writes otherwise, once and as the changelog says: every object gets the mark of its stack, and of shop
also MySQL's Service for reads is left out, where it is the default one. The first code wrote mappings with nothing in them
besides, which are left out now."""


@pytest.fixture
def home(live: LiveCluster) -> Iterator[None]:
    """The namespace of the programs, empty before and after."""
    if live.get("v1", "Namespace", NAMESPACE) is None:
        live.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    made: list[tuple[str, str, str]] = []
    for release in RELEASES:
        for resource in json.loads((release / "state.json").read_text())["deployment"]["resources"]:
            if resource["type"].startswith("kubernetes:"):
                outputs = resource["outputs"]
                made.append((outputs["apiVersion"], outputs["kind"], outputs["metadata"]["name"]))
    yield
    for version, kind, name in made:
        if live.get(version, kind, name, NAMESPACE) is not None:
            own = {"name": name, "namespace": NAMESPACE, "finalizers": None}
            live.merge({"apiVersion": version, "kind": kind, "metadata": own})
            live.delete(version, kind, name, NAMESPACE)


def install(stack: Stack, live: LiveCluster, release: Path) -> dict[str, str]:
    """Give the stack the program and state of a release, and the API server its objects; their UIDs by URN."""
    state = json.loads((release / "state.json").read_text())
    uids = {}
    for resource in state["deployment"]["resources"]:
        if resource["type"].startswith("kubernetes:"):
            made = live.apply(written(resource["outputs"]), "pulumi-kubernetes-release")
            uids[resource["urn"]] = str(made["metadata"]["uid"])
    # Its secrets are plain text here, and encrypted by the stack that takes the state.
    settings = yaml.safe_load((stack.folder / f"Pulumi.{stack.name}.yaml").read_text())
    own = {"type": "passphrase", "state": {"salt": settings["encryptionsalt"]}}
    state["deployment"]["secrets_providers"] = own
    lock = release / "everest.lock"
    stack.write((release / "program.py").read_text(), {lock.name: lock.read_text()} if lock.is_file() else {})
    text = re.sub(r'"default_[\d_]+"', '"default"', json.dumps(state))
    (stack.folder / "state.json").write_text(text)
    stack.run("stack", "import", "--file", "state.json")
    return uids


def written(outputs: dict[str, Any]) -> dict[str, Any]:
    """The object of a resource as it was sent: without what the plugin and the server keep beside it."""
    manifest = {key: plain(value) for key, value in outputs.items() if not key.startswith("__") and key != "status"}
    metadata = {key: value for key, value in manifest["metadata"].items() if key not in WRITTEN_BY_A_SERVER}
    return {**manifest, "metadata": metadata}


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        if "plaintext" in value:
            return plain(json.loads(value["plaintext"]))
        return {key: plain(below) for key, below in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("release", RELEASES, ids=lambda folder: folder.name)
def test_a_stored_state_previews_and_updates_unchanged(
    stack: Stack, live: LiveCluster, home: None, release: Path
) -> None:
    uids = install(stack, live, release)

    otherwise = WRITTEN_OTHERWISE.get(release.name, set())
    preview = stack.preview()
    assert (preview.code, set(preview.steps())) == (0, otherwise), preview.text
    done = stack.up()
    assert (done.code, set(done.steps())) == (0, otherwise), done.text
    assert stack.up().only_same

    now = {
        urn: resource["outputs"]["metadata"]["name"]
        for urn, resource in stack.resources().items()
        if resource["type"].startswith("kubernetes:")
    }
    assert now.keys() == uids.keys()
    for resource in stack.resources().values():
        if resource["type"].startswith("kubernetes:"):
            outputs = resource["outputs"]
            found = live.get(outputs["apiVersion"], outputs["kind"], outputs["metadata"]["name"], NAMESPACE)
            assert found is not None
            assert found["metadata"]["uid"] == uids[resource["urn"]]


def test_from_a_stored_state_a_cluster_is_let_go_by_one_update(stack: Stack, live: LiveCluster, home: None) -> None:
    """The first state was written when a protected object was not retained."""
    release = next(folder for folder in RELEASES if folder.name == "before-the-rooms")
    install(stack, live, release)
    mongo = ("psmdb.percona.com/v1", "PerconaServerMongoDB", "orders", NAMESPACE)
    program = (stack.folder / "__main__.py").read_text()

    stack.write(program.replace("    wait_for=False,\n", '    wait_for=False,\n    deletion_policy="delete",\n'))
    done = stack.up()
    assert (done.code, set(done.steps()) - WRITTEN_OTHERWISE[release.name]) == (0, set()), done.text
    assert ("update", "orders") in done.steps()
    # The operators have done what their finalizers ask for.
    for version, kind, name in ((*mongo[:2], "orders"), ("pxc.percona.com/v1", "PerconaXtraDBCluster", "shop")):
        own = {"name": name, "namespace": NAMESPACE, "finalizers": None}
        live.merge({"apiVersion": version, "kind": kind, "metadata": own})
    done = stack.destroy()
    assert done.code == 0, done.text
    assert live.get(*mongo) is None
