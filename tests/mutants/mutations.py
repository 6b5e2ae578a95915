"""Mutations: small changes of a module's text, each of which some test should notice.

A *site* is a place that can be changed, with the ways to change it: comparisons, boolean operators and their operands,
`not`, conditions, constants, slices, returned values, statements that are left out, any/all, min/max, sums. Left alone is
what does nothing when the program runs, or only guards against misuse: docstrings, annotations, decorators, asserts,
imports, names of types.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
COUNTERPARTS = {"any": "all", "all": "any", "min": "max", "max": "min"}
OF_TYPES = ("TypeVar", "ParamSpec", "NewType", "cast")
"""Calls whose texts are names of types."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Mutation:
    """One change of a text: the bytes from `start` to `end` become `text`."""

    start: int
    end: int
    text: str
    before: str
    """What is changed, in one line, as `after`."""
    after: str

    def of(self, source: str) -> str:
        """The changed text."""
        data = source.encode()
        return (data[: self.start] + self.text.encode() + data[self.end :]).decode()


@dataclass(frozen=True)
class Site:
    """A place that can be changed."""

    where: str
    """The function or class around it, with dots; empty for the module itself."""
    lines: range
    statement: range
    """The lines of the statement (of its head, if it has a body)."""
    in_function: bool
    """Whether it runs when a function does, not when the module is imported."""
    names: tuple[str, ...]
    """What the statement gives a value to, if it runs at the import."""
    mutations: tuple[Mutation, ...]


def sites(source: str) -> list[Site]:
    """All places of a module that can be changed, in the order of its text."""
    finder = _Finder(source)
    finder.statements(ast.parse(source).body)
    return sorted(finder.found, key=lambda site: (site.mutations[0].start, site.mutations[0].end))


class _Finder:
    def __init__(self, source: str) -> None:
        self.starts = [0]
        for line in source.encode().splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.found: list[Site] = []
        self.around: list[ast.stmt] = []
        """The functions and classes around."""

    # Statements

    def statements(self, body: list[ast.stmt]) -> None:
        for statement in body:
            match statement:
                case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.Expr(value=ast.Constant()):
                    pass
                case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                    self.statements(statement.orelse)
                case ast.Assign(targets=[ast.Name(id="__all__")]):
                    pass
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                    self.definition(statement)
                case _:
                    self.statement(statement)

    def definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        if isinstance(node, FUNCTIONS):
            for default in [*node.args.defaults, *node.args.kw_defaults]:
                if default is not None:
                    self.expression(default, default, node)
        self.around.append(node)
        self.statements(node.body)
        self.around.pop()

    def statement(self, node: ast.stmt) -> None:
        if _can_be_left_out(node):
            self.add(node, node, node, [ast.Pass()])
        if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
            self.add(node, node, node, [ast.Return(ast.Constant(None))])
        tests = [node.test] if isinstance(node, ast.If | ast.While) else []
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr) and not (isinstance(node, ast.AnnAssign) and child is node.annotation):
                self.expression(child, child, node, condition=child in tests)
            elif isinstance(child, ast.match_case):
                self.patterns(child, node)
            elif isinstance(child, ast.withitem):
                self.expression(child.context_expr, child.context_expr, node)
        for body in _bodies(node):
            self.statements(body)

    def patterns(self, case: ast.match_case, statement: ast.stmt) -> None:
        if case.guard is not None:
            self.expression(case.guard, case.guard, statement, condition=True)
        for part in ast.walk(case.pattern):
            if isinstance(part, ast.MatchValue):
                self.expression(part.value, part.value, statement)

    # Expressions

    def expression(self, node: ast.expr, whole: ast.expr, statement: ast.stmt, *, condition: bool = False) -> None:
        """Find the sites in an expression; `whole` is what is written anew for it: itself, or the text it stands in."""
        if isinstance(node, ast.Call) and _name(node.func) in OF_TYPES:
            return
        if isinstance(node, ast.Subscript) and _name(node.value) == "Literal":
            return
        changed = list(_changed(node))
        if condition and not isinstance(node, ast.Compare | ast.BoolOp) and not _is_not(node):
            changed.append(ast.UnaryOp(ast.Not(), node))
        if changed:
            self.add(node, whole, statement, changed)
        if isinstance(node, ast.JoinedStr):
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    self.expression(part.value, whole if whole is not node else node, statement)
            return
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            for generator in node.generators:
                for test in generator.ifs:
                    self.add(test, _place(test, whole), statement, [ast.Constant(True)])
        for child in _parts(node):
            is_test = isinstance(node, ast.IfExp) and child is node.test
            self.expression(child, _place(child, whole), statement, condition=is_test)

    def add(
        self,
        node: ast.expr | ast.stmt,
        whole: ast.expr | ast.stmt,
        statement: ast.stmt,
        changes: Sequence[ast.AST],
    ) -> None:
        start, end = self.offset(whole.lineno, whole.col_offset), self.offset(whole.end_lineno, whole.end_col_offset)
        mutations = []
        for new in changes:
            # In a deep copy that is told that `node` has been copied already, `new` takes its place.
            anew = ast.unparse(ast.fix_missing_locations(copy.deepcopy(whole, {id(node): new})))
            text = anew if isinstance(whole, ast.stmt) else f"({anew})"
            mutations.append(Mutation(start, end, text, ast.unparse(node), ast.unparse(new)))
        head_end = min([body[0].lineno - 1 for body in _bodies(statement) if body], default=statement.end_lineno)
        definition = isinstance(statement, FUNCTIONS)
        in_function = any(isinstance(around, FUNCTIONS) for around in self.around)
        where = ".".join(around.name for around in [*self.around, *([statement] if definition else [])])
        self.found.append(
            Site(
                where,
                range(whole.lineno, whole.end_lineno + 1),
                range(statement.lineno, max(head_end, statement.lineno) + 1),
                in_function,
                () if in_function else targets(statement),
                tuple(mutations),
            )
        )

    def offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column


def _place(child: ast.expr, whole: ast.expr) -> ast.expr:
    """What is written anew for a part: the part alone, but the whole text where it is in one (positions are wrong there)."""
    return whole if isinstance(whole, ast.JoinedStr) else child


def _parts(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions right below a node; those of comprehensions and keyword arguments too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, ast.comprehension | ast.keyword | ast.arguments):
            yield from _parts(child)


def _changed(node: ast.expr) -> Iterator[ast.expr]:
    """What an expression may become."""
    match node:
        case ast.Compare():
            for index, operator in enumerate(node.ops):
                for other in COMPARISONS[type(operator)]:
                    yield ast.Compare(node.left, [*node.ops[:index], other(), *node.ops[index + 1 :]], node.comparators)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
            for index in range(len(node.values)):
                rest = [*node.values[:index], *node.values[index + 1 :]]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str(value)):
            yield ast.Constant(f"{value}x")
        case ast.Subscript(slice=ast.Slice() as cut):
            yield node.value
            for lower, upper in ((None, cut.upper), (cut.lower, None)):
                if (lower, upper) not in ((cut.lower, cut.upper), (None, None)):
                    yield ast.Subscript(node.value, ast.Slice(lower, upper, cut.step), node.ctx)
        case ast.Call(func=ast.Name(id=name)) if name in COUNTERPARTS:
            yield ast.Call(ast.Name(COUNTERPARTS[name], ast.Load()), node.args, node.keywords)
        case ast.BinOp(op=ast.Add() | ast.Sub()) if not any(map(_is_text, (node.left, node.right))):
            yield ast.BinOp(node.left, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.right)


def _can_be_left_out(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Call() | ast.Await() | ast.Yield() | ast.YieldFrom()):
            return True
        case ast.AugAssign() | ast.Delete() | ast.Raise() | ast.Continue() | ast.Break():
            return True
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=value):  # its value is made of the one before
            return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(value))
    return False


def targets(node: ast.stmt) -> tuple[str, ...]:
    """The names that a statement gives a value to."""
    found = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return tuple(part.id for target in found for part in ast.walk(target) if isinstance(part, ast.Name))


def _bodies(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    for field in ("body", "orelse", "finalbody"):
        yield getattr(node, field, [])
    for part in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
        yield part.body


def _name(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None


def _is_text(node: ast.expr) -> bool:
    """Whether it is certainly no number."""
    return isinstance(node, ast.JoinedStr | ast.List | ast.Tuple | ast.ListComp) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_not(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
