"""Finding the expressions in a text of a template: ``prefix-${spec.name}``."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pulumi_everest.expressions.syntax.text_literals import end_of_text

_OPEN: Final = re.compile(r"\$?\$\{")
_NOT_PLAIN: Final = re.compile(r"""["'`{}]|//""")
_QUOTES: Final = ('"""', "'''", '"', "'")
_RAW: Final = re.compile(r"(?:^|[^A-Za-z0-9_])(?:[bB]?[rR]|[rR][bB])$")  # three characters before a quote tell


class Code(NamedTuple):
    """The text of an expression between ``${`` and ``}``; `offset` is where it begins in the whole text."""

    text: str
    offset: int


class TextError(ValueError):
    """A text whose ``${`` is never closed. `offset` is where it is."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def split(text: str) -> list[str | Code]:
    """The pieces of a text: plain text, with ``$${`` as ``${``, and expressions. Raises TextError."""
    pieces: list[str | Code] = []
    plain = ""
    position = 0
    while (match := _OPEN.search(text, position)) is not None:
        plain += text[position : match.start()]
        if match[0] == "$${":
            plain += "${"
            position = match.end()
            continue
        end = _end(text, match.end())
        if plain:
            pieces.append(plain)
            plain = ""
        pieces.append(Code(text[match.end() : end], match.end()))
        position = end + 1
    plain += text[position:]
    if plain or not pieces:
        pieces.append(plain)
    return pieces


def _end(text: str, start: int) -> int:
    """The position of the brace that closes the expression that begins at `start`."""
    depth = 0
    position = start
    while (found := _NOT_PLAIN.search(text, position)) is not None:
        position = found.start()
        match found[0]:
            case '"' | "'":
                position = _after_quote(text, start, position)
                continue
            case "`":  # a field in backticks: spec.`a}b`
                position = text.find("`", position + 1)
            case "//":  # a comment, to the end of the line
                position = text.find("\n", position)
            case "{":
                depth += 1
            case _ if depth == 0:
                return position
            case _:
                depth -= 1
        if position < 0:
            break
        position += 1
    raise TextError("'${' is never closed by '}'", start - 2)


def _after_quote(text: str, start: int, position: int) -> int:
    """The position after the string literal that begins at `position`."""
    quote = next(quote for quote in _QUOTES if text.startswith(quote, position))
    raw = _RAW.search(text[max(start, position - 3) : position]) is not None
    end = end_of_text(text, quote, position + len(quote), raw=raw)
    if end is None:
        raise TextError(f"a text in an expression is never closed by {quote}", position)
    return end
