"""The plugin that docs/plugins.md makes: it is whole, renders, and forgets no field."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.findings import one_line
from pulumi_everest.model.source.documents import read_file
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.testing.conformance import assert_conforms
from pulumi_everest.workspace.workspace import Plan, Workspace, shape_for

EXAMPLE = Path(__file__).parents[2] / "examples" / "plugin-cache"
PLUGIN = EXAMPLE / "cache"


def planned(**changes: object) -> Plan:
    documents, found = read_file(EXAMPLE / "cluster.yaml", shape_for)
    documents[0].data["spec"] |= changes
    workspace = Workspace(Plugins([PLUGIN]), documents)
    planned = workspace.plan()
    assert [one_line(entry) for entry in [*found, *planned.findings]] == []
    return planned.clusters[0]


def test_the_plugin_has_no_findings() -> None:
    plugins = Plugins([PLUGIN])

    assert [*plugins.levels[0].by_name] == ["cache"]
    assert [one_line(entry) for entry in plugins.findings] == []


def test_a_cluster_becomes_one_object_of_the_operator() -> None:
    [main] = [entry.manifest for entry in planned().objects]

    assert (main["apiVersion"], main["kind"]) == ("valkey.io/v1alpha1", "ValkeyCluster")
    assert (main["spec"]["shards"], main["spec"]["replicas"]) == (3, 1)


@pytest.mark.parametrize("preset", ["small", "large"])
def test_a_preset_gives_sizes(preset: str) -> None:
    plan = planned(preset=preset, instances={})

    assert "memory" in plan.objects[0].manifest["spec"]["resources"]["requests"]


FIELDS = [
    "instances.engine.storage.storageClass",
    "instances.engine.engineConfig",
    "instances.engine.scheduling.affinity",
    "instances.exporter.resources.limits.cpu",
    "topology.config.shards",
    "images.pullSecrets",
]


def test_each_field_of_the_plugin_has_an_effect() -> None:
    report = assert_conforms(PLUGIN)

    outcomes = {probe.path: probe.outcome for probe in report.probes}
    assert {path: outcomes[path] for path in FIELDS} == dict.fromkeys(FIELDS, "effect")


def test_what_the_plugin_emits_passes_the_operator_s_schema(shared: Path) -> None:
    folder = shared / "crds" / "valkey-io" / "0.5.0"

    assert_conforms(PLUGIN, crds=folder)
    assert [one_line(e) for e in Crds.load([folder]).check(planned().objects[0].manifest)] == []
