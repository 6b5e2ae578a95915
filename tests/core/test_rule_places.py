"""Which items of lists and members of mappings break a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pulumi_everest.core.paths import parse
from pulumi_everest.core.rule_places import missing_place, places
from pulumi_everest.expressions.environment import Environment, ExpressionError
from pulumi_everest.model.shapes import ANY, Shape

ITEMS = {"list": [{"n": 1}, {"n": 5}, {"n": 7, "below": [{"x": 1}, {"x": 9}, {"x": 9}]}, {}]}
MEMBERS: dict[str, Any] = {"map": {"a": {"n": 1}, "b": {"n": 5, "deep": {"x": 1}}, "c": {"n": 7}}, "needed": "a"}

FIELD = Shape("object", {"n": ANY, "deep": Shape("object", {"x": ANY})})
SHAPES = {
    "metadata": Shape("object", {"name": ANY}),
    "spec": Shape(
        "object",
        {
            "components": Shape("object", {"a": FIELD, "b": Shape("object", {"size": ANY})}),
            "map": Shape("map", item=FIELD),
            "list": Shape("list", item=FIELD),
        },
    ),
}


def asking(cel: str) -> Callable[[Mapping[str, Any]], bool | None]:
    expression = Environment(["spec"]).compile(cel)

    def asks(spec: Mapping[str, Any]) -> bool | None:
        try:
            result = expression.evaluate({"spec": spec})
        except ExpressionError:
            return None
        assert isinstance(result, bool)
        return result

    return asks


@pytest.mark.parametrize(
    ("spec", "cel", "path", "expected"),
    [
        # Each item that breaks the rule on its own, and none that does not.
        (ITEMS, "spec.list.all(i, i.?n.orValue(0) < 5)", "list.n", ["list.1.n", "list.2.n"]),
        (ITEMS, "spec.list.all(i, has(i.n))", "list.n", ["list.3.n"]),
        (
            ITEMS,
            "spec.list.all(i, i.?below.orValue([]).all(b, b.x < 9))",
            "list.below.x",
            ["list.2.below.1.x", "list.2.below.2.x"],
        ),
        (ITEMS, "spec.list.all(i, i.?n.orValue(0) < 5)", "list", ["list"]),
        # What is broken only together begins with the first that breaks it.
        (ITEMS, "spec.list.filter(i, i.?n.orValue(0) >= 5).size() < 2", "list.n", ["list.2.n"]),
        (ITEMS, "spec.list.all(i, !has(i.below) || i == spec.list[0])", "list.below", ["list.2.below"]),
        # With none of the items nothing can be said; then the first with which it is broken.
        (
            {"list": [{"n": 4}, {"n": 6}, {"n": 0}]},
            "spec.list[0].n + (spec.list.size() > 1 ? spec.list[1].n : 0) < 9",
            "list.n",
            ["list.1.n"],
        ),
        ({"list": []}, "spec.list.size() > 0", "list.n", ["list.n"]),
        ({}, "spec.?list.orValue([]).size() > 0", "list.n", ["list.n"]),
        (ITEMS, "spec.list.size() > 9 && spec.list[0].n > 9", "list.n", ["list"]),
        # Members stay, without the field, since rules name some of them.
        (MEMBERS, "spec.map.all(k, spec.map[k].?n.orValue(0) < 5)", "map.*.n", ["map.b.n", "map.c.n"]),
        (MEMBERS, "spec.map.all(k, k == 'a' || spec.map[k].n == spec.map.a.n + 4)", "map.*.n", ["map.c.n"]),
        (MEMBERS, "has(spec.map.a) && spec.map.all(k, spec.map[k].?n.orValue(0) < 7)", "map.*.n", ["map.c.n"]),
        (MEMBERS, "spec.map.all(k, !spec.map[k].?deep.?x.hasValue())", "map.*.deep.x", ["map.b.deep.x"]),
        (
            {
                "map": {
                    "a": {"deep": {"x": 1, "y": 1}},
                    "b": {"deep": {"x": 9, "y": 1}},
                    "c": {"deep": {"x": 9, "y": 1}},
                }
            },
            "spec.map.map(k, spec.map[k].deep.y + (spec.map[k].deep.?x.orValue(0) < 5 ? 0 : 9)).all(s, s < 9)",
            "map.*.deep.x",
            ["map.b.deep.x", "map.c.deep.x"],
        ),
        (MEMBERS, "spec.map.all(k, k != 'b')", "map.*", ["map.b"]),
        # A field that is missing beside another one: without both the member would do.
        (
            MEMBERS,
            "spec.map.all(k, !has(spec.map[k].deep) || has(spec.map[k].deep.y))",
            "map.*.deep.y",
            ["map.b.deep.y"],
        ),
        (MEMBERS, "spec.map.all(k, spec.map[k].n <= spec.map.a.n * 5)", "map.*.n", ["map.c.n"]),
        (MEMBERS, "spec.map.all(k, spec.map[k].n == 0)", "map.*.n", ["map.a.n", "map.b.n", "map.c.n"]),
        (MEMBERS, "spec.map.a.n + spec.map.b.n + spec.map.c.n < 9", "map.*.n", ["map"]),
        # What is no place of the spec is what it is.
        (MEMBERS, "false", "metadata.name", ["metadata.name"]),
        (MEMBERS, "false", "users.admin", ["users.admin"]),
        (MEMBERS, "false", "", [""]),
    ],
)
def test_a_rule_is_broken_where_it_is_broken_alone(
    spec: dict[str, Any], cel: str, path: str, expected: list[str]
) -> None:
    found = places(parse(path), spec, asking(cel))

    assert [".".join(map(str, place)) for place in found] == expected


def test_many_items_are_not_asked_in_all_combinations() -> None:
    asked = 0

    def asks(spec: Mapping[str, Any]) -> bool:
        nonlocal asked
        asked += 1
        return len(spec["list"]) < 900

    assert places(parse("list.n"), {"list": [{"n": n} for n in range(1000)]}, asks) == [("list", 899, "n")]
    assert asked < 1020


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("components.*.n", None),
        ("components.*.size", None),
        ("components.*.deep.x", None),
        ("components.*.other", (2, ["n", "deep"])),
        ("map.*.n", None),
        ("map.*.m", (2, ["n", "deep"])),
        ("list.n", None),
        ("nothing.*.n", (0, ["components", "map", "list"])),
        ("metadata.name", None),
        ("metadata.nam", (1, ["name"])),
        ("users.root", None),
        ("backup.storages.credentials", None),
    ],
)
def test_the_path_of_a_rule_is_one_that_there_is(path: str, expected: tuple[int, list[str]] | None) -> None:
    assert missing_place(parse(path), SHAPES) == expected
