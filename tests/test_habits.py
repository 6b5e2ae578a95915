"""What contributors rely on: one Makefile that machines and workflows call, and tools that are the same everywhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools.lowest_versions import constraints, lowest

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def would_run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a target would run in a folder, whatever the tests themselves were started with."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    handed_on = {"MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "PYTHON", "TESTS"}
    environment = {name: value for name, value in os.environ.items() if name not in handed_on}
    command = ["make", "-n", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def has_python(folder: Path, version: str) -> None:
    """An environment in a folder whose Python says that it is of a version."""
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho {version}\n")
    python.chmod(0o755)


# Which Python


@pytest.mark.parametrize(
    ("there", "named", "used"),
    [
        (None, None, ".venv"),
        (None, sys.executable, ".venv"),
        (HERE, sys.executable, ".venv"),
        ("3.9", sys.executable, f".venvs/{HERE}"),
        ("3.9", None, ".venv"),
    ],
    ids=["nothing there", "the first is named", "the same version", "another version", "none is named"],
)
def test_a_python_of_another_version_has_an_environment_of_its_own(there, named, used, tmp_path):
    if there:
        has_python(tmp_path, there)
    ran = would_run(tmp_path, "test", *([f"PYTHON={named}"] if named else []))
    assert f"{used}/bin/python -m pytest" in ran.stdout, ran


def test_a_python_that_is_not_there_is_said_to_be_missing(tmp_path):
    ran = would_run(tmp_path, "test", "PYTHON=python9.9")
    assert ran.returncode != 0
    assert "there is no Python 'python9.9'" in ran.stderr


# Versions of dependencies


def test_the_lowest_versions_are_those_that_the_bounds_allow():
    assert lowest("protobuf>=5.29.5,!=6.30.*,<8") == "protobuf==5.29.5"
    assert lowest("types-PyYAML==6.0.12.20261122") == "types-PyYAML==6.0.12.20261122"
    project = {"dependencies": ["a>=1.2,<2"], "optional-dependencies": {"more": ["b>=3"], "most": ["a>=1.2,<2"]}}
    assert constraints({"project": project, "dependency-groups": {"test": ["c-d>=0.1.3"]}}) == [
        "a==1.2",
        "b==3",
        "c-d==0.1.3",
    ]


@pytest.mark.parametrize("requirement", ["sphinx", "sphinx<9", "sphinx!=8.2"])
def test_a_dependency_without_a_lower_bound_is_refused(requirement):
    with pytest.raises(ValueError, match="has no lower bound"):
        lowest(requirement)


def test_every_dependency_has_a_lower_bound():
    assert "pydantic" in " ".join(constraints(PROJECT))


def test_the_tools_for_lint_are_of_exact_versions():
    assert [tool for tool in PROJECT["dependency-groups"]["lint"] if not re.fullmatch(r"[\w-]+==[\d.]+", tool)] == []
