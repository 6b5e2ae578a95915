"""docs/plugins/tutorial.md: each command is run as it stands there, and says what the page says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_everest.testing.apiserver import ApiServer

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/plugins/tutorial.md"
TEMPLATE = ROOT / "examples/plugin-template"


def commands() -> list[tuple[str, list[str]]]:
    """The commands of the page, each with the lines that it is to say; `...` is any lines."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", PAGE.read_text(), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def pattern(lines: list[str]) -> str:
    """The lines as a pattern: a line `...` is any number of lines, `...` in another any text."""
    parts = [r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n" for line in lines]
    return "".join(parts)


def test_each_command_of_the_tutorial_says_what_stands_there(tmp_path: Path, api_server: ApiServer) -> None:
    folder = Path(shutil.copytree(TEMPLATE, tmp_path / "ember"))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "200", "NO_COLOR": "1"}
    plugin = folder / "everest_ember"
    finished = {path.relative_to(plugin): path.read_text() for path in plugin.rglob("*.yaml")}
    for command, lines in commands():
        ran = subprocess.run(
            command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, f"{command}\n{ran.stdout}{ran.stderr}"
        assert re.fullmatch(pattern(lines), ran.stdout), f"{command}\n{ran.stdout}\n--- expected\n" + "\n".join(lines)
    left = {path.relative_to(plugin): path.read_text() for path in plugin.rglob("*.yaml")}
    assert left == finished, "the template has the plugin that the page leaves"


@pytest.mark.parametrize(
    "file", ["tests/test_ember.py", ".github/workflows/plugin.yaml", "pyproject.toml", "sample.yaml"]
)
def test_the_template_has_what_is_around_a_plugin(file: str) -> None:
    assert (TEMPLATE / file).is_file()
