"""A checked tree made into Python functions: one for each node, which calls those of the nodes below.

A function takes a frame: the variables, the budget, and a place for each value that a macro names. So an expression
is built once, and evaluated by several threads at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pulumi_everest.expressions.evaluation import chains
from pulumi_everest.expressions.evaluation.calls import Function
from pulumi_everest.expressions.evaluation.chains import CompiledChain, variable
from pulumi_everest.expressions.evaluation.failures import EvaluationError
from pulumi_everest.expressions.evaluation.frame import LOCALS, UNSET, Frame, Step
from pulumi_everest.expressions.evaluation.library.by_name import (
    FUNCTIONS,
    METHODS,
    SPENDING_FUNCTIONS,
    SPENDING_METHODS,
)
from pulumi_everest.expressions.evaluation.loops import collect, exists_one, quantify
from pulumi_everest.expressions.evaluation.macros import Bind, Collect, ExistsOne, Quantifier, macro_of
from pulumi_everest.expressions.evaluation.operators import (
    SPECIAL,
    WITH_CONSTANT,
    constant,
    is_optional,
    pure,
    spending,
)
from pulumi_everest.expressions.evaluation.values import NONE, TYPES, UInt, key_of, type_of
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
    size,
)


class UnsupportedError(Exception):
    """Something that CEL takes and that is not evaluated here."""


class Program:
    """An expression that can be evaluated.

    `step` gives the value, of which lists and maps may be those of the variables; it raises EvaluationError and
    SpentError. What it takes are the variables and the budget in a list, with `named` behind them.
    """

    __slots__ = ("named", "step")

    def __init__(self, root: Node, variables: Collection[str], functions: Mapping[str, Function]) -> None:
        builder = _Builder(variables, functions)
        self.step = builder.build(root, {})
        self.named = [UNSET] * builder.places


class _Builder:
    def __init__(self, variables: Collection[str], functions: Mapping[str, Function]) -> None:
        self._variables = variables
        self._functions = functions
        self.places = 0

    def build(self, node: Node, local: Mapping[str, Step]) -> Step:
        match node:
            case Constant():
                return constant(_constant(node)[0])
            case Name():
                return self._name(node.name, local)
            case Select():
                return self._select(node, local)
            case Call():
                return self._call(node, local)
            case ListLiteral():
                return self._list(node, local)
            case MapLiteral():
                return self._map(node, local)
            case Comprehension():
                return self._comprehension(node, local)
        raise UnsupportedError("a part of the expression cannot be evaluated")

    def _name(self, name: str, local: Mapping[str, Step]) -> Step:
        if name in local:
            return local[name]
        if self._is_variable(name, local):
            return variable(name.removeprefix("."))
        if name.removeprefix(".") in TYPES:
            return constant(TYPES[name.removeprefix(".")])
        raise UnsupportedError(f"'{name.removeprefix('.')}' is not known here")

    def _is_variable(self, name: str, local: Mapping[str, Step]) -> bool:
        return name not in local and name.removeprefix(".") in self._variables

    def _chain(self, node: Node, local: Mapping[str, Step]) -> CompiledChain:
        """The fields that a node selects, down to what has none. ``has()`` counts as a field that is selected."""
        steps: list[tuple[str, bool]] = []
        top = node
        while (step := _step(top, tested=top is node)) is not None:
            field, asked, top = step
            steps.insert(0, (field, asked))
        question = next((position for position, (_, asked) in enumerate(steps) if asked), len(steps))
        sure = tuple(field for field, _ in steps[:question])
        if isinstance(top, Name) and self._is_variable(top.name, local):
            name = top.name.removeprefix(".")
            asked = question == 0 or (len(steps) == 1 and isinstance(node, Select) and node.tested)
            return CompiledChain(variable(name, NONE if asked else None), name, sure, tuple(steps[question:]))
        return CompiledChain(self.build(top, local), None, sure, tuple(steps[question:]))

    def _select(self, node: Select, local: Mapping[str, Step]) -> Step:
        chain = self._chain(node, local)
        if not node.tested:
            return chains.value_of(chain)
        return chains.has(chain) if not chain.maybe else chains.has_below(self.build(node.operand, local), node.field)

    def _call(self, node: Call, local: Mapping[str, Step]) -> Step:
        name, count = node.function, len(node.operands)
        if name in ("orValue", "hasValue") and node.target is not None:
            chain = self._chain(node.target, local)
            if chain.maybe:
                return chains.has_value(chain) if count == 1 else self._value_or(chain, node.arguments[0], local)
        if _step(node) is not None:
            return chains.value_of(self._chain(node, local))
        operands = [self.build(operand, local) for operand in node.operands]
        last = _constant(node.operands[-1]) if node.operands else ()
        if name == "_[?_]" and isinstance(top := node.operands[0], Name) and self._is_variable(top.name, local):
            operands[0] = variable(top.name.removeprefix("."), NONE)
        key = (name, count)
        if last and key in WITH_CONSTANT:
            return WITH_CONSTANT[key](operands[0], last[0])
        if key in SPECIAL:
            return SPECIAL[key](*operands)
        if node.target is None and name in self._functions:
            return spending(self._functions[name], operands)
        functions, taking_budget = (
            (FUNCTIONS, SPENDING_FUNCTIONS) if node.target is None else (METHODS, SPENDING_METHODS)
        )
        if key in functions:
            return pure(functions[key], operands, last)
        if key in taking_budget:
            return spending(taking_budget[key], operands)
        raise UnsupportedError(f"{name}() cannot be called here")

    def _value_or(self, chain: CompiledChain, other: Node, local: Mapping[str, Step]) -> Step:
        fixed = _constant(other)
        return chains.value_or_constant(chain, fixed[0]) if fixed else chains.value_or(chain, self.build(other, local))

    def _list(self, node: ListLiteral, local: Mapping[str, Step]) -> Step:
        fixed = _constant(node)
        if fixed:
            return constant(fixed[0])
        items = [self.build(item, local) for item in node.items]
        if not node.asked:
            return lambda frame: [item(frame) for item in items]
        rows = [(item, position in node.asked) for position, item in enumerate(items)]

        def step(frame: Frame) -> Any:
            result = []
            for item, asked in rows:
                value = item(frame)
                if not asked:
                    result.append(value)
                elif is_optional(value) and value is not NONE:
                    result.append(value.value)
            return result

        return step

    def _map(self, node: MapLiteral, local: Mapping[str, Step]) -> Step:
        if node.message:
            raise UnsupportedError(f"'{node.message}' cannot be made here; write the value itself")
        rows = [self._entry(entry, local) for entry in node.entries]

        def step(frame: Frame) -> Any:
            result: dict[Any, Any] = {}
            found = [(key(frame), value(frame), asked) for key, value, asked in rows]
            for key, value, asked in found:
                if key.__class__ not in (str, int, bool, UInt):
                    raise EvaluationError(f"Invalid map key type: '{type_of(key).name}'")
                if asked and (not is_optional(value) or value is NONE):
                    continue
                place = key_of(key)
                if place in result:
                    raise EvaluationError("a map has the same key twice")
                result[place] = value.value if asked else value
            return result

        return step

    def _entry(self, entry: Entry, local: Mapping[str, Step]) -> tuple[Step, Step, bool]:
        assert entry.key is not None  # only entries of a message have none
        return self.build(entry.key, local), self.build(entry.value, local), entry.asked

    def _comprehension(self, node: Comprehension, local: Mapping[str, Step]) -> Step:
        place = LOCALS + self.places
        self.places += 1
        match macro_of(node):
            case Bind() as bind:
                value = self.build(bind.value, local)
                result = self.build(bind.result, {**local, bind.name: _bound(place, value)})
                return _bind(place, result)
            case Quantifier() as loop:
                inner = {**local, loop.variable: _local(place)}
                condition = self.build(loop.condition, inner)
                source = self.build(loop.range, local)
                return quantify(source, condition, place, size(loop.condition), wanted=loop.wanted)
            case ExistsOne() as loop:
                inner = {**local, loop.variable: _local(place)}
                condition = self.build(loop.condition, inner)
                return exists_one(self.build(loop.range, local), condition, place, size(loop.condition))
            case Collect() as loop:
                inner = {**local, loop.variable: _local(place)}
                test = self.build(loop.condition, inner) if loop.condition is not None else None
                value = self.build(loop.value, inner)
                return collect(self.build(loop.range, local), test, value, place, size(node.step))
        raise UnsupportedError("a macro of the expression cannot be evaluated")


def _local(place: int) -> Step:
    return lambda frame: frame[place]


def _bound(place: int, value: Step) -> Step:
    """A name that stands for a value, which is evaluated when it is first asked for."""

    def step(frame: Frame) -> Any:
        found = frame[place]
        if found is UNSET:
            found = frame[place] = value(frame)
        return found

    return step


def _bind(place: int, result: Step) -> Step:
    def step(frame: Frame) -> Any:
        frame[place] = UNSET
        return result(frame)

    return step


def _step(node: Node, *, tested: bool = False) -> tuple[str, bool, Node] | None:
    """The field that a node selects, whether with a ``?``, and of what; None for any other node."""
    if isinstance(node, Select) and (tested or not node.tested):
        return node.field, False, node.operand
    if isinstance(node, Call) and node.function == "_?._" and isinstance(field := node.arguments[1], Constant):
        return str(field.value), True, node.arguments[0]
    return None


def _constant(node: Node) -> tuple[Any, ...]:
    """The value of a literal, alone; nothing for any other node. Nobody changes a list, so it may be one every time."""
    if isinstance(node, Constant):
        return (UInt(node.value) if node.unsigned else node.value,)
    if isinstance(node, ListLiteral) and not node.asked:
        items = [_constant(item) for item in node.items]
        return ([item[0] for item in items],) if all(items) else ()
    return ()
