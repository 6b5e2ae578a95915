"""How a field shows in an object, learned from two values and read backwards."""

from __future__ import annotations

from typing import Any

import pytest
from expected import Said

from pulumi_everest.emit.read_back.effects import Shown, candidates, concerns, differing

SAID = Said(__file__)
said_in_full = SAID.fixture()


def found(first: Any, second: Any, emitted: Any, wanted: Any, without: Any = None) -> list[Any]:
    shown = (Shown(first, {"a": emitted(first)}), Shown(second, {"a": emitted(second)}))
    return SAID(list(candidates(*shown, {"a": without} if without is not None else {}, {"a": wanted})))


@pytest.mark.parametrize(
    ("values", "emitted", "wanted", "expected"),
    [
        (("x", "y"), lambda v: v, "z", "z"),
        ((3, 5), lambda v: {"size": v}, {"size": 7}, 7),
        ((3, 5), str, "7", 7),
        ((120, 240), lambda v: v / 60, 5, 300),
        ((120, 240), lambda v: f"{v}s", "90s", 90),
        (("p1", "p2"), lambda v: f"/{v}", "/folder", "folder"),
        (("https://a.org", "https://b.org"), lambda v: v.removeprefix("https://"), "pmm", "https://pmm"),
        (("9d", "11d"), lambda v: v.removesuffix("d"), "14", "14d"),
        ((["a"], ["b"]), lambda v: [{"name": n} for n in v], [{"name": "c"}, {"name": "d"}], ["c", "d"]),
        (({"p": "1"}, {"p": "2"}), lambda v: v, {"q": "3"}, {"q": "3"}),
    ],
)
def test_a_value_is_found_again(values: tuple[Any, Any], emitted: Any, wanted: Any, expected: Any) -> None:
    assert expected in found(*values, emitted, wanted)


def test_what_others_add_to_a_mapping_is_not_the_fields() -> None:
    emitted = lambda v: {"timeout": "60s", **v}  # noqa: E731

    assert {"q": "3"} in found({"p": "1"}, {"p": "2"}, emitted, {"timeout": "60s", "q": "3"}, {"timeout": "60s"})


def test_where_the_object_has_nothing_there_is_nothing_to_propose() -> None:
    assert list(candidates(Shown("x", {"a": "x"}), Shown("y", {"a": "y"}), {}, {"b": "z"})) == []


def test_true_is_not_one() -> None:
    assert 1 not in found(3, 5, lambda v: v, True) or True in found(3, 5, lambda v: v, True)
    assert found(3, 5, str, True) == []


@pytest.mark.parametrize(
    ("values", "emitted", "wanted"),
    [
        # Texts and numbers inside texts
        ((3, 5), lambda v: f"-{v}-", "-7-"),
        ((3, 5), lambda v: f"-{v}-", "-x-"),
        ((3, 5), lambda v: f"-{v}-", "--"),
        ((3, 5), str, "-7"),
        (("a", "b"), lambda v: f"{v}.{v}", "c.c"),
        (("a", "b"), lambda v: f"x{v}", "yc"),
        (("a", "b"), lambda v: f"{v}x", "cy"),
        (("a", ""), lambda v: f"x{v}", "xc"),
        (("a", None), lambda v: f"x{v}", "xc"),
        (("ab", "cb"), lambda v: v[:1], "d"),
        (("a", "b"), lambda v: {"n": f"x{v}"}, {"n": {"x": "c"}}),
        (("a", "b"), lambda v: f"x{v}", True),
        ((True, False), lambda v: f"x{v}", "xTrue"),
        ((True, False), lambda v: not v, True),
        (("a", "b"), lambda v: f"-{v}-", "--"),
        (("a", "b"), lambda v: f"-{v}-", "-"),
        (("a", "b"), lambda v: f"-{v}=", "-c="),
        # Numbers by a factor
        ((2, 4), lambda v: v * 3, 9),
        ((2, 4), lambda v: v * 3, 10),
        ((2, 4), lambda v: v * 3, "9"),
        ((2, 4), lambda v: v * 3, True),
        ((2, 4), lambda v: v + 1, 9),
        ((0, 4), lambda v: v * 3, 9),
        ((2.0, 4.0), lambda v: v / 4, 1.5),
        (("2", 4), lambda v: 6 if v == "2" else 12, 9),
        # Mappings, and lists of one item
        (({"p": "1"}, {"p": "2"}), lambda v: {"other": "x", **v}, {"other": "x"}),
        (({"p": "1"}, {"p": "2"}), lambda v: {"p": v["p"] + "0"}, {"q": "3"}),
        (({"p": "1"}, None), lambda v: v or {}, {"q": "3"}),
        ((["a"], ["b"]), lambda v: v, ["c", "d"]),
        ((["a"], ["b"]), lambda v: [{"in": {"name": n}, "x": 1} for n in v], [{"in": {"name": "c"}}, {"x": 1}]),
        ((["a"], ["b"]), lambda v: [{"name": n} for n in ("first", *v)], [{"name": "first"}, {"name": "c"}]),
        ((["a", "b"], ["c"]), lambda v: [{"name": n} for n in v], [{"name": "d"}]),
        ((["a"], "b"), lambda v: [{"name": n} for n in v], [{"name": "d"}]),
        (("a", ["b"]), lambda v: [{"name": n} for n in v], [{"name": "d"}]),
        ((["a"], ["b"]), lambda v: [{"name": f"x{n}"} for n in v], [{"name": "xc"}]),
        ((["a"], ["b"]), lambda v: {"first": v[0]}, {"first": "c"}),
        ((["a"], ["b"]), lambda v: {"0": v[0]}, {"0": "c"}),
    ],
)
def test_all_that_a_value_may_have_been_is_proposed_in_order(
    values: tuple[Any, Any], emitted: Any, wanted: Any
) -> None:
    assert isinstance(found(*values, emitted, wanted), list)


@pytest.mark.parametrize(
    ("first", "second", "places"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": True}, [("a",), ()]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("a", "c"), ("a",), ()]),
        ({"a": {"b": 1}}, {}, [("a", "b"), ("a",), ()]),
        ({}, {"a": {"b": 1}}, [("a",), ()]),
        ({"a": [1, 2]}, {"a": [1]}, [("a", 1), ("a",), ()]),
        ({"a": [1]}, {"a": [1, 2]}, [("a", 1), ("a",), ()]),
        ({"a": [{"b": 1}]}, {}, [("a", 0, "b"), ("a", 0), ("a",), ()]),
        ({"a": {"b": 1}}, {"a": [1]}, [("a",), ()]),
        ({"a": [1]}, {"a": {"b": 1}}, [("a",), ()]),
    ],
)
def test_what_differs_is_told_from_the_inside_out(first: Any, second: Any, places: list[Any]) -> None:
    assert differing(first, second) == places


@pytest.mark.parametrize(
    ("emitted", "without", "wanted", "expected"),
    [
        ({"a": 1}, {}, {"a": 2}, True),
        ({"a": 1}, {}, {"b": 2}, False),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {}}, False),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 3}}, True),
        ({"a": {"b": 1}}, {"a": {"c": 1}}, {"a": {"c": 1}}, True),
        ({"a": [1]}, {"a": []}, {"a": []}, False),
        ({"a": 1}, {"a": 1}, {"a": 1}, False),
    ],
)
def test_a_field_concerns_an_object_that_has_something_where_it_shows(
    emitted: Any, without: Any, wanted: Any, expected: bool
) -> None:
    assert concerns(emitted, without, wanted) is expected
