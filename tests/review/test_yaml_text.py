"""Plain data as YAML text."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.review.yaml_text import emitted_text, scalar_text, yaml_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("8.0", '"8.0"'),
        ("17", '"17"'),
        ("010", '"010"'),
        ("0o17", '"0o17"'),
        ("0x1F", '"0x1F"'),
        ("1e3", '"1e3"'),
        ("1_000", '"1_000"'),
        (".5", '".5"'),
        ("1:30", '"1:30"'),
        ("2026-03-01", '"2026-03-01"'),
        ("yes", '"yes"'),
        ("Off", '"Off"'),
        ("y", '"y"'),
        ("null", '"null"'),
        ("~", '"~"'),
        ("", '""'),
        (".inf", '".inf"'),
        ("<<", '"<<"'),
        ("...", '"..."'),
        ("---", '"---"'),
        ("- a", '"- a"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("{a}", '"{a}"'),
        ("*a", '"*a"'),
        ("0 3 * * *", '"0 3 * * *"'),
        (" a", '" a"'),
        ("a\tb", '"a\\tb"'),
        ("\x1b[31m", '"\\e[31m"'),
        ("8.0.8-3", "8.0.8-3"),
        ("10Gi", "10Gi"),
        ("500m", "500m"),
        ("percona/percona-server-mongodb:8.0.8-3", "percona/percona-server-mongodb:8.0.8-3"),
        ("https://pmm.example.com:443/a", "https://pmm.example.com:443/a"),
        ("--collector.limit=200", "--collector.limit=200"),
        ("two words", "two words"),
        (1, "1"),
        (True, "true"),
        (None, "null"),
        ({}, "{}"),
        ([], "[]"),
        ("a\nb", "|-\n  a\n  b"),
        ("a\nb\n", "|\n  a\n  b"),
        ("a: 1\n  b\n\nc\n", "|\n  a: 1\n    b\n\n  c"),
        ("a \nb", '"a \\nb"'),
        ("\na", '"\\na"'),
    ],
)
def test_text_is_quoted_only_where_it_must_be(value: Any, text: str) -> None:
    assert yaml_text({"k": value}) == f"k: {text}\n"


def test_keys_keep_their_order_and_lists_are_not_indented() -> None:
    assert yaml_text({"z": [{"b": 1, "a": [2]}], "a": {"x": "1"}}) == 'z:\n- b: 1\n  a:\n  - 2\na:\n  x: "1"\n'


def test_shared_values_are_written_each_time() -> None:
    shared = {"a": 1}
    assert yaml_text({"x": shared, "z": shared}) == "x:\n  a: 1\nz:\n  a: 1\n"


def test_long_text_stays_on_its_line() -> None:
    assert yaml_text({"k": "word " * 60 + "end"}).count("\n") == 1


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"]), max_size=30) | st.text(
    "019.:-+_eExob \n#'\"yn", max_size=8
)
DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=examples(400))
@given(st.dictionaries(TEXTS.filter(lambda key: key != "<<"), DATA, min_size=1, max_size=4))
def test_every_reader_gets_back_what_was_written(data: dict[str, Any]) -> None:
    text = yaml_text(data)
    assert yaml.safe_load(text) == data
    (document,), found = read_yaml(text, "-", lambda _version, _kind: ANY)
    assert found == []
    assert document.data == data
    assert yaml_text(document.data) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("10Gi", "10Gi"), ("8.0", '"8.0"'), (3, "3"), ([1, "a"], "[1, a]"), ({"a": "1"}, '{a: "1"}'), ("x\ny", '"x\\ny"')],
)
def test_one_line_for_one_value(value: Any, text: str) -> None:
    assert scalar_text(value) == text


def test_a_very_long_value_is_cut() -> None:
    assert len(scalar_text("x" * 5000)) < 250


_WORDS = st.sampled_from(
    ["a", "y", "8.0", "...a", "--x", "-", "a: b", "a b", 'a"b\\', "a\nb", "a\nb\n", "a\n\nb\n\n", " a\nb", "a\n b",
     "a \nb", "::x\ny", "\n", "\t\n", "a\tb\nc", "é", "é\nb", "\x1b", "", "<secret>", "x" * 90, "x" * 101, "x" * 130]
)  # fmt: skip
_TEXTS = _WORDS | st.text(alphabet="ab:.-#\"'\\ \n\t0é{[&*", max_size=6)
_SCALARS = _TEXTS | st.none() | st.booleans() | st.integers(-5, 1 << 70) | st.floats()
_DATA = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4), max_leaves=12
)


@given(_DATA)
@settings(max_examples=examples(400))
def test_text_is_that_of_the_emitter(data: Any) -> None:
    assert yaml_text(data) == emitted_text(data)
