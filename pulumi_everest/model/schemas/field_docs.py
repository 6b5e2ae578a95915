"""What the source says below the fields of models: read where a schema is written, since programs need none of it."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from textwrap import dedent

from pydantic import BaseModel


def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """The texts below the fields of a model and of those that it extends, by the fields' names."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        # A generic model with its parameters filled in has no source.
        if issubclass(base, BaseModel) and base.__name__.isidentifier() and base.__module__.split(".")[0] != "pydantic":
            found |= _own(base)
    return found


@cache
def _own(model: type[BaseModel]) -> dict[str, str]:
    [node] = ast.parse(dedent(inspect.getsource(model))).body
    assert isinstance(node, ast.ClassDef)
    found: dict[str, str] = {}
    for field, below in zip(node.body, node.body[1:], strict=False):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        text = below.value if isinstance(below, ast.Expr) else None
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            found[field.target.id] = inspect.cleandoc(text.value)
    return found
