"""Objects that a change would delete, or delete and make again: what holds data is never lost by the way.

The main object has guards of its own; these are for the others of its plugin, Secrets left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pulumi_everest.core.changes.impact import REPLACED_GUARD, Change, Impact
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.technology import Technology

REMOVED: Final = "object-removed"
IN_PLACE: Final = (
    "have the Kubernetes provider change ConfigMaps in place, once and for all: `pulumi config set "
    "kubernetes:enableConfigMapMutable true`, or enable_config_map_mutable=True (enableConfigMapMutable: true) where "
    "the program makes the provider itself"
)


@dataclass(frozen=True)
class LostObject:
    """An object that would not be what it was: `field` is what cannot change in place, None where it is taken away."""

    kind: str
    name: str
    keeps_data: bool
    field: str | None = None
    old: Any = None
    new: Any = None

    def change(self) -> Change:
        """The change of the cluster that this is."""
        where = f"{self.kind} {self.name}"
        data = "it keeps data of the database"
        if self.field is None:
            why = f"{data}, which would go with it"
            hint = "save its data first; then lift the guard, with a deletion policy that lets the object be deleted"
            return Change(("objects",), where, "kept", "removed", Impact.REFUSED, guard=REMOVED, why=why, hint=hint)
        why = f"'{self.field}' of a {self.kind} cannot change in place: the object would be deleted and made again"
        why = f"{why}, and {data}" if self.keeps_data else why
        hint = IN_PLACE if self.kind == "ConfigMap" and not self.field.startswith("metadata") else ""
        return Change(
            ("objects",), f"{where}.{self.field}", self.old, self.new, Impact.REFUSED, guard=REPLACED_GUARD, why=why,
            hint=hint or "keep it as it is",
        )  # fmt: skip


def lost_objects(
    old: Snapshot, new: Snapshot, technology: Technology, config_maps_in_place: bool | None
) -> Iterator[Change]:
    """The objects that a change would lose. `config_maps_in_place` is None where no program makes them."""
    if technology.reading is None or technology.is_controlled or old.object != new.object:
        return
    if any(old.metadata.get(key) != new.metadata.get(key) for key in ("name", "namespace")):
        return  # the guards of the cluster's own name say that
    for lost in technology.reading.lost(old, new, config_maps_in_place):
        yield lost.change()
