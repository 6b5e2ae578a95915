"""What differs between two specs, value by value."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.changes.spec_differences import differences, plain
from pulumi_everest.model.deferred import Deferred


def named(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"name": name, **more} for name in names]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [(("a",), "a", ("a",), 1, 2)]),
        ({}, {"a": 2}, [(("a",), "a", ("a",), None, 2)]),
        ({"a": 1}, {}, [(("a",), "a", ("a",), 1, None)]),
        ({"a": None}, {}, []),
        ({"a": 1}, {"a": None}, [(("a",), "a", ("a",), 1, None)]),
        ({"z": 1, "a": 1}, {"b": 1, "a": 2}, [(("b",), "b", ("b",), None, 1), (("a",), "a", ("a",), 1, 2),
                                             (("z",), "z", ("z",), 1, None)]),
        ({"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 1}}, [(("a", "b"), "a.b", ("a", "b"), 1, 2)]),
        ({}, {"a": {"b": {"c": 1}}}, [(("a", "b", "c"), "a.b.c", ("a", "b", "c"), None, 1)]),
        ({"a": {"b": 1}}, {"a": 1}, [(("a",), "a", ("a",), {"b": 1}, 1)]),
        ({"a": {"x.y": 1}}, {"a": {"x.y": 2}}, [(("a", "x.y"), 'a["x.y"]', ("a", "x.y"), 1, 2)]),
        ({"labels": {"a": 1}}, {"labels": {"a": 2}}, [(("labels",), "labels", ("labels",), {"a": 1}, {"a": 2})]),
        ({"l": [1, 2]}, {"l": [1]}, [(("l",), "l", ("l",), [1, 2], [1])]),
        ({"l": named("a", b=1)}, {"l": named("a", b=2)}, [(("l", 0, "b"), "l[a].b", ("l", "b"), 1, 2)]),
        ({"l": [*named("a"), {}]}, {"l": named("a")}, [(("l",), "l", ("l",), [*named("a"), {}], named("a"))]),
        ({"l": named("a", "a")}, {"l": named("b")}, [(("l",), "l", ("l",), named("a", "a"), named("b"))]),
        # Quantities that are only written otherwise
        ({"instances": {"e": {"storage": {"size": "1Gi"}}}}, {"instances": {"e": {"storage": {"size": "1024Mi"}}}}, []),
        # What is not known
        ({"a": Deferred()}, {"a": 1}, []),
        ({"a": 1}, {"a": Deferred()}, []),
        ({"l": [1]}, {"l": [Deferred()]}, []),
        ({"labels": {"a": Deferred()}}, {"labels": {"a": 1}}, []),
        ({"a": {"b": Deferred(), "c": 1}}, {"a": {"b": 1, "c": 2}}, [(("a", "c"), "a.c", ("a", "c"), 1, 2)]),
    ],
)  # fmt: skip
def test_each_value_that_differs_is_said_once(old: Any, new: Any, expected: list[Any]) -> None:
    found = [(d.path, d.where, d.field, d.old, d.new) for d in differences(old, new)]

    assert found == expected


@pytest.mark.parametrize(
    ("old", "new", "path", "parts"),
    [
        ({}, {"instances": {"e": {"replicas": 1, "storage": {"size": "1Gi"}, "none": None}}}, ("instances", "e"),
         (("instances", "e", "replicas"), ("instances", "e", "storage", "size"))),
        ({"instances": {"e": {}}}, {"instances": {}}, ("instances", "e"), (("instances", "e"),)),
        ({"l": named("a")}, {"l": named("a", "b", c=[{"d": 1}, {"d": 2}])[1:] + named("a")}, ("l", 0),
         (("l", "name"), ("l", "c", "d"), ("l", "c", "d"))),
        ({"l": named("a", "b", "c")}, {"l": named("a", "c")}, ("l", 2), (("l", "name"),)),
    ],
)  # fmt: skip
def test_what_comes_or_goes_as_a_whole_has_the_paths_in_it(old: Any, new: Any, path: Any, parts: Any) -> None:
    [whole] = [d for d in differences(old, new) if d.parts]

    assert (whole.path, whole.parts, whole.reordered) == (path, parts, False)
    assert (whole.old is None) != (whole.new is None)


@pytest.mark.parametrize(
    ("old", "new", "reordered"),
    [
        (["a", "b"], ["a", "b"], False),
        (["a", "b"], ["b", "a"], True),
        (["a"], ["a", "b"], True),
        (["a", "b"], ["a"], True),
        ([], ["a"], True),
    ],
)
def test_a_list_whose_items_have_other_places_is_said_with_their_names(
    old: list[str], new: list[str], reordered: bool
) -> None:
    found = [d for d in differences({"l": named(*old)}, {"l": named(*new)}) if d.reordered]

    assert [(d.path, d.where, d.field, d.old, d.new) for d in found] == (
        [(("l",), "l", ("l",), old, new)] if reordered else []
    )


def test_a_secret_value_is_computed_with_as_what_it_is() -> None:
    assert (plain(Concealed("1Gi")), plain("2Gi"), plain(None)) == ("1Gi", "2Gi", None)
