"""What the tests of the PostgreSQL plugin share: planning a cluster from a few fields, and the operator's schemas."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.findings import EverestError, Finding
from pulumi_everest.plugins.find import Plugins, builtin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.plugins.workspace import ClusterInput, Workspace

Manifests = list[dict[str, Any]]
Plan = Callable[..., tuple[Manifests, list[Finding]]]


@pytest.fixture(scope="session")
def plugin() -> Plugin:
    return next(plugin for plugin in builtin() if plugin.name == "pg")


@pytest.fixture(scope="session")
def plan() -> Plan:
    """Plan one cluster of these fields: its objects, and all findings."""

    def planned(
        spec: dict[str, Any],
        *,
        name: str = "db",
        operator: str | None = None,
        secrets: dict[str, Any] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Manifests, list[Finding]]:
        own = {"provider": "pg-operator", **({"operatorVersion": operator} if operator else {}), **spec}
        workspace = Workspace(Plugins())
        cluster = ClusterInput({"name": name, "namespace": "apps"}, own, secrets=secrets or {}, options=options or {})
        workspace.clusters.append(cluster)
        plans, found = workspace.plan()
        return [item.manifest for one in plans for item in one.objects], found

    return planned


@pytest.fixture(scope="session")
def emitted(plan: Plan) -> Callable[..., Manifests]:
    """The objects of a cluster without errors."""

    def objects(spec: dict[str, Any], **more: Any) -> Manifests:
        manifests, found = plan(spec, **more)
        errors = [entry for entry in found if entry.is_error]
        if errors:
            raise EverestError(errors)
        return manifests

    return objects


@pytest.fixture(scope="session")
def crds(shared: Path) -> Callable[[str], Crds]:
    """The operator's schemas."""

    @cache
    def of(operator: str) -> Crds:
        return Crds.load([shared / "crds" / "pg" / operator / "crd.yaml"])

    return of
