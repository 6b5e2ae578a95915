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
from pulumi_everest.expressions.chain import CHAIN, NAME, STOPPED, Chain

ASK_CEL: Final = object()
"""What a shortcut gives that leaves it to CEL."""

_LITERAL = r"""'[^'\\]*'|"[^"\\]*"|-?[0-9]{1,15}|true|false|null"""
_SHORT = re.compile(rf"({CHAIN}?)(?:\.orValue\(\s*({_LITERAL})\s*\))?(?:\s*(==|!=)\s*({_LITERAL}))?", re.ASCII)
_HAS = re.compile(rf"has\(\s*({NAME}(?:\.{NAME})*)\.({NAME})\s*\)", re.ASCII)
_HAS_VALUE = re.compile(rf"({CHAIN}?)\.hasValue\(\s*\)", re.ASCII)
_WORDS: Final = {"true": True, "false": False, "null": None}
_KINDS: Final = (dict, list, str, int, bool, type(None))
_LARGEST: Final = 2**63

Shortcut = Callable[[Mapping[str, Any]], Any]
"""The value of an expression, or `ASK_CEL`."""


def shortcut(text: str) -> Shortcut | None:
    """The shortcut for the text of an expression that CEL has taken; None where there is none."""
    there = _HAS.fullmatch(text.strip())
    if there is not None:
        return _Presence(Chain(there[1]), there[2]).result
    asked = _HAS_VALUE.fullmatch(text.strip())
    if asked is not None:
        chain = Chain(asked[1])
        return _Value(chain).is_there if chain.is_optional else None
    found = _SHORT.fullmatch(text.strip())
    if found is None:
        return None
    chain, default, operator, literal = Chain(found[1]), *found.groups()[1:]
    if chain.is_optional == (default is None):
        return None  # an optional value itself, or one that is asked for another although it is none
    value = _Value(chain, _value(default) if default is not None else None)
    return value.result if literal is None else _Comparison(value, _value(literal), negated=operator == "!=").result


class _Value:
    """What is at the end of a chain, or the default where nothing is."""

    def __init__(self, chain: Chain, default: Any = None) -> None:
        self.chain, self.default = chain, default

    def find(self, variables: Mapping[str, Any]) -> Any:
        """The value, which is `STOPPED` where the chain cannot be followed."""
        found = self.chain.follow(variables)
        return self.default if found is ABSENT else found

    def result(self, variables: Mapping[str, Any]) -> Any:
        found = self.find(variables)
        return found if _is_plain(found) else ASK_CEL

    def is_there(self, variables: Mapping[str, Any]) -> Any:
        found = self.chain.follow(variables)
        return ASK_CEL if found is STOPPED else found is not ABSENT


class _Presence:
    """A key below a chain."""

    def __init__(self, chain: Chain, key: str) -> None:
        self.chain, self.key = chain, key

    def result(self, variables: Mapping[str, Any]) -> Any:
        found = self.chain.follow(variables)
        return self.key in found if found.__class__ is dict else ASK_CEL


class _Comparison:
    """The value of a chain against a literal."""

    def __init__(self, value: _Value, wanted: Any, *, negated: bool) -> None:
        self.value, self.wanted, self.negated = value, wanted, negated

    def result(self, variables: Mapping[str, Any]) -> Any:
        found = self.value.find(variables)
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
