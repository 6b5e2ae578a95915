"""The same clusters by `everest render`, by a Pulumi program with a hand-written component on mocks, and by others.

The others are jsonnet, kustomize and helm that are on PATH, and KCL by a Python that has `kcl-lib`, which `KCL_PYTHON`
names; those that are not there are named. CPU of whole processes, user and system, by turns, against `everest render`.

What is made is the operator's object of each cluster; the others are given it as a template or as it is, since none
of them knows how a cluster becomes one. `CHART=folder` names a chart for `helm template`, which makes one a call.
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
KCL = """
import file
import json
import manifests
import yaml

_base = json.decode(file.read("base.json"))
_sets = lambda c {
    [
        r | {
            size = c.spec.instances.engine.replicas
            volumeSpec: {persistentVolumeClaim: {resources: {requests: {
                storage = c.spec.instances.engine.storage.size
            }}}}
        }
        for r in _base.spec.replsets
    ]
}
_make = lambda c {
    _base | {
        metadata = {name = c.metadata.name, namespace = c.metadata.namespace}
        spec: {replsets = _sets(c), sharding: {mongos: {size = c.spec.instances.proxy.replicas}}}
    }
}
manifests.yaml_stream([_make(c) for c in yaml.decode_all(file.read("all.yaml"))])
"""
RUN_KCL = """
import sys
from kcl_lib import api
made = api.API().exec_program(api.ExecProgramArgs(k_filename_list=["all.k"]))
print(made.yaml_result)
sys.exit(made.err_message or 0)
"""
BY_HAND = """
import json, sys
sys.path.insert(0, sys.argv[1])
from benchmarks.program import by_hand, run
with open("objects.json", "rb") as file:
    objects = json.load(file)
run(lambda: by_hand(len(objects), objects))
"""
ROOT = Path(__file__).resolve().parents[1]


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
    for name in ("everest", "jsonnet", "kcl", "kustomize", "pulumi"):
        (folder / name).mkdir()
    for number in range(COUNT):
        (folder / f"everest/{number}.yaml").write_text(yaml.safe_dump(document(number), sort_keys=False))
        (folder / f"kustomize/{number}.yaml").write_text(yaml.safe_dump(made[number], sort_keys=False))
    for name in ("jsonnet", "kcl"):
        (folder / name / "base.json").write_text(json.dumps(made[0]))
        (folder / name / "all.yaml").write_text(yaml.safe_dump_all(map(document, range(COUNT)), sort_keys=False))
    (folder / "jsonnet/all.jsonnet").write_text(JSONNET)
    (folder / "kcl/all.k").write_text(KCL)
    (folder / "pulumi/objects.json").write_text(json.dumps(made))
    resources = [f"{number}.yaml" for number in range(COUNT)]
    edit = {"name": "percona/percona-server-mongodb", "newName": "mirror/mongod"}
    (folder / "kustomize/kustomization.yaml").write_text(yaml.safe_dump({"resources": resources, "images": [edit]}))


def tools(folder: Path) -> dict[str, Callable[[], float]]:
    """How to measure each tool that is there: CPU milliseconds a cluster."""

    def whole(name: str, *command: str) -> Callable[[], float]:
        return lambda: cost(command, folder / name, (0,))[0] / COUNT * 1000

    found = {"everest render": whole("everest", *EVEREST, "render", ".")}
    found["a Pulumi program by hand, on mocks"] = whole("pulumi", sys.executable, "-c", BY_HAND, str(ROOT))
    if "KCL_PYTHON" in os.environ:
        found["KCL"] = whole("kcl", os.environ["KCL_PYTHON"], "-c", RUN_KCL)
    if shutil.which("jsonnet"):
        found["jsonnet"] = whole("jsonnet", "jsonnet", "-y", "all.jsonnet")
    if shutil.which("kustomize"):
        found["kustomize build"] = whole("kustomize", "kustomize", "build", ".")
    if shutil.which("helm") and "CHART" in os.environ:
        chart = os.path.abspath(os.environ["CHART"])
        calls = "for n in $(seq $0); do helm template cluster-$n $1 || exit 1; done"
        found["helm template"] = lambda: cost(("sh", "-c", calls, str(CALLS), chart), folder, (0,))[0] / CALLS * 1000
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
    for name, what in {"CHART": "a chart for helm", "KCL_PYTHON": "a Python with kcl-lib"}.items():
        if name not in os.environ:
            print(f"{name} does not name {what}", file=sys.stderr)
    for name, value in main().items():
        print(f"{name}: {value:.3f}")
