"""The capacity of an input as a page of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pulumi_everest.cli.output.page.markdown import escaped, section_markdown, whole_entry
from pulumi_everest.cli.output.page.text import section_text
from pulumi_everest.review.page.capacity import Capacity
from pulumi_everest.review.page.capacity_text import capacity_sections
from pulumi_everest.review.page.layout import Shown
from pulumi_everest.review.page.sections import counted


def capacity_text(block: Capacity, arrow: str, by: Sequence[str] = ()) -> str:
    """The page for a terminal, all of it."""
    lines = [line for shown in _all(block, by) for line in section_text(shown)]
    return "\n".join(line.replace("→", arrow) for line in [counted(block.clusters, "cluster"), *lines])


def capacity_markdown(block: Capacity, by: Sequence[str] = ()) -> str:
    """The same as Markdown."""
    lines = [f"### {escaped(counted(block.clusters, 'cluster'))}"]
    return "\n".join([*lines, *(line for shown in _all(block, by) for line in section_markdown(shown, whole_entry))])


def _all(block: Capacity, by: Sequence[str]) -> Iterable[Shown]:
    return [Shown(section, list(section.entries)) for section in capacity_sections(block, by)]
