"""Fixtures for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]

# Machines differ in speed, so time decides nothing. By hand each run tries other examples; where every change is
# checked they are always the same, so that a change is not refused for what it did not do.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("every change", settings.get_profile("here"), derandomize=True)
settings.load_profile("every change" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def root() -> Path:
    """The top folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the operators' CRDs, samples and version data, or a skip where it is not there."""
    folder = Path(os.environ.get("EVEREST_SHARED", ROOT.parent / "shared"))
    if not (folder / "crds").is_dir():
        if "shared" in os.environ.get("EVEREST_REQUIRE", "").split(","):
            pytest.fail(f"EVEREST_REQUIRE asks for the shared test data, which is not at {folder}")
        pytest.skip("needs the shared test data (EVEREST_SHARED)")
    return folder
