"""Where in a plugin's templates a value of an object stands, for what is said about that value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Place
from pulumi_everest.model.source.documents import Document


def template_place(document: Document, places: Sequence[Mapping[Path, Path]], index: int, path: Path) -> Place:
    """The line of the template that makes the value at a path of an object, or of what is nearest around it."""
    known = places[index] if index < len(places) else {}
    for length in range(len(path), -1, -1):
        at = next((known[leaf] for leaf in known if leaf[:length] == path[:length]), None)
        if at is not None:
            return document.place(_up_to(at, path[:length]))
    return document.place(())


def _up_to(at: Path, path: Path) -> Path:
    """The part of a path in the template that ends where a path in the object does."""
    if not path:
        return at[: at.index("object") + 1] if "object" in at else at
    names = (path[-1], f"?{path[-1]}")
    for end in range(len(at), 0, -1):
        if at[end - 1] in names:
            return at[:end]
    return at
