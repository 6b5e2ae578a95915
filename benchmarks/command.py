"""`everest validate` on 2,000 clusters in one file, against parsing that file with positions."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from benchmarks.clusters import document

COUNT, TURNS = 2000, 3
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


def main() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clusters.yaml"
        path.write_text(yaml.safe_dump_all([document(n) for n in range(COUNT)], sort_keys=False), encoding="utf-8")
        parsed, validated = [], []
        for _ in range(TURNS):
            done = subprocess.run([sys.executable, "-c", PARSE, str(path)], capture_output=True, text=True, check=True)
            parsed.append(float(done.stdout))
            done = subprocess.run(
                [sys.executable, "-c", VALIDATE, str(path)], capture_output=True, text=True, check=True
            )
            validated.append(float(done.stderr.splitlines()[-1]))
    return {
        "parsing with positions, s": min(parsed),
        "everest validate, s": min(validated),
        "everest validate against parsing (bound 3)": min(validated) / min(parsed),
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name}: {value:.3f}")
