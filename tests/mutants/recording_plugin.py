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

import pytest
from probes import Lines, installed

RECORDING = Path(os.environ["MUTANTS_RECORDING"])

_probes = installed(Path(os.environ["MUTANTS_PACKAGE"]), Path(os.environ["MUTANTS_PROBED"]))
_seconds: dict[str, float] = {}
_outcomes: dict[str, set[str]] = {}
_ran: dict[str, Lines] = {}
"""What each test ran."""
_outside: dict[str, set[int]] = {}
"""What ran between them."""


def _worked() -> float:
    """The seconds of work of this process and its children; a clock on the wall counts what others do."""
    return sum(os.times()[:4])


def _ran_outside() -> None:
    for module, lines in _probes.ran().items():
        _outside.setdefault(module, set()).update(lines)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Count lines and time for this test."""
    _ran_outside()
    start = _worked()
    try:
        return (yield)
    finally:
        _seconds[item.nodeid] = _worked() - start
        _ran[item.nodeid] = _probes.ran()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what came of it."""
    _outcomes.setdefault(report.nodeid, set()).add(report.outcome)


def pytest_sessionfinish() -> None:
    """Write it down."""
    _ran_outside()
    tests = [test for test, outcomes in _outcomes.items() if outcomes == {"passed"}]
    amounts = dict.fromkeys(tests, 0)
    lines: dict[str, dict[int, int]] = {}
    outside: dict[str, list[int]] = {}
    for module in _probes.marks:
        heads = _probes.heads(module)
        here = lines.setdefault(module, {})
        for number, test in enumerate(tests):
            for start in _ran[test].get(module, ()):
                for line in heads.get(start, (start,)):
                    here[line] = here.get(line, 0) | 1 << number
                    amounts[test] += 1
        starts = _outside.get(module, ())
        outside[module] = sorted({line for start in starts for line in heads.get(start, (start,))})
    record = {
        "tests": [{"name": test, "seconds": _seconds.get(test, 0.0), "lines": amounts[test]} for test in tests],
        "left_out": sorted(test for test, outcomes in _outcomes.items() if "failed" in outcomes),
        "outside": outside,
        "lines": {module: {line: f"{mask:x}" for line, mask in here.items()} for module, here in lines.items()},
    }
    RECORDING.write_text(json.dumps(record), encoding="utf-8")
