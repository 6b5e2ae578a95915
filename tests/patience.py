"""How long tests wait for what has to come, and what of a processor something may take that must not take for ever.

Neither measures speed, which is for `benchmarks`: a machine that is busy with other work takes several times as long,
and more of its processors too. What fails here would not have come, or would have taken hours.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 300.0
"""Seconds until what a test waits for counts as never coming."""
FUSE = 60.0
"""Seconds of a processor until work counts as not ending. What is tried under it takes at most some three."""


def until(check: Callable[[], T], never: str = "it never came", seconds: float = PATIENCE) -> T:
    """What `check` gives, as soon as that is something. AssertionError with `never` where it does not come."""
    end = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < end, never
        time.sleep(0.05)
    return found


@contextmanager
def fuse(seconds: float = FUSE) -> Iterator[None]:
    """End what would go on for ever: AssertionError as soon as this process has taken so much of a processor.

    For the main thread only, as signals are.
    """

    def blow(*_: Any) -> None:
        raise AssertionError(f"it has not ended after {seconds:g} s of a processor")

    former = signal.signal(signal.SIGPROF, blow)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)
