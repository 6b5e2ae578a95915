"""The syntax tree of a compiled CEL expression: reading it, and two changes that make evaluation dependable.

A compiled expression serialises to a `cel.expr.CheckedExpr`. The few message types of that format are built here
at run time, with only the fields that are needed. Two things are changed before the tree is used:

- A CEL map has another order in every process, so a `map` or `filter` over it would give a list in random order.
  Where the range may be a map, the macro is made to run over its sorted keys.
- An optional value cannot leave CEL. An expression that gives one is put in a list of one optional item.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from pulumi_everest.expressions.functions import IN_ORDER

_FIELD = descriptor_pb2.FieldDescriptorProto
_PACKAGE = "pulumi_everest.cel"
_SCALARS = {
    "bool": _FIELD.TYPE_BOOL,
    "int32": _FIELD.TYPE_INT32,
    "int64": _FIELD.TYPE_INT64,
    "uint64": _FIELD.TYPE_UINT64,
    "double": _FIELD.TYPE_DOUBLE,
    "string": _FIELD.TYPE_STRING,
    "bytes": _FIELD.TYPE_BYTES,
}
# message -> {number: (field, type)}; a type that ends in * is repeated. After checked.proto and syntax.proto of
# google/api/expr; what is not listed is kept as unknown fields.
_MESSAGES: dict[str, dict[int, tuple[str, str]]] = {
    "Any": {1: ("type_url", "string"), 2: ("value", "bytes")},
    "Checked": {3: ("type_map", "TypeEntry*"), 4: ("expr", "Expr")},
    "TypeEntry": {1: ("key", "int64"), 2: ("value", "Type")},
    "Type": {6: ("list_type", "bytes")},
    "Constant": {
        1: ("null_value", "int32"),
        2: ("bool_value", "bool"),
        3: ("int64_value", "int64"),
        4: ("uint64_value", "uint64"),
        5: ("double_value", "double"),
        6: ("string_value", "string"),
        7: ("bytes_value", "bytes"),
    },
    "Ident": {1: ("name", "string")},
    "Select": {1: ("operand", "Expr"), 2: ("field", "string"), 3: ("test_only", "bool")},
    "Call": {1: ("target", "Expr"), 2: ("function", "string"), 3: ("args", "Expr*")},
    "List": {1: ("elements", "Expr*"), 2: ("optional_indices", "int32*")},
    "Entry": {
        1: ("id", "int64"),
        2: ("field_key", "string"),
        3: ("map_key", "Expr"),
        4: ("value", "Expr"),
        5: ("optional_entry", "bool"),
    },
    "Struct": {1: ("message_name", "string"), 2: ("entries", "Entry*")},
    "Comprehension": {
        1: ("iter_var", "string"),
        2: ("iter_range", "Expr"),
        3: ("accu_var", "string"),
        4: ("accu_init", "Expr"),
        5: ("loop_condition", "Expr"),
        6: ("loop_step", "Expr"),
        7: ("result", "Expr"),
        8: ("iter_var2", "string"),
    },
    "Expr": {
        2: ("id", "int64"),
        3: ("const_expr", "Constant"),
        4: ("ident_expr", "Ident"),
        5: ("select_expr", "Select"),
        6: ("call_expr", "Call"),
        7: ("list_expr", "List"),
        8: ("struct_expr", "Struct"),
        9: ("comprehension_expr", "Comprehension"),
    },
}
_NEW_IDS = 1_000_000  # far above the ids of any expression that compiles


class _Types(NamedTuple):
    any: Any
    checked: Any
    expr: Any


@cache
def _types() -> _Types:
    file = descriptor_pb2.FileDescriptorProto(name="pulumi_everest/cel.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, (field, kind) in fields.items():
            label = _FIELD.LABEL_REPEATED if kind.endswith("*") else _FIELD.LABEL_OPTIONAL
            declared = message.field.add(name=field, number=number, label=label)
            plain = kind.rstrip("*")
            declared.type = _SCALARS.get(plain, _FIELD.TYPE_MESSAGE)
            if plain not in _SCALARS:
                declared.type_name = f".{_PACKAGE}.{plain}"
            elif name in ("Constant", "Type"):  # one of the fields is set, and 0 or "" is a value too
                declared.proto3_optional = True
                declared.oneof_index = len(message.oneof_decl)
                message.oneof_decl.add(name=f"_{field}")
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())

    def message_class(name: str) -> Any:
        return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))

    return _Types(message_class("Any"), message_class("Checked"), message_class("Expr"))


class Tree:
    """The tree of one expression; `root` is its `Expr` message."""

    def __init__(self, serialized: bytes) -> None:
        types = _types()
        self._any = types.any.FromString(serialized)
        self._checked = types.checked.FromString(self._any.value)
        self._ids = itertools.count(_NEW_IDS)
        self.root: Any = self._checked.expr

    def serialize(self) -> bytes:
        """What `Env.deserialize` takes."""
        self._any.value = self._checked.SerializeToString()
        return bytes(self._any.SerializeToString())

    def copy_of_root(self) -> Any:
        """The tree as it is now, apart from later changes."""
        copied = _types().expr()
        copied.CopyFrom(self.root)
        return copied

    def order_ranges(self) -> bool:
        """Make `map` and `filter` run over sorted keys where they range over a map; whether there was any."""
        lists = {entry.key for entry in self._checked.type_map if entry.value.HasField("list_type")}
        ranges = [node.comprehension_expr.iter_range for node in nodes(self.root) if _gives_list(node)]
        found = [node for node in ranges if node.id not in lists]
        for node in found:
            self._put_in_order(node)
        return bool(found)

    def hold_optional(self) -> None:
        """Put the result, an optional value, in a list: of one item, or of none where there is no value."""
        held = self._node()
        held.list_expr.elements.add().CopyFrom(self.root)
        held.list_expr.optional_indices.append(0)
        self.root.CopyFrom(held)

    def _put_in_order(self, node: Any) -> None:
        """Replace `node` by ``type(node) == map ? keysInOrder(node) : node``; a list stays in CEL."""
        plain = type(node)()
        plain.CopyFrom(node)
        is_map = self._call("_==_", self._call("type", plain), self._ident("map"))
        node.CopyFrom(self._call("_?_:_", is_map, self._call(IN_ORDER, plain), plain))

    def _node(self) -> Any:
        return _types().expr(id=next(self._ids))

    def _ident(self, name: str) -> Any:
        node = self._node()
        node.ident_expr.name = name
        return node

    def _call(self, function: str, *arguments: Any) -> Any:
        node = self._node()
        node.call_expr.function = function
        for argument in arguments:
            node.call_expr.args.add().CopyFrom(argument)
        return node


_KINDS = tuple(name for name, _ in list(_MESSAGES["Expr"].values())[1:])
_CONSTANTS = tuple(name for name, _ in _MESSAGES["Constant"].values())


def kind(node: Any) -> str:
    """Which of the fields of an `Expr` is set: ``const_expr``, ``select_expr`` ...; empty for none."""
    return next((name for name in _KINDS if node.HasField(name)), "")


def constant(node: Any) -> Any:
    """The value of a constant; None for null."""
    for name in _CONSTANTS:
        if node.const_expr.HasField(name):
            return None if name == "null_value" else getattr(node.const_expr, name)
    return None


def is_null(node: Any) -> bool:
    """Whether the node is the constant null."""
    return bool(node.HasField("const_expr")) and constant(node) is None


def children(node: Any) -> Iterator[Any]:
    """The nodes right below a node."""
    match kind(node):
        case "select_expr":
            yield node.select_expr.operand
        case "call_expr":
            if node.call_expr.HasField("target"):
                yield node.call_expr.target
            yield from node.call_expr.args
        case "list_expr":
            yield from node.list_expr.elements
        case "struct_expr":
            for entry in node.struct_expr.entries:
                yield entry.map_key
                yield entry.value
        case "comprehension_expr":
            loop = node.comprehension_expr
            yield from (loop.iter_range, loop.accu_init, loop.loop_condition, loop.loop_step, loop.result)


def nodes(node: Any) -> Iterator[Any]:
    """A node and all below it, the innermost first."""
    for child in children(node):
        yield from nodes(child)
    yield node


def _gives_list(node: Any) -> bool:
    """Whether the node is what `map` and `filter` expand to: a comprehension that collects a list."""
    if kind(node) != "comprehension_expr":
        return False
    loop = node.comprehension_expr
    return kind(loop.accu_init) == "list_expr" and loop.iter_var != "#unused"
