from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from legacy import UID, merged

from pulumi_everest.adoption.rendering import Rendering
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.upgrade.legacy.migrate import Migrated, migrated
from pulumi_everest.upgrade.legacy.objects import API_VERSION, LegacyObjects
from pulumi_everest.workspace.workspace import Workspace

Object = dict[str, Any]


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    """The built-in plugins."""
    return Workspace(Plugins([]))


@pytest.fixture
def move(workspace: Workspace) -> Callable[..., Migrated]:
    """Migrates a cluster, with other objects beside it."""
    return lambda cluster, *others: migrated(workspace, LegacyObjects([cluster, *others]), cluster)


@pytest.fixture
def render(workspace: Workspace) -> Callable[[Migrated], Object]:
    """The operator's object that the result of a migration renders to."""

    def call(result: Migrated) -> Object:
        assert result.adopted is not None, result.findings
        assert result.plugin is not None
        setup, _ = workspace.setup(result.plugin.definition.name)
        assert setup is not None
        rendering = Rendering(result.plugin, setup.technology, result.adopted.metadata)
        made = rendering.manifest(result.adopted.spec, volumes=result.adopted.options.get("volumePolicy", "keep"))
        assert made is not None
        return made

    return call


@pytest.fixture
def legacy() -> Callable[..., Object]:
    """A DatabaseCluster of the first API, of an engine, with these parts of its spec besides."""

    def make(engine: str, spec: Mapping[str, Any] | None = None, **metadata: Any) -> Object:
        versions = {"pxc": "8.0.41-32.1", "psmdb": "8.0.12-4", "postgresql": "17.7"}
        own: Object = {
            "engine": {"type": engine, "version": versions[engine], "replicas": 3, "storage": {"size": "20Gi"}}
        }
        return {
            "apiVersion": API_VERSION,
            "kind": "DatabaseCluster",
            "metadata": {"name": "orders", "namespace": "shop", "uid": UID, **metadata},
            "spec": merged(own, spec or {}),
        }

    return make
