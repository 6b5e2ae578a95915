"""Whether work grows with its input, and no faster: inputs doubled three times, CPU, memory and calls for each item.

Each size has a process of its own, forked from one that has imported everything. There a small input comes first, so
that what is made once, such as compiled definitions, is not counted. Counted is CPU time, and the figure of a size is
the least of its turns: what other processes do to a machine's caches only adds to it, up to several times as much. An
input that seems to grow gets more turns before it counts as one that does. Memory is the most that Python holds at once
(`tracemalloc`), calls are those of functions (`cProfile`), and both are the same in every run. Python's collector is
off meanwhile: it goes through all that there is, whoever made it, and makes even a hand-written component on mocks
grow 1.6 times.

    python -m benchmarks.growth                        all inputs
    python -m benchmarks.growth "jobs" "config"        those whose names begin so
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import multiprocessing
import pstats
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import TypeVar

from benchmarks.growth_inputs import INPUTS, Input

BOUND = 1.3
"""How many times as much an item may take in the largest input as in the smallest."""
TURNS, ROUNDS = 3, 5
DOUBLINGS = 3
T = TypeVar("T")


@dataclass(frozen=True)
class Growth:
    """What each item took, by size: seconds of CPU, bytes, and calls of functions."""

    seconds: Sequence[float]
    memory: Sequence[float]
    calls: Sequence[float]

    @property
    def times(self) -> tuple[float, float, float]:
        """How many times as much of each an item takes in one of the larger inputs as in the smallest."""
        seconds, memory, calls = (max(each[1:]) / each[0] for each in (self.seconds, self.memory, self.calls))
        return seconds, memory, calls

    @property
    def is_within(self) -> bool:
        """Whether all are within the bound."""
        return max(self.times) <= BOUND


def sizes(least: int) -> list[int]:
    """A number of items, and that doubled."""
    return [least * 2**power for power in range(DOUBLINGS + 1)]


def timed(name: str, count: int) -> list[float]:
    """Seconds of CPU that an input of so many items takes, turn by turn."""
    case = _warm(name)
    return [_turn(case, count) for _ in range(TURNS)]


def counted(name: str, count: int) -> tuple[int, int]:
    """The bytes that an input of so many items needs at once, and the calls of functions."""
    case = _warm(name)
    profile = cProfile.Profile()
    _turn(case, count, profile)
    tracemalloc.start()
    _turn(case, count)
    return tracemalloc.get_traced_memory()[1], pstats.Stats(profile).total_calls  # type: ignore[attr-defined]


def _warm(name: str) -> Input:
    case = next(entry for entry in INPUTS if entry.name == name)
    _turn(case, case.warm)
    return case


def _turn(case: Input, count: int, profile: cProfile.Profile | None = None) -> float:
    with tempfile.TemporaryDirectory(prefix="growth-") as folder:
        work = case.prepare(count, Path(folder))
        gc.collect()
        if tracemalloc.is_tracing():
            tracemalloc.clear_traces()
            tracemalloc.reset_peak()
        gc.disable()
        before = time.process_time()
        work() if profile is None else profile.runcall(work)
        taken = time.process_time() - before
        gc.enable()
        return taken


def grown(case: Input, context: BaseContext) -> Growth:
    """Measure an input at all sizes."""
    counts = sizes(case.least)
    both = [(count, *_alone(counted, case.name, count, context)) for count in counts]
    memory, calls = [held / count for count, held, _ in both], [called / count for count, _, called in both]
    seconds: list[list[float]] = [[] for _ in counts]
    for _ in range(ROUNDS):
        for taken, count in zip(seconds, counts, strict=True):
            taken.extend(_alone(timed, case.name, count, context))
        found = Growth([min(turns) / count for turns, count in zip(seconds, counts, strict=True)], memory, calls)
        if found.is_within or max(found.times[1:]) > BOUND:
            break
    return found


def _alone(measure: Callable[[str, int], T], name: str, count: int, context: BaseContext) -> T:
    """What is measured in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=context) as process:
        return process.submit(measure, name, count).result()


def rows(cases: Sequence[Input]) -> Iterator[tuple[str, bool]]:
    """The rows of the table, each with whether it is within the bound."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.growth_inputs"])
    width = max(len(case.name) for case in cases)
    titles = "".join(f"  {f'{what} an item':>27}  {'growth':>7}" for what in ("ms", "kB", "calls"))
    yield f"{'':{width}}  {'items':>13}{titles}", True
    for case in cases:
        found = grown(case, context)
        counts = sizes(case.least)
        cells = f"{f'{counts[0]}-{counts[-1]}':>13}"
        figures = ([1000 * one for one in found.seconds], [one / 1000 for one in found.memory], found.calls)
        for values, times in zip(figures, found.times, strict=True):
            shown = " ".join(f"{value:6.3f}" if value < 100 else f"{value:6.0f}" for value in values)
            cells += f"  {shown:>27}  {times:6.2f}{'!' if times > BOUND else ' '}"
        yield f"{case.name:{width}}  {cells}", found.is_within


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table. 1 where something grows faster than its input."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth")
    parser.add_argument("names", nargs="*", help="beginnings of the names of inputs; all if left out")
    names = parser.parse_args(arguments).names
    cases = [case for case in INPUTS if not names or case.name.startswith(tuple(names))]
    if not cases:
        parser.error(f"there is no such input; there are: {', '.join(case.name for case in INPUTS)}")
    failed = 0
    for row, within in rows(cases):
        failed += not within
        print(row.rstrip(), flush=True)
    print(f"{failed} of {len(cases)} inputs take more than {BOUND} times as much for each item when they grow")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
