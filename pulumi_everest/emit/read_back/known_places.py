"""Where the guarded fields of a technology show, remembered for clusters of one structure.

Many clusters differ in names and sizes only, and so do the two sides of a change. What is remembered is held against
each cluster: where a field shows as it is, the object has its value, and a value of a field makes what it explains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.exact import leaves, same
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.cluster_kinds import ClusterKinds
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.emit.read_back.emission import Emission, Field, Places, Spec
from pulumi_everest.emit.read_back.guarded import Guarded, guarded_fields, placed_fields
from pulumi_everest.emit.read_back.written import Objects, counterpart

_MOST: Final = 500


class KnownPlaces:
    """The guarded fields of one technology, and where they show in objects of one structure."""

    def __init__(self, technology: Technology) -> None:
        self._technology = technology
        self._fields: dict[Any, list[Guarded]] = {}
        self._places: dict[Any, Places] = {}
        self._kinds, self._told = ClusterKinds(), dict[Any, dict[Any, Any]]()

    def fields(self, cluster: Snapshot) -> list[Field]:
        """Every guarded field of a cluster, with values to try."""
        operator = value_at(cluster.spec, ("operatorVersion",))
        key = (cluster.topology, operator if isinstance(operator, str) else None, tuple(cluster.instances))
        if key not in self._fields:
            self._fields[key] = list(guarded_fields(self._technology, *key))
        return list(placed_fields(cluster.spec, self._fields[key]))

    def shown(self, cluster: Snapshot, objects: Objects, fields: list[Field]) -> Places:
        """Where the fields show."""
        operator = value_at(cluster.spec, ("operatorVersion",))
        key = (cluster.topology, str(operator), tuple(leaves(dict(objects.base))), tuple(leaves(dict(objects.plain))))
        known = self._places.get(key)
        if known is None or not _holds(known, objects):
            if len(self._places) >= _MOST:
                self._places.clear()
            known = self._places[key] = objects.shown(fields)
        return known

    def told(self, emission: Emission, base: Spec, bare: Sequence[Emitted]) -> dict[Any, Any]:
        """What was found out with clusters of one kind; `bare` are the objects of the cluster without overrides."""
        kind = self._kinds.of(
            replace(emission.cluster, spec=dict(base)), lambda other: emission.objects(other.spec), bare
        )
        if len(self._told) >= _MOST:
            self._told.clear()
        return self._told.setdefault(kind, {})


def _holds(known: Places, objects: Objects) -> bool:
    return all(
        same(counterpart(marked, objects.plain, place)[1], value_at(objects.base, path))
        for path, (shown, marked) in known.items()
        for place in shown.as_it_is
    )
