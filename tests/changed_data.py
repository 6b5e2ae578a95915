"""All places of some plain data, and the data with another value at one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pulumi_everest.model.deferred import Path


def places(data: Any, path: Path = ()) -> Iterator[Path]:
    """All places below the top, inner ones too."""
    if path:
        yield path
    below = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in below:
        yield from places(value, (*path, key))


def with_change(data: Any, path: Path, make: Callable[[Any], Any]) -> Any:
    """A copy with one place changed by `make`, or left out where that gives an ellipsis."""
    copy = dict(data) if isinstance(data, dict) else list(data)
    made = with_change(copy[path[0]], path[1:], make) if path[1:] else make(copy[path[0]])
    if made is ...:
        del copy[path[0]]
    else:
        copy[path[0]] = made
    return copy
