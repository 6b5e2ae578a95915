"""What one pod asks, by the rule of Kubernetes' scheduler: all containers together, or what starts before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi_everest.core.capacity.amounts import RESOURCES, Asked


@dataclass(frozen=True)
class Container:
    """A container: `requests` and `limits` by resource, in thousandths of a core and in bytes.

    `stays` marks a container that starts before others and runs on beside them (an init container with the
    restartPolicy Always).
    """

    name: str
    requests: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    stays: bool = False

    def request(self, resource: str) -> int | None:
        """What it requests: where it says none but a limit, Kubernetes takes that."""
        return self.requests.get(resource, self.limits.get(resource))


@dataclass(frozen=True)
class Pod:
    """The containers of a pod, and those that run before them, in their order."""

    containers: Sequence[Container] = ()
    init_containers: Sequence[Container] = ()

    def asks(self) -> Asked:
        """What it asks."""
        asked = Asked()
        everyone = [*self.init_containers, *self.containers]
        for resource in RESOURCES:
            requests = [one.request(resource) for one in everyone]
            limits = [one.limits.get(resource) for one in everyone]
            asked.requests[resource], asked.limits[resource] = self._needed(requests), self._needed(limits)
            asked.without_requests[resource], asked.without_limits[resource] = requests.count(None), limits.count(None)
        return asked

    def _needed(self, values: Sequence[int | None]) -> int:
        """The most that is asked at one time; the values are those of the init containers and the containers."""
        beside = most = 0
        for one, value in zip(self.init_containers, values, strict=False):
            if one.stays:
                beside += value or 0
            most = max(most, beside if one.stays else beside + (value or 0))
        return max(most, beside + sum(value or 0 for value in values[len(self.init_containers) :]))
