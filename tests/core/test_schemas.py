"""Config schemas: unknown keys are refused at every depth, defaults are filled, messages are for people."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.core.definitions.check_schema import schema_problems
from pulumi_everest.core.schemas import ConfigSchema
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import path_text

SHARDS = {"type": "integer", "minimum": 1, "default": 2}
TREE = {
    "type": "object",
    "properties": {
        "shards": SHARDS,
        "mode": {"enum": ["fast", "safe"]},
        "cache": {"type": "object", "properties": {"size": {"type": "string"}, "ttl": {"$ref": "#/$defs/seconds"}}},
        "hosts": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "free": {"type": "object"},
        "limits": {"type": "object", "additionalProperties": {"type": "integer"}},
        "either": {
            "anyOf": [
                {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
                {"type": "object", "properties": {"b": {"type": "integer"}}, "required": ["b"]},
            ]
        },
    },
    "required": ["mode"],
    "$defs": {"seconds": {"type": "integer", "maximum": 60}},
}


def found(schema: dict[str, Any], value: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(path_text(f.path), f.hint) for f in ConfigSchema(schema).check(value, ("config",))]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"mode": "fast"}, []),
        ({"mode": "fast", "free": {"any": {"thing": 1}}, "limits": {"x": 1}}, []),
        ({"mode": "fast", "shrads": 3}, [("config.shrads", "did you mean 'shards'?")]),
        ({"mode": "fast", "cache": {"sze": "1"}}, [("config.cache.sze", "did you mean 'size'?")]),
        ({"mode": "fast", "hosts": [{"name": "a"}, {"nmae": "b"}]}, [("config.hosts[1].nmae", "did you mean 'name'?")]),
        ({"mode": "fats"}, [("config.mode", "did you mean 'fast'?")]),
        ({"shards": 0}, [("config.mode", None), ("config.shards", None)]),
        ({"mode": "fast", "cache": {"ttl": 61}}, [("config.cache.ttl", None)]),
        ({"mode": "fast", "limits": {"x": "y"}}, [("config.limits.x", None)]),
        ({"mode": "fast", "either": {"a": 1}}, []),
        ({"mode": "fast", "either": {"a": 1, "x": 2}}, [("config.either.x", None)]),
        ({"mode": "fast", "shards": True}, [("config.shards", None)]),
    ],
)
def test_findings_name_the_place_and_the_nearest_key(
    value: dict[str, Any], expected: list[tuple[str, str | None]]
) -> None:
    assert sorted(found(TREE, value)) == sorted(expected)


@pytest.mark.parametrize("name", ["plain", "it's", 'a "b"', "back\\slash", "two\nlines"])
@pytest.mark.parametrize("combined", [False, True])
def test_keys_are_missed_and_refused_whatever_they_are_called(name: str, combined: bool) -> None:
    keys = {"properties": {"a": {}, name: {}, "b": {}}, "required": ["a", name, "b"]}
    schema = {"allOf": [keys], "properties": {}} if combined else keys

    assert found(schema, {"a": 1}) == [(path_text(("config", key)), None) for key in (name, "b")]
    assert found(schema, {"a": 1, name: 1, "b": 1}) == []
    schema = {"allOf": [{"properties": {"mode": {}}}]} if combined else {"properties": {"mode": {}}}
    assert found(schema, {"mode": 1, f"x{name}": 1}) == [(path_text(("config", f"x{name}")), None)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"mode": Deferred(source=1)}, []),
        ({"mode": "fast", "shards": Deferred(source=1)}, []),
        ({"mode": Deferred(source=1), "shards": 0}, ["config.shards"]),
        ({"mode": "fast", "shrads": Deferred(source=1)}, ["config.shrads"]),
        ({"mode": "fast", "cache": {"ttl": 99, "size": Deferred(source=1)}}, ["config.cache.ttl"]),
        ({"mode": "fast", "hosts": [Deferred(source=1)], "shards": "x"}, ["config.shards"]),
    ],
)
def test_unknown_values_do_not_hide_what_is_wrong_elsewhere(value: dict[str, Any], expected: list[str]) -> None:
    assert [path for path, _ in found(TREE, value)] == expected


def test_defaults_are_filled_at_every_depth_that_is_there() -> None:
    schema = {"properties": {"shards": SHARDS, "deep": {"properties": {"n": {"default": [1]}}}}}
    assert ConfigSchema(schema).filled({}) == {"shards": 2}
    assert ConfigSchema(schema).filled({"deep": {}, "shards": 5}) == {"shards": 5, "deep": {"n": [1]}}


def test_filled_defaults_are_not_shared() -> None:
    schema = ConfigSchema({"properties": {"n": {"default": [1]}}})
    schema.filled({})["n"].append(2)
    assert schema.filled({}) == {"n": [1]}


@pytest.mark.parametrize(
    ("schema", "path", "message"),
    [
        ({"type": "objekt"}, ("type",), "objekt"),
        ({"properties": {"n": {"minimum": "1"}}}, ("properties", "n", "minimum"), "number"),
        ({"properties": {"n": {"type": "integer", "default": "x"}}}, ("properties", "n", "default"), "default"),
        ({"properties": {"n": {"$ref": "#/$defs/none"}}}, ("properties", "n", "$ref"), "not found"),
        ({"properties": {"n": {"$ref": "https://example.org/x"}}}, ("properties", "n", "$ref"), "not found"),
        ({"type": "array"}, ("type",), "mapping"),
    ],
)
def test_a_wrong_schema_is_said_with_the_place(schema: dict[str, Any], path: tuple[str, ...], message: str) -> None:
    [(at, text), *_] = schema_problems(schema)
    assert at == path
    assert message in text


def test_a_fine_schema_has_no_findings() -> None:
    assert schema_problems(TREE) == []


@pytest.mark.parametrize(
    ("schema", "value", "paths"),
    [
        ({"properties": {"x": {"type": "string", "pattern": "^(a+)+$"}}}, {"x": "a" * 60 + "!"}, ["config.x"]),
        ({"properties": {"x": {"type": "string", "pattern": "^(a+)+$"}}}, {"x": "a" * 60}, []),
        ({"patternProperties": {"^(a+)+$": {"type": "integer"}}}, {"a" * 60 + "!": 1}, [f'config["{"a" * 60}!"]']),
        (
            {"patternProperties": {"^n_": {"type": "integer"}}},
            {"n_a": 1, "n_b": "x", "m": 1},
            ["config.n_b", "config.m"],
        ),
        ({"properties": {"m": {}}, "patternProperties": {"^n_": {"type": "integer"}}}, {"n_a": 1, "m": 1}, []),
    ],
)
def test_patterns_are_run_in_linear_time(schema: dict[str, Any], value: dict[str, Any], paths: list[str]) -> None:
    assert sorted(path for path, _ in found(schema, value)) == sorted(paths)


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ({"properties": {"x": {"pattern": "^(?=a)b"}}}, ("properties", "x", "pattern")),
        ({"patternProperties": {"(a)\\1": {}}}, ("patternProperties", "(a)\\1")),
    ],
)
def test_a_pattern_that_cannot_be_run_safely_is_refused(schema: dict[str, Any], path: tuple[str, ...]) -> None:
    assert [at for at, _ in schema_problems(schema)] == [path]
