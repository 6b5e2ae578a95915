"""The plugins' examples: each is valid, passes the operator's schemas and renders to what stands beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.findings import one_line
from pulumi_everest.model.source.documents import read_file
from pulumi_everest.plugins.find import Plugins, builtin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.workspace import Workspace, shape_for

WANTED = {
    "psmdb": {"sharded", "backups", "pmm", "exporter", "restored"},
    "pxc": {"proxysql", "backups", "mysql57", "pmm", "restored"},
    "pg": {"pooled", "backups", "pmm", "postgis", "restored"},
    "valkey": {"cache"},
    "clickhouse": {"single"},
    "cnpg": {"pooled", "backups", "restored"},
}

OF_ONE_OPERATOR = {("psmdb", "restores"): "1.22.0", ("pxc", "restores"): "1.20.0"}
"""Examples that show what only the operator version that they name has."""


def is_for(plugin: Plugin, path: Path, operator: str) -> bool:
    """Whether an example can be made with an operator version."""
    return OF_ONE_OPERATOR.get((plugin.name, path.stem), operator) == operator


def examples(plugin: Plugin) -> list[Path]:
    return sorted(p for p in (plugin.folder / "examples").glob("*.yaml") if not p.name.endswith(".expected.yaml"))


EXAMPLES = [pytest.param(p, path, id=f"{p.name}-{path.stem}") for p in builtin() for path in examples(p)]


def rendered(path: Path, operator: str | None = None) -> tuple[str, list[dict[str, Any]]]:
    """The operator version and the objects of an example, with the versions of an operator version if one is given."""
    documents, found = read_file(path, shape_for)
    assert [one_line(entry) for entry in found] == []
    for document in documents if operator is not None else ():
        if document.data["kind"] != "DatabaseCluster":
            continue
        spec = document.data["spec"]
        spec["operatorVersion"] = operator
        for chosen in ("components", "bundle"):
            spec.pop(chosen, None)
        for instance in (spec.get("instances") or {}).values():
            instance.pop("version", None)
    planned = Workspace(Plugins(), documents).plan()
    found = [entry for entry in planned.findings if entry.code != "provider.pre-release"]
    assert [one_line(entry) for entry in found] == []
    objects = [item.manifest for plan in (*planned.clusters, *planned.jobs) for item in plan.objects]
    return planned.clusters[0].resolved.spec["operatorVersion"], objects


@pytest.mark.parametrize("plugin", builtin(), ids=lambda plugin: plugin.name)
def test_there_are_examples(plugin: Plugin) -> None:
    assert {path.stem for path in examples(plugin)} >= {"minimal", "everything"} | WANTED[plugin.name]


@pytest.mark.parametrize(("plugin", "path"), EXAMPLES)
def test_an_example_renders_to_what_is_expected(plugin: Plugin, path: Path) -> None:
    expected = list(yaml.safe_load_all(path.with_suffix(".expected.yaml").read_text(encoding="utf-8")))

    assert rendered(path)[1] == expected


@pytest.mark.parametrize(("plugin", "path"), EXAMPLES)
def test_an_example_passes_the_schemas_of_each_operator_version(
    plugin: Plugin, path: Path, crd_of: Callable[[str, str], Path]
) -> None:
    for operator in (None, *(one for one in plugin.manifest.operator.versions if is_for(plugin, path, one))):
        version, objects = rendered(path, operator)
        schemas = Crds.load([crd_of(plugin.name, version)])

        assert [one_line(entry) for manifest in objects for entry in schemas.check(manifest)] == []
