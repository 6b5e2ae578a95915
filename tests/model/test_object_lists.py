"""Lists of objects, and JSON objects one after another: each object is a document at its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_everest.model.findings import Place
from pulumi_everest.model.shapes import TEXT, Shape
from pulumi_everest.model.source.documents import Document, read_yaml

A = {"apiVersion": "v1", "kind": "A", "metadata": {"name": "a"}}
B = {"apiVersion": "v1", "kind": "B", "metadata": {"name": "b"}}
TYPED = Shape("object", {"version": TEXT})


def read(text: str) -> list[Document]:
    documents, found = read_yaml(text, "in.yaml", lambda _version, kind: TYPED if kind == "A" else Shape("any"))
    assert [entry.message for entry in found] == []
    return documents


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (json.dumps({"apiVersion": "v1", "kind": "List", "items": [A, B]}), [A, B]),
        (json.dumps({"kind": "List", "items": [A]}), [A]),
        (json.dumps({"items": [A, B], "kind": "List", "apiVersion": "v1", "metadata": {}}), [A, B]),
        (json.dumps({"apiVersion": "v1", "kind": "List", "items": [{"kind": "List", "items": [A]}, B]}), [A, B]),
        (json.dumps({"apiVersion": "v1", "kind": "AList", "items": [A]}), [A]),
        (json.dumps({"apiVersion": "v1", "kind": "AList", "items": [{"metadata": {"name": "a"}}]}), [A]),
        ("apiVersion: v1\nkind: List\nitems:\n- &a {apiVersion: v1, kind: A, metadata: {name: a}}\n- *a\n", [A, A]),
        ("kind: List\nitems:\n- null\n- {apiVersion: v1, kind: A, metadata: {name: a}}\n", [A]),
        (f"{json.dumps(A)}\n---\nkind: List\nitems: [{json.dumps(B)}]\n", [A, B]),
        (f"{json.dumps(A)}{json.dumps(B)}", [A, B]),
        (f"  {json.dumps(A, indent=2)}\r\n{json.dumps(B, indent=2)} \n", [A, B]),
        (f"{json.dumps(A)}\n{json.dumps({'kind': 'List', 'items': [A, B]})}\n{json.dumps(B)}", [A, A, B, B]),
        # What only looks like a list or a stream.
        (json.dumps({"kind": "Checklist", "items": [1]}), [{"kind": "Checklist", "items": [1]}]),
        (json.dumps({"kind": "List", "spec": {}}), [{"kind": "List", "spec": {}}]),
        ("{a: 'x } { y'}", [{"a": "x } { y"}]),
        ('{"a": "}{"}', [{"a": "}{"}]),
    ],
)  # fmt: skip
def test_the_objects_of_a_text_are_its_documents(text: str, expected: list[dict[str, Any]]) -> None:
    assert [entry.data for entry in read(text)] == expected


def test_an_item_is_read_by_its_own_shape_at_its_own_place() -> None:
    text = "kind: List\nitems:\n- {kind: A, version: 17.10}\n- {kind: B, version: 17.10}\n"
    first, second = read(text)

    assert (first.data["version"], second.data["version"]) == ("17.10", 17.1)
    assert first.place(("version",)) == Place("in.yaml", 3, 13)
    assert second.value_place(("version",)) == Place("in.yaml", 4, 22)


def test_an_object_of_a_stream_stands_at_its_place() -> None:
    text = '{"a": 1}  {"a": 2}\n{"a":\n 3}'

    assert [entry.value_place(("a",)) for entry in read(text)] == [
        Place("in.yaml", 1, 7), Place("in.yaml", 1, 17), Place("in.yaml", 3, 2),
    ]  # fmt: skip


def test_lists_without_objects_hold_no_document() -> None:
    for text in ("kind: List\nitems: []\n", "apiVersion: v1\nkind: List\nitems:\n"):
        documents, found = read_yaml(text, "in.yaml", lambda _version, _kind: Shape("any"))
        assert (documents, [entry.code for entry in found]) == ([], ["source.empty"])
