"""Plain data compared to the last leaf, and the JSON merge patch between two pieces of it. 1 is not true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pulumi_everest.core.merging import copied
from pulumi_everest.model.deferred import Path


def same(first: Any, second: Any) -> bool:
    """Whether two values are the same, in type too (whole floats are integers)."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(same(value, second[key]) for key, value in first.items())
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(same(a, b) for a, b in zip(first, second, strict=True))
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    return bool(first == second)


def leaves(data: Any, path: Path = ()) -> dict[Path, Any]:
    """Every leaf by its path."""
    return dict(each_leaf(data, path))


def each_leaf(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that is no mapping or list with something in it, with its path."""
    if isinstance(data, (dict, list)) and data:
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from each_leaf(value, (*path, key))
    else:
        yield path, data


def patch_between(have: Any, want: Any) -> Any:
    """The JSON merge patch that makes `want` of `have`; an empty mapping where they are the same mapping.

    Lists are replaced as a whole. `want` holds no None, which no patch can give.
    """
    if not isinstance(have, dict) or not isinstance(want, dict):
        return copied(want)
    patch: dict[str, Any] = {key: None for key in have if key not in want}
    for key, value in want.items():
        if key not in have:
            patch[key] = copied(value)
        elif not same(have[key], value):
            patch[key] = patch_between(have[key], value)
    return patch
