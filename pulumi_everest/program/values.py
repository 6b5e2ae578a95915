"""What a run without an engine leaves open: values that nobody knows yet, and values that are secret."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pulumi_everest.model.deferred import Path


class Unknown:
    """A value that only an engine could tell. There is one, `UNKNOWN`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<unknown>"

    def __copy__(self) -> Unknown:
        return self

    def __deepcopy__(self, memo: object) -> Unknown:
        return self


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that the program marks as secret. Its representation does not give it away."""

    value: Any

    def __repr__(self) -> str:
        return "<secret>"


def unknown_paths(data: Any, path: Path = ()) -> Iterator[Path]:
    """Where the unknown values of plain data stand, in order, without those inside secrets."""
    if isinstance(data, Unknown):
        yield path
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from unknown_paths(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from unknown_paths(value, (*path, index))
