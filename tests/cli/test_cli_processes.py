"""--jobs: the same output from several processes, and a clean end whatever happens to them; progress on a terminal."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from patience import PATIENCE, until

from pulumi_everest.cli.output.progress import _Shown, with_progress
from pulumi_everest.review.processes import CAN_PART
from pulumi_everest.workspace.spread import in_order

Run = Callable[..., Result]
parting = pytest.mark.skipif(
    not CAN_PART or not Path("/proc/self/task").exists(), reason="needs fork, and /proc to see processes"
)
SLOW = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests themselves may run where it is ignored
from pulumi_everest.cli.main import main
from pulumi_everest.workspace import checks
check = checks.check_cluster
def slowly(*arguments, **keywords):
    time.sleep(0.05)
    return check(*arguments, **keywords)
checks.check_cluster = slowly
main()
"""


@pytest.fixture
def clusters(here: Path) -> Path:
    """A folder of 150 files in a repository; one cluster in each."""
    folder = here / "clusters"
    folder.mkdir()
    cluster = (here / "cluster.yaml").read_text()
    for number in range(150):
        text = cluster.replace("orders", f"c{number}").replace("10Gi", f"{number + 1}Gi")
        (folder / f"c{number:03}.yaml").write_text(text)
    return folder


@pytest.fixture
def broken(clusters: Path) -> Path:
    """The same with mistakes in some, two of one name, a file that is none, and a backup."""
    for number, (old, new) in enumerate(
        [
            ("replicas: 3", "replcias: 3"),
            ("standard", "sharde"),
            ("psmdb-op", "psmdb-po"),
            ("10", "10: {"),
            ("c34", "c3"),
        ]
    ):
        file = clusters / f"c{30 + number:03}.yaml"
        file.write_text(file.read_text().replace(old, new))
    (clusters / "c036.yaml").write_text("a: [\n")
    (clusters / "backup.yaml").write_text(
        "apiVersion: everest.percona.com/v2alpha1\nkind: DatabaseBackup\nmetadata: {name: b, namespace: databases}\n"
        "spec: {cluster: c7}\n"
    )
    return clusters


@pytest.fixture
def repository(clusters: Path) -> Path:
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *command], check=True, cwd=clusters, capture_output=True)
    for number in (3, 77):
        file = clusters / f"c{number:03}.yaml"
        file.write_text(file.read_text().replace("replicas: 3", "replicas: 5"))
    return clusters


def same(run: Run, *arguments: str) -> Result:
    one, several = run(*arguments), run(*arguments, "--jobs", "3")
    assert (several.stdout, several.stderr, several.exit_code) == (one.stdout, one.stderr, one.exit_code)
    return one


@parting
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_validate_says_the_same_with_several_processes(run: Run, broken: Path, form: str) -> None:
    assert same(run, "validate", "clusters", "--format", form).exit_code == 1


@parting
def test_validate_of_sound_clusters_says_the_same_with_several_processes(run: Run, clusters: Path) -> None:
    assert same(run, "validate", "clusters").exit_code == 0


@parting
def test_render_makes_the_same_with_several_processes(run: Run, clusters: Path) -> None:
    for arguments in (["--format", "json"], []):
        assert same(run, "render", "clusters", *arguments).exit_code == 0


@parting
def test_render_says_the_same_of_mistakes_with_several_processes(run: Run, broken: Path) -> None:
    assert same(run, "render", "clusters").exit_code == 1


@parting
@pytest.mark.parametrize("how", ["--full", "--summary"])
def test_preview_shows_the_same_with_several_processes(run: Run, repository: Path, how: str) -> None:
    shown = same(run, "preview", "clusters", "--against", "HEAD", how)
    assert shown.exit_code == 0
    assert "3 → 5" in shown.stdout


@pytest.fixture
def command() -> list[str]:
    """What is at work."""
    return ["validate", "clusters"]


EACH = pytest.mark.parametrize(
    "command",
    [
        ["validate", "clusters"],
        ["render", "clusters", "-o", "out"],
        ["preview", "clusters", "--against", "cluster.yaml"],
    ],
    ids=["validate", "render", "preview"],
)


@pytest.fixture
def started(clusters: Path, root: Path, command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A command with `--jobs 2` at work, in a group of its own, with two processes that will take seconds."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, *command, "--jobs", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    yield process
    process.kill()
    for pipe in (process.stdout, process.stderr):
        assert pipe is not None
        pipe.close()
    process.wait()


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """The two processes that share the checks, as soon as they are there; those that read files are gone by then."""
    children, end = Path(f"/proc/{process.pid}/task/{process.pid}/children"), time.monotonic() + PATIENCE
    seen: list[int] = []
    since = time.monotonic()
    while time.monotonic() < end:
        found = [int(pid) for pid in children.read_text().split()]
        if found != seen:
            seen, since = found, time.monotonic()
        if len(seen) == 2 and time.monotonic() - since > 0.5:
            return seen
        time.sleep(0.02)
    raise AssertionError("there were no two processes")


def are_gone(pids: list[int]) -> bool:
    return until(lambda: not any(_runs(pid) for pid in pids), "they do not go")


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@parting
@EACH
def test_interrupt_ends_all_processes(started: subprocess.Popen[str]) -> None:
    pids = workers_of(started)
    os.killpg(started.pid, signal.SIGINT)
    out, err = started.communicate(timeout=PATIENCE)
    assert (started.returncode, out, err) == (130, "", "\n")
    assert are_gone(pids)
    assert not Path("out").exists()


@parting
@EACH
def test_a_killed_process_is_said_and_ends_the_others(started: subprocess.Popen[str]) -> None:
    pids = workers_of(started)
    os.kill(pids[1], signal.SIGKILL)
    out, err = started.communicate(timeout=PATIENCE)
    assert (started.returncode, out) == (2, "")
    assert err == (
        "everest: one of the processes of --jobs was ended by signal 9 (SIGKILL) before its work was done; "
        "fewer of them need less memory\n"
    )
    assert are_gone(pids)
    assert not Path("out").exists()


@parting
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_outlives_the_command(started: subprocess.Popen[str], number: signal.Signals) -> None:
    pids = workers_of(started)
    started.send_signal(number)
    started.communicate(timeout=PATIENCE)
    assert started.returncode == -number
    assert are_gone(pids)


@parting
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
@pytest.mark.parametrize("command", [["render"], ["validate", "--format", "json"], ["preview", "--against", "empty"]])
def test_full_disk_is_said_with_several_processes(clusters: Path, root: Path, command: list[str]) -> None:
    Path("empty").mkdir()
    Path("cluster.yaml").rename("empty/cluster.yaml")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pulumi_everest.cli", command[0], "clusters", *command[1:], "--jobs", "2"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, env={**os.environ, "PYTHONPATH": str(root)},
        )  # fmt: skip
    assert done.returncode == 2
    assert "cannot write standard output, which is not complete: No space left on device" in done.stderr


# Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_after_a_second_and_taken_away() -> None:
    terminal, now = Terminal(), iter([0.0, *(number / 4 for number in range(1, 1201))])
    shown = _Shown(in_order, terminal, lambda: next(now))
    assert list(shown(str, range(1200), done="files read")) == [str(number) for number in range(1200)]
    lines = terminal.getvalue().split("\r\x1b[K")
    assert lines == ["", *(f"{number:,} of 1,200 files read" for number in range(4, 1201)), ""]


def test_few_items_have_no_progress() -> None:
    terminal, now = Terminal(), iter([0.0, *(float(number) for number in range(1, 9))])
    assert list(_Shown(in_order, terminal, lambda: next(now))(str, range(8), done="files read"))
    assert terminal.getvalue() == ""


def test_short_work_shows_no_progress() -> None:
    terminal = Terminal()
    assert list(with_progress(in_order, terminal)(str, range(800), done="files read"))
    assert terminal.getvalue() == ""


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_progress_is_for_people_at_terminals(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert with_progress(in_order, Terminal()) is not in_order
    assert with_progress(in_order, io.StringIO()) is in_order
    monkeypatch.setenv(name, value)
    assert with_progress(in_order, Terminal()) is in_order
