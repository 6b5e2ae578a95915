"""Values to try for every field: of a schema some that pass it, of a model some of its type."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from expected import assert_expected, file_for, plain
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field

from pulumi_everest.core.definitions.samples import (
    config_values,
    field_paths,
    storage_samples,
    values_of_schema,
)


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        (True, ["probe", 3]),
        ({}, ["probe-x", "probe-y"]),
        ({"type": "string"}, ["probe-x", "probe-y"]),
        ({"enum": ["a", 1]}, ["a", 1]),
        ({"const": "a"}, ["a"]),
        ({"type": "string", "examples": ["e"]}, ["e"]),
        ({"type": "string", "examples": []}, ["probe-x", "probe-y"]),
        ({"type": "boolean"}, [True, False]),
        ({"type": "integer"}, [4, 3, 2, 1]),
        ({"type": "integer", "minimum": 5}, [8, 7, 6, 5]),
        ({"type": "integer", "minimum": 5, "maximum": 6}, [6, 5]),
        ({"type": "integer", "exclusiveMinimum": 5}, [9, 8, 7, 6]),
        ({"type": "number", "minimum": 0, "multipleOf": 10}, [30, 20, 10, 0]),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, [["a"], ["b"]]),
        ({"type": "array"}, [["probe"], [3]]),
        ({"type": "object", "additionalProperties": {"type": "boolean"}}, [{"probe": True}, {"probe": False}]),
        ({"type": "object"}, [{"probe": "probe"}, {"probe": 3}]),
    ],
)
def test_values_pass_their_schema(schema: Any, values: list[Any]) -> None:
    found = values_of_schema(schema)

    assert found == values
    assert all(type(one) is type(other) for one, other in zip(found, values, strict=True))
    assert all(Draft202012Validator(schema).is_valid(value) for value in found)


def test_a_config_is_tried_property_by_property_or_as_a_whole() -> None:
    schema = {"properties": {"a": {"const": 1}, "b": {"properties": {"c": {"enum": [2]}}}, "d": True}}

    assert list(config_values(("config",), schema)) == [
        (("config", "a"), [1]),
        (("config", "b", "c"), [2]),
        (("config", "d"), ["probe", 3]),
    ]
    assert list(config_values(("config",), None)) == [(("config",), [{"probe": 1}])]
    assert list(config_values(("config",), {})) == []


class Below(BaseModel):
    text: str
    odd: Any = None


class Model(BaseModel):
    kind: Literal["a", "b"]
    flag: bool | None = None
    number: int | None = None
    named: str | None = Field(None, alias="byItsAlias")
    texts: list[str] | None = None
    mapping: dict[str, str] = {}
    cron: str = ""
    below: Below | None = None
    items: list[Below] = []
    by_name: dict[str, Below] = {}


def test_every_leaf_of_a_model_has_values_of_its_type() -> None:
    below = [("text", ["probe-text", "probe2-text"]), ("odd", [])]

    assert dict(field_paths(Model)) == {
        ("kind",): ["a", "b"],
        ("flag",): [True, False],
        ("number",): [3, 5],
        ("byItsAlias",): ["probe-byitsalias", "probe2-byitsalias"],
        ("texts",): [["probe-x"], ["probe-y"]],
        ("mapping",): [{"probe": "x"}, {"probe": "y"}],
        ("cron",): ["17 3 * * *", "18 4 * * *"],
        **{("below", name): values for name, values in below},
        **{("items", name): values for name, values in below},
        ("by_name",): [{"probe": "x"}, {"probe": "y"}],
    }


def test_every_place_for_backups_is_tried_with_what_it_cannot_do_without() -> None:
    assert_expected(file_for(Path(__file__)), "storages", plain(list(storage_samples("main"))))
