"""Findings in the words of a program: snake_case where YAML has camelCase, unless the user wrote that."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextvars import ContextVar
from dataclasses import replace

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding
from pulumi_everest.model.shapes import Shape
from pulumi_everest.resources.models import program_names

AS_IN_YAML: ContextVar[bool] = ContextVar("as_in_yaml", default=False)
"""Set while a program of another language is served: those have the names of YAML."""

_CAMEL = re.compile(r"\b[a-z]+[A-Z]\w*\b")


def as_written(found: Finding, shape: Shape, camel: Collection[Path]) -> Finding:
    """A finding about arguments of that shape, with its path and texts as the user wrote the fields.

    `camel` holds the paths of the keys written in camelCase; where there is one, texts stay in camelCase.
    """
    if AS_IN_YAML.get():
        return found
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


def _written(path: Path, shape: Shape, camel: Collection[Path]) -> Path:
    names = program_names()
    written: list[str | int] = []
    for position, part in enumerate(path):
        field = shape.kind == "object" and isinstance(part, str) and path[: position + 1] not in camel
        written.append(names.get(part, part) if field and isinstance(part, str) else part)
        shape = shape.at(part)
    return tuple(written)
