"""What was read and planned, for what is the same on the other side of a comparison: it is done once."""

from __future__ import annotations

import json
from typing import Any

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.source.packed import Known
from pulumi_everest.workspace.documents import ClusterInput
from pulumi_everest.workspace.setup import Setup
from pulumi_everest.workspace.setup_digest import SetupDigests


class PlanMemory:
    """The clusters of documents that are as they should be, by all that they are made of.

    A cluster is what its document, its definition, its Provider, its lock and the files of its plugin make of it. Where
    all of these are the same, so is what comes of it. Of a cluster about which something was to be said nothing is
    kept: what is said has a place, which is another one on the other side.
    """

    def __init__(self) -> None:
        self.documents: Known = {}
        """The documents of files by their text, where nothing was to be said about it."""
        self._resolved: dict[str, Resolved] = {}
        self._objects: dict[int, list[Emitted] | None] = {}
        """The objects of the clusters that are kept, by their identity; None of those that have none yet."""
        self._digests = SetupDigests()

    def key(self, cluster: ClusterInput, setup: Setup) -> str | None:
        """What tells one cluster from another; None for those that come from programs, or cannot be compared."""
        if cluster.document is None or cluster.secrets or cluster.options:
            return None
        parts: list[Any] = [cluster.metadata, cluster.spec]
        try:
            return self._digests.of(setup, cluster.lock) + json.dumps(parts, separators=(",", ":"))
        except (TypeError, ValueError):
            return None

    def resolved(self, key: str | None) -> Resolved | None:
        """The resolved cluster, if nothing was to be said about it."""
        return self._resolved.get(key) if key is not None else None

    def keep(self, key: str, resolved: Resolved) -> Resolved:
        """Keep a cluster about which nothing was to be said, and give it."""
        self._resolved[key] = resolved
        self._objects[id(resolved)] = None
        return resolved

    def objects(self, resolved: Resolved) -> list[Emitted] | None:
        """The objects of a resolved cluster, which both sides then have: who compares sees that they are the same."""
        return self._objects.get(id(resolved))

    def keep_objects(self, resolved: Resolved, objects: list[Emitted]) -> None:
        """Keep the objects of a cluster that is kept. Nobody changes what was emitted."""
        if id(resolved) in self._objects:
            self._objects[id(resolved)] = objects
