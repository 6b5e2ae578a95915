"""Pytest fixtures: a real API server for the session, and a namespace for each test.

In a conftest.py: ``pytest_plugins = ["pulumi_everest.testing.fixtures"]``. Where the binaries are not there
(`pulumi_everest.testing.binaries`), tests that ask for `api_server` are skipped with the reason, or fail if
``EVEREST_REQUIRE`` (a list separated by commas) has ``apiserver``.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from pulumi_everest.emit.crds import definitions_in
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.binaries import assets
from pulumi_everest.testing.extra import missing
from pulumi_everest.testing.parts import skip_or_fail

try:
    import pytest
except ModuleNotFoundError as error:
    raise missing(error, __name__) from None


@pytest.fixture(scope="session")
def api_server() -> Iterator[ApiServer]:
    """A Kubernetes API server on loopback, one for each test process; stopped at the end, whatever happens."""
    binaries = assets()
    if isinstance(binaries, str):
        skip_or_fail("apiserver", binaries)
    assert isinstance(binaries, Path)
    with ApiServer(binaries) as server:
        yield server


@pytest.fixture
def live(api_server: ApiServer) -> LiveCluster:
    """A client of the API server, as an administrator."""
    return api_server.live


@pytest.fixture
def namespace(api_server: ApiServer) -> Iterator[str]:
    """The name of a fresh namespace, which is deleted after the test."""
    name = f"test-{secrets.token_hex(5)}"
    api_server.live.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    api_server.live.delete("v1", "Namespace", name)


InstallCrds = Callable[[Path], list[str]]


@pytest.fixture
def install_crds(api_server: ApiServer) -> InstallCrds:
    """A function that brings the CustomResourceDefinitions of a file or folder onto the API server.

    It gives their names, and returns when they are served. Another version of the same definition takes the place of
    the one there is.
    """

    def install(source: Path) -> list[str]:
        return api_server.install_crds(list(definitions_in(source)))

    return install
