"""What CEL says when an expression does not compile or fails, as plain sentences for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from pulumi_everest.model.findings import did_you_mean

_STATUS = re.compile(r"^[A-Z_]+: ")
_COMPILE = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_OPERATOR = re.compile(r"^[_@!?\-+*/%<>=&|:\[\]]+$")
_MISSING_KEY = re.compile(r'Key not found in map : "?(.*?)"?$')
_TYPES = {"int64": "int", "uint64": "uint", "null_type": "null", "dyn": "any", "*opaque*": "optional"}

_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def compile_message(text: str) -> tuple[str, int, int]:
    """The first error of a compilation as a sentence, with its line and column, both from 1."""
    match = _COMPILE.search(text)
    if match is None:
        return _cleaned(text), 1, 1
    return _sentence(match[3]), int(match[1]), int(match[2])


def evaluate_message(text: str) -> str:
    """An error of an evaluation as a sentence."""
    return _sentence(_cleaned(text))


def missing_key(text: str) -> str | None:
    """The key that an evaluation did not find in a map, if that is why it failed."""
    match = _MISSING_KEY.search(_cleaned(text))
    return match[1] if match else None


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
    names = {bool: "true or false", str: "a text", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), "not a mapping")


def _cleaned(text: str) -> str:
    text = re.sub(r"\s*\[[A-Z_]+\]\s*$", "", str(text).strip())
    return " ".join(_STATUS.sub("", text).split())


def _sentence(text: str) -> str:
    text = _cleaned(text)
    for pattern, sentence in _RULES:
        match = pattern.search(text)
        if match is not None:
            return sentence(match)
    return text


def _function(name: str) -> str:
    if name == "@in":
        return "'in'"
    if not _OPERATOR.match(name):
        return f"{name}()"
    if name in ("_[_]", "_[?_]"):
        return "an index"
    if name in ("_?._", "_?_:_"):
        return "'.?'" if name == "_?._" else "'? :'"
    return f"'{name.replace('_', '')}'"


def _kinds(text: str) -> str:
    names = [_TYPES.get(name.strip(), name.strip()) for name in text.split(",")] if text.strip() else []
    return " and ".join(names) if names else "no arguments"


def _overload(match: re.Match[str]) -> str:
    name, target = match["name"], match["target"]
    kinds = match["kinds"] or ""
    if name == "<iter_range>":
        return "only a list or a map can be gone through"
    if name == "<jump_condition>":
        return "a condition is neither true nor false"
    if target:
        kinds = ", ".join(filter(None, [target, kinds]))
    return f"{_function(name)} does not take {_kinds(kinds)}"


_RULES: tuple[_Rule, ...] = (
    (re.compile(r"undeclared reference to '([^']*)'"), lambda m: f"'{m[1]}' is not known here"),
    (
        re.compile(r"found no matching overload for '(?P<name>[^']*)' applied to '(?P<target>)\((?P<kinds>.*)\)'"),
        _overload,
    ),
    (
        re.compile(r"found no matching overload for '(?P<name>[^']*)' applied to '(?P<target>.*)\.\((?P<kinds>.*)\)'"),
        _overload,
    ),
    (
        re.compile(r"No matching overloads found : (?:\((?P<target>[^)]*)\)\.)?(?P<name>[^(]+)(\((?P<kinds>.*)\))?$"),
        _overload,
    ),
    (_MISSING_KEY, lambda m: f"there is no '{m[1]}'"),
    (re.compile(r"Applying SELECT to non-message type"), lambda _: "a field is asked of what has no fields"),
    (
        re.compile(r"Index error: index=(-?\d+) size=(\d+)"),
        lambda m: f"there is no item {m[1]} in a list of {m[2]}",
    ),
    (re.compile(r"divide by zero|modulus by zero"), lambda _: "division by zero"),
    (re.compile(r"duplicate key in map"), lambda _: "a map has the same key twice"),
    (
        re.compile(r"(?:mismatched|extraneous) input '<EOF>'|at input '<EOF>'"),
        lambda _: "the expression ends too early",
    ),
    (
        re.compile(r"Syntax error: (?:mismatched|extraneous) input (.*?) expecting"),
        lambda m: f"unexpected {m[1]}",
    ),
    (re.compile(r"Syntax error: no viable alternative at input (.*)"), lambda m: f"unexpected {m[1]}"),
    (re.compile(r"Syntax error: token recognition error at: (.*)"), lambda m: f"unexpected {m[1]}"),
    (re.compile(r"Syntax error: (.*)"), lambda m: m[1]),
    (re.compile(r"Integer value '.*' out of range"), lambda _: "a number is too large"),
    (
        re.compile(r"Non-CEL value type for '([^']*)'"),
        lambda m: f"'{m[1]}' holds a value that is not plain data",
    ),
)
