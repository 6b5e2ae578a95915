"""The CEL project's binding: it parses expressions and checks their types. Nothing is evaluated by it.

No value crosses the border to it, neither in nor out, but for the texts of `evaluation.matching`. So nothing that the
binding does with values matters: that it ends the process where a list holds an optional, that each null takes a
reference of None, that its activations belong to a thread.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from pulumi_everest.expressions.functions import KINDS, FunctionSpec
from pulumi_everest.expressions.messages import compile_message
from pulumi_everest.expressions.results import ExpressionError
from pulumi_everest.expressions.syntax.tree import Tree
from pulumi_everest.expressions.syntax.wire import read_tree

_KIND_NAMES = {"dyn": "any", "optional_type": "optional"}


class Checker:
    """Parses and checks expressions over some variables and functions."""

    def __init__(self, variables: Iterable[str], functions: Sequence[FunctionSpec]) -> None:
        from cel_expr_python import cel
        from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings

        extensions = [
            ext_optional.ExtOptional(),
            ext_strings.ExtStrings(),
            ext_bindings.ExtBindings(),
            ext_math.ExtMath(),
        ]
        try:
            self._environment = cel.NewEnv(
                variables=dict.fromkeys(sorted(variables), cel.Type.DYN),
                extensions=extensions,
                functions=[_declaration(cel, function) for function in functions],
            )
        except (RuntimeError, ValueError, TypeError) as error:
            raise ExpressionError(compile_message(str(error))[0]) from None

    def check(self, text: str) -> tuple[Tree, str]:
        """The tree of an expression, and the kind of its result; ``any`` where that is not known."""
        try:
            program = self._environment.compile(text)
        except (RuntimeError, ValueError) as error:
            message, line, column = compile_message(str(error))
            raise ExpressionError(message, column, line) from None
        name = str(program.return_type().name()).split("<")[0].lower()
        return read_tree(program.serialize()), _KIND_NAMES.get(name, name)


def _declaration(cel: Any, function: FunctionSpec) -> Any:
    types = _types(cel)
    returns = types["DYN"] if function.returns == "any" else types[KINDS[function.returns][0]]
    overloads = [
        cel.Overload("_".join((function.name, *kinds)), returns, [types[kind] for kind in kinds], False, None)
        for kinds in itertools.product(*(KINDS[kind] for kind in function.arguments))
    ]
    return cel.FunctionDecl(function.name, overloads)


def _types(cel: Any) -> dict[str, Any]:
    scalars = {name: getattr(cel.Type, name) for name in ("DYN", "NULL", "BOOL", "INT", "UINT", "DOUBLE", "STRING")}
    dyn = cel.Type.DYN
    return {**scalars, "LIST": cel.Type.List(dyn), "MAP": cel.Type.Map(dyn, dyn)}
