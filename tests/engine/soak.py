"""`make engine-soak`: kill the engine or what it has started at random moments, and see that the next update ends well.

Each round has a stack of its own with a cluster of each technology: users, a backup storage with credentials, a Secret
for clients, a backup. It is created, changed and destroyed, and each of the three is killed at a moment that is drawn.
After `pulumi cancel` the same command must finish: every object there once, with the UID that it had, Secrets as they
were, and nothing left to do for another `up`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pulumi_engine import Done, Engine, Stack, _marked, find_engine
from soak_page import ROWS, write_section
from technologies import ALL

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.binaries import assets

CRDS = ("psmdb/1.22.0", "pxc/1.20.0", "pg/3.0.0")
KINDS = [*((entry.api_version, entry.kind) for entry in ALL), ("psmdb.percona.com/v1", "PerconaServerMongoDBBackup")]
VICTIMS = {
    "all": "",
    "engine": "pulumi",
    "Kubernetes plugin": "pulumi-resource-kubernetes",
    "program": "pulumi-language-python",
}
"""What is killed: the engine with all that it has started, or one process by its name."""
BROKEN = ("failed to load checkpoint", "unexpected end of JSON", "EOF")

PROGRAM = """
import pulumi
import pulumi_everest as everest

storage = {{
    "name": "main",
    "type": "s3",
    "bucket": "backups",
    "region": "eu-central-1",
    "credentials": {{"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": pulumi.Output.secret("storage-pass")}},
}}
for name, provider, users in {clusters!r}:
    cluster = everest.DatabaseCluster(
        name,
        provider=provider,
        namespace="{namespace}",
        instances={{"engine": {{"replicas": {replicas}, "storage": {{"size": "10Gi"}}}}}},
        users={{key: pulumi.Output.secret(value) for key, value in users.items()}},
        backup={{"storages": [storage]}},
        connection_secret=provider != "pg-operator",
        deletion_policy="delete",
    )
    if provider == "psmdb-operator":
        everest.DatabaseBackup("monday", cluster=cluster, storage="main")
"""


@dataclass
class Row:
    """One kill: where and when it landed, and what came of it."""

    seed: int
    number: int
    round: int
    phase: str
    victim: str
    seconds: float
    outcome: str = "finished"
    state_broken: bool = False
    problems: list[str] = field(default_factory=list)


Found = dict[str, tuple[str, Any]]
"""The objects of a namespace by kind and name: their UIDs, and of Secrets what is in them."""


class Operator:
    """Plays the operators: databases are ready after a moment, and finalizers go when an object is deleted."""

    def __init__(self, live: LiveCluster) -> None:
        self._live, self._stop = live, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Operator:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.wait(0.5):
            for version, kind in KINDS:
                with suppress(LiveError):
                    for entry in self._live.list(version, kind):
                        with suppress(LiveError):
                            self._serve(version, kind, entry)

    def _serve(self, version: str, kind: str, entry: dict[str, Any]) -> None:
        metadata = {key: entry["metadata"][key] for key in ("name", "namespace")}
        head = {"apiVersion": version, "kind": kind, "metadata": metadata}
        if entry["metadata"].get("deletionTimestamp") and entry["metadata"].get("finalizers"):
            self._live.merge({**head, "metadata": {**metadata, "finalizers": None}}, manager="operator")
        elif not entry.get("status"):
            self._live.merge({**head, "status": {"state": "ready"}}, manager="operator", status=True)


def found(live: LiveCluster, namespace: str) -> Found:
    """What there is in a namespace, but for what is being deleted; a busy server is asked again."""
    for _ in range(10):
        with suppress(LiveError):
            return _found(live, namespace)
        time.sleep(1)
    return _found(live, namespace)


def _found(live: LiveCluster, namespace: str) -> Found:
    made: Found = {}
    for version, kind in [*KINDS, ("v1", "Secret")]:
        for entry in live.list(version, kind, namespace):
            metadata = entry["metadata"]
            if not metadata.get("deletionTimestamp"):
                content = entry.get("data") if kind == "Secret" else None
                made[f"{kind}/{metadata['name']}"] = (metadata["uid"], content)
    return made


class Round:
    """One stack, from its creation to its end."""

    def __init__(self, soak: Soak, number: int) -> None:
        self.soak, self.number = soak, number
        self.namespace = f"soak-{number}"
        self.live = soak.server.live
        self.live.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}})
        self.stack = Stack(soak.engine, soak.folder / self.namespace, soak.server.kubeconfig)
        self.stack.log = []

    def write(self, replicas: int) -> None:
        clusters = [(entry.provider.partition("-")[0], entry.provider, entry.users) for entry in ALL]
        self.stack.write(PROGRAM.format(clusters=clusters, namespace=self.namespace, replicas=replicas))

    def run(self) -> None:
        self.write(3)
        if not self.phase("create", "up"):
            return
        self.write(5)
        if not self.phase("update", "up"):
            return
        self.phase("destroy", "destroy")

    def phase(self, phase: str, command: str) -> bool:
        """Kill one command, and have it end. False where it did not, so that nothing comes after it."""
        soak = self.soak
        if soak.done:
            return False
        row = Row(soak.seed, len(soak.rows) + 1, self.number, phase, soak.random.choice([*VICTIMS]), 0.0)
        existed = found(self.live, self.namespace)
        before = self.kill(command, row, soak.random.uniform(0.0, 1.0) * soak.lasted.get(phase, 12.0))
        if before is None:  # it had ended
            return True
        soak.rows.append(row)
        if phase == "update":
            before = {**existed, **before}
        self.finish(row, command, before)
        if row.problems:
            row.outcome = "failed"
        soak.show(row)
        return not row.problems

    def kill(self, command: str, row: Row, moment: float) -> Found | None:
        """Start a command and kill it; gives what there was then. None where it had ended before."""
        stack = self.stack
        start = time.monotonic()
        process = stack._start(stack._with_events((command, "--yes", "--skip-preview")))
        while process.poll() is None and time.monotonic() - start < moment:
            time.sleep(0.01)
        name, killed = VICTIMS[row.victim], list[int]()
        if name and name != "pulumi":
            while not killed and process.poll() is None and time.monotonic() - start < 60:
                time.sleep(0.01)
                killed = self.victims(name)
        landed = process.poll() is None
        row.seconds = round(time.monotonic() - start, 2)
        if not name:
            stack._kill(process)
        elif name == "pulumi":
            process.kill()
        else:
            for pid in killed:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        with suppress(Exception):
            process.communicate(timeout=120)
        ended = process.poll() is not None
        if not ended:
            stack._kill(process)
        time.sleep(0.5)
        for pid in _marked(stack.folder):  # what an engine leaves behind that was killed alone
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if not landed or process.returncode == 0:
            self.soak.lasted[row.phase] = max(3.0, time.monotonic() - start - 1.0)
            return None
        return found(self.live, self.namespace)

    def victims(self, name: str) -> list[int]:
        """The processes of this stack whose command begins with a name."""
        pids = []
        for pid in _marked(self.stack.folder):
            with suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if any(Path(part.decode(errors="replace")).name.startswith(name) for part in command[:2]):
                    pids.append(pid)
        return pids

    def finish(self, row: Row, command: str, before: Found) -> None:
        """Have the command end, and look whether all is well."""
        stack = self.stack
        cancelled = stack.run("cancel", "--yes", ok=False)
        done = stack.deploy(command, "--yes", "--skip-preview")
        if done.code and any(text in done.text + cancelled.text for text in BROKEN):
            row.state_broken = True
            mend(stack)
            stack.run("cancel", "--yes", ok=False)
            done = stack.deploy(command, "--yes", "--skip-preview")
        if done.code:
            row.problems.append(f"{command} ended with {done.code}: {last_errors(done)}")
            (self.soak.folder / f"failed-{row.number}.txt").write_text(done.text)
            return
        after = found(self.live, self.namespace)
        if command == "destroy":
            if after:
                row.problems.append(f"left after destroy: {sorted(after)}")
            return
        if not self.soak.expected:
            self.soak.expected = frozenset(after)
        if set(after) != self.soak.expected:
            row.problems.append(f"objects: {sorted(set(after) ^ self.soak.expected)}")
        for key, (uid, content) in before.items():
            if key not in after or after[key][0] != uid:
                row.problems.append(f"{key} is another object than before")
            elif after[key][1] != content:
                row.problems.append(f"{key} has another content than before")
        again = stack.up()
        if not again.only_same:
            row.problems.append(f"another up: {again.changes or last_errors(again)}")


def mend(stack: Stack) -> None:
    """What "Recover" in docs/operations.md says of a state file that a kill has broken."""
    for file in stack.backend.rglob("*.attrs"):
        if not file.stat().st_size:
            file.unlink()
    for file in stack.backend.rglob("stacks/**/*.json"):
        try:
            json.loads(file.read_text())
        except ValueError:
            backup = file.with_name(f"{file.name}.bak")
            if backup.exists():
                file.write_bytes(backup.read_bytes())


def last_errors(done: Done) -> str:
    """What a command said that failed, shortened."""
    said = [line.strip() for line in done.text.splitlines() if "error" in line.lower()]
    return " | ".join(said[:4])[:600]


@dataclass
class Soak:
    """All rounds: what they share, and the rows so far."""

    engine: Engine
    server: ApiServer
    folder: Path
    kills: int
    seed: int
    rows: list[Row] = field(default_factory=list)
    lasted: dict[str, float] = field(default_factory=lambda: {"create": 14.0, "update": 10.0, "destroy": 8.0})
    expected: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    @property
    def done(self) -> bool:
        return len(self.rows) >= self.kills

    def run(self) -> None:
        number = 0
        while not self.done:
            number += 1
            Round(self, number).run()

    def show(self, row: Row) -> None:
        text = f"{row.number}: {row.phase}, {row.victim}, after {row.seconds} s: {row.outcome}"
        print(text + "".join(f"\n   {problem}" for problem in row.problems), flush=True)
        (self.folder / "rows.json").write_text(json.dumps([asdict(entry) for entry in self.rows], indent=1))


@contextmanager
def server() -> Iterator[ApiServer]:
    """The API server with the operators' definitions."""
    binaries, shared = assets(), os.environ.get("EVEREST_SHARED")
    if isinstance(binaries, str):
        sys.exit(binaries)
    if shared is None:
        sys.exit("needs the operators' definitions: EVEREST_SHARED")
    with ApiServer(binaries) as running:
        for folder in CRDS:
            for file in sorted((Path(shared) / "crds" / folder).glob("*.yaml")):
                documents = [entry for entry in yaml.safe_load_all(file.read_text()) if entry]
                running.install_crds([entry for entry in documents if entry["kind"] == "CustomResourceDefinition"])
        yield running


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill updates at random moments.")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--folder", type=Path, default=None, help="where stacks and rows are kept; else thrown away")
    parser.add_argument("--add", action="store_true", help="keep the kills of earlier runs on the page")
    parser.add_argument("--no-page", action="store_true", help="do not write the page")
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else secrets.randbelow(2**31)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as temporary, server() as running, Operator(running.live):
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        engine = find_engine(folder / "home")
        if isinstance(engine, str):
            sys.exit(f"needs Pulumi's engine: {engine}")
        soak = Soak(engine, running, folder, given.kills, seed)
        soak.run()
    rows = [asdict(row) for row in soak.rows]
    if not given.no_page:
        before = json.loads(ROWS.read_text())["kills"] if given.add and ROWS.exists() else []
        data = {"date": date.today().isoformat(), "kills": [*before, *rows]}
        ROWS.write_text(json.dumps(data, indent=1) + "\n")
        write_section()
    failed = [row for row in soak.rows if row.problems]
    print(f"{len(rows) - len(failed)} of {len(rows)} finished")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
