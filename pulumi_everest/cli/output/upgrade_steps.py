"""The steps of an operator's upgrade as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from pulumi_everest.cli.output.write import listed
from pulumi_everest.model.lines import on_one_line
from pulumi_everest.review.upgrades.operators import OperatorUpgrade
from pulumi_everest.upgrade.operators.steps import Step

_COLOURS = {"done": "green", "next": "yellow", "blocked": "red", "later": None}
_MOST = 8
"""Of how many databases it is said what a step does to each."""


def steps_text(upgrades: Sequence[OperatorUpgrade]) -> str:
    """All steps with their commands."""
    return "\n\n".join("\n".join(_upgrade(one)) for one in upgrades)


def _upgrade(one: OperatorUpgrade) -> Iterator[str]:
    operator = one.manifest.operator
    running = f" ({one.running} runs)" if one.running is not None else ""
    mark = ", which is not released" if one.to in operator.prereleases else ""
    yield click.style(f"{operator.name} {one.was} → {one.to}{mark}{running}", bold=True)
    if not one.steps:
        yield "nothing to do: the databases are made for this version"
    for number, step in enumerate(one.steps, 1):
        yield ""
        yield from _step(number, step)


def _step(number: int, step: Step) -> Iterator[str]:
    state = click.style(step.state, fg=_COLOURS[step.state])
    yield f"{number}. {step.title}  [{state}]"
    yield f"   {step.why}"
    for problem in step.problems:
        yield click.style(on_one_line(f"   in the way: {problem}"), fg="red")
    if step.clusters:
        yield f"   what it does: {step.impact}"
    yield from (f"     {on_one_line(text)}" for text in _clusters(step))
    yield from (f"   $ {command}" for command in step.commands)
    yield from (f"   see: {command}" for command in step.see)
    yield f"   back: {step.back}"


def _clusters(step: Step) -> Iterator[str]:
    """What the step does to each database; equal ones together."""
    equal: dict[tuple[str, ...], list[str]] = {}
    for name, texts in step.clusters.items():
        equal.setdefault(tuple(texts), []).append(name)
    for said, names in list(equal.items())[:_MOST]:
        yield f"{listed(names, 4)}: {'; '.join(said)}"
    if len(equal) > _MOST:
        yield f"and {len(equal) - _MOST} more: --format json has all"
