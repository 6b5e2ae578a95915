"""What the conformance kit says of a plugin whose operator has kinds and wishes of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pulumi_everest.authoring.conformity import failures, probed
from pulumi_everest.cli.main import everest
from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.findings import Finding
from pulumi_everest.plugins.check import check_plugin
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.conformance import Report
from pulumi_everest.testing.probes.bases import bases_of
from pulumi_everest.testing.probes.capabilities import capabilities
from pulumi_everest.testing.probes.outcomes import Probe
from pulumi_everest.testing.probes.report import probes_of

EXAMPLE = Path(__file__).parents[2] / "examples/plugin-strata"
Edited = Callable[..., Plugin]
WANTS_SHARDS = ("definition.yaml", "            default: 2\n", "        required: [shards]\n")
"""A topology that says nothing of a setting, so that every cluster has to."""


@pytest.fixture
def strata(tmp_path: Path) -> Edited:
    """Makes a copy of the example plugin with other texts in it; without its examples if that is asked for."""

    def edit(*edits: tuple[str, str, str], examples: bool = True) -> Plugin:
        folder = tmp_path / "strata"
        ignored = shutil.ignore_patterns() if examples else shutil.ignore_patterns("examples")
        shutil.copytree(EXAMPLE / "strata", folder, ignore=ignored)
        for name, old, new in edits:
            text = (folder / name).read_text()
            assert old in text, (name, old)
            (folder / name).write_text(text.replace(old, new, 1))
        plugin, found = load_plugin(folder)
        assert plugin is not None, found
        assert check_plugin(plugin) == []
        return plugin

    return edit


def found_in(plugin: Plugin, topology: str, *bases: Any, crds: bool = True) -> list[Finding]:
    """What the kit finds in one topology."""
    schemas = Crds.load([EXAMPLE / "crds.yaml"]) if crds else None
    probes = list(probes_of(plugin, ("1.2.0", topology), schemas, {}, bases_of(plugin, bases)))
    return failures(plugin, Report(plugin.name, probes))


def line_of(plugin: Plugin, name: str, text: str) -> int:
    content = (plugin.folder / name).read_text()
    return 1 + content[: content.index(text)].count("\n")


# Bases


def test_a_storage_needs_no_effect_of_its_own_where_its_schedules_are_objects(strata: Edited) -> None:
    assert found_in(strata(examples=False), "single") == []


def test_a_cluster_that_wants_more_than_its_topology_is_made_of_an_example(strata: Edited) -> None:
    assert found_in(strata(WANTS_SHARDS), "sharded") == []


def test_a_topology_of_which_no_cluster_is_accepted_is_one_finding_that_says_what_to_do(strata: Edited) -> None:
    plugin = strata(WANTS_SHARDS, examples=False)

    (found, *others) = found_in(plugin, "sharded")

    assert "no cluster of the topology is accepted" in found.message
    assert "name a cluster that is, in the folder examples or with bases=" in found.message
    assert all("no cluster is accepted that a job could be about" in other.message for other in others)
    assert len(others) <= 1


@pytest.mark.parametrize("form", ["spec", "document", "file", "folder"])
def test_the_author_s_own_bases_are_tried_too(form: str, strata: Edited, tmp_path: Path) -> None:
    spec = {"provider": "strata-operator", "topology": {"type": "sharded", "config": {"shards": 3}}}
    document = {"apiVersion": "everest.percona.com/v2alpha1", "kind": "DatabaseCluster", "metadata": {"name": "a"}}
    (tmp_path / "own").mkdir()
    (tmp_path / "own/cluster.yaml").write_text(json.dumps({**document, "spec": spec}))
    bases = {"spec": spec, "document": {**document, "spec": spec}, "file": tmp_path / "own/cluster.yaml"}
    assert (
        found_in(strata(WANTS_SHARDS, examples=False), "sharded", bases.get(form, tmp_path / "own"), crds=False) == []
    )


def test_bases_that_cannot_be_read_are_an_error(strata: Edited, tmp_path: Path) -> None:
    result = CliRunner().invoke(everest, ["plugin", "test", str(strata().folder), "--bases", str(tmp_path / "no.yaml")])
    assert result.exit_code == 1
    assert "no.yaml" in result.output


ONLY_WITH_READERS = (
    "resources.yaml", '        ?service: "${engine.?expose.?type}"\n',
    "        service: {when: \"${has(types.reader) && has(engine.expose)}\", do: \"${engine.?expose.?type}\"}\n",
)  # fmt: skip


def test_a_setting_of_a_component_that_does_something_in_an_example_only_is_found(strata: Edited) -> None:
    (found,) = found_in(strata(ONLY_WITH_READERS), "sharded")
    assert (found.path, found.message[:26]) == (("instances", "engine", "expose", "type"), "accepted without an effect")


def test_a_setting_is_not_found_where_the_author_has_chosen_the_cluster(strata: Edited) -> None:
    spec = {"topology": {"type": "sharded"}, "instances": {"reader": {}}}
    assert found_in(strata(ONLY_WITH_READERS), "sharded", spec) == []


# Causes


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        ("resources.yaml", '        image: "${engine.image}"', '        imge: "${engine.image}"', "imge:"),
        ("resources.yaml", 'cron: "${schedule.cron}"', "cron: 5", "cron: 5"),
        ("backup.yaml", 'name: "${storage.name}"\n', 'nmae: "${storage.name}"\n', "nmae:"),
    ],
)
def test_what_a_schema_refuses_is_said_once_at_the_template_s_line(
    file: str, old: str, new: str, line: str, strata: Edited
) -> None:
    plugin = strata((file, old, new))

    found = found_in(plugin, "single")

    assert len(found) == 1, found
    assert found[0].place is not None
    assert (found[0].place.file, found[0].place.line) == (str(plugin.folder / file), line_of(plugin, file, line))
    assert found[0].place.column is not None


def test_a_template_that_fails_is_said_once_at_its_line(strata: Edited) -> None:
    plugin = strata(("resources.yaml", 'replicas: "${engine.replicas}"', "replicas: \"${quantity('x')}\""))
    (found, *_) = found_in(plugin, "single")
    assert found.place is not None
    assert found.place.line == line_of(plugin, "resources.yaml", "${quantity('x')}")


def test_check_says_what_a_schema_refuses_at_the_template_s_line_too(strata: Edited) -> None:
    plugin = strata(("resources.yaml", "members:", "membres:"))
    arguments = ["plugin", "check", str(plugin.folder), "--crds", str(EXAMPLE / "crds.yaml"), "--format", "json"]

    found = json.loads(CliRunner().invoke(everest, arguments).output)

    line = line_of(plugin, "resources.yaml", "membres:")
    said = [(entry["message"].partition(",")[0], entry["line"]) for entry in found]
    assert ("there is no field 'membres' in the operator's schema", line) in said
    # What is missing is said besides, and what looks for it elsewhere.
    lines = (plugin.folder / "workloads.yaml").read_text().splitlines()
    asked = next(number for number, one in enumerate(lines, 1) if "one.spec.members" in one)
    assert ("${int(one.spec.members)}: there is no 'one.spec.members'; did you mean 'membres'?", asked) in said
    assert len(said) == 3


# What programs give


def test_values_of_which_no_secret_is_made_are_found(strata: Edited) -> None:
    plugin = strata(("resources.yaml", 'stringData: "${secrets.users}"', 'stringData: {WRITER_PASSWORD: "x"}'))
    (found,) = found_in(plugin, "single")
    assert "no Secret has the value that is given for 'WRITER_PASSWORD', 'READER_PASSWORD'" in found.message


def test_a_secret_that_is_made_and_not_named_is_found(strata: Edited) -> None:
    plugin = strata(("resources.yaml", '        users: "${users}"', '        ?users: "${spec.?usersSecret}"'))
    (found,) = found_in(plugin, "single")
    assert "is not named in Strata at spec.users, where a user's is" in found.message


# Capabilities


def test_a_plugin_has_a_table_of_what_it_can_do() -> None:
    arguments = ["plugin", "test", str(EXAMPLE / "strata"), "--crds", str(EXAMPLE / "crds.yaml"), "--format", "json"]

    data = json.loads(CliRunner().invoke(everest, arguments).output)

    (plugin,) = data["plugins"]
    states = {row["name"]: row["state"] for row in plugin["capabilities"]}
    assert {name for name, state in states.items() if state == "refused"} == {
        "data-source", "disruptions", "monitoring", "scheduling",
    }  # fmt: skip
    assert {*states.values()} == {"refused", "proved"}
    (scaling,) = [row for row in plugin["capabilities"] if row["name"] == "scaling"]
    assert scaling["topologies"] == {"single": "refused", "sharded": "proved"}
    assert scaling["fields"]["instances.reader.replicas"] == "effect"
    assert data["findings"] == []


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        (["effect", "refused"], "proved"),
        (["refused"], "refused"),
        (["only value", "refused"], "untested"),
        (["effect", "idle"], "failed"),
        (["effect", "an object is refused"], "failed"),
        (["unprobed"], "untested"),
        (["no value", "refused"], "untested"),
        ([], "refused"),
    ],
)
def test_a_capability_is_what_its_fields_come_to(outcomes: list[str], state: str) -> None:
    from pulumi_everest.testing.probes.outcomes import FINE, Cause

    kinds = ("idle", "unprobed", "no value")
    causes = [
        None if outcome in FINE else Cause(outcome, kind=outcome if outcome in kinds else "") for outcome in outcomes
    ]
    probes = [Probe("1", "a", "paused", *told) for told in zip(outcomes, [[] for _ in outcomes], causes, strict=True)]
    (row,) = [row for row in capabilities(probes) if row.name == "pause"]
    assert row.state == state


def test_a_plugin_without_fields_is_not_taken_for_a_good_one() -> None:
    plugin, _ = load_plugin(EXAMPLE / "strata")
    assert plugin is not None
    assert [found.message for found in failures(plugin, Report("strata"))] == [
        "nothing was probed: the plugin honours no field"
    ]


def test_progress_is_told_by_operator_and_topology() -> None:
    plugin, _ = load_plugin(EXAMPLE / "strata")
    assert plugin is not None
    said: list[str] = []
    report = probed(plugin, None, said.append)
    assert [line.partition(":")[0] for line in said] == [
        "operator 1.2.0, topology single",
        "operator 1.2.0, topology sharded",
    ]
    assert report.failures == []
