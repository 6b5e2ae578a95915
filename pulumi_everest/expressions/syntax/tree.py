"""The syntax tree of an expression that CEL has parsed and checked, as plain Python objects.

The `id` of a node is its number in the expression. Nodes are named tuples, since each dataclass would take a start of
the command half a millisecond.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple


class Unknown(NamedTuple):
    """A part that this version of CEL has, and this package does not know."""

    id: int


class Constant(NamedTuple):
    """A literal. `unsigned` is true for one like ``1u``, whose value is an int as well."""

    id: int
    value: Any
    unsigned: bool = False


class Name(NamedTuple):
    """The name of a variable, or of a type."""

    id: int
    name: str


class Select(NamedTuple):
    """``operand.field``, or ``has(operand.field)`` where it is only tested."""

    id: int
    operand: Node
    field: str
    tested: bool


class Call(NamedTuple):
    """``function(arguments)``, or ``target.function(arguments)``; operators are functions with names like ``_+_``."""

    id: int
    target: Node | None
    function: str
    arguments: tuple[Node, ...]

    @property
    def operands(self) -> tuple[Node, ...]:
        """The target, if there is one, and the arguments."""
        return self.arguments if self.target is None else (self.target, *self.arguments)


class ListLiteral(NamedTuple):
    """``[items]``. `asked` are the positions of those written with ``?``."""

    id: int
    items: tuple[Node, ...]
    asked: frozenset[int]


class Entry(NamedTuple):
    """``key: value`` of a map; `asked` where it is written with ``?``. A message has field names, so no `key`."""

    id: int
    key: Node | None
    value: Node
    asked: bool


class MapLiteral(NamedTuple):
    """``{entries}``, or a message where it has a name before it."""

    id: int
    message: str
    entries: tuple[Entry, ...]


class Comprehension(NamedTuple):
    """What a macro that goes through a list or map becomes. See `macros`."""

    id: int
    variable: str
    range: Node
    accumulator: str
    start: Node
    condition: Node
    step: Node
    result: Node
    second_variable: str


Node = Constant | Name | Select | Call | ListLiteral | MapLiteral | Comprehension | Unknown
"""A part of an expression."""


class Tree(NamedTuple):
    """The tree of one expression. `optionals` are the nodes of which CEL knows that they give an optional value."""

    root: Node
    optionals: frozenset[int]


def children(node: Node) -> Iterator[Node]:
    """The nodes right below a node."""
    match node:
        case Select():
            yield node.operand
        case Call():
            yield from node.operands
        case ListLiteral():
            yield from node.items
        case MapLiteral():
            for entry in node.entries:
                if entry.key is not None:
                    yield entry.key
                yield entry.value
        case Comprehension():
            yield from (node.range, node.start, node.condition, node.step, node.result)


def size(node: Node) -> int:
    """How many nodes there are, the node itself included."""
    return 1 + sum(map(size, children(node)))


def is_null(node: Node) -> bool:
    """Whether the node is the constant null."""
    return isinstance(node, Constant) and node.value is None
