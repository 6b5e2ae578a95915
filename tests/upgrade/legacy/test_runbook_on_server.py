"""The runbook as it is written, played on a real API server with the garbage collector on: nothing of a database goes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from legacy import BACKUPS, S3, STATES, Object

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.fixtures import InstallCrds
from pulumi_everest.testing.parts import skip_or_fail
from pulumi_everest.upgrade.legacy.objects import API_VERSION
from pulumi_everest.upgrade.legacy.runbook import Step

CRDS = {"pxc": "pxc/1.20.0", "psmdb": "psmdb/1.22.0", "postgresql": "pg/3.0.0"}
STEPS = ("backup", "freeze", "take-over", "unhook", "delete")
FINALIZERS = ["everest.percona.com/upstream-cluster-cleanup", "foregroundDeletion"]


class Played:
    """One database of Everest's first API on the server, and the steps of its runbook."""

    def __init__(self, server: ApiServer, namespace: str, engine: str, folder: Path) -> None:
        self.live: LiveCluster = server.live
        self.namespace, self.engine, self.folder = namespace, engine, folder
        tools = [str(Path(sys.executable).parent), str(server.binaries), os.environ["PATH"]]
        self.environment = {**os.environ, "KUBECONFIG": str(server.kubeconfig), "PATH": os.pathsep.join(tools)}
        self.kind, self.version, field, self.done = STATES[engine]
        self.cluster = self.create(API_VERSION, "DatabaseCluster", "orders", self.spec(), finalizers=FINALIZERS)
        uid = self.cluster["metadata"]["uid"]
        by_cluster = [{"apiVersion": API_VERSION, "kind": "DatabaseCluster", "name": "orders", "uid": uid,
                       "controller": True, "blockOwnerDeletion": True}]  # fmt: skip
        self.create(API_VERSION, "BackupStorage", "main", dict(S3))
        self.create("v1", "Secret", "users")
        self.create("v1", "Secret", "owned", ownerReferences=by_cluster)
        named = {"dbClusterName": "orders", "backupStorageName": "main"}
        record = self.create(API_VERSION, "DatabaseClusterBackup", "monday", named, ownerReferences=by_cluster)
        by_record = [{"apiVersion": API_VERSION, "kind": "DatabaseClusterBackup", "name": "monday",
                      "uid": record["metadata"]["uid"], "blockOwnerDeletion": True}]  # fmt: skip
        own = {field: "orders", **({"repoName": "repo2"} if engine == "postgresql" else {"storageName": "main"})}
        self.create(self.version, BACKUPS[engine], "monday", own, ownerReferences=by_record)
        made = self.everest("migrate", "--from-cluster", f"{namespace}/orders", "--format", "json")
        self.main = self.create(self.version, self.kind, "orders", self.rendered(json.loads(made.stdout)))
        made = self.everest("migrate", "--from-cluster", f"{namespace}/orders", "--format", "json")
        [entry] = json.loads(made.stdout)["clusters"]
        self.steps = {step["id"]: Step(**step) for step in entry["runbook"]}
        self.protected = list(self.watched())

    def spec(self) -> Object:
        schedules = [{"name": "daily", "enabled": True, "schedule": "0 1 * * *", "backupStorageName": "main"}]
        engine: Object = {"type": self.engine, "replicas": 3, "storage": {"size": "1Gi"}, "userSecretsName": "users"}
        return {"engine": engine, "backup": {"schedules": schedules}}

    def rendered(self, result: Object) -> Object:
        """The spec of the operator's object, as Everest wrote it."""
        (self.folder / "cluster.yaml").write_text(json.dumps(result["clusters"][0]["document"]))
        made = self.everest("render", str(self.folder / "cluster.yaml"), "-o", str(self.folder / "rendered"))
        assert made.returncode == 0, made.stderr
        import yaml

        files = (self.folder / "rendered").rglob("*.yaml")
        return next(
            one["spec"] for file in files for one in yaml.safe_load_all(file.read_text()) if one["kind"] == self.kind
        )

    def create(self, api_version: str, kind: str, name: str, spec: Object | None = None, **metadata: Any) -> Object:
        manifest: Object = {"apiVersion": api_version, "kind": kind,
                            "metadata": {"name": name, "namespace": self.namespace, **metadata}}  # fmt: skip
        return self.live.create({**manifest, "spec": spec} if spec is not None else manifest)

    def everest(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pulumi_everest.cli", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, env=self.environment, cwd=self.folder, check=False
        )

    def shell(self, command: str) -> subprocess.CompletedProcess[str]:
        """A command of the runbook, but those that need Pulumi's engine."""
        if "pulumi " in command:
            command = "true"
        return subprocess.run(
            ["sh", "-c", command], capture_output=True, text=True, env=self.environment, cwd=self.folder, check=False
        )

    def do(self, name: str) -> None:
        """A step, and what Everest and the operator do about it; it shows what it should."""
        step = self.steps[name]
        for command in step.commands:
            ran = self.shell(command)
            assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
        if name == "backup":
            self.backed_up()
        for command in step.see:
            ran = self.shell(command)
            assert ran.returncode == 0, (command, ran.stdout, ran.stderr)

    def undo(self, name: str) -> None:
        for command in self.steps[name].back:
            ran = self.shell(command)
            assert ran.returncode == 0, (command, ran.stdout, ran.stderr)

    def backed_up(self) -> None:
        """Everest's and the operator's part of a backup."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))
        metadata = {"name": "orders-before-move", "namespace": self.namespace}
        status = {"state": "Succeeded", "completed": now, "gaps": False}
        self.live.merge(
            {"apiVersion": API_VERSION, "kind": "DatabaseClusterBackup", "metadata": metadata, "status": status},
            status=True,
        )

    def watched(self) -> Iterator[tuple[str, str, str, Object]]:
        """What must outlive the move: kind, name, UID and spec."""
        kinds = [(self.version, self.kind), (self.version, BACKUPS[self.engine]), ("v1", "Secret")]
        for api_version, kind in kinds:
            for one in self.live.list(api_version, kind, self.namespace):
                yield kind, one["metadata"]["name"], one["metadata"]["uid"], one.get("spec") or {}

    def ready(self) -> subprocess.CompletedProcess[str]:
        return self.everest("migrate", "--ready-to-delete", f"{self.namespace}/orders")

    def there(self) -> Object | None:
        return self.live.get(API_VERSION, "DatabaseCluster", "orders", self.namespace)

    def let_go(self) -> None:
        """Take the finalizers away, so that the namespace goes."""
        metadata = {"name": "orders", "namespace": self.namespace, "finalizers": None}
        if self.there() is not None:
            self.live.merge({"apiVersion": API_VERSION, "kind": "DatabaseCluster", "metadata": metadata})


@pytest.fixture
def play(
    api_server: ApiServer,
    without_own_definition: LiveCluster,
    install_crds: InstallCrds,
    shared: Path,
    namespace: str,
    tmp_path: Path,
) -> Iterator[Callable[[str], Played]]:
    if api_server.kubectl is None:
        skip_or_fail("apiserver", "needs kubectl beside the API server")
    made: list[Played] = []

    def call(engine: str) -> Played:
        install_crds(shared / "crds" / "everest-operator" / "main")
        install_crds(shared / "crds" / CRDS[engine])
        made.append(Played(api_server, namespace, engine, tmp_path))
        return made[-1]

    yield call
    for one in made:
        one.let_go()


def settled(played: Played, gone: str = "") -> list[tuple[str, str, str, Object]]:
    """What is there when the garbage collector has had its time: until `gone`, a Secret, is gone, or two seconds."""
    deadline = time.monotonic() + (20 if gone else 2)
    while time.monotonic() < deadline:
        found = list(played.watched())
        if gone and not any(name == gone for _, name, _, _ in found):
            return found
        time.sleep(0.2)
    return list(played.watched())


@pytest.mark.parametrize("engine", CRDS)
def test_the_way_there_keeps_everything(engine: str, play: Callable[[str], Played]) -> None:
    played = play(engine)

    for name in STEPS[:-1]:
        played.do(name)
        assert list(played.watched()) == played.protected
    played.do("delete")

    assert played.there() is None
    assert settled(played) == played.protected


@pytest.mark.parametrize("last", STEPS[:-1])
def test_every_step_has_a_way_back(last: str, play: Callable[[str], Played]) -> None:
    played = play("pxc")
    before = played.there()
    assert before is not None
    done = STEPS[: STEPS.index(last) + 1]

    for name in done:
        played.do(name)
    for name in reversed(done):
        played.undo(name)

    after = played.there()
    assert after is not None
    for part in ("uid", "finalizers", "annotations"):
        assert after["metadata"].get(part) == before["metadata"].get(part)
    assert after["spec"] == before["spec"]
    assert list(played.watched()) == played.protected
    owned = played.live.get("v1", "Secret", "owned", played.namespace)
    assert owned is not None
    assert owned["metadata"]["ownerReferences"][0]["uid"] == before["metadata"]["uid"]
    assert played.ready().returncode == 1


@pytest.mark.parametrize("skipped", ["backup", "freeze", "unhook"])
def test_a_skipped_step_is_refused(skipped: str, play: Callable[[str], Played]) -> None:
    played = play("pxc")
    for name in STEPS[:-1]:
        if name != skipped:
            for command in played.steps[name].commands:
                assert played.shell(command).returncode == 0, command
            if name == "backup":
                played.backed_up()

    *_, deleting = played.steps["delete"].commands
    ran = played.shell(deleting)

    assert ran.returncode == 1
    assert f"'{skipped}'" in ran.stderr
    assert played.there() is not None
    assert settled(played) == played.protected


def test_without_the_way_the_garbage_collector_takes_it(play: Callable[[str], Played]) -> None:
    played = play("pxc")
    played.let_go()

    played.live.delete(API_VERSION, "DatabaseCluster", "orders", played.namespace)

    left = {name for kind, name, _, _ in settled(played, gone="owned") if kind == "Secret"}
    assert "owned" not in left
    assert "users" in left
