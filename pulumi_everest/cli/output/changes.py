"""What changes do to databases, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator

import click

from pulumi_everest.core.changes.compare import line
from pulumi_everest.core.changes.impact import Impact
from pulumi_everest.model.lines import on_one_line
from pulumi_everest.review.clusters import Compared

_COLOURS = {
    Impact.RESTART: "yellow",
    Impact.DOWNTIME: "yellow",
    Impact.DATA_LOSS: "red",
    Impact.REFUSED: "red",
}


def change_lines(compared: Compared, arrow: str) -> Iterator[str]:
    """The changes of a cluster for people, one in each line: ``orders: engine.replicas 3 → 5, online``."""
    for change in compared.changes.changes:
        text = f"{compared.changes.name}: {line(change)}"
        if change.why:
            text += f": {change.why}"
        colour = _COLOURS.get(change.impact)
        text = on_one_line(text.replace("→", arrow))
        yield click.style(text, fg=colour) if colour else text
