"""YAML text to data with positions: whatever comes in, findings with places come out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import fuse

from pulumi_everest.model.findings import Finding, Place, one_line
from pulumi_everest.model.shapes import ANY, BOOL, NUMBER, TEXT, TEXT_OR_MAP, Shape
from pulumi_everest.model.source import events as source_events
from pulumi_everest.model.source.documents import MAX_BYTES, Document, read_file, read_yaml
from pulumi_everest.model.source.text import MAX_FINDINGS

SHAPE = Shape(
    "object",
    {
        "version": TEXT,
        "replicas": NUMBER,
        "paused": BOOL,
        "labels": Shape("map", item=TEXT),
        "ranges": Shape("list", item=TEXT),
        "engineConfig": TEXT_OR_MAP,
        "instances": Shape("map", item=Shape("object", {"version": TEXT, "replicas": NUMBER})),
        "anything": ANY,
    },
)


@pytest.fixture(autouse=True, params=["c", "python"])
def parser(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every test runs on libyaml's parser and on the pure-Python one."""
    if request.param == "c" and not yaml.__with_libyaml__:
        pytest.skip("needs libyaml")
    loader = yaml.CSafeLoader if request.param == "c" else source_events.PureLoader
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source_events, "LOADER", loader)
        yield request.param


def read(text: str | bytes, shape: Shape = SHAPE) -> tuple[list[Document], list[Finding]]:
    return read_yaml(text, "f.yaml", lambda version, kind: shape)


def data_of(text: str | bytes, shape: Shape = SHAPE) -> dict[str, object]:
    documents, findings = read(text, shape)
    assert [one_line(entry) for entry in findings] == []
    assert len(documents) == 1
    return documents[0].data


def found(text: str | bytes) -> list[tuple[str, int | None, int | None]]:
    """Code, line and column of the findings."""
    findings = read(text)[1]
    assert all(entry.place and entry.place.file == "f.yaml" for entry in findings)
    return [(entry.code, entry.place.line, entry.place.column) for entry in findings if entry.place]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("version: 17.10", "17.10"),
        ("version: 8", "8"),
        ("version: off", "off"),
        ("version: 2026-01-31", "2026-01-31"),
        ("version: 1e3", "1e3"),
        ("version: 0x10", "0x10"),
        ("version: true", "true"),
        ("version: ' 1 '", " 1 "),
        ("version: ~", None),
        ("version: null", None),
        ("version:", None),
        ("version: 'null'", "null"),
        ("version: ''", ""),
        ("version: !!float 17.10", "17.10"),
        ("labels: {a: 1, b: yes}", {"a": "1", "b": "yes"}),
        ("ranges: [10.0, no, 0o7]", ["10.0", "no", "0o7"]),
        ("engineConfig: 1.50", "1.50"),
        ("engineConfig: {work_mem: 010, ssl: on}", {"work_mem": "010", "ssl": "on"}),
        ("instances: {db: {version: 16.10, replicas: 3}}", {"db": {"version": "16.10", "replicas": 3}}),
        ("version: |\n  a\n  b\n", "a\nb\n"),
        ("version: >-\n  a\n  b\n", "a b"),
        ("version: {a: 1}", {"a": 1}),
        ("ranges: {a: 1}", {"a": 1}),
        ("labels: [1]", [1]),
    ],
)
def test_text_is_read_as_written_where_text_is_wanted(written: str, value: object) -> None:
    assert next(iter(data_of(written).values())) == value


@pytest.mark.parametrize("text", ["true", "True", "TRUE", "yes", "Yes", "on", "ON"])
def test_switches_are_true_where_a_boolean_is_wanted(text: str) -> None:
    assert data_of(f"paused: {text}") == {"paused": True}


@pytest.mark.parametrize("text", ["false", "FALSE", "no", "NO", "off", "Off"])
def test_switches_are_false_where_a_boolean_is_wanted(text: str) -> None:
    assert data_of(f"paused: {text}") == {"paused": False}


@pytest.mark.parametrize("text", ["1", "maybe", "'true'", "y"])
def test_other_text_stays_text_where_a_boolean_is_wanted(text: str) -> None:
    assert data_of(f"paused: {text}") == {"paused": text.strip("'")}


@pytest.mark.parametrize("field", ["replicas", "anything"])
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3), ("-3", -3), ("+3", 3), ("0", 0), ("0x1F", 31), ("0o17", 15), ("1.5", 1.5), (".5", 0.5),
        ("1e3", 1000.0), ("true", True), ("False", False), ("null", None), ("9223372036854775807", 2**63 - 1),
    ],
)  # fmt: skip
def test_numbers_and_booleans_of_yaml_1_2_elsewhere(field: str, text: str, value: object) -> None:
    read_value = data_of(f"{field}: {text}")[field]
    assert read_value == value
    assert type(read_value) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "yes", "no", "on", "off", "007", "08", "0b11", "017", "1_000", "1:30", "0x", "0o8", ".inf", ".nan", "-.inf",
        "1e999",
        "9223372036854775808", "-9223372036854775809", "0xffffffffffffffff", "1.2.3", "2026-01-31", "=", "e3", "+",
        "-x", ".",
        "9" * 5000, f"{'1' * 5000}.5", "٣",
    ],
)  # fmt: skip
def test_everything_else_stays_text(text: str) -> None:
    assert data_of(f"anything: {text}") == {"anything": text}


def test_text_at_gives_what_was_written_of_values_that_are_not_text() -> None:
    documents, _ = read("anything: {a: 17.10, b: off, c: '17.10', d: true, e: ~, f: [010, 1.50]}\nreplicas: 0x10\n")
    texts = {path: documents[0].text_at(("anything", *path)) for path in [("a",), ("d",), ("e",), ("f", 1)]}
    assert texts == {("a",): "17.10", ("d",): "true", ("e",): "~", ("f", 1): "1.50"}
    assert documents[0].text_at(("replicas",)) == "0x10"
    for path in [("b",), ("c",), ("f",), ("f", 0), ("f", 7), ("nothing",)]:
        assert documents[0].text_at(("anything", *path)) is None


def test_the_shape_is_chosen_by_api_version_and_kind_wherever_they_stand() -> None:
    asked = []

    def shape_for(version: str | None, kind: str | None) -> Shape:
        asked.append((version, kind))
        return SHAPE if kind == "A" else ANY

    text = (
        "version: 1.10\nspec: {kind: B, list: [{kind: C}]}\n? [x]\n: y\nkind: A\napiVersion: v1\n"
        "---\nversion: 1.10\n---\nkind: [A]\napiVersion: v2\n---\n[1]"
    )
    documents, _ = read_yaml(text, "f.yaml", shape_for)
    assert asked == [("v1", "A"), (None, None), ("v2", None), (None, None)]
    assert [document.data.get("version") for document in documents] == ["1.10", 1.1, None]


PLACES = """\
# a comment
kind: A
spec:
  version: 8
  "quoted key" :   'x'
  list:
  - a
  -   name: b
      size: 1
  flow: {a: [1, {b: 2}], c: d}
  empty:
  block: |
    x
last: end
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ((), (2, 1), (2, 1)),
        (("kind",), (2, 1), (2, 7)),
        (("spec",), (3, 1), (4, 3)),
        (("spec", "version"), (4, 3), (4, 12)),
        (("spec", "quoted key"), (5, 3), (5, 20)),
        (("spec", "list"), (6, 3), (7, 3)),
        (("spec", "list", 0), (7, 5), (7, 5)),
        (("spec", "list", 1), (8, 7), (8, 7)),
        (("spec", "list", 1, "size"), (9, 7), (9, 13)),
        (("spec", "flow", "a", 1, "b"), (10, 18), (10, 21)),
        (("spec", "flow", "c"), (10, 26), (10, 29)),
        (("spec", "empty"), (11, 3), (11, 9)),
        (("spec", "block"), (12, 3), (12, 10)),
        (("last",), (14, 1), (14, 7)),
        # What is not there: the nearest thing around it.
        (("spec", "vesrion"), (3, 1), (4, 3)),
        (("spec", "list", 2), (6, 3), (7, 3)),
        (("spec", "list", -1), (6, 3), (7, 3)),
        (("spec", "list", "0"), (6, 3), (7, 3)),
        (("spec", "list", 1, "more", "of", 3), (8, 7), (8, 7)),
        (("spec", "version", "x"), (4, 3), (4, 12)),
        ((0,), (2, 1), (2, 1)),
    ],
)
def test_places_of_keys_and_values(path: tuple[str | int, ...], key: tuple[int, int], value: tuple[int, int]) -> None:
    document = read(PLACES)[0][0]
    assert document.place(path) == Place("f.yaml", *key)
    assert document.value_place(path) == Place("f.yaml", *value)


@pytest.mark.parametrize("count", [5, 33, 500])
def test_places_in_wide_mappings_and_lists_are_the_same_in_any_order(count: int) -> None:
    text = "map:\n" + "".join(f"  k{n}: {{x: 1}}\n" for n in range(count)) + "list:\n" + "- 1\n" * count
    document = read(text)[0][0]
    for n in (count - 1, 0, count // 2, count - 1, count - 2):
        assert document.place(("map", f"k{n}", "x")).line == n + 2
        assert document.place(("list", n)).line == count + n + 3
        assert document.text_at(("map", f"k{n}", "x")) == "1"
    assert document.place(("map", f"k{count}", "x")).line == 1
    assert document.place(("list", count)).line == count + 2


def test_places_hold_whatever_happens_to_the_data() -> None:
    document = read(PLACES)[0][0]
    document.data.clear()
    assert document.place(("spec", "version")) == Place("f.yaml", 4, 3)


def test_places_in_later_documents_count_from_the_start_of_the_file() -> None:
    documents, _ = read("a: 1\r\n---\r\nb: 2\r\n---\r\n\r\nc: {d: 3}\r\n")
    assert [document.index for document in documents] == [0, 1, 2]
    assert documents[2].place(("c", "d")) == Place("f.yaml", 6, 5)


def test_a_document_that_was_not_read_from_text_has_the_place_of_its_file() -> None:
    document = Document({"a": 1}, "given")
    assert document.place(("a",)) == document.value_place(("a",)) == Place("given")
    assert document.text_at(("a",)) is None


# Several documents


@pytest.mark.parametrize(
    ("text", "indexes"),
    [
        ("a: 1\n---\n---\nb: 2\n", [0, 2]),
        ("---\n# nothing\n---\na: 1\n...\n---\nb: 1\n...\n", [1, 2]),
        ("null\n---\na: 1", [1]),
        ("%YAML 1.2\n---\na: 1\n", [0]),
        ("--- {a: 1}\n--- {}\n", [0, 1]),
        ('{"a": [1, {"b":null}]}', [0]),
        ('{\n\t"a":\t[1,\t2]\n}\n', [0]),
        ("\ufeffa: 1", [0]),
        (b"\xef\xbb\xbfa: 1", [0]),
    ],
)
def test_documents_are_numbered_with_the_empty_ones_left_out(text: str | bytes, indexes: list[int]) -> None:
    documents, findings = read(text)
    assert findings == []
    assert [document.index for document in documents] == indexes


@pytest.mark.parametrize("text", ["", b"", "\n\n", "# only a comment\n", "---\n", "---\n...\n---\n", "~", "\ufeff"])
def test_no_document_at_all_is_a_finding(text: str | bytes) -> None:
    assert found(text) == [("source.empty", None, None)]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("- a: 1\n- b\n", (1, 1), "a list"),
        ("\nhello\n", (2, 1), "a single value"),
        ("--- 17", (1, 5), "a single value"),
    ],
)
def test_a_root_that_is_no_mapping(text: str, place: tuple[int, int], said: str) -> None:
    documents, findings = read(text)
    assert documents == []
    assert found(text) == [("source.document", *place)]
    assert said in findings[0].message


# What is wrong in a text


@pytest.mark.parametrize(
    ("text", "code", "place", "said"),
    [
        ("a:\n\t- b\n", "source.syntax", (2, 1), "indent with spaces"),
        ("a: |\n\tb\n", "source.syntax", (2, 1), "spaces"),
        ("a: b: c\n", "source.syntax", (1, 5), "quotes"),
        ("a:\n  b: 1\n c: 2\n", "source.syntax", (3, 2), "indentation"),
        ("a: @b\n", "source.syntax", (1, 4), "cannot start with '@'"),
        ("a: `b`\n", "source.syntax", (1, 4), "cannot start with '`'"),
        ("a: - b\n", "source.syntax", (1, 4), "put the list on the lines after its key"),
        ("x: 1\na: 'b\nc: d\n", "source.syntax", (2, 4), "closing quote"),
        ("x: 1\na: [1, 2\n", "source.syntax", (2, 4), "']'"),
        ("x: 1\na: {b: 2\n", "source.syntax", (2, 4), "'}'"),
        ("a: [1\nb: 2\n", "source.syntax", (2, 2), "began on line 1"),
        ("a: }\n", "source.syntax", (1, 4), "a value is expected"),
        ("a: 1\nbcd\nc: 3\n", "source.syntax", (2, 1), "':' missing"),
        ('a: "\\ud83d\\ude00"\n', "source.syntax", None, "write the character itself"),
        ('a: "\\UFFFFFFFF"\n', "source.syntax", None, "escape"),
        ('a: "C:\\dir"\n', "source.syntax", None, "two backslashes"),
        ("a: *.example.com\n", "source.syntax", (1, 5), "quotes"),
        ("%YAML 3.0\n---\na: 1", "source.syntax", (1, 1), "%YAML"),
        ("a: 1\n...\nb: 2\n", "source.syntax", (3, 1), "---"),
        ("<<: 3\n", "source.syntax", (1, 5), "takes a mapping"),
        ("<<: [3]\n", "source.syntax", (1, 6), "takes a mapping"),
        ("a: \x07\n", "source.syntax", (1, 4), "U+0007"),
        ("a: 1\n\ufeffb: 2\n", "source.syntax", (2, 1), "byte order mark"),
        ("a: b\n\0c", "source.unreadable", (2, 1), "offset 5"),
        (b"a: 1\nb: \xff\n", "source.unreadable", (2, 4), "byte 0xff at offset 8"),
        (b"\xc3\xa9: \xe9t\xe9\n", "source.unreadable", (1, 4), "offset 4"),
        (b"a: 1\xc3", "source.unreadable", (1, 5), "offset 4"),
        ("a: \ud800", "source.syntax", (1, 4), "U+D800"),
        ("a: !foo b\n", "source.tag", (1, 4), "!foo"),
        ("a: !!python/object/apply:os.system [x]\n", "source.tag", (1, 4), "python/object/apply:os.system"),
        ("a: !!python/name:os.system\n", "source.tag", (1, 4), "python/name"),
        ("a: !!binary aGk=\n", "source.tag", (1, 4), "binary"),
        ("a: !!set {b}\n", "source.tag", (1, 4), "set"),
        ("a: !!str {b: 1}\n", "source.tag", (1, 4), "mapping"),
        ("a: !!map [b]\n", "source.tag", (1, 4), "list"),
        ("a: !!int b\n", "source.tag", (1, 4), "!!int"),
        ("a: !!int 1.5\n", "source.tag", (1, 4), "!!int"),
        ("a: !!bool 2\n", "source.tag", (1, 4), "!!bool"),
        ("a: !x!y b\n", "source.tag", (1, 4), "%TAG"),
        ("!!int 1: b\n", "source.key", (1, 1), "text"),
        ("? [a]\n: b\n", "source.key", (1, 3), "cannot be a key"),
        ("{a: b}: c\n", "source.key", (1, 1), "cannot be a key"),
        ("a: &x [1]\nb: {*x : 1}\n", "source.key", (2, 5), "cannot be a key"),
        ("~: a\n", "source.key", (1, 1), "missing"),
        ("a: {~: b}\n", "source.key", (1, 5), "missing"),
        ("a: *b\n", "source.alias", (1, 4), "'*b'"),
        ("a: &a [*a]\n", "source.alias", (1, 8), "itself"),
        ("a: &a {b: {c: *a}}\n", "source.alias", (1, 15), "itself"),
        ("a: &a\n  <<: *a\n", "source.alias", (2, 7), "itself"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    text: str | bytes, code: str, place: tuple[int, int] | None, said: str
) -> None:
    findings = read(text)[1]
    assert [entry.code for entry in findings] == [code]
    assert said in one_line(findings[0])
    if place is not None:
        assert found(text) == [(code, *place)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_refused(encoding: str) -> None:
    findings = read("a: b\n".encode(encoding))[1]
    assert [entry.code for entry in findings] == ["source.unreadable"]
    assert findings[0].hint == "save it as UTF-8"


def test_a_compressed_file_is_refused_as_such() -> None:
    assert "gzip" in read(b"\x1f\x8b\x08\x00abc")[1][0].message


def test_all_forbidden_characters_are_found_at_once() -> None:
    assert found("a: \x01\nb: \x02\n") == [("source.syntax", 1, 4), ("source.syntax", 2, 4)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!str 1", "1"), ("! 1", "1"), ("!!int '3'", 3), ("!!int 0x10", 16), ("!!float 1", 1.0), ("!!float 1.5", 1.5),
        ("!!bool yes", True), ("!!null x", None), ("!!map {a: 1}", {"a": 1}), ("!!seq [1]", [1]),
        ("!<tag:yaml.org,2002:str> 2", "2"),
    ],
)  # fmt: skip
def test_tags_of_plain_data_are_accepted(text: str, value: object) -> None:
    read_value = data_of(f"anything: {text}")["anything"]
    assert read_value == value
    assert type(read_value) is type(value)


def test_keys_are_text_as_written() -> None:
    text = "1: a\n1.50: b\ntrue: c\non: d\n0x1: e\n'': f\n'null': g\n!!str 7: h\n? i\n: j\n2026-01-31: k\n"
    assert list(data_of(text, ANY)) == ["1", "1.50", "true", "on", "0x1", "", "null", "7", "i", "2026-01-31"]


# Duplicate keys


def test_every_duplicate_key_is_found_and_points_at_the_second() -> None:
    text = "a: 1\nb: {c: 1, d: 2, c: 3}\na: 2\nlist:\n- x: 1\n  x: 2\na: {e: 1, e: 2}\n"
    documents, findings = read(text)
    assert found(text) == [
        ("source.duplicate-key", 2, 17),
        ("source.duplicate-key", 3, 1),
        ("source.duplicate-key", 6, 3),
        ("source.duplicate-key", 7, 1),
        ("source.duplicate-key", 7, 11),
    ]
    assert [entry.path for entry in findings] == [("b", "c"), ("a",), ("list", 0, "x"), ("a",), ("a", "e")]
    first = [entry.message.rpartition(", first at f.yaml:")[2] for entry in findings]
    assert first == ["2:5", "1:1", "5:3", "1:1", "7:5"]
    assert documents[0].data == {"a": 1, "b": {"c": 1, "d": 2}, "list": [{"x": 1}]}
    assert documents[0].place(("a",)) == Place("f.yaml", 1, 1)
    assert documents[0].place(("list", 0, "x")) == Place("f.yaml", 5, 3)


def test_keys_that_only_look_different_are_duplicates() -> None:
    assert found("a: 1\n'a': 2\n\"\\x61\": 3\n") == [("source.duplicate-key", 2, 1), ("source.duplicate-key", 3, 1)]


def test_a_very_long_key_is_cut_in_message_and_path() -> None:
    key = "k" * 100_000
    findings = read(f"? {key}\n: 1\n? {key}\n: 2\n")[1]
    assert [entry.code for entry in findings] == ["source.duplicate-key"]
    assert len(one_line(findings[0])) < 300


# Aliases and merge keys


def test_aliases_are_read_by_the_shape_of_their_place_and_are_not_shared() -> None:
    text = "anything: &x {version: 1.10, paused: [off]}\ninstances:\n  a: *x\n  b: *x\n"
    documents, findings = read(text)
    data = documents[0].data
    assert findings == []
    assert data["anything"] == {"version": 1.1, "paused": ["off"]}
    assert data["instances"]["a"] == {"version": "1.10", "paused": ["off"]}
    assert data["instances"]["a"] is not data["instances"]["b"]
    assert documents[0].value_place(("instances", "b")) == Place("f.yaml", 4, 6)
    assert documents[0].place(("instances", "b", "version")) == Place("f.yaml", 1, 15)


def test_an_anchor_may_be_defined_again_and_an_alias_may_be_a_key() -> None:
    assert data_of("a: &x one\nb: *x\nc: &x two\nd: *x\n*x : e\n", ANY) == {
        "a": "one", "b": "one", "c": "two", "d": "two", "two": "e",
    }  # fmt: skip


def test_anchors_do_not_reach_into_the_next_document() -> None:
    assert found("a: &x 1\n---\nb: *x\n") == [("source.alias", 3, 4)]


def test_an_alias_to_nothing_names_the_nearest_anchor() -> None:
    assert read("a: &storage 1\nb: *storge\n")[1][0].hint == "did you mean 'storage'?"


def test_merge_keys() -> None:
    text = """\
instances:
  base: &base {version: 1.10, replicas: 3}
  other: &other {replicas: 5, extra: {deep: 1}}
  one: {<<: *base, replicas: 1}
  two:
    <<: [*other, *base]
    own: x
  three: {<<: {version: 2.0}}
  "<<": {version: 4.0}
"""
    documents, findings = read(text)
    assert findings == []
    instances = documents[0].data["instances"]
    assert instances["one"] == {"version": "1.10", "replicas": 1}
    assert instances["two"] == {"version": "1.10", "replicas": 5, "extra": {"deep": 1}, "own": "x"}
    assert instances["three"] == {"version": "2.0"}
    assert instances["<<"] == {"version": "4.0"}
    assert documents[0].place(("instances", "one", "version")) == Place("f.yaml", 2, 16)
    assert documents[0].place(("instances", "one", "replicas")) == Place("f.yaml", 4, 20)
    assert documents[0].place(("instances", "two", "extra", "deep")) == Place("f.yaml", 3, 39)
    assert documents[0].place(("instances", "two", "own")) == Place("f.yaml", 7, 5)
    assert documents[0].text_at(("instances", "two", "replicas")) == "5"


def test_two_merge_keys_in_one_mapping_are_duplicates() -> None:
    assert found("a: {<<: {b: 1}, <<: {c: 1}}\n") == [("source.duplicate-key", 1, 17)]


# Broken documents among good ones


def test_a_broken_document_hides_neither_those_before_nor_those_after() -> None:
    text = "a: 1\n---\nb: 1\nb: 2\nc: [\n---\nd: 1\n---\ne: 'x\n---\nf: 1\nf: 2\n---\n- g\n"
    documents, _ = read(text)
    assert [(document.index, document.data) for document in documents] == [(0, {"a": 1}), (2, {"d": 1}), (4, {"f": 1})]
    assert [(code, line) for code, line, _ in found(text)] == [
        ("source.duplicate-key", 4),
        ("source.syntax", 6),
        ("source.syntax", 9),
        ("source.duplicate-key", 12),
        ("source.document", 14),
    ]
    assert documents[2].place(("f",)) == Place("f.yaml", 11, 1)


def test_a_dashed_line_inside_a_block_of_text_starts_no_document() -> None:
    assert data_of("anything: |\n  ---\n  x\n") == {"anything": "---\nx\n"}


# Hostile input: bounded in time and memory

LAUGHS = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 60)
)
MERGED_LAUGHS = "m0: &m0 {a: 1, b: 2}\n" + "".join(
    f"m{i}: &m{i} {{<<: [{', '.join([f'*m{i - 1}'] * 10)}], k{i}: 1}}\n" for i in range(1, 30)
)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (LAUGHS, ["source.alias"]),
        (MERGED_LAUGHS, ["source.alias"]),
        ("a: &a [" + "x," * 2_000 + "]\nb: [" + "*a," * 2_000 + "]\n", ["source.alias"]),
        ("a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 140)), ["source.too-deep"]),
        ("a: " + "[" * 100_000, ["source.too-deep"]),
        ("{a: " * 100_000, ["source.too-deep"]),
        ("- " * 100_000, ["source.too-deep"]),
        ("[" * 100_000 + "]" * 100_000, ["source.too-deep"]),
        ("k: 1\n" * 3_000, ["source.duplicate-key"] * MAX_FINDINGS),
        ("%TAG !a! b\n" * 2_000 + "---\na: 1\n", ["source.too-large"]),
        ("a: b: c\n---\n" * 5_000, ["source.syntax"] * 20),
        ("a: *" + "x" * 100_000, ["source.alias"]),
    ],
    ids=[
        "laughs", "merged-laughs", "quadratic", "alias-chain", "brackets", "braces", "dashes", "closed-brackets",
        "duplicates", "tag-directives", "broken-documents", "long-alias",
    ],
)  # fmt: skip
def test_hostile_input_is_refused(text: str, codes: list[str]) -> None:
    with fuse():
        findings = read(text)[1]
    assert [entry.code for entry in findings] == codes
    assert all(len(one_line(entry)) < 500 for entry in findings)


def test_a_hundred_levels_are_read_and_one_more_is_not() -> None:
    assert read("a: " + "[" * 99 + "]" * 99)[1] == []
    assert found("a: " + "[" * 100 + "]" * 100) == [("source.too-deep", 1, 103)]


def test_a_long_line_is_read(parser: str) -> None:
    text = "x y" * (3_500_000 if parser == "c" else 50_000)
    assert data_of(f"anything: {text}") == {"anything": text}


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_events, "MAX_NODES", 50)
    monkeypatch.setattr(source_events, "MAX_NODES_OF_FILE", 100)
    assert found("a: [" + "1," * 60 + "]\n---\nb: 1\n") == [("source.too-large", 1, 99)]
    documents, findings = read("a: 1\n---\n" * 60)
    assert [entry.message for entry in findings] == ["the input has more than 100 values"]
    assert len(documents) < 60


def test_too_many_bytes_are_refused(tmp_path: Path) -> None:
    assert found(b" " * (MAX_BYTES + 1)) == [("source.too-large", None, None)]


# Files


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "clusters.yaml"
    file.write_bytes("name: Größe\n".encode())
    documents, findings = read_file(file, lambda *_: ANY)
    assert (documents[0].data, findings) == ({"name": "Größe"}, [])
    assert documents[0].place(("name",)) == Place(str(file), 1, 1)


@pytest.mark.parametrize(
    ("name", "said"), [("missing.yaml", "no such file"), (".", "a folder"), ("a\0b", "cannot be read")]
)
def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path, name: str, said: str) -> None:
    documents, findings = read_file(f"{tmp_path}/{name}", lambda *_: ANY)
    assert documents == []
    assert [entry.code for entry in findings] == ["source.unreadable"]
    assert said in findings[0].message


# Properties

SYNTAX = st.text(
    st.sampled_from("ab01 \n\t:-?,[]{}#&*!|>'\"%@`<=~.\\x\r\0é\u2028\x85\ufeff😀"),
    max_size=60,
)
FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "a: ", "- ", "? ", ": ", "\n", "  ", "[", "]", "{", "}", ", ", "&a ", "*a", "*b ", "<<: ", "!!int ", "!x ",
            "'", '"',
            "|", ">", "---\n", "...\n", "%YAML 1.1\n", "#c\n", "1", "x", "\\u12", "\t", "~", "\r\n",
        ]
    ),
    max_size=40,
).map("".join)  # fmt: skip


def check_result(text: str | bytes) -> None:
    documents, findings = read(text)
    assert documents or findings
    for document in documents:
        assert isinstance(document.data, dict)
        for path in paths(document.data):
            place, value = document.place(path), document.value_place(path)
            assert place.line is not None
            assert place.column is not None
            assert value.line is not None
    for entry in findings:
        assert entry.place is not None
        one_line(entry)


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            assert isinstance(key, str)
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*path, index))


@settings(max_examples=examples(300))
@given(st.one_of(st.text(max_size=60), SYNTAX, FRAGMENTS))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    check_result(text)


@settings(max_examples=examples(150))
@given(st.one_of(st.binary(max_size=60), FRAGMENTS.map(str.encode), SYNTAX.map(lambda text: text.encode("utf-16"))))
def test_no_bytes_make_the_reader_fail(content: bytes) -> None:
    check_result(content)


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
)
PLAIN = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)


def same(left: object, right: object) -> bool:
    """Equal, and of the same types; 1 is neither 1.0 nor True."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-15)
    return type(left) is type(right) and left == right


@settings(max_examples=examples(200))
@given(st.dictionaries(st.text(), PLAIN, max_size=4))
def test_what_was_written_quoted_is_read_back(data: dict[str, object]) -> None:
    # Quoted all over, with the tags that this needs for what is not text.
    assert same(data_of(yaml.safe_dump(data, default_style='"', allow_unicode=True), ANY), data)


@settings(max_examples=examples(200))
@given(st.one_of(SYNTAX, FRAGMENTS).map(lambda text: f"{text}\n"))
def test_both_parsers_read_the_same(text: str) -> None:
    results = []
    for loader in (yaml.CSafeLoader, source_events.PureLoader):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(source_events, "LOADER", loader)
            results.append(read(text))
    (c_documents, c_findings), (documents, findings) = results
    if not c_findings and not findings:
        assert [(d.index, d.data, d.entries) for d in documents] == [(d.index, d.data, d.entries) for d in c_documents]
