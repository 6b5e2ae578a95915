"""The same clusters by `everest render` and by other tools that are on PATH: jsonnet, kustomize, helm. Those that are
not there are named. CPU of whole processes, user and system, by turns, against `everest render` in the same run.

What is made is the operator's object of each cluster; the others are given it as a template or as it is, since none of
them knows how a cluster becomes one. `CHART=folder` names a chart for `helm template`, which makes one cluster a call.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from benchmarks.clusters import document
from benchmarks.fleet import EVEREST, cost
from pulumi_everest.model.cluster import DatabaseCluster
from pulumi_everest.model.reading import plain
from pulumi_everest.model.shapes import shape_of
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

COUNT, TURNS, CALLS = 1_000, 3, 5
JSONNET = """
local base = import 'base.json';
local make(c) = base {
  metadata+: { name: c.metadata.name, namespace: c.metadata.namespace },
  spec+: {
    replsets: [
      r { size: c.spec.instances.engine.replicas,
          volumeSpec: { persistentVolumeClaim: { resources: { requests: {
            storage: c.spec.instances.engine.storage.size } } } } }
      for r in base.spec.replsets
    ],
    sharding+: { mongos+: { size: c.spec.instances.proxy.replicas } },
  },
};
[make(c) for c in std.parseYaml(importstr 'all.yaml')]
"""


def objects() -> list[dict[str, Any]]:
    """The operator's object of each cluster."""
    workspace = Workspace(Plugins())
    made = []
    for number in range(COUNT):
        data = plain(document(number), shape_of(DatabaseCluster))
        cluster = ClusterInput(data["metadata"], data["spec"])
        resolved, setup, _ = workspace.check(cluster)
        assert resolved is not None
        assert setup is not None
        made.append(workspace.emit(cluster, resolved, setup)[-1].manifest)
    return made


def inputs(folder: Path) -> None:
    """The same clusters for each tool, in a folder of its own."""
    made = objects()
    for name in ("everest", "jsonnet", "kustomize"):
        (folder / name).mkdir()
    for number in range(COUNT):
        (folder / f"everest/{number}.yaml").write_text(yaml.safe_dump(document(number), sort_keys=False))
        (folder / f"kustomize/{number}.yaml").write_text(yaml.safe_dump(made[number], sort_keys=False))
    (folder / "jsonnet/base.json").write_text(json.dumps(made[0]))
    (folder / "jsonnet/all.yaml").write_text(yaml.safe_dump_all(map(document, range(COUNT)), sort_keys=False))
    (folder / "jsonnet/all.jsonnet").write_text(JSONNET)
    resources = [f"{number}.yaml" for number in range(COUNT)]
    edit = {"name": "percona/percona-server-mongodb", "newName": "mirror/mongod"}
    (folder / "kustomize/kustomization.yaml").write_text(yaml.safe_dump({"resources": resources, "images": [edit]}))


def tools(folder: Path) -> dict[str, Callable[[], float]]:
    """How to measure each tool that is there: CPU milliseconds a cluster."""

    def whole(name: str, *command: str) -> Callable[[], float]:
        return lambda: cost(command, folder / name)[0] / COUNT * 1000

    found = {"everest render": whole("everest", *EVEREST, "render", ".")}
    if shutil.which("jsonnet"):
        found["jsonnet"] = whole("jsonnet", "jsonnet", "-y", "all.jsonnet")
    if shutil.which("kustomize"):
        found["kustomize build"] = whole("kustomize", "kustomize", "build", ".")
    if shutil.which("helm") and "CHART" in os.environ:
        chart = os.path.abspath(os.environ["CHART"])
        calls = "for n in $(seq $0); do helm template cluster-$n $1 || exit 1; done"
        found["helm template"] = lambda: cost(("sh", "-c", calls, str(CALLS), chart), folder)[0] / CALLS * 1000
    return found


def main() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs(folder)
        known = tools(folder)
        taken: dict[str, list[float]] = {tool: [] for tool in known}
        for _ in range(TURNS):
            for tool, measure in known.items():
                taken[tool].append(measure())
        own = statistics.median(taken["everest render"])
        found = {f"{tool}, ms a cluster": statistics.median(values) for tool, values in taken.items()}
        return found | {f"{tool}, against everest render": statistics.median(taken[tool]) / own for tool in known}


if __name__ == "__main__":
    for tool in ("jsonnet", "kustomize", "helm"):
        if not shutil.which(tool):
            print(f"{tool} is not on PATH", file=sys.stderr)
    for name, value in main().items():
        print(f"{name}: {value:.3f}")
