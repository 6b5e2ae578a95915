"""`everest ui`: what it is asked for wrongly, and how it begins and ends."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from patience import PATIENCE

Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-o", "nowhere"], "'nowhere' does not exist"),
        (["--context", "prod"], "--kubeconfig and --context: only with --from-cluster"),
        (["-"], "standard input cannot be read again"),
        (["--plugin", "nowhere"], "'nowhere' does not exist"),
        (["--port", "0"], "0 is not in the range"),
    ],
)
def test_wrong_use(run: Run, arguments: list[str], says: str) -> None:
    result = run("ui", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr


def test_a_port_that_is_taken_is_said(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("ui", "--no-browser", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "cannot listen on port" in result.stderr


def test_the_command_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pulumi_everest.cli", "ui", "--no-browser", "--port", str(port)]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/#([\w-]{43})\n", process.stdout.readline())
        assert found is not None
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/api/start", headers={"X-Everest-Token": found[1]})
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            assert b'"plugins"' in answer.read()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert found[1] not in errors
