"""Expressions that are parsed already: those of the built-in plugins, which most commands need, in parsed.json.

CEL's library takes some 25 ms of a start of the command, which is a tenth of it. `make schemas` writes the file, and a
test holds it against the library. What is not in it, as are most expressions of other plugins, the library parses. A
tree depends on nothing but its text, as long as there are all variables that it names, and no functions of a plugin.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pulumi_everest.expressions.syntax.tree import (
    Call,
    Comprehension,
    Constant,
    Entry,
    ListLiteral,
    MapLiteral,
    Name,
    Node,
    Select,
    Tree,
    children,
)

FILE = Path(__file__).with_suffix(".json")
Written = list[Any]


def parsed(text: str, variables: Collection[str]) -> tuple[Tree, str] | None:
    """The tree of an expression and the kind of its result, if both are known."""
    written = _known().get(text)
    if written is None or not set(written[1]) <= set(variables):
        return None
    optionals: set[int] = set()
    return Tree(_node(written[2], optionals), frozenset(optionals)), written[0]


def write(tree: Tree, returns: str, variables: Collection[str]) -> Written | None:
    """What the file has of an expression over some variables; None for one with a literal that JSON has not."""
    nodes = list(_all(tree.root))
    if any(isinstance(node, Constant) and isinstance(node.value, bytes) for node in nodes):
        return None
    names = {node.name.removeprefix(".") for node in nodes if isinstance(node, Name)}
    return [returns, sorted(names.intersection(variables)), _written(tree.root, tree.optionals)]


@cache
def _known() -> Mapping[str, Written]:
    try:
        known: Mapping[str, Written] = json.loads(FILE.read_bytes())
    except FileNotFoundError:  # before `make schemas` has written it
        return {}
    return known


def _all(node: Node) -> Iterator[Node]:
    yield node
    for below in children(node):
        yield from _all(below)


def _written(node: Node | None, optionals: Collection[int]) -> Written | None:
    """A node as a list: its kind, whether it gives an optional value, and its parts."""

    def all_of(nodes: Iterable[Node | None]) -> list[Any]:
        return [_written(below, optionals) for below in nodes]

    match node:
        case Constant(_, value, unsigned):
            parts = [value, int(unsigned)]
        case Name(_, name):
            parts = [name]
        case Select(_, operand, field, tested):
            parts = [_written(operand, optionals), field, int(tested)]
        case Call(_, target, function, arguments):
            parts = [_written(target, optionals), function, all_of(arguments)]
        case ListLiteral(_, items, asked):
            parts = [all_of(items), sorted(asked)]
        case MapLiteral(_, message, entries):
            parts = [message, [[*all_of([entry.key, entry.value]), int(entry.asked)] for entry in entries]]
        case Comprehension(_, variable, source, accumulator, start, condition, step, result, second):
            parts = [variable, accumulator, second, *all_of([source, start, condition, step, result])]
        case _:
            return None
    return [_KINDS[type(node)], int(node.id in optionals), *parts]


_KINDS = {Constant: "=", Name: "n", Select: ".", Call: "()", ListLiteral: "[]", MapLiteral: "{}", Comprehension: "for"}


def _node(written: Written, optionals: set[int]) -> Node:
    """The node of a list. Those that give an optional value have numbers, which are added."""
    kind, optional, *parts = written
    identity = 0
    if optional:
        identity = len(optionals) + 1
        optionals.add(identity)
    match kind:
        case "=":
            return Constant(identity, parts[0], bool(parts[1]))
        case "n":
            return Name(identity, parts[0])
        case ".":
            return Select(identity, _node(parts[0], optionals), parts[1], bool(parts[2]))
        case "()":
            target = _node(parts[0], optionals) if parts[0] is not None else None
            return Call(identity, target, parts[1], tuple([_node(below, optionals) for below in parts[2]]))
        case "[]":
            return ListLiteral(identity, tuple([_node(below, optionals) for below in parts[0]]), frozenset(parts[1]))
        case "{}":
            entries = [
                Entry(0, _node(key, optionals), _node(value, optionals), bool(asked)) for key, value, asked in parts[1]
            ]
            return MapLiteral(identity, parts[0], tuple(entries))
        case "for":
            variable, accumulator, second, *below = parts
            source, start, condition, step, result = [_node(part, optionals) for part in below]
            return Comprehension(identity, variable, source, accumulator, start, condition, step, result, second)
    raise ValueError(f"{FILE} has a part of the kind {kind}")
