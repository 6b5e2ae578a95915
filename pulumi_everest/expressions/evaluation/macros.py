"""The macros of CEL, read back from a tree: ``all``, ``exists``, ``exists_one``, ``map``, ``filter`` and ``cel.bind``.

CEL expands each of them to one general loop with an accumulator. Read back they can be evaluated for what they are,
and a loop that no macro makes is found before it turns.
"""

from __future__ import annotations

from typing import NamedTuple

from pulumi_everest.expressions.syntax.tree import Call, Comprehension, Constant, ListLiteral, Name, Node


class Bind(NamedTuple):
    """``cel.bind(name, value, result)``."""

    name: str
    value: Node
    result: Node


class Quantifier(NamedTuple):
    """``all`` where `wanted` is true, else ``exists``: whether the condition holds for each item, or for any."""

    wanted: bool
    variable: str
    range: Node
    condition: Node


class ExistsOne(NamedTuple):
    """``exists_one``: whether the condition holds for exactly one item."""

    variable: str
    range: Node
    condition: Node


class Collect(NamedTuple):
    """``map`` and ``filter``: the list of `value` for each item for which the condition, if there is one, holds."""

    variable: str
    range: Node
    condition: Node | None
    value: Node


Macro = Bind | Quantifier | ExistsOne | Collect


def macro_of(loop: Comprehension) -> Macro | None:
    """The macro that a loop was made of; None for a loop that is none of these."""
    if loop.second_variable:
        return None
    if isinstance(loop.condition, Constant) and loop.condition.value is False:
        is_bind = isinstance(loop.range, ListLiteral) and not loop.range.items
        return Bind(loop.accumulator, loop.start, loop.result) if is_bind else None
    if isinstance(loop.start, ListLiteral) and not loop.start.items and _is(loop.result, loop.accumulator):
        return _collect(loop)
    if isinstance(loop.start, Constant) and isinstance(loop.step, Call):
        return _quantifier(loop, loop.start, loop.step)
    return None


def _quantifier(loop: Comprehension, start: Constant, step: Call) -> Macro | None:
    arguments = step.arguments
    wanted = {"_&&_": True, "_||_": False}.get(step.function)
    if wanted is not None and start.value is wanted and _is(arguments[0], loop.accumulator):
        return Quantifier(wanted, loop.variable, loop.range, arguments[1])
    counts = step.function == "_?_:_" and start.value == 0 and isinstance(loop.result, Call)
    return (
        ExistsOne(loop.variable, loop.range, arguments[0]) if counts and _is(arguments[2], loop.accumulator) else None
    )


def _collect(loop: Comprehension) -> Collect | None:
    step = loop.step
    condition = None
    if isinstance(step, Call) and step.function == "_?_:_" and _is(step.arguments[2], loop.accumulator):
        condition, step = step.arguments[0], step.arguments[1]
    if not (isinstance(step, Call) and step.function == "_+_" and _is(step.arguments[0], loop.accumulator)):
        return None
    added = step.arguments[1]
    if not isinstance(added, ListLiteral) or len(added.items) != 1 or added.asked:
        return None
    return Collect(loop.variable, loop.range, condition, added.items[0])


def _is(node: Node, name: str) -> bool:
    return isinstance(node, Name) and node.name == name
