"""Runs processes for as long as somebody holds its standard input open, and ends them whatever happens to that one.

``python -m pulumi_everest.testing.supervisor FILE``: the file is a JSON list of commands, each an object with
``name``, ``command`` and ``log``. When standard input ends, because it is closed or because the process that held it
was killed, the processes are ended in reverse order. If one of them ends by itself, all are ended.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

GRACE = 3.0
"""Seconds that a process has to end by itself, once asked."""


def supervise(commands: list[dict[str, str | list[str]]]) -> int:
    """Start the commands, wait for the end of standard input or of one of them, end the rest. Gives an exit code."""
    running: list[subprocess.Popen[bytes]] = []
    try:
        for entry in commands:
            with Path(str(entry["log"])).open("ab") as log:
                command = [str(part) for part in entry["command"]]
                # A session of its own: Ctrl-C in the terminal ends the tests, and they end this.
                running.append(
                    subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
                )
        while all(process.poll() is None for process in running):
            readable, _, _ = select.select([sys.stdin], [], [], 0.2)
            if readable and not os.read(sys.stdin.fileno(), 1024):
                return 0
        return 1
    finally:
        _end(running)


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    for process in reversed(running):
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the end of standard input is the only signal
    sys.exit(supervise(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
