"""Places in plain data, for the tables of the built-in plugins' tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pulumi_everest.model.deferred import Deferred

Path = tuple[str | int, ...]

MISSING = object()
"""What is at a place that is not there."""


def at(data: Any, path: Sequence[str | int]) -> Any:
    """What is at a place; `MISSING` where it is not there."""
    for part in path:
        if isinstance(data, list):
            data = data[int(part)] if int(part) < len(data) else MISSING
        else:
            data = data.get(part, MISSING) if isinstance(data, dict) else MISSING
    return data


def places(data: Any, path: Path = ()) -> Iterator[Path]:
    """The places of all leaves."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else None
    if pairs is None:
        yield path
        return
    for key, value in pairs:
        yield from places(value, (*path, key))


def field_paths(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every field path in the data, those of blocks as well; items of lists have no part of it."""
    yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from field_paths(value, (*path, key))
    elif isinstance(data, list):
        for item in data:
            yield from field_paths(item, path)


def texts(data: Any) -> Iterator[str]:
    """Every text that is a value."""
    for path in places(data):
        value = at(data, path)
        if isinstance(value, str):
            yield value


def with_unknown(data: Any, path: Path, value: Any) -> Any:
    """The data with another value at a place."""
    if not path:
        return value
    if isinstance(data, dict):
        return {k: with_unknown(v, path[1:], value) if k == path[0] else v for k, v in data.items()}
    return [with_unknown(v, path[1:], value) if i == path[0] else v for i, v in enumerate(data)]


def unknown_parts(data: Any) -> Iterator[Path]:
    """The places of what is not known."""
    return (path for path in places(data) if isinstance(at(data, path), Deferred))
