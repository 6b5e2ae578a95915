"""The page of a change as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import click

from pulumi_everest.model.lines import on_one_line
from pulumi_everest.review.page.layout import LINES, Entry, Shown, arranged, some_names
from pulumi_everest.review.page.page import Page
from pulumi_everest.review.page.sections import counted, heading, left_out, sections

_COLOURS = {
    "refused": "red",
    "data loss": "red",
    "no longer there": "red",
    "downtime": "yellow",
    "rolling restart": "yellow",
}
_MORE = "--full shows all of it"


def page_text(page: Page, arrow: str, lines: int = LINES) -> str:
    """The page in at most that many lines, unless more is refused."""
    head = heading(page)
    shown = arranged(sections(page), lines - len(head) - 1, lambda entry: len(list(_entry(entry))))
    result = [click.style(head[0], bold=True), *head[1:]]
    for one in shown:
        result += section_text(one)
    if any(one.left_out for one in shown):
        result.append(_MORE)
    return "\n".join(line.replace("→", arrow) for line in result)


def section_text(shown: Shown) -> Iterator[str]:
    """A section in lines."""
    yield click.style(shown.section.title, fg=_COLOURS.get(shown.section.title), bold=True)
    for entry in shown.entries:
        yield from _entry(entry)
    if shown.left_out:
        yield f"  {left_out(shown)}"


def _entry(entry: Entry) -> Iterator[str]:
    names = ", ".join(entry.names) if entry.sure else some_names(entry.names)
    if entry.count == 1 and entry.text and not entry.more:
        yield on_one_line(f"  {entry.text}: {names}" if names else f"  {entry.text}")
        return
    yield on_one_line(
        f"  {entry.text}: {counted(entry.count, entry.unit)}" if entry.text else f"  {counted(entry.count, entry.unit)}"
    )
    if names:
        yield on_one_line(f"    {names}")
    yield from (on_one_line(f"    {line}") for line in entry.more)
