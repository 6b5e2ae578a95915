"""The sums of what databases take: of all, and by namespace, technology and the nodes that their pods ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pulumi_everest.core.capacity.amounts import Amounts
from pulumi_everest.review.capacity.taken import Taken

Technology = tuple[str, str]
"""The title of a technology, and what tells it from others of that title."""
_Key = TypeVar("_Key")


@dataclass(slots=True)
class Sum:
    """What runs all the time, and what jobs take on top of it if all of them run at once; None where there are none."""

    running: Amounts = field(default_factory=Amounts)
    of_jobs: Amounts | None = None

    @property
    def jobs(self) -> Amounts:
        """What jobs take, not to be changed."""
        return self.of_jobs if self.of_jobs is not None else _NOTHING

    def add(self, other: Sum) -> None:
        """Add another sum."""
        self.running.add(other.running)
        if other.of_jobs is not None:
            self.add_jobs(other.of_jobs)

    def add_jobs(self, amounts: Amounts) -> None:
        """Add what jobs take."""
        if self.of_jobs is None:
            self.of_jobs = Amounts()
        self.of_jobs.add(amounts)


_NOTHING = Amounts()


@dataclass
class Sums:
    """The sums of a whole input; `unknown` are the databases that nobody knows it of."""

    parts: dict[tuple[str, Technology], Sum] = field(default_factory=dict)
    """By namespace and technology."""
    node_selectors: dict[str, Sum] = field(default_factory=dict)
    unknown: list[Taken] = field(default_factory=list)
    known: int = 0

    @classmethod
    def of(cls, taken: Iterable[Taken]) -> Sums:
        """The sums of these databases."""
        sums = cls()
        for one in taken:
            sums.add(one)
        return sums

    @property
    def total(self) -> Sum:
        """What all of them take."""
        return next(iter(_by(self.parts, lambda _: "").values()), Sum())

    @property
    def namespaces(self) -> dict[str, Sum]:
        """What those of each namespace take."""
        return _by(self.parts, lambda key: key[0])

    @property
    def technologies(self) -> dict[Technology, Sum]:
        """What those of each technology take."""
        return _by(self.parts, lambda key: key[1])

    def add(self, one: Taken) -> None:
        """Add a database."""
        made = one.workloads
        if made is None:
            self.unknown.append(one)
            return
        self.known += 1
        own = self.parts.setdefault((one.namespace, (one.technology, one.plugin)), Sum())
        own.running.add(made.all_running)
        for (is_job, selector), amounts in made.by_node.items():
            selected = self.node_selectors.setdefault(selector, Sum())
            if is_job:
                own.add_jobs(amounts)
                selected.add_jobs(amounts)
            else:
                selected.running.add(amounts)

    def merge(self, other: Sums) -> None:
        """Add the sums of other databases."""
        for key, part in other.parts.items():
            self.parts.setdefault(key, Sum()).add(part)
        for selector, selected in other.node_selectors.items():
            self.node_selectors.setdefault(selector, Sum()).add(selected)
        self.unknown += other.unknown
        self.known += other.known


def _by(parts: Mapping[tuple[str, Technology], Sum], name: Callable[[tuple[str, Technology]], _Key]) -> dict[_Key, Sum]:
    """Sums of parts that have a name in common."""
    found: dict[_Key, Sum] = {}
    for key, one in parts.items():
        found.setdefault(name(key), Sum()).add(one)
    return found
