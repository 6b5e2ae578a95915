"""Work that several processes share."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from pulumi_everest.review.processes import CAN_PART, Processes
from pulumi_everest.workspace.spread import LostProcessError

pytestmark = pytest.mark.skipif(not CAN_PART, reason="needs a platform where processes part in two")
MANY = list(range(1000))


def children() -> list[str]:
    """The processes that this one has started, dead ones that nobody waited for too."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


@pytest.fixture(autouse=True)
def _nothing_is_left() -> object:
    before = children()
    yield
    assert children() == before


@pytest.mark.parametrize("jobs", [1, 2, 3, 7])
def test_results_are_those_of_one_process_in_their_order(jobs: int) -> None:
    assert list(Processes(jobs)(lambda n: (n, "x" * n), MANY, done="done")) == [(n, "x" * n) for n in MANY]


def test_work_is_done_in_other_processes() -> None:
    pids = set(Processes(2)(lambda _n: os.getpid(), MANY, done="done"))
    assert len(pids) == 3  # the first item is done here


def test_few_items_are_done_here() -> None:
    assert set(Processes(2)(lambda _n: os.getpid(), MANY[:20], done="done")) == {os.getpid()}


def test_what_the_function_raises_is_raised_here() -> None:
    def fails(number: int) -> int:
        if number == 700:
            raise KeyError("seven hundred")
        return number

    taken = []
    with pytest.raises(KeyError, match="seven hundred"):
        taken.extend(Processes(3)(fails, MANY, done="done"))


def test_results_larger_than_a_pipe_come_through() -> None:
    results = list(Processes(2)(lambda n: bytes([n % 256]) * 100_000, MANY[:200], done="done"))
    assert results == [bytes([n % 256]) * 100_000 for n in MANY[:200]]


def test_who_has_enough_leaves_no_process() -> None:
    results = iter(Processes(2)(lambda n: n, MANY, done="done"))
    assert [next(results) for _ in range(30)] == MANY[:30]
    del results


def test_a_process_that_is_killed_is_said() -> None:
    here = os.getpid()

    def killed(number: int) -> int:
        if number == 500 and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    with pytest.raises(LostProcessError, match="ended by signal 9"):
        list(Processes(2)(killed, MANY, done="done"))


def test_a_process_that_ends_by_itself_is_said() -> None:
    here = os.getpid()

    def ended(number: int) -> int:
        if os.getpid() != here:
            os._exit(3)
        return number

    with pytest.raises(LostProcessError, match="exit code 3"):
        list(Processes(2)(ended, MANY, done="done"))
