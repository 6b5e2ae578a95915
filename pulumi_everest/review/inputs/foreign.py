"""Documents of other API groups: their text as it was written, and those that were meant to be ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import yaml
from yaml.events import DocumentEndEvent, DocumentStartEvent

from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.model.findings import Finding, finding, nearest
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import Document, read_yaml
from pulumi_everest.workspace.workspace import KINDS

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def misspelt(document: Document) -> Iterable[Finding]:
    """A finding for a document of one of our kinds whose API group is nearly ours."""
    version, kind = str(document.data.get("apiVersion", "")), document.data.get("kind")
    group, ours = version.partition("/")[0], API_VERSION.partition("/")[0]
    if kind in KINDS and nearest(group, [ours]) is not None:
        text = f"apiVersion '{version}' is not known"
        hint = f"did you mean '{API_VERSION}'?"
        at = ("apiVersion",)
        yield finding("source.kind", at, text, allowed=[API_VERSION], hint=hint, place=document.place(at))


def written_text(document: Document, text: str) -> str | None:
    """A document's text, with its comments, without separators; None where it cannot stand on its own.

    Another reader may type plain scalars by other rules (``yes``, ``010``), so only the text says what was meant.
    """
    if document.file.endswith(".json") or document.in_list:
        return None
    parts = _parts(text)
    part = parts[document.index] if document.index < len(parts) else None
    if part is None:
        return None
    part = part.replace("\r\n", "\n").strip("\n") + "\n"
    again, found = read_yaml(part, document.file, lambda _version, _kind: ANY)
    return part if not found and [entry.data for entry in again] == [document.data] else None


@lru_cache(maxsize=8)
def _parts(text: str) -> list[str | None]:
    """The documents of a text by their number. None for one that has directives."""
    try:
        return list(_split(text))
    except (yaml.YAMLError, ValueError):
        return []


def _split(text: str) -> Iterator[str | None]:
    start: int | None = 0
    first = True
    events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
    for event in events:
        kind = type(event)
        if kind is DocumentStartEvent:
            if event.version or event.tags:
                start = None
            elif event.explicit:
                start = event.end_mark.index
            else:
                start = 0 if first else event.start_mark.index
            first = False
        elif kind is DocumentEndEvent:
            yield None if start is None else text[start : event.start_mark.index]
