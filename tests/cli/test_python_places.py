"""Findings of programs point at the argument that they are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result

from pulumi_everest.model.findings import Place, finding
from pulumi_everest.review.inputs.programs.python_places import placed
from pulumi_everest.review.inputs.sources import Sources

PROGRAM = """\
import pulumi_everest as everest

name, sizes = "orders", {"size": "1Gi"}
cluster = everest.DatabaseCluster(
    name, provider="psmdb-operator",
    topology={"type": "sharded", "config": dict(shards=2)},
    instances={
        "engine": {"storage": sizes, "replicas": 3},  # ü
        "ü": {"storage": everest.StorageArgs(storage_class="x")},
    },
    backup={"storages": [{"name": "a"}, {"name": "b"}]}, **{},
)
other = everest.DatabaseCluster("other", {"provider": "nope"}); third = everest.Provider("x", args(plugin="y"))
"""


def pointed_at(text: str, line: int, path: tuple[str | int, ...], *, of_value: bool = False) -> tuple[int, int] | None:
    """Line and column of what a finding at a path is placed at, whose call begins on a line."""
    entry = replace(finding("field.unknown", path, "wrong"), of_key=not of_value, place=Place("__main__.py", line))
    place = placed(entry, Sources({"__main__.py": text})).place
    assert place is not None
    return (place.line, place.column) if place.line is not None and place.column is not None else None


@pytest.mark.parametrize(
    ("line", "path", "name", "value"),
    [
        (4, ("provider",), (5, 11), (5, 20)),
        (4, ("topology", "type"), (6, 15), (6, 23)),
        (4, ("topology", "config", "shards"), (6, 49), (6, 56)),
        (4, ("instances", "engine", "replicas"), (8, 38), (8, 50)),
        (4, ("instances", "engine", "storage", "size"), (8, 20), (8, 20)),
        (4, ("instances", "engine", "version"), (8, 9), (8, 9)),
        (4, ("instances", "ü", "storage", "storageClass"), (9, 46), (9, 60)),
        (4, ("backup", "storages", 1, "name"), (11, 42), (11, 50)),
        (4, ("backup", "storages", 7), (11, 13), (11, 13)),
        (4, ("monitoring",), None, None),
        (5, ("provider",), None, None),
        (13, ("provider",), (13, 43), (13, 55)),
        (13, ("plugin",), (13, 100), (13, 107)),
        (99, ("provider",), None, None),
        (4, (), None, None),
    ],
)
def test_an_argument_is_found_in_the_call(
    line: int, path: tuple[str | int, ...], name: tuple[int, int] | None, value: tuple[int, int] | None
) -> None:
    assert pointed_at(PROGRAM, line, path) == name
    assert pointed_at(PROGRAM, line, path, of_value=True) == value


@pytest.mark.parametrize("text", ["def", "a\0b", "(" * 10_000, ""])
def test_what_is_no_python_has_no_arguments(text: str) -> None:
    assert pointed_at(text, 1, ("a",)) is None


def test_an_excerpt_of_a_program_shows_the_argument(here: Path, run: Callable[..., Result]) -> None:
    (here / "Pulumi.yaml").write_text("name: a\nruntime: python\n")
    (here / "__main__.py").write_text(
        "import pulumi_everest as everest\n\neverest.DatabaseCluster(\n"
        '    "orders", provider="psmdb-operator", topology={"type": "shraded"},\n'
        '    instances={"engine": {"replicas": 3}, "prxy": {"replicas": 2}},\n)\n'
    )
    result = run("validate", ".")
    assert (
        "__main__.py:4:60: error: definition 'psmdb-operator' has no topology 'shraded' [cluster.unknown-topology]\n"
        '    4 |     "orders", provider="psmdb-operator", topology={"type": "shraded"},\n'
        "      |                                                            ^^^^^^^^^\n"
    ) in result.stdout
    (here / "__main__.py").write_text((here / "__main__.py").read_text().replace("shraded", "sharded"))
    result = run("validate", ".")
    assert (
        "__main__.py:5:43: error: definition 'psmdb-operator' has no component 'prxy' [cluster.unknown-component]\n"
        '    5 |     instances={"engine": {"replicas": 3}, "prxy": {"replicas": 2}},\n'
        "      |                                           ^^^^^^\n"
    ) in result.stdout


def test_arguments_are_found_in_a_call_with_many(tmp_path: Path) -> None:
    labels = ", ".join(f'"k{n}": "v"' for n in range(100))
    text = f"Cluster(\n    'a', labels={{{labels}}}, list=[{', '.join('1' * 100)}])\n"
    for n in (99, 0, 50):
        place = pointed_at(text, 1, ("labels", f"k{n}"))
        assert place is not None
        assert text.split("\n")[1][place[1] - 1 :].startswith(f'"k{n}"')
    at = [pointed_at(text, 1, ("list", n)) for n in (0, 99)]
    assert at[0] is not None
    assert at[1] is not None
    assert at[1][1] - at[0][1] == 99 * 3
