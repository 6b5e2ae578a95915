"""What a plugin says that its operator's definition fills in is what the definition fills in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from operator_crds import definitions_in

from pulumi_everest.core.exact import leaves
from pulumi_everest.live.defaults import with_defaults
from pulumi_everest.model.findings import path_text
from pulumi_everest.plugins.find import builtin
from pulumi_everest.plugins.plugin import Plugin

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def schemas(file: Path) -> dict[tuple[str, str], Any]:
    found = {}
    for definition in definitions_in(file):
        if definition and definition["kind"] == "CustomResourceDefinition":
            spec = definition["spec"]
            for version in spec["versions"]:
                key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
                found[key] = version["schema"]["openAPIV3Schema"]
    return found


def main_objects(plugin: Plugin) -> list[dict[str, Any]]:
    """The main objects of the plugin's examples: they use what there is."""
    files = sorted((plugin.folder / "examples").glob("*.expected.yaml"))
    objects = [entry for file in files for entry in yaml.load_all(file.read_text(), LOADER) if entry]
    plural = plugin.manifest.operator.crds[0].partition(".")[0]
    return [entry for entry in objects if f"{entry['kind'].lower()}s" == plural]


@pytest.mark.parametrize("plugin", builtin(), ids=lambda plugin: plugin.name)
def test_the_declared_defaults_are_those_of_the_definitions(plugin: Plugin, crd_of: Callable[[str, str], Path]) -> None:
    filled: dict[str, Any] = {}
    for operator in plugin.manifest.operator.versions:
        known = schemas(crd_of(plugin.name, operator))
        for made in main_objects(plugin):
            schema = known[made["apiVersion"], made["kind"]]
            said = leaves(made)
            for path, value in leaves(with_defaults(schema, made)).items():
                # What stands inside a list is said or filled in with its item.
                if path not in said and path[0] != "status" and not any(isinstance(step, int) for step in path):
                    filled[path_text(path)] = value
    assert filled == plugin.manifest.server_defaults
