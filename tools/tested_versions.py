"""Writes the rows of docs/compatibility.md that what was run decides: `make engine-test` does, and a test compares.

Their sources are the record of the run with Pulumi's engine (docs/engine-test.md), the version of the API server that
`make testenv` builds, and the ranges in pyproject.toml.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "compatibility.md"
RECORD = ROOT / "docs" / "engine-test.md"
MODULES = ROOT / "tests" / "apiserver" / "go.mod"
PROJECT = ROOT / "pyproject.toml"


@dataclass(frozen=True)
class EngineRun:
    """A run of the tests with the engine: when, on which versions, and how many tests of each file did what."""

    date: str
    parts: dict[str, str]
    outcomes: Counter[tuple[str, str]]

    def count(self, outcome: str) -> int:
        """How many tests had an outcome."""
        return sum(number for (_, found), number in self.outcomes.items() if found == outcome)

    def passed_by_subject(self) -> str:
        """What was tested, by the names of the files, with the number of tests that passed."""
        return ", ".join(
            f"{subject} ({number})" for (subject, found), number in sorted(self.outcomes.items()) if found == "passed"
        )


def engine_run(page: str) -> EngineRun:
    """The run that docs/engine-test.md records. Raises ValueError where it is no such page."""
    head, *files = re.split(r"^## ", page, flags=re.MULTILINE)
    date = re.search(r"^Run on (\S+):", head, re.MULTILINE)
    parts = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", head, re.MULTILINE)[1:])
    if date is None or not parts:
        raise ValueError("the page records no run")
    outcomes: Counter[tuple[str, str]] = Counter()
    for file in files:
        name = file.partition("\n")[0]
        subject = re.sub(r"^test_(engine_)?|\.py$", "", name).replace("_", " ")
        outcomes.update(
            (subject, found)
            for found in re.findall(r"^\| (?!what was killed).* \| (passed|failed|skipped) \|$", file, re.MULTILINE)
        )
    return EngineRun(date[1], parts, outcomes)


def api_server(modules: str) -> str:
    """The version of Kubernetes that the tests' API server is built of, by its go.mod."""
    [version] = re.findall(r"^\tk8s\.io/kubernetes v(\S+)$", modules, re.MULTILINE)
    return str(version)


def span(requirement: str) -> str:
    """The range of a requirement in words: ``4.30 or newer, below 5``."""
    lowest, above = re.search(r">=([\w.]+)", requirement), re.search(r"<([\w.]+)", requirement)
    if lowest is None or above is None:
        raise ValueError(f"'{requirement}' has no lower and upper bound")
    return f"{lowest[1]} or newer, below {above[1]}"


def rows(run: EngineRun, kubernetes: str, dependencies: dict[str, str]) -> dict[str, str]:
    """The rows of the page, by their first cell."""
    sums = ", ".join(f"{run.count(outcome)} {outcome}" for outcome in ("passed", "failed", "skipped"))
    engine, sdk = run.parts["Pulumi engine"], run.parts["pulumi (Python)"]
    made = {
        "Pulumi SDK for Python": (
            span(dependencies["pulumi"]),
            "Programs run on the SDK's own mocks, in the in-process runner, and with the engine. The tests use the "
            "newest release that pip finds, and those of `make test-lowest` the oldest of the range.",
        ),
        "Pulumi engine (CLI)": (
            f"{engine} is tested; any that the SDK works with is accepted",
            f"`make engine-test` on {run.date}, with SDK {sdk} and a real API server: {sums} ([each](engine-test.md)). "
            f"By subject: {run.passed_by_subject()}. "
            "Checks of changes run without an engine, on the SDK's mocks and at the border to it.",
        ),
        "Pulumi's Kubernetes provider": (
            span(dependencies["pulumi-kubernetes"]),
            f"In the same run, with pulumi-kubernetes {run.parts['pulumi-kubernetes (Python)']}. `make test-lowest` "
            "uses the oldest of the range, on mocks.",
        ),
        "Kubernetes": (
            f"those of the operator; {kubernetes} is tested",
            "A real API server, with garbage collection, stores what each example and each change of a field becomes, "
            "by the operators' CustomResourceDefinitions: an unknown field is an error, and rules inside of schemas "
            "are evaluated. No admission webhook runs there.",
        ),
    }
    return {first: f"| {first} | {' | '.join(cells)} |" for first, cells in made.items()}


def replaced(page: str, wanted: dict[str, str]) -> str:
    """The page with these rows in place of those of the same first cell. Raises ValueError where there is none."""
    for first, row in wanted.items():
        page, number = re.subn(rf"^\| {re.escape(first)} \|.*$", lambda _, row=row: row, page, flags=re.MULTILINE)
        if number != 1:
            raise ValueError(f"the page has {number} rows '{first}'")
    return page


def wanted_page() -> str:
    """docs/compatibility.md as it should be."""
    record, modules, project = (path.read_text(encoding="utf-8") for path in (RECORD, MODULES, PROJECT))
    dependencies = tomllib.loads(project)["project"]["dependencies"]
    by_name = {re.split(r"[^\w-]", requirement)[0]: requirement for requirement in dependencies}
    return replaced(PAGE.read_text(encoding="utf-8"), rows(engine_run(record), api_server(modules), by_name))


if __name__ == "__main__":
    PAGE.write_text(wanted_page(), encoding="utf-8")
