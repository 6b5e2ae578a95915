"""Short expressions that are evaluated in Python, with the meaning that they have in CEL.

Most conditions of templates and rules compare one value with a literal, or have a literal for one that is not there.
For these CEL needs little time, and much for taking over the variables. Whatever is unusual is left to CEL: a key that
is missing, a value of another kind than the literal, a number that is not whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from pulumi_everest.expressions.absent import ABSENT

ASK_CEL: Final = object()
"""What a shortcut gives that leaves it to CEL."""

_NAME = r"[A-Za-z_]\w*"
_LITERAL = r"""'[^'\\]*'|"[^"\\]*"|-?[0-9]{1,15}|true|false|null"""
_CHAIN = rf"{_NAME}(?:\.\??{_NAME})*?"
_SHORT = re.compile(rf"({_CHAIN})(?:\.orValue\(\s*({_LITERAL})\s*\))?(?:\s*(==|!=)\s*({_LITERAL}))?", re.ASCII)
_HAS = re.compile(rf"has\(\s*({_NAME}(?:\.{_NAME})*)\.({_NAME})\s*\)", re.ASCII)
_HAS_VALUE = re.compile(rf"({_CHAIN})\.hasValue\(\s*\)", re.ASCII)
_WORDS: Final = {"true": True, "false": False, "null": None}
_KINDS: Final = (dict, list, str, int, bool, type(None))
_LARGEST: Final = 2**63

Shortcut = Callable[[Mapping[str, Any]], Any]
"""The value of an expression, or `ASK_CEL`."""


def shortcut(text: str) -> Shortcut | None:
    """The shortcut for the text of an expression that CEL has taken; None where there is none."""
    there = _HAS.fullmatch(text.strip())
    if there is not None:
        return _Presence(_Chain(there[1]), there[2]).result
    asked = _HAS_VALUE.fullmatch(text.strip())
    if asked is not None:
        chain = _Chain(asked[1])
        return chain.has_value if chain.is_optional else None
    found = _SHORT.fullmatch(text.strip())
    if found is None:
        return None
    chain, default, operator, literal = _Chain(found[1]), *found.groups()[1:]
    if chain.is_optional == (default is None):
        return None  # an optional value itself, or one that is asked for another although it is none
    chain.default = _value(default) if default is not None else None
    return chain.value if literal is None else _Comparison(chain, _value(literal), negated=operator == "!=").result


class _Chain:
    """Selects, of which those after the first ``?`` may find nothing."""

    def __init__(self, text: str) -> None:
        steps = text.split(".")
        self.names = tuple(step.removeprefix("?") for step in steps)
        self.sure = next((position for position, step in enumerate(steps) if step.startswith("?")), len(steps))
        self.default: Any = None

    @property
    def is_optional(self) -> bool:
        return self.sure < len(self.names)

    def find(self, node: Any) -> Any:
        """What is at the end, `ABSENT` where nothing is, or `ASK_CEL`."""
        for position, name in enumerate(self.names):
            if node.__class__ is not dict:
                return ASK_CEL
            if name not in node:
                return ABSENT if position >= self.sure else ASK_CEL
            node = node[name]
        return node

    def value(self, variables: Mapping[str, Any]) -> Any:
        found = self.find(variables)
        found = self.default if found is ABSENT else found
        return found if _is_plain(found) else ASK_CEL

    def has_value(self, variables: Mapping[str, Any]) -> Any:
        found = self.find(variables)
        return found if found is ASK_CEL else found is not ABSENT


class _Presence:
    """A key below a chain."""

    def __init__(self, chain: _Chain, key: str) -> None:
        self.chain, self.key = chain, key

    def result(self, variables: Mapping[str, Any]) -> Any:
        found = self.chain.find(variables)
        return self.key in found if found.__class__ is dict else ASK_CEL


class _Comparison:
    """A chain against a literal."""

    def __init__(self, chain: _Chain, wanted: Any, *, negated: bool) -> None:
        self.chain, self.wanted, self.negated = chain, wanted, negated

    def result(self, variables: Mapping[str, Any]) -> Any:
        found = self.chain.find(variables)
        found = self.chain.default if found is ABSENT else found
        if self.wanted is None:  # which may be compared with everything
            return (found is None) is not self.negated if found.__class__ in _KINDS else ASK_CEL
        if found.__class__ is not self.wanted.__class__ or not _is_plain(found):
            return ASK_CEL
        return (found == self.wanted) is not self.negated


def _value(literal: str) -> Any:
    if literal[0] in "'\"":
        return literal[1:-1]
    return _WORDS[literal] if literal in _WORDS else int(literal)


def _is_plain(value: Any) -> bool:
    """Whether a value is one that CEL gives back as it is."""
    kind = value.__class__
    if kind is str:
        return bool(value.isascii())
    return kind is bool or value is None or (kind is int and -_LARGEST <= value < _LARGEST)
