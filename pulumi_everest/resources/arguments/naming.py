"""Findings in the words of a program: snake_case where YAML has camelCase, unless the user wrote that.

Texts that were written for Python, ``wait_for=True``, become those of the other languages: ``waitFor: true``.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from contextvars import ContextVar
from dataclasses import replace

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding
from pulumi_everest.model.shapes import Shape
from pulumi_everest.resources.arguments.models import program_names

OTHER_LANGUAGE: ContextVar[bool] = ContextVar("other_language", default=False)
"""Set while a program of another language than Python is served: those have the names of YAML."""

_CAMEL = re.compile(r"\b[a-z]+[A-Z]\w*\b")
_ARGUMENT = re.compile(r"\b([a-z_]+)=(True|False|None|'[^']*'|\"[^\"]*\")")
_SNAKE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_OPTIONS = {"custom_timeouts": "customTimeouts", "ignore_changes": "ignoreChanges"}
_CONSTANTS = {"True": "true", "False": "false", "None": "null"}


def as_written(found: Finding, shape: Shape, camel: Collection[Path]) -> Finding:
    """A finding about arguments of that shape, with its path and texts as the user wrote the fields.

    `camel` holds the paths of the keys written in camelCase; where there is one, texts stay in camelCase.
    """
    if OTHER_LANGUAGE.get():
        return as_in_yaml(found)
    path = _written(found.path, shape, camel)
    if camel:
        return replace(found, path=path)
    return replace(
        found,
        path=path,
        message=in_snake_case(found.message),
        hint=in_snake_case(found.hint) if found.hint else found.hint,
        allowed=tuple(in_snake_case(text) for text in found.allowed),
    )


def in_snake_case(text: str) -> str:
    """A text with the names of fields as a program has them; other words are left alone."""
    names = program_names()
    return _CAMEL.sub(lambda word: names.get(word[0], word[0]), text)


def as_in_yaml(found: Finding) -> Finding:
    """A finding with texts as programs in other languages and YAML have them; its path is that already."""
    return replace(
        found,
        message=in_words_of_yaml(found.message),
        hint=in_words_of_yaml(found.hint) if found.hint else found.hint,
        allowed=tuple(_CONSTANTS.get(text, text) for text in found.allowed),
    )


def in_words_of_yaml(text: str) -> str:
    """A text with arguments, options and their names as programs in other languages and YAML have them."""
    names = {name: alias for alias, name in program_names().items()} | _OPTIONS

    def argument(word: re.Match[str]) -> str:
        value = _CONSTANTS.get(word[2], word[2].strip("'\""))
        return f"{names[word[1]]}: {value}" if word[1] in names else word[0]

    return _SNAKE.sub(lambda word: names.get(word[0], word[0]), _ARGUMENT.sub(argument, text))


def _written(path: Path, shape: Shape, camel: Collection[Path]) -> Path:
    names = program_names()
    written: list[str | int] = []
    for position, part in enumerate(path):
        field = shape.kind == "object" and isinstance(part, str) and path[: position + 1] not in camel
        written.append(names.get(part, part) if field and isinstance(part, str) else part)
        shape = shape.at(part)
    return tuple(written)
