"""How far work for many files and clusters is, on a line of its own for whoever waits at a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TextIO, TypeVar

from pulumi_everest.workspace.spread import Spread

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_PATIENCE: Final = 1.0
"""The seconds after which somebody wants to know."""
_MANY: Final = 100
"""Of how many items it is told how many are done; of fewer each takes long for another reason."""
_EVERY: Final = 0.1
_CLEARED: Final = "\r\x1b[K"


def with_progress(spread: Spread, stream: TextIO | None = None) -> Spread:
    """The same, which says on a terminal how far it is; as it is where no person looks: in a pipe, a file, or CI."""
    stream = sys.stderr if stream is None else stream
    if not stream.isatty() or os.environ.get("TERM") == "dumb" or os.environ.get("CI"):
        return spread
    return _Shown(spread, stream)


class _Shown:
    """Counts results, from a second after it was made on. What it has written is gone when they have all come."""

    def __init__(self, spread: Spread, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._spread, self._stream, self._clock = spread, stream, clock
        self._next = clock() + _PATIENCE

    def __call__(self, function: Callable[[_Item], _Result], items: Sequence[_Item], /, done: str) -> Iterable[_Result]:
        """The results, in the order of the items."""
        results = self._spread(function, items, done=done)
        return results if len(items) < _MANY else self._counted(results, len(items), done)

    def _counted(self, results: Iterable[_Result], count: int, done: str) -> Iterator[_Result]:
        written = False
        try:
            for number, result in enumerate(results, 1):
                yield result
                now = self._clock()
                if now >= self._next:
                    self._next, written = now + _EVERY, True
                    self._write(f"{_CLEARED}{number:,} of {count:,} {done}")
        finally:
            if written:
                self._write(_CLEARED)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
