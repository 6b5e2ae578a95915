"""Streams of JSON objects, one after the other without anything between them, as many tools write them."""

from __future__ import annotations

import json
import re
from typing import Final

from pulumi_everest.model.source.text import position

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]]', re.DOTALL)
_BLANK: Final = re.compile(r"[ \t\r\n]*")


def json_stream(text: str) -> list[tuple[str, int]]:
    """The objects of a stream, each as text with the line on which that begins; none where it is no stream.

    What stands before an object on its line is blanks in its text, so that columns are those of the stream.
    """
    starts = _starts(text)
    if len(starts) < 2:
        return []
    parts: list[tuple[str, int]] = []
    line, column, here = 0, 0, 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        lines, in_line = position(text[here:start], start - here)
        line, column, here = line + lines, in_line if lines else column + in_line, start
        parts.append((" " * column + text[start:end], line))
    return parts


def _starts(text: str) -> list[int]:
    """Where the objects of a stream begin; nothing where the text is not one, or its first object is not JSON."""
    start = _skipped(text, 0)
    if not text.startswith("{", start):
        return []
    starts, depth = [start], 0
    for match in _TOKEN.finditer(text, start):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(match[0], 0)
        if depth:
            continue
        following = _skipped(text, match.end())
        if not text.startswith("{", following):
            return starts if following == len(text) else []
        if len(starts) == 1 and not _is_json(text[start : match.end()]):
            return []
        starts.append(following)
    return starts  # the last one breaks off


def _skipped(text: str, start: int) -> int:
    match = _BLANK.match(text, start)
    return match.end() if match is not None else start


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
