"""Installed without what programs need (docs/install.md), the package reads YAML and says why it runs no program."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

# Modules of packages that are not installed then; an import of one fails as it would there.
BLOCKED = """
import sys
for name in {names!r}:
    sys.modules[name] = None
sys.argv = ["everest", *{arguments!r}]
from pulumi_everest.cli.main import main
main()
"""
NEEDED_BY_PROGRAMS = {
    "pulumi": "pulumi",
    "pulumi-kubernetes": "pulumi_kubernetes",
    "grpcio": "grpc",
    "protobuf": "google.protobuf",
}


def run(folder: Path, root: Path, *arguments: str) -> str:
    code = BLOCKED.format(names=list(NEEDED_BY_PROGRAMS.values()), arguments=list(arguments))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(root)},
    )
    assert "Traceback" not in done.stderr
    assert "should not happen" not in done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["validate", "examples/plain-yaml"], "1 cluster, no findings\n"),
        (["preview", "examples/plain-yaml", "--against", "examples/plain-yaml"], "1 object: 1 unchanged\n"),
        (["validate", "examples/quickstart"], "to run it needs the package pulumi, which is not installed [program.project]"),
    ],
)  # fmt: skip
def test_yaml_is_read_without_pulumi(root: Path, arguments: list[str], said: str) -> None:
    assert said in run(root, root, *arguments)


def test_the_page_names_all_packages_but_those_of_programs(root: Path) -> None:
    page = (root / "docs/install.md").read_text()
    [named] = re.findall(r"^pip install (pydantic .*)$", page, re.MULTILINE)
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    all_of_them = {re.split(r"[<>=!]", entry)[0] for entry in project["dependencies"]}
    assert set(named.split()) == all_of_them - set(NEEDED_BY_PROGRAMS)
