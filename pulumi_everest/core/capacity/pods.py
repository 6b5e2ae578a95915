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
            requests = {id(one): one.request(resource) for one in everyone}
            limits = {id(one): one.limits.get(resource) for one in everyone}
            for values, amounts, missing in (
                (requests, asked.requests, asked.without_requests),
                (limits, asked.limits, asked.without_limits),
            ):
                amounts[resource] = self._needed(values)
                missing[resource] = sum(value is None for value in values.values())
        return asked

    def _needed(self, values: Mapping[int, int | None]) -> int:
        """The most that is asked at one time."""
        beside = most = 0
        for one in self.init_containers:
            value = values[id(one)] or 0
            if one.stays:
                beside += value
            most = max(most, beside if one.stays else beside + value)
        return max(most, beside + sum(values[id(one)] or 0 for one in self.containers))
