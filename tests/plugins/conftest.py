"""What the tests of the built-in plugins share. In a folder named after a plugin the fixtures are about that one.

Tests that are the same for all plugins stand once (`change_tests`, `definition_tests`, `mapping_tests`, `secret_tests`).
The modules in a plugin's folder import those that concern it, and have the tables that they take their parameters from.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from operator_crds import crd_file

from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.findings import EverestError, Finding
from pulumi_everest.plugins.find import Plugins, builtin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

pytest.register_assert_rewrite("change_tests", "definition_tests", "mapping_tests", "secret_tests")

Manifests = list[dict[str, Any]]
Plan = Callable[..., tuple[Manifests, list[Finding]]]


def pytest_configure(config: pytest.Config) -> None:
    """The mark of a test that is the same for all plugins."""
    about = "table(name, arguments): parameters from the table of that name, in the module that imports the test"
    config.addinivalue_line("markers", about)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take parameters from a table of the module."""
    for mark in metafunc.definition.iter_markers("table"):
        name, arguments = mark.args
        metafunc.parametrize(arguments, getattr(metafunc.module, name))


@pytest.fixture(scope="session")
def crd_of(shared: Path) -> Callable[[str, str], Path]:
    """The file with the CustomResourceDefinitions of a plugin's operator version."""

    def path(plugin: str, operator: str) -> Path:
        return crd_file(shared, plugin, operator)

    return path


@pytest.fixture(scope="module")
def plugin(request: pytest.FixtureRequest) -> Plugin:
    """The plugin that the folder is named after."""
    return next(plugin for plugin in builtin() if plugin.name == request.path.parent.name)


@pytest.fixture(scope="module")
def plan(plugin: Plugin) -> Plan:
    """Plan one cluster of these fields: its objects, and all findings."""

    def planned(
        spec: dict[str, Any],
        *,
        name: str = "db",
        operator: str | None = None,
        secrets: dict[str, Any] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Manifests, list[Finding]]:
        chosen = {"operatorVersion": operator} if operator else {}
        own = {"provider": plugin.definition.name, **chosen, **spec}
        workspace = Workspace(Plugins())
        cluster = ClusterInput({"name": name, "namespace": "apps"}, own, secrets=secrets or {}, options=options or {})
        workspace.clusters.append(cluster)
        planned = workspace.plan()
        return [item.manifest for one in planned.clusters for item in one.objects], planned.findings

    return planned


@pytest.fixture(scope="module")
def emitted(plan: Plan) -> Callable[..., Manifests]:
    """The objects of a cluster without errors."""

    def objects(spec: dict[str, Any], **more: Any) -> Manifests:
        manifests, found = plan(spec, **more)
        errors = [entry for entry in found if entry.is_error]
        if errors:
            raise EverestError(errors)
        return manifests

    return objects


@pytest.fixture(scope="module")
def crds(plugin: Plugin, crd_of: Callable[[str, str], Path]) -> Callable[[str], Crds]:
    """The operator's schemas, by operator version; read once, since they are large."""

    @functools.cache
    def of(operator: str) -> Crds:
        return Crds.load([crd_of(plugin.name, operator)])

    return of
