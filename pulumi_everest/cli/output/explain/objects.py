"""Objects with where each of their values comes from."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulumi_everest.model.findings import Place, path_text
from pulumi_everest.model.lines import on_one_line
from pulumi_everest.review.hidden_values import HIDDEN, marked, plain
from pulumi_everest.review.yaml_text import scalar_text

if TYPE_CHECKING:
    from pulumi_everest.review.inputs.groups import Item
    from pulumi_everest.workspace.explain.clusters import Explained, Source

_WIDEST = 60
"""Columns that a path with its value takes at most before what is said of it begins."""


def explained_text(items: Sequence[Item]) -> str:
    """For people: a line for each value, with the line of the template and what it follows."""
    return "\n\n".join(_object_text(item) for item in items)


def explained_json(items: Sequence[Item]) -> str:
    """For machines: the objects, each with its values."""
    return json.dumps([_object_data(item) for item in items], indent=2, ensure_ascii=False)


def _object_text(item: Item) -> str:
    head = click.style(on_one_line(item.title), bold=True)
    if item.explained is None or not item.explained():
        return f"{head}\n  passed on as it is"
    lines = [(on_one_line(f"{path_text(entry.path)}: {_value(item, entry)}"), entry) for entry in item.explained()]
    width = min(_WIDEST, max(len(value) for value, _ in lines))
    return "\n".join([head, *(f"  {value:<{width}}  {_said(entry)}" for value, entry in lines)])


def _said(entry: Explained) -> str:
    template = _place(entry.template) if entry.template is not None else "of no template"
    follows = "; ".join(map(_source, entry.sources))
    return click.style(f"# {template}", dim=True) + on_one_line(f" ← {follows}" if follows else "")


def _source(source: Source) -> str:
    where = f" {_place(source.place)}" if source.place is not None else ""
    return f"{path_text(source.path)} ({source.origin}{where})"


def _place(place: Place) -> str:
    """A place in few words: a file elsewhere, such as that of a plugin, by its folder and name."""
    path = Path(place.file)
    inside = not path.is_absolute() or path.is_relative_to(Path.cwd())
    short = os.path.relpath(path) if inside else "/".join(path.parts[-2:])
    return on_one_line(f"{short}:{place.line}" if place.line is not None else short)


def _value(item: Item, entry: Explained) -> str:
    return scalar_text(_shown(item, entry))


def _shown(item: Item, entry: Explained) -> Any:
    """The value as it may be shown: no secret one."""
    value: Any = plain(marked(item.manifest), show=False)
    for key in entry.path:
        if value == HIDDEN:
            return value
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None  # a transformation of the program has taken it away
    return value


def _object_data(item: Item) -> dict[str, Any]:
    values = item.explained() if item.explained is not None else ()
    return {
        "object": item.title,
        "values": [
            {
                "path": path_text(entry.path),
                "value": _shown(item, entry),
                "template": _place_data(entry.template),
                "follows": [
                    {"path": path_text(source.path), "origin": source.origin, "place": _place_data(source.place)}
                    for source in entry.sources
                ],
            }
            for entry in values
        ],
    }


def _place_data(place: Place | None) -> dict[str, Any] | None:
    return {"file": place.file, "line": place.line, "column": place.column} if place is not None else None
