"""YAML text to plain data with positions. Whatever the input is, the result is documents and findings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from yaml.events import AliasEvent, MappingStartEvent, ScalarEvent

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, Place, sort_findings
from pulumi_everest.model.shapes import Shape
from pulumi_everest.model.source.build import build
from pulumi_everest.model.source.collector import collector_paused
from pulumi_everest.model.source.events import (
    EXPANSION,
    EXPANSION_FREE,
    MAX_NODES,
    MAX_NODES_OF_FILE,
    Extent,
    Written,
    read_documents,
    resolve_aliases,
)
from pulumi_everest.model.source.lists import SUFFIX, ObjectList, after, items_of, object_list
from pulumi_everest.model.source.places import Children, Entries, key_place, nearest, unpacked, value_place
from pulumi_everest.model.source.plain_scalars import NULLS
from pulumi_everest.model.source.syntax import MAX_DEPTH
from pulumi_everest.model.source.text import MAX_BYTES, Report, read_limited, to_text

__all__ = [
    "EXPANSION",
    "EXPANSION_FREE",
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NODES",
    "MAX_NODES_OF_FILE",
    "Document",
    "ShapeFor",
    "read_file",
    "read_limited",
    "read_yaml",
]

ShapeFor = Callable[[str | None, str | None], Shape]
"""Gives the shape of a document by its apiVersion and kind, which are None where it has none."""


@dataclass
class Document:
    """One document of a file: its `data`, and where everything in it stands.

    `index` counts all documents of the file, empty ones too, from 0. A document that was not read
    from text has no places but its file.
    """

    data: dict[str, Any]
    file: str
    index: int = 0
    entries: Entries = field(default_factory=list, repr=False, compare=False)
    first_line: int = field(default=0, repr=False, compare=False)
    in_list: bool = False
    """Whether it is an item of a list, so that its text does not stand on its own."""
    _wide: dict[int, Children] = field(default_factory=dict, init=False, repr=False, compare=False)

    def place(self, path: Path, *, of_value: bool = False) -> Place:
        """Where a key or an item of a list stands; of what is not there, the nearest thing around it.

        With `of_value` it is where the value begins, if one is written there.
        """
        if of_value and self.text_at(path) != "" and self._is_there(path):
            return self._place(value_place, path)
        return self._place(key_place, path)

    def value_place(self, path: Path) -> Place:
        """Where a value begins; of what is not there, the nearest value around it."""
        return self._place(value_place, path)

    def text_at(self, path: Path) -> str | None:
        """The text as written (``17.10``, ``off``) of a plain scalar that was not read as text, or None."""
        index, found = nearest(self.entries, path, self._wide) if self.entries else (0, False)
        written: str | None = self.entries[index + 2] if found else None
        return written

    def _is_there(self, path: Path) -> bool:
        return bool(self.entries) and nearest(self.entries, path, self._wide)[1]

    def _place(self, which: Callable[[Entries, int], int], path: Path) -> Place:
        if not self.entries:
            return Place(self.file)
        line, column = unpacked(which(self.entries, nearest(self.entries, path, self._wide)[0]))
        return Place(self.file, line + self.first_line + 1, column + 1)


def read_yaml(text: str | bytes, file: str, shape_for: ShapeFor) -> tuple[list[Document], list[Finding]]:
    """The documents of a YAML (or JSON) text and all findings about it. Never raises.

    The items of a `List`, or of a list of one kind, are documents at their places.

    Unquoted scalars are read by the shape of their place: as text as written where text is wanted, as a
    number or a boolean of YAML 1.2 elsewhere. Documents that are empty are left out; so is one that is
    broken, but not those before and after it.
    """
    report = Report(file)
    documents: list[Document] = []
    content = to_text(text, report)
    if content is not None:
        with collector_paused():
            for written in read_documents(content, report):
                documents += _read_written(written, shape_for, report)
        if not documents and not report.findings:
            report.add("source.empty", "the input holds no document")
    return documents, sort_findings(report.findings)


def read_file(path: str | os.PathLike[str], shape_for: ShapeFor) -> tuple[list[Document], list[Finding]]:
    """Like `read_yaml`, for a file. One that cannot be read is a finding."""
    file = os.fspath(path)
    try:
        content = content_of(path)
    except UnreadableError as error:
        report = Report(file)
        report.add("source.unreadable", str(error))
        return [], report.findings
    return read_yaml(content, file, shape_for)


class UnreadableError(Exception):
    """A file that cannot be read, with the reason for people. `is_missing` says that there is none."""

    def __init__(self, problem: str, *, is_missing: bool = False) -> None:
        super().__init__(problem)
        self.is_missing = is_missing


def content_of(path: str | os.PathLike[str]) -> bytes:
    """What is in a file, and of one that is too large no more than shows that. Raises UnreadableError."""
    try:
        with open(path, "rb") as stream:
            return read_limited(stream)
    except FileNotFoundError:
        raise UnreadableError("there is no such file", is_missing=True) from None
    except IsADirectoryError:
        raise UnreadableError("this is a folder, not a file") from None
    except PermissionError:
        raise UnreadableError("the file may not be read (permission denied)") from None
    except (OSError, ValueError) as error:
        problem = f"the file cannot be read: {getattr(error, 'strerror', None) or error}"
        raise UnreadableError(problem) from None


def _read_written(written: Written, shape_for: ShapeFor, report: Report) -> Iterator[Document]:
    """The documents that a text holds at one place: one, several in a list, or none where it is empty or wrong."""
    if not written.events:
        return
    aliases = resolve_aliases(written, report) if written.has_aliases else {}
    if aliases is None:
        return
    if not written.complete:
        build(written, aliases, shape_for(*_type_of(written.events, (0, len(written.events)))), report)
        return
    yield from _documents_at(written, aliases, (0, len(written.events)), shape_for, report)


def _with_default(shape_for: ShapeFor, found: ObjectList) -> ShapeFor:
    """The shapes of the items of a list: an item that says nothing is of the kind that the list is of."""
    if found.kind is None:
        return shape_for
    return lambda version, kind: (
        shape_for(version, kind) if version or kind else shape_for(found.api_version, found.kind)
    )


def _documents_at(
    written: Written, aliases: dict[int, Extent], extent: Extent, shape_for: ShapeFor, report: Report
) -> Iterator[Document]:
    events = written.events
    version, kind = _type_of(events, extent)
    of_list = object_list(events, extent) if kind is not None and kind.endswith(SUFFIX) else None
    if of_list is None:
        document = _read_document(written, aliases, extent, shape_for(version, kind), report)
        if document is not None:
            yield document
        return
    if not of_list.is_sequence:
        if not _is_null(events[of_list.items[0]]):
            mark = events[of_list.items[0]].start_mark
            at = (mark.line + written.first_line, mark.column)
            report.add("source.document", "the items of a list of objects are no list", at=at, path=("items",))
        return
    shape_for = _with_default(shape_for, of_list)
    for start, end in items_of(events, of_list):
        if type(events[start]) is AliasEvent:
            target = aliases.get(start)
            item = _documents_at(written, aliases, target, shape_for, report) if target is not None else ()
        elif _is_null(events[start]):
            continue
        else:
            item = _documents_at(written, aliases, (start, end), shape_for, report)
        for document in item:
            document.in_list = True
            if of_list.kind is not None and not {"apiVersion", "kind"} & document.data.keys():
                document.data = {"apiVersion": of_list.api_version, "kind": of_list.kind, **document.data}
            yield document


def _is_null(event: Any) -> bool:
    return type(event) is ScalarEvent and not event.style and event.value in NULLS


def _read_document(
    written: Written, aliases: dict[int, Extent], extent: Extent, shape: Shape, report: Report
) -> Document | None:
    """The document at a node, or None where it is empty or wrong."""
    data, entries = build(written, aliases, shape, report, extent)
    if data is None:
        return None
    if not isinstance(data, dict):
        what = "a list" if isinstance(data, list) else "a single value"
        hint = "separate documents with a line of three dashes: ---" if isinstance(data, list) else None
        line, column = unpacked(value_place(entries, 0))
        message = f"the document is {what}, not an object with apiVersion, kind and metadata.name"
        report.add("source.document", message, at=(line + written.first_line, column), hint=hint)
        return None
    return Document(data, report.file, written.number, entries, written.first_line)


def _type_of(events: list[Any], extent: Extent) -> tuple[str | None, str | None]:
    """apiVersion and kind of the document at a node: two scalars of it."""
    found: dict[str, str] = {}
    index, end = extent[0] + 1, extent[1] - 1
    if type(events[extent[0]]) is not MappingStartEvent:
        return None, None
    while index < end and len(found) < 2:
        key, value = events[index], events[index + 1]
        if type(key) is not ScalarEvent:
            index = after(events, index)
            index = after(events, index)
            continue
        if type(value) is ScalarEvent and key.value in ("apiVersion", "kind"):
            found.setdefault(key.value, value.value)
        index = after(events, index + 1)
    return found.get("apiVersion"), found.get("kind")
