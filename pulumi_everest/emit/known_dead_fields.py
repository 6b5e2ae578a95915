"""What overrides take away from the clusters of one template, remembered for clusters of one kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from pulumi_everest.core.exact import leaves
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.cluster_kinds import ClusterKinds
from pulumi_everest.emit.dead_fields import DeadField, Emit, Overridden
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.deferred import Path

Found = TypeVar("Found")
_MOST: Final = 5000


class KnownDeadFields:
    """What is known of the clusters of one template."""

    def __init__(self) -> None:
        self._kinds = ClusterKinds()
        self._found: dict[Any, Any] = {}

    def of(self, resolved: Resolved, emit: Emit, objects: Sequence[Emitted]) -> OfOneKind:
        """What is known of clusters of the same kind. `objects` are those of the cluster, `emit` makes others."""
        return OfOneKind(self, self._kinds.of(resolved, emit, objects), Overridden(resolved, emit, objects))

    def get_or_find(self, key: tuple[Any, ...], find: Callable[[], Found]) -> Found:
        """What was found, or is found now."""
        if key not in self._found:
            if len(self._found) >= _MOST:
                self._found.clear()
            self._found[key] = find()
        return self._found[key]  # type: ignore[no-any-return]


class OfOneKind:
    """What is known of clusters of one kind, found out with one of them."""

    def __init__(self, known: KnownDeadFields, kind: tuple[Any, ...], one: Overridden) -> None:
        self._known, self._kind, self._one = known, kind, one

    def dead(self, written: Mapping[str, Any]) -> list[DeadField]:
        """The dead ones of the fields that are written."""
        if not written:
            return []
        return self._known.get_or_find((self._kind, tuple(leaves(dict(written)))), lambda: self._one.dead(written))

    def taken(self, paths: Sequence[Path]) -> list[Path]:
        """Those of some fields that would be emitted where overrides take something away."""
        return self._known.get_or_find((self._kind, "taken", tuple(paths)), lambda: list(self._one.taken(paths)))
