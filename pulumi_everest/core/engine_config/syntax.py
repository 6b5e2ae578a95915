"""The syntax of configurations that are text: whether they are of the form that the engine reads at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from pulumi_everest.model.findings import shortened
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml

_SECTION: Final = re.compile(r"\s*\[[^\]\[]+\]\s*(?:[#;].*)?\Z")
_NOTHING: Final = re.compile(r"\s*(?:[#;!].*)?\Z")
_SHORT: Final = 4_096
_TEMPLATE: Final = re.compile(r"\{\{.*?\}\}")


def yaml_mapping(text: str, _section: str | None = None) -> Iterator[str]:
    """What keeps a text from being one YAML mapping."""
    yield from _of_yaml(text) if len(text) < _SHORT else _problems(text)


@lru_cache(256)
def _of_yaml(text: str) -> tuple[str, ...]:
    """The same of a short text, which many clusters may have."""
    return tuple(_problems(text))


def _problems(text: str) -> Iterator[str]:
    documents, found = read_yaml(text, "", lambda _version, _kind: ANY)
    for entry in found:
        if entry.code == "source.empty":
            return
        line = f", line {entry.place.line}" if entry.place is not None and entry.place.line is not None else ""
        if entry.code == "source.document":
            yield f"it is no mapping of settings, such as 'storage: {{wiredTiger: ...}}'{line}"
        else:
            yield f"it is not valid YAML{line}: {entry.message}" + (f"; {entry.hint}" if entry.hint else "")
    if len(documents) > 1:
        yield "it is more than one YAML document"


def sections(text: str, section: str | None = None) -> Iterator[str]:
    """What keeps a text from being options in sections; `section` is the one that most belong to."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        plain = _TEMPLATE.sub("0", line)
        if _NOTHING.match(plain):
            continue
        if _SECTION.match(plain):
            inside = True
        elif plain.lstrip().startswith("["):
            yield f"line {number} begins a section that is not closed: '{shortened(line.strip())}'"
            return
        elif not inside:
            option = shortened(line.strip())
            above = f"'[{section}]'" if section else "its section"
            yield f"line {number}, '{option}', is in no section; write {above} on a line above it"
            return


SYNTAXES: Final[dict[str, Callable[[str, str | None], Iterator[str]]]] = {"yaml": yaml_mapping, "sections": sections}
"""The checks by the names that plugin.yaml has for them."""
