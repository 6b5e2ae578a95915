"""Copies of the project in a temporary folder: there modules are changed and tests run, so that the work tree is not touched."""

from __future__ import annotations

import os
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
from typing import TypeVar

HERE = Path(__file__).parent
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv*", ".*cache", ".hypothesis", "build", "dist", "node_modules", "__pycache__", "*.egg-info"
)
FROM_OUTSIDE = ("EVEREST_REQUIRE", "KUBEBUILDER_ASSETS", "PYTEST_ADDOPTS", "CI")
"""Variables that would make tests demand, or find, what takes long or differs from run to run."""


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
    """What runs in all copies."""

    running: set[subprocess.Popen[str]] = field(default_factory=set)
    stopped: bool = False

    def stop(self) -> None:
        """End all, and let none start."""
        self.stopped = True
        for process in list(self.running):
            _end(process)


@dataclass(frozen=True)
class Copy:
    """A copy of a project."""

    folder: Path
    plugins: Path
    """Where the plugins for pytest are."""
    processes: Processes

    def pytest(self, arguments: Sequence[str], variables: dict[str, str], timeout: float) -> Done:
        """Run pytest in the copy, on the package of the copy; whatever it started ends with it. Raises Stopped."""
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-q", *arguments]
        outside = {key: value for key, value in os.environ.items() if key not in FROM_OUTSIDE}
        environment = {
            **outside,
            **variables,
            # Before the package that is installed.
            "PYTHONPATH": os.pathsep.join([str(self.folder), str(self.plugins)]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "XDG_CACHE_HOME": str(self.folder / ".cache"),  # no API server is found there
        }
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            self.processes.running.add(process)
            if self.processes.stopped:
                _end(process)
            timed_out = False
            try:
                try:
                    text, _ = process.communicate(timeout=timeout)
                except subprocess.TimeoutExpired:
                    timed_out = True
                    _end(process)
                    text, _ = process.communicate()
            finally:
                _end(process)
                self.processes.running.discard(process)
        if self.processes.stopped:
            raise Stopped
        return Done(process.returncode, text, timed_out)


def _end(process: subprocess.Popen[str]) -> None:
    """End the process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


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
        waiting = [pool.submit(one, item) for item in items]
        try:
            for future in as_completed(waiting):
                yield future.result()
        except BaseException:
            made[0].processes.stop()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
