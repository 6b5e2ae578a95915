"""What CEL says when an expression does not compile, and what is missing in the data, as sentences for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from pulumi_everest.expressions.absent import ABSENT
from pulumi_everest.expressions.evaluation.failures import does_not_take
from pulumi_everest.expressions.syntax.growth import TOO_NESTED
from pulumi_everest.model.findings import did_you_mean

_COMPILE: Final = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): ([^\n]*)")
_STATUS: Final = re.compile(r"[A-Z_]+: ")
_TYPES: Final = {"int64": "int", "uint64": "uint", "null_type": "null", "dyn": "any", "*opaque*": "optional"}
_LONGEST: Final = 1_000

_Rule = tuple[str, Callable[[re.Match[str]], str]]


def compile_message(text: str) -> tuple[str, int, int]:
    """The first error of a compilation as a sentence, with its line and column, both from 1."""
    match = _COMPILE.search(text)
    if match is None:
        return _sentence(_STATUS.sub("", text[:_LONGEST].strip().partition("\n")[0], count=1)), 1, 1
    return _sentence(match[3][:_LONGEST]), max(int(match[1]), 1), max(int(match[2]), 1)


def brief(text: str, most: int = 100) -> str:
    """An expression or path in a message: on one line, and without the end of a very long one."""
    line = " ".join(text[: 10 * most].split())
    return line if len(line) <= most and len(text) <= 10 * most else f"{line[: most - 3]}..."


def no_field(path: Iterable[Any], node: Any, key: str) -> str:
    """That `node`, which is at `path`, has no `key`; with the nearest one it has."""
    where = ".".join(map(str, path))
    if not isinstance(node, dict):
        return f"there is no '{where}.{key}': {where} is {_said(node)}"
    hint = did_you_mean(key, [name for name in node if isinstance(name, str)])
    return f"there is no '{where}.{key}'" + (f"; {hint}" if hint else "") if where else f"'{key}' is not known here"


def _said(value: Any) -> str:
    """What a value is, without the value: it may be a secret."""
    if value is None:
        return "null"
    if value is ABSENT:
        return "not there"
    names = {bool: "true or false", str: "a text", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), "not a mapping")


def _sentence(text: str) -> str:
    text = " ".join(text.split()).removesuffix(" [INVALID_ARGUMENT]")
    for pattern, sentence in _RULES:
        match = re.search(pattern, text)
        if match is not None:
            return sentence(match)
    return text


def _overload(match: re.Match[str]) -> str:
    kinds = f"{match['target']}, {match['kinds']}" if match["target"] else match["kinds"]
    return does_not_take(match["name"], [_TYPES.get(kind, kind) for kind in _split_kinds(kinds)])


def _split_kinds(text: str) -> list[str]:
    """The kinds of a list of them; a comma in ``map(string, int)`` separates nothing."""
    kinds: list[str] = []
    depth = start = 0
    for position, character in enumerate(f"{text},"):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            kinds.append(text[start:position].strip())
            start = position + 1
    return [kind for kind in kinds if kind]


_NAME: Final = r"found no matching overload for '(?P<name>[^']*)' applied to "
_RULES: Final[tuple[_Rule, ...]] = (
    (r"undeclared reference to '([^']*)", lambda m: f"'{brief(m[1])}' is not known here"),
    (rf"{_NAME}'(?P<target>)\((?P<kinds>.*)\)'", _overload),
    (rf"{_NAME}'(?P<target>.*?)\.\((?P<kinds>.*)\)'", _overload),
    (
        r"(?:mismatched|extraneous) input '<EOF>'|at input '<EOF>'",
        lambda _: "the expression ends too early",
    ),
    (
        r"Syntax error: (?:mismatched|extraneous) input (.*?) expecting",
        lambda m: f"unexpected {m[1]}",
    ),
    (r"Syntax error: no viable alternative at input (.*)", lambda m: f"unexpected {m[1]}"),
    (r"Syntax error: token recognition error at: (.*)", lambda m: f"unexpected {m[1]}"),
    (r"Syntax error: (.*)", lambda m: m[1]),
    (r"Integer value '.*' out of range", lambda _: "a number is too large"),
    (
        r"(?:recursion limit exceeded|Exceeded max recursion depth)",
        lambda _: TOO_NESTED,
    ),
    (r"expression node count exceeded", lambda _: "the expression is too large"),
)
