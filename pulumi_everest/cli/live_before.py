"""`--against cluster`: the objects as a running cluster has them, as far as the input or Pulumi has a say in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi_everest.cli.gather import Gathered, Item
from pulumi_everest.cli.revision import Before
from pulumi_everest.cli.running import namespace_of
from pulumi_everest.live.cluster import LiveCluster

CLUSTER = "cluster"
MANAGERS = ("pulumi-kubernetes", "everest")
"""What the names of those begin with who write fields in the name of a program."""


def before_in_cluster(gathered: Gathered, live: LiveCluster) -> Before:
    """The objects of the input that exist. Raises LiveError.

    Secrets are not read: those of a database that exists count as they are in the input.
    """
    before = Gathered()
    for group in gathered.groups:
        items = [(item, _found(item, live)) for item in group.items if item.key[1] != "Secret"]
        there = [replace(item, manifest=_known(found, item.manifest), text=None) for item, found in items if found]
        secrets = [item for item in group.items if item.key[1] == "Secret"]
        before.groups.append(replace(group, items=[*there, *(secrets if there else [])]))
    return Before(before)


def _found(item: Item, live: LiveCluster) -> Mapping[str, Any] | None:
    version, kind, name = str(item.manifest.get("apiVersion", "")), item.key[1], item.key[3]
    return live.get(version, kind, name, namespace_of(item)) if version and kind and name else None


def _known(live: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """A live object without what the cluster and operators added: what is in `ours`, or was written by Pulumi once."""
    entries = (live.get("metadata") or {}).get("managedFields") or []
    written: dict[str, Any] = {}
    for entry in entries:
        if str(entry.get("manager", "")).startswith(MANAGERS) and not entry.get("subresource"):
            written = _both(written, entry.get("fieldsV1") or {})
    known: dict[str, Any] = _kept(live, ours, written)
    if not (ours.get("metadata") or {}).get("namespace"):
        known["metadata"] = {key: value for key, value in known["metadata"].items() if key != "namespace"}
    return known


def _both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _both(one.get(key, {}), other.get(key, {})) for key in {**one, **other}}


def _kept(live: Any, ours: Any, written: Mapping[str, Any]) -> Any:
    if isinstance(live, Mapping) and isinstance(ours, Mapping):
        kept = {}
        for key, value in live.items():
            fields = written.get(f"f:{key}")
            if key in ours:
                kept[key] = _kept(value, ours[key], fields or {})
            elif fields is not None:
                kept[key] = _kept(value, {}, fields) if fields else value
        return kept
    if isinstance(live, list) and isinstance(ours, list):
        return [_kept(value, _same(value, position, ours), {}) for position, value in enumerate(live)]
    return live


def _same(value: Any, position: int, ours: list[Any]) -> Any:
    """The item of our list that stands for an item of the live one: that of its name, or at its place."""
    name = value.get("name") if isinstance(value, Mapping) else None
    named = [item for item in ours if name is not None and isinstance(item, Mapping) and item.get("name") == name]
    if named:
        return named[0]
    mine = ours[position] if position < len(ours) else None
    # Without a counterpart the whole item is what would go.
    return mine if not (isinstance(mine, Mapping) and "name" in mine) else None
