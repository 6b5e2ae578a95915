"""What importing the package costs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

DEAR = ("pydantic", "jsonschema", "cel_expr_python", "pulumi_kubernetes", "yaml", "click")


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "code",
    [
        "import pulumi_everest",
        "import pulumi_everest; pulumi_everest.DatabaseCluster; pulumi_everest.Provider; pulumi_everest.Instance",
    ],
)
def test_importing_loads_no_dear_package_before_a_resource_is_made(code):
    own = modules_after(code) - modules_after("import pulumi")
    assert {name for name in own if name.split(".")[0] in DEAR} == set()


def test_importing_does_not_even_load_pulumi():
    assert "pulumi" not in modules_after("import pulumi_everest")
