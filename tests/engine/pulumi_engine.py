"""Runs the real Pulumi engine on programs: a file backend, a home of its own, and the plugins of the machine."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

MARK = "EVEREST_TEST_STACK"
LIMIT = 300.0
"""Seconds until a command of the engine is given up."""


@dataclass
class Engine:
    """The engine of this machine: the folders of `pulumi` and of the Kubernetes plugin."""

    pulumi: Path
    kubernetes: Path
    home: Path
    passphrase: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    """Encrypts the secrets of the throw-away states."""

    def environment(self) -> dict[str, str]:
        """What every command runs with: nothing of the user's own Pulumi, no downloads."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
        folders = [str(self.pulumi.parent), str(self.kubernetes.parent)]
        return {
            **kept,
            "PATH": os.pathsep.join([*dict.fromkeys(folders), kept.get("PATH", "")]),
            "PULUMI_HOME": str(self.home),
            "PULUMI_CONFIG_PASSPHRASE": self.passphrase,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_COMMANDS": "true",
            "PULUMI_IGNORE_AMBIENT_PLUGINS": "false",
            "KUBECONFIG": os.devnull,
            "NO_COLOR": "1",
        }

    def versions(self) -> dict[str, str]:
        """The versions of the engine and of the Kubernetes plugin, which only the name of its cache folder says."""
        said = subprocess.run(
            [self.pulumi, "version"], env=self.environment(), capture_output=True, text=True, check=True
        ).stdout
        cached = re.fullmatch(r"resource-kubernetes-v(.+)", self.kubernetes.parent.name)
        return {"pulumi": said.strip().removeprefix("v"), "kubernetes": cached[1] if cached else "as on PATH"}


def find_engine(home: Path) -> Engine | str:
    """The engine and the Kubernetes plugin on PATH or in the plugin cache; else a text that says what is missing."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        return "pulumi is not on PATH"
    if shutil.which("pulumi-language-python") is None:
        return "pulumi-language-python is not on PATH"
    plugin = shutil.which("pulumi-resource-kubernetes")
    if plugin is None:
        cache = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi") / "plugins"
        found = sorted(cache.glob("resource-kubernetes-v*/pulumi-resource-kubernetes"), key=_version)
        if not found:
            return f"pulumi-resource-kubernetes is neither on PATH nor in {cache}"
        plugin = str(found[-1])
    return Engine(Path(pulumi), Path(plugin), home)


def _version(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path.parent.name)]


@dataclass
class Done:
    """What a command of the engine did: its exit code, all it printed, and its events."""

    code: int
    text: str
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def changes(self) -> dict[str, int]:
        """How many resources were, or would be, created, updated, kept the same and so on."""
        found = [event["summaryEvent"]["resourceChanges"] for event in self.events if "summaryEvent" in event]
        return {key: number for key, number in (found[-1] if found else {}).items() if number}

    @property
    def only_same(self) -> bool:
        """Whether nothing changes."""
        return self.code == 0 and set(self.changes) <= {"same"}

    def steps(self, kind: str = "") -> list[tuple[str, str]]:
        """The operations and names of resources; those of a type that ends with `kind`. `same` is left out."""
        found = []
        for event in self.events:
            step = (event.get("resourcePreEvent") or {}).get("metadata")
            if step and step["op"] != "same" and step["type"].endswith(kind):
                found.append((step["op"], step["urn"].rpartition("::")[2]))
        return found

    def messages(self, severity: str | None = None) -> list[str]:
        """What was logged, without colours."""
        found = [event["diagnosticEvent"] for event in self.events if "diagnosticEvent" in event]
        texts = [
            re.sub(r"<\{%.*?%\}>", "", entry["message"])
            for entry in found
            if severity is None or entry["severity"] == severity
        ]
        return [text.strip() for text in texts if text.strip()]


class Stack:
    """A project with one stack: write the program, then run commands of the engine on it."""

    def __init__(self, engine: Engine, folder: Path, kubeconfig: Path | None = None, name: str = "test") -> None:
        self.engine, self.folder, self.name = engine, folder, name
        self.backend = folder / ".state"
        self.backend.mkdir(parents=True)
        self.kubeconfig = kubeconfig
        self.log: list[str] = []
        # This Python, as users name theirs: nothing of it is on PATH.
        options = {"toolchain": "pip", "virtualenv": sys.prefix}
        self.write(
            None, {"Pulumi.yaml": json.dumps({"name": "infra", "runtime": {"name": "python", "options": options}})}
        )
        self.run("stack", "init", name)

    def write(self, program: str | None, files: Mapping[str, str] | None = None) -> None:
        """Write the program, and other files by name."""
        named = {**({"__main__.py": program} if program is not None else {}), **(files or {})}
        for name, text in named.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(dedent(text))

    def environment(self) -> dict[str, str]:
        """The environment of its commands."""
        own = {"PULUMI_BACKEND_URL": f"file://{self.backend}", MARK: str(self.folder)}
        if self.kubeconfig is not None:
            own["KUBECONFIG"] = str(self.kubeconfig)
        return {**self.engine.environment(), **own}

    def run(self, *arguments: str, ok: bool = True) -> Done:
        """Run a command that is no deployment. Fails the test where it fails, unless ``ok=False``."""
        done = self._finish(self._start(arguments))
        assert done.code == 0 or not ok, f"pulumi {' '.join(arguments)}\n{done.text}"
        return done

    def preview(self, *arguments: str) -> Done:
        """``pulumi preview``, with the details of each change."""
        return self.deploy("preview", "--diff", *arguments)

    def up(self, *arguments: str) -> Done:
        """``pulumi up``, as in CI: without asking, and without another preview."""
        return self.deploy("up", "--yes", "--skip-preview", "--diff", *arguments)

    def refresh(self) -> Done:
        """``pulumi refresh``."""
        return self.deploy("refresh", "--yes", "--skip-preview")

    def destroy(self, *arguments: str) -> Done:
        """``pulumi destroy``."""
        return self.deploy("destroy", "--yes", "--skip-preview", *arguments)

    def deploy(self, *arguments: str) -> Done:
        """Run a deployment, and read its events."""
        return self._finish(self._start(self._with_events(arguments)), events=True)

    def kill_during(self, *arguments: str, when: Any) -> Done:
        """Start a deployment, kill the engine and all it started as soon as `when()` is true."""
        process = self._start(self._with_events(arguments))
        until = time.monotonic() + LIMIT
        while process.poll() is None and not when():
            assert time.monotonic() < until, "the moment to kill the engine never came"
            time.sleep(0.02)
        assert process.poll() is None, "the engine ended before it could be killed"
        self._kill(process)
        return self._finish(process, events=True)

    def _kill(self, process: subprocess.Popen[str]) -> None:
        """Kill the engine, and the plugins that it leaves behind then: they have groups of their own."""
        process.kill()
        for pid in _marked(self.folder):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def state(self) -> dict[str, Any]:
        """The state, with its secrets encrypted."""
        read: dict[str, Any] = json.loads(self.run("stack", "export").text)
        return read

    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources of the state by URN."""
        return {entry["urn"]: entry for entry in self.state()["deployment"].get("resources", [])}

    def outputs(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """The outputs of the stack."""
        more = ["--show-secrets"] if show_secrets else []
        read: dict[str, Any] = json.loads(self.run("stack", "output", "--json", *more).text)
        return read

    def stored_text(self) -> str:
        """Everything in the backend, as text."""
        files = [file for file in self.backend.rglob("*") if file.is_file()]
        return "\n".join(file.read_text(errors="replace") for file in files)

    def printed(self) -> str:
        """Everything that all commands printed, and their events."""
        return "\n".join(self.log)

    def _with_events(self, arguments: tuple[str, ...]) -> tuple[str, ...]:
        self._events.unlink(missing_ok=True)
        return (*arguments, "--event-log", str(self._events))

    @property
    def _events(self) -> Path:
        return self.folder / ".events.json"

    def _start(self, arguments: tuple[str, ...]) -> subprocess.Popen[str]:
        command = [str(self.engine.pulumi), *arguments, "--non-interactive", "--color", "never"]
        if arguments[:2] != ("stack", "init"):
            command += ["--stack", self.name]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment(), text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def _finish(self, process: subprocess.Popen[str], *, events: bool = False) -> Done:
        try:
            text, _ = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            self._kill(process)
            text, _ = process.communicate()
            text += f"\n(given up after {LIMIT:.0f} s)"
        done = Done(process.returncode, text, list(self._read_events()) if events else [])
        self.log += [text, *(json.dumps(event) for event in done.events)]
        return done

    def _read_events(self) -> Iterator[dict[str, Any]]:
        if self._events.exists():
            for line in self._events.read_text().splitlines():
                try:
                    yield json.loads(line)
                except ValueError:  # the engine was killed while it wrote
                    return


def _marked(folder: Path) -> Iterator[int]:
    """The processes that a stack's commands have started, by what they inherit in their environment."""
    wanted = f"{MARK}={folder}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                yield int(entry.name)
        except OSError:
            continue


NewStack = Callable[..., Stack]
