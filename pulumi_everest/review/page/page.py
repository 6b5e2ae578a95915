"""The page of a change as data: what happens to how many clusters, which, and why."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from pulumi_everest.review.page.capacity import Capacity

ImpactName = Literal["none", "online", "rolling restart", "downtime", "data loss", "refused"]


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class Clusters(_Part):
    """How many clusters there are; `impacts` counts each changed one by its strongest impact."""

    compared: int = 0
    """Those that are on both sides."""
    changed: int = 0
    """Those of them with a change."""
    unchanged: int = 0
    new: int = 0
    gone: int = 0
    not_compared: int = 0
    """Those with an error on one side or both, in no other count; all of them where an error may be of many."""
    impacts: dict[ImpactName, int] = {}


class Objects(_Part):
    """How many Kubernetes objects there are, of clusters and of everything else."""

    created: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0


class EqualChanges(_Part):
    """One change that is the same in all of its clusters."""

    field: str
    """The field as people write it: `engine.replicas`."""
    change: str
    """The change in a few words: `engine.replicas 3 → 5`."""
    impact: ImpactName
    guard: str | None = None
    lifted: bool = False
    cause: str | None = None
    """Who it comes from: a definition, a preset, a Provider, a lock file; left out where clusters say it themselves."""
    why: str | None = None
    hint: str | None = None
    count: int
    clusters: list[str]
    """All of them by namespace/name (in a program the names of their resources), ranges of numbers in braces."""


class ObjectChange(_Part):
    """One field of Kubernetes objects that changes though no field of their clusters does, or objects as a whole."""

    kind: str
    field: str
    """Empty where the objects are created or removed, and their clusters are there before and after."""
    change: str
    count: int
    objects: list[str]


class EqualFindings(_Part):
    """One finding that says the same of several things."""

    severity: Literal["error", "warning", "note"]
    code: str
    message: str
    hint: str | None = None
    count: int
    subjects: list[str]
    place: str | None = None
    """Where the first of them is: `file:line:column`."""


class Page(_Part):
    """What `everest preview --against … --summary --format json` prints: the worst first, in the same order always."""

    clusters: Clusters
    objects: Objects
    not_compared: list[str] = Field(default_factory=list)
    """Clusters with an error on one side or both, as those of changes are named; none where an error may be of many."""
    changes: list[EqualChanges] = []
    new: list[str] = []
    gone: list[str] = []
    other_objects: list[ObjectChange] = Field(default_factory=list)
    findings: list[EqualFindings] = []
    capacity: Capacity | None = None


class CapacityPage(_Part):
    """What `everest preview --capacity --format json` prints; without the capacity where the input has errors."""

    capacity: Capacity | None = None
    findings: list[EqualFindings] = []
