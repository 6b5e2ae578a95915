"""The conformance probe finds lines that are missing in the templates, by the fields that then do nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.conformance import assert_conforms


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("serverHost: \"${spec.monitoring.serverUrl.split('/')[2]}\"", "monitoring.serverUrl"),
        ('?timeBetweenUploads: "${storage.pitr.?intervalSeconds}"', "backup.storages.pitr.intervalSeconds"),
        ("enabled: \"${reads != 'disabled'}\"", "instances.proxy.config.readService"),
    ],
)
def test_a_template_that_drops_a_field_fails_by_name(plugin: Plugin, tmp_path: Path, line: str, field: str) -> None:
    folder = tmp_path / "pxc"
    shutil.copytree(plugin.folder, folder)
    template = folder / "resources.yaml"
    text = template.read_text(encoding="utf-8")
    assert line in text
    template.write_text("\n".join(row for row in text.splitlines() if row.strip() != line), encoding="utf-8")

    with pytest.raises(AssertionError, match=rf"{field}: accepted without an effect"):
        assert_conforms(folder)
