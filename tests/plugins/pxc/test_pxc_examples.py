"""The examples: each is valid, passes the operator's schema and renders to what stands beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import pulumi_everest.plugins
from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.findings import one_line
from pulumi_everest.model.source import read_file
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.workspace import Workspace, shape_for

FOLDER = Path(pulumi_everest.plugins.__file__).parent / "pxc" / "examples"
EXAMPLES = sorted(path for path in FOLDER.glob("*.yaml") if not path.name.endswith(".expected.yaml"))
OPERATORS = ("1.19.0", "1.20.0")


def rendered(path: Path, operator: str | None = None) -> tuple[str, list[dict[str, Any]]]:
    """The operator version and the objects of an example, made for an operator version if one is given."""
    documents, found = read_file(path, shape_for)
    assert [one_line(entry) for entry in found] == []
    if operator is not None:
        spec = documents[0].data["spec"]
        spec["operatorVersion"] = operator
        for versions in (spec.get("components") or {}).get("versions", {}).values():
            versions.pop("version", None)
        for instance in (spec.get("instances") or {}).values():
            instance.pop("version", None)
    plans, found = Workspace(Plugins(), documents).plan()
    assert [one_line(entry) for entry in found] == []
    return plans[0].resolved.spec["operatorVersion"], [item.manifest for item in plans[0].objects]


def test_there_are_examples() -> None:
    assert {path.stem for path in EXAMPLES} >= {"minimal", "proxysql", "backups", "mysql57", "pmm", "everything"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_renders_to_what_is_expected(path: Path) -> None:
    expected = list(yaml.safe_load_all(path.with_suffix(".expected.yaml").read_text()))

    assert rendered(path)[1] == expected


@pytest.mark.parametrize("operator", [None, *OPERATORS])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_passes_the_schema_of_each_operator_version(
    crds: Callable[[str], Crds], path: Path, operator: str | None
) -> None:
    version, objects = rendered(path, operator)

    assert [one_line(entry) for manifest in objects for entry in crds(version).check(manifest)] == []


def test_rendering_twice_gives_the_same() -> None:
    for path in EXAMPLES:
        assert yaml.safe_dump_all(rendered(path)[1]) == yaml.safe_dump_all(rendered(path)[1])
