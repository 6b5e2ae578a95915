"""Copies of the project in a temporary folder: there modules are changed and tests run, so that the work tree is not touched."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import IO, TypeVar

HERE = Path(__file__).parent
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv*", ".*cache", ".hypothesis", "build", "dist", "node_modules", "__pycache__", "*.egg-info"
)
FROM_OUTSIDE = ("EVEREST_REQUIRE", "KUBEBUILDER_ASSETS", "PYTEST_ADDOPTS", "CI")
"""Variables that would make tests demand, or find, what takes long or differs from run to run."""

ALWAYS = ("-p", "no:cacheprovider", "-p", "no:xdist", "-q")
PREPARED = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""Where pytest finds that plugins were imported before it: their own asserts are not explained then."""


@dataclass(frozen=True)
class Done:
    """How a run of tests ended: its exit code, or the signal that ended it as a negative number, and what it printed."""

    code: int
    text: str
    timed_out: bool = False


class Stopped(Exception):
    """The run was interrupted, and its processes were ended: what they gave says nothing."""


@dataclass
class Processes:
    """What runs in all copies: the groups of processes, by their leaders."""

    running: set[int] = field(default_factory=set)
    stopped: bool = False

    def start(self, process: int) -> None:
        """Remember a process that runs, or end it if all were."""
        self.running.add(process)
        if self.stopped:
            _end(process)

    def end(self, process: int) -> None:
        """End a process, and all that it started."""
        _end(process)
        self.running.discard(process)

    def stop(self) -> None:
        """End all, and let none start."""
        self.stopped = True
        for process in list(self.running):
            _end(process)


@dataclass
class Copy:
    """A copy of a project, with a process that has imported what is not the project's."""

    folder: Path
    plugins: Path
    """Where the plugins for pytest are."""
    processes: Processes
    files: Sequence[str] = ()
    """Files with tests that are about to run: what they import is prepared before the first run."""
    _prepared: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Compile what the files import, and have a process import what is not the project's of it, once for all runs."""
        imported = self.folder.parent / "imported.json"
        imported.write_text("[]", encoding="utf-8")
        arguments = [sys.executable, "-m", "pytest", *ALWAYS, "--collect-only", "-p", "prepared_plugin", *self.files]
        with self._started(arguments, {"MUTANTS_IMPORTED": str(imported)}) as process:
            process.communicate()
        self.processes.end(process.pid)
        command = [sys.executable, str(self.plugins / "prepared.py")]
        self._prepared = self._started(command, {"PYTHONDONTWRITEBYTECODE": "1"})
        self._say(json.loads(imported.read_text(encoding="utf-8")))
        self._answer()

    def close(self) -> None:
        """End the process."""
        if self._prepared is not None:
            self.processes.end(self._prepared.pid)
            self._prepared.communicate()
            self._prepared = None

    def pytest(self, arguments: Sequence[str], variables: dict[str, str], timeout: float) -> Done:
        """Run pytest in the copy, on the package of the copy; whatever it started ends with it. Raises Stopped."""
        if self._prepared is None:
            self.prepare()
        output = self.folder.parent / "output"
        output.touch()
        self._say({"arguments": [*ALWAYS, *PREPARED, *arguments], "variables": variables, "output": str(output)})
        process = int(self._answer())
        self.processes.start(process)
        try:
            timed_out = not self._has_answered(timeout)
        finally:
            self.processes.end(process)
        code = int(self._answer())
        return Done(code, output.read_text(encoding="utf-8", errors="replace"), timed_out)

    def _started(self, command: Sequence[str], variables: dict[str, str]) -> subprocess.Popen[bytes]:
        outside = {key: value for key, value in os.environ.items() if key not in FROM_OUTSIDE}
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env={
                **outside,
                **variables,
                # Before the package that is installed.
                "PYTHONPATH": os.pathsep.join([str(self.folder), str(self.plugins)]),
                "XDG_CACHE_HOME": str(self.folder / ".cache"),  # no API server is found there
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,  # what has not been read is in the pipe, so that it can be waited for
            start_new_session=True,
        )
        self.processes.start(process.pid)
        return process

    def _say(self, what: object) -> None:
        with suppress(BrokenPipeError):  # its end is noticed where it should answer
            self._pipe("stdin").write(f"{json.dumps(what)}\n".encode())

    def _has_answered(self, timeout: float) -> bool:
        return bool(select.select([self._pipe("stdout")], [], [], timeout)[0])

    def _answer(self) -> str:
        answer = self._pipe("stdout").readline().decode()
        if self.processes.stopped:
            raise Stopped
        if not answer:
            raise RuntimeError("the process that runs the tests has ended")
        return answer.strip()

    def _pipe(self, name: str) -> IO[bytes]:
        pipe: IO[bytes] = getattr(self._prepared, name)
        return pipe


def _end(process: int) -> None:
    """End the process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)


@contextmanager
def copies(project: Path, count: int) -> Iterator[list[Copy]]:
    """So many copies of a project, until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        made: list[Copy] = []
        processes, plugins = Processes(), Path(folder) / "plugins"
        shutil.copytree(HERE, plugins, ignore=LEFT_BEHIND)
        for number in range(count):
            made.append(Copy(Path(folder) / str(number) / project.name, plugins, processes))
            shutil.copytree(project, made[-1].folder, ignore=LEFT_BEHIND, symlinks=True)
        try:
            yield made
        finally:
            processes.stop()
            for copy in made:
                copy.close()


Item = TypeVar("Item")
Result = TypeVar("Result")


def each_of(items: Sequence[Item], work: Callable[[Item, Copy], Result], made: Sequence[Copy]) -> Iterator[Result]:
    """The result of the work on each item, in the order in which they end; as many at once as there are copies.

    Where that is interrupted, what runs is ended.
    """
    free: Queue[Copy] = Queue()
    for copy in made:
        free.put(copy)

    def one(item: Item) -> Result:
        copy = free.get()
        try:
            return work(item, copy)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(made)) as pool:
        try:
            waiting = [pool.submit(one, item) for item in items]
            for future in as_completed(waiting):
                yield future.result()
        except BaseException:
            made[0].processes.stop()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
