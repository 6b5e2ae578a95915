"""YAML text to the events of its documents. A document that is broken does not hide those after it.

Events, not nodes: reading them needs no recursion, and how large aliases grow is known before it is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.scanner import ScannerError

from pulumi_everest.model.findings import did_you_mean, shortened
from pulumi_everest.model.source.json_stream import json_stream
from pulumi_everest.model.source.syntax import MAX_DEPTH, report_syntax
from pulumi_everest.model.source.text import LINE_BREAK, Report

MAX_NODES: Final = 500_000
MAX_NODES_OF_FILE: Final = 2_000_000
"""Values and keys of one document, and of all documents of one file."""
EXPANSION: Final = 10
EXPANSION_FREE: Final = 10_000
"""Aliases may stand for `EXPANSION` times what was written, and `EXPANSION_FREE` values more."""

_MAX_RESTARTS: Final = 20
_MAX_TAG_DIRECTIVES: Final = 1_000
_DOCUMENT_MARK: Final = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)
STARTS: Final = (MappingStartEvent, SequenceStartEvent)
ENDS: Final = (MappingEndEvent, SequenceEndEvent)


class PureLoader(yaml.SafeLoader):
    """The pure-Python loader, where libyaml's is not there, with what it reads differently made the same."""

    def scan_to_next_token(self) -> None:
        """Skip blanks, comments and line breaks, and tabs where no indentation can be, as in JSON."""
        while True:
            while self.peek() == " " or (self.peek() == "\t" and (self.flow_level or not self.allow_simple_key)):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in "\0\r\n\x85\u2028\u2029":
                    self.forward()
            if not self.scan_line_break():  # type: ignore[no-untyped-call]
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def get_event(self) -> Any:
        """The next event. An escape that stands for no character, which gets through here, is an error."""
        try:
            event = super().get_event()  # type: ignore[no-untyped-call]
            if isinstance(event, ScalarEvent):
                event.value.encode("utf-8")
        except (ValueError, OverflowError) as error:
            raise ScannerError(None, None, _NO_CHARACTER, self.get_mark()) from error
        return event


_NO_CHARACTER: Final = "invalid Unicode character escape code"
LOADER: Any = getattr(yaml, "CSafeLoader", PureLoader)
"""What reads the events: libyaml where PyYAML has it."""


@dataclass(slots=True)
class Written:
    """One document as it was written.

    `events` are those of its root and all below it, `number` counts the documents of the file from 0 and
    `first_line` is to be added to the lines of the events. `complete` is False where the document breaks off.
    """

    number: int
    first_line: int
    events: list[Any]
    has_aliases: bool = False
    complete: bool = True


def read_documents(text: str, report: Report) -> Iterator[Written]:
    """The documents of a text, one by one, the broken ones (with their findings) among them.

    After an error reading goes on at the next ``---`` that starts a line. A text may also be a stream of JSON objects,
    one after the other.
    """
    number = 0
    for part, first_line in json_stream(text) or [(text, 0)]:
        for written in _documents_of(part, report, number, first_line):
            yield written
            number = written.number + 1


def _documents_of(text: str, report: Report, number: int, first_line: int) -> Iterator[Written]:
    if text.count("%TAG") > _MAX_TAG_DIRECTIVES and len(re.findall("^%TAG", text, re.MULTILINE)) > _MAX_TAG_DIRECTIVES:
        report.add("source.too-large", f"the input has more than {_MAX_TAG_DIRECTIVES} %TAG directives")
        return
    start = nodes = 0
    for _ in range(_MAX_RESTARTS):
        chunk = text[start:]
        loader: Any = LOADER(chunk)
        current = Written(number, first_line, [])
        reached = 0
        try:
            event: Any = loader.get_event()
            while type(event) is not StreamEndEvent:
                if type(event) is DocumentStartEvent:
                    current = Written(number, first_line, [])
                    began: Any = event.start_mark
                    reached = began.index + 1
                    wrong = _read_one(loader, current, min(MAX_NODES, MAX_NODES_OF_FILE - nodes))
                    nodes += len(current.events)
                    if wrong is not None:
                        code, message, mark = wrong
                        report.add(code, message, at=(mark.line + first_line, mark.column))
                        reached = mark.index
                        break
                    yield current
                    number += 1
                event = loader.get_event()
            else:
                return
            if nodes > MAX_NODES_OF_FILE:
                return
        except yaml.YAMLError as error:
            reached = max(reached, report_syntax(error, chunk, first_line, report))
        finally:
            loader.dispose()
        current.complete = False
        yield current
        number += 1
        following = _DOCUMENT_MARK.search(chunk, max(1, _line_start(chunk, reached)))
        if following is None:
            return
        first_line += sum(1 for _ in LINE_BREAK.finditer(chunk, 0, following.start()))
        start += following.start()


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _read_one(loader: Any, written: Written, room: int) -> tuple[str, str, Any] | None:
    """Read the events of one document; code, message and mark of what makes it stop early."""
    get_event, events, depth = loader.get_event, written.events, 0
    while True:
        event = get_event()
        kind = type(event)
        if kind is DocumentEndEvent:
            return None
        events.append(event)
        if kind is ScalarEvent:
            if len(events) > room:
                what = f"a document has more than {MAX_NODES:,} values"
                if room < MAX_NODES:
                    what = f"the input has more than {MAX_NODES_OF_FILE:,} values"
                return "source.too-large", what, event.start_mark
        elif kind in STARTS:
            depth += 1
            if depth > MAX_DEPTH:
                events.pop()
                return (
                    "source.too-deep",
                    f"the input is nested more than {MAX_DEPTH} levels deep",
                    event.start_mark,
                )
        elif kind is AliasEvent:
            written.has_aliases = True
        else:
            depth -= 1


Extent = tuple[int, int]
"""The events of a node: position of the first, and of the one after the last."""


def resolve_aliases(written: Written, report: Report) -> dict[int, Extent] | None:
    """What the aliases of a document stand for, by the position of the alias.

    Those that stand for nothing or for themselves are missing in it (with a finding). None where the whole
    document would grow too large.
    """
    events, targets = written.events, dict[int, Extent]()
    starts: dict[str, int] = {}
    known: dict[int, tuple[Extent, int]] = {}
    unfinished: list[tuple[int, int]] = []
    limit = EXPANSION * len(events) + EXPANSION_FREE
    size = 0
    for index, event in enumerate(events):
        kind = type(event)
        if kind in ENDS:
            start, before = unfinished.pop()
            known[start] = ((start, index + 1), size - before)
            continue
        at = (event.start_mark.line + written.first_line, event.start_mark.column)
        if kind is AliasEvent:
            name = shortened(event.anchor)
            anchored = starts.get(event.anchor)
            if report.is_full and (anchored is None or anchored not in known):
                continue
            if anchored is None:
                hint = did_you_mean(event.anchor, list(starts)[:200]) or "put a text that starts with * in quotes"
                report.add(
                    "source.alias",
                    f"'*{name}' refers to an anchor that is not there before it",
                    at=at,
                    hint=hint,
                )
            elif anchored not in known:
                report.add("source.alias", f"'*{name}' refers to a value that it is itself a part of", at=at)
            else:
                targets[index], grown = known[anchored]
                size += grown
                if size > limit:
                    report.add("source.alias", f"'*{name}' expands to far more than was written", at=at)
                    return None
            continue
        if event.anchor is not None:
            starts[event.anchor] = index
        if kind is ScalarEvent:
            known[index] = ((index, index + 1), 1)
        else:
            unfinished.append((index, size))
        size += 1
    return targets
