"""The conformance probe: every built-in plugin passes it, and a plugin that drops a field does not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from operator_crds import crd_file

from pulumi_everest.authoring.fields import write_fields
from pulumi_everest.core.check_job import JobKind, job_model
from pulumi_everest.core.definitions.samples import field_paths
from pulumi_everest.model.cluster import DatabaseClusterSpec, Instance
from pulumi_everest.plugins.find import builtin
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.testing.conformance import Probe, Report, assert_conforms, conformance_tests, probe
from pulumi_everest.testing.probes.capabilities import CAPABILITIES, capability_of
from tools import capabilities as capabilities_page

CHOSEN = ("provider", "operatorVersion", "components", "bundle", "preset")
"""Fields that are tried by no probe: they choose what others are."""
SHARED = Path(os.environ.get("EVEREST_SHARED", Path(__file__).parents[3] / "shared"))


def crds_where_there_are_some(plugin: str) -> dict[str, Path] | None:
    """The CRDs of each operator version, or None where the shared test data is not there (other tests say so)."""
    [versions] = [entry.manifest.operator.versions for entry in builtin() if entry.name == plugin]
    files = {version: crd_file(SHARED, plugin, version) for version in versions}
    return files if all(file.is_file() for file in files.values()) else None


Copied = Callable[[str], Path]


@pytest.fixture
def copied(tmp_path: Path) -> Copied:
    """Copies a built-in plugin, to be changed."""

    def copy(name: str) -> Path:
        [plugin] = [entry for entry in builtin() if entry.name == name]
        return Path(shutil.copytree(plugin.folder, tmp_path / name))

    return copy


REPORTS: dict[str, dict[tuple[str, str], Report]] = {plugin.name: {} for plugin in builtin()}
"""The reports of what ran, by operator version and topology."""


def built_in(name: str) -> Callable[..., None]:
    return conformance_tests(name, crds=crds_where_there_are_some(name), reports=REPORTS[name])


test_psmdb = built_in("psmdb")
test_pxc = built_in("pxc")
test_pg = built_in("pg")
test_valkey = built_in("valkey")
test_cnpg = built_in("cnpg")
test_clickhouse = built_in("clickhouse")


def test_every_built_in_plugin_is_tested() -> None:
    assert [name for name in REPORTS if f"test_{name}" not in globals()] == []


def test_the_page_of_capabilities_is_what_the_kit_proves() -> None:
    probes: dict[str, list[Probe]] = {}
    for plugin in builtin():
        operator = plugin.manifest.operator.default
        reports = {case: report for case, report in REPORTS[plugin.name].items() if case[0] == operator}
        if len(reports) < len(plugin.definition.spec.topologies):
            reports = {("", ""): probe(plugin, operators=[operator])}
        probes[plugin.name] = [one for report in reports.values() for one in report.probes]

    assert capabilities_page.page(probes) == capabilities_page.PAGE.read_text(), "run: make capabilities"


def test_every_field_belongs_to_a_capability() -> None:
    paths = [".".join(path) for path, _ in field_paths(DatabaseClusterSpec) if path[0] not in CHOSEN]
    paths += [f"instances.engine.{'.'.join(path)}" for path, _ in field_paths(Instance)]
    for kind in ("backup", "restore"):
        paths += [f"{kind}: {'.'.join(path)}" for path, _ in field_paths(job_model(kind))]
    named = [capability_of(path) for path in paths if path not in ("topology.type", "instances")]
    assert {*named} == {*CAPABILITIES}


@pytest.mark.parametrize(
    ("plugin", "line", "field"),
    [
        ("psmdb", '?pause: "${spec.?paused}"', "paused"),
        (
            "pxc",
            '?timeBetweenUploads: "${storage.pitr.?intervalSeconds}"',
            "backup.storages.pitr.intervalSeconds",
        ),
        ("pxc", "enabled: \"${reads != 'disabled'}\"", "instances.proxy.config.readService"),
    ],
)
def test_a_template_that_drops_a_field_fails_by_name(copied: Copied, plugin: str, line: str, field: str) -> None:
    folder = copied(plugin)
    whole, _ = load_plugin(folder)
    assert whole is not None
    write_fields(whole)  # of a plugin that lists no fields this one would be refused
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


def test_a_template_that_fails_for_every_cluster_is_not_taken_for_one_that_refuses(copied: Copied) -> None:
    folder = copied("psmdb")
    template = folder / "resources.yaml"
    broken = template.read_text(encoding="utf-8").replace('crVersion: "${operator}"', "crVersion: \"${quantity('x')}\"")
    assert broken != template.read_text(encoding="utf-8")
    template.write_text(broken, encoding="utf-8")
    with pytest.raises(AssertionError, match=r"without it: emit\.template"):
        assert_conforms(folder)


def test_defaults_that_only_the_user_may_choose_are_refused(copied: Copied) -> None:
    folder = copied("psmdb")
    (folder / "presets" / "odd.yaml").write_text("topology: {config: {shards: 3}}\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="'topology' is the user's choice"):
        assert_conforms(folder)


@pytest.mark.parametrize("kind", get_args(JobKind))
def test_fields_of_every_kind_of_job_belong_to_a_capability(kind: str) -> None:
    assert capability_of(f"{kind}: overrides") in CAPABILITIES
