"""A pytest plugin for the trial of one mutant: runs the tests of a list alone, nearest files first, within limits.

Loaded with ``-p trial_plugin``. Hypothesis takes the same examples in each trial and does not look for smaller ones
that fail; the limit of work ends a mutant that loops, that of memory one that grows.
"""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

PROFILE = "mutants"
_plan = json.loads(Path(os.environ["MUTANTS_PLAN"]).read_text(encoding="utf-8"))

settings.register_profile(
    PROFILE,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_CPU, (_plan["seconds"], _plan["seconds"] + 5))
resource.setrlimit(resource.RLIMIT_AS, (_plan["memory"], _plan["memory"]))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of the plan, a file's tests together, the files as the plan has them."""
    wanted = set(_plan["tests"])
    files = {file: place for place, file in enumerate(dict.fromkeys(name.split("::")[0] for name in _plan["tests"]))}
    kept = [item for item in items if item.nodeid in wanted]
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in wanted])
    items[:] = sorted(kept, key=lambda item: files[item.nodeid.split("::")[0]])
