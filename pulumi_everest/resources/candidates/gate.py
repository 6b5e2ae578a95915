"""The gate that nothing passes while something is wrong.

Constructors only collect. Their objects wait for the gate, which opens when the program's own code has ended (or first
awaits something) and the event loop runs: then everything is known that a program can know without an engine, and
either nothing was found, or all of it is raised at once and no object is registered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Protocol

import pulumi

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding
from pulumi_everest.resources.arguments.naming import OTHER_LANGUAGE
from pulumi_everest.resources.engine.errors import ClusterError
from pulumi_everest.resources.engine.garbage_collector import freeze_loaded_objects
from pulumi_everest.workspace.plans.job_plans import JobPlan
from pulumi_everest.workspace.plans.plan import Plan

ROUNDS = 32
"""How often the loop goes round before the gate opens, so that secrets and what is made of them are known."""


class Member(Protocol):
    """The arguments of a resource of a batch: what the gate asks them."""

    def take_known(self) -> bool:
        """Take values that have become known. True if none is left to wait for."""
        ...

    def news(self) -> list[Finding]:
        """What is wrong with values that became known since the last time."""
        ...


class Waiting(Protocol):
    """Arguments with values to wait for."""

    def take_known(self) -> bool:
        """Take values that have become known."""
        ...

    def waiting(self, path: Path) -> bool:
        """Whether a value at or below the path is not known."""
        ...


class Distinct(Protocol):
    """A cluster of a batch, of which there may be only one."""

    def identity(self) -> tuple[Any, ...] | None:
        """What no two may share; None where that is not known."""
        ...

    @property
    def title(self) -> str:
        """The resource, as findings call it."""
        ...

    @property
    def plan(self) -> Plan | JobPlan | None:
        """What it becomes, for whoever asks where that comes from; None where it was refused."""
        ...

    def twin(self, first: str | None = None) -> Finding:
        """What to say if another, which may be called `first`, has the same identity."""
        ...


class Opening(Protocol):
    """What a batch asks of the run that it belongs to."""

    awaits_values: bool
    """Whether the loop only goes round for a value that must be known now."""

    def close(self, batch: Batch) -> None:
        """Let resources that come later have a batch of their own."""
        ...


class Batch:
    """The resources that are made until the loop runs, and what is wrong with them."""

    def __init__(self, run: Opening) -> None:
        self.run = run
        self.members: list[Member] = []
        self.clusters: list[Distinct] = []
        self.findings: list[Finding] = []
        self._said: set[Finding] = set()
        self.open = False
        self.gate: pulumi.Output[None] = pulumi.Output.from_input(asyncio.ensure_future(self._opened()))

    def add(self, findings: Iterable[Finding]) -> bool:
        """Collect the errors among the findings. True if there is one."""
        errors = [entry for entry in findings if entry.is_error]
        self.findings += [entry for entry in dict.fromkeys(errors) if entry not in self._said]
        self._said.update(errors)
        return bool(errors)

    async def _opened(self) -> None:
        while self.run.awaits_values:
            await asyncio.sleep(0)
        self.run.close(self)
        freeze_loaded_objects(served=OTHER_LANGUAGE.get())
        self._find_twins()
        # With one round everything that the program itself made is known, and the engine has not answered yet.
        await self._settle(1 if self.findings else ROUNDS)
        self.open = True
        if self.findings:
            raise ClusterError(self.findings)

    async def _settle(self, rounds: int) -> None:
        for _ in range(rounds):
            waiting = [member for member in self.members if not member.take_known()]
            if not waiting:
                break
            await asyncio.sleep(0)
            for member in waiting:
                member.take_known()
        for member in self.members:
            self.add(member.news())

    def _find_twins(self) -> None:
        seen: dict[tuple[Any, ...], Distinct] = {}
        for cluster in self.clusters:
            identity = cluster.identity()
            first = seen.setdefault(identity, cluster) if identity is not None else cluster
            if first is not cluster:
                self.add([cluster.twin(first.title)])
