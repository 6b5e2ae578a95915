"""A pytest plugin that writes down which modules were imported that are not the project's: they can be imported before.

Loaded with ``-p prepared_plugin``; the file to write to is in the environment. Left out are those of plugins for
pytest, which pytest itself has to import.
"""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType


def pytest_sessionfinish() -> None:
    """Write it down, in the order in which they were imported."""
    plugins = {entry.module for entry in entry_points(group="pytest11")}
    names = [name for name, module in sys.modules.items() if _is_from_outside(module) and name not in plugins]
    Path(os.environ["MUTANTS_IMPORTED"]).write_text(json.dumps(names), encoding="utf-8")


def _is_from_outside(module: ModuleType) -> bool:
    origin = getattr(getattr(module, "__spec__", None), "origin", None)
    return origin is not None and not origin.startswith((str(Path.cwd()), str(Path(__file__).parent)))
