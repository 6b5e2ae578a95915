"""What a YAML parser's error means for the person who wrote the text."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from pulumi_everest.model.source.text import Report


class _Meaning(NamedTuple):
    problem: str
    message: str
    hint: str | None = None
    at_context: bool = False  # the place of the error is where the thing began, not where the parser gave up
    code: str = "source.syntax"


MAX_DEPTH: Final = 100
"""How many levels deep a document may nest."""
_QUOTE: Final = "put the text in quotes"
_MEANINGS: Final = tuple(
    (re.compile(meaning.problem), meaning)
    for meaning in (
        # Both parsers' wordings: libyaml's first, the pure-Python one's after the bar.
        _Meaning(
            "mapping values are not allowed",
            "a ': ' is not expected here",
            "put a text that holds ': ' in quotes, or check the indentation",
        ),
        _Meaning(
            "could not find expected ':'",
            "the line is neither a 'key: value' nor part of the value before",
            "is a ':' missing, or the indentation wrong?",
            at_context=True,
        ),
        _Meaning(
            "did not find expected key|expected <block end>",
            "the line does not fit what is before it",
            "check the indentation, and that quotes are around the whole value",
        ),
        _Meaning(
            "did not find expected '-' indicator",
            "a list goes on with something that is no '- item'",
            "check the indentation",
        ),
        _Meaning(
            r"(did not find )?expected ',' or '\]'",
            "a list that starts with '[' is not closed",
            "is a ',' or ']' missing?",
        ),
        _Meaning(
            "(did not find )?expected ',' or '}'",
            "a mapping that starts with '{' is not closed",
            "is a ',' or '}' missing?",
        ),
        _Meaning(
            "found unexpected end of stream|found unexpected document (indicator|separator)",
            "a quoted text is not closed",
            "write the closing quote",
            at_context=True,
        ),
        _Meaning(
            "block sequence entries are not allowed|sequence entries are not allowed",
            "a '- item' is not expected here",
            "put the list on the lines after its key",
        ),
        _Meaning("expected alphabetic or numeric character", "a name is expected after '&' or '*'", _QUOTE),
        _Meaning(
            "unknown escape character",
            "the text in double quotes has a backslash that means nothing there",
            "write two backslashes, or use single quotes",
        ),
        _Meaning(
            "invalid Unicode character escape",
            "an escape stands for no character by itself",
            r"write the character itself instead of two \u escapes",
        ),
        _Meaning(
            "expected hexdecimal number|expected escape sequence of",
            "an escape needs hexadecimal digits",
            "write two backslashes, or use single quotes",
        ),
        _Meaning(
            "expected (the )?node content",
            "a value is expected here",
            "put a text that begins with a special character in quotes",
        ),
        _Meaning("found a tab", "a tab is used for indentation", "use spaces"),
        _Meaning(
            "undefined tag handle",
            "a tag uses a prefix that no %TAG directive defines",
            "remove the tag",
            code="source.tag",
        ),
        _Meaning("incompatible YAML document", "the %YAML directive names a version that is not read", "remove it"),
        _Meaning(
            "expected '?<document start>",
            "a new document is expected here",
            "separate documents with a line of three dashes: ---",
        ),
    )
)


def report_syntax(error: Exception, text: str, first_line: int, report: Report) -> int:
    """Add the finding for a parser's error in `text`; gives the offset where the parser stopped.

    `first_line` is the line of the file on which the text begins.
    """
    stopped = getattr(error, "problem_mark", None)
    context: Any = getattr(error, "context_mark", None) or stopped
    problem = getattr(error, "problem", None) or str(error)
    offset = min(stopped.index, len(text)) if stopped is not None else 0
    meaning = _meaning(problem, text[offset : offset + 1])
    mark = context if meaning.at_context or offset >= len(text) else stopped
    at = (mark.line + first_line, mark.column) if mark is not None else None
    message = meaning.message
    if message.endswith("is not closed") and mark is not None and context.line != mark.line:
        message += f" (it began on line {context.line + first_line + 1})"
    report.add(meaning.code, message, at=at, hint=meaning.hint)
    return offset


def _meaning(problem: str, character: str) -> _Meaning:
    if "nesting depth" in problem:  # the scanner's own limit, which it meets while it looks ahead (libyaml 0.2.6)
        return _Meaning("", f"the input is nested more than {MAX_DEPTH} levels deep", code="source.too-deep")
    if "cannot start any token" in problem or (character == "\t" and "expected" in problem):
        if character == "\t":
            return _Meaning("", "a tab is used where only spaces can be", "indent with spaces")
        return _Meaning("", f"a value cannot start with '{character}'", _QUOTE)
    for pattern, meaning in _MEANINGS:
        if pattern.search(problem):
            return meaning
    return _Meaning("", problem[:200])
