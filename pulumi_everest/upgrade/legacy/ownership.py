"""What would go with a DatabaseCluster of the first API: objects that it owns, or that something of it owns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi_everest.upgrade.legacy.objects import GROUP, Object, name_of, owners_of
from pulumi_everest.upgrade.legacy.reading import said, text_of

FREEZE: Final = f"{GROUP}/reconcile-paused"
"""The annotation with which Everest leaves a DatabaseCluster alone, if it is "true"."""
STARTED: Final = f"{GROUP}/move-started"
"""The annotation that says when the move of a DatabaseCluster began."""
_FOREGROUND: Final = "foregroundDeletion"
BETWEEN: Final = ("DatabaseClusterBackup", "DatabaseClusterRestore", "DataImportJob")
"""Kinds of the first API that a DatabaseCluster owns, and that own others in turn."""


def everest_finalizers(entry: Object) -> list[str]:
    """The finalizers of an object with which Everest, or a deletion in the foreground, takes others along."""
    found = said(entry, "metadata.finalizers")
    names = [str(name) for name in found] if isinstance(found, list) else []
    return [name for name in names if name.startswith(f"{GROUP}/") or name == _FOREGROUND]


@dataclass(frozen=True)
class Owner:
    """A DatabaseCluster, and the objects of the first API between it and others."""

    name: str
    uids: frozenset[str]

    @classmethod
    def of(cls, cluster: Object, between: Iterable[Object]) -> Owner:
        """The cluster with those of the objects between that are its own: by owner reference, or by what they name."""
        _, name = name_of(cluster)
        uids = {_uid(cluster)} | {_uid(entry) for entry in between if _belongs(entry, name)}
        return cls(name, frozenset(uid for uid in uids if uid))

    def references(self, entry: Object) -> list[Mapping[str, Any]]:
        """The owner references of an object by which it goes when the cluster is deleted."""
        return [ref for ref in owners_of(entry) if self._is_own(ref)]

    def _is_own(self, ref: Mapping[str, Any]) -> bool:
        if str(ref.get("uid")) in self.uids:
            return True
        group = str(ref.get("apiVersion", "")).partition("/")[0]
        return group == GROUP and ref.get("kind") == "DatabaseCluster" and ref.get("name") == self.name

    def owned(self, entries: Iterable[Object]) -> Iterator[Object]:
        """Those of the objects that would go."""
        return (entry for entry in entries if self.references(entry))


def without(entry: Object, owner: Owner) -> list[Mapping[str, Any]]:
    """The owner references of an object that may stay."""
    gone = owner.references(entry)
    return [ref for ref in owners_of(entry) if ref not in gone]


def _belongs(entry: Object, name: str) -> bool:
    if name in (said(entry, "spec.dbClusterName"), said(entry, "spec.targetClusterName")):
        return True
    return any(ref.get("kind") == "DatabaseCluster" and ref.get("name") == name for ref in owners_of(entry))


def _uid(entry: Object) -> str:
    return text_of(said(entry, "metadata.uid")) or ""
