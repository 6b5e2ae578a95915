"""Where the parts of a form write: paths of documents, from the root or, in a list, from an item on."""

from __future__ import annotations

from typing import Final

from pulumi_everest.core.paths import FieldPath

ITSELF: Final = "."
"""The path of an item of a list itself."""


def document_path(text: str) -> FieldPath:
    """The parts of a path of ui.yaml, from the root of the document on; one that does not say begins in `spec`."""
    parts = tuple(part for part in text.split(".") if part)
    return parts if parts[:1] in (("spec",), ("metadata",)) else ("spec", *parts)


def item_path(text: str) -> FieldPath:
    """The parts of a path in an item of a list; none for the item itself."""
    return tuple(part for part in text.split(".") if part)


def full_path(text: str, item_of: FieldPath | None) -> FieldPath:
    """A path of a part, perhaps in an item of a list, from the root of the document on; lists are transparent."""
    return document_path(text) if item_of is None else (*item_of, *item_path(text))


def dotted(path: FieldPath) -> str:
    """A path as a form has it."""
    return ".".join(path) or ITSELF
