"""Plain data compared to the last leaf, and the patch between two pieces of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_everest.core.exact import leaves, patch_between, same
from pulumi_everest.core.merging import copied
from pulumi_everest.emit.patch import patched


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (1, 1, True),
        (1, 1.0, True),
        (1, True, False),
        (False, 0, False),
        (True, True, True),
        (None, None, True),
        (None, False, False),
        ("1", 1, False),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ([1, 2], [1, 2], True),
        ([1, 2], [2, 1], False),
        ([1], [1, 2], False),
        ([True], [1], False),
        ({}, [], False),
    ],
)
def test_values_are_the_same_in_type_too(first: Any, second: Any, expected: bool) -> None:
    assert same(first, second) is expected
    assert same(second, first) is expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (1, {(): 1}),
        ({}, {(): {}}),
        ({"a": {"b": 1}, "c": [2, {"d": 3}]}, {("a", "b"): 1, ("c", 0): 2, ("c", 1, "d"): 3}),
        ({"a": {}, "b": []}, {("a",): {}, ("b",): []}),
    ],
)
def test_every_leaf_has_its_path(data: Any, expected: dict[Any, Any]) -> None:
    assert leaves(data) == expected
    assert leaves(data, ("x",)) == {("x", *path): value for path, value in expected.items()}


@pytest.mark.parametrize(
    ("have", "want", "patch"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {}, {"a": None}),
        ({}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "d": 1}}, {"a": {"c": None, "b": 2, "d": 1}}),
        ({"a": [1]}, {"a": [1, 2]}, {"a": [1, 2]}),
        ({"a": 1}, {"a": True}, {"a": True}),
        ({"a": 1}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": 1}, {"a": 1}),
    ],
)
def test_a_patch_says_what_differs_and_no_more(have: Any, want: Any, patch: Any) -> None:
    assert patch_between(have, want) == patch


values = st.recursive(
    st.one_of(st.integers(0, 2), st.booleans()),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
mappings = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


@given(mappings, mappings)
def test_a_patch_makes_the_one_of_the_other(have: dict[str, Any], want: dict[str, Any]) -> None:
    assert same(patched(copied(have), patch_between(have, want)), want)


@given(mappings)
def test_a_patch_has_values_of_its_own(want: dict[str, Any]) -> None:
    before, patch = copied(want), patch_between({}, want)
    for value in patch.values():
        if isinstance(value, (dict, list)):
            value.clear()

    assert want == before
