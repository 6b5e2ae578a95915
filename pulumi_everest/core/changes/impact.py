"""What a change does to a running database, and the guards that refuse what would lose it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import path_text


class Impact(StrEnum):
    """What a change does, from nothing to what is not done at all."""

    NONE = "none"
    ONLINE = "online"
    RESTART = "rolling restart"
    DOWNTIME = "downtime"
    DATA_LOSS = "data loss"
    REFUSED = "refused"

    @property
    def rank(self) -> int:
        """Its place in this order."""
        return list(Impact).index(self)


class Guard(NamedTuple):
    """What a guard refuses; what a change does if the guard is lifted, None where it cannot be."""

    meaning: str
    lifted: Impact | None


EXISTS_GUARD: Final = "exists"
REPLACED_GUARD: Final = "replaced"
PLACE_GUARD: Final = "no-place"
GUARDS: Final[Mapping[str, Guard]] = {
    "name": Guard("The name of the cluster changes, which would make another, empty one.", None),
    "namespace": Guard("The namespace of the cluster changes, which would make another, empty one.", None),
    "provider": Guard("The cluster becomes one of another technology.", None),
    "reconciler": Guard("Another one is to reconcile the cluster: `reconcileBy` changes.", None),
    "topology": Guard("The topology changes, and the operator cannot move the data.", Impact.DATA_LOSS),
    "storage-shrink": Guard("A volume gets smaller.", Impact.DOWNTIME),
    "storage-class": Guard("A volume gets another StorageClass.", Impact.DOWNTIME),
    "shards": Guard("The number of shards gets less.", Impact.DATA_LOSS),
    "replicas": Guard("The number of replicas becomes even where it must be odd, or at most one.", Impact.DOWNTIME),
    "downgrade": Guard("A version goes back.", Impact.DATA_LOSS),
    "major-jump": Guard("A version passes over a major one.", Impact.DATA_LOSS),
    "version-path": Guard("There is no way from the one major version to the other.", Impact.DATA_LOSS),
    "engine-major": Guard("A new major version does not come by a change of the version.", Impact.DOWNTIME),
    "image-version": Guard(
        "Another image, where the version of one of the two cannot be read from its tag and is not said beside it.",
        Impact.DATA_LOSS,
    ),
    "removed-version": Guard("The version has been removed from the definition.", Impact.RESTART),
    "operator-downgrade": Guard("The operator version goes back.", Impact.DOWNTIME),
    "operator-jump": Guard("The operator version passes over a minor one.", Impact.DOWNTIME),
    "default-moved": Guard(
        "A version, an image or the operator version moves though the cluster says the same as before.", Impact.RESTART
    ),
    "storage-order": Guard(
        "Backup storages change places, and their places are what they are known by.", Impact.ONLINE
    ),
    "main-storage": Guard("Another backup storage becomes the main one.", Impact.ONLINE),
    "secret-replaced": Guard(
        "A Secret that the database uses would be deleted, and made again by whoever comes first.", Impact.DOWNTIME
    ),
    "object-removed": Guard("An object that keeps data of the database would be deleted.", Impact.DATA_LOSS),
    "tls": Guard("TLS is switched on or off while the cluster runs.", Impact.DOWNTIME),
    EXISTS_GUARD: Guard(
        "An object is to be made that is in the cluster already, and would be taken over without a word.",
        Impact.DATA_LOSS,
    ),
    PLACE_GUARD: Guard(
        "The namespace or the kind of an object is missing, or the login does not work, and the program brings none.",
        Impact.ONLINE,
    ),
    REPLACED_GUARD: Guard("An object that is there would be deleted and made again.", Impact.DATA_LOSS),
    "data-source": Guard("A running cluster is to be filled with the data of a backup.", Impact.DATA_LOSS),
}
"""The guards of this package by their names; definitions may have more."""

LIFTED: Final = Impact.DOWNTIME
"""What a change does if a guard that only a definition knows is lifted."""


@dataclass(frozen=True)
class Change:
    """One change of a cluster.

    `path` is where the value is now, `where` the same as people write it; `written` is where it stands, if that is
    elsewhere, as in overrides. `guard` is the guard that the change met, if
    it met one: then the impact is `REFUSED`, or, where the guard was lifted, what the change does all the same. `why`
    says why it is refused, or what is to be known of it; `hint` how to go on.
    """

    path: Path
    where: str
    old: Any
    new: Any
    impact: Impact
    guard: str | None = None
    lifted: bool = False
    why: str = ""
    hint: str = ""
    written: Path = ()

    @property
    def place(self) -> Path:
        """Where the user finds it."""
        return self.written or self.path

    @property
    def is_refused(self) -> bool:
        """Whether the change is not made."""
        return self.impact is Impact.REFUSED

    @property
    def what(self) -> str:
        """The change in a few words: ``engine.replicas 3 → 5``, ``users.root changed`` of a secret value."""
        by = f" (by {path_text(self.written).removeprefix('instances.')})" if "overrides" in self.written else ""
        if isinstance(self.old, Concealed) and isinstance(self.new, Concealed):
            return f"{self.where} changed{by}"
        return f"{self.where} {shown(self.old)} → {shown(self.new)}{by}"


class Concealed:
    """A secret value: it can be compared, and is never shown."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return bool(self.value == (other.value if isinstance(other, Concealed) else other))

    def __hash__(self) -> int:
        return hash(repr(self.value))

    def __repr__(self) -> str:
        return "<secret>"


def shown(value: Any, limit: int = 60) -> str:
    """A value for people, in a few words."""
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Concealed):
        return "[secret]"
    if isinstance(value, (list, tuple)) and all(isinstance(item, (str, int)) for item in value):
        text = ", ".join(map(str, value)) or "an empty list"
    elif isinstance(value, (dict, list, tuple)):
        return "(settings)"
    else:
        text = str(value)
    text = text if text.isprintable() else f"({text.count(chr(10)) + 1} lines)" if "\n" in text else repr(text)
    return text if len(text) <= limit else f"{text[:limit]}…"
