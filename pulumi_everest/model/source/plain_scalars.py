"""Plain YAML scalars to values, by the kind of their place."""

from __future__ import annotations

import math
import re
from typing import Any, Final

NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_SWITCHES: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,18})\Z")
_BASED: Final = re.compile(r"0o([0-7]{1,22})\Z|0x([0-9a-fA-F]{1,16})\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")


def typed(text: str, kind: str) -> tuple[Any, str | None]:
    """The value of a plain scalar at a place of a kind, and its text where the value is not text."""
    if text in NULLS:
        return None, text
    if kind in ("text", "text-or-map"):
        return text, None
    if kind == "bool":
        switch = _SWITCHES.get(text.lower()) if len(text) < 6 else None
        return (text, None) if switch is None else (switch, text)
    if text[0] not in "tTfF.+-0123456789":
        return text, None
    if text in _TRUE:
        return True, text
    if text in _FALSE:
        return False, text
    value = _number(text)
    return (text, None) if value is None else (value, text)


def _number(text: str) -> int | float | None:
    """A number of YAML 1.2's core schema; None for what is none, not finite, or longer than 64 bits."""
    if _INTEGER.match(text):
        whole = int(text)
    elif based := _BASED.match(text):
        whole = int(based[1], 8) if based[1] else int(based[2], 16)
    elif len(text) <= 400 and _FLOAT.match(text):
        number = float(text)
        return number if math.isfinite(number) else None
    else:
        return None
    return whole if -(2**63) <= whole < 2**63 else None
