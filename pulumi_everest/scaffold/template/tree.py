"""A template on its way to text: plain mappings and lists with guesses in them, any of which may be left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_PLAIN = re.compile(r"\??[A-Za-z_/][A-Za-z0-9_./-]*\Z")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
DIRECTIVES = ("let", "when", "mixin", "forEach", "merge")


@dataclass(eq=False)
class Guess:
    """A value of a template that may be wrong.

    `what` names it for people, `reads` are the fields of a cluster that it takes, `note` becomes a comment above it,
    and `ask` a mark behind it.
    """

    value: Any
    what: str
    reads: tuple[str, ...] = ()
    note: str = ""
    ask: str = ""
    path: tuple[str, ...] = ()
    """Where it was put."""
    kept: bool = False
    """Whether it is always there, though all in it may be absent."""


@dataclass(eq=False)
class Note:
    """A comment in place of an entry."""

    text: str


@dataclass
class Written:
    """The text of a tree, and the guess that made each line."""

    lines: list[str] = field(default_factory=list)
    made_by: dict[int, Guess] = field(default_factory=dict)
    """By number of the line, from 1: the innermost guess that it is part of."""

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines) + "\n"


LeftOut = Mapping[Guess, str]


def write(tree: Any, left_out: LeftOut, head: str = "") -> Written:
    """The text of a tree. Instead of a guess that is left out there is a comment with the reason."""
    written = Written([f"# {line}".rstrip() for line in head.splitlines()])
    _mapping(tree, 0, None, _Writing(written, left_out))
    return written


def guesses(tree: Any) -> Iterator[Guess]:
    """All guesses of a tree, the outer ones before those in them."""
    if isinstance(tree, Guess):
        yield tree
        yield from guesses(tree.value)
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from guesses(value)
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            yield from guesses(value)


@dataclass
class _Writing:
    written: Written
    left_out: LeftOut

    def line(self, indent: int, text: str, guess: Guess | None) -> None:
        self.written.lines.append(" " * indent + text)
        if guess is not None:
            self.written.made_by[len(self.written.lines)] = guess

    def comment(self, indent: int, text: str) -> None:
        width = max(40, 116 - indent)
        for line in _wrapped(text, width):
            self.written.lines.append(f"{' ' * indent}# {line}")


def _wrapped(text: str, width: int) -> Iterator[str]:
    import textwrap

    yield from textwrap.wrap(" ".join(text.split()), width, break_long_words=False, break_on_hyphens=False)


def _mapping(tree: Mapping[str, Any], indent: int, guess: Guess | None, to: _Writing, first: str = "") -> None:
    """The entries of a mapping; `first` stands before the first of them, as a list's dash does."""
    for key, value in tree.items():
        if isinstance(value, Note):
            to.comment(indent, value.text)
            continue
        own, inner = (value, value.value) if isinstance(value, Guess) else (guess, value)
        if isinstance(value, Guess):
            if value in to.left_out:
                to.comment(indent, f"left out: {value.what}: {to.left_out[value]}")
                continue
            if value.note:
                to.comment(indent, value.note)
        inner = stripped(inner, to.left_out)
        if inner is _NOTHING and isinstance(value, Guess) and value.kept:
            inner = {} if isinstance(value.value, Mapping) else []
        if inner is _NOTHING:
            continue
        ask = f" # ask: {value.ask}" if isinstance(value, Guess) and value.ask else ""
        _entry(key, inner, (indent, first), (own, ask), to)
        first = ""


def _entry(key: str, value: Any, at: tuple[int, str], said: tuple[Guess | None, str], to: _Writing) -> None:
    (indent, first), (guess, ask) = at, said
    start = " " * (indent - 2) + "- " if first else " " * indent
    name = scalar(key)
    short = _on_one_line(value)
    if short and len(start) + len(name) + len(short) + len(ask) < 100:
        to.line(0, f"{start}{name}: {short}{ask}", guess)
    elif isinstance(value, Mapping) and value:
        to.line(0, f"{start}{name}:{ask}", guess)
        _mapping(value, indent + 2, guess, to)
    elif isinstance(value, (list, tuple)) and value:
        if all(isinstance(one, (str, int)) for one in value) and sum(map(len, map(str, value))) < 80:
            to.line(0, f"{start}{name}: [{', '.join(scalar(one) for one in value)}]{ask}", guess)
            return
        to.line(0, f"{start}{name}:{ask}", guess)
        _list(value, indent + 2, guess, to)
    else:
        to.line(0, f"{start}{name}: {scalar(value)}{ask}", guess)


def _on_one_line(value: Any, depth: int = 0) -> str:
    """A small mapping of plain values on one line; nothing where it is none."""
    if not isinstance(value, Mapping) or not value or len(value) > 2 or depth > 2:
        return ""
    parts: list[str] = []
    for key, below in value.items():
        text = _on_one_line(below, depth + 1) if isinstance(below, Mapping) else ""
        if key.startswith("?") or not (text or isinstance(below, (str, int))):
            return ""
        parts.append(f"{scalar(key)}: {text or scalar(below)}")
    return f"{{{', '.join(parts)}}}"


def _list(values: Any, indent: int, guess: Guess | None, to: _Writing) -> None:
    for value in values:
        own, inner = (value, value.value) if isinstance(value, Guess) else (guess, value)
        if isinstance(value, Guess) and value in to.left_out:
            to.comment(indent, f"left out: {value.what}: {to.left_out[value]}")
            continue
        if isinstance(value, Guess) and value.note:
            to.comment(indent, value.note)
        inner = stripped(inner, to.left_out)
        if isinstance(inner, Mapping) and inner:
            _mapping(inner, indent + 2, own, to, first="- ")
        elif inner is not _NOTHING:
            to.line(indent, f"- {scalar(inner)}", own)


_NOTHING: Any = object()


def stripped(value: Any, left_out: LeftOut) -> Any:
    """A value, or nothing where a mapping or list has only guesses in it that are left out."""
    if isinstance(value, Mapping) and value:
        there = [
            key for key, below in value.items() if not _gone(below, left_out) and key.lstrip("?") not in DIRECTIVES[:2]
        ]
        return value if there else _NOTHING
    if isinstance(value, (list, tuple)) and value:
        return value if any(not _gone(below, left_out) for below in value) else _NOTHING
    return value


def _gone(value: Any, left_out: LeftOut) -> bool:
    if isinstance(value, Note):
        return True
    if isinstance(value, Guess):
        return value in left_out or (not value.kept and _gone(value.value, left_out))
    return stripped(value, left_out) is _NOTHING


def plain(tree: Any, left_out: LeftOut) -> Any:
    """A tree as plain data, without notes and what is left out."""
    if isinstance(tree, Guess):
        return plain(tree.value, left_out)
    if isinstance(tree, Mapping):
        return {key: plain(value, left_out) for key, value in tree.items() if not _gone(value, left_out)}
    if isinstance(tree, (list, tuple)):
        return [plain(value, left_out) for value in tree if not _gone(value, left_out)]
    return tree


def scalar(value: Any) -> str:
    """A scalar, or an empty mapping or list, as YAML has it on one line."""
    if isinstance(value, str):
        if _PLAIN.match(value) and value.lower() not in _WORDS and not value.endswith(("-", ".")):
            return value
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)
