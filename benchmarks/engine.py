"""Preview and up by the real engine, against a hand-written component with the same custom resources.

Both programs run in stacks of their own against one API server, by turns. Each turn gives a ratio, and the median of
them counts: a machine that is busy for a while slows both programs of a turn, and the best of each would compare
moments that differ. Given are the seconds that a user waits, and those that the processors worked for the engine, its
plugins and the program. Needs the engine, the Kubernetes plugin and the API server of the tests.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.program import emitted
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.binaries import assets

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "engine"))

from pulumi_engine import Stack, find_engine

COUNT, PREVIEWS, UPS = 200, 11, 3
SIZES = (100, 400)

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


@dataclass(frozen=True)
class Taken:
    """What a deployment took, in seconds: as a user waits for it, and of the processors."""

    wall: float
    work: float


def timed(stack: Stack, *command: str) -> Taken:
    """Run one deployment."""
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    stack.run(*command)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Taken(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


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


def by_turns(stacks: Stacks, turns: int, *command: str, then: tuple[str, ...] | None = None) -> dict[str, list[Taken]]:
    """What some deployments of each stack took; `then` is what puts the stack back."""
    taken: dict[str, list[Taken]] = {name: [] for name in stacks}
    for turn in range(turns):
        for name, stack in sorted(stacks.items(), reverse=turn % 2 == 1):
            taken[name].append(timed(stack, *command))
            show(f"{command[0]} of {COUNT}, {name}, turn {turn + 1}", taken[name][-1])
            if then is not None:
                timed(stack, *then)
    return taken


def best(taken: list[Taken]) -> Taken:
    """The least of each."""
    return Taken(min(entry.wall for entry in taken), min(entry.work for entry in taken))


def show(what: str, taken: Taken) -> None:
    """Show how far it is."""
    print(f"{what}: {taken.wall:.1f} s, of the processors {taken.work:.1f} s", file=sys.stderr, flush=True)


def against(what: str, taken: dict[str, list[Taken]]) -> dict[str, float]:
    """The figures of both programs, and the ratio in the median turn, and in those a quarter of the way down and up."""
    turns = list(zip(taken["hand"], taken["ours"], strict=True))
    waits, works = [sorted(getattr(ours, key) / getattr(hand, key) for hand, ours in turns) for key in ("wall", "work")]
    low, middle, high = (waits[len(turns) * quarter // 4] for quarter in (1, 2, 3))
    return {
        f"hand-written component, {what} of {COUNT}, s": median(entry.wall for entry in taken["hand"]),
        f"DatabaseCluster, {what} of {COUNT}, s": median(entry.wall for entry in taken["ours"]),
        f"{what} against the hand-written component (bound 1.15)": middle,
        f"{what} against the hand-written component, lower quarter of the turns": low,
        f"{what} against the hand-written component, upper quarter of the turns": high,
        f"{what} against the hand-written component, seconds of the processors": median(works),
    }


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
        growth: dict[str, list[float]] = {}
        for name, program in (("hand", BY_HAND), ("ours", OURS)):
            for count in SIZES:
                write(stacks[name], program, name, count)
                taken = best([timed(stacks[name], "preview") for _ in range(2)])
                show(f"preview of {count}, {name}", taken)
                growth.setdefault(name, []).append(taken.work)
    few, many = SIZES[0], SIZES[-1]
    return {
        **against("preview", preview),
        **against("up", up),
        **{
            f"growth of a preview from {few} to {many}, {name} (linear: {many // few})": works[-1] / works[0]
            for name, works in growth.items()
        },
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name}: {value:.3f}")
