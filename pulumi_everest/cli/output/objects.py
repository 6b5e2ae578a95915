"""Kubernetes objects as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pulumi_everest.review.hidden_values import count_secrets, marked, plain
from pulumi_everest.review.inputs.groups import Item
from pulumi_everest.review.yaml_text import yaml_text
from pulumi_everest.workspace.spread import Spread, in_order

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


def object_json(item: Item, *, show: bool = False) -> str:
    """An object as JSON."""
    return json.dumps(object_data(item, show=show), indent=2, ensure_ascii=False) + "\n"


def yaml_stream(items: Sequence[Item], spread: Spread = in_order) -> str:
    """Objects as one stream of YAML documents. `spread` says how they are gone through."""
    return "---\n".join(spread(object_yaml, items, done="objects written"))


def json_list(items: Sequence[Item]) -> str:
    """Objects as a Kubernetes List."""
    data = {"apiVersion": "v1", "kind": "List", "items": [object_data(item) for item in items]}
    return json.dumps(data, indent=2, ensure_ascii=False)
