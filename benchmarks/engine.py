"""Preview and up by the real engine, against a hand-written component with the same custom resources.

Both programs run in stacks of their own against one API server, by turns; seconds as a user waits for them, the best
of each, since an engine is several processes. Needs the engine, the Kubernetes plugin and the API server of the tests.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.program import emitted
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.binaries import assets
from pulumi_everest.testing.engine import Stack, find_engine

COUNT, PREVIEWS, UPS = 200, 5, 2
SIZES = (100, 200, 400)

AT_ONCE = ("--yes", "--skip-preview")

Stacks = dict[str, Stack]

CRD: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "perconaservermongodbs.psmdb.percona.com"},
    "spec": {
        "group": "psmdb.percona.com",
        "names": {"kind": "PerconaServerMongoDB", "plural": "perconaservermongodbs"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                # Both stacks send the same objects, so what the schema says takes the same time for both.
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}

OURS = """
import json
import pulumi_everest as everest

provider = everest.Provider("psmdb-operator")
for cluster in json.load(open("clusters.json")):
    everest.DatabaseCluster(cluster["name"], {"provider": provider, **cluster, "deletion_policy": "delete"})
"""
BY_HAND = """
import json
import pulumi
from pulumi_kubernetes.apiextensions import CustomResource


class Database(pulumi.ComponentResource):
    def __init__(self, name, manifest):
        super().__init__("bench:index:Database", name, {})
        child = CustomResource(
            name,
            api_version=manifest["apiVersion"],
            kind=manifest["kind"],
            metadata=manifest["metadata"],
            spec=manifest["spec"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"name": child.metadata["name"]})


for manifest in json.load(open("objects.json")):
    Database(manifest["metadata"]["name"], manifest)
"""


def timed(stack: Stack, *command: str) -> float:
    """Seconds of one deployment."""
    start = time.monotonic()
    done = stack.deploy(*command)
    taken = time.monotonic() - start
    assert done.code == 0, done.text
    return taken


@contextmanager
def server() -> Iterator[ApiServer]:
    """An API server that knows the kind."""
    binaries = assets()
    if isinstance(binaries, str):
        raise SystemExit(binaries)
    with ApiServer(binaries) as running:
        running.install_crds([CRD])
        for namespace in ("ours", "hand"):
            running.live.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        yield running


def write(stack: Stack, program: str, namespace: str, count: int) -> None:
    """A program of so many clusters."""
    from benchmarks.clusters import sharded_spec

    manifests = emitted(count)
    for manifest in manifests:
        # No operator is there to remove finalizers, so that the objects could be deleted.
        manifest["metadata"] = {"name": manifest["metadata"]["name"], "namespace": namespace}
    clusters = []
    for number in range(count):
        spec = sharded_spec(number)
        del spec["provider"]
        clusters.append({"name": f"cluster-{number}", "namespace": namespace, "finalizers": [], **spec})
    stack.write(program, {"clusters.json": json.dumps(clusters), "objects.json": json.dumps(manifests)})


def by_turns(stacks: Stacks, turns: int, *command: str, then: tuple[str, ...] | None = None) -> dict[str, float]:
    """The best of some deployments for each stack, in seconds; `then` is what puts the stack back."""
    taken: dict[str, list[float]] = {name: [] for name in stacks}
    for turn in range(turns):
        for name, stack in stacks.items():
            taken[name].append(timed(stack, *command))
            print(
                f"{command[0]} of {COUNT}, {name}, turn {turn + 1}: {taken[name][-1]:.1f} s",
                file=sys.stderr,
                flush=True,
            )
            if then is not None:
                timed(stack, *then)
    return {name: min(values) for name, values in taken.items()}


def main() -> dict[str, Any]:
    # Programs run as users run them: with the bytecode of what they import.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder, server() as running:
        top = Path(folder)
        engine = find_engine(top / "home")
        if isinstance(engine, str):
            raise SystemExit(f"needs Pulumi's engine: {engine}")
        stacks = {name: Stack(engine, top / name, running.kubeconfig) for name in ("hand", "ours")}
        write(stacks["hand"], BY_HAND, "hand", COUNT)
        write(stacks["ours"], OURS, "ours", COUNT)
        for stack in stacks.values():
            timed(stack, "preview")
        preview = by_turns(stacks, PREVIEWS, "preview")
        up = by_turns(stacks, UPS, "up", *AT_ONCE, then=("destroy", *AT_ONCE))
        growth = {}
        for count in SIZES:
            write(stacks["ours"], OURS, "ours", count)
            growth[count] = min(timed(stacks["ours"], "preview") for _ in range(PREVIEWS))
            print(f"preview of {count}: {growth[count]:.1f} s", file=sys.stderr, flush=True)
    small, middle, large = growth.values()
    return {
        "hand-written component, preview of 200, s": preview["hand"],
        "DatabaseCluster, preview of 200, s": preview["ours"],
        "preview against the hand-written component (bound 1.15)": preview["ours"] / preview["hand"],
        "hand-written component, up of 200, s": up["hand"],
        "DatabaseCluster, up of 200, s": up["ours"],
        "up against the hand-written component (bound 1.15)": up["ours"] / up["hand"],
        **{f"preview of {count}, s": seconds for count, seconds in growth.items()},
        "growth from 200 to 400 against that from 100 to 200 (linear: 2)": (large - middle) / (middle - small),
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name}: {value:.3f}")
