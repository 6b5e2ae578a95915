"""What a change does to a running database, and the guards that refuse what would lose it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from pulumi_everest.model.deferred import Deferred, Path
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
        return f"{self.where} {told(self.old, self.new).text}{by}"

    @property
    def is_all_said(self) -> bool:
        """Whether `what` leaves nothing out: another change for which it is the same is the same."""
        return told(self.old, self.new).is_all


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


def is_hidden(data: Any) -> bool:
    """Whether some of it is secret, or not known yet: then templates cannot be asked, or would not tell."""
    if isinstance(data, dict):
        return any(map(is_hidden, data.values()))
    return any(map(is_hidden, data)) if isinstance(data, list) else isinstance(data, (Deferred, Concealed))


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


class Told(NamedTuple):
    """What became of a value, in a few words; whether that is all there is to say."""

    text: str
    is_all: bool


def told(old: Any, new: Any, limit: int = 60) -> Told:
    """What became of a value: ``3 → 5``; of long texts and of settings that in them which differs.

    Settings in which a value is secret, or not known yet, are not looked into.
    """
    if isinstance(old, str) and isinstance(new, str):
        if "\n" in old or "\n" in new:
            return _lines(old.split("\n"), new.split("\n"), limit)
        if max(len(old), len(new)) > limit:
            return _apart(old, new, limit)
    elif any(_is_settings(one) for one in (old, new)) and _is_plain(old) and _is_plain(new):
        if isinstance(old, dict) and isinstance(new, dict):
            return _cut(f"{{{', '.join(_entries(old, new))}}}", 2 * limit)
        was, now = (_cut(_flow(one), limit) for one in (old, new))
        return Told(f"{was.text} → {now.text}", was.is_all and now.is_all)
    texts = [shown(value, limit) for value in (old, new)]
    return Told(" → ".join(texts), not any(text.endswith(("(settings)", "lines)", "…")) for text in texts))


def _lines(old: Sequence[str], new: Sequence[str], limit: int) -> Told:
    """The lines that differ, of two texts, but not where they are in them."""
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    gone, come = (side[start : len(side) - end] for side in (old, new))
    parts = [f"{sign} {line.strip()}" for sign, lines in (("-", gone), ("+", come)) for line in lines if line.strip()]
    text = ", ".join(parts)
    if not parts or len(text) > 2 * limit:
        text = f"({len(old)} lines) → ({len(new)} lines)"
    return Told(text, is_all=False)


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How much two of them have in common from the start."""
    differing = (index for index, (was, now) in enumerate(zip(old, new, strict=False)) if was != now)
    return next(differing, min(len(old), len(new)))


def _apart(old: str, new: str, limit: int) -> Told:
    """Two long texts of one line, without the beginning that they share, and each with its end."""
    same = old.rfind("/", 0, _alike(old, new)) + 1
    texts = [f"…{text[same - 1 :]}" if same > 1 else text for text in (old, new)]
    head, tail = limit // 2, limit - limit // 2
    short = [repr(text)[1:-1] if not text.isprintable() else text for text in texts]
    short = [text if len(text) <= limit + 1 else f"{text[:head]}…{text[-tail:]}" for text in short]
    return Told(" → ".join(short), is_all=False)


def _entries(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """The entries of two mappings that differ."""
    for key in [*new, *(key for key in old if key not in new)]:
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        if isinstance(was, dict) and isinstance(now, dict):
            yield f"{key}: {{{', '.join(_entries(was, now))}}}"
        else:
            yield f"{key}: {_flow(was)} → {_flow(now)}"


def _flow(value: Any) -> str:
    """Plain data in one line, nearly as YAML has it."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(below)}' for key, below in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, str):
        return value if value.isprintable() else repr(value)
    return shown(value)


def _cut(text: str, limit: int) -> Told:
    text = text if text.isprintable() else repr(text)[1:-1]
    return Told(text, is_all=True) if len(text) <= limit else Told(f"{text[:limit]}…", is_all=False)


def _is_settings(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and shown(value) == "(settings)")


def _is_plain(value: Any) -> bool:
    """Whether nothing in a value is secret or still to be known."""
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return all(map(_is_plain, value)) if isinstance(value, list) else isinstance(value, (str, int, float, type(None)))
