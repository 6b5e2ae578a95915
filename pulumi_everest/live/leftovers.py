"""What a database that is gone has left in a cluster: volumes by labels, Secrets by name, and their metadata only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_everest.live.errors import LiveError

if TYPE_CHECKING:
    from pulumi_everest.live.cluster import LiveCluster

FORBIDDEN: Final = 403
_NAMED: Final = 8
"""How many of them a message names."""


@dataclass(frozen=True)
class Left:
    """Names of the PersistentVolumeClaims and Secrets that are left."""

    volumes: Sequence[str] = ()
    secrets: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.volumes or self.secrets)

    def __str__(self) -> str:
        """``the volumes data-a-0 and data-a-1; the Secret a-secrets``."""
        parts = [_named("volume", self.volumes), _named("Secret", self.secrets)]
        return "; ".join(part for part in parts if part)


def left_of(live: LiveCluster, namespace: str, labels: Mapping[str, str], secrets: Collection[str]) -> Left:
    """What is left of a database. What may not be read counts as not there. Raises LiveError for all else."""
    return Left(_volumes(live, namespace, labels), [name for name in secrets if _is_there(live, namespace, name)])


def _volumes(live: LiveCluster, namespace: str, labels: Mapping[str, str]) -> list[str]:
    if not labels:
        return []
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    try:
        found = live.list_metadata("v1", "PersistentVolumeClaim", namespace, labels=selector)
    except LiveError as error:
        if error.code != FORBIDDEN:
            raise
        return []
    # One that is being deleted is not taken up.
    return sorted(entry["metadata"]["name"] for entry in found if not entry["metadata"].get("deletionTimestamp"))


def _is_there(live: LiveCluster, namespace: str, name: str) -> bool:
    try:
        found = live.metadata("v1", "Secret", name, namespace)
    except LiveError as error:
        if error.code != FORBIDDEN:
            raise
        return False
    return found is not None and not found["metadata"].get("deletionTimestamp")


def _named(what: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    if len(names) == 1:
        return f"the {what} {names[0]}"
    shown, rest = names[:_NAMED], len(names) - _NAMED
    last = f"{rest} more" if rest > 0 else shown[-1]
    return f"the {what}s {', '.join(shown if rest > 0 else shown[:-1])} and {last}"
