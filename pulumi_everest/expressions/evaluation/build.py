"""A checked tree made into Python functions: one for each node, which calls those of the nodes below.

A function takes a frame: the variables, the budget, and a place for each value that a macro names. So an expression
is built once, and evaluated by several threads at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from pulumi_everest.expressions.absent import ABSENT
from pulumi_everest.expressions.evaluation import access
from pulumi_everest.expressions.evaluation.arithmetic import add
from pulumi_everest.expressions.evaluation.budget import Budget
from pulumi_everest.expressions.evaluation.calls import Function
from pulumi_everest.expressions.evaluation.comparing import PLAIN, equal, is_in
from pulumi_everest.expressions.evaluation.failures import EvaluationError, no_overload
from pulumi_everest.expressions.evaluation.library import FUNCTIONS, METHODS, SPENDING_FUNCTIONS, SPENDING_METHODS
from pulumi_everest.expressions.evaluation.loops import collect, exists_one, quantify
from pulumi_everest.expressions.evaluation.macros import Bind, Collect, ExistsOne, Quantifier, macro_of
from pulumi_everest.expressions.evaluation.values import NONE, TYPES, Optional, UInt, key_of, type_of
from pulumi_everest.expressions.tree import (
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

Frame = list[Any]
Step = Callable[[Frame], Any]
"""What a node becomes."""

_VARIABLES: Final = 0
_BUDGET: Final = 1
_LOCALS: Final = 2
_UNSET: Final = object()


class UnsupportedError(Exception):
    """Something that CEL takes and that is not evaluated here."""


class Program:
    """An expression that can be evaluated."""

    def __init__(self, root: Node, variables: Collection[str], functions: Mapping[str, Function]) -> None:
        builder = _Builder(variables, functions)
        self._step = builder.build(root, {})
        self._locals = [_UNSET] * builder.places

    def evaluate(self, variables: Mapping[str, Any], budget: Budget) -> Any:
        """The value, of which lists and maps may be those of the variables. Raises EvaluationError, SpentError."""
        return self._step([variables, budget, *self._locals])


class _Builder:
    def __init__(self, variables: Collection[str], functions: Mapping[str, Function]) -> None:
        self._variables = variables
        self._functions = functions
        self.places = 0

    def build(self, node: Node, local: Mapping[str, Step]) -> Step:
        match node:
            case Constant():
                return _constant(UInt(node.value) if node.unsigned else node.value)
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
        name = name.removeprefix(".")
        if name in self._variables:
            return _variable(name)
        if name in TYPES:
            return _constant(TYPES[name])
        raise UnsupportedError(f"'{name}' is not known here")

    def _asked(self, node: Node, local: Mapping[str, Step]) -> Step:
        """A part of which something is asked that may not be there: nothing is in what is not there itself."""
        if isinstance(node, Name) and node.name not in local and node.name.removeprefix(".") in self._variables:
            return _variable(node.name.removeprefix("."), NONE)
        return self.build(node, local)

    def _select(self, node: Select, local: Mapping[str, Step]) -> Step:
        if node.tested:
            return _has(self._asked(node.operand, local), node.field)
        names = [node.field]
        operand = node.operand
        while isinstance(operand, Select) and not operand.tested:
            names.append(operand.field)
            operand = operand.operand
        return _selects(self.build(operand, local), tuple(reversed(names)))

    def _call(self, node: Call, local: Mapping[str, Step]) -> Step:
        operands = [self.build(operand, local) for operand in node.operands]
        if node.function in ("_?._", "_[?_]"):
            operands[0] = self._asked(node.operands[0], local)
        special = _SPECIAL.get((node.function, len(operands)))
        if special is not None:
            return special(*operands)
        if node.target is None and node.function in self._functions:
            return _spending(self._functions[node.function], operands)
        key = (node.function, len(operands))
        functions, spending = (FUNCTIONS, SPENDING_FUNCTIONS) if node.target is None else (METHODS, SPENDING_METHODS)
        if key in functions:
            return _pure(functions[key], operands)
        if key in spending:
            return _spending(spending[key], operands)
        raise UnsupportedError(f"{node.function}() cannot be called here")

    def _list(self, node: ListLiteral, local: Mapping[str, Step]) -> Step:
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
                elif _is_optional(value) and value is not NONE:
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
                if asked and (not _is_optional(value) or value is NONE):
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
        place = _LOCALS + self.places
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


def _constant(value: Any) -> Step:
    return lambda _frame: value


def _variable(name: str, absent: Any = None) -> Step:
    """A variable; `absent` stands for a value that is not there."""

    def step(frame: Frame) -> Any:
        try:
            value = frame[_VARIABLES][name]
        except KeyError:
            raise EvaluationError(f"'{name}' has no value here") from None
        return absent if value is ABSENT else value

    return step


def _local(place: int) -> Step:
    return lambda frame: frame[place]


def _bound(place: int, value: Step) -> Step:
    """A name that stands for a value, which is evaluated when it is first asked for."""

    def step(frame: Frame) -> Any:
        found = frame[place]
        if found is _UNSET:
            found = frame[place] = value(frame)
        return found

    return step


def _bind(place: int, result: Step) -> Step:
    def step(frame: Frame) -> Any:
        frame[place] = _UNSET
        return result(frame)

    return step


def _selects(operand: Step, names: tuple[str, ...]) -> Step:
    if len(names) == 1:
        only = names[0]

        def step(frame: Frame) -> Any:
            value = operand(frame)
            if value.__class__ is dict and only in value:
                return value[only]
            return access.select(value, only)

        return step

    def steps(frame: Frame) -> Any:
        value = operand(frame)
        for name in names:
            value = value[name] if value.__class__ is dict and name in value else access.select(value, name)
        return value

    return steps


def _has(operand: Step, name: str) -> Step:
    def step(frame: Frame) -> Any:
        value = operand(frame)
        return name in value if value.__class__ is dict else access.has(value, name)

    return step


def _pure(function: Callable[..., Any], operands: list[Step]) -> Step:
    match operands:
        case [only]:
            return lambda frame: function(only(frame))
        case [first, second]:
            return lambda frame: function(first(frame), second(frame))
    return lambda frame: function(*[operand(frame) for operand in operands])


def _spending(function: Callable[..., Any], operands: list[Step]) -> Step:
    match operands:
        case [only]:
            return lambda frame: function(frame[_BUDGET], only(frame))
        case [first, second]:
            return lambda frame: function(frame[_BUDGET], first(frame), second(frame))
    return lambda frame: function(frame[_BUDGET], *[operand(frame) for operand in operands])


def _equals(first: Step, second: Step) -> Step:
    def step(frame: Frame) -> Any:
        one, two = first(frame), second(frame)
        kind = one.__class__
        if kind is two.__class__ and kind in PLAIN:
            return one == two
        return equal(one, two, frame[_BUDGET])

    return step


def _differs(first: Step, second: Step) -> Step:
    same = _equals(first, second)
    return lambda frame: not same(frame)


def _plus(first: Step, second: Step) -> Step:
    return lambda frame: add(first(frame), second(frame), frame[_BUDGET])


def _in(first: Step, second: Step) -> Step:
    return lambda frame: is_in(first(frame), second(frame), frame[_BUDGET])


def _not(operand: Step) -> Step:
    def step(frame: Frame) -> Any:
        value = operand(frame)
        if value.__class__ is not bool:
            raise no_overload("!_", value)
        return not value

    return step


def _or(first: Step, second: Step) -> Step:
    return _logic(first, second, "_||_", decides=True)


def _and(first: Step, second: Step) -> Step:
    return _logic(first, second, "_&&_", decides=False)


def _logic(first: Step, second: Step, name: str, *, decides: bool) -> Step:
    """``||`` and ``&&``: the value that decides does so from either side, whatever the other one is."""

    def step(frame: Frame) -> Any:
        try:
            one = first(frame)
        except EvaluationError:
            if _or_failure(second, frame) is decides:
                return decides
            raise
        if one is decides:
            return decides
        two = second(frame)
        if two is decides or (one.__class__ is bool and two.__class__ is bool):
            return two
        raise no_overload(name, one, two)

    return step


def _or_failure(step: Step, frame: Frame) -> Any:
    try:
        return step(frame)
    except EvaluationError as failure:
        return failure


def _choice(condition: Step, first: Step, second: Step) -> Step:
    def step(frame: Frame) -> Any:
        holds = condition(frame)
        if holds is True:
            return first(frame)
        if holds is False:
            return second(frame)
        raise EvaluationError("a condition is neither true nor false")

    return step


def _or_value(operand: Step, other: Step) -> Step:
    def step(frame: Frame) -> Any:
        value = operand(frame)
        if value.__class__ is not Optional:
            raise no_overload("orValue", value)
        return other(frame) if value is NONE else value.value

    return step


def _or_optional(operand: Step, other: Step) -> Step:
    def step(frame: Frame) -> Any:
        value = operand(frame)
        if value.__class__ is Optional and value is not NONE:
            return value
        alternative = other(frame) if value is NONE else None
        if alternative.__class__ is not Optional:
            raise no_overload("or", value, alternative) if value is NONE else no_overload("or", value)
        return alternative

    return step


def _is_optional(value: Any) -> bool:
    if value.__class__ is not Optional:
        raise EvaluationError("what is written with ? is an optional value, as a.?b is, and this is none")
    return True


_SPECIAL: Final[Mapping[tuple[str, int], Callable[..., Step]]] = {
    ("_==_", 2): _equals,
    ("_!=_", 2): _differs,
    ("_+_", 2): _plus,
    ("@in", 2): _in,
    ("!_", 1): _not,
    ("_||_", 2): _or,
    ("_&&_", 2): _and,
    ("_?_:_", 3): _choice,
    ("orValue", 2): _or_value,
    ("or", 2): _or_optional,
}
"""What looks at its operands in its own way: evaluates them late, not at all, or compares them quickly."""
