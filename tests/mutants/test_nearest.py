"""Which tests are asked about a place: those that run it, nearest first, within the time they may take."""

from __future__ import annotations

from typing import Any

import pytest
from mutations import Site, sites
from nearest import Module, Readers, nearest
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


def recordings(outside: tuple[int, ...] = (1, 2, 5, 14), **lines: list[int]) -> Recordings:
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
        "outside": {"core/x.py": list(outside)},
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
    ],
)
def test_the_tests_that_run_a_place_those_that_run_little_else_first(change: str, expected: list[str]) -> None:
    assert [test.name for test in nearest(site(change), MODULE, RECORDED, 60)] == [f"t.py::{n}" for n in expected]


def names(change: str, recorded: Recordings) -> list[str]:
    return [test.name.removeprefix("t.py::") for test in nearest(site(change), MODULE, recorded, 60)]


def test_a_constant_is_asked_about_where_it_is_spoken_of_and_then_where_it_is_imported() -> None:
    apart = recordings(a=[], bb=[6], cccc=[15])

    assert names("5 → 6", apart) == ["bb", "a", "cccc"]
    assert names("6 → 7", apart) == ["bb", "cccc", "a"]  # nobody speaks of OTHER
    assert names("7 → 8", apart) == ["bb", "a", "cccc"]  # a default of `first`


def test_what_is_called_before_the_tests_is_asked_about_by_the_tests_that_run_it_and_then_by_all_after_it() -> None:
    recorded = recordings((1, 2, 5, 14, 15), a=[6], bb=[15])

    assert names("not a → a", recorded) == ["bb", "a"]
    assert names("a < LIMIT → a <= LIMIT", recorded) == ["a"]


def test_a_place_that_does_not_run_has_no_tests() -> None:
    assert names("not a → a", recordings(a=[6])) == []
    assert nearest(site("not a → a"), Module("core/y.py", SOURCE), RECORDED, 60) == []


def test_tests_are_asked_for_as_long_as_they_may_take_and_the_nearest_in_any_case() -> None:
    change = site("a < LIMIT → a <= LIMIT")

    assert len(nearest(change, MODULE, RECORDED, 2)) == 2
    assert [test.name for test in nearest(change, MODULE, RECORDED, 0.5)] == ["t.py::a"]


READER = """\
from toy.core.x import LIMIT, OTHER as ANOTHER


def reads(a):
    return a < ANOTHER


def reads_nothing(a):
    return a
"""


def test_a_constant_that_other_modules_import_is_asked_about_where_they_speak_of_it() -> None:
    readers = Readers("toy", [MODULE, Module("core/y.py", READER), Module("z.py", "from toy.core.y import reads\n")])
    recorded = recordings(a=[], bb=[15])
    recorded.by_line["core/y.py"] = {5: {next(test for test in recorded.outside["core/x.py"][1] if "::a" in test.name)}}

    def asked(change: str) -> list[str]:
        found = nearest(site(change), MODULE, recorded, 1, readers)
        return [test.name.removeprefix("t.py::") for test in found]

    assert asked("6 → 7") == ["a"]
    assert list(readers.lines(MODULE, ["OTHER"])) == [("core/y.py", {5})]
    assert list(readers.lines(MODULE, ["LIMIT"])) == [("core/y.py", set())]
    assert list(readers.lines(MODULE, ["first"])) == []


def test_what_is_made_of_a_constant_at_the_import_stands_for_it() -> None:
    module = Module("core/z.py", "A = 1\nB: int = A + 1\nC = (B, 2)\nD = 3\nE: int\n\n\ndef f(): return C\n")

    assert module.made_of(["A"]) == ["A", "B", "C"]
    assert module.made_of(["D"]) == ["D"]


def test_the_cases_of_one_test_do_not_take_all_the_time() -> None:
    cases = {f"a[{number:02}]": [15] for number in range(25)}
    found = names("not a → a", recordings(**cases, farther_away=[15]))

    assert len(found) == 26
    assert found[:10] == list(cases)[:10]
    assert found[10] == "farther_away"
    assert found[11:] == list(cases)[10:]
