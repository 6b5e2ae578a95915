"""The real engine with the API server of the tests: a stack for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from pulumi_engine import Engine, NewStack, Stack, find_engine

from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.parts import skip_or_fail

CRDS = ("psmdb/1.22.0", "pxc/1.20.0", "pg/3.0.0")
"""The operators' definitions that the API server has, by folder of the shared test data."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, so that they can be counted and run alone: ``-m engine``."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.engine)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The engine and the Kubernetes plugin of this machine, or a skip."""
    found = find_engine(tmp_path_factory.mktemp("pulumi-home"))
    if isinstance(found, str):
        skip_or_fail("engine", f"needs Pulumi's engine: {found}")
    assert isinstance(found, Engine)
    return found


@pytest.fixture(scope="session")
def operators(engine: Engine, api_server: ApiServer, shared: Path) -> ApiServer:
    """The API server with the definitions of the three operators."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for folder in CRDS:
        for file in sorted((shared / "crds" / folder).glob("*.yaml")):
            documents = [entry for entry in yaml.load_all(file.read_text(), loader) if entry]
            api_server.install_crds([entry for entry in documents if entry["kind"] == "CustomResourceDefinition"])
    return api_server


@pytest.fixture
def new_stack(engine: Engine, operators: ApiServer, tmp_path: Path) -> NewStack:
    """Makes stacks whose Kubernetes provider is the API server of the tests."""

    def make(name: str = "test", folder: str = "infra") -> Stack:
        return Stack(engine, tmp_path / folder, operators.kubeconfig, name)

    return make


@pytest.fixture
def stack(new_stack: NewStack) -> Stack:
    """A stack."""
    return new_stack()
