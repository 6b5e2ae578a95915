"""Lines of text for people and logs: what a text of the input may not do to them."""

from __future__ import annotations

import re

# GitHub and Azure take what follows for a command: the first where a line begins with it, the others anywhere.
_AT_THE_START = "::"
_ANYWHERE = re.compile(r"##(?=\[|vso\[|teamcity\[)")
_STYLE = re.compile("\x1b\\[[0-9;]*m")
"""What colours and bold type are in a terminal: a log shows lines without it."""


def printable(text: str, kept: str = "\n\t") -> str:
    """Text without control characters, which could do things to a terminal; line breaks and tabs stay."""
    if text.isprintable():
        return text
    return "".join(c if c in kept or c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def on_one_line(text: str) -> str:
    """A name, path or value in a text for people: whatever it holds, it begins no line of its own."""
    return printable(text, kept="")


def without_commands(text: str) -> str:
    """The text with a backslash in what would be a command."""
    if _AT_THE_START not in text and "##" not in text:
        return text
    return "\n".join(_plain(line) for line in text.split("\n"))


def _plain(line: str) -> str:
    line = _ANYWHERE.sub(r"#\\#", line)
    stripped = _STYLE.sub("", line).lstrip()
    if not stripped.startswith(_AT_THE_START):
        return line
    at = line.index(_AT_THE_START)
    return f"{line[:at]}\\{line[at:]}"
