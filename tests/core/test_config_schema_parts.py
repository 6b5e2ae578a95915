"""The parts that a config schema is combined of."""

from __future__ import annotations

from typing import Any

from pulumi_everest.core.config_schema.parts import named_properties


def test_a_schema_that_refers_to_itself_names_its_properties_once() -> None:
    schema: dict[str, Any] = {
        "properties": {"a": {}},
        "allOf": [{"$ref": "#"}, {"$ref": "#/$defs/more"}],
        "$defs": {"more": {"properties": {"b": {}}, "anyOf": [{"$ref": "#/$defs/more"}, {"properties": {"c": {}}}]}},
    }
    assert list(named_properties(schema, schema)) == ["a", "b", "c"]
