"""Reading what the paths of a command line name. Whoever waits at a terminal is told what for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pulumi_everest.cli.command_line.options import HERE
from pulumi_everest.cli.output.write import note

if TYPE_CHECKING:
    from pulumi_everest.core.capacity.prices import Prices
    from pulumi_everest.review.inputs.gather import Gathered
    from pulumi_everest.review.inputs.paths import Inputs
    from pulumi_everest.review.options import Options


def read(paths: Sequence[str], options: Options, jobs: int = 1) -> Inputs:
    """The inputs of a command; of the working folder where no path is given. Raises WrongUseError.

    Its files, and what comes of them, are gone through by so many processes. Programs run in this one, and what they
    start cannot part in several.
    """
    from pulumi_everest.cli.output.progress import with_progress
    from pulumi_everest.review.inputs.paths import read_inputs, refuse_unused
    from pulumi_everest.workspace.spread import in_order

    say_what_is_waited_for(paths)
    if sys.stderr.isatty():
        options.waiting = note
    if jobs > 1:
        from pulumi_everest.review.processes import Processes

        options.spread = Processes(jobs)
    options.spread = with_progress(options.spread)
    known = options.memory.documents if options.memory is not None else None
    inputs = read_inputs(paths or HERE, recursive=options.recursive, known=known, spread=options.spread)
    if inputs.programs:
        options.spread = with_progress(in_order)
    refuse_unused(inputs, options)
    for text in inputs.left_out:
        note(f"left out: {text}")
    return inputs


def read_costs(file: str | None, gathered: Gathered) -> Prices | None:
    """The prices in a file, if one is given. What is wrong with them goes to the findings of the input."""
    from pulumi_everest.core.capacity.prices import read_prices
    from pulumi_everest.model.findings import EverestError

    try:
        return read_prices(file) if file is not None else None
    except EverestError as error:
        gathered.findings += error.findings
        return None


def say_what_is_waited_for(paths: Sequence[str]) -> None:
    """Say that standard input is read, where that is a terminal: nothing happens until somebody types."""
    if "-" in paths and sys.stdin is not None and sys.stdin.isatty():
        end = "Ctrl-Z and Enter" if sys.platform == "win32" else "Ctrl-D"
        note(f"reading standard input; {end} on a line of its own ends it")
