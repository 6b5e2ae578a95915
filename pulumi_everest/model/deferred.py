"""Values that are not known yet: an unknown output in a preview, or a value that was refused.

The core never looks inside one. A deferred leaf passes through resolve and emit as itself; what must be computed
with it becomes a `Computed`, which names the leaves it waits for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

SCALARS: Final = frozenset((str, int, float, bool, type(None)))
"""The types of the plain values that hold no others: most of all, so what goes through data asks for them first."""

Path = tuple[str | int, ...]
"""Where a value is: keys and list positions from the root of the document or of the arguments."""


class Deferred:
    """A value to be known later. Equal only to itself.

    `path` says where it was written, `source` is whatever the outer layer needs to get at it (a Pulumi output);
    None for a value that was refused and stands in for itself, so that checks of other values go on.
    """

    __slots__ = ("path", "source")

    def __init__(self, path: Path = (), source: Any = None) -> None:
        self.path = path
        self.source = source

    def __repr__(self) -> str:
        return f"<unknown {'.'.join(map(str, self.path))}>"

    def __copy__(self) -> Deferred:
        return self

    def __deepcopy__(self, memo: object) -> Deferred:
        return self


class Computed(Deferred):
    """A value that `compute` makes of the known values of `needs`, when all of them are known."""

    __slots__ = ("compute", "needs")

    def __init__(
        self, needs: tuple[Deferred, ...], compute: Callable[[Mapping[Deferred, Any]], Any], path: Path = ()
    ) -> None:
        super().__init__(path)
        self.needs = needs
        self.compute = compute


def find(data: Any) -> Iterator[Deferred]:
    """Every deferred value in plain data (dicts, lists, scalars), in order."""
    if isinstance(data, Deferred):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from find(value)
    elif isinstance(data, list):
        for value in data:
            yield from find(value)


def holds_deferred(data: Any) -> bool:
    """Whether there is a deferred value in plain data. Asked for every cluster, so without generators."""
    kind = data.__class__
    if kind is dict or kind is list or isinstance(data, (dict, list)):
        for value in data if kind is list else data.values() if isinstance(data, dict) else data:
            if value.__class__ not in SCALARS and holds_deferred(value):
                return True
        return False
    return isinstance(data, Deferred)


def leaves(data: Any) -> tuple[Deferred, ...]:
    """The values that must be known before `data` is: what `find` gives, with `Computed` replaced by their needs."""
    found: dict[Deferred, None] = {}
    for value in find(data):
        for leaf in leaves_of(value):
            found[leaf] = None
    return tuple(found)


def leaves_of(value: Deferred) -> tuple[Deferred, ...]:
    """The leaves that one deferred value waits for: itself, or the needs of a `Computed`."""
    return value.needs if isinstance(value, Computed) else (value,)


def substitute(data: Any, known: Mapping[Deferred, Any]) -> Any:
    """`data` with every deferred value replaced that `known` gives or allows to compute. The input is not changed."""
    if isinstance(data, Deferred):
        if isinstance(data, Computed):
            return data.compute(known) if all(need in known for need in data.needs) else data
        return known.get(data, data)
    if isinstance(data, dict):
        return {key: substitute(value, known) for key, value in data.items()}
    if isinstance(data, list):
        return [substitute(value, known) for value in data]
    return data
