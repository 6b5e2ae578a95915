"""A program with 1,000 clusters on the SDK's mocks, against a hand-written component with the same custom resources.

Both run in the same process, by turns, each in a fresh event loop; CPU seconds, medians.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any

import pulumi
from pulumi.runtime import settings
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.stack import run_pulumi_func

from benchmarks.clusters import sharded_spec

COUNT, TURNS = 1000, 5


class Echo(Mocks):
    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return args.name, args.inputs

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        return {}, None


class ByHand(pulumi.ComponentResource):
    """What people write: a component with one CustomResource."""

    def __init__(self, name: str, metadata: dict[str, Any], spec: dict[str, Any]) -> None:
        from pulumi_kubernetes.apiextensions import CustomResource

        super().__init__("bench:index:Database", name, {})
        child = CustomResource(
            name,
            api_version="psmdb.percona.com/v1",
            kind="PerconaServerMongoDB",
            metadata=metadata,
            spec=spec,
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        self.register_outputs({"name": child.metadata["name"]})


def run(body: Callable[[], None]) -> float:
    """CPU seconds of one program."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    settings.set_root_resource(None)
    set_mocks(Echo(), project="bench", stack="bench", preview=False)
    start = time.process_time()
    loop.run_until_complete(run_pulumi_func(body))
    taken = time.process_time() - start
    loop.close()
    return taken


def clusters(count: int) -> None:
    import pulumi_everest as everest

    provider = everest.Provider("psmdb-operator")
    for number in range(count):
        spec = sharded_spec(number)
        del spec["provider"]
        everest.DatabaseCluster(f"cluster-{number}", {"provider": provider, "namespace": "bench", **spec})  # type: ignore[misc]


def by_hand(count: int, objects: list[dict[str, Any]]) -> None:
    for number in range(count):
        manifest = objects[number]
        ByHand(f"cluster-{number}", manifest["metadata"], manifest["spec"])


def emitted(specs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The objects that clusters of these specs become."""
    from pulumi_everest.plugins.find import Plugins
    from pulumi_everest.workspace.workspace import ClusterInput, Workspace

    workspace = Workspace(Plugins())
    objects = []
    for number, spec in enumerate(specs):
        cluster = ClusterInput({"name": f"cluster-{number}", "namespace": "bench"}, spec)
        resolved, setup, _ = workspace.check(cluster)
        assert resolved is not None
        assert setup is not None
        objects.append(workspace.emit(cluster, resolved, setup)[-1].manifest)
    return objects


def main() -> dict[str, Any]:
    objects = emitted(map(sharded_spec, range(COUNT)))
    run(lambda: clusters(10))
    run(lambda: by_hand(10, objects))
    own, hand = [], []
    for _ in range(TURNS):
        own.append(run(lambda: clusters(COUNT)))
        hand.append(run(lambda: by_hand(COUNT, objects)))
    return {
        "hand-written component, ms a cluster": statistics.median(hand) / COUNT * 1000,
        "DatabaseCluster, ms a cluster": statistics.median(own) / COUNT * 1000,
        "DatabaseCluster against the hand-written component (bound 1.35)": statistics.median(
            one / other for one, other in zip(own, hand, strict=True)
        ),
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name}: {value:.3f}")
