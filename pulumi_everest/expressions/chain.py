"""Chains of selects, the plainest expressions there are: ``spec.instances.engine.?storage.?size``."""

from __future__ import annotations

from functools import reduce
from operator import getitem
from typing import Any, Final

from pulumi_everest.expressions.absent import ABSENT

NAME: Final = r"[A-Za-z_]\w*"
"""The pattern of one step, with `re.ASCII`."""
CHAIN: Final = rf"{NAME}(?:\.\??{NAME})*"
"""The pattern of a chain, with `re.ASCII`; a question mark behind it makes it reluctant."""
STOPPED: Final = object()
"""What following a chain gives where it ends too early: a key is missing that must be there, or there are no keys."""


class Chain:
    """The names of a chain, of which those from the first ``?`` on may find nothing."""

    __slots__ = ("_maybe", "_sure", "names")

    def __init__(self, text: str) -> None:
        steps = text.split(".")
        self.names = tuple(step.removeprefix("?") for step in steps)
        question = next((position for position, step in enumerate(steps) if step.startswith("?")), len(steps))
        self._sure, self._maybe = self.names[:question], self.names[question:]

    @property
    def is_optional(self) -> bool:
        """Whether it may find nothing."""
        return bool(self._maybe)

    def follow(self, variables: Any) -> Any:
        """What is at the end: `ABSENT` where nothing is, which a ``?`` allows, or `STOPPED`."""
        try:
            node = reduce(getitem, self._sure, variables)
        except (KeyError, TypeError):
            return STOPPED
        for name in self._maybe:
            if node.__class__ is not dict:
                return ABSENT if node is ABSENT else STOPPED
            if name not in node:
                return ABSENT
            node = node[name]
        return node
