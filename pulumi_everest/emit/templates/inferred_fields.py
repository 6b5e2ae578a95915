"""The fields that a template does something with, found by following what of the cluster reaches its objects.

Every expression says which paths it reads and where its value comes from; `let` and `forEach` hand that on. A field
counts where its value, or something that is made of it, gets into an object or decides about a part of one. A name
that nothing uses does not count, nor does it that a part of the cluster that has fields of its own is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi_everest.core.paths import FieldPath
from pulumi_everest.emit.templates.interpolation import Code, TextError, split
from pulumi_everest.expressions.environment import Expression
from pulumi_everest.expressions.reads import Read, ReadPath, Use
from pulumi_everest.expressions.walk import MADE, Origin, Value, Walk, each_of, holding, joined
from pulumi_everest.model.shapes import Shape
from pulumi_everest.model.values.unchecked import as_mapping

Compile = Callable[[Code], "Expression | Exception"]
Reads = dict[Read, None]

_WORDS: Final = ("forEach", "let", "when", "merge", "do")
_SETTINGS: Final = ("name", "main", "keeps", "after", "scope", "formerTypes", "ready", "failed", "ignore")


@dataclass(frozen=True)
class _Named:
    """What a name stands for: where its value comes from, and what is read to make it."""

    value: Value
    reads: Reads


Names = Mapping[str, _Named]


def reads_of(data: Mapping[str, Any], compiled: Compile, variables: Mapping[str, Shape]) -> Reads:
    """What of the variables gets into the objects of a template, or decides about them."""
    names = _variables(variables)
    following = _Following(compiled)
    reads: Reads = {}
    _, names = following.controls({"let": data.get("let")}, names)
    for entry in data.get("objects") or ():
        if isinstance(entry, dict):
            seen = {key: value for key, value in entry.items() if key not in _SETTINGS}
            value, found = following.value(seen, names)
            reads |= found | _used(value)
    return reads


def reads_of_value(data: Any, compiled: Compile, variables: Mapping[str, Shape]) -> Reads:
    """All of the variables that makes a difference to a template of one value.

    What a name stands for counts although nothing uses it, as far as it has to be there: else the template fails.
    """
    value, reads = _Following(compiled, unused=True).value(data, _variables(variables))
    return reads | _used(value)


def _variables(shapes: Mapping[str, Shape]) -> Names:
    return {name: _Named(Value((Origin((name,), shape),)), {}) for name, shape in shapes.items()}


def fields_of(reads: Iterable[Read], root: str, shape: Shape) -> list[FieldPath]:
    """The fields of a variable that are read, down to the parts that have no fields of their own; sorted."""
    found: dict[FieldPath, None] = {}
    for read in reads:
        if read.path[0] == root:
            found.update(dict.fromkeys(_fields(read.path[1:], read.use, shape, ())))
    return sorted(found)


def _fields(path: ReadPath, use: Use, shape: Shape, at: FieldPath) -> Iterator[FieldPath]:
    while shape.kind == "list" and _has_fields(shape):
        shape, path = shape.at(0), path[1:]
    if not _has_fields(shape):
        yield at
        return
    if not path:
        if use is Use.WHOLE:
            yield from leaves(shape, at)
        return
    name, rest = (path[0] if isinstance(path[0], str) else "*"), path[1:]
    if shape.kind == "object" and name != "*" and name not in shape.fields:
        return
    below = next(iter(shape.fields.values())) if shape.kind == "object" and name == "*" else shape.at(name)
    yield from _fields(rest, use, below, (*at, name))


def leaves(shape: Shape, at: FieldPath = ()) -> Iterator[FieldPath]:
    """The fields below a place, each down to where there are no fields."""
    while shape.kind == "list" and _has_fields(shape):
        shape = shape.at(0)
    if shape.kind == "object" and shape.fields:
        for name, below in shape.fields.items():
            yield from leaves(below, (*at, name))
    elif _has_fields(shape):
        yield from leaves(shape.at("*"), (*at, "*"))
    else:
        yield at


def _has_fields(shape: Shape) -> bool:
    """Whether a field consists of fields of this package; a part of Kubernetes' own is one field."""
    if shape.kind in ("list", "map"):
        return shape.item is not None and _has_fields(shape.item)
    return shape.kind == "object" and bool(shape.fields) and not shape.verbatim


def _used(value: Value, use: Use = Use.WHOLE) -> Reads:
    walk = Walk((), {})
    walk.use(value, use)
    return walk.reads


def _needed(value: Value) -> Reads:
    """What has to be there, so that there is a value. Parts that a value holds several times are looked at once."""
    reads: Reads = {}
    left, seen = [value], {id(value)}
    while left:
        found = left.pop()
        reads |= _used(Value(found.origins), Use.PRESENCE)
        left += [held for held in found.held if id(held) not in seen]
        seen.update(map(id, found.held))
    return reads


class _Following:
    """Follows the parts of one template. What each gives is where its value comes from, and what it reads.

    With `unused` the names count that nothing uses.
    """

    def __init__(self, compiled: Compile, *, unused: bool = False) -> None:
        self._compiled, self._unused = compiled, unused

    def value(self, data: Any, names: Names) -> tuple[Value, Reads]:
        if isinstance(data, str):
            return self._text(data, names)
        if isinstance(data, list):
            return self._all(data, names)
        if isinstance(data, dict):
            reads, inner = self.controls(data, names)
            fields = [value for key, value in data.items() if key not in _WORDS[:3]]
            value, found = self._all(fields, inner)
            for key in data:
                found |= self._key(key, inner) if key not in _WORDS else {}
            stands_for = value.held[0] if "do" in data and value.held else value
            return stands_for, reads | found
        return MADE, {}

    def _all(self, parts: Iterable[Any], names: Names) -> tuple[Value, Reads]:
        values: list[Value] = []
        reads: Reads = {}
        for part in parts:
            value, found = self.value(part, names)
            values.append(value)
            reads |= found
        return holding(values), reads

    def controls(self, data: Mapping[str, Any], names: Names) -> tuple[Reads, Names]:
        """What `forEach`, `let` and `when` of a mapping read, and the names that are known after them."""
        reads: Reads = {}
        for written, source in as_mapping(data.get("forEach")).items():
            value, found = self.value(source, names)
            reads |= found | _used(Value(value.origins), Use.NODE)
            *index, item = (name.strip() for name in written.split(","))
            names = {**names, **dict.fromkeys(index, _Named(MADE, {})), item: _Named(each_of(value), {})}
        for name, given in as_mapping(data.get("let")).items():
            value, found = self.value(given, names)
            names = {**names, name: _Named(value, found)}
            reads |= found | _needed(value) if self._unused else {}
        if "when" in data:
            value, found = self.value(data["when"], names)
            reads |= found | _used(value)
        return reads, names

    def _key(self, key: str, names: Names) -> Reads:
        if "${" not in key:
            return {}
        value, reads = self._text(key.removeprefix("?"), names)
        return reads | _used(value)

    def _text(self, text: str, names: Names) -> tuple[Value, Reads]:
        if "${" not in text:
            return MADE, {}
        try:
            pieces = split(text)
        except TextError:
            return MADE, {}
        found = [self._expression(piece, names) for piece in pieces if isinstance(piece, Code)]
        if len(pieces) == 1 and found:
            return found[0]
        reads: Reads = {}
        for value, read in found:
            reads |= read | _used(value)
        return MADE, reads

    def _expression(self, code: Code, names: Names) -> tuple[Value, Reads]:
        compiled = self._compiled(code)
        if not isinstance(compiled, Expression) or not compiled.roots <= names.keys():
            return MADE, {}
        value, found = compiled.follow({name: names[name].value for name in compiled.roots})
        reads = dict.fromkeys(found)
        for name in compiled.roots:
            reads |= names[name].reads
        return joined([value]), reads
