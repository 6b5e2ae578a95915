"""The parts that a config schema is combined of."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.core.config_schema.parts import named_properties, target


def test_a_schema_that_refers_to_itself_names_its_properties_once() -> None:
    schema: dict[str, Any] = {
        "properties": {"a": {}},
        "allOf": [{"$ref": "#"}, {"$ref": "#/$defs/more"}],
        "$defs": {"more": {"properties": {"b": {}}, "anyOf": [{"$ref": "#/$defs/more"}, {"properties": {"c": {}}}]}},
    }
    assert list(named_properties(schema, schema)) == ["a", "b", "c"]


SCHEMA: dict[str, Any] = {
    "type": "object",
    "allOf": [{"properties": {"a": {}}}, True],
    "$defs": {"a/b~c": {"title": "slash"}, "a b": {"title": "space"}, "0": {"title": "number"}},
}


@pytest.mark.parametrize(
    ("ref", "found"),
    [
        ("#", SCHEMA),
        ("#/allOf/0", {"properties": {"a": {}}}),
        ("#/allOf/1", True),
        ("#/$defs/a~1b~0c", {"title": "slash"}),
        ("#/$defs/a%20b", {"title": "space"}),
        ("#/$defs/0", {"title": "number"}),
        ("#/allOf/2", None),
        ("#/allOf/x", None),
        ("#/allOf/-1", None),
        ("#/type/obj", None),
        ("#/$defs/none", None),
        ("other.json#/$defs/0", None),
        (5, None),
    ],
)
def test_a_reference_is_found_where_it_points(ref: Any, found: Any) -> None:
    assert target(ref, SCHEMA) == found
