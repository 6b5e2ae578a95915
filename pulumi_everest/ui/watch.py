"""Notices that files have changed, by their times and sizes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

SECONDS: Final = 0.25
"""How long a change may go unnoticed."""
_MOST: Final = 5000
"""Files that are looked at: more are no plugin, but a folder that was named by mistake."""
_LEFT_OUT: Final = frozenset({"__pycache__", "node_modules"})

Stamp = dict[str, tuple[int, int]]


def stamp(paths: Iterable[Path]) -> Stamp:
    """Time and size of each file that the paths name, and of all in the folders among them."""
    found: Stamp = {}
    for file in _files(paths):
        if len(found) >= _MOST:
            break
        try:
            status = os.stat(file)
        except OSError:
            continue
        found[file] = (status.st_mtime_ns, status.st_size)
    return found


def _files(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        if not path.is_dir():
            yield str(path)
            continue
        for folder, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _LEFT_OUT)
            yield from (os.path.join(folder, name) for name in sorted(files) if not name.startswith("."))


class Watch:
    """Calls somebody, from a thread of its own, when files of these paths have changed."""

    def __init__(self, paths: Iterable[Path], changed: Callable[[], None]) -> None:
        self._paths, self._changed = list(paths), changed
        self._known = stamp(self._paths)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="watch")

    def start(self) -> None:
        """Begin to look."""
        if self._paths:
            self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()

    def look(self) -> bool:
        """Look once. Gives whether something has changed, after having said so."""
        now = stamp(self._paths)
        if now == self._known:
            return False
        self._known = now
        self._changed()
        return True

    def _run(self) -> None:
        while not self._ended.wait(SECONDS):
            self.look()
