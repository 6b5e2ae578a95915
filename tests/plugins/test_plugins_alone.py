"""A built-in plugin is a folder of its own: it needs no Python, and nothing of another plugin."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pulumi_everest.model.findings import one_line
from pulumi_everest.plugins.check import check_plugin
from pulumi_everest.plugins.find import builtin
from pulumi_everest.plugins.load import load_plugin

FOLDERS = [plugin.folder for plugin in builtin()]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_there_is_no_python_in_its_folder(folder: Path) -> None:
    assert list(folder.rglob("*.py*")) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_nothing_is_missing_in_a_copy_of_its_folder_alone(folder: Path, tmp_path: Path) -> None:
    plugin, found = load_plugin(Path(shutil.copytree(folder, tmp_path / folder.name)))
    assert found == []
    assert plugin is not None
    assert [one_line(entry) for entry in check_plugin(plugin)] == []
