"""Clusters without Pulumi: read, resolved, validated and emitted; time, growth and memory.

The baseline does the least that any tool must do with the same data: copy the input and write the object as JSON. Both
run by turns, and the medians count.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from benchmarks.clusters import document
from pulumi_everest.model.cluster import DatabaseCluster
from pulumi_everest.model.reading import plain, read_leniently
from pulumi_everest.model.shapes import shape_of
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

TURNS = 5


def timed(step: Callable[[dict[str, Any]], Any], documents: list[dict[str, Any]]) -> float:
    """Milliseconds a document."""
    gc.collect()
    start = time.process_time()
    for entry in documents:
        step(entry)
    return (time.process_time() - start) / len(documents) * 1000


def main() -> dict[str, Any]:
    workspace = Workspace(Plugins())

    def checked(entry: dict[str, Any]) -> tuple[ClusterInput, Any, Any]:
        model, found = read_leniently(DatabaseCluster, entry, defer=True)
        assert model is not None
        data = plain(entry, shape_of(DatabaseCluster))
        cluster = ClusterInput(data["metadata"], data["spec"])
        resolved, setup, more = workspace.check(cluster)
        assert resolved is not None
        assert not [*found, *more]
        return cluster, resolved, setup

    def emitted(entry: dict[str, Any]) -> Any:
        cluster, resolved, setup = checked(entry)
        return workspace.emit(cluster, resolved, setup)

    documents = [document(number) for number in range(10_000)]
    thousand = documents[:1000]
    manifest = emitted(documents[0])[-1].manifest
    text = json.dumps(manifest)
    part = len(documents) // TURNS
    turns = [
        (
            timed(lambda _entry: json.loads(json.dumps(json.loads(text))), thousand),
            timed(checked, documents[turn * part : (turn + 1) * part]),
            timed(emitted, documents[turn * part : (turn + 1) * part]),
        )
        for turn in range(TURNS)
    ]
    baseline, check, whole = (statistics.median(taken) for taken in zip(*turns, strict=True))
    growth = timed(emitted, documents) * 10_000 / (timed(emitted, thousand) * 1000)
    tracemalloc.start()
    kept = [emitted(entry) for entry in documents[:500]]
    half = tracemalloc.get_traced_memory()[0]
    kept += [emitted(entry) for entry in documents[500:1000]]
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(kept) == 1000
    return {
        "JSON round trips of one object, ms": baseline,
        "read, resolve and validate, ms a cluster (bound 0.5)": check,
        "with emission, ms a cluster (bound 1.0)": whole,
        "with emission, against the baseline (bound 15)": statistics.median(own / least for least, _, own in turns),
        "10,000 against 1,000 clusters (bound 11)": growth,
        "kept objects of 1,000 against 500 clusters, memory": memory / half,
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name}: {value:.3f}")
