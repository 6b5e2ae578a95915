"""The conformance probe: every built-in plugin passes it, and a plugin that drops a field does not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_everest.plugins.find import builtin
from pulumi_everest.testing.conformance import assert_conforms


@pytest.mark.parametrize("plugin", [plugin.name for plugin in builtin()])
def test_no_field_of_a_built_in_plugin_is_accepted_without_an_effect(plugin: str) -> None:
    report = assert_conforms(plugin)
    assert len(report.probes) > 100


@pytest.mark.parametrize("plugin", [plugin.name for plugin in builtin()])
def test_what_the_probe_emits_passes_the_operator_s_schemas(plugin: str, crd_of: Callable[[str, str], Path]) -> None:
    [versions] = [entry.manifest.operator.versions for entry in builtin() if entry.name == plugin]
    assert_conforms(plugin, crds={version: crd_of(plugin, version) for version in versions})


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('?imagePullPolicy: "${spec.?images.?pullPolicy}"', "images.pullPolicy"),
        ('?storageClassName: "${instance.storage.?storageClass}"', "instances.engine.storage.storageClass"),
    ],
)
def test_a_plugin_that_drops_a_field_fails_by_name(tmp_path: Path, line: str, field: str) -> None:
    folder = tmp_path / "psmdb"
    shutil.copytree(builtin()[[p.name for p in builtin()].index("psmdb")].folder, folder)
    template = folder / "resources.yaml"
    text = template.read_text(encoding="utf-8")
    assert line in text
    template.write_text("\n".join(row for row in text.splitlines() if row.strip() != line), encoding="utf-8")
    with pytest.raises(AssertionError, match=rf"{field}: accepted without an effect"):
        assert_conforms(folder)


def test_a_folder_that_is_no_plugin_fails_with_its_findings(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"it has no plugin\.yaml"):
        assert_conforms(tmp_path)
    with pytest.raises(AssertionError, match="there is no plugin 'mongo'"):
        assert_conforms("mongo")


def test_a_template_that_fails_for_every_cluster_is_not_taken_for_one_that_refuses(tmp_path: Path) -> None:
    folder = tmp_path / "psmdb"
    shutil.copytree(builtin()[[p.name for p in builtin()].index("psmdb")].folder, folder)
    template = folder / "resources.yaml"
    broken = template.read_text(encoding="utf-8").replace('crVersion: "${operator}"', "crVersion: \"${quantity('x')}\"")
    assert broken != template.read_text(encoding="utf-8")
    template.write_text(broken, encoding="utf-8")
    with pytest.raises(AssertionError, match=r"without it: emit\.template"):
        assert_conforms(folder)


def test_defaults_that_only_the_user_may_choose_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "psmdb"
    shutil.copytree(builtin()[[p.name for p in builtin()].index("psmdb")].folder, folder)
    (folder / "presets" / "odd.yaml").write_text("topology: {config: {shards: 3}}\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="'topology' is the user's choice"):
        assert_conforms(folder)
