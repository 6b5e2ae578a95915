"""Kubernetes objects as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pulumi_everest.review.hidden_values import count_secrets, marked, plain
from pulumi_everest.review.inputs.compact_items import CompactItem, with_text
from pulumi_everest.review.inputs.groups import Group, Item
from pulumi_everest.review.yaml_text import yaml_text

_FIRST = ("apiVersion", "kind", "metadata")
_FIRST_OF_METADATA = ("name", "namespace", "labels", "annotations")


def object_data(item: Item, *, show: bool = False) -> dict[str, Any]:
    """An object as plain data: apiVersion, kind and metadata (name, namespace) first, then as it was emitted."""
    data: dict[str, Any] = plain(marked(item.manifest), show=show)
    if isinstance(data.get("metadata"), dict):
        data["metadata"] = _ordered(data["metadata"], _FIRST_OF_METADATA)
    return _ordered(data, _FIRST)


def _ordered(data: dict[str, Any], first: Sequence[str]) -> dict[str, Any]:
    return {**{key: data[key] for key in first if key in data}, **data}


def object_yaml(item: Item, *, show: bool = False) -> str:
    """An object as a YAML document; one that was only passed on as it was written, unless it holds secrets."""
    if item.text is not None and (show or not count_secrets(marked(item.manifest))):
        return item.text
    return yaml_text(object_data(item, show=show))


def text_of(item: Item, *, as_json: bool = False, show: bool = False) -> str:
    """An object as text: that which was made of it before, if there is one."""
    if isinstance(item, CompactItem) and item.written is not None:
        return item.written
    return object_json(item, show=show) if as_json else object_yaml(item, show=show)


def with_texts(group: Group, *, as_json: bool, show: bool) -> Group:
    """The group of a cluster as it is kept where only the texts of its objects are wanted."""
    return with_text(group, lambda item: (text_of(item, as_json=as_json, show=show), hidden_in(item)))


def hidden_in(item: Item) -> int:
    """How many values of an object are hidden where it is written."""
    return item.secrets if isinstance(item, CompactItem) else count_secrets(marked(item.manifest))


def object_json(item: Item, *, show: bool = False) -> str:
    """An object as JSON."""
    return json.dumps(object_data(item, show=show), indent=2, ensure_ascii=False) + "\n"


def yaml_stream(items: Sequence[Item]) -> Iterator[str]:
    """Objects as one stream of YAML documents, in parts."""
    for number, item in enumerate(items):
        yield f"---\n{text_of(item)}" if number else text_of(item)


def json_list(items: Sequence[Item]) -> Iterator[str]:
    """Objects as a Kubernetes List, in parts."""
    yield '{\n  "apiVersion": "v1",\n  "kind": "List",\n  "items": ['
    for number, item in enumerate(items):
        inside = text_of(item, as_json=True).rstrip("\n").replace("\n", "\n    ")
        yield f"{',' if number else ''}\n    {inside}"
    yield "\n  ]\n}\n" if items else "]\n}\n"
