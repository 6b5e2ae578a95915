"""Names that have moved work where they were, and say where they are now."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = re.findall(
    r"^\| `([\w.]+)` \| `([\w.]+)`[^|]* \| \d", (ROOT / "docs" / "compatibility.md").read_text("utf-8"), re.MULTILINE
)
"""Each former path with the one that it has now, as the page about compatibility lists them."""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A new process: a module warns once, when it is loaded."""
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("former", "now"), ROWS)
def test_a_former_name_is_the_same_and_warns_whoever_imports_it(former, now):
    module, _, name = former.rpartition(".")
    new_module, _, new_name = now.rpartition(".")
    ran = python("-c", f"from {module} import {name}\nfrom {new_module} import {new_name} as n\nassert {name} is n")
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.count("Warning") == 1
    assert f"<string>:1: DeprecationWarning: {module} is deprecated: " in ran.stderr
    assert now.removesuffix(".main") in ran.stderr


def test_the_page_lists_every_deprecated_module():
    modules = {former.rpartition(".")[0].replace(".", "/") + ".py" for former, _ in ROWS}
    deprecated = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "pulumi_everest").rglob("*.py")
        if re.match(r'"""Deprecated', path.read_text("utf-8"))
    }
    assert modules == deprecated != set()


def test_the_former_provider_process_starts_and_says_where_it_is_now():
    ran = python("-m", "pulumi_everest.resources.serve")
    assert ran.returncode == 2
    assert "DeprecationWarning: pulumi_everest.resources.serve is deprecated" in ran.stderr
    assert "usage: pulumi-resource-everest" in ran.stderr
