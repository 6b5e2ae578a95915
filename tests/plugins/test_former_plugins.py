"""Plugins in the language of former releases: they load without a word, and their examples become what they became.

The folders are copies of plugins as they were: with all fields listed, and without mixins, usual rules and changes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_everest.authoring.check import check
from pulumi_everest.authoring.examples import compared
from pulumi_everest.plugins.load import load_plugin

RELEASES = Path(__file__).parents[1] / "releases"
FORMER = sorted(file.parent for file in RELEASES.glob("*/*/plugin.yaml"))


def test_there_are_some() -> None:
    assert {folder.name for folder in FORMER} >= {"psmdb", "valkey"}


@pytest.mark.parametrize("folder", FORMER, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_it_loads_and_makes_of_its_examples_what_it_made(folder: Path) -> None:
    plugin, found = load_plugin(folder)
    assert found == []
    assert plugin is not None

    checked = check(plugin)

    assert [str(entry) for entry in checked.findings] == []
    assert len(checked.examples) >= 1
    assert [str(entry) for example in checked.examples for entry in compared(example)] == []
