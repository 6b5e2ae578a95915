"""Pages in the format that the options name."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pulumi_everest.cli.output.page.capacity import capacity_markdown, capacity_text
from pulumi_everest.cli.output.page.text import page_text
from pulumi_everest.cli.output.tree import glyphs_for
from pulumi_everest.model.lines import without_commands
from pulumi_everest.review.options import Options
from pulumi_everest.review.page.page import CapacityPage, Page


def page_as(page: Page, options: Options) -> str:
    """The page of a change."""
    if options.json:
        return page.model_dump_json(by_alias=True, exclude_none=True, indent=2)
    if options.format == "markdown":
        from pulumi_everest.cli.output.page.markdown import page_markdown

        return page_markdown(page)
    return without_commands(page_text(page, _arrow(options)))


def capacity_as(page: CapacityPage, options: Options, by: Sequence[str] = ()) -> str:
    """The capacity alone; without findings, but for JSON, and nothing where there is none."""
    if options.json:
        return page.model_dump_json(by_alias=True, exclude_none=True, indent=2)
    if page.capacity is None:
        return ""
    if options.format == "markdown":
        return capacity_markdown(page.capacity, by)
    return without_commands(capacity_text(page.capacity, _arrow(options), by))


def _arrow(options: Options) -> str:
    return glyphs_for("utf-8" if options.output else getattr(sys.stdout, "encoding", None)).arrow
