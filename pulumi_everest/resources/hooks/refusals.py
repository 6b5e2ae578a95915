"""What a preview refuses: said at each resource, and raised once, with all of it.

The engine stops at the first error that it hears of, so that a preview waits for what else is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi

from pulumi_everest.model.findings import Finding
from pulumi_everest.resources.engine.errors import ClusterError
from pulumi_everest.resources.engine.log import ERROR, say

SETTLED: Final = 1.0
"""Seconds that a refusal waits for others."""
AT_THEM: Final = "What, why, and how to go on, stands at each of these resources."


class RefusedError(ClusterError):
    """What is refused before anything was changed. `text` says it for people."""

    def __init__(self, findings: list[Finding], text: str) -> None:
        super().__init__(findings)
        self.args = (text,)


@dataclass
class Refusals:
    """Collects what a preview refuses. `counted` says how many there are, and that nothing was changed."""

    counted: Callable[[int], str]
    findings: list[Finding] = field(default_factory=list)
    failure: asyncio.Future[Any] | None = None
    """What the program ends with, once something is refused."""

    def add(self, engine: Any, found: list[Finding], text: str, urn: str) -> None:
        """Refuse: say the text at the resource, and let the program fail in the end."""
        self.findings += found
        say(engine, ERROR, text, urn)
        if self.failure is None:
            self.failure = asyncio.ensure_future(self._failure())
            pulumi.Output.from_input(self.failure).apply(lambda _: None)

    async def _failure(self) -> Any:
        await asyncio.sleep(SETTLED)
        subjects = ", ".join(dict.fromkeys(entry.subject for entry in self.findings))
        text = f"{self.counted(len(self.findings))}: {subjects}\n{AT_THEM}"
        raise RefusedError(self.findings, text)


def counted(count: int, noun: str) -> str:
    """``1 change is``, ``2 changes are``."""
    return f"1 {noun} is" if count == 1 else f"{count} {noun}s are"
