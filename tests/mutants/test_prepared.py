"""The process whose forks run the tests: what it imports before is what each of them would import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
LAZY = """\
from pulumi._utils import lazy_import

wide = lazy_import("wide")
"""
TEST = """\
import lazily

def test_a_class_that_is_called_as_its_module_stays_the_class():
    assert isinstance(lazily.wide.Thing, type)
"""


def test_a_package_that_is_loaded_lazily_is_as_it_would_be(tmp_path: Path) -> None:
    for name, text in {
        "lazily.py": LAZY,
        "wide/__init__.py": "from wide.Thing import Thing\n",
        "wide/Thing.py": "class Thing: pass\n",
        "test_it.py": TEST,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    output = tmp_path / "output"
    output.touch()
    request = {"arguments": ["-q", "-p", "no:cacheprovider", "test_it.py"], "variables": {}, "output": str(output)}

    done = subprocess.run(
        [sys.executable, str(HERE / "prepared.py")],
        input=f"{json.dumps(['lazily', 'wide', 'wide.Thing', 'not_there'])}\n{json.dumps(request)}\n",
        capture_output=True,
        check=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTEST_ADDOPTS": ""},
        timeout=120,
    )

    ready, process, code = done.stdout.split()
    assert (ready, process.isdigit(), code) == ("ready", True, "0"), output.read_text()
    assert "1 passed" in output.read_text()
