"""What `help()` says about arguments: Python keeps no docstrings of fields, so they are taken from the source."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from functools import cache
from itertools import pairwise

WIDTH = 100


def describe(kind: type, fields: type | None = None) -> None:
    """Add the fields of a typed dictionary to its docstring.

    With `fields`, a typed dictionary, they are added to the docstring of the constructor instead.
    """
    holder = kind if fields is None else kind.__init__  # type: ignore[misc]
    text = _text(fields or kind)
    if text:
        title = "Fields, of which any value may be an output:" if fields is None else "Arguments:"
        holder.__doc__ = "\n\n".join([inspect.cleandoc(holder.__doc__ or ""), title, text]).strip()


def _text(kind: type) -> str:
    """The fields of a typed dictionary as text. Empty where the source is not there, or has none of that name."""
    node = _classes(kind.__module__).get(kind.__name__)
    return _fields(node) if node is not None else ""


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (OSError, SyntaxError):
        return {}
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def _fields(kind: ast.ClassDef) -> str:
    lines: list[str] = []
    for field, text in pairwise(kind.body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            typed = f"{ast.unparse(field.target)}: {ast.unparse(_Plain().visit(field.annotation))}"
            lines += textwrap.wrap(typed, WIDTH, subsequent_indent="        ", break_on_hyphens=False)
            words = " ".join(str(text.value.value).split())
            lines += textwrap.wrap(words, WIDTH, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


class _Plain(ast.NodeTransformer):
    """Takes from an annotation what is said of all fields: that a value may be an output, or nothing."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """``pulumi.Input[X]`` is X."""
        if ast.unparse(node.value) == "pulumi.Input":
            inner: ast.AST = self.visit(node.slice)
            return inner
        return self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """``X | None`` is X."""
        if isinstance(node.right, ast.Constant) and node.right.value is None:
            inner: ast.AST = self.visit(node.left)
            return inner
        return self.generic_visit(node)
