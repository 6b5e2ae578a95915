"""Preview and up by the real engine, against a hand-written component with the same custom resources.

Both programs run in stacks of their own against one API server, by turns. Each turn gives a ratio, and the median of
them counts: a machine that is busy for a while slows both programs of a turn, and the best of each would compare
moments that differ. Given are the seconds that a user waits, and those that the processors worked for the engine, its
plugins and the program, and how many processes wanted the processors meanwhile. `PREVIEWS` and `UPS` in the environment
are the numbers of turns. Needs the engine, the Kubernetes plugin and the API server of the tests.
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

from benchmarks.clusters import sharded_spec
from benchmarks.program import emitted
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.binaries import assets

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "engine"))

from pulumi_engine import Stack, find_engine

COUNTS, UP_COUNT = (200, 400), 200
PREVIEWS, UPS = int(os.environ.get("PREVIEWS", "7")), int(os.environ.get("UPS", "5"))

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
    """What a deployment took, in seconds: for the user, and of the processors; and the load of the machine then."""

    wall: float
    work: float
    load: float = 0.0


def timed(stack: Stack, *command: str) -> Taken:
    """Run one deployment."""
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    stack.run(*command)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Taken(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, os.getloadavg()[0])


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


def spec_of(number: int, *, changed: bool = False) -> dict[str, Any]:
    """The spec of a cluster; changed, it has one more proxy."""
    spec = sharded_spec(number)
    if changed:
        spec["instances"]["proxy"]["replicas"] += 1
    return spec


def write(stack: Stack, program: str, namespace: str, count: int, *, changed: bool = False) -> None:
    """A program of so many clusters."""
    specs = [spec_of(number, changed=changed) for number in range(count)]
    manifests = emitted(specs)
    for manifest in manifests:
        # No operator is there to remove finalizers, so that the objects could be deleted.
        manifest["metadata"] = {"name": manifest["metadata"]["name"], "namespace": namespace}
    clusters = []
    for number, spec in enumerate(specs):
        del spec["provider"]
        clusters.append({"name": f"cluster-{number}", "namespace": namespace, "finalizers": [], **spec})
    stack.write(program, {"clusters.json": json.dumps(clusters), "objects.json": json.dumps(manifests)})


@dataclass
class Turns:
    """Deployments of both stacks, by turns, each of so many clusters."""

    stacks: Stacks

    def write(self, count: int, *, changed: bool = False) -> None:
        """Write the programs of both."""
        for name, program in (("hand", BY_HAND), ("ours", OURS)):
            write(self.stacks[name], program, name, count, changed=changed)

    def take(self, what: str, turns: int, *command: str, between: tuple[str, ...] | None = None) -> dict[str, float]:
        """The figures of some deployments; `between` two of them is what puts a stack back."""
        taken: dict[str, list[Taken]] = {name: [] for name in self.stacks}
        for turn in range(turns):
            for name, stack in sorted(self.stacks.items(), reverse=turn % 2 == 1):
                if between is not None and turn:
                    stack.run(*between)
                taken[name].append(timed(stack, *command))
                show(f"{what}, {name}, turn {turn + 1}", taken[name][-1])
        return against(what, taken)


def show(what: str, taken: Taken) -> None:
    """Show how far it is."""
    text = f"{what}: {taken.wall:.1f} s, of the processors {taken.work:.1f} s, load {taken.load:.1f}"
    print(text, file=sys.stderr, flush=True)


def against(what: str, taken: dict[str, list[Taken]]) -> dict[str, float]:
    """The figures of both programs, and the ratios in the median turn, and a quarter of the turns down and up."""
    found = {}
    for key, name in (("wall", "s"), ("work", "s of the processors")):
        hand, ours = ([getattr(entry, key) for entry in taken[stack]] for stack in ("hand", "ours"))
        ratios = sorted(own / other for own, other in zip(ours, hand, strict=True))
        low, middle, high = (ratios[len(ratios) * quarter // 4] for quarter in (1, 2, 3))
        found |= {
            f"{what}, hand-written component, {name}": median(hand),
            f"{what}, DatabaseCluster, {name}": median(ours),
            f"{what}, ratio of {name} (bound 1.15)": middle,
            f"{what}, ratio of {name}, lower quarter of the turns": low,
            f"{what}, ratio of {name}, upper quarter of the turns": high,
        }
    loads = [entry.load for entries in taken.values() for entry in entries]
    return {**found, f"{what}, load of the machine": median(loads)}


def main() -> dict[str, Any]:
    # Programs run as users run them: with the bytecode of what they import.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, server() as running:
        top = Path(folder)
        engine = find_engine(top / "home")
        if isinstance(engine, str):
            raise SystemExit(f"needs Pulumi's engine: {engine}")
        turns = Turns({name: Stack(engine, top / name, running.kubeconfig) for name in ("hand", "ours")})
        turns.write(1)
        for stack in turns.stacks.values():
            timed(stack, "preview")
        for count in COUNTS:
            turns.write(count)
            found |= turns.take(f"preview of {count}", PREVIEWS, "preview")
        turns.write(UP_COUNT)
        found |= turns.take(f"up of {UP_COUNT}", UPS, "up", *AT_ONCE, between=("destroy", *AT_ONCE))
        turns.write(UP_COUNT, changed=True)
        found |= turns.take(f"preview of {UP_COUNT} that are there and change", PREVIEWS, "preview")
    few, many = COUNTS
    for name in ("hand-written component", "DatabaseCluster"):
        works = [found[f"preview of {count}, {name}, s of the processors"] for count in COUNTS]
        found[f"growth of a preview from {few} to {many}, {name} (linear: {many // few})"] = works[1] / works[0]
    return found


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name}: {value:.3f}")
