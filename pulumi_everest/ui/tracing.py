"""Where each value of an object comes from, by the lines of the object's YAML."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pulumi_everest.model.deferred import Path as ValuePath
from pulumi_everest.model.findings import Place, path_text
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.review.inputs.groups import Item
from pulumi_everest.ui.checking import object_text
from pulumi_everest.workspace.explain.clusters import Explained, Source

Lines = dict[int, dict[str, Any]]


def traced(items: Sequence[Item], address: Callable[[ValuePath], str | None], own_file: str) -> list[Lines]:
    """For each object what is known of its lines: the template's line, and the values of the cluster that it follows.

    `address` gives a path of the cluster the field of the form that it is of; places in `own_file` are not told, since
    the page has no such file.
    """
    return [_lines(item, address, own_file) for item in items]


def _lines(item: Item, address: Callable[[ValuePath], str | None], own_file: str) -> Lines:
    values = item.explained() if item.explained is not None else ()
    documents, _ = read_yaml(object_text(item), "object", lambda _version, _kind: ANY)
    found: Lines = {}
    for entry in values if documents else ():
        line = documents[0].place(entry.path).line
        if line is not None:
            found.setdefault(line, _entry(entry, address, own_file))
    return found


def _entry(entry: Explained, address: Callable[[ValuePath], str | None], own_file: str) -> dict[str, Any]:
    return {
        "path": path_text(entry.path),
        "template": _place(entry.template) if entry.template is not None else None,
        "sources": [_source(source, address, own_file) for source in entry.sources],
    }


def _source(source: Source, address: Callable[[ValuePath], str | None], own_file: str) -> dict[str, Any]:
    place = source.place if source.place is not None and source.place.file != own_file else None
    return {
        "path": path_text(source.path),
        "origin": source.origin,
        "place": _place(place) if place is not None else None,
        "address": address(source.path),
    }


def _place(place: Place) -> str:
    """A place in few words: the folder and the name of the file, and the line."""
    path = Path(place.file)
    short = os.path.relpath(path) if not path.is_absolute() else "/".join(path.parts[-2:])
    return f"{short}:{place.line}" if place.line is not None else short
