"""How large an expression becomes when its macros are expanded, told from its text before anything is done with it.

``a.optMap(x, f)`` becomes ``a.hasValue() ? ... a.value() ... : ...``: what stands before it is there twice. So a chain
of thirty of them, some hundred characters, would become a tree of a thousand million nodes.
"""

from __future__ import annotations

import re
from typing import Final

from pulumi_everest.expressions.syntax.text_literals import end_of_text

MOST_CHARACTERS: Final = 100_000
"""The longest expression: CEL's own limit."""
MOST_PARTS: Final = 10_000
"""How many parts (names, literals, operators) an expression has with all that is there twice."""
MOST_STEPS: Final = 100
"""How many steps a chain of selects has."""
TOO_NESTED: Final = "the expression is nested too deeply; give a part of it a name, or write it shorter"

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>[rRbB]{0,2}(?:'''|\"\"\"|'|"))
    |(?P<twice>opt(?:Flat)?Map\b)
    |(?P<word>\w+|`[^`\n]*`)
    |(?P<open>[\[({])
    |(?P<close>[\])}])
    |(?P<on>\.\??)
    |(?P<operator>.)""",
    re.VERBOSE | re.DOTALL,
)


def too_large(text: str) -> str | None:
    """What is wrong with the size of an expression, or None."""
    if len(text) > MOST_CHARACTERS:
        return f"an expression has at most {MOST_CHARACTERS:,} characters, and this one has {len(text):,}"
    if any("\ud800" <= character <= "\udfff" for character in text) if not text.isascii() else False:
        return "the expression has a character that cannot be encoded"
    parts = _parts(text)
    if parts > MOST_PARTS:
        doubles = "; optMap() doubles what stands before it" if "Map" in text else ""
        return f"the expression has more than {MOST_PARTS:,} parts{doubles}"
    return None


def _parts(text: str) -> int:
    """At least as many parts as the expression has, counted up to the limit.

    Each level of brackets has two counts: of the operand that is being read, and of those before it.
    """
    levels = [[0, 0]]
    twice = False
    at = 0
    previous = ""
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            break
        at = found.end()
        kind = found.lastgroup or ""
        if kind == "space":
            continue
        level = levels[-1]
        if kind == "text":
            opening = found["text"]
            end = end_of_text(text, opening.lstrip("rRbB"), at, raw="r" in opening.lower())
            at = len(text) if end is None else end
            level[0] += 1
        elif kind == "open":
            if twice:
                level[0] *= 2
            levels.append([0, 0])
        elif kind == "close":
            if len(levels) > 1:
                inner = levels.pop()
                levels[-1][0] += sum(inner) + 1
        elif kind == "operator" and not (found[0] == "?" and previous in ("[", "{", ",")):
            level[1] += level[0] + 1
            level[0] = 0
        else:
            level[0] += 1
        twice = kind == "twice"
        previous = found[0]
        if levels[-1][0] > MOST_PARTS or levels[-1][1] > MOST_PARTS:
            return MOST_PARTS + 1
    return sum(map(sum, levels))
