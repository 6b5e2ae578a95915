"""The end of a process that ran programs: what they left to be done at its exit may not hold it up for ever.

Exit handlers of a program, and threads of its own, run when the command is through. They have what is left of the time
that the program was given.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

LEAST = 1.0
"""Seconds that exit handlers have, even those of a program that took all its time."""

_deadline: float | None = None


def give(seconds: float) -> None:
    """Note that a program begins that may take so long."""
    global _deadline  # noqa: PLW0603 - a process has one end
    _deadline = time.monotonic() + seconds


def end_in_time(say: Callable[[str], None]) -> None:
    """End the process with code 1, and say so, if what programs left to be done takes longer than their time."""
    if _deadline is None:
        return
    left = max(_deadline - time.monotonic(), LEAST)

    def end() -> None:
        time.sleep(left)
        say("what the program left to be done at its end (exit handlers, threads) takes longer than --timeout")
        os._exit(1)

    threading.Thread(target=end, daemon=True, name="end in time").start()
