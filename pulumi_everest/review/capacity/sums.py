"""The sums of what databases take: of all, and by namespace, technology and the nodes that their pods ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pulumi_everest.core.capacity.amounts import Amounts
from pulumi_everest.review.capacity.taken import Taken

ANY_NODE = ""
"""Stands for pods that ask for no node of a kind."""


@dataclass
class Sum:
    """What runs all the time, and what jobs take on top of it if all of them run at once."""

    running: Amounts = field(default_factory=Amounts)
    jobs: Amounts = field(default_factory=Amounts)


@dataclass
class Sums:
    """The sums of a whole input; `unknown` are the databases that nobody knows it of."""

    total: Sum = field(default_factory=Sum)
    namespaces: dict[str, Sum] = field(default_factory=dict)
    technologies: dict[str, Sum] = field(default_factory=dict)
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

    def add(self, one: Taken) -> None:
        """Add a database."""
        made = one.workloads
        if made is None:
            self.unknown.append(one)
            return
        self.known += 1
        all_of_it = Sum()
        for workloads, is_job in ((made.running, False), (made.jobs, True)):
            for workload in workloads:
                amounts = workload.amounts()
                selected = self.node_selectors.setdefault(workload.selector, Sum())
                (selected.jobs if is_job else selected.running).add(amounts)
                (all_of_it.jobs if is_job else all_of_it.running).add(amounts)
        for volume in made.volumes:
            all_of_it.running.add_volume(volume.storage_class, volume.size, volume.count)
        all_of_it.running.load_balancers += made.load_balancers
        for part in (
            self.total,
            self.namespaces.setdefault(one.namespace, Sum()),
            self.technologies.setdefault(one.technology, Sum()),
        ):
            part.running.add(all_of_it.running)
            part.jobs.add(all_of_it.jobs)
