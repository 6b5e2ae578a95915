"""From the YAML of a template to nodes, with everything that is wrong with it as findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pulumi_everest.emit.templates.controls import Controls, Loop, controlled, spread
from pulumi_everest.emit.templates.interpolation import Code, TextError, split
from pulumi_everest.emit.templates.nodes import (
    Field,
    Node,
    Spot,
    Spread,
    constant,
    expression,
    mapping,
    sequence,
    text,
    tolerant,
)
from pulumi_everest.expressions.check import result_name
from pulumi_everest.expressions.environment import Environment, Expression, ExpressionError, FunctionSpec, check_name
from pulumi_everest.expressions.messages import brief
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding, located, path_text, unknown
from pulumi_everest.model.shapes import ANY, TEXT, Shape
from pulumi_everest.model.source.documents import Document

Names = Mapping[str, Shape]
"""The variables that are known at a place, with what they look like."""

WORDS: Final = ("forEach", "let", "when", "merge", "do")


class Compiler:
    """Compiles the parts of one template. `findings` is filled on the way; a part that is wrong becomes null.

    With `tolerant` a part of which an expression fails, when it is evaluated, is left out.
    """

    def __init__(
        self, document: Document, variables: Names, functions: Iterable[FunctionSpec], *, tolerant: bool = False
    ) -> None:
        self.document = document
        self.tolerant = tolerant
        self.findings: list[Finding] = []
        self.variables = variables
        names = {name for name in _named_in(document.data) if _is_name(name)}
        self._environment = self._make_environment({*variables, *names}, tuple(functions))
        self._compiled: dict[str, Expression | ExpressionError] = {}

    def report(self, code: str, path: Path, message: str, **more: Any) -> None:
        """Add a finding with its place in the template."""
        self.findings += located([finding(code, path, message, **more)], self.document.place)

    def report_unknown(self, code: str, path: Path, message: str, got: str, allowed: Iterable[str]) -> None:
        """Add a finding about a name that is not one of `allowed`."""
        entry = unknown(code, path, message, got, allowed)
        more = {"allowed": entry.allowed, "hint": entry.hint, "of_key": entry.of_key}
        self.report(code, path, message, **more)

    def value(self, value: Any, path: Path, names: Names) -> Node:
        """Any value of a template."""
        node = self._value(value, path, names)
        return tolerant(node) if self.tolerant else node

    def _value(self, value: Any, path: Path, names: Names) -> Node:
        if isinstance(value, str):
            return self._text(value, path, names)
        if isinstance(value, list):
            return sequence([self._item(item, (*path, index), names) for index, item in enumerate(value)])
        if isinstance(value, dict):
            controls, inner = self.controls(value, path, names)
            body = self._body(value, path, inner)
            return body if controls.are_none else controlled(controls, body)
        return constant(value)

    def _item(self, item: Any, path: Path, names: Names) -> Node | Spread:
        if not isinstance(item, dict):
            return self.value(item, path, names)
        controls, inner = self.controls(item, path, names)
        body = self._body(item, path, inner)
        return body if controls.are_none else spread(controls, body)

    def controls(self, data: Mapping[str, Any], path: Path, names: Names) -> tuple[Controls, Names]:
        """What `forEach`, `let` and `when` of a mapping say, and the variables that are known after them."""
        loops: tuple[Loop, ...] = ()
        if "forEach" in data:
            loops, names = self._loops(data["forEach"], (*path, "forEach"), names, _parts(data))
        lets, names = self.lets(data.get("let"), (*path, "let"), names)
        needed = len(lets)
        when = None
        if "when" in data:
            at = (*path, "when")
            node = self.value(data["when"], at, names)
            code = only_code(data["when"])
            if code is None and not isinstance(data["when"], bool):
                self.report("plugin.template", at, "'when' takes one expression: ${...}")
            self._check_condition(code, at, names)
            when = (node, Spot(at, self.document.value_place, _short(code)))
            needed = self._needed(lets, code)
        return Controls(loops, lets[:needed], when, lets[needed:], self.tolerant), names

    def _check_condition(self, code: Code | None, at: Path, names: Names) -> None:
        """Report a condition that is certainly neither true nor false; one that may be absent is one."""
        compiled = self.compiled(code) if code is not None else None
        if not isinstance(compiled, Expression) or not compiled.roots <= names.keys():
            return
        gives = result_name(compiled, names)
        if gives is not None:
            self.report("plugin.template", at, f"'when' takes true or false, and ${{{_short(code)}}} gives {gives}")

    def _needed(self, lets: tuple[tuple[str, Node], ...], code: Code | None) -> int:
        """How many of the named values come before a condition: all up to the last that it names."""
        compiled = self.compiled(code) if code is not None else None
        roots = compiled.roots if isinstance(compiled, Expression) else frozenset()
        return max((index + 1 for index, (name, _) in enumerate(lets) if name in roots), default=0)

    def lets(self, data: Any, path: Path, names: Names) -> tuple[tuple[tuple[str, Node], ...], Names]:
        """The named values of a `let`, in order, and the variables that are known after it."""
        if data is None:
            return (), names
        if not isinstance(data, dict):
            self.report("plugin.template", path, "'let' takes a mapping of names to values")
            return (), names
        found: list[tuple[str, Node]] = []
        for name, value in data.items():
            at = (*path, name)
            if self._check_name(name, at):
                found.append((name, self.value(value, at, names)))
                names = {**names, name: self._shape(value, names)}
        return tuple(found), names

    def _loops(self, data: Any, path: Path, names: Names, parts: int) -> tuple[tuple[Loop, ...], Names]:
        if not isinstance(data, dict) or not data:
            self.report("plugin.template", path, "'forEach' takes a mapping of a name to what it goes through")
            return (), names
        loops = []
        for written, source in data.items():
            loop, names = self._loop(written, source, (*path, written), names, parts)
            loops.append(loop)
        return tuple(loop for loop in loops if loop is not None), names

    def _loop(self, written: str, source: Any, at: Path, names: Names, parts: int) -> tuple[Loop | None, Names]:
        variables = tuple(name.strip() for name in written.split(","))
        if len(variables) > 2 or len(set(variables)) != len(variables):
            text = f"'{written}' is not one name, or two different ones: an index or key, and an item"
            self.report("plugin.template", at, text)
            return None, names
        valid = [self._check_name(name, at) for name in variables]
        if not all(valid):
            return None, names
        code = only_code(source)
        if code is None and not isinstance(source, (list, dict)):
            self.report("plugin.template", at, "'forEach' goes through one expression, ${...}, a list or a mapping")
        node = self.value(source, at, names)
        shape = self._shape(source, names)
        known = {variables[-1]: shape.item if shape.kind in ("list", "map") and shape.item else ANY}
        if len(variables) == 2:
            known[variables[0]] = TEXT if shape.kind in ("map", "object") else ANY
        return Loop(variables, node, Spot(at, self.document.value_place, _short(code)), parts), {**names, **known}

    def _body(self, data: Mapping[str, Any], path: Path, names: Names) -> Node:
        """The fields of a mapping and the patch over them, or what stands under `do`."""
        fields = [(key, value) for key, value in data.items() if key not in WORDS]
        if "do" in data:
            at = (*path, "do")
            if fields or "merge" in data:
                other = fields[0][0] if fields else "merge"
                self.report("plugin.template", at, f"'do' stands for the whole value, so '{other}' cannot be there")
            elif not any(word in data for word in WORDS[:3]):
                self.report("plugin.template", at, "'do' needs 'forEach', 'let' or 'when' beside it")
            return self.value(data["do"], at, names)
        merge = None
        if "merge" in data:
            at = (*path, "merge")
            code = only_code(data["merge"])
            if code is None and not isinstance(data["merge"], dict):
                self.report("plugin.template", at, "'merge' takes one expression, ${...}, or a mapping")
            merge = (self.value(data["merge"], at, names), Spot(at, self.document.value_place, _short(code)))
        return mapping(list(self._fields(fields, path, names)), merge)

    def _fields(self, fields: list[tuple[str, Any]], path: Path, names: Names) -> Iterator[Field]:
        seen: set[str] = set()
        for written, value in fields:
            at = (*path, written)
            optional = written.startswith("?")
            name = written.removeprefix("?") if optional else written.removeprefix("\\")
            literal = not optional and name != written
            key: str | Node = name if literal or "${" not in name else self._text(name, at, names)
            if not name:
                self.report("plugin.template", at, "a key is empty")
            elif isinstance(key, str) and key in seen:
                self.report("plugin.template", at, f"the key '{key}' is there twice")
            if isinstance(key, str):
                seen.add(key)
            spot = Spot(at, self.document.value_place, _short(only_code(value)))
            node = self.value(value, at, names)
            if path[-1:] == ("object",):  # an object has its `spec`, whatever is in it
                node = replace(node, composed=False)
            yield Field(key, node, optional, spot)

    def _text(self, written: str, path: Path, names: Names) -> Node:
        if "${" not in written:
            return constant(written)
        try:
            pieces = split(written)
        except TextError as error:
            self.report("plugin.template", path, error.message)
            return constant(None)
        if all(isinstance(piece, str) for piece in pieces):
            return constant("".join(map(str, pieces)))
        parts: list[str | tuple[Expression, Spot]] = []
        for piece in pieces:
            if isinstance(piece, str):
                parts.append(piece)
                continue
            compiled = self._expression(piece, path, names)
            if compiled is None:
                return constant(None)
            parts.append((compiled, Spot(path, self.document.value_place, _short(piece))))
        only = parts[0]
        return expression(*only) if len(parts) == 1 and not isinstance(only, str) else text(parts)

    def _expression(self, code: Code, path: Path, names: Names) -> Expression | None:
        compiled = self.compiled(code)
        if isinstance(compiled, ExpressionError):
            self.report("plugin.expression", path, f"${{{_short(code)}}}: {compiled.message}")
            return None
        for name in sorted(compiled.roots - set(names)):
            message = f"${{{_short(code)}}}: '{name}' is not known here"
            self.report_unknown("plugin.expression", path, message, name, sorted(names))
            return None
        self._check_fields(compiled, code, path, names)
        return compiled

    def _check_fields(self, compiled: Expression, code: Code, path: Path, names: Names) -> None:
        for field in compiled.check_fields(names):
            message = f"${{{_short(code)}}}: there is no '{brief(path_text(field.path))}'"
            self.report_unknown("plugin.expression-field", path, message, field.name, field.allowed)

    def compiled(self, code: Code) -> Expression | ExpressionError:
        """An expression, or what is wrong with it; made once."""
        if code.text not in self._compiled:
            try:
                self._compiled[code.text] = self._environment.compile(code.text)
            except ExpressionError as error:
                self._compiled[code.text] = error
        return self._compiled[code.text]

    def _shape(self, value: Any, names: Names) -> Shape:
        """What a value of the template looks like, as far as its expression tells."""
        code = only_code(value)
        compiled = self.compiled(code) if code is not None else None
        return compiled.shape(names) if isinstance(compiled, Expression) else ANY

    def _check_name(self, name: str, path: Path) -> bool:
        message = None if _is_name(name) else f"'{name}' cannot be the name of a value"
        if name in self.variables:
            message = f"'{name}' would hide the variable of that name"
        if message is not None:
            self.report("plugin.template", path, message)
        return message is None

    def _make_environment(self, names: set[str], functions: tuple[FunctionSpec, ...]) -> Environment:
        try:
            return Environment(names, functions)
        except ExpressionError as error:
            self.report("plugin.function", (), error.message)
            return Environment(names)


def _is_name(name: str) -> bool:
    try:
        check_name(name)
    except ExpressionError:
        return False
    return True


def only_code(value: Any) -> Code | None:
    """The expression that a value consists of, or None if it is anything else."""
    if not isinstance(value, str) or not value.startswith("${"):
        return None
    try:
        pieces = split(value)
    except TextError:
        return None
    only = pieces[0]
    return only if len(pieces) == 1 and isinstance(only, Code) else None


def _parts(data: Any) -> int:
    """How many values there are in a part of a template."""
    if isinstance(data, dict):
        return 1 + sum(map(_parts, data.values()))
    return 1 + sum(map(_parts, data)) if isinstance(data, list) else 1


def _short(code: Code | None) -> str:
    return brief(code.text) if code is not None else ""


def _named_in(data: Any) -> Iterator[str]:
    """Every name that a `let` or `forEach` somewhere in the template gives."""
    if isinstance(data, list):
        for item in data:
            yield from _named_in(item)
    elif isinstance(data, dict):
        for word in ("let", "forEach"):
            if isinstance(data.get(word), dict):
                for written in data[word]:
                    yield from (name.strip() for name in written.split(","))
        for value in data.values():
            yield from _named_in(value)
