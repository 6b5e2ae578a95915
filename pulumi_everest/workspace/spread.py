"""Doing one thing with many. Whoever has several processes, or shows how far it is, gives another way to do it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, Protocol, TypeVar

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


class Ahead(Generic[_Item, _Result]):
    """A function for a `Spread` over the indices of items, which takes several at once when the first is asked for.

    `many` gives the results of several items in their order. They are asked for in order, but for leaps, which
    processes make; the first one is done alone, as that is done before these part.
    """

    def __init__(self, many: Callable[[Sequence[_Item]], Sequence[_Result]], items: Sequence[_Item]) -> None:
        self._many, self._items = many, items
        self._done: deque[_Result] = deque()
        self._next, self._size = 0, 1

    def __call__(self, index: int) -> _Result:
        """The result of the item at an index."""
        if index != self._next or not self._done:
            self._done = deque(self._many(self._items[index : index + self._size]))
            self._size = AT_ONCE
        self._next = index + 1
        return self._done.popleft()


AT_ONCE: Final = 25
"""How many items are taken at once: what they share stays near, and they do not take much room."""
