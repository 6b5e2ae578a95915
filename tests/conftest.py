"""Fixtures for all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import fuzzing
import pytest
from hypothesis import HealthCheck, settings
from patience import until

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.testing.parts import required, skip_or_fail

pytest.register_assert_rewrite("expected")
pytest_plugins = ["pulumi_everest.testing.fixtures"]

ROOT = Path(__file__).parents[1]

# Machines differ in speed, so time decides nothing. By hand each run tries other examples; where every change is
# checked they are always the same, so that a change is not refused for what it did not do. `make fuzz` tries many.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("every change", settings.get_profile("here"), derandomize=True)
settings.register_profile(
    fuzzing.PROFILE, settings.get_profile("here"), max_examples=int(os.environ.get("EXAMPLES", "2000")), print_blob=True
)
settings.load_profile("every change" if os.environ.get("CI") else "here")


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say how to repeat a run of `make fuzz`."""
    return fuzzing.header(config)


@pytest.fixture(name="fuzzing")
def fuzzing_of_this_run(pytestconfig: pytest.Config) -> fuzzing.Fuzzing:
    """The seed and number of examples, for tests that make random examples without Hypothesis (mark them `fuzz`)."""
    return fuzzing.asked(pytestconfig)


@pytest.fixture(scope="session")
def root() -> Path:
    """The top folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the operators' CRDs, samples and version data, or a skip where it is not there."""
    folder = Path(os.environ.get("EVEREST_SHARED", ROOT.parent / "shared"))
    if not (folder / "crds").is_dir():
        skip_or_fail("crds" if required("crds") else "shared", "needs the shared test data (EVEREST_SHARED)")
    return folder


OF_BOTH = "databaseclusters.everest.percona.com"
"""A definition that Everest's first API and this package have by one name, so that a server has one of the two."""


@pytest.fixture
def without_own_definition(live: LiveCluster) -> Iterator[LiveCluster]:
    """The API server without this package's definition of DatabaseClusters, and with neither afterwards."""
    _remove_definition(live)
    yield live
    _remove_definition(live)


def _remove_definition(live: LiveCluster) -> None:
    live.delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", OF_BOTH)
    until(lambda: not live.crds([OF_BOTH]), "the definition does not go away")
    live.forget_kinds()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what tests have counted: their property `shown`."""
    passed = terminalreporter.getreports("passed")
    shown = [text for report in passed for key, text in getattr(report, "user_properties", ()) if key == "shown"]
    if shown:
        terminalreporter.section("counted by tests")
        for text in dict.fromkeys(shown):
            terminalreporter.write_line(str(text))
