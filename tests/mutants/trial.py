"""The trial of one mutant: its module is put into a copy of the project, and the nearest tests run there."""

from __future__ import annotations

import json
import math
import os
import re
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass

from copies import Copy, Done
from mutations import Mutation
from nearest import Module
from recordings import Test

MEMORY = 6 * 2**30
WAITING = 300
"""Seconds on the clock after which a mutant is taken to wait for ever; work has a limit of its own."""
NO_TESTS = 5
FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Mutant:
    """A module with one change."""

    module: Module
    line: int
    where: str
    mutation: Mutation

    @property
    def name(self) -> str:
        """What tells it from all others of this state of the code."""
        at = self.mutation
        return f"{self.module.path}:{self.line} [{at.start}:{at.end}] {at.text}"

    @property
    def change(self) -> str:
        """The change in one line."""
        return f"{_one_line(self.mutation.before)} → {_one_line(self.mutation.after)}"


@dataclass(frozen=True)
class Outcome:
    """What came of a mutant: ``killed``, ``timeout`` (it looped, waited or grew), ``survived`` or ``not run`` by any test."""

    module: str
    line: int
    where: str
    change: str
    outcome: str
    tests: int
    by: str
    seconds: float

    def __str__(self) -> str:
        by = f", by {self.by}" if self.by else ""
        mark = " " if self.is_killed else "*"
        told = f"{self.tests} tests, {self.seconds} s{by}"
        return f"{mark} {self.outcome:8} {self.module}:{self.line}  {self.change}  ({told})"

    @property
    def is_killed(self) -> bool:
        """Whether the tests noticed."""
        return self.outcome in {"killed", "timeout"}


def attempt(mutant: Mutant, tests: Sequence[Test], copy: Copy, package: str, patience: int) -> Outcome:
    """Run the tests on a mutant; it may work some seconds longer than they did without it."""
    start = time.monotonic()
    if not tests:
        return _outcome(mutant, "not run", 0, "", start)
    file = copy.folder / package / mutant.module.path
    before = file.stat()
    try:
        file.write_text(mutant.mutation.of(mutant.module.source), encoding="utf-8")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 10**10))  # what was compiled before is out of date
        done = run(tests, copy, patience)
    finally:
        file.write_text(mutant.module.source, encoding="utf-8")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    if done.timed_out or done.code in {-signal.SIGXCPU, -signal.SIGKILL}:
        return _outcome(mutant, "timeout", len(tests), "", start)
    failed = FAILED.search(done.text)
    return _outcome(mutant, "killed" if done.code else "survived", len(tests), failed.group(1) if failed else "", start)


def run(tests: Sequence[Test], copy: Copy, patience: int = 600) -> Done:
    """Run tests in a copy as it is, up to the first that fails."""
    plan = copy.folder / "plan.json"
    together = sum(test.seconds for test in tests)
    limits = {"seconds": patience + math.ceil(3 * together), "memory": MEMORY}
    plan.write_text(json.dumps({"tests": [test.name for test in tests], **limits}), encoding="utf-8")
    files = dict.fromkeys(test.file for test in tests)
    arguments = ["-x", "-p", "trial_plugin", "--hypothesis-profile=mutants", *files]
    done = copy.pytest(arguments, {"MUTANTS_PLAN": str(plan)}, WAITING + 20 * together)
    if done.code == NO_TESTS:
        raise RuntimeError(f"no test was run:\n{done.text[-2000:]}")
    return done


def _outcome(mutant: Mutant, outcome: str, tests: int, by: str, start: float) -> Outcome:
    seconds = round(time.monotonic() - start, 1)
    return Outcome(mutant.module.path, mutant.line, mutant.where, mutant.change, outcome, tests, by, seconds)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else f"{line[:157]}..."
