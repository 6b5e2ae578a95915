"""The codes of findings as `everest explain` shows them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence

import click

from pulumi_everest.cli.output.wrapping import wrapped
from pulumi_everest.cli.output.write import screen_of
from pulumi_everest.model.codes import CODES, Severity
from pulumi_everest.reference.codes import Block, explanations, notations

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def code_text(code: str) -> str:
    """Why a code is said, how to mend it, an example with what is said about it, and that mended."""
    found = explanations()[code]
    width = screen_of(sys.stdout).line_width
    severity = click.style(found.severity.value, fg=_COLOURS[found.severity], bold=True)
    lines = [f"{click.style(code, bold=True)}: {severity}"]
    why = " ".join(part for part in (found.meaning, found.more) if part)
    lines += _wrapped(_plain(why), width)
    lines += ["", *_wrapped(f"Mend it: {_plain(found.mend)}", width)]
    lines += ["", click.style("Example", bold=True), *_blocks(found.given), ""]
    lines += [part for line in found.found.splitlines() for part in wrapped(f"  {line}", width)]
    if found.mended:
        lines += ["", click.style("Mended", bold=True), *_blocks(found.mended)]
    return "\n".join(lines)


def group_text(codes: Sequence[str]) -> str:
    """Codes with what each means, one in a line."""
    width = max(map(len, codes))
    screen = screen_of(sys.stdout).line_width
    lines = [f"{click.style(code.ljust(width), bold=True)}  {CODES[code].meaning}" for code in codes]
    return "\n".join(part for line in lines for part in wrapped(line, screen, " " * (width + 2)))


def _wrapped(text: str, width: int | None) -> list[str]:
    return wrapped(text, width, "")


def _plain(text: str) -> str:
    """Text of the page without its links."""
    return _LINK.sub(r"\1", text)


def _blocks(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        yield click.style(f"  # {_what(block.notation)}", dim=True)
        yield from (f"  {line}".rstrip() for line in block.text.splitlines())


def _what(notation: str) -> str:
    """What a block is, in the words of the page's table."""
    known = notations()
    language, _, name = notation.partition(" ")
    words = known.get(notation) or known.get(f"{language} {name.split(' ')[0]}")
    if notation.endswith(".yaml"):
        return f"in {name} of the plugin shop" if name != "Pulumi.yaml" else "Pulumi.yaml"
    if language == "python" and name.startswith("program"):
        return "__main__.py of a Pulumi program"
    return _plain(words.split(";")[0]).replace("`", "") if words and language != "python" else "Python"
