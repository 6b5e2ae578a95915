"""The values of a lock where versions are chosen: which of them count, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from pulumi_everest.core.technology import Definition
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding

if TYPE_CHECKING:
    from pulumi_everest.model.lock import Lock
    from pulumi_everest.model.lock_file import LockedComponent


class Locked:
    """What a lock has for one cluster of a provider: nothing, where it lacks the cluster or is another provider's."""

    def __init__(self, lock: Lock | None, provider: str) -> None:
        self.lock = lock
        entry = lock.entry if lock is not None else None
        self.entry = entry if entry is not None and entry.provider == provider else None

    @property
    def operator_version(self) -> str | None:
        """The locked version of the operator."""
        return self.entry.operator_version if self.entry is not None else None

    def components(
        self, present: Collection[str], chosen: Mapping[str, Any], bundle: str | None, definition: Definition
    ) -> dict[str, LockedComponent]:
        """The components whose locked versions count: those that the user says nothing of.

        `chosen` are the versions that the user gives, `bundle` is the one named. What bundles hold is locked as a
        whole: where the user chose another version or bundle, the others of it follow that choice.
        """
        if self.entry is None:
            return {}
        locked = {name: entry for name, entry in self.entry.components.items() if name in present}
        covered = bundled(definition)
        moved = bundle is not None and bundle != self.entry.bundle
        moved |= any(name in covered and name in chosen and chosen[name] != locked[name].version for name in locked)
        return {name: entry for name, entry in locked.items() if name not in chosen and not (moved and name in covered)}

    def image(self, component: str, version: Any) -> str | None:
        """The locked image of a version; None for another version than the locked one."""
        entry = self.entry.components.get(component) if self.entry is not None else None
        return entry.image if entry is not None and entry.version == version else None

    def found(self, entry: Finding, below: Path) -> Finding:
        """A finding about a locked value: where it stands in the lock file, and how to go on."""
        assert self.lock is not None  # there is no locked value without a lock
        path = (*self.lock.path, *below)
        unknown = ("cluster.unknown-version", "provider.operator-version", "cluster.unknown-bundle")
        code = "lock.unknown-version" if entry.code in unknown else entry.code
        hint = f"run everest lock --upgrade {self.lock.cluster} for today's versions, or name one in the cluster"
        place = self.lock.locate(path, of_value=not entry.of_key)
        return finding(code, path, entry.message, allowed=entry.allowed, hint=hint, place=place, of_key=entry.of_key)


def bundled(definition: Definition) -> frozenset[str]:
    """The components whose versions bundles hold."""
    return frozenset(name for bundle in definition.spec.bundles for name in bundle.components)
