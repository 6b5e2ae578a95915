"""What a database that is gone has left in a cluster: volumes by labels, Secrets by name, and their metadata only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_everest.live.errors import LiveError

if TYPE_CHECKING:
    from pulumi_everest.live.cluster import LiveCluster, Object

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


def volumes_with(live: LiveCluster, namespace: str, selector: str) -> list[Object]:
    """The metadata of the volumes that a selector of labels takes. None where they may not be listed.

    Raises LiveError for all else.
    """
    try:
        found = live.list_metadata("v1", "PersistentVolumeClaim", namespace, labels=selector)
    except LiveError as error:
        if error.code != FORBIDDEN:
            raise
        return []
    # One that is being deleted is not taken up.
    return [entry["metadata"] for entry in found if not entry["metadata"].get("deletionTimestamp")]


def left_of(
    live: LiveCluster, namespace: str, volumes: Iterable[Object], labels: Mapping[str, str], secrets: Collection[str]
) -> Left:
    """What is left of a database: which of the volumes have its labels, and which of the Secrets are there.

    What may not be read counts as not there. Raises LiveError for all else.
    """
    names = sorted(entry["name"] for entry in volumes if labels and labels.items() <= _labels(entry).items())
    return Left(names, [name for name in secrets if _is_there(live, namespace, name)])


def _labels(metadata: Object) -> dict[str, str]:
    return metadata.get("labels") or {}


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
