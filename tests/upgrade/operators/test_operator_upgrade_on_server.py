"""The steps of an operator's upgrade as they are printed, on an API server: MySQL from 1.19 to 1.20, which drops fields.

What a chart and the operator would do, the test does in their place.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from pulumi_everest.cli.main import everest
from pulumi_everest.testing.apiserver import ApiServer

Object = dict[str, Any]
VERSION, KIND = "pxc.percona.com/v1", "PerconaXtraDBCluster"
IMAGE = "percona/percona-xtradb-cluster-operator"
OLD = {"serviceType": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8"]}
NEW = {"exposePrimary": {"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8"]}}


class Played:
    """A MySQL cluster that runs with operator 1.19, and the tools of whoever upgrades it."""

    def __init__(self, server: ApiServer, namespace: str, shared: Path, folder: Path) -> None:
        self.live, self.server, self.namespace = server.live, server, namespace
        self.shared, self.folder = shared, folder
        tools = [str(Path(sys.executable).parent), str(server.binaries), os.environ["PATH"]]
        self.environment = {**os.environ, "KUBECONFIG": str(server.kubeconfig), "PATH": os.pathsep.join(tools)}
        self.write("1.19.0", OLD)
        self.definitions("1.19.0")
        self.operator("1.19.0", create=True)
        self.shell("everest render input.yaml | kubectl apply --server-side -f -")
        self.ready()

    def write(self, operator: str, haproxy: Object, **instances: str) -> None:
        """What an editor is for."""
        spec = {"provider": "pxc-operator", "operatorVersion": operator}
        named = {name: {"version": version} for name, version in instances.items()}
        spec["instances"] = {**named, "proxy": {**named.get("proxy", {}), "overrides": haproxy}}  # type: ignore[assignment]
        metadata = {"name": "orders", "namespace": self.namespace}
        document = {"apiVersion": "everest.percona.com/v2alpha1", "kind": "DatabaseCluster", "metadata": metadata}
        (self.folder / "input.yaml").write_text(yaml.safe_dump({**document, "spec": spec}))

    def definitions(self, version: str) -> None:
        file = self.shared / "crds" / "pxc" / version / "crd.yaml"
        self.server.install_crds(list(yaml.load_all(file.read_text(), yaml.CSafeLoader)))

    def operator(self, version: str, *, create: bool = False) -> None:
        """What the chart does."""
        labels = {"app": "pxc-operator"}
        pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": f"{IMAGE}:{version}"}]}}
        manifest = {
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "pxc-operator", "namespace": self.namespace},
            "spec": {"selector": {"matchLabels": labels}, "template": pod},
        }  # fmt: skip
        self.live.create(manifest) if create else self.live.merge(manifest)
        status = {"availableReplicas": 1, "replicas": 1, "readyReplicas": 1, "updatedReplicas": 1}
        self.live.merge({**manifest, "status": {**status, "observedGeneration": 99}}, status=True)

    def ready(self) -> None:
        """What the operator says when it is done."""
        status = {"state": "ready", "observedGeneration": self.object()["metadata"]["generation"]}
        metadata = {"name": "orders", "namespace": self.namespace}
        self.live.merge({"apiVersion": VERSION, "kind": KIND, "metadata": metadata, "status": status}, status=True)

    def object(self) -> Object:
        found = self.live.get(VERSION, KIND, "orders", self.namespace)
        assert found is not None
        return found

    def shell(self, command: str) -> None:
        ran = subprocess.run(
            ["sh", "-c", command], capture_output=True, text=True, env=self.environment, cwd=self.folder, check=False
        )
        assert ran.returncode == 0, (command, ran.stdout, ran.stderr)

    def upgrade(self) -> tuple[int, list[Object]]:
        """The steps against what runs."""
        kubeconfig = str(self.server.kubeconfig)
        arguments = ["upgrade", str(self.folder / "input.yaml"), "--operator", "1.20.0", "--kubeconfig", kubeconfig]
        ran = CliRunner().invoke(everest, [*arguments, "--format", "json"])
        [upgrade] = json.loads(ran.stdout)["upgrades"] or [{"steps": []}]
        return ran.exit_code, upgrade["steps"]

    def do(self, step: Object) -> None:
        """The commands of a step as they are printed; what is not here is done in its place."""
        for command in step["commands"]:
            if command.startswith("helm"):
                self.operator(re.search(r"--version (\S+)", command)[1])  # type: ignore[index]
            elif "crd.yaml" in command:
                self.definitions(re.search(r"/v([\d.]+)/deploy", command)[1])  # type: ignore[index]
            elif command.startswith("$EDITOR"):
                self.edit(step["kind"])
            else:
                self.shell(command)
        self.ready()
        for command in step["see"]:
            if "rollout" not in command:  # no controller of Deployments runs here
                self.shell(command)

    def edit(self, kind: str) -> None:
        versions = {} if kind == "fields" else {"proxy": "2.8.18-1"}
        self.write("1.19.0" if kind == "fields" else "1.20.0", NEW, **versions)


@pytest.fixture
def played(api_server: ApiServer, namespace: str, shared: Path, tmp_path: Path) -> Played:
    return Played(api_server, namespace, shared, tmp_path)


def test_the_steps_as_printed_lead_to_the_newer_operator_and_keep_what_runs(played: Played) -> None:
    before = played.object()
    order = []
    for _ in range(8):
        code, steps = played.upgrade()
        step = next((step for step in steps if step["state"] != "done"), None)
        if step is None or step["kind"] == "images":
            break
        assert (code, step["state"], step["problems"]) == (0, "next", []), step
        order.append(step["kind"])
        played.do(step)
        expose = played.object()["spec"]["haproxy"]
        kept = OLD if "fields" not in order else NEW
        assert {key: expose.get(key) for key in kept} == kept, order
    after = played.object()

    assert order == ["record", "fields", "definitions", "operator", "crVersion"]
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert (before["spec"]["crVersion"], after["spec"]["crVersion"]) == ("1.19.0", "1.20.0")
    assert after["spec"]["pxc"]["image"] == before["spec"]["pxc"]["image"]
    assert after["spec"]["haproxy"]["exposePrimary"] == NEW["exposePrimary"]


def test_what_is_in_the_way_is_said_and_its_way_on_works(played: Played) -> None:
    played.shell("everest lock input.yaml")
    played.write("1.19.0", NEW)  # the program is that far, the cluster is not
    code, steps = played.upgrade()
    blocked = next(step for step in steps if step["state"] == "blocked")

    assert (code, blocked["kind"]) == (1, "definitions")
    [problem] = blocked["problems"]
    assert problem.endswith("which the definitions of 1.20.0 drop: move them first")

    played.shell("everest render input.yaml | kubectl apply --server-side -f -")
    metadata = {"name": "orders", "namespace": played.namespace}
    status = {"state": "initializing", "observedGeneration": played.object()["metadata"]["generation"]}
    played.live.merge({"apiVersion": VERSION, "kind": KIND, "metadata": metadata, "status": status}, status=True)
    code, steps = played.upgrade()
    blocked = next(step for step in steps if step["state"] == "blocked")
    assert (code, [problem.partition(" is ")[2].partition(":")[0] for problem in blocked["problems"]]) == (
        1, ["not ready (initializing)"],
    )  # fmt: skip

    played.ready()
    code, steps = played.upgrade()
    assert (code, [step["kind"] for step in steps if step["state"] == "next"]) == (0, ["definitions"])

    # Without the step the API server drops the fields, which is why there is one.
    played.write("1.19.0", OLD)
    played.shell("everest render input.yaml | kubectl apply --server-side -f -")
    played.definitions("1.20.0")
    assert not OLD.keys() & played.object()["spec"]["haproxy"].keys()
