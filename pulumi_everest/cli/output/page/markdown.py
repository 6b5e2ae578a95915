"""The page of a change as Markdown, as a comment of GitHub or GitLab takes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pulumi_everest.model.lines import on_one_line
from pulumi_everest.review.page.layout import LINES, Entry, Shown, arranged, some_names
from pulumi_everest.review.page.page import Page
from pulumi_everest.review.page.sections import counted, heading, left_out, sections

CHARACTERS: Final = 65_536
"""How long a comment may be."""
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#|~@$&]|^[-+]|^\d+(?=[.)]))")
_REFERENCE: Final = re.compile(r"(?<=[@#])(?=\w)|(?<=\bGH-)(?=\d)", re.IGNORECASE)
"""Where somebody would be mentioned, or an issue: a backslash before it does not stop GitHub from that."""
_NOTHING: Final = "&#8203;"
_TICKS: Final = re.compile("`+")


def page_markdown(page: Page, lines: int = LINES, characters: int = CHARACTERS) -> str:
    """The page in at most that many lines, or more if more is refused, and that many characters.

    What is refused is said without its reasons before it takes more lines, and is only cut where characters are short.
    """
    text = ""
    for entry_lines, most in ((whole_entry, lines), (_short, lines), (_short, characters), (_bare, characters)):
        text = _page(page, lines, entry_lines)
        if text.count("\n") < most and len(text) <= characters:
            return text
    return _cut(text, characters)


def _page(page: Page, lines: int, entry_lines: Callable[[Entry], list[str]]) -> str:
    first, *rest = heading(page)
    head = [f"### {escaped(first)}", "", *(f"{escaped(line)}  " for line in rest)]
    parts = sections(page)
    # Before and after a title stands an empty line.
    shown = arranged(parts, lines - len(head) - 2 * len(parts) - 1, lambda entry: len(entry_lines(entry)))
    result = head
    for one in shown:
        result += section_markdown(one, entry_lines)
    return "\n".join(result)


def section_markdown(shown: Shown, entry_lines: Callable[[Entry], list[str]]) -> Iterator[str]:
    """A section in lines, each entry as `entry_lines` writes it."""
    yield from ("", f"**{escaped(shown.section.title)}**", "")
    for entry in shown.entries:
        yield from entry_lines(entry)
    if shown.left_out:
        yield f"- {escaped(left_out(shown))}"


def whole_entry(entry: Entry) -> list[str]:
    """An entry with its reasons, each in a line."""
    return [_item(entry, entry.names if entry.sure else None), *(f"  <br>{escaped(line)}" for line in entry.more)]


def _short(entry: Entry) -> list[str]:
    return [_item(entry, entry.names if entry.sure else None)]


def _bare(entry: Entry) -> list[str]:
    return [_item(entry, None)]


def _item(entry: Entry, names: Sequence[str] | None) -> str:
    shown = ", ".join(names) if names is not None else some_names(entry.names)
    parts = [code(entry.text)] if entry.text else []
    if entry.count > 1 or not entry.text:
        parts.append(f"{counted(entry.count, entry.unit)}")
    if shown:
        parts.append(code(shown))
    return f"- {': '.join(parts)}"


def _cut(text: str, characters: int) -> str:
    """What fits, whole lines from the top, with a word on the rest."""
    last = "\n- **more than a comment holds**: `everest preview --against … --summary` shows all that is refused"
    kept = text[:characters]
    while len(kept) + len(last) > characters:
        kept = kept.rpartition("\n")[0]
    return kept + last


def escaped(text: str) -> str:
    """A text in Markdown, with nothing in it that means something there, and nobody mentioned."""
    return _REFERENCE.sub(_NOTHING, _SPECIAL.sub(r"\\\1", on_one_line(text)))


def code(text: str) -> str:
    """A text as code, whatever ticks it has."""
    line = on_one_line(text)
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(line)), default=0))
    space = " " if line.startswith("`") or line.endswith("`") or not line.strip() else ""
    return f"{ticks}{space}{line}{space}{ticks}"
