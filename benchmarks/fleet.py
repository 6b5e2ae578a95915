"""Many clusters in files of their own: `everest validate`, `render` and `preview --against` a revision, each against
reading the same files with libyaml into plain data, without positions.

CPU of whole processes, user and system, by turns; the ratio is to what reading adds to a process that only imports
PyYAML. `python -m benchmarks.fleet large` has 10,000 clusters, and 100,000: an hour or more.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import yaml

from benchmarks.clusters import document
from benchmarks.command import ENVIRONMENT
from pulumi_everest.plugins.find import Plugins

COUNT, TURNS, LARGE, FAR = 1_000, 5, 10_000, 100_000
JOBS = 2
READ = """
import os, sys, yaml
for name in sorted(os.listdir(sys.argv[1])):
    with open(os.path.join(sys.argv[1], name), "rb") as stream:
        list(yaml.load_all(stream, yaml.CSafeLoader))
"""
EVEREST = (sys.executable, "-m", "pulumi_everest.cli")
COMMANDS: dict[str, tuple[tuple[str, ...], float]] = {
    "validate": (("validate", "clusters"), 6),
    "render": (("render", "clusters"), 12),
    "preview, one cluster changed": (("preview", "clusters", "--against", "HEAD"), 14),
    "preview, an edited definition": (("preview", "clusters", "--against", "HEAD~1"), 14),
}


def cost(command: Iterable[str], folder: Path, codes: Collection[int] = (0, 1)) -> tuple[float, float]:
    """CPU seconds of a process that ends with one of `codes`, with its children, and the most memory of one in MB."""
    pid = os.posix_spawn(
        "/bin/sh", ["sh", "-c", 'cd "$0" && exec "$@" >/dev/null 2>&1', str(folder), *command], ENVIRONMENT
    )
    _, status, used = os.wait4(pid, 0)
    assert os.waitstatus_to_exitcode(status) in codes, command
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def fleet(folder: Path, count: int) -> Path:
    """A repository with so many clusters, each in a file; HEAD edits their definition, what follows one cluster."""
    clusters = folder / "clusters"
    clusters.mkdir(parents=True)
    for number in range(count):
        (clusters / f"{number:06}.yaml").write_text(
            yaml.dump(document(number), Dumper=yaml.CSafeDumper, sort_keys=False)
        )
    plugin = Plugins().named("psmdb")
    assert plugin is not None
    definition = (plugin.folder / "definition.yaml").read_text(encoding="utf-8")
    (clusters / "definition.yaml").write_text(definition)
    _git(folder, "init", "-q")
    _commit(folder)
    (clusters / "definition.yaml").write_text(definition.replace("percona/percona-server-mongodb:8", "mirror/mongod:8"))
    _commit(folder)
    changed = clusters / "000003.yaml"
    changed.write_text(changed.read_text().replace("replicas: 2", "replicas: 4"))
    return folder


def _git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "gc.auto=0"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def _commit(folder: Path) -> None:
    _git(folder, "add", "-A")
    _git(folder, "commit", "-qm", "x")


def reading(folder: Path) -> float:
    """CPU seconds that reading the files takes, without the start of Python."""
    return (
        cost((sys.executable, "-c", READ, "clusters"), folder)[0]
        - cost((sys.executable, "-c", "import yaml"), folder)[0]
    )


def against_reading(folder: Path) -> dict[str, float]:
    """Each command by turns, against reading, and with several processes against one."""
    ratios: dict[str, list[float]] = {name: [] for name in COMMANDS}
    shared: dict[str, list[float]] = {name: [] for name in COMMANDS}
    base = []
    for _ in range(TURNS):
        base.append(reading(folder))
        for name, (arguments, _) in COMMANDS.items():
            alone = cost((*EVEREST, *arguments), folder)[0]
            ratios[name].append(alone / base[-1])
            shared[name].append(cost((*EVEREST, *arguments, "--jobs", str(JOBS)), folder)[0] / alone)
    found = {f"reading {COUNT:,} files with libyaml, ms a cluster": statistics.median(base) / COUNT * 1000}
    for name, (_, bound) in COMMANDS.items():
        found[f"{name}, against reading (bound {bound})"] = statistics.median(ratios[name])
    for name in COMMANDS:
        found[f"{name}, --jobs {JOBS} against one process (bound 1.15)"] = statistics.median(shared[name])
    return found


def main() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return against_reading(fleet(Path(folder) / "fleet", COUNT))


def large() -> dict[str, Any]:
    """Memory of 10,000 clusters, growth up to 100,000, and one file against as many as there are clusters."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        small, folder = fleet(Path(name) / "small", COUNT), fleet(Path(name) / "large", LARGE)
        taken: dict[str, float] = {}
        for title, (arguments, _) in COMMANDS.items():
            few, (many, memory) = cost((*EVEREST, *arguments), small)[0], cost((*EVEREST, *arguments), folder)
            taken[title] = many
            found[f"{title}, {LARGE:,} clusters, MB (bound 250)"] = memory
            found[f"{title}, {LARGE:,} against {COUNT:,} clusters (bound 11)"] = many / few
        parts = sorted((folder / "clusters").iterdir())
        (folder / "one.yaml").write_text("---\n".join(part.read_text(encoding="utf-8") for part in parts))
        files = taken["validate"]
        found["validate, one file against as many (bound 1)"] = (
            cost((*EVEREST, "validate", "one.yaml"), folder)[0] / files
        )
        far = fleet(Path(name) / "far", FAR)
        for title, (arguments, _) in COMMANDS.items():
            most, memory = cost((*EVEREST, *arguments), far)
            found[f"{title}, {FAR:,} clusters, MB"] = memory
            found[f"{title}, {FAR:,} against {LARGE:,} clusters (bound 11.5)"] = most / taken[title]
    return found


if __name__ == "__main__":
    for name, value in (large() if sys.argv[1:] == ["large"] else main()).items():
        print(f"{name}: {value:.3f}")
