"""The conformance probe with the operator's schemas: everything that it emits passes them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.conformance import assert_conforms


def test_what_the_probe_emits_passes_the_operator_s_schemas(plugin: Plugin, shared: Path) -> None:
    crds = {version: shared / "crds" / "pxc" / version / "crd.yaml" for version in plugin.manifest.operator.versions}

    report = assert_conforms("pxc", crds=crds)

    probed = {(probe.operator, probe.topology) for probe in report.probes}
    assert probed == {(operator, topology) for operator in crds for topology in ("cluster", "proxysql")}


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
