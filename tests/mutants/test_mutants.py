"""The whole, on a small project: what comes of its mutants, what is kept, and what an interruption leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE
from run_mutants import ROOT, main
from words import known, row

CODE = """\
def larger(a, b):
    return a > b


def spin(count):
    while count:
        count -= 1


def unused(a):
    return not a
"""
TESTS = """\
from toy.core.x import larger, spin

def test_larger():
    assert larger(2, 1)

def test_spin():
    assert spin(2) is None

def test_that_fails():
    assert not larger(2, 1)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name, text in {
        "toy/__init__.py": "",
        "toy/core/__init__.py": "",
        "toy/core/x.py": CODE,
        "toy/core/y.py": "def nobody_imports_this():\n    return 'a'\n",
        "tests/core/test_x.py": TESTS,
        "docs/testing.md": "| `core/x.py` | `larger` | `a > b → a >= b` | nobody asks about equal ones |\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def run(project: Path, *arguments: str) -> int:
    return main(["--project", str(project), "--jobs", "2", "--patience", "4", *arguments], "toy", ("core",))


def sources(project: Path) -> dict[str, str]:
    return {p.relative_to(project).as_posix(): p.read_text() for p in project.rglob("*") if p.suffix in {".py", ".md"}}


def outcomes(project: Path) -> dict[str, str]:
    log: dict[str, Any] = json.loads((project / "build/mutants/outcomes.json").read_text())
    return {entry["outcome"]["change"]: entry["outcome"]["outcome"] for entry in log["outcomes"].values()}


def test_says_which_mutants_the_tests_notice(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sources(project)

    assert run(project, "--only", "core/*.py") == 1
    printed = capsys.readouterr().out
    assert outcomes(project) == {
        "return a > b → return None": "killed",
        "a > b → a >= b": "survived",
        "a > b → a <= b": "killed",
        "count → not count": "survived",
        "count -= 1 → pass": "timeout",
        "1 → 2": "survived",
        "return not a → return None": "not run",
        "not a → a": "not run",
        "return 'a' → return None": "not run",
        "'a' → 'ax'": "not run",
    }
    assert (
        "10 of 10 mutants tried: 3 killed (30.0%; 1 by their limits), 7 survived (4 of them run by no test)" in printed
    )
    assert "| `core/x.py` | `larger` | `a > b → a >= b` | nobody asks about equal ones |" in printed
    assert "| `core/x.py` | `unused` | `not a → a` | **run by no test** |" in printed
    assert "| `core/y.py` | `nobody_imports_this` | `'a' → 'ax'` | **run by no test** |" in printed
    assert "left out, since it fails on the code as it is: tests/core/test_x.py::test_that_fails" in printed
    assert sources(project) == before


def test_what_was_tried_is_not_tried_again_unless_the_tests_or_the_code_change(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(project, "--only", "core/x.py:2")
    assert "recording" in capsys.readouterr().out
    run(project, "--only", "core/x.py:2")
    again = capsys.readouterr().out
    assert "recording" not in again
    assert outcomes(project)["a > b → a >= b"] == "survived"

    file = project / "tests/core/test_x.py"
    file.write_text(file.read_text() + "\ndef test_equal():\n    assert not larger(1, 1)\n")
    assert run(project, "--only", "core/x.py:2") == 0
    assert outcomes(project)["a > b → a >= b"] == "killed"

    (project / "toy/core/x.py").write_text(CODE.replace("a > b", "b < a"))
    run(project, "--only", "core/x.py:2")
    assert set(outcomes(project)) == {"return b < a → return None", "b < a → b <= a", "b < a → b >= a"}


def test_an_interruption_leaves_no_process_and_no_folder(project: Path, tmp_path: Path) -> None:
    (project / "tests/core/test_x.py").write_text("import time\n\ndef test_slow():\n    time.sleep(6_000)\n")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    # The tests themselves may run where Ctrl-C is ignored.
    head = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    head += f"sys.path.insert(0, {str(Path(__file__).parent)!r}); import run_mutants\n"
    code = head + textwrap.dedent(
        f"""
        sys.exit(run_mutants.main(["--project", {str(project)!r}, "--jobs", "2"], "toy", ("core",)))
        """
    )
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while len(started := below(process.pid)) < 2 and time.monotonic() < deadline:
                time.sleep(0.1)
            assert len(started) == 2  # the one that has imported what all need, and its fork
            process.send_signal(signal.SIGINT)
            printed, _ = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()  # else a test that fails would wait for it
    assert process.returncode == 130
    assert "interrupted; the same command goes on from here" in printed
    assert list(temporary.iterdir()) == []
    while any(Path(f"/proc/{child}").exists() for child in started):  # until init has taken note of their end
        assert time.monotonic() < deadline
        time.sleep(0.1)


def below(pid: int | str) -> list[str]:
    """The processes that a process has started, and those that they have."""
    lists = [entry.read_text() for entry in Path(f"/proc/{pid}/task").glob("*/children")]
    found = [child for text in lists for child in text.split()]
    return found + [child for started in found for child in below(started)]


def test_a_row_is_found_again_whatever_it_says(tmp_path: Path) -> None:
    keys = [("core/x.py", "A.f", "a | b → a"), ("core/y.py", "", "'`' → '`x'")]
    page = tmp_path / "page.md"
    page.write_text("\n".join(row(key, f"word {number}") for number, key in enumerate(keys)))

    assert known(page) == {keys[0]: "word 0", keys[1]: "word 1"}
