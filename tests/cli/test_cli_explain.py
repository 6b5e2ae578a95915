"""`everest explain`: codes of findings as docs/findings.md has them."""

from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from click.testing import Result

from pulumi_everest.cli.output.explained_code import code_text
from pulumi_everest.model.codes import CODES
from pulumi_everest.reference.codes import explanations, notations

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
    assert "there is no code 'cluster.replica'; did you mean 'cluster.replicas'?" in result.stderr


def test_every_notation_of_an_example_is_in_the_table_of_the_page() -> None:
    known = notations()
    used = {block.notation for found in explanations().values() for block in (*found.example, *found.mended)}
    assert {notation for notation in used if " ".join(notation.split(" ")[:2]) not in known} == {
        "yaml Pulumi.yaml",
        "yaml adopt.yaml",
    }
