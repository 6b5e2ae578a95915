"""The page about compatibility says what was run: its rows agree with the record of the tests with the engine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import tested_versions
from tools.tested_versions import engine_run, replaced, rows, span

RECORD = """\
# Tests with the engine

Run on 2031-02-03: 3 passed, 1 failed, 1 skipped, in 4 minutes of testing.

| part | version |
|---|---|
| Pulumi engine | 9.8.7 |
| pulumi (Python) | 9.9.0 |
| pulumi-kubernetes (Python) | 8.1.0 |

## test_engine_lock.py

| test | outcome |
|---|---|
| a lock holds | passed |
| a lock | that is odd | failed |

## test_life.py

| test | outcome |
|---|---|
| it lives[a | b] | passed |
| it dies | passed |
| it sleeps | skipped |
"""
DEPENDENCIES = {"pulumi": "pulumi>=9.1,<10", "pulumi-kubernetes": "pulumi-kubernetes>=8,!=8.0.3,<9"}


def test_the_page_is_what_was_run_and_is_allowed():
    page = tested_versions.PAGE.read_text("utf-8")
    assert page == tested_versions.wanted_page(), "run 'python -m tools.tested_versions'"


def test_a_row_has_the_versions_the_day_and_every_outcome_of_the_run():
    made = rows(engine_run(RECORD), "1.99.1", DEPENDENCIES)
    engine = made["Pulumi engine (CLI)"]
    assert "| 9.8.7 is tested;" in engine
    assert "on 2031-02-03, with SDK 9.9.0 and a real API server: 3 passed, 1 failed, 1 skipped" in engine
    assert "By subject: life (2), lock (1)." in engine
    assert "| 9.1 or newer, below 10 |" in made["Pulumi SDK for Python"]
    assert (
        "| 8 or newer, below 9 | In the same run, with pulumi-kubernetes 8.1.0." in made["Pulumi's Kubernetes provider"]
    )
    assert "; 1.99.1 is tested |" in made["Kubernetes"]


def test_rows_take_the_place_of_those_of_the_same_name():
    page = "| a | old |\n| ab | stays |\n"
    assert replaced(page, {"a": r"| a | \\1 new |"}) == "| a | \\\\1 new |\n| ab | stays |\n"
    with pytest.raises(ValueError, match="0 rows 'c'"):
        replaced(page, {"c": "| c |"})


@pytest.mark.parametrize("text", ["", "Run on 2031-02-03: nothing", RECORD.replace("Run on", "Ran on")])
def test_a_page_that_records_no_run_is_refused(text):
    with pytest.raises(ValueError, match="records no run"):
        engine_run(text)


def test_a_range_without_an_end_is_refused():
    with pytest.raises(ValueError, match="no lower and upper bound"):
        span("pulumi>=3")


def test_no_page_says_that_what_was_run_is_not_tested():
    """Of the parts that tests run, a page may say what they do not cover, but not that they do not run."""
    parts = r"(Pulumi's engine|real engine|the engine|Kubernetes provider|provider itself|API server)"
    never = re.compile(
        rf"(not tested (against|with) (the |a )?{parts}|{parts} (does not run|runs) in (no|the) test|no {parts} runs)",
        re.I,
    )
    pages = [*(Path(tested_versions.ROOT) / "docs").glob("*.md"), tested_versions.ROOT / "README.md"]
    wrong = [f"{page.name}: {match[0]}" for page in pages for match in never.finditer(page.read_text("utf-8"))]
    assert wrong == []
