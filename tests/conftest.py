"""Fixtures for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


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
