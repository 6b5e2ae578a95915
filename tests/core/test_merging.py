"""Merging of defaults and patches."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pulumi_everest.core.images import with_digest, with_registry
from pulumi_everest.core.merging import both_patches, copied, over
from pulumi_everest.core.paths import FieldSet
from pulumi_everest.emit.patch import patched

plain = st.recursive(
    st.one_of(st.integers(), st.text(max_size=3), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=10,
)
mappings = st.dictionaries(st.sampled_from("abc"), plain, max_size=3)


@given(mappings, mappings)
def test_defaults_never_change_what_is_said(defaults: dict[str, Any], value: dict[str, Any]) -> None:
    merged = over(defaults, value)
    assert over(value, merged) == merged
    assert over(defaults, merged) == merged


@pytest.mark.parametrize(
    ("target", "patch", "expected"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], {"a": "b"}, {"a": "b"}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patches_are_those_of_rfc_7396(target: Any, patch: Any, expected: Any) -> None:
    assert patched(copied(target), patch) == expected


@pytest.mark.parametrize(
    ("image", "registry", "expected"),
    [
        ("percona/x:1", "reg.example.com", "reg.example.com/percona/x:1"),
        ("docker.io/percona/x:1", "reg.example.com/mirror/", "reg.example.com/mirror/percona/x:1"),
        ("localhost:5000/x:1", "reg.example.com", "reg.example.com/x:1"),
        ("reg.example.com/mirror/percona/x:1", "reg.example.com/mirror", "reg.example.com/mirror/percona/x:1"),
        ("localhost/x/y:1", "reg.example.com", "reg.example.com/x/y:1"),
        ("other.example.com/x/y:1", "reg.example.com", "reg.example.com/x/y:1"),
        ("reg.example.community/x", "reg.example.com", "reg.example.com/x"),
        ("local/x", "localhost", "localhost/local/x"),
        ("x", "reg.example.com", "reg.example.com/x"),
        ("x:1.0", "reg.example.com", "reg.example.com/x:1.0"),
        ("localhost", "reg.example.com", "reg.example.com/localhost"),
    ],
)
def test_a_registry_replaces_the_image_s_own_host_once(image: str, registry: str, expected: str) -> None:
    assert with_registry(image, registry) == expected
    assert with_registry(expected, registry) == expected


def test_a_digest_is_added_once() -> None:
    pinned = with_digest("a/b:1", "sha256:00")
    assert pinned == "a/b:1@sha256:00"
    assert with_digest(pinned, "sha256:11") == pinned


@pytest.mark.parametrize(
    ("paths", "data", "outside"),
    [
        (["a"], {"a": {"b": 1}}, []),
        (["a.b"], {"a": {"b": 1, "c": 2}}, [("a", "c")]),
        (["a.b"], {"a": {"c": {"d": 1}}, "e": 1}, [("a", "c"), ("e",)]),
        (["l.n"], {"l": [{"n": 1}, {"m": 2}]}, [("l", 1, "m")]),
        (["a.b", "a"], {"a": {"c": 1}}, []),
        (["a", "a.b"], {"a": {"c": 1}}, []),
        (["a.*.b"], {"a": {"x": {"b": 1, "c": 1}}}, [("a", "x", "c")]),
        (["a"], {"b": None}, []),
    ],
)
def test_fields_outside_a_set_are_the_topmost_ones(paths: list[str], data: Any, outside: list[Any]) -> None:
    assert [path for path, _ in FieldSet(paths).outside(data)] == outside


@pytest.mark.parametrize(
    ("path", "covered", "reached"),
    [
        ("a", False, True),
        ("a.b", True, True),
        ("a.b.c", True, True),
        ("a.x", False, False),
        ("z", False, False),
        ("all.below", True, True),
        ("all", True, True),
        ("a.b.x", True, True),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_a_path_covers_what_is_below_it(path: str, covered: bool, reached: bool, order: int) -> None:
    fields = FieldSet(["a.b", "all.of.it", "all", "a.b.c"][::order])

    assert fields.covers(tuple(path.split("."))) is covered
    assert fields.reaches(tuple(path.split("."))) is reached


def test_what_would_be_allowed_is_said() -> None:
    [(path, allowed)] = FieldSet(["a.c", "a.b", "a.b.x", "d"]).outside({"a": {"z": 1}, "d": 2})
    assert (path, allowed) == (("a", "z"), ["b", "c"])


def test_a_set_without_fields_is_empty() -> None:
    assert FieldSet(["a"])
    assert not FieldSet([])
    assert list(FieldSet([]).outside({"a": 1})) == [(("a",), [])]


def replaced_by_a_mapping(first: Any, second: Any) -> bool:
    """Whether the second patch has a mapping where the first has something else, which no single patch can say."""
    if not isinstance(first, dict):
        return isinstance(second, dict)
    return isinstance(second, dict) and any(replaced_by_a_mapping(first[k], second[k]) for k in first.keys() & second)


@given(mappings, mappings, mappings)
def test_two_patches_as_one_do_what_they_do_in_turn(target: Any, first: Any, second: Any) -> None:
    assume(not replaced_by_a_mapping(first, second))
    in_turn = patched(patched(copied(target), first), second)
    assert patched(copied(target), both_patches(first, second)) == in_turn


@pytest.mark.parametrize(
    ("given", "expected"),
    [([], []), (["b", "a.c", "a.b"], ["a.b", "a.c", "b"]), (["a.b", "a"], ["a"]), (["a", "a.b.c"], ["a"])],
)
def test_the_fields_of_a_set_are_told_by_their_paths(given: list[str], expected: list[str]) -> None:
    assert FieldSet(given).paths() == expected
