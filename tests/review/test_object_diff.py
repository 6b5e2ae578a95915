"""What differs between two sets of objects."""

from __future__ import annotations

import copy
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_everest.cli.output.tree import ASCII, LINES, diff_tree, tree
from pulumi_everest.program.values import UNKNOWN, Secret
from pulumi_everest.review.comparison.object_diff import Change, changed, compare
from pulumi_everest.review.hidden_values import HIDDEN, UNKNOWN_TEXT, marked
from pulumi_everest.review.inputs.groups import Group, Item


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("a", "changed")]),
        ({"a": 1}, {"a": "1"}, [("a", "changed")]),
        ({"a": 1}, {"a": True}, [("a", "changed")]),
        ({"a": 1}, {"a": 1.0}, []),
        ({}, {"a": {"b": 1}}, [("a", "added")]),
        ({"a": {"b": 1}}, {}, [("a", "removed")]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"d": 3, "c": 2}}, [("a.d", "added"), ("a.b", "removed")]),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, [("a[1]", "changed"), ("a[2]", "added")]),
        ({"a": [1, 2]}, {"a": [1]}, [("a[1]", "removed")]),
        (
            {"r": [{"name": "rs0", "n": 1}, {"name": "rs1", "n": 1}]},
            {"r": [{"name": "rs2"}, {"name": "rs1", "n": 2}]},
            [("r[rs2]", "added"), ("r[rs1].n", "changed"), ("r[rs0]", "removed")],
        ),
        ({"r": [{"name": "a"}, {"name": "b"}]}, {"r": [{"name": "b"}, {"name": "a"}]}, []),
        ({"r": [{"name": "a"}, {"name": "a"}]}, {"r": [{"name": "a"}]}, [("r[1]", "removed")]),
        ({"r": []}, {"r": [{"name": "a"}]}, [("r[a]", "added")]),
        ({"a": {"b": 1}}, {"a": [1]}, [("a", "changed")]),
        ({"l": {"a.b/c": 1}}, {"l": {"a.b/c": 2}}, [('l["a.b/c"]', "changed")]),
        ({"a": None}, {}, [("a", "removed")]),
        ({"a": Secret("x")}, {"a": Secret("y")}, [("a", "changed")]),
        ({"a": Secret("x")}, {"a": Secret("x")}, []),
        ({"a": Secret("<secret>")}, {"a": Secret("y")}, []),
        ({"a": "<secret>"}, {"a": Secret({"b": 1})}, []),
        ({"a": "<unknown>"}, {"a": UNKNOWN}, []),
        ({"a": UNKNOWN}, {"a": UNKNOWN}, []),
        ({"a": "x"}, {"a": UNKNOWN}, [("a", "changed")]),
    ],
)
def test_the_smallest_fields_that_differ(old: Any, new: Any, expected: list[tuple[str, str]]) -> None:
    assert [(change.where, change.kind) for change in changed(old, new)] == expected


def item(name: str, *, kind: str = "Db", version: str = "example.com/v1", **spec: Any) -> Item:
    return Item({"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "n"}, "spec": spec})


def test_objects_are_matched_by_group_kind_namespace_and_name() -> None:
    old = [item("a", x=1), item("b"), item("c", kind="Secret"), item("d", version="example.com/v1")]
    new = [item("b"), item("a", x=2), item("c"), item("d", version="example.com/v2")]
    kinds = [(d.kind, d.item.key[1], d.item.key[3]) for d in compare(old, new)]
    assert kinds == [
        ("same", "Db", "b"),
        ("changed", "Db", "a"),
        ("created", "Db", "c"),
        ("changed", "Db", "d"),
        ("removed", "Secret", "c"),
    ]


def test_the_tree_shows_what_happens_and_hides_secrets() -> None:
    old = [item("a", size=3, text="one\ntwo\n", gone={"x": 1}), item("z")]
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"k": "hunter2"}}
    new = [item("a", size=5, text="one\nthree\n", more=[1]), Item(secret)]
    group = Group("cluster", "orders", {"namespace": "n"}, new)
    text = click.unstyle(diff_tree([group], compare(old, new), LINES))
    assert (
        text
        == """\
cluster orders (namespace n)
├─ ~ Db a  example.com/v1  in n  changed
│  ~ spec.size: 3 → 5
│  ~ spec.text:
│  -   one
│  -   two
│  +   one
│  +   three
│  + spec.more:
│  +   - 1
│  - spec.gone:
│  -   x: 1
└─ + Secret s  v1  created
   + stringData:
   +   k: <secret>

no longer there
└─ - Db z  example.com/v1  in n  removed

3 objects: 1 created, 1 changed, 1 removed"""
    )


def test_a_changed_secret_is_said_without_its_value() -> None:
    def made(value: str) -> Item:
        return Item({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"k": value}})

    new = [made("two")]
    text = click.unstyle(diff_tree([Group("other", "passed on", {}, new)], compare([made("one")], new), LINES))
    assert "~ data.k: <secret> → <secret> (another value)" in text
    assert "two" not in text


def test_an_ascii_terminal_gets_ascii() -> None:
    group = Group("cluster", "orders", {}, [item("a", x=1), item("b", x="ok")])
    assert tree([group], ASCII).isascii()


def test_what_could_move_the_cursor_is_written_as_text() -> None:
    group = Group("cluster", "or\x1b[2Jders", {}, [item("a\x1b[2J", x="\x1b[2J")])
    for text in (tree([group], LINES), diff_tree([group], compare([], group.items), LINES)):
        assert "\x1b" not in click.unstyle(text)


SCALARS = st.sampled_from([None, True, False, 0, 1, 1.0, "a", "b", HIDDEN, UNKNOWN_TEXT, "Secret"])
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
KEYS = st.sampled_from(["kind", "data", "stringData", "metadata", "annotations", LAST_APPLIED, "name", "spec"])
PARTS = st.recursive(
    SCALARS | st.builds(Secret, SCALARS) | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def two_manifests(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two objects that have much in common, the parts that are the same in copies of their own."""
    top = {"kind": draw(st.sampled_from(["Secret", "Other"])), "metadata": {"name": "one"}}
    old = draw(st.dictionaries(KEYS, PARTS, min_size=1, max_size=5))
    kept = {key: copy.deepcopy(value) for key, value in old.items() if draw(st.booleans())}
    new = {**kept, **draw(st.dictionaries(KEYS, PARTS, max_size=2))}
    return {**old, **top, "spec": old}, {**new, **top, "spec": new}


@given(two_manifests())
def test_what_differs_is_the_same_with_the_parts_that_do_not(manifests: tuple[dict[str, Any], dict[str, Any]]) -> None:
    old, new = manifests

    [difference] = compare([Item(old)], [Item(new)])

    found = [(one.path, one.kind, values(one)) for one in difference.changes]
    assert found == [(one.path, one.kind, values(one)) for one in changed(marked(old), marked(new))]


def values(change: Change) -> str:
    """The values of a change, and whether they are secret."""
    return repr((change.old, change.new))
