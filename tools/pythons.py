"""For `make test-pythons`: the interpreters of the supported versions of Python that this machine has, one for each."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def supported(pyproject: dict[str, Any]) -> list[str]:
    """The versions that the package says it supports, such as ``3.11``."""
    said = "\n".join(pyproject["project"]["classifiers"])
    return re.findall(r"^Programming Language :: Python :: (\d+\.\d+)$", said, re.MULTILINE)


def candidates(version: str, home: Path) -> Iterator[str]:
    """Where the interpreter of a version may be: on PATH, or among those that pyenv has installed, the newest first."""
    on_path = shutil.which(f"python{version}")
    if on_path is not None:
        yield on_path
    installed = home.glob(f".pyenv/versions/{version}.*/bin/python")
    yield from map(
        str, sorted(installed, key=lambda path: [*map(int, re.findall(r"\d+", path.parts[-3]))], reverse=True)
    )


def is_of(version: str, python: str) -> bool:
    """Whether a command is an interpreter of a version: pyenv has one on PATH for each, and many only complain."""
    show = "import sys; print('%d.%d' % sys.version_info[:2])"
    ran = subprocess.run([python, "-c", show], capture_output=True, text=True, check=False)  # noqa: S603 - a Python
    return ran.returncode == 0 and ran.stdout.strip() == version


def interpreters(versions: list[str], home: Path) -> list[str]:
    """One interpreter for each of the versions that are there."""
    found = (next((path for path in candidates(v, home) if is_of(v, path)), None) for v in versions)
    return [path for path in found if path is not None]


if __name__ == "__main__":
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    sys.stdout.writelines(f"{python}\n" for python in interpreters(supported(tomllib.loads(text)), Path.home()))
