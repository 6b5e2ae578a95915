"""`everest validate` on 2,000 clusters in one file, against parsing that file with positions; and on one small file,
against importing pydantic and jsonschema, which `import pydantic` alone puts off until they are used."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from benchmarks.clusters import document

COUNT, TURNS, SMALL_TURNS = 2000, 3, 5
SMALL = """\
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseCluster
metadata: {name: small}
spec:
  provider: psmdb-operator
"""
IMPORTS = "import jsonschema; from pydantic import BaseModel"
PARSE = """
import sys, time, yaml
start = time.process_time()
with open(sys.argv[1]) as stream:
    nodes = list(yaml.compose_all(stream, Loader=yaml.CSafeLoader))
print(time.process_time() - start)
"""
VALIDATE = """
import sys, time
start = time.process_time()
from pulumi_everest.cli.main import everest
try:
    everest.main(["validate", sys.argv[1]], standalone_mode=False)
except SystemExit as end:
    assert not end.code, end.code
print(time.process_time() - start, file=sys.stderr)
"""


# Without bytecode most of the time of a start would go into reading sources.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(*command: str) -> float:
    """CPU seconds of a whole process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *command], capture_output=True, check=True, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def small_file() -> dict[str, float]:
    """One small file and what it is held against, by turns, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.yaml"
        path.write_text(SMALL, encoding="utf-8")
        commands = {"validate": ("-m", "pulumi_everest.cli", "validate", str(path)), "imports": ("-c", IMPORTS)}
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for command in commands.values():  # so that all bytecode is there
            seconds(*command)
        for _ in range(SMALL_TURNS):
            for name, command in commands.items():
                taken[name].append(seconds(*command))
    ratios = [own / imports for own, imports in zip(taken["validate"], taken["imports"], strict=True)]
    return {
        "importing pydantic and jsonschema, s": statistics.median(taken["imports"]),
        "everest validate of one small file, s (bound 0.3)": statistics.median(taken["validate"]),
        "the same, against importing pydantic and jsonschema (bound 1.5)": statistics.median(ratios),
    }


def main() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clusters.yaml"
        path.write_text(yaml.safe_dump_all([document(n) for n in range(COUNT)], sort_keys=False), encoding="utf-8")
        parsed, validated = [], []
        for _ in range(TURNS):
            done = subprocess.run(
                [sys.executable, "-c", PARSE, str(path)], capture_output=True, text=True, check=True, env=ENVIRONMENT
            )
            parsed.append(float(done.stdout))
            done = subprocess.run(
                [sys.executable, "-c", VALIDATE, str(path)], capture_output=True, text=True, check=True
            )
            validated.append(float(done.stderr.splitlines()[-1]))
    return {
        **small_file(),
        "parsing with positions, s": min(parsed),
        "everest validate, s": min(validated),
        "everest validate against parsing (bound 3)": min(validated) / min(parsed),
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name}: {value:.3f}")
