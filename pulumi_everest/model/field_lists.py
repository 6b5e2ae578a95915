"""Lists of fields as paths, such as ``resources.limits``: what is left of them without some.

Lists in the data are transparent, as they are in `core.paths`: ``backup.storages.name`` is the name of every storage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pulumi_everest.model.shapes import Shape


def without(fields: Iterable[str], but: Iterable[str], shape: Shape) -> Iterator[str]:
    """The fields that are neither among those that are left out nor below one of them.

    A field that holds one that is left out becomes the fields beside it: ``resources`` without ``resources.limits`` is
    ``resources.requests``. `shape` is that of the data.
    """
    left_out = [tuple(text.split(".")) for text in but]
    for text in fields:
        if left_out:
            yield from (".".join(path) for path in _left(tuple(text.split(".")), left_out, shape))
        else:
            yield text


def unparted(text: str, shape: Shape) -> bool:
    """Whether a field cannot be left out alone, since it is a key of a mapping that may have any."""
    *around, _ = text.split(".")
    return _below(tuple(around), shape).kind != "object"


def _left(path: tuple[str, ...], left_out: list[tuple[str, ...]], shape: Shape) -> Iterator[tuple[str, ...]]:
    if any(path[: len(but)] == but for but in left_out):
        return
    below = _below(path, shape)
    if below.kind == "object" and any(but[: len(path)] == path for but in left_out):
        for name in below.fields:
            yield from _left((*path, name), left_out, shape)
    else:
        yield path


def _below(path: tuple[str, ...], shape: Shape) -> Shape:
    """The shape at a path; that of the items where it is a list."""
    for part in path:
        shape = shape.within_lists().at(part)
    return shape.within_lists()
