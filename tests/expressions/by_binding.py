"""Expressions evaluated by the CEL project's own binding: what evaluation in Python is held against.

This is how the package itself evaluated before it did so in Python, faults included: so whoever calls this does it in a
process that may end (see `fuzz`). A checked tree is changed before it is used: a `map` or `filter` runs over sorted
keys, and an optional result, which cannot leave the binding, is put in a list.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from pulumi_everest.expressions.functions import BUILT_IN, KINDS, FunctionSpec

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
        node.CopyFrom(self._call("_?_:_", is_map, self._call("keysInOrder", plain), plain))

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


def kind(node: Any) -> str:
    """Which of the fields of an `Expr` is set: ``const_expr``, ``select_expr`` ...; empty for none."""
    return next((name for name in _KINDS if node.HasField(name)), "")


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


_OPERATOR = re.compile(r"^[_@!?\-+*/%<>=&|:\[\].]+$")
_KIND_NAMES = {"int64": "int", "uint64": "uint", "null_type": "null", "dyn": "any", "*opaque*": "optional"}


def sentence(text: str) -> str:
    """An error of an evaluation as the sentence that it used to be shown as."""
    text = re.sub(r"\s*\[[A-Z_]+\]\s*$", "", str(text).strip())
    text = " ".join(re.sub(r"^[A-Z_]+: ", "", text).split())
    for pattern, made in _RULES:
        match = pattern.search(text)
        if match is not None:
            return made(match)
    return text


def _overload(match: re.Match[str]) -> str:
    name, kinds = match["name"], match["kinds"] or ""
    if name == "<iter_range>":
        return "only a list or a map can be gone through"
    if name == "<jump_condition>":
        return "a condition is neither true nor false"
    if match["target"]:
        kinds = f"{match['target']}, {kinds}" if kinds else match["target"]
    names = [_KIND_NAMES.get(kind.strip(), kind.strip()) for kind in kinds.split(",")] if kinds.strip() else []
    return f"{_function(name)} does not take {' and '.join(names) or 'no arguments'}"


def _function(name: str) -> str:
    if name == "@in":
        return "'in'"
    if not _OPERATOR.match(name):
        return f"{name}()"
    if name in ("_[_]", "_[?_]"):
        return "an index"
    if name in ("_?._", "_?_:_"):
        return "'.?'" if name == "_?._" else "'? :'"
    return f"'{name.replace('_', '')}'"


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"No matching overloads found : (?:\((?P<target>[^)]*)\)\.)?(?P<name>[^(]+)(\((?P<kinds>.*)\))?$"),
        _overload,
    ),
    (re.compile(r'Key not found in map : "?(.*?)"?$'), lambda m: f"there is no '{m[1]}'"),
    (re.compile(r"Applying SELECT to non-message type"), lambda _: "a field is asked of what has no fields"),
    (re.compile(r"Index error: index=(-?\d+) size=(\d+)"), lambda m: f"there is no item {m[1]} in a list of {m[2]}"),
    (re.compile(r"divide by zero|modulus by zero"), lambda _: "division by zero"),
    (re.compile(r"duplicate key in map"), lambda _: "a map has the same key twice"),
)


def _guarded(function: FunctionSpec) -> Callable[..., Any]:
    results = {
        "string": (str,), "bool": (bool,), "int": (int,), "double": (int, float), "list": (list, tuple),
        "map": (dict,), "any": (object,),
    }  # fmt: skip

    def call(*arguments: Any) -> Any:
        try:
            result = function.call(*[_in_order(argument) for argument in arguments])
        except Exception as error:  # noqa: BLE001 - whatever it is
            raise ValueError(f"{function.name}(): {str(error) or type(error).__name__}") from None
        if not isinstance(result, results[function.returns]):
            raise ValueError(f"{function.name}() gave {type(result).__name__} where {function.returns} is declared")
        return float(result) if function.returns == "double" else result

    return call


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value, key=lambda key: (str(type(key)), key))}
    return [_in_order(item) for item in value] if isinstance(value, list) else value


@cache
def environment(*variables: str) -> Any:
    """The environment of the binding, with the built-in functions implemented in Python."""
    from cel_expr_python import cel
    from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings

    names = ("DYN", "NULL", "BOOL", "INT", "UINT", "DOUBLE", "STRING")
    dyn = cel.Type.DYN
    types = {
        **{name: getattr(cel.Type, name) for name in names}, "LIST": cel.Type.List(dyn), "MAP": cel.Type.Map(dyn, dyn)
    }  # fmt: skip
    declarations = []
    for function in BUILT_IN:
        returns = dyn if function.returns == "any" else types[KINDS[function.returns][0]]
        overloads = [
            cel.Overload(
                "_".join((function.name, *kinds)), returns, [types[kind] for kind in kinds], False, _guarded(function)
            )
            for kinds in itertools.product(*(KINDS[kind] for kind in function.arguments))
        ]
        declarations.append(cel.FunctionDecl(function.name, overloads))
    return cel.NewEnv(
        variables=dict.fromkeys(variables, dyn),
        extensions=[
            ext_optional.ExtOptional(),
            ext_strings.ExtStrings(),
            ext_bindings.ExtBindings(),
            ext_math.ExtMath(),
        ],
        functions=declarations,
    )


class Failed(Exception):
    """An evaluation that gives an error."""


ABSENT = "absent"


def evaluate(text: str, variables: dict[str, Any], *, optional: bool) -> Any:
    """What the binding gives, as plain data. `optional`: whether the result is an optional value."""
    from cel_expr_python import cel

    found = environment(*sorted(variables))
    try:
        program = found.compile(text)
        tree = Tree(program.serialize())
        changed = tree.order_ranges()
        if optional:
            tree.hold_optional()
        if changed or optional:
            program = found.deserialize(tree.serialize())
        result = program.eval(found.Activation(variables))
        value = result.value()
        if value.__class__ is str and result.type() == cel.Type.ERROR:
            raise Failed(sentence(value))
        value = _plain(value)
    except (RuntimeError, ValueError, OverflowError) as error:
        raise Failed(sentence(str(error))) from None
    except TypeError:
        raise Failed(
            "the result is an optional value in one case and not in another; choose with a.orValue(b)"
        ) from None
    if optional:
        return value[0] if value else ABSENT
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, (str, int, bool, float, type(None))):
        return value
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise Failed(f"the key {key} of a map is not text")
        return {key: _plain(value[key].value()) for key in sorted(value)}
    if isinstance(value, list):
        return [_plain(item.value()) for item in value]
    kinds = {"bytearray": "bytes", "bytes": "bytes", "datetime": "timestamp", "timedelta": "duration"}
    kind = kinds.get(type(value).__name__, "type")
    raise Failed(f"a value of the type {kind} is not plain data; make it text with string()")
