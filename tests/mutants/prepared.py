"""Runs pytest again and again, each time in a fork of this process, which has imported all that is not under test.

Started in a copy of the project. A line on the standard input says what to run, as JSON: `arguments`, `variables`,
`output` (the file for what it prints). Two lines answer: the process that runs it, which leads a group of its own, and
its exit code, or the signal that ended it as a negative number. Nothing of the project is imported here, so each fork
imports it anew, as it is then.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
from contextlib import suppress


def main() -> int:
    """Import what is named in the first line, answer, and then run what is asked."""
    for name in json.loads(sys.stdin.readline()):
        with suppress(Exception):  # what cannot be imported alone is imported by those who need it
            # Asking a package that is loaded lazily has it loaded. Else a module below it would be loaded twice, and take
            # the place of what the package gives by the same name.
            package, _, last = name.rpartition(".")
            getattr(sys.modules.get(package), last, None)
            importlib.import_module(name)
    gc.freeze()  # forks share it
    print("ready", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        process = os.fork()
        if process == 0:
            return _run(request)
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    return 0


def _run(request: dict[str, object]) -> int:
    os.setsid()
    print(os.getpid(), flush=True)
    os.environ.update(request["variables"])  # type: ignore[arg-type]
    nothing, output = os.open(os.devnull, os.O_RDONLY), os.open(str(request["output"]), os.O_WRONLY | os.O_TRUNC)
    for old, new in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(old, new)
    import pytest

    return int(pytest.main(request["arguments"]))  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
