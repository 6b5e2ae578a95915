"""Doing one thing with many. Whoever has several processes, or shows how far it is, gives another way to do it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class LostProcessError(Exception):
    """A process ended before its work was done."""


class Spread(Protocol):
    """Gives the result of a function for each item, in their order. `done` says for people what is done with them.

    The function may run in another process, which has all that there was when it began. So it changes nothing that
    others see, and its results can be pickled. Raises LostProcessError where another process did not get to its end.
    """

    def __call__(self, function: Callable[[_Item], _Result], items: Sequence[_Item], /, done: str) -> Iterable[_Result]:
        """The results, in the order of the items."""


def in_order(
    function: Callable[[_Item], _Result],
    items: Sequence[_Item],
    /,
    done: str,  # noqa: ARG001 - nobody is told
) -> Iterable[_Result]:
    """One after the other, when somebody asks for the next, in this process."""
    return map(function, items)
