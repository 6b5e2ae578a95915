"""The fields of clusters of a technology, as people are told of them: what each takes, and has if nothing is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from compared import BASES, snapshot
from expected import assert_expected, file_for
from toy_definition import toy_definition

from pulumi_everest.core.definitions.cluster_fields import Field, Tree
from pulumi_everest.core.technology import Definition, Technology

OF_RELEASES = ("version", "image", "operatorVersion", "bundle")
"""Fields whose values each release of an operator changes."""


def fields(tree: Tree, here: Field, depth: int = 0) -> Iterator[Field]:
    for child in tree.children(here):
        yield child
        if depth < 5:
            yield from fields(tree, child, depth + 1)


def told(field: Field) -> str:
    """All that is said of a field in a line, with what is not said left out."""
    data: dict[str, Any] = {"type": field.type, "is_required": field.is_required, "bounds": field.bounds}
    data |= {"topologies": field.topologies, "description": field.description[:40]}
    if field.names[-1] not in OF_RELEASES:
        data |= {"allowed": field.allowed, "defaults": {str(name): value for name, value in field.defaults.items()}}
    return "; ".join(f"{key}: {value}" for key, value in data.items() if value not in ("", False, [], {}))


@pytest.mark.parametrize("base", ["sharded", "pg"])
def test_every_field_is_told_as_expected(base: str) -> None:
    tree = Tree(snapshot(BASES[base])[1])

    found = {".".join(field.names): told(field) for field in fields(tree, tree.root)}
    assert_expected(file_for(Path(__file__)), base, found)


def test_a_field_that_is_not_there_says_what_is() -> None:
    tree = Tree(snapshot(BASES["pg"])[1])

    assert tree.at(("instances", "engine", "storage", "size")).names == ("instances", "engine", "storage", "size")
    with pytest.raises(LookupError) as raised:
        tree.at(("instances", "engine", "strage", "size"))
    here, name = raised.value.args
    assert (here.names, name) == (("instances", "engine"), "strage")


@pytest.mark.parametrize("way", ["anyOf", "oneOf"])
def test_the_fields_of_a_choice_are_those_of_its_first_part_that_has_some(way: str) -> None:
    parts = [{"type": "string"}, {"properties": {"size": {"type": "integer"}}}, {"properties": {"other": {}}}]
    schema = {"type": "object", "properties": {"choice": {way: parts}}}
    toy = toy_definition()
    definition = toy.model_copy(update={"spec": toy.spec.model_copy(update={"config_schema": schema})})
    tree = Tree(Technology("toy-operator", Definition(definition)))

    choice = tree.at(("config", "choice"))
    assert [child.names[-1] for child in tree.children(choice)] == ["size"]
    assert tree.at(("config", "choice", "size")).type == "integer"
