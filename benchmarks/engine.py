"""Preview and up by the real engine, against a hand-written component with the same custom resources.

Both programs run in stacks of their own against one API server, by turns; seconds as a user waits for them, the best
of each, since an engine is several processes. Needs the engine, the Kubernetes plugin and the API server of the tests.
"""

from __future__ import annotations

import json
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

COUNT, TURNS = 200, 2
SIZES = (100, 200, 400)

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


def main() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, server() as running:
        top = Path(folder)
        engine = find_engine(top / "home")
        if isinstance(engine, str):
            raise SystemExit(f"needs Pulumi's engine: {engine}")
        ours = Stack(engine, top / "ours", running.kubeconfig)
        hand = Stack(engine, top / "hand", running.kubeconfig)
        both = ((ours, OURS, "ours"), (hand, BY_HAND, "hand"))
        results: dict[str, Any] = {}
        preview: dict[str, list[float]] = {"ours": [], "hand": []}
        up: dict[str, list[float]] = {"ours": [], "hand": []}
        for _ in range(TURNS):
            for stack, program, name in both:
                write(stack, program, name, COUNT)
                preview[name].append(timed(stack, "preview"))
                up[name].append(timed(stack, "up", "--yes", "--skip-preview"))
                timed(stack, "destroy", "--yes", "--skip-preview")
        results["hand-written component, preview of 200, s"] = min(preview["hand"])
        results["DatabaseCluster, preview of 200, s"] = min(preview["ours"])
        results["preview against the hand-written component (bound 1.15)"] = min(preview["ours"]) / min(preview["hand"])
        results["hand-written component, up of 200, s"] = min(up["hand"])
        results["DatabaseCluster, up of 200, s"] = min(up["ours"])
        results["up against the hand-written component (bound 1.15)"] = min(up["ours"]) / min(up["hand"])
        taken = []
        for count in SIZES:
            write(ours, OURS, "ours", count)
            taken.append(min(timed(ours, "preview") for _ in range(2)))
        results |= {f"preview of {count}, s": seconds for count, seconds in zip(SIZES, taken, strict=True)}
        results["growth from 200 to 400 against that from 100 to 200 (linear: 2)"] = (taken[2] - taken[1]) / (
            taken[1] - taken[0]
        )
    return results


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name}: {value:.3f}")
