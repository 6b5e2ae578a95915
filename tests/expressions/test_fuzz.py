"""Random expressions end no process, take no long time, and give what CEL's binding gives."""

from __future__ import annotations

import sys

import fuzz
import pytest
from fuzzing import Fuzzing

pytestmark = pytest.mark.fuzz


def test_no_expression_ends_the_process_or_takes_long(fuzzing: Fuzzing) -> None:
    found = fuzz.ended(fuzzing.seed, fuzzing.examples(1_000))
    assert [(case.seed, fuzz.text_of(case.seed), case.result, case.seconds) for case in found] == []


def test_expressions_give_what_the_binding_gives(fuzzing: Fuzzing) -> None:
    found = fuzz.differing(fuzzing.seed, fuzzing.examples(500))
    assert [(ours.seed, fuzz.text_of(ours.seed), ours.result, theirs.result) for ours, theirs in found] == []


OPTIONAL = 2505
"""The seed of an expression that hands a map with an optional value to a function."""
NULLS = 53
"""The seed of an expression that gives thousands of nulls."""


def test_finds_the_case_that_ends_a_process_and_goes_on_behind_it() -> None:
    seeds = range(OPTIONAL - 2, OPTIONAL + 3)
    found = list(fuzz.run([(seed, False) for seed in seeds], "binding"))
    assert [case.seed for case in found] == list(seeds)
    assert [case.kind == "ended" for case in found] == [False, False, True, False, False]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None cannot be lost since Python 3.12")
def test_finds_that_the_binding_loses_none() -> None:
    found = list(fuzz.run([(NULLS, False)] * 30, "bare"))
    assert {case.kind for case in found} == {"value", "ended"}
    assert "none" in next(case.result for case in found if case.kind == "ended")
