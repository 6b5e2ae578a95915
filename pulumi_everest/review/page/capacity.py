"""What clusters take of a Kubernetes cluster, before a change and after it, as data."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class Resources(_Part):
    """CPU in cores, memory in bytes."""

    cpu: float = 0
    memory: int = 0


class Unsaid(_Part):
    """How many containers do not say it."""

    cpu: int = 0
    memory: int = 0


class Jobs(_Part):
    """What the jobs of schedules take if all run at once."""

    pods: int = 0
    requests: Resources = Resources()
    limits: Resources = Resources()


class Totals(_Part):
    """What clusters take together."""

    requests: Resources = Resources()
    limits: Resources = Resources()
    """The sum of the limits that there are."""
    without_requests: Unsaid = Unsaid()
    """Containers that say neither a request nor a limit: their share of the requests is not known."""
    without_limits: Unsaid = Unsaid()
    storage: dict[str, int] = {}
    """Bytes by storage class; of volumes that name none by the empty name."""
    volumes: int = 0
    pods: int = 0
    load_balancers: int = 0
    jobs: Jobs = Jobs()
    cost: float | None = None
    """What it costs without the jobs, where there are prices."""


class Part(_Part):
    """A part of the whole, before and after."""

    name: str
    """A namespace, a technology, or labels of nodes (``disk=ssd``); empty for pods that may run on any node."""
    before: Totals | None = None
    after: Totals


class NotKnown(_Part):
    """Clusters that are in no sum."""

    technology: str
    reason: str
    count: int
    clusters: list[str]
    """All of them, as those of changes are."""


class Paid(_Part):
    """What costs are in."""

    currency: str
    per: Literal["hour", "month"]
    without_price: list[str] = []
    """What has no price, and is in no cost."""


class Capacity(_Part):
    """What the clusters take. Without another side to compare with there is no `before`."""

    before: Totals | None = None
    after: Totals
    clusters: int = 0
    """How many clusters are in the sums of `after`."""
    namespaces: list[Part] = []
    technologies: list[Part] = []
    node_selectors: list[Part] = []
    """By the labels that pods ask of their nodes; load balancers and volumes of no pod are in none."""
    not_known: list[NotKnown] = []
    prices: Paid | None = None
