"""What `import pulumi_everest` costs over `import pulumi`, in fresh processes, taken by turns."""

from __future__ import annotations

import statistics
import subprocess
import sys
from typing import Any

from benchmarks.command import ENVIRONMENT

TURNS = 9
SNIPPET = "import time; s = time.process_time(); import {0}; print(time.process_time() - s)"


def seconds(module: str) -> float:
    """CPU seconds of one import in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SNIPPET.format(module)], capture_output=True, text=True, check=True, env=ENVIRONMENT
    )
    return float(done.stdout)


def main() -> dict[str, Any]:
    times: dict[str, list[float]] = {"pulumi": [], "pulumi_everest": [], "pulumi_everest.resources.cluster": []}
    for _ in range(TURNS):
        for module, found in times.items():
            found.append(seconds(module))
    pulumi, own, used = (statistics.median(found) for found in times.values())
    return {
        "import pulumi, s": pulumi,
        "import pulumi_everest, against import pulumi (bound 1.3)": own / pulumi,
        "import of the component that a program uses, against import pulumi": used / pulumi,
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name}: {value:.3f}")
