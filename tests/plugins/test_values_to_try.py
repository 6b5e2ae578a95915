"""The values with which the conformance kit, and an adoption, try the fields of a technology: always the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from compared import BASES, snapshot
from expected import assert_expected, file_for

from pulumi_everest.core.definitions.samples import instance_values, spec_values
from pulumi_everest.model.findings import path_text


@pytest.mark.parametrize("base", ["sharded", "pg"])
def test_every_field_is_tried_with_values_that_are_expected(base: str) -> None:
    """But versions, of which each release of an operator brings others."""
    before, technology = snapshot(BASES[base])
    assert technology.manifest is not None
    topology, operator = before.topology, technology.manifest.operator.default
    assert isinstance(topology, str)
    tried = {topology: spec_values(technology, topology)}
    for name in technology.definition.topology_components(topology):
        tried[name] = instance_values(technology, name, operator)

    found = {
        part: [f"{path_text(path)}: {values}" for path, values in fields if path != ("version",)]
        for part, fields in tried.items()
    }
    assert_expected(file_for(Path(__file__)), base, found)
