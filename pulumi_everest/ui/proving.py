"""What the conformance kit proves of a plugin that is not built in, asked when somebody wants to know.

The kit probes every field and takes seconds to minutes, so it runs in a process of its own while the page goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pulumi_everest.ui.saving import RefusedError

SECONDS: Final = 600.0
"""After which the kit is given up."""
_COMMAND: Final = (sys.executable, "-m", "pulumi_everest.cli", "plugin", "test", "--format", "json")
_BY_HAND: Final = "run everest plugin test"


class Proofs:
    """Runs the kit, one plugin at a time. `end` ends the run that there is."""

    def __init__(self, command: tuple[str, ...] = _COMMAND, seconds: float = SECONDS) -> None:
        self._command, self._seconds = command, seconds
        self._one_at_a_time = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def of(self, folder: Path) -> dict[str, Any]:
        """The capabilities of the plugin in a folder, as the page shows them, and how many errors its kit finds.

        Raises RefusedError where the kit comes to no end, or to none that can be understood.
        """
        if not self._one_at_a_time.acquire(blocking=False):
            raise RefusedError("the kit is at work on a plugin already: ask again when it is done")
        try:
            return _proofs(self._run(folder))
        finally:
            self._process = None
            self._one_at_a_time.release()

    def _run(self, folder: Path) -> bytes:
        words = [*self._command, str(folder.absolute())]
        with subprocess.Popen(  # noqa: S603 - no shell, and the folder is one argument
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as made:
            self._process = made
            if self._ended:
                made.kill()
            try:
                return made.communicate(timeout=self._seconds)[0]
            except subprocess.TimeoutExpired:
                made.kill()
                raise RefusedError(f"the kit was given up after {self._seconds:.0f} s: {_BY_HAND} {folder}") from None

    def end(self) -> None:
        """Let no run go on."""
        self._ended = True
        process = self._process
        if process is not None:
            process.kill()


def _proofs(output: bytes) -> dict[str, Any]:
    try:
        said = json.loads(output)
        errors = [one for one in said["findings"] if one["severity"] == "error"]
        rows = [proof(row) for plugin in said["plugins"] for row in plugin["capabilities"]]
    except (ValueError, KeyError, TypeError):
        raise RefusedError(f"the kit did not come to its end: {_BY_HAND}") from None
    return {"proved": rows, "errors": len(errors), "first": errors[0] if errors else None}


def proof(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of capabilities as the page shows it."""
    return {"name": row["name"], "title": row["title"], "topologies": dict(row["topologies"])}
