"""What a user asks for, as data: which plugins, schemas and stacks count, and what of it cannot be done."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_everest.workspace.spread import Spread, in_order

if TYPE_CHECKING:
    from pulumi_everest.workspace.plans.plan_memory import PlanMemory

STDIN = "<stdin>"
"""What standard input is called where a file is named."""


class WrongUseError(Exception):
    """What was asked for makes no sense, whatever the input holds. `option` is the option that says it, if one does."""

    def __init__(self, message: str, option: str | None = None) -> None:
        super().__init__(message)
        self.message, self.option = message, option


@dataclass
class Options:
    """What the options of a command say."""

    plugins: list[Path] = field(default_factory=list)
    crds: Sequence[str | Path] = ()
    format: str = "text"
    output: Path | None = None
    strict: bool = False
    reconcile_by: str | None = None
    no_lock: bool = False
    unlocked: list[str] | None = None
    """Clusters that ignore the lock, though others do not; all of them where the list is empty."""
    back: list[str] | None = None
    """Clusters that count as their lock had them before the last upgrade; all of them where the list is empty."""
    config: dict[str, str] = field(default_factory=dict)
    stack: str | None = None
    all_stacks: bool = False
    """Whether a program runs once for each of its stacks that have a file with config."""
    stack_outputs: dict[str, Any] = field(default_factory=dict)
    timeout: float = 60.0
    debug: bool = False
    recursive: bool = False
    waiting: Callable[[str], None] | None = None
    """Called with a text when something takes long, from another thread."""
    keep_sound: bool = False
    """Whether what is without errors is wanted even where something else has some."""
    is_past: bool = False
    """Whether the input is what there was: of its documents only errors are wanted."""
    spread: Spread = in_order
    """How what is done for each of many files and clusters is done."""
    memory: PlanMemory | None = None
    """What is the same on both sides of a comparison, which gives the same one to both."""

    @property
    def json(self) -> bool:
        """Whether the result is for machines."""
        return self.format == "json"

    def for_programs(self) -> list[str]:
        """The options given that mean something for Pulumi programs only."""
        given = {
            "--config": self.config,
            "--stack": self.stack,
            "--all-stacks": self.all_stacks,
            "--stack-output": self.stack_outputs,
        }
        return [name for name, value in given.items() if value]


def nearest_file(path: Path) -> str:
    """``; did you mean 'cluster.yaml'?`` for what is beside a path that is not there, or nothing."""
    import difflib

    try:
        names = os.listdir(path.parent)
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, sorted(names), n=1, cutoff=0.6)
    return f"; did you mean '{path.parent / near[0]}'?" if near else ""
