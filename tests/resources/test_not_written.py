"""`ignore_changes` names the fields that are not written any more, so that nobody takes them for changed."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from mocked_run import run

import pulumi_everest as everest
from pulumi_everest.resources.candidates.not_written import not_written

MAIN: dict[str, Any] = {
    "kind": "Toy",
    "metadata": {"name": "orders"},
    "spec": {"size": 3, "sizes": 4, "sets": [{"name": "a", "size": 5}], "map": {"a.b": 1}},
}


@pytest.mark.parametrize(
    ("paths", "named"),
    [
        (["spec.size"], "spec.size"),
        (["spec.sets[0].size"], "spec.sets[0].size"),
        (["spec.sets[*].size"], "spec.sets[0].size"),
        (["spec.sets"], "spec.sets[0].name, spec.sets[0].size"),
        (['spec["size"]', "spec.sizes"], "spec.size, spec.sizes"),
        (["spec.*"], 'spec.size, spec.sizes, spec.sets[0].name, spec.sets[0].size, spec.map["a.b"]'),
    ],
)
def test_a_path_names_the_fields_that_it_covers(paths: list[str], named: str) -> None:
    [found] = not_written(MAIN, paths, "DatabaseCluster orders")
    assert f"what the program says of {named}:" in found.message


@pytest.mark.parametrize("paths", [[], ["spec.other"], ["metadata.labels"], ["spec.sets[1]"]])
def test_a_path_that_covers_nothing_of_what_the_program_says_is_no_finding(paths: list[str]) -> None:
    assert not_written(MAIN, paths, "DatabaseCluster orders") == []


def test_a_program_is_warned_at_the_resource() -> None:
    def program() -> None:
        options = pulumi.ResourceOptions(ignore_changes=["spec.engine"])
        everest.DatabaseCluster("orders", provider="toydb-operator", opts=options)

    assert any(
        "ignore_changes keeps the ToyDB from what the program says of spec.engine" in text for text in run(program).log
    )
