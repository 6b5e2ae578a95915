"""Which part of a form a path of a document belongs to, so that a finding stands where it can be mended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pulumi_everest.form.paths import ITSELF
from pulumi_everest.form.tree import Field, FormTree, GroupPart, ListPart, Part
from pulumi_everest.model.deferred import Path


def address_of(tree: FormTree, path: Path) -> str | None:
    """The address of the part that shows what stands at a path of the document; None where no part does.

    It is the part that writes there, or around there; of what is around several parts, a switch or the first of them.
    """
    for section in tree.sections:
        found = _exact(section.parts, path, "")
        if found is not None:
            return found
    return next((found for section in tree.sections if (found := _around(section.parts, path)) is not None), None)


def _exact(parts: Sequence[Part], path: Path, prefix: str) -> str | None:
    """The part that writes at a path, or around it; a switch only where it stands for just that."""
    for part in parts:
        address = f"{prefix}{part.key}"
        if isinstance(part, Field) and any(_begins(_parts(one), path) for one in part.paths):
            return address
        if isinstance(part, ListPart) and _begins(_parts(part.path), path):
            rest = path[len(_parts(part.path)) :]
            if not rest or not isinstance(rest[0], int):
                return address
            here = f"{address}[{rest[0]}]"
            return _exact(part.parts, rest[1:], f"{here}.") or here
        if isinstance(part, GroupPart):
            found = _exact(part.parts, path, prefix)
            if found is not None:
                return found
            if part.writes is not None and _parts(part.writes) == path:
                return address
    return None


def _around(parts: Sequence[Part], path: Path) -> str | None:
    """The first part that writes below a path."""
    for part in parts:
        if isinstance(part, GroupPart):
            if part.writes is not None and len(path) > 1 and _begins(path, _parts(part.writes)):
                return part.key
            found = _around(part.parts, path)
            if found is not None:
                return found
        elif any(len(path) > 1 and _begins(path, _parts(one)) for one in _paths(part)):
            return part.key
    return None


def _paths(part: Part) -> Iterable[str]:
    if isinstance(part, Field):
        return part.paths
    return [part.path] if isinstance(part, ListPart) else []


def _parts(path: str) -> Path:
    return () if path == ITSELF else tuple(path.split("."))


def _begins(start: Path, path: Path) -> bool:
    return path[: len(start)] == start
