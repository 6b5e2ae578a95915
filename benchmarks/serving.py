"""Memory and descriptors of the provider process that serves programs in other languages: whether it lasts.

An engine starts one for each preview or update, which has one deployment; a developer who attaches to one, and a
program of Pulumi's Automation API, have many. So both are counted: many small deployments one after the other, of which
nothing may stay, and one large one, whose components cost as long as it lasts.

    python -m benchmarks.serving           5,000 components in 250 deployments
    python -m benchmarks.serving 20        a twentieth of that
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import resource_pb2_grpc

from benchmarks.clusters import sharded_spec

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "serving"))

from fake_engine import CLUSTER, Monitor, Plugin, listening, plugin

ROOT = Path(__file__).parents[1]
DEPLOYMENTS, EACH, AT_ONCE = 250, 20, 8
LARGE, WARM = 1000, 100
SETTLED = 10
"""Deployments after which all that is made once is there."""


@dataclass(frozen=True)
class Held:
    """What a process holds: resident memory in kB, and open descriptors."""

    memory: int
    descriptors: int


def held(pid: int) -> Held:
    """What a process holds now."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return Held(int(line.split()[1]), len(os.listdir(f"/proc/{pid}/fd")))


class Forgetful(Monitor):
    """An engine that keeps nothing of what is registered, so that the figures are those of the process alone."""

    def remember(self, urn: str, request: Any) -> None:
        """Do not."""

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()


@contextmanager
def deployment(*, preview: bool) -> Iterator[Monitor]:
    """A deployment of its own."""
    made = Forgetful(preview)
    with listening(lambda server: resource_pb2_grpc.add_ResourceMonitorServicer_to_server(made, server)) as endpoint:
        made.endpoint = endpoint
        yield made


def construct(process: Plugin, to: Monitor, numbers: range, config: Mapping[str, str] | None = None) -> None:
    """Make so many clusters, some at once."""

    def make(number: int) -> None:
        inputs = {"namespace": f"team-{number % 4}", **sharded_spec(number), "deletionPolicy": "delete"}
        process.construct(to, CLUSTER, f"cluster-{number}", inputs, config=config)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(make, numbers))


def deployments(process: Plugin, count: int) -> tuple[list[Held], int]:
    """What the process holds after each of so many deployments."""
    after = []
    for number in range(count):
        with deployment(preview=number % 2 == 0) as to:
            construct(process, to, range(EACH))
        after.append(held(process.pid))
    return after, count * EACH


def main(part: int = 1) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, plugin(ROOT, Path(folder)) as process:
        start = held(process.pid)
        after, made = deployments(process, DEPLOYMENTS // part)
        settled, last = after[min(SETTLED, len(after) - 1)], after[-1]
        figures |= {
            "memory at the start, MB": start.memory / 1024,
            f"after {SETTLED} deployments, MB": settled.memory / 1024,
            f"after {made} components in {len(after)} deployments, MB": last.memory / 1024,
            "descriptors at the start": start.descriptors,
            f"descriptors after {SETTLED} deployments": settled.descriptors,
            f"descriptors after {len(after)} deployments": last.descriptors,
        }
    with tempfile.TemporaryDirectory() as folder, plugin(ROOT, Path(folder)) as process:
        count = LARGE // part
        with deployment(preview=True) as to:
            construct(process, to, range(WARM))
            before = held(process.pid)
            construct(process, to, range(WARM, WARM + count))
            after_all = held(process.pid)
        figures["one deployment, kB for each component (bound 25)"] = (after_all.memory - before.memory) / count
        figures[f"one deployment, descriptors after {count} components"] = after_all.descriptors
    return figures


if __name__ == "__main__":
    for name, value in main(*map(int, sys.argv[1:])).items():
        print(f"{name}: {value:.1f}")
