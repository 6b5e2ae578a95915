"""What the pages list is all there is."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
from pydantic.alias_generators import to_camel

import pulumi_everest
from pulumi_everest.core.changes.impact import GUARDS, Impact
from pulumi_everest.core.changes.policies import guards_of
from pulumi_everest.emit.templates.compile import WORDS
from pulumi_everest.emit.templates.template import variable_shapes
from pulumi_everest.expressions.functions import BUILT_IN
from pulumi_everest.model.definition import Component, DefinitionSpec, TopologyComponent, TopologyDefinition
from pulumi_everest.model.definition import VersionEntry as Version
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.plugins.find import builtin

DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def first_cells(text: str, heading: str) -> list[str]:
    """The first cell of each row of the tables under a heading."""
    section = re.split(rf"^#+ {heading}$", text, flags=re.MULTILINE)[1]
    section = re.split(r"^#", section, flags=re.MULTILINE)[0]
    return [row.split(" | ")[0].strip("| ") for row in section.splitlines() if row.startswith("| ")][1:]


def test_the_reference_has_every_public_name() -> None:
    described = re.findall(r"^\.\. auto\w+:: pulumi_everest\.(\w+)$", page("python"), re.MULTILINE)

    assert sorted(described) == sorted(pulumi_everest.__all__)


WITHOUT_FIELDS = {"ClusterError", "DatabaseCluster", "Provider", "raise_findings"}


@pytest.mark.parametrize("name", sorted({*pulumi_everest.__all__} - WITHOUT_FIELDS))
def test_every_field_has_a_text(name: str) -> None:
    """A field without one would be missing in the reference."""
    source = Path(str(sys.modules[getattr(pulumi_everest, name).__module__].__file__)).read_text(encoding="utf-8")
    [found] = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == name]
    following = zip(found.body, [*found.body[1:], None], strict=True)

    assert [ast.unparse(a) for a, b in following if isinstance(a, ast.AnnAssign) and not isinstance(b, ast.Expr)] == []


def test_the_page_of_changes_has_every_guard() -> None:
    own = [name for plugin in builtin() for name in guards_of(plugin.definition)]

    assert sorted(first_cells(page("changes"), "Guards")) == sorted(f"`{name}`" for name in {*GUARDS, *own})
    assert first_cells(page("changes"), "Changes and guards") == [str(impact) for impact in Impact]


def test_the_page_of_plugins_has_every_function() -> None:
    cells = " ".join(first_cells(page("plugins"), "Functions"))

    assert sorted(re.findall(r"`(\w+)\(", cells)) == sorted(function.name for function in BUILT_IN)


def test_the_page_of_plugins_has_every_directive_and_variable() -> None:
    directives = first_cells(page("plugins"), "Directives")
    variables = first_cells(page("plugins"), "The templates")

    assert {re.match(r"`([?\w]+)", cell)[1] for cell in directives} == {*WORDS, "?name"}  # type: ignore[index]
    assert {cell.strip("`") for cell in variables} == set(variable_shapes())


@pytest.mark.parametrize(
    "model", [PluginManifest, DefinitionSpec, TopologyDefinition, TopologyComponent, Component, Version]
)
def test_the_page_of_plugins_has_every_key(model: type) -> None:
    text = page("plugins")
    # What these are needs no words.
    without = {"title", "description", "maturity", "release", "type", "version", "image"}
    if model is DefinitionSpec:
        without |= {"uiSchema"}  # nothing reads it yet
    keys = {to_camel(name) for name in model.model_fields} - without  # type: ignore[attr-defined]

    assert sorted(key for key in keys if not re.search(rf"`{key}\b", text)) == []


def test_the_page_of_compatibility_has_every_dependency(root: Path) -> None:
    wanted = tomllib.loads((root / "pyproject.toml").read_text())["project"]["dependencies"]
    section = page("compatibility").split("## Dependencies")[1].split("##")[0]
    rows = re.findall(r"^\| ([\w-]+) \| `([^`]+)` \|$", section, re.MULTILINE)

    assert [name + versions for name, versions in rows] == wanted


@pytest.mark.parametrize("plugin", builtin(), ids=lambda plugin: plugin.name)
def test_the_page_of_compatibility_has_the_operator_versions_of_every_plugin(plugin: object) -> None:
    versions = ", ".join(plugin.manifest.operator.versions)  # type: ignore[attr-defined]

    assert re.search(rf"^\| [^|]*[Oo]perator[^|]* \| {re.escape(versions)} \|", page("compatibility"), re.MULTILINE)
