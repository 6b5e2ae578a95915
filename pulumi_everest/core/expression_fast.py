"""Evaluating simple expressions without leaving Python.

Most expressions of templates and rules are small: ``has(a.b)``, ``a.type == 's3'``, ``a.?b.orValue(1)``. Handing the
variables to CEL costs more than evaluating them. What is compiled here gives exactly what CEL gives, or raises `Unsure`
for whatever is not plainly covered, errors above all; then CEL evaluates the expression.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_everest.core.absent import ABSENT
from pulumi_everest.core.expression_tree import constant, kind
from pulumi_everest.core.functions import FunctionSpec, guarded

Variables = Mapping[str, Any]
Compute = Callable[[Variables], Any]

_MOST = 2**63
_CLASSES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "bool": (bool,),
    "int": (int,),
    "double": (float,),
    "list": (list,),
    "map": (dict,),
    "any": (str, bool, int, float, list, dict, type(None)),
}


class Unsure(Exception):  # noqa: N818 - it is no error
    """The expression is left to CEL."""


@dataclass(frozen=True)
class _Part:
    compute: Compute
    optional: bool = False


def compile_fast(root: Any, functions: Mapping[str, FunctionSpec]) -> Compute | None:
    """A function of the variables that gives the value, or `ABSENT`; None where the expression is not simple.

    What it gives may be part of the variables. It raises `Unsure`.
    """
    try:
        return _Fast(functions).part(root).compute
    except Unsure:
        return None


class _Fast:
    def __init__(self, functions: Mapping[str, FunctionSpec]) -> None:
        self._functions = functions

    def part(self, node: Any) -> _Part:
        match kind(node):
            case "const_expr":
                value = constant(node)
                known = value.__class__ in (str, bool, int, float, type(None))
                if not known or node.const_expr.HasField("uint64_value"):
                    raise Unsure
                return _Part(lambda _: value)
            case "ident_expr":
                return _Part(_variable(node.ident_expr.name))
            case "select_expr":
                select = node.select_expr
                operand = self.part(select.operand)
                if select.test_only:
                    return _Part(_has(operand.compute, select.field))
                if operand.optional:
                    return _Part(_maybe(operand.compute, select.field), optional=True)
                return _Part(_sure(operand.compute, select.field))
            case "call_expr":
                return self._call(node.call_expr)
            case "list_expr":
                return self._list(node.list_expr)
            case "struct_expr":
                return self._struct(node.struct_expr)
        raise Unsure

    def _call(self, call: Any) -> _Part:
        nodes = [*([call.target] if call.HasField("target") else []), *call.args]
        parts = [self.part(node) for node in nodes]
        name = call.function
        optional = [part.optional for part in parts]
        computes = [part.compute for part in parts]
        if name in ("_?._", "_[?_]", "_[_]"):
            return self._index(name, nodes[1], parts)
        if name in _OF_OPTIONAL and optional[0] and optional[1:] == _OF_OPTIONAL[name][1]:
            return _Part(_OF_OPTIONAL[name][0](*computes), optional=name == "or")
        if name == "_?_:_" and not optional[0] and optional[1] == optional[2]:
            return _Part(_choose(*computes), optional[1])
        if any(optional):
            raise Unsure
        if name == "optional.of":
            return _Part(computes[0], optional=True)
        if name == "optional.none":
            return _Part(lambda _: ABSENT, optional=True)
        if name == "dyn":
            return parts[0]
        if name in _LAZY:
            return _Part(_LAZY[name](*computes))
        if name in _OPERATORS and len(computes) == 2:
            return _Part(_binary(_OPERATORS[name], *computes))
        if name in ("!_", "size") and len(computes) == 1:
            return _Part(_unary(_not if name == "!_" else _size, computes[0]))
        if name in self._functions and not call.HasField("target"):
            return _Part(_function(self._functions[name], computes))
        raise Unsure

    def _index(self, name: str, key_node: Any, parts: list[_Part]) -> _Part:
        key = constant(key_node) if kind(key_node) == "const_expr" else None
        if isinstance(key, str):
            if name == "_[_]" and not parts[0].optional:
                return _Part(_sure(parts[0].compute, key))
            return _Part(_maybe(parts[0].compute, key), optional=True)
        if name == "_[_]" and not parts[0].optional and not parts[1].optional:
            return _Part(_binary(_item, parts[0].compute, parts[1].compute))
        raise Unsure

    def _list(self, node: Any) -> _Part:
        asked = set(node.optional_indices)
        items = [(self.part(item), position in asked) for position, item in enumerate(node.elements)]
        if any(item.optional != may for item, may in items):
            raise Unsure
        computes = [item.compute for item, _ in items]

        def compute(variables: Variables) -> Any:
            values = [item(variables) for item in computes]
            return [value for value in values if value is not ABSENT]

        return _Part(compute)

    def _struct(self, node: Any) -> _Part:
        fields: dict[str, Compute] = {}
        for entry in node.entries:
            key = constant(entry.map_key) if kind(entry.map_key) == "const_expr" else None
            value = self.part(entry.value)
            if node.message_name or not isinstance(key, str) or key in fields or value.optional != entry.optional_entry:
                raise Unsure
            fields[key] = value.compute

        def compute(variables: Variables) -> Any:
            values = ((key, field(variables)) for key, field in fields.items())
            return {key: value for key, value in values if value is not ABSENT}

        return _Part(compute)


def _variable(name: str) -> Compute:
    def compute(variables: Variables) -> Any:
        if name not in variables:  # the name of a type
            raise Unsure
        return variables[name]

    return compute


def _sure(operand: Compute, key: str) -> Compute:
    def compute(variables: Variables) -> Any:
        node = operand(variables)
        if node.__class__ is not dict or key not in node:
            raise Unsure
        return node[key]

    return compute


def _maybe(operand: Compute, key: str) -> Compute:
    def compute(variables: Variables) -> Any:
        node = operand(variables)
        if node is ABSENT:
            return ABSENT
        if node.__class__ is not dict:
            raise Unsure
        return node.get(key, ABSENT)

    return compute


def _has(operand: Compute, key: str) -> Compute:
    def compute(variables: Variables) -> Any:
        node = operand(variables)
        if node is ABSENT:
            return False
        if node.__class__ is not dict:
            raise Unsure
        return key in node

    return compute


def _or_value(first: Compute, second: Compute) -> Compute:
    def compute(variables: Variables) -> Any:
        value = first(variables)
        return second(variables) if value is ABSENT else value

    return compute


def _has_value(first: Compute) -> Compute:
    return lambda variables: first(variables) is not ABSENT


def _value(first: Compute) -> Compute:
    def compute(variables: Variables) -> Any:
        value = first(variables)
        if value is ABSENT:
            raise Unsure
        return value

    return compute


def _choose(condition: Compute, yes: Compute, no: Compute) -> Compute:
    def compute(variables: Variables) -> Any:
        return yes(variables) if _bool(condition(variables)) else no(variables)

    return compute


def _and(first: Compute, second: Compute) -> Compute:
    return lambda variables: _bool(first(variables)) and _bool(second(variables))


def _or(first: Compute, second: Compute) -> Compute:
    return lambda variables: _bool(first(variables)) or _bool(second(variables))


def _bool(value: Any) -> bool:
    if value is True or value is False:
        return value
    raise Unsure


def _unary(operator: Callable[[Any], Any], operand: Compute) -> Compute:
    return lambda variables: operator(operand(variables))


def _binary(operator: Callable[[Any, Any], Any], first: Compute, second: Compute) -> Compute:
    return lambda variables: operator(first(variables), second(variables))


def _function(function: FunctionSpec, arguments: list[Compute]) -> Compute:
    if len(arguments) != len(function.arguments):
        raise Unsure
    call = guarded(function)
    classes = [_CLASSES[kind] for kind in function.arguments]

    def compute(variables: Variables) -> Any:
        values = [argument(variables) for argument in arguments]
        if any(value.__class__ not in allowed for value, allowed in zip(values, classes, strict=True)):
            raise Unsure
        try:
            return call(*values)
        except ValueError:
            raise Unsure from None

    return compute


def _not(value: Any) -> bool:
    return not _bool(value)


def _size(value: Any) -> int:
    if value.__class__ in (str, list, dict):
        return len(value)
    raise Unsure


def _item(value: Any, key: Any) -> Any:
    if value.__class__ is list and key.__class__ is int and 0 <= key < len(value):
        return value[key]
    if value.__class__ is dict and key.__class__ is str and key in value:
        return value[key]
    raise Unsure


def _equal(first: Any, second: Any) -> bool:
    kinds = (first.__class__, second.__class__)
    if any(kind not in (str, bool, int, type(None), dict, list) for kind in kinds):
        raise Unsure
    if kinds[0] is not kinds[1]:
        return False
    if kinds[0] in (dict, list):
        raise Unsure
    return bool(first == second)


def _not_equal(first: Any, second: Any) -> bool:
    return not _equal(first, second)


def _in(value: Any, container: Any) -> bool:
    if value.__class__ is str and container.__class__ is dict:
        return value in container
    if value.__class__ is str and container.__class__ is list and all(item.__class__ is str for item in container):
        return value in container
    raise Unsure


def _plus(first: Any, second: Any) -> Any:
    if first.__class__ is str and second.__class__ is str:
        return first + second
    return _whole(_ints(first, second) and first + second)


def _minus(first: Any, second: Any) -> Any:
    return _whole(_ints(first, second) and first - second)


def _times(first: Any, second: Any) -> Any:
    return _whole(_ints(first, second) and first * second)


def _modulo(first: Any, second: Any) -> Any:
    if _ints(first, second) and first >= 0 and second > 0:
        return first % second
    raise Unsure


def _divided(first: Any, second: Any) -> Any:
    if _ints(first, second) and first >= 0 and second > 0:
        return first // second
    raise Unsure


def _ints(first: Any, second: Any) -> bool:
    if first.__class__ is int and second.__class__ is int:
        return True
    raise Unsure


def _whole(value: int) -> int:
    if -_MOST <= value < _MOST:
        return value
    raise Unsure


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def operator(first: Any, second: Any) -> bool:
        if first.__class__ is second.__class__ and first.__class__ in (int, float):
            return compare(first, second)
        raise Unsure

    return operator


# How a method of an optional is evaluated, and whether its arguments are optional.
_OF_OPTIONAL: Mapping[str, tuple[Callable[..., Compute], list[bool]]] = {
    "orValue": (_or_value, [False]),
    "or": (_or_value, [True]),
    "hasValue": (_has_value, []),
    "value": (_value, []),
}
_LAZY: Mapping[str, Callable[..., Compute]] = {"_&&_": _and, "_||_": _or}
_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "_==_": _equal,
    "_!=_": _not_equal,
    "@in": _in,
    "_+_": _plus,
    "_-_": _minus,
    "_*_": _times,
    "_%_": _modulo,
    "_/_": _divided,
    "_<_": _ordered(lambda a, b: a < b),
    "_<=_": _ordered(lambda a, b: a <= b),
    "_>_": _ordered(lambda a, b: a > b),
    "_>=_": _ordered(lambda a, b: a >= b),
}
