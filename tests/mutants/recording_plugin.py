"""A pytest plugin that writes down which lines of the package each test of one file runs, and how long it takes.

Lines that run outside of any test, when modules are imported and tests are collected, are written down apart.

Loaded with ``-p recording_plugin``; the folder to watch and the file to write to are in the environment. A file with
tests gets a process of its own, so that what the package keeps (functions with a cache) is made anew in each file, by
the first test that needs it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

PACKAGE = Path(os.environ["MUTANTS_PACKAGE"])
RECORDING = Path(os.environ["MUTANTS_RECORDING"])

_coverage = coverage.Coverage(data_file=None, source=[str(PACKAGE)], config_file=False)
_coverage.set_option("run:core", "ctrace")  # other cores know no contexts
_coverage.start()
_seconds: dict[str, float] = {}
_outcomes: dict[str, set[str]] = {}


def _worked() -> float:
    """The seconds of work of this process and its children; a clock on the wall counts what others do."""
    return sum(os.times()[:4])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Count lines and time for this test."""
    _coverage.switch_context(item.nodeid)
    start = _worked()
    try:
        return (yield)
    finally:
        _seconds[item.nodeid] = _worked() - start
        _coverage.switch_context("")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what came of it."""
    _outcomes.setdefault(report.nodeid, set()).add(report.outcome)


def pytest_sessionfinish() -> None:
    """Write it down."""
    _coverage.stop()
    data = _coverage.get_data()
    tests = [test for test, outcomes in _outcomes.items() if outcomes == {"passed"}]
    numbers = {test: number for number, test in enumerate(tests)}
    amounts = dict.fromkeys(tests, 0)
    lines: dict[str, dict[int, str]] = {}
    outside: dict[str, list[int]] = {}
    for file in sorted(data.measured_files()):
        if not data.lines(file):  # in the folder, and not imported
            continue
        ran: dict[int, str] = {}
        for line, contexts in data.contexts_by_lineno(file).items():
            mask = 0
            for context in contexts:
                if context in numbers:
                    mask |= 1 << numbers[context]
                    amounts[context] += 1
            if mask:
                ran[line] = f"{mask:x}"
        name = Path(file).relative_to(PACKAGE).as_posix()
        lines[name] = ran
        outside[name] = sorted(line for line, contexts in data.contexts_by_lineno(file).items() if "" in contexts)
    record = {
        "tests": [{"name": test, "seconds": _seconds.get(test, 0.0), "lines": amounts[test]} for test in tests],
        "left_out": sorted(test for test, outcomes in _outcomes.items() if "failed" in outcomes),
        "outside": outside,
        "lines": lines,
    }
    RECORDING.write_text(json.dumps(record), encoding="utf-8")
