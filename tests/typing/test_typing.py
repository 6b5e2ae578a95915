"""The types of the public names, as mypy and pyright see them in programs of users."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "programs"
Errors = dict[tuple[str, int], set[str]]
"""The names of the errors in a line of a file."""


def _absent(tool: str, why: str) -> None:
    """Skip for want of a tool, unless the environment asks for it."""
    if tool in os.environ.get("EVEREST_REQUIRE", "").split(","):
        pytest.fail(f"EVEREST_REQUIRE asks for {tool}: {why}")
    pytest.skip(f"needs {tool}: {why}")


def mypy(folder: Path) -> Errors:
    """What ``mypy --strict`` finds, without the configuration of this project."""
    if importlib.util.find_spec("mypy") is None:
        _absent("mypy", "it is not installed")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(folder), "--no-pretty"]
    command += [
        "--no-color-output",
        "--hide-error-context",
        "--show-error-codes",
        *map(str, sorted(PROGRAMS.glob("*.py"))),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    errors: Errors = {}
    for line in done.stdout.splitlines():
        if found := re.match(r"(.+?):(\d+): error: .*\[([\w-]+)\]$", line):
            errors.setdefault((Path(found[1]).name, int(found[2])), set()).add(found[3])
    assert errors or done.returncode == 0, done.stdout
    return errors


def pyright(folder: Path) -> Errors:
    """What pyright finds by default, or a skip where it cannot be had. It runs in a folder without configuration."""
    if importlib.util.find_spec("pyright") is None:
        _absent("pyright", "it is not installed")
    programs = sorted(map(str, PROGRAMS.glob("*.py")))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, *programs]
    environment = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=folder)
    start = done.stdout.find("{")
    if start < 0:  # the first time, it downloads itself with npm
        _absent("pyright", f"it cannot be run: {done.stderr.strip().splitlines()[-1:] or done.stdout[:200]}")
    report = json.loads(done.stdout[start:])
    assert report["summary"]["filesAnalyzed"] == len(programs)
    errors: Errors = {}
    for entry in report["generalDiagnostics"]:
        if entry["severity"] == "error":
            place = (Path(entry["file"]).name, entry["range"]["start"]["line"] + 1)
            errors.setdefault(place, set()).add(entry["rule"])
    return errors


CHECKERS: Mapping[str, Callable[[Path], Errors]] = {"mypy": mypy, "pyright": pyright}


@pytest.fixture(scope="module", params=CHECKERS)
def checked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Errors]:
    """The name of a type checker, and what it finds in the programs."""
    checker: str = request.param
    return checker, CHECKERS[checker](tmp_path_factory.mktemp(checker))


def expected(checker: str) -> Errors:
    """What the comments of the wrong programs say."""
    errors: Errors = {}
    column = list(CHECKERS).index(checker)
    for number, line in enumerate((PROGRAMS / "wrong.py").read_text().splitlines(), 1):
        if mark := re.search(r"# E: (\S+) (\S+)$", line):
            errors["wrong.py", number] = {mark.groups()[column]}
    return errors


def test_correct_programs_have_no_type_errors(checked: tuple[str, Errors]) -> None:
    assert {place: names for place, names in checked[1].items() if place[0] == "correct.py"} == {}


def test_every_mistake_is_a_type_error_where_it_stands(checked: tuple[str, Errors]) -> None:
    checker, errors = checked
    found = {place: names for place, names in errors.items() if place[0] == "wrong.py"}
    assert found == expected(checker)
    assert len(found) > 40
