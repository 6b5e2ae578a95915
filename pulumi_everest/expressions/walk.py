"""What an expression reads and names, found by walking its tree without evaluating it.

Every part of an expression is followed to the places of the data that its value may come from, through
conditions, comprehension variables and optional values. That gives the paths that must be known before it can be
evaluated, and, with the shapes of the data, the fields that do not exist.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pulumi_everest.expressions.reads import Read, ReadPath, Step, Use, shown
from pulumi_everest.expressions.syntax.tree import (
    Call,
    Comprehension,
    Constant,
    ListLiteral,
    MapLiteral,
    Name,
    Node,
    Select,
    is_null,
)
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.shapes import ANY, TEXT, Shape


class UnknownField(NamedTuple):
    """A field that an expression names and that cannot exist, and what would be `allowed` in its place.

    `path` ends with the `name` and has ``*`` for any key or item; `allowed` is empty where there are no fields.
    """

    path: Path
    name: str
    allowed: tuple[str, ...]


class Origin(NamedTuple):
    """A place that a value may come from; `path` is None where the expression makes the value itself."""

    path: ReadPath | None
    shape: Shape


class Value(NamedTuple):
    """What is known of a part of an expression: where it may come from, and what a list or map literal holds."""

    origins: tuple[Origin, ...]
    held: tuple[Value, ...] = ()
    optional: bool = False


MADE: Final = Value((Origin(None, ANY),))
"""A value that an expression makes itself."""
_NO_FIELDS = ("text", "bool", "number", "list")


class Walk:
    """One walk over an expression, which fills the attributes. `optional` is about the value of the whole."""

    def __init__(
        self,
        variables: Container[str],
        shapes: Mapping[str, Shape],
        optionals: Container[int] = frozenset(),
        values: Mapping[str, Value] | None = None,
    ) -> None:
        """`optionals` are the nodes of which CEL's checker says that they give an optional value.

        `values` are variables of which is known where their values come from.
        """
        self._variables = variables
        self._shapes = shapes
        self._values = values or {}
        self._optionals = optionals
        self.reads: dict[Read, None] = {}
        self.unknown: dict[UnknownField, None] = {}
        self.roots: set[str] = set()
        self.optional = False
        self.shape = ANY
        """What the value of the whole looks like, where all places it may come from look the same."""
        self.mixed: str | None = None
        """What is wrong where an optional value stands where CEL cannot hand it out."""

    def tree(self, root: Node) -> None:
        """Walk the tree of a compiled expression."""
        result = self.follow(root)
        self.use(result, Use.WHOLE)
        self.optional = result.optional
        self.shape = _shape_of(result)

    def follow(self, root: Node) -> Value:
        """Walk the tree of a compiled expression, and say where its value comes from. That is no use of it."""
        return self._visit(root, {})

    def chain(self, names: Sequence[str]) -> None:
        """Walk a chain of selects, ``name.step.step``."""
        value = self.follow_chain(names)
        self.use(value, Use.WHOLE)
        self.shape = _shape_of(value)

    def follow_chain(self, names: Sequence[str]) -> Value:
        """As `follow`, of a chain of selects."""
        first, *steps = names
        value = self._variable(first)
        for step in steps:
            value = self._select(value, step)
        return value

    def _visit(self, node: Node, local: Mapping[str, Value]) -> Value:
        value = self._visited(node, local)
        return value if value.optional or node.id not in self._optionals else _with_optional(value)

    def _visited(self, node: Node, local: Mapping[str, Value]) -> Value:
        match node:
            case Name():
                return local[node.name] if node.name in local else self._variable(node.name.removeprefix("."))
            case Select():
                value = self._select(self._visit(node.operand, local), node.field)
                if node.tested:
                    self.use(value, Use.PRESENCE)
                    return MADE
                return value
            case Call():
                return self._call(node, local)
            case ListLiteral():
                return self._list(node, local)
            case MapLiteral():
                return self._struct(node, local)
            case Comprehension():
                return self._comprehension(node, local)
        return MADE

    def _variable(self, name: str) -> Value:
        if name not in self._variables:  # the name of a type
            return MADE
        self.roots.add(name)
        if name in self._values:
            return self._values[name]
        return Value((Origin((name,), self._shapes.get(name, ANY)),))

    def _call(self, call: Call, local: Mapping[str, Value]) -> Value:
        nodes = call.operands
        values = [self._visit(argument, local) for argument in nodes]
        optional = any(value.optional for value in values[:1])
        match call.function:
            case "_?._":
                return _with_optional(self._select(values[0], str(_literal(nodes[1]))))
            case "_[_]":
                value = self._index(values[0], nodes[1], values[1])
                return _with_optional(value) if optional else value
            case "_[?_]":
                return _with_optional(self._index(values[0], nodes[1], values[1]))
            case "_?_:_":
                self.use(values[0], Use.WHOLE)
                return _either(values[1], values[2])
            case "hasValue":
                self.use(values[0], Use.PRESENCE)
                return MADE
            case "value":
                return _plain(values[0])
            case "orValue":
                return joined([values[0], values[1]], optional=values[1].optional)
            case "or":
                return _with_optional(_either(values[0], values[1]))
            case "optional.of":
                return _with_optional(self._held(values[0], False, "the value itself"))
            case "optional.ofNonZeroValue":
                self.use(values[0], Use.WHOLE)
                return _with_optional(values[0])
            case "optional.none":
                return _with_optional(MADE)
            case "first" | "last":
                return _with_optional(self._items(values[0]))
            case "dyn":
                return values[0]
            case "size" | "type":
                for value in values:
                    self.use(value, Use.NODE)
                return MADE
            case "_==_" | "_!=_" if any(is_null(node) for node in nodes):
                for value in values:
                    self.use(value, Use.NODE)
                return MADE
            case "@in":
                self.use(values[0], Use.WHOLE)
                self.use(values[1], Use.KEYS)
                return MADE
            case "_+_":  # of lists: how a comprehension collects its items
                for value in values:
                    self.use(Value(value.origins), Use.WHOLE)
                made = MADE.origins if values[0].origins or values[1].origins else ()
                return Value(made, joined(list(values)).held)
        for value in values:
            self.use(value, Use.WHOLE)
        return MADE

    def _list(self, node: ListLiteral, local: Mapping[str, Value]) -> Value:
        held = [
            self._held(self._visit(item, local), position in node.asked, "[?a]")
            for position, item in enumerate(node.items)
        ]
        return holding(held)

    def _held(self, value: Value, asked: bool, spelling: str) -> Value:
        if value.optional and not asked:
            self.mixed = f"a list or map holds an optional value; write {spelling}, or a.orValue(b)"
        return _plain(value)

    def _struct(self, struct: MapLiteral, local: Mapping[str, Value]) -> Value:
        held = []
        for entry in struct.entries:
            if entry.key is not None:
                self.use(self._visit(entry.key, local), Use.WHOLE)
            held.append(self._held(self._visit(entry.value, local), entry.asked, "{?'key': a}"))
        return holding(held)

    def _comprehension(self, loop: Comprehension, local: Mapping[str, Value]) -> Value:
        items = self._items(self._visit(loop.range, local))
        start = self._visit(loop.start, local)
        inner = {**local, loop.variable: items, loop.accumulator: start}
        self.use(self._visit(loop.condition, inner), Use.WHOLE)
        if loop.variable != "#unused":  # that is cel.bind, which only names a value
            step = self._visit(loop.step, inner)
            inner = {**inner, loop.accumulator: _either(start, step)}
        return self._visit(loop.result, inner)

    def _items(self, value: Value) -> Value:
        """What a comprehension's variable stands for: an item of a list, or a key of a map."""
        self.use(Value(value.origins), Use.NODE)
        origins: list[Origin] = []
        for origin in value.origins:
            shape = origin.shape
            if shape.kind in ("map", "object", "text-or-map"):
                origins.append(Origin(None, TEXT))
            elif origin.path is not None:
                origins.append(Origin((*origin.path, Step.EACH), _item(shape)))
            else:
                origins.append(Origin(None, _item(shape)))
        return joined([Value(tuple(origins)), *value.held])

    def _select(self, value: Value, name: str) -> Value:
        self._check_field(value, name)
        origins = [_step(origin, name, origin.shape.at(name)) for origin in value.origins]
        return joined([Value(tuple(origins)), *value.held], optional=value.optional)

    def _index(self, value: Value, key_node: Node, key: Value) -> Value:
        name = _literal(key_node)
        if isinstance(name, str):
            return self._select(value, name)
        self.use(key, Use.WHOLE)
        origins = [_step(origin, Step.INDEX, shape) for origin in value.origins for shape in _below(origin.shape)]
        return joined([Value(tuple(origins)), *value.held])

    def _check_field(self, value: Value, name: str) -> None:
        """Report `name` where no place that the value may come from can have it."""
        if value.held or not value.origins or any(_may_have(origin.shape, name) for origin in value.origins):
            return
        allowed = dict.fromkeys(field for origin in value.origins for field in origin.shape.fields)
        path = next((origin.path for origin in value.origins if origin.path is not None), ())
        full = tuple(step or "*" for step in (*shown(path), name))
        self.unknown[UnknownField(full, name, tuple(allowed))] = None

    def use(self, value: Value, use: Use) -> None:
        """Note that a value is read, and all that it holds: once, since what has a name may be held many times."""
        left = [(value, use)]
        seen: set[int] = set()
        while left:
            found, part = left.pop()
            for origin in found.origins:
                if origin.path is not None:
                    self.reads[Read(origin.path, part)] = None
            if part in (Use.WHOLE, Use.KEYS) and id(found.held) not in seen:
                seen.add(id(found.held))
                left += [(held, Use.WHOLE) for held in found.held]


def _literal(node: Node) -> Any:
    return node.value if isinstance(node, Constant) else None


def _step(origin: Origin, key: str | Step, shape: Shape) -> Origin:
    return Origin(None if origin.path is None else (*origin.path, key), shape)


def _shape_of(value: Value) -> Shape:
    shapes = {id(origin.shape): origin.shape for origin in value.origins}
    return next(iter(shapes.values())) if len(shapes) == 1 and not value.held else ANY


def _item(shape: Shape) -> Shape:
    return shape.item if shape.kind == "list" and shape.item is not None else ANY


def _below(shape: Shape) -> list[Shape]:
    """The shapes that a computed key may lead to."""
    if shape.kind == "object":
        return list({id(field): field for field in shape.fields.values()}.values()) or [ANY]
    return [shape.item if shape.item is not None else ANY]


def _may_have(shape: Shape, name: str) -> bool:
    if shape.kind == "object":
        return name in shape.fields
    return shape.kind not in _NO_FIELDS


def _either(first: Value, second: Value) -> Value:
    return joined([first, second], optional=first.optional or second.optional)


def joined(values: list[Value], optional: bool = False) -> Value:
    """A value that is one of these."""
    origins = {(origin.path, id(origin.shape)): origin for value in values for origin in value.origins}
    held = {id(inner): inner for value in values for inner in value.held}
    return Value(tuple(origins.values()), tuple(held.values()), optional)


def _with_optional(value: Value) -> Value:
    return Value(value.origins, value.held, optional=True)


def _plain(value: Value) -> Value:
    return Value(value.origins, value.held) if value.optional else value


def each_of(value: Value) -> Value:
    """Any value that a list or mapping has."""
    origins = [_step(origin, Step.INDEX, shape) for origin in value.origins for shape in _below(origin.shape)]
    return joined([Value(tuple(origins)), *value.held])


def holding(held: list[Value]) -> Value:
    """A list or map of these values, each of which is kept once."""
    return Value((), tuple({id(value): value for value in held}.values()))
