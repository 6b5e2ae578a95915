"""What comes of probing a field: its outcome, and the objects with and without it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pulumi_everest.emit.core_kinds import is_core
from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, Place, path_text

Manifests = list[dict[str, Any]]
Values = Mapping[str, Sequence[Any]]
FINE = ("effect", "refused", "only value")
MARK = {"probe": "x"}
"""A patch that shows where `overrides` land."""
IDLE = "accepted without an effect"
NO_VALUE = "there is no value to try; give some with values="
UNPROBED = "could not be probed"


@dataclass(frozen=True)
class Variation:
    """One field set to one value in a cluster that is accepted with it: what is emitted without it, and with it.

    `path` is the field's, in which lists are transparent; `spec` is the cluster with the field.
    """

    path: str
    value: Any
    spec: dict[str, Any]
    before: Manifests
    after: Manifests


@dataclass
class Probe:
    """What became of one field.

    The outcome is ``effect``, ``refused``, ``only value`` (there is nothing else that the field could be set to), or
    the reason why it fails. `variations` has one entry for each cluster in which the field had an effect.
    """

    operator: str
    topology: str
    path: str
    outcome: str
    variations: list[Variation] = field(default_factory=list, repr=False)
    cause: Cause | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Cause:
    """Why a field fails, in words that say nothing of the field itself, and where; `place` may not be known.

    `kind` is ``idle`` where it does nothing, ``no value`` where there was none to try, ``unprobed`` where no cluster
    could be tried, and empty where a cluster or an object was refused.
    """

    text: str
    place: Place | None = None
    kind: Literal["", "idle", "no value", "unprobed"] = ""


Outcome = str | Cause
"""What became of a field in one cluster: one of `FINE`, or why it fails."""


@dataclass(frozen=True)
class Made:
    """The objects of a cluster that was accepted."""

    manifests: Manifests

    @cached_property
    def text(self) -> str:
        """The objects as text, in which 1 is not true."""
        return json.dumps(self.manifests, default=repr)


@dataclass(frozen=True)
class Refused:
    """What is wrong with a cluster. `crashed`: it passed validation, and could not be emitted as the operator wants.

    Then `cause` says why, and of an object that its schema refuses `index` and `path` say where.
    """

    reasons: list[str]
    crashed: bool = False
    cause: Cause | None = None
    index: int = 0
    path: Path = ()

    @property
    def text(self) -> str:
        """The reasons in one line."""
        return "; ".join(self.reasons)


def checked(manifests: Manifests, crds: Crds | None) -> Made | Refused:
    """The objects, if all of them pass their schemas."""
    for index, manifest in enumerate(manifests if crds is not None else ()):
        # Kubernetes' own kinds have no definitions; the template was held against what is known of them.
        version, kind = str(manifest.get("apiVersion")), str(manifest.get("kind"))
        known = crds is not None and (crds.has_kind(version, kind) or not is_core(version))
        broken = crds.check(manifest) if crds is not None and known else []
        if broken:
            what = f"{manifest['kind']} does not pass the operator's schema"
            reasons = [f"{what}: {path_text(f.path)}: {f.message}" for f in broken]
            return Refused(reasons, True, Cause("; ".join(reasons)), index, broken[0].path)
    return Made(manifests)


def failed(found: Iterable[Finding]) -> Refused:
    """What templates that fail come to: the findings' texts, and the place of the first one."""
    reasons = [f"{entry.code}: {entry.message}" for entry in found]
    place = next((entry.place for entry in found if entry.place is not None), None)
    return Refused(reasons, True, Cause("; ".join(reasons), place))


def errors(found: Iterable[Finding]) -> list[str]:
    """The errors among findings, in one line each."""
    return [f"{f.code}: {path_text(f.path)}: {f.message}" for f in found if f.is_error]


def emptied(before: Any, after: Any, path: Path = ()) -> Iterator[Path]:
    """Where a mapping is empty on one side and not on the other.

    A server-side apply that empties a mapping makes null of it, which the API server then refuses.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        if bool(before) != bool(after):
            yield path
        for key in before.keys() & after.keys():
            yield from emptied(before[key], after[key], (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        for index, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from emptied(one, other, (*path, index))
