"""What limits a running cluster sets to its namespaces: ResourceQuotas and LimitRanges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError

_DEFAULT_CLASS: Final = "storageclass.kubernetes.io/is-default-class"


@dataclass
class Room:
    """Quotas and limit ranges by namespace; `unread` says why those of a namespace are not known.

    `default_class` is the storage class of volumes that name none, where that may be asked.
    """

    quotas: dict[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    limit_ranges: dict[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    default_class: str | None = None


def read_room(live: LiveCluster, namespaces: Iterable[str]) -> Room:
    """The limits of these namespaces. Raises LiveError where the cluster cannot be reached at all."""
    room = Room()
    for namespace in namespaces:
        try:
            room.quotas[namespace] = live.list("v1", "ResourceQuota", namespace)
            room.limit_ranges[namespace] = live.list("v1", "LimitRange", namespace)
        except LiveError as error:
            if not error.code:
                raise
            room.unread[namespace] = error.findings[0].message
    try:
        classes = live.list("storage.k8s.io/v1", "StorageClass")
    except LiveError:
        return room  # then quotas of the default class are not held against
    marked = [one for one in classes if (one["metadata"].get("annotations") or {}).get(_DEFAULT_CLASS) == "true"]
    room.default_class = str(marked[0]["metadata"]["name"]) if len(marked) == 1 else None
    return room
