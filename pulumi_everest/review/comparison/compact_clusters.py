"""Clusters of documents as they are kept when they have been compared: what they are called, and their objects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from pulumi_everest.core.changes.secret_changes import SecretHandling
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.merging import without_none
from pulumi_everest.model.findings import Finding, Place
from pulumi_everest.review.clusters import Cluster
from pulumi_everest.review.inputs.compact_items import CompactItem
from pulumi_everest.review.inputs.document_groups import shown_in
from pulumi_everest.review.inputs.groups import Group, Item
from pulumi_everest.workspace.one_by_one import OneByOne, Seen

_NAMES: Final = ("namespace", "name", "finalizers")
_HANDLING: Final = SecretHandling()
_NONE: Final[Mapping[Any, Any]] = MappingProxyType({})
"""What documents say nothing of, once for all clusters."""


@dataclass
class CompactCluster:
    """A group without its cluster, and of that what it is called, and what becomes of it if it goes."""

    group: Group
    snapshot: Snapshot


def compact_cluster(group: Group, *, packed: Collection[int] | None = None, compared: bool) -> CompactCluster:
    """What is kept of a cluster. Its objects are packed, or of former ones those of these identities.

    Of one that was compared nothing of its spec is kept, of any other a digest, by which it is found if it was renamed.
    """
    cluster = group.cluster
    assert cluster is not None  # it is the group of a cluster
    snapshot = cluster.snapshot
    items: list[Item] = [CompactItem(item, packed=packed is None or id(item) in packed) for item in group.items]
    short = Snapshot(
        metadata={key: snapshot.metadata[key] for key in _NAMES if snapshot.metadata.get(key) is not None},
        object=snapshot.object,
        definition=snapshot.definition,
        spec={} if compared else {"digest": _digest(snapshot.spec)},
        options=snapshot.options,
    )
    return CompactCluster(replace(group, items=items, cluster=None, plan=None), short)


def _digest(spec: Any) -> str:
    return hashlib.sha256(json.dumps(without_none(spec), sort_keys=True).encode()).hexdigest()


class CompactClusters:
    """Makes groups of what was kept of the clusters of one side. What many of them have in common is there once."""

    def __init__(self, workspace: OneByOne) -> None:
        self._workspace = workspace
        self._shared: dict[Any, Any] = {}

    def group(self, seen: Seen | None) -> Group | None:
        """The group of a cluster, of which the workspace hears; None where there is none, or no plan of it."""
        if seen is None:
            return None
        self._workspace.add(seen)
        if seen.kept is None:
            return None
        kept: CompactCluster = seen.kept
        setup = self._workspace.setup(seen.provider)[0]
        assert setup is not None  # it was planned with it
        snapshot = replace(
            kept.snapshot,
            options=self._once(kept.snapshot.options),
            written=_NONE,
            several=_NONE,
            operator_images=_NONE,
        )
        about = self._once(kept.group.about)
        shown = partial(_shown_at, self._workspace, seen.number)
        cluster = Cluster(
            snapshot, setup.technology, snapshot.name, seen.subject, shown, in_document=True, handling=_HANDLING
        )
        return replace(kept.group, about=about, cluster=cluster)

    def _once(self, data: Any) -> Any:
        """Equal mappings of texts as one."""
        return self._shared.setdefault(tuple(data.items()), data)


def _shown_at(workspace: OneByOne, number: int, entry: Finding) -> Finding:
    return shown_in(partial(workspace.place, number), entry)


def moved(kept: CompactCluster, place: Place) -> CompactCluster:
    """The same as kept of another side, where its document stands elsewhere."""
    return replace(kept, group=replace(kept.group, items=[_at(item, place) for item in kept.group.items]))


def _at(item: Any, place: Place) -> CompactItem:
    made = CompactItem.__new__(CompactItem)
    made.__dict__.update(item.__dict__, place=place, _packed=None)
    return made
