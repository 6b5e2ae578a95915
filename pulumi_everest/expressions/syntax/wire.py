"""The tree of an expression as CEL's binding gives it out: a `cel.expr.CheckedExpr` in the wire format of protobuf.

It is read here, without classes made for it, since protobuf's own parser gives up on messages that are nested in one
another more than a hundred times, which an expression of thirty nested macros is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

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
    Unknown,
)


def read_tree(serialized: bytes) -> Tree:
    """The tree of what the binding's `serialize` gives: a CheckedExpr in an Any."""
    packed = _Message(serialized, 0, len(serialized))
    checked = next(_Message(serialized, start, end) for number, start, end in packed.fields() if number == 2)
    root: Node = Unknown(0)
    optionals = set()
    for number, start, end in checked.fields():
        if number == 4:
            root = _Message(serialized, start, end).node()
        elif number == 3:
            of, is_optional = _Message(serialized, start, end).type_of()
            if is_optional:
                optionals.add(of)
    return Tree(root, frozenset(optionals))


_VARINT: Final = -1
_OPTIONAL_TYPE: Final = b"optional_type"
_DOUBLE: Final = struct.Struct("<d")


class _Message:
    """The part of the bytes that is one message. Numbers of fields are those of cel/expr/{checked,syntax}.proto."""

    __slots__ = ("_data", "_end", "_start")

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self._data, self._start, self._end = data, start, end

    def fields(self) -> Iterator[tuple[int, int, int]]:
        """Number, begin and end of each field; for a number on the wire the number itself, and `_VARINT`."""
        at = self._start
        while at < self._end:
            tag, at = self._varint(at)
            match tag & 7:
                case 0:
                    value, at = self._varint(at)
                    yield tag >> 3, value, _VARINT
                case 1:
                    yield tag >> 3, at, at + 8
                    at += 8
                case 2:
                    length, at = self._varint(at)
                    yield tag >> 3, at, at + length
                    at += length
                case kind:
                    raise ValueError(f"the tree of an expression has a field of the kind {kind}")

    def _varint(self, at: int) -> tuple[int, int]:
        value = self._data[at]
        at += 1
        if value < 128:
            return value, at
        value &= 127
        shift = 7
        while True:
            byte = self._data[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value, at
            shift += 7

    def _text(self, start: int, end: int) -> str:
        return self._data[start:end].decode()

    def _below(self, start: int, end: int) -> Node:
        return _Message(self._data, start, end).node()

    def type_of(self) -> tuple[int, bool]:
        """An entry of the map of types: the number of a node, and whether its type is the optional one."""
        of, is_optional = 0, False
        for number, start, end in self.fields():
            if number == 1:
                of = start
            else:  # a Type, in which 14 is an abstract type, and in that 1 its name
                for kind, inner, inner_end in _Message(self._data, start, end).fields():
                    is_optional = kind == 14 and self._data[inner + 2 : inner_end].startswith(_OPTIONAL_TYPE)
        return of, is_optional

    def node(self) -> Node:
        """The Expr that the message is."""
        identity = 0
        made: Node | None = None
        for number, start, end in self.fields():
            part = _Message(self._data, start, end)
            match number:
                case 2:
                    identity = start
                case 3:
                    made = part._constant(identity)
                case 4:
                    made = Name(identity, part._only_text())
                case 5:
                    made = part._select(identity)
                case 6:
                    made = part._call(identity)
                case 7:
                    made = part._list(identity)
                case 8:
                    made = part._map(identity)
                case 9:
                    made = part._comprehension(identity)
        return made if made is not None else Unknown(identity)

    def _only_text(self) -> str:
        return next((self._text(start, end) for number, start, end in self.fields() if number == 1), "")

    def _constant(self, identity: int) -> Node:
        for number, start, end in self.fields():
            match number:
                case 2:
                    return Constant(identity, bool(start))
                case 3:
                    return Constant(identity, start - 2**64 if start >= 2**63 else start)
                case 4:
                    return Constant(identity, start, unsigned=True)
                case 5:
                    return Constant(identity, _DOUBLE.unpack_from(self._data, start)[0])
                case 6:
                    return Constant(identity, self._text(start, end))
                case 7:
                    return Constant(identity, self._data[start:end])
        return Constant(identity, None)

    def _select(self, identity: int) -> Node:
        operand: Node = Unknown(0)
        field, tested = "", False
        for number, start, end in self.fields():
            match number:
                case 1:
                    operand = self._below(start, end)
                case 2:
                    field = self._text(start, end)
                case 3:
                    tested = bool(start)
        return Select(identity, operand, field, tested)

    def _call(self, identity: int) -> Node:
        target: Node | None = None
        function = ""
        arguments = []
        for number, start, end in self.fields():
            match number:
                case 1:
                    target = self._below(start, end)
                case 2:
                    function = self._text(start, end)
                case 3:
                    arguments.append(self._below(start, end))
        return Call(identity, target, function, tuple(arguments))

    def _list(self, identity: int) -> Node:
        items = []
        asked: set[int] = set()
        for number, start, end in self.fields():
            if number == 1:
                items.append(self._below(start, end))
            elif end == _VARINT:
                asked.add(start)
            else:  # numbers of a repeated field stand together
                packed = _Message(self._data, start, end)
                at = start
                while at < end:
                    position, at = packed._varint(at)
                    asked.add(position)
        return ListLiteral(identity, tuple(items), frozenset(asked))

    def _map(self, identity: int) -> Node:
        message = ""
        entries = []
        for number, start, end in self.fields():
            if number == 1:
                message = self._text(start, end)
            else:
                entries.append(_Message(self._data, start, end)._entry())
        return MapLiteral(identity, message, tuple(entries))

    def _entry(self) -> Entry:
        identity, asked = 0, False
        key: Node | None = None
        value: Node = Unknown(0)
        for number, start, end in self.fields():
            match number:
                case 1:
                    identity = start
                case 3:
                    key = self._below(start, end)
                case 4:
                    value = self._below(start, end)
                case 5:
                    asked = bool(start)
        return Entry(identity, key, value, asked)

    def _comprehension(self, identity: int) -> Node:
        texts = {1: "", 3: "", 8: ""}
        nodes: dict[int, Node] = {}
        for number, start, end in self.fields():
            if number in texts:
                texts[number] = self._text(start, end)
            else:
                nodes[number] = self._below(start, end)
        return Comprehension(identity, texts[1], nodes[2], texts[3], nodes[4], nodes[5], nodes[6], nodes[7], texts[8])
