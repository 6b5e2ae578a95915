"""Which tests are asked about a place: those that run it, nearest first, within the time they may take."""

from __future__ import annotations

from typing import Any

import pytest
from mutations import Site, sites
from nearest import Module, nearest
from recordings import Recordings

SOURCE = """\
LIMIT = 5
OTHER = 6


def first(a, b=7):
    if a < LIMIT:
        return a == b
    return (
        a
        and b
    )


def second(a):
    return not a
"""
MODULE = Module("core/x.py", SOURCE)


def recordings(**lines: list[int]) -> Recordings:
    """Each test with the lines that it runs; the longer its name, the more it runs besides. A second each."""
    names = list(lines)
    masks: dict[str, int] = {}
    for number, name in enumerate(names):
        for line in lines[name]:
            masks[str(line)] = masks.get(str(line), 0) | 1 << number
    found = Recordings()
    record: dict[str, Any] = {
        "tests": [{"name": f"t.py::{name}", "seconds": 1.0, "lines": len(name)} for name in names],
        "left_out": [],
        "imported": ["core/x.py"],
        "lines": {"core/x.py": {line: f"{mask:x}" for line, mask in masks.items()}},
    }
    found.add(record, "digest")
    return found


def site(change: str) -> Site:
    (found,) = [s for s in sites(SOURCE) for m in s.mutations if f"{m.before} → {m.after}" == change]
    return found


RECORDED = recordings(a=[5, 6, 7], bb=[6, 8, 9], cccc=[15, 8, 9, 10], d=[])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("a < LIMIT → a <= LIMIT", ["a", "bb"]),
        ("a == b → a != b", ["a"]),
        ("a and b → b", ["bb", "cccc"]),
        ("not a → a", ["cccc"]),
        ("5 → 6", ["a", "bb", "cccc"]),  # what speaks of LIMIT
        ("6 → 7", ["a", "bb", "cccc"]),  # nobody speaks of OTHER: all functions
        ("7 → 8", ["a", "bb", "cccc"]),  # a default of `first`
    ],
)
def test_the_tests_that_run_a_place_those_that_run_little_else_first(change: str, expected: list[str]) -> None:
    assert [test.name for test in nearest(site(change), MODULE, RECORDED, 60)] == [f"t.py::{n}" for n in expected]


def test_a_constant_is_asked_about_where_it_is_spoken_of() -> None:
    apart = recordings(a=[6], b=[15])

    assert [test.name for test in nearest(site("5 → 6"), MODULE, apart, 60)] == ["t.py::a"]
    assert [test.name for test in nearest(site("6 → 7"), MODULE, apart, 60)] == ["t.py::a", "t.py::b"]


def test_a_module_without_functions_that_run_is_asked_about_by_the_files_that_import_it() -> None:
    assert [test.name for test in nearest(site("5 → 6"), MODULE, recordings(d=[]), 60)] == ["t.py::d"]


def test_a_place_that_runs_in_no_test_may_run_at_the_import() -> None:
    assert [test.name for test in nearest(site("not a → a"), MODULE, recordings(a=[6], d=[]), 60)] == ["t.py::a"]
    assert [test.name for test in nearest(site("not a → a"), MODULE, recordings(d=[]), 60)] == ["t.py::d"]


def test_a_module_that_no_test_imports_has_no_tests() -> None:
    assert nearest(site("not a → a"), Module("core/y.py", SOURCE), recordings(a=[6]), 60) == []


def test_tests_are_asked_for_as_long_as_they_may_take_and_the_nearest_in_any_case() -> None:
    change = site("a < LIMIT → a <= LIMIT")

    assert len(nearest(change, MODULE, RECORDED, 2)) == 2
    assert [test.name for test in nearest(change, MODULE, RECORDED, 0.5)] == ["t.py::a"]
