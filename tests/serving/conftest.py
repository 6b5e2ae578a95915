"""The provider process, started once, and a deployment for each test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fake_engine import Monitor, Plugin, monitor, plugin


@pytest.fixture(scope="session")
def served(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plugin]:
    """The provider process as Pulumi starts it for PulumiPlugin.yaml."""
    with plugin(root, tmp_path_factory.mktemp("engine")) as process:
        yield process


@pytest.fixture(scope="session")
def monitors() -> Iterator[ExitStack]:
    """Keeps the monitors of all tests listening: a port that is used again would look dead to the process at first."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def preview(monitors: ExitStack) -> Monitor:
    return monitors.enter_context(monitor(preview=True))


@pytest.fixture
def update(monitors: ExitStack) -> Monitor:
    return monitors.enter_context(monitor(preview=False))


@pytest.fixture(scope="session")
def toydb(root: Path) -> dict[str, str]:
    """The config of a stack that has the plugin of the component tests."""
    return {"everest:plugins": json.dumps([str(root / "tests" / "resources" / "toydb")])}
