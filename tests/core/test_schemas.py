"""Config schemas: unknown keys are refused at every depth, defaults are filled, messages are for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from expected import Said

from pulumi_everest.core.config_schema.schema import ConfigSchema
from pulumi_everest.core.definitions.check_schema import schema_problems
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import path_text

SAID = Said(__file__)
said_in_full = SAID.fixture()

SHARDS = {"type": "integer", "minimum": 1, "default": 2}
TREE = {
    "type": "object",
    "properties": {
        "shards": SHARDS,
        "mode": {"enum": ["fast", "safe"]},
        "cache": {"type": "object", "properties": {"size": {"type": "string"}, "ttl": {"$ref": "#/$defs/seconds"}}},
        "hosts": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "free": {"type": "object"},
        "kinds": {
            "type": "object",
            "propertyNames": {"maxLength": 1},
            "minProperties": 2,
            "additionalProperties": True,
        },
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
    return [(path_text(f.path), f.hint) for f in SAID(list(ConfigSchema(schema).check(value, ("config",))))]


UNKNOWN = Deferred(source=1)


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
        # What is wrong around them, whatever they turn out to be
        ({"mode": "fast", "shards": {"x": Deferred(source=1)}}, ["config.shards"]),
        ({"mode": "fast", "cache": {"sze": "1", "size": Deferred(source=1)}}, ["config.cache.sze"]),
        ({"mode": "fast", "kinds": {"bb": 1, "a": Deferred(source=1)}}, ["config.kinds"]),
        # What may be right when they are known
        ({"mode": "fast", "kinds": {"a": Deferred(source=1)}}, []),
    ],
)
def test_unknown_values_do_not_hide_what_is_wrong_elsewhere(value: dict[str, Any], expected: list[str]) -> None:
    assert [path for path, _ in found(TREE, value)] == expected


def test_defaults_are_filled_at_every_depth_that_is_there() -> None:
    schema = {"properties": {"shards": SHARDS, "deep": {"properties": {"n": {"default": [1]}}}}}
    assert ConfigSchema(schema).filled({}) == {"shards": 2}
    assert ConfigSchema(schema).filled({"deep": {}, "shards": 5}) == {"shards": 5, "deep": {"n": [1]}}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        # The place itself, and what it is put together of
        ({"properties": {"on": {"default": False}, "n": {"default": 0}}}, {}, {"on": False, "n": 0}),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"n": {"default": 1}}}}}, {}, {"n": 1}),
        (
            {"allOf": [{"properties": {"n": {"default": 1}}}, {"properties": {"m": {"default": 2}}}]},
            {},
            {"n": 1, "m": 2},
        ),
        ({"properties": {"m": {}}, "allOf": [{"properties": {"n": {"default": 1}}}]}, {"m": 3}, {"m": 3, "n": 1}),
        # The default of what a property refers to, under its own
        ({"properties": {"n": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"default": 1}}}, {}, {"n": 1}),
        ({"properties": {"n": {"$ref": "#/$defs/a", "default": 2}}, "$defs": {"a": {"default": 1}}}, {}, {"n": 2}),
        # Values of maps, and items of lists
        ({"additionalProperties": {"properties": {"n": {"default": 1}}}}, {"a": {}}, {"a": {"n": 1}}),
        (
            {"properties": {"l": {"prefixItems": [{"properties": {"n": {"default": 1}}}], "items": {}}}},
            {"l": [{}, {}]},
            {"l": [{"n": 1}, {}]},
        ),
        # A default that is a mapping has defaults, too
        ({"properties": {"a": {"default": {}, "properties": {"n": {"default": 1}}}}}, {}, {"a": {"n": 1}}),
        # What is not known yet stays
        ({"properties": {"n": {"properties": {"m": {"default": 1}}}}}, {"n": UNKNOWN}, {"n": UNKNOWN}),
    ],
)
def test_defaults_are_filled_wherever_a_schema_says_them(
    schema: dict[str, Any], value: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert ConfigSchema(schema).filled(value) == expected


WAYS_DOWN: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "a property": (lambda below: {"properties": {"x": below}}, lambda value: {"x": value}),
    "any other": (lambda below: {"additionalProperties": below}, lambda value: {"x": value}),
    "an item": (lambda below: {"items": below}, lambda value: [value]),
    "the first item": (lambda below: {"prefixItems": [below]}, lambda value: [value]),
    "a part": (lambda below: {"allOf": [below]}, lambda value: value),
}


@pytest.mark.parametrize("way", WAYS_DOWN.values(), ids=WAYS_DOWN)
def test_defaults_are_filled_far_below(way: tuple[Callable[[Any], Any], Callable[[Any], Any]]) -> None:
    schema, value, filled = {"properties": {"n": {"default": 1}}}, {}, {"n": 1}
    for _ in range(12):
        schema, value, filled = way[0](schema), way[1](value), way[1](filled)
    assert ConfigSchema({"properties": {"top": schema}}).filled({"top": value}) == {"top": filled}


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
    [(at, text), *_] = SAID(schema_problems(schema))
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


# What is closed


def inside(schema: dict[str, Any], key: str = "x") -> dict[str, Any]:
    return {"properties": {key: schema}}


ONE = {"properties": {"a": {}}}


@pytest.mark.parametrize(
    ("schema", "value", "path"),
    [
        (ONE, {"b": 1}, "b"),
        (inside(ONE), {"x": {"b": 1}}, "x.b"),
        (inside({"items": ONE}), {"x": [{"a": 1}, {"b": 1}]}, "x[1].b"),
        (inside({"prefixItems": [{}, ONE]}), {"x": [{"b": 1}, {"b": 1}]}, "x[1].b"),
        (inside({"additionalProperties": ONE}), {"x": {"any": {"b": 1}}}, "x.any.b"),
        ({"patternProperties": {"^n": ONE}}, {"n1": {"a": 1}, "n2": {"b": 1}}, "n2.b"),
        ({"patternProperties": {"^n": {}}}, {"n": 1, "m": 1}, "m"),
        ({**inside({"$ref": "#/$defs/one"}), "$defs": {"one": ONE}}, {"x": {"b": 1}}, "x.b"),
        ({**inside({"$ref": "#/$defs/one"}), "$defs": {"one": inside(ONE)}}, {"x": {"x": {"b": 1}}}, "x.x.b"),
        ({"allOf": [ONE]}, {"b": 1}, "b"),
        ({"anyOf": [ONE, {"properties": {"c": {}}}]}, {"b": 1}, "b"),
        ({"oneOf": [{**ONE, "required": ["a"]}, {"properties": {"c": {}}, "required": ["c"]}]}, {"a": 1, "b": 1}, "b"),
        ({"if": ONE, "then": {"properties": {"c": {}}}}, {"a": 1, "c": 1, "b": 1}, "b"),
        ({"allOf": [{"allOf": [ONE]}]}, {"b": 1}, "b"),
        ({"$ref": "#/$defs/one", "$defs": {"one": ONE}}, {"b": 1}, "b"),
    ],
)
def test_a_key_that_nothing_names_is_refused_wherever_it_stands(schema: Any, value: Any, path: str) -> None:
    assert f"config.{path}" in [place for place, _ in found(schema, value)]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({}, {"b": 1}),
        ({"type": "object"}, {"b": 1}),
        ({**ONE, "additionalProperties": True}, {"b": 1}),
        ({**ONE, "unevaluatedProperties": True}, {"b": 1}),
        ({**ONE, "additionalProperties": {"type": "integer"}}, {"b": 1}),
        ({"allOf": [{"required": ["b"]}]}, {"b": 1}),
        ({"if": {"required": ["b"]}, "then": {"minProperties": 1}}, {"b": 1}),
        (inside({"enum": [{"properties": 1}]}), {"x": {"properties": 1}}),
        (inside({"items": [True]}) | {"properties": {"x": True}}, {"x": 1}),
    ],
)
def test_what_names_no_keys_or_says_that_it_is_open_stays_open(schema: Any, value: Any) -> None:
    assert "b" not in " ".join(path for path, _ in found(schema, value) if path)


def test_a_schema_that_refers_to_itself_is_closed_at_every_depth() -> None:
    tree = {**inside({"$ref": "#"}, "below"), "type": "object"}

    assert found(tree, {"below": {"below": {}}}) == []
    assert found(tree, {"below": {"below": {"b": 1}}}) == [("config.below.below.b", None)]


PERSON = {"properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}
PLACE = {"properties": {"town": {}}}


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"$ref": "#/$defs/person"}, PLACE]},
        {"allOf": [{"$ref": "#/$defs/person"}, {"$ref": "#/$defs/place"}]},
        {"$ref": "#/$defs/person", **PLACE},
        {"$ref": "#/$defs/both"},
        {"if": {"$ref": "#/$defs/person"}, "then": PLACE, "else": False},
    ],
)
def test_a_schema_that_others_add_to_takes_their_keys_and_a_wrong_key_is_said_once_with_all_that_are_right(
    schema: dict[str, Any],
) -> None:
    both = {"allOf": [{"$ref": "#/$defs/person"}, {"$ref": "#/$defs/place"}]}
    config = ConfigSchema({**inside(schema), "$defs": {"person": PERSON, "place": PLACE, "both": both}})

    assert config.check({"x": {"name": "a", "age": 1, "town": "b"}}, ()) == []
    [entry] = config.check({"x": {"name": "a", "towm": "b"}}, ())
    assert (entry.path, entry.hint) == (("x", "towm"), "did you mean 'town'?")
    assert sorted(entry.allowed) == ["age", "name", "town"]


def test_a_wrong_key_of_what_refers_to_itself_is_said_once() -> None:
    part = {"properties": {"below": {"$ref": "#/$defs/part"}, "town": {}}}
    config = ConfigSchema({**inside({"$ref": "#/$defs/part"}), "$defs": {"part": part}})

    assert config.check({"x": {"town": 1, "below": {"below": {"town": 1}}}}, ()) == []
    assert [(path_text(entry.path), entry.allowed) for entry in config.check({"x": {"below": {"towm": "b"}}}, ())] == [
        ("x.below.towm", ("below", "town"))
    ]


def test_closing_leaves_the_schema_as_it_was() -> None:
    schema = {**inside(ONE), "allOf": [ONE]}
    assert ConfigSchema(schema).closed != schema
    assert schema == {**inside({"properties": {"a": {}}}), "allOf": [{"properties": {"a": {}}}]}


# Shapes and defaults


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "text"),
        ({"type": "boolean"}, "bool"),
        ({"type": "integer"}, "number"),
        ({"type": "number"}, "number"),
        ({"type": ["string", "null"]}, "any"),
        ({"type": "null"}, "any"),
        ({}, "any"),
        (True, "any"),
        ({"type": "array", "items": {"type": "string"}}, "list of text"),
        ({"type": "array"}, "list of any"),
        ({"type": "object"}, "any"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "map of text"),
        ({"properties": {"a": {"type": "string"}}}, "object with a"),
        ({"properties": {"a": {}}, "additionalProperties": False, "type": "object"}, "object with a"),
        ({"properties": {"a": {}}, "additionalProperties": {"type": "string"}, "type": "object"}, "any"),
        ({"properties": {"a": {}}, "patternProperties": {"b": {}}, "type": "object"}, "any"),
        ({"properties": {"a": {}}, "allOf": [{}]}, "any"),
        ({"type": "string", "anyOf": [{}]}, "any"),
        ({"$ref": "#/$defs/text"}, "text"),
        ({"$ref": "#/$defs/a~1b"}, "number"),
        ({"$ref": "#/$defs/a~0b"}, "bool"),
        ({"$ref": "#/$defs/none"}, "any"),
        ({"$ref": "https://example.org/x"}, "any"),
        ({"$ref": "#/properties/x"}, "any"),
    ],
)
def test_a_value_has_the_shape_that_its_schema_gives_it(schema: Any, expected: str) -> None:
    defs = {"text": {"type": "string"}, "a/b": {"type": "integer"}, "a~b": {"type": "boolean"}}
    shape = ConfigSchema({**inside(schema), "$defs": defs}).shape.at("x")

    told = {
        "list": lambda: f"list of {shape.at(0).kind}",
        "map": lambda: f"map of {shape.at('any').kind}",
        "object": lambda: f"object with {', '.join(shape.fields)}",
    }.get(shape.kind, lambda: shape.kind)()
    assert told == expected


@pytest.mark.parametrize(
    ("schema", "config", "expected"),
    [
        (inside({"default": 1}), {}, {"x": 1}),
        (inside({"default": None}), {}, {}),
        (inside({"default": False}), {}, {"x": False}),
        (inside({}), {}, {}),
        (inside({"default": 1}), {"y": 2, "x": 3}, {"x": 3, "y": 2}),
        (inside({"default": 1}), {"x": None}, {"x": None}),
        (inside({"properties": {"y": {"default": 1}}}), {}, {}),
        (inside({"properties": {"y": {"default": 1}}}), {"x": {}}, {"x": {"y": 1}}),
        (inside({"properties": {"y": {"default": 1}}}), {"x": 5}, {"x": 5}),
        (inside({"items": {"properties": {"y": {"default": 1}}}}), {"x": [{}, {"y": 2}, 3]},
         {"x": [{"y": 1}, {"y": 2}, 3]}),
        ({**inside({"$ref": "#/$defs/y"}), "$defs": {"y": {"properties": {"y": {"default": 1}}}}}, {"x": {}},
         {"x": {"y": 1}}),
        ({**inside({"$ref": "#/$defs/none"})}, {"x": {}}, {"x": {}}),
        (inside({"$ref": "#"}), {"x": {"x": {}}}, {"x": {"x": {}}}),
        ({"properties": {"x": True}}, {"x": {}}, {"x": {}}),
    ],
)  # fmt: skip
def test_defaults_are_filled_where_there_is_something(schema: Any, config: Any, expected: Any) -> None:
    result = ConfigSchema(schema).filled(config)

    assert result == expected
    assert list(result) == list(expected)


# Sentences


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"type": "string"}, 1, "expected text, got the number 1"),
        ({"type": ["integer", "null"]}, "a", "expected a whole number or nothing, got the text 'a'"),
        ({"type": "number"}, True, "expected a number, got 'true'"),
        ({"type": "boolean"}, "on", "expected true or false, got the text 'on'"),
        ({"type": "object"}, 1, "expected a mapping, got the number 1"),
        ({"type": "array"}, 1, "expected a list, got the number 1"),
        ({"minimum": 3}, 2, "the number 2 is too small, the least is 3"),
        ({"maximum": 3}, 4, "the number 4 is too large, the greatest is 3"),
        ({"exclusiveMinimum": 3}, 3, "the number 3 is too small, it must be greater than 3"),
        ({"exclusiveMaximum": 3}, 3, "the number 3 is too large, it must be less than 3"),
        ({"multipleOf": 2}, 3, "the number 3 is not a multiple of 2"),
        ({"pattern": "^a"}, "b", "the text 'b' has not the form ^a"),
        ({"minLength": 2}, "b", "the text 'b' is too short, at least 2 characters"),
        ({"maxLength": 0}, "b", "the text 'b' is too long, at most 0 characters"),
        ({"minItems": 1}, [], "too few items: 0, at least 1"),
        ({"maxItems": 1}, [1, 2], "too many items: 2, at most 1"),
        ({"uniqueItems": True}, [1, 1.0], "two items are the same"),
        ({"uniqueItems": True}, [{"a": [1.0]}, {"a": [1]}], "two items are the same"),
        ({"uniqueItems": True}, [[2.0], [1], [2]], "two items are the same"),
        ({"minProperties": 1}, {}, "too few keys: 0, at least 1"),
        ({"maxProperties": 0}, {"a": 1}, "too many keys: 1, at most 0"),
        ({"enum": ["a"]}, "b", "the text 'b' is not allowed here"),
        ({"const": 5}, 6, "the number 6 is not allowed here"),
        ({"required": ["a"]}, {}, "'a' is needed"),
        ({"not": {}}, 1, "the number 1 does not pass 'not' of the schema"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(schema: Any, value: Any, message: str) -> None:
    entries = SAID(list(ConfigSchema(inside(schema)).check({"x": value}, ("config",))))

    assert [entry.message for entry in entries] == [message]


def test_a_key_of_a_pattern_is_none_of_the_others() -> None:
    schema = {"patternProperties": {"^n": {}}, "additionalProperties": {"type": "integer"}}
    assert found(inside(schema), {"x": {"n1": "text", "m": 1}}) == []
    assert found(inside(schema), {"x": {"n1": "text", "m": "text"}}) == [("config.x.m", None)]


@pytest.mark.parametrize("value", [[1, True], [0, False], [1, "1"], ["a", "b"], [{"a": 1}, {"a": True}], [[1], [2]], 5])
def test_items_that_differ_are_not_the_same(value: Any) -> None:
    assert found(inside({"uniqueItems": True}), {"x": value}) == []
    assert found(inside({"uniqueItems": False}), {"x": [1, 1]}) == []


def test_what_is_allowed_is_said() -> None:
    one, other = ({"x": {"enum": [1, "abcd"]}}, {"x": {"const": 5}})
    [entry] = ConfigSchema({"properties": one}).check({"x": "abce"}, ())
    assert (entry.allowed, entry.hint) == (("1", "abcd"), "did you mean 'abcd'?")
    [entry] = ConfigSchema({"properties": other}).check({"x": 6}, ())
    assert entry.allowed == ("5",)


def test_a_value_that_is_nested_too_deeply_is_said_to_be() -> None:
    deep: dict[str, Any] = {}
    for _ in range(250):
        deep = {"x": deep}
    [entry] = ConfigSchema({**inside({"$ref": "#"}), "type": "object"}).check(deep, ("config",))

    assert (entry.path, entry.message) == (("config",), "the value is nested too deeply to be checked")


@pytest.mark.parametrize(
    ("schema", "problems"),
    [
        ({"properties": {"n": {"type": "int"}}}, [("properties.n.type",
            "'int' is no type of JSON Schema; did you mean 'integer'?")]),
        ({"properties": {"n": {"type": "q"}}}, [("properties.n.type",
            "'q' is no type of JSON Schema; there are array, boolean, integer, null, number, object, string")]),
        ({"$defs": {"a": {"$ref": "#/nope"}}}, [("$defs.a.$ref", "'#/nope' is not found in the schema")]),
        ({"allOf": [{"$ref": "other.json"}]}, [("allOf[0].$ref", "'other.json' is not found in the schema")]),
        ({"properties": {"a": {"$dynamicRef": "#none"}}},
         [("properties.a.$dynamicRef", "'#none' is not found in the schema")]),
        ({"properties": {"a": {"enum": [{"$ref": "#/nope", "pattern": "(?=a)", "default": 1}]}}}, []),
        ({"properties": {"a": {"const": {"$ref": "#/nope", "pattern": "(?=a)", "default": 1}}}}, []),
        ({"properties": {"a": {"default": {"$ref": "#/nope", "pattern": "(?=a)", "default": 1}}}}, []),
        ({"properties": {"a": {"examples": [{"$ref": "#/nope", "pattern": "(?=a)", "default": 1}]}}}, []),
        # Properties may be called like keywords
        *(
            ({"properties": {name: {"$ref": "#/nope"}}}, [(f"properties.{name}.$ref", "'#/nope' is not found in the schema")])
            for name in ("const", "default", "enum", "examples", "properties", "items")
        ),
        ({"properties": {"patternProperties": {"type": "object", "properties": {"(?=a)": {}}}}}, []),
        ({"properties": {"pattern": {"pattern": "(?=a)"}}}, [("properties.pattern.pattern",
            "the pattern is not in the syntax of RE2, which has neither look-around nor back references")]),
        ({"$defs": {"default": {"type": "string", "default": 1}}}, [("$defs.default.default",
            "the default does not pass its own schema: expected text, got the number 1")]),
        ({"properties": {"$ref": {"type": "string"}}}, []),
        ({"properties": {"default": {"type": "string"}}}, []),
        ({"properties": {"a": {"type": "integer", "default": 1}, "b": {"allOf": [{"minimum": 2, "default": 1}]}}},
         [("properties.b.allOf[0].default",
           "the default does not pass its own schema: the number 1 is too small, the least is 2")]),
        ({"properties": {"a": {"$ref": "#/$defs/n", "default": "x"}}, "$defs": {"n": {"type": "integer"}}},
         [("properties.a.default",
           "the default does not pass its own schema: expected a whole number, got the text 'x'")]),
        ({"patternProperties": {"a": {}}, "allOf": [{}]}, [("patternProperties",
            "patternProperties and combined schemas do not go together here")]),
        ({"patternProperties": {"a": {}}, "unevaluatedProperties": False}, [("patternProperties",
            "patternProperties and combined schemas do not go together here")]),
        ({"items": [{"pattern": "("}]}, [("items", "expected a mapping or true or false, got a list")]),
    ],
)  # fmt: skip
def test_every_problem_of_a_schema_is_said_with_its_place(schema: Any, problems: list[tuple[str, str]]) -> None:
    said = [(path_text(path), message) for path, message in schema_problems(schema)]

    assert said[: len(problems)] == problems
    assert bool(said) is bool(problems)
