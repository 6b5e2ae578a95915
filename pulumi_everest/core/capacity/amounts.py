"""Amounts: what pods, volumes and Services take together. CPU is in thousandths of a core, the rest in bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

RESOURCES: Final = ("cpu", "memory")
DEFAULT_CLASS: Final = ""
"""Stands for the storage class that a cluster takes where a volume names none."""


@dataclass(slots=True)
class Asked:
    """What pods ask of CPU and memory: `requests` and `limits` by resource, and what is not said.

    `without_requests` and `without_limits` count the containers that say none, by resource.
    """

    requests: dict[str, int] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    without_requests: dict[str, int] = field(default_factory=dict)
    without_limits: dict[str, int] = field(default_factory=dict)

    def add(self, other: Asked, times: int = 1) -> None:
        """Add what others ask, so many times."""
        for mine, more in zip(self._parts, other._parts, strict=True):
            _add(mine, more, times)

    @property
    def _parts(self) -> tuple[dict[str, int], ...]:
        return (self.requests, self.limits, self.without_requests, self.without_limits)


@dataclass(slots=True)
class Amounts:
    """What something takes: what its pods ask, how many there are, volumes by storage class, load balancers."""

    asked: Asked = field(default_factory=Asked)
    pods: int = 0
    storage: dict[str, int] = field(default_factory=dict)
    """Bytes by storage class; `DEFAULT_CLASS` where none is named."""
    volumes: dict[str, int] = field(default_factory=dict)
    """How many volumes, by storage class."""
    load_balancers: int = 0

    def add(self, other: Amounts) -> None:
        """Add other amounts."""
        self.asked.add(other.asked)
        self.pods += other.pods
        _add(self.storage, other.storage)
        _add(self.volumes, other.volumes)
        self.load_balancers += other.load_balancers

    def add_volume(self, storage_class: str, size: int, times: int = 1) -> None:
        """Add volumes of one size."""
        _add(self.storage, {storage_class: size}, times)
        _add(self.volumes, {storage_class: 1}, times)


def total(amounts: Iterable[Amounts]) -> Amounts:
    """All of them together."""
    result = Amounts()
    for one in amounts:
        result.add(one)
    return result


def _add(mine: dict[str, int], more: Mapping[str, int], times: int = 1) -> None:
    for key, number in more.items():
        if number and times:
            mine[key] = mine.get(key, 0) + number * times
