"""`make engine-test`: run the tests with Pulumi's engine, and write what was run, and on which versions, to a page.

`--recorded FOLDER` runs nothing, and writes the page from pytest's reports of runs file by file (`--junitxml`), which are
in a folder, one for each file of tests, and of single tests that were run again, by names that sort later. Files without
a report are named on the page.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pulumi_engine import find_engine
from soak_page import saved_section

from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.binaries import assets

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "engine-test.md"
ROWS = PAGE.with_suffix(".json")


class Record:
    """What each test did, by its module and name, from pytest's reports."""

    def __init__(self, reports: Iterable[Path]) -> None:
        self.outcomes: dict[tuple[str, str], str] = {}
        rows: dict[tuple[str, str], dict[str, Any]] = {}
        for case in (case for report in reports for case in ElementTree.parse(report).iter("testcase")):
            kinds = {child.tag for child in case}
            outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
            key = (case.attrib["classname"].rpartition(".")[2], case.attrib["name"])
            self.outcomes[key] = outcome
            row = {"module": case.attrib["classname"], "test": case.attrib["name"], "outcome": outcome}
            rows[key] = {**row, "seconds": float(case.attrib["time"])}
        self.rows = [*rows.values()]
        self.seconds = sum(row["seconds"] for row in self.rows)


def versions() -> dict[str, str]:
    """The versions of all parts."""
    binaries = assets()
    assert isinstance(binaries, Path), binaries
    with tempfile.TemporaryDirectory() as home:
        engine = find_engine(Path(home))
        if isinstance(engine, str):
            sys.exit(f"needs Pulumi's engine: {engine}")
        found = engine.versions()
    with ApiServer(binaries) as server:
        kubernetes = server.live.version()
    return {
        "Pulumi engine": found["pulumi"],
        "Kubernetes plugin": found["kubernetes"],
        "Kubernetes API server": kubernetes.removeprefix("v"),
        "pulumi (Python)": version("pulumi"),
        "pulumi-kubernetes (Python)": version("pulumi-kubernetes"),
        "Python": platform.python_version(),
    }


def page(parts: dict[str, str], record: Record, left_out: Sequence[str] = ()) -> str:
    """The page, from what was run; `left_out` are the files of which nothing was."""
    counts = Counter(record.outcomes.values())
    lines = [
        "# Tests with the engine",
        "",
        "Written by `make engine-test`, which runs the tests in `tests/engine` with Pulumi's engine and Kubernetes plugin",
        "against a real Kubernetes API server. The engine is in no package registry, so checks of changes run without it;",
        "this page says what was run by hand, and when; `engine-test.json` beside it has each test with its seconds.",
        "",
        f"Run on {date.today().isoformat()}: {counts['passed']} passed, {counts['failed']} failed, "
        f"{counts['skipped']} skipped, in {record.seconds / 60:.0f} minutes of testing.",
        *([f"Not run then: {', '.join(f'`{name}`' for name in left_out)}."] if left_out else []),
        "",
        "| part | version |",
        "|---|---|",
        *(f"| {name} | {text} |" for name, text in parts.items()),
        "",
    ]
    by_file: dict[str, list[tuple[str, str]]] = {}
    for (module, name), outcome in record.outcomes.items():
        by_file.setdefault(f"{module}.py", []).append((name.removeprefix("test_").replace("_", " "), outcome))
    for file, tests in sorted(by_file.items()):
        lines += [f"## {file}", "", "| test | outcome |", "|---|---|"]
        lines += [f"| {name} | {outcome} |" for name, outcome in tests]
        lines.append("")
    return "\n".join([*lines, saved_section()])


def write(parts: dict[str, str], record: Record, left_out: Sequence[str] = ()) -> None:
    """Write the page, its rows, and what other pages say of them."""
    PAGE.write_text(page(parts, record, left_out), encoding="utf-8")
    data = {"date": date.today().isoformat(), "versions": parts, "tests": record.rows}
    ROWS.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "tools.tested_versions"], cwd=ROOT, check=True)
    print(PAGE)


def recorded(folder: Path) -> int:
    """Write the page from the reports in a folder; 1 where there is none."""
    reports = {report.stem: report for report in sorted(folder.glob("test_*.xml"))}
    if not reports:
        print(f"{folder} has no report of a file of tests", file=sys.stderr)
        return 1
    left_out = [file.name for file in sorted(Path(__file__).parent.glob("test_*.py")) if file.stem not in reports]
    write(versions(), Record(reports.values()), left_out)
    return 0


def main() -> int:
    """Run them; gives pytest's exit code."""
    if sys.argv[1:2] == ["--recorded"]:
        return recorded(Path(sys.argv[2]))
    parts = versions()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        # Two at a time: the engine waits more than it works.
        command = [sys.executable, "-m", "pytest", "-m", "engine", "-v", "-n", "2", f"--junitxml={report}"]
        environment = {**os.environ, "EVEREST_REQUIRE": "apiserver,crds,engine"}
        code = subprocess.call([*command, str(ROOT / "tests"), *sys.argv[1:]], cwd=ROOT, env=environment)
        if not sys.argv[1:]:
            write(parts, Record([report]))
    return code


if __name__ == "__main__":
    sys.exit(main())
