"""`everest explain` and `everest list`: codes as docs/findings.md has them, technologies as editors know them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from pulumi_everest.cli.output.explain.codes import code_text
from pulumi_everest.cli.output.explain.technologies import field_text
from pulumi_everest.core.definitions.cluster_fields import Tree
from pulumi_everest.model.codes import CODES
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.reference.codes import explanations, notations
from pulumi_everest.workspace.workspace import Workspace

Run = Callable[..., Result]


def test_a_code_is_explained_with_an_example_and_that_mended(run: Run) -> None:
    assert run("explain", "cluster.replicas").stdout == (
        "cluster.replicas: error\n"
        "The number of replicas is outside what the topology allows.\n"
        "\n"
        "Mend it: take one of the numbers allowed.\n"
        "\n"
        "Example\n"
        "  # the spec of a DatabaseCluster called orders\n"
        "  instances: {engine: {replicas: 5}}\n"
        "\n"
        "  spec.instances.engine.replicas: 5 replicas are not possible in topology 'single': it takes at most 3 "
        "(allowed: 1, 2, 3) [cluster.replicas]\n"
        "\n"
        "Mended\n"
        "  # the spec of a DatabaseCluster called orders\n"
        "  instances: {engine: {replicas: 3}}\n"
    )


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_all_parts_and_no_mark_up(code: str) -> None:
    found, text = explanations()[code], click.unstyle(code_text(code))
    assert found.mend
    assert found.given or code == "plugin.no-example"
    assert found.found in text.replace("\n  ", "\n").replace("  ", "") or found.found.splitlines()[0] in text
    assert "```" not in text
    assert "](" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("typed", ["[field.unknown]", "field.unknown."])
def test_a_code_may_be_copied_as_it_stands_in_a_message(run: Run, typed: str) -> None:
    assert run("explain", typed).stdout == run("explain", "field.unknown").stdout


def test_a_group_lists_its_codes(run: Run) -> None:
    lines = run("explain", "lock").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [code for code in CODES if code.startswith("lock.")]
    assert lines[0].endswith(CODES["lock.file"].meaning)


def test_a_code_that_does_not_exist_is_wrong_use_with_the_nearest(run: Run) -> None:
    result = run("explain", "cluster.replica")
    assert result.exit_code == 2
    assert "there is no code and no Provider 'cluster.replica'; did you mean 'cluster.replicas'?" in result.stderr


# Technologies


def test_technologies_are_listed_with_what_a_cluster_gets(run: Run) -> None:
    lines = run("list").stdout.splitlines()
    assert lines[0].split() == ["PROVIDER", "TECHNOLOGY", "OPERATOR", "TOPOLOGIES", "PRESETS"]
    [mysql] = [line for line in lines if line.startswith("pxc-operator ")]
    assert "percona-xtradb-cluster-operator 1.20.0" in mysql
    assert "cluster*, proxysql" in mysql
    assert mysql.endswith("small, medium, large")
    codes = run("list", "codes").stdout.splitlines()
    assert [line.split()[0] for line in codes] == list(CODES)


def test_a_provider_is_explained_as_a_whole(run: Run) -> None:
    text = run("explain", "psmdb-operator").stdout
    assert text.startswith("psmdb-operator: Percona Server for MongoDB\n")
    assert "  standard (default): engine, [arbiter], " in text
    assert "  engine (mongod): 8.0.19-7 (default), 8.0.17-6, " in text
    assert "\n  preset           text     " in text
    example = text.splitlines()[-1].removeprefix("More: everest explain ")
    assert run("explain", example).exit_code == 0


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("pxc-operator.instances.proxy.type", ["in: cluster", "default: haproxy", "allowed: haproxy, proxysql"]),
        ("psmdb-operator.instances.engine.replicas", ["integer", "default: 3"]),
        ("psmdb-operator.spec.instances.engine.replicas", ["integer", "default: 3"]),
        ("psmdb-operator.instances.configServer.storage.size", ["in: sharded", "default: 3Gi"]),
        ("psmdb-operator.topology.type", ["default: standard", "allowed: standard, sharded"]),
        ("psmdb-operator.topology.config", ["in: sharded", "shards  integer", "default 2"]),
        ("psmdb-operator.backup.storages[].schedules", ["list of object", "retention", "needed"]),
        (
            "psmdb-operator.instances.engine.version",
            ["7.0.30-16: may go to 8.0.19-7, ", "8.0.19-7 (default): goes to no"],
        ),
        ("psmdb-operator.components.versions.mongod.version", ["6.0.27-21: may go to 7.0.30-16, "]),
        ("pg-operator.preset", ["small\n  instances:", "large\n  instances:"]),
        ("pg-operator.operatorVersion", ["default: 3.0.0", "allowed: 2.9.0, 3.0.0"]),
    ],
)
def test_a_field_is_explained_by_its_path(run: Run, path: str, said: list[str]) -> None:
    result = run("explain", path)
    assert result.exit_code == 0, result.output
    for text in said:
        assert text in result.stdout


@pytest.mark.parametrize("provider", ["psmdb-operator", "pxc-operator", "pg-operator"])
def test_every_field_of_a_technology_can_be_explained(provider: str) -> None:
    setup, _ = Workspace(Plugins()).setup(provider)
    assert setup is not None
    tree, count = Tree(setup.technology), 0
    waiting = tree.children(tree.root)
    while waiting:
        found = waiting.pop()
        text = click.unstyle(field_text(setup.technology, {}, tree, found))
        assert text.startswith(f"{provider}.{'.'.join(found.names)}: ")
        waiting += tree.children(found) if len(found.names) < 6 else []
        count += 1
    assert count > 150


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("psmdb-operator.instances.engin", "'psmdb-operator.instances' has no field 'engin'; did you mean 'engine'? (engine, "),
        ("psmdb-operator.preset.small", "'psmdb-operator.preset' has no field 'small'"),
        ("psmdb-operatr", "no Provider 'psmdb-operatr'; did you mean 'psmdb-operator'?"),
        ("psmdb-operatr.instances", "did you mean 'psmdb-operator'?"),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_wrong_use_with_what_there_is(run: Run, what: str, said: str) -> None:
    result = run("explain", what)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_plugin_of_ones_own_is_listed_and_explained(run: Run, root: Path) -> None:
    plugin = ["--plugin", root / "examples" / "plugin-cache" / "cache"]
    provider = next(line.split()[0] for line in run("list", *plugin).stdout.splitlines() if "cache" in line)
    assert run("explain", provider, *plugin).stdout.startswith(f"{provider}: ")


def test_every_notation_of_an_example_is_in_the_table_of_the_page() -> None:
    known = notations()
    used = {block.notation for found in explanations().values() for block in (*found.example, *found.mended)}
    assert {notation for notation in used if " ".join(notation.split(" ")[:2]) not in known} == {
        "yaml Pulumi.yaml",
        "yaml adopt.yaml",
    }


def test_of_no_object_nothing_is_explained(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "provider.yaml"
    head = "apiVersion: everest.percona.com/v2alpha1\nkind: Provider\nmetadata: {name: mine}\n"
    file.write_text(f"{head}spec: {{databaseClusterDefinition: psmdb-operator}}\n")
    result = run("render", str(file), "--explain")
    assert (result.exit_code, result.stdout) == (0, "")
