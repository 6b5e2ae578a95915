"""For `make test-lowest`: the lowest version of each dependency that pyproject.toml allows, as constraints of pip."""

from __future__ import annotations

import re
import sys
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any


def lowest(requirement: str) -> str:
    """The requirement with its lower bound as the only version. Raises ValueError where it has none."""
    name = re.match(r"[\w.-]+", requirement)
    bound = re.search(r"[>=]=([\w.]+)", requirement)
    if name is None or bound is None:
        raise ValueError(f"'{requirement}' has no lower bound")
    return f"{name[0]}=={bound[1]}"


def constraints(pyproject: dict[str, Any]) -> list[str]:
    """The lowest versions of what the package, its extras and its tests need."""
    project, groups = pyproject["project"], pyproject["dependency-groups"]
    needed = chain(project["dependencies"], *project["optional-dependencies"].values(), groups["test"])
    return list(dict.fromkeys(lowest(requirement) for requirement in needed))


if __name__ == "__main__":
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    sys.stdout.writelines(f"{line}\n" for line in constraints(tomllib.loads(text)))
