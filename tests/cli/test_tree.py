"""The tree of `everest preview`: marks at what the user says, blocks that repeat, the summary, the legend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from pulumi_everest.cli.output.yaml_lines import yaml_lines

Run = Callable[..., Result]
BLOCK = {"a": 1, "b": 2, "c": [1, 2], "d": "x\n  y\n\nz\n"}


def texts(data: dict[str, Any], own: frozenset[Any] = frozenset()) -> list[str]:
    return [("* " if line.is_own else "  ") + line.text for line in yaml_lines(data, own)]


@pytest.mark.parametrize(
    ("data", "own", "expected"),
    [
        ({}, [], []),
        ({"a": 1, "b": {"c": 2}}, [("b", "c")], ["  a: 1", "  b:", "*   c: 2"]),
        ({"a": [{"b": 1}, {"b": 2}]}, [("a", 1, "b")], ["  a:", "  - b: 1", "* - b: 2"]),
        ({"a": "x\ny\n", "b": {}}, [("a",), ("b",)], ["* a: |", "*   x", "*   y", "* b: {}"]),
        ({"a": [], "b": 2}, [("a",)], ["* a: []", "  b: 2"]),
    ],
)
def test_lines_of_the_users_values_are_known(data: dict[str, Any], own: list[Any], expected: list[str]) -> None:
    assert texts(data, frozenset(own)) == expected


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"one": BLOCK, "two": BLOCK, "z": 1}, ["two:  # as one, 10 lines", "z: 1"]),
        ({"one": [BLOCK, BLOCK], "z": 1}, ["- # as one[0], 10 lines", "z: 1"]),
        ({"one": [[1, 2, 3, 4, 5]], "two": {"x": [1, 2, 3, 4, 5]}}, ["two:", "  x:  # as one[0], 5 lines"]),
        ({"one": {"a": 1}, "two": {"a": 1}}, ["two:", "  a: 1"]),
    ],
)
def test_a_long_block_that_is_there_already_is_said_once(data: dict[str, Any], said: list[str]) -> None:
    lines = [line.text for line in yaml_lines(data)]
    assert lines[-len(said) :] == said
    assert len(lines) < len(yaml.safe_dump(data).splitlines()) or "as" not in said[-1]


def test_blocks_that_differ_in_what_is_the_users_are_both_shown() -> None:
    data = {"one": BLOCK, "two": BLOCK}
    assert not [line for line in yaml_lines(data, frozenset({("two", "a")})) if "# as" in line.text]
    assert [line for line in yaml_lines(data, frozenset({("one", "a"), ("two", "a")})) if "# as" in line.text]


def test_a_preview_ends_with_a_summary_and_a_legend(here: Path, run: Run) -> None:
    lines = run("preview", "cluster.yaml").stdout.splitlines()
    assert lines[-2:] == [
        "1 object of 1 cluster",
        "• follows what you say; all other values are defaults, versions and templates of the plugin",
    ]
    assert [line for line in lines[:-1] if "•" in line] == [
        "   •     size: 3",
        "   •             storage: 10Gi",
    ]


def test_what_only_is_passed_on_has_no_legend(here: Path, run: Run) -> None:
    (here / "cluster.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")
    assert run("preview", "cluster.yaml").stdout.splitlines()[-1] == "1 object"


def test_what_a_program_says_is_marked_as_well(project: Callable[[str], Path], run: Run) -> None:
    project(
        "import pulumi\nimport pulumi_everest as everest\n"
        "size = pulumi.Output.from_input('7Gi')\n"
        "everest.DatabaseCluster('a', provider='pg-operator', instances={'engine': {'replicas': 2, 'storage': {'size': size}}})\n"
    )
    lines = run("preview").stdout.splitlines()
    assert {line.split("•")[1].strip() for line in lines[:-1] if "•" in line} == {"replicas: 2", "storage: 7Gi"}
