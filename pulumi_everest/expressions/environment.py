"""CEL expressions over plain data: compiled once, evaluated often, and knowing what they read.

Plain chains of selects (``spec.instances.engine.?storage.?size``) are evaluated in Python with the meaning they
have in CEL. That keeps the order of keys, and a deferred value at the end of a chain passes through as itself.
Everything else goes to CEL, but for `shortcuts`; an expression that reads what is not known yet gives a `Computed`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from pulumi_everest.expressions.absent import ABSENT, Absent
from pulumi_everest.expressions.chain import CHAIN, NAME, STOPPED, Chain
from pulumi_everest.expressions.functions import BUILT_IN, FunctionSpec, declare
from pulumi_everest.expressions.messages import compile_message, evaluate_message, missing_key, no_field
from pulumi_everest.expressions.reads import Read, part_of, shown, waits_for
from pulumi_everest.expressions.results import SCALARS, ExpressionError, plain
from pulumi_everest.expressions.scope import Scope
from pulumi_everest.expressions.shortcuts import ASK_CEL, shortcut
from pulumi_everest.expressions.tree import Tree
from pulumi_everest.expressions.walk import UnknownField, Walk
from pulumi_everest.model.deferred import Computed, Deferred, leaves_of
from pulumi_everest.model.shapes import Shape

__all__ = ["ABSENT", "Absent", "Environment", "Expression", "ExpressionError", "FunctionSpec", "Scope", "UnknownField"]

_CHAIN = re.compile(CHAIN, re.ASCII)
RESERVED = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "package",
        "namespace",
        "null",
        "return",
        "true",
        "var",
        "void",
        "while",
    ]
)
"""Words that CEL does not take as the name of a variable."""
TYPE_NAMES = frozenset(
    [
        "bool",
        "bytes",
        "cel",
        "double",
        "duration",
        "dyn",
        "int",
        "list",
        "map",
        "math",
        "null_type",
        "optional",
        "optional_type",
        "string",
        "strings",
        "timestamp",
        "type",
        "uint",
    ]
)
"""Names that mean something to CEL, so that a variable of that name would hide it."""


class Environment:
    """What expressions can name: variables and functions. One for a definition or a plugin's template."""

    def __init__(self, variables: Iterable[str], functions: Sequence[FunctionSpec] = ()) -> None:
        """Raise ExpressionError for a name that CEL does not take, or for two functions of one name."""
        self.variables = frozenset(variables)
        self.functions: dict[str, FunctionSpec] = {}
        """The functions by name, the built-in ones too."""
        for name in self.variables:
            check_name(name)
        for function in (*BUILT_IN, *functions):
            if function.name in self.functions:
                raise ExpressionError(f"there are two functions of the name '{function.name}'")
            self.functions[function.name] = function

    def compile(self, text: str) -> Expression:
        """The expression of a text. Raises ExpressionError with what is wrong and where."""
        if not text.strip():
            raise ExpressionError("the expression is empty", 1, 1)
        stripped = text.strip()
        name = stripped.split(".", 1)[0]
        if _CHAIN.fullmatch(stripped) and name in self.variables and RESERVED.isdisjoint(re.split(r"\W+", stripped)):
            return _Path(self, text)
        return _Program(self, text)

    def bind(self, variables: Mapping[str, Any], deferred: bool | None = None) -> Scope:
        """The variables for many evaluations. `deferred`: whether they hold deferred values, if that is known."""
        return Scope(variables, deferred)

    @property
    def cel(self) -> Any:
        """The environment of the CEL library, made when it is first needed."""
        return _cel_environment(self)


def check_name(name: str) -> None:
    """Raise ExpressionError if `name` cannot be the name of a variable."""
    if not re.fullmatch(NAME, name, re.ASCII):
        raise ExpressionError(f"'{name}' is not a name: letters, digits and _ make a name")
    if name in RESERVED or name in TYPE_NAMES:
        raise ExpressionError(f"'{name}' is a word of the expression language and cannot name a variable")


@cache
def _cel_environment(environment: Environment) -> Any:
    from cel_expr_python import cel
    from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings

    extensions = [
        ext_optional.ExtOptional(),
        ext_strings.ExtStrings(),
        ext_bindings.ExtBindings(),
        ext_math.ExtMath(),
    ]
    try:
        return cel.NewEnv(
            variables=dict.fromkeys(sorted(environment.variables), cel.Type.DYN),
            extensions=extensions,
            functions=declare(cel, list(environment.functions.values())),
        )
    except (RuntimeError, ValueError, TypeError) as error:
        raise ExpressionError(evaluate_message(str(error))) from None


class Expression(ABC):
    """A compiled expression. Made by `Environment.compile`."""

    native = False
    """Whether it is a plain chain of selects, which passes a deferred value on as itself."""
    returns = "any"
    """The kind of the result where CEL knows it: bool, int, double, string, list, map ...; else ``any``."""

    def __init__(self, environment: Environment, text: str) -> None:
        self.text = text
        self._environment = environment
        found = self._walk({})
        if found.mixed:
            raise ExpressionError(found.mixed, 1, 1)
        self._reads: tuple[Read, ...] = tuple(found.reads)
        self.optional = found.optional
        """Whether it may give ABSENT."""
        self.roots = frozenset(found.roots)
        """The variables it names."""
        self.reads = frozenset(shown(read.path) for read in found.reads)
        """The paths it reads, from the variable on; None stands for any key or item."""

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    @abstractmethod
    def evaluate(self, variables: Mapping[str, Any] | Scope) -> Any:
        """The value as plain data, `ABSENT`, or a `Deferred` where it depends on what is not known yet.

        The result may be part of the variables themselves, not a copy. A mapping of variables is
        made a `Scope` each time; whoever evaluates several expressions passes the same `Scope` to all. Raises
        ExpressionError.
        """

    def check_fields(self, shapes: Mapping[str, Shape]) -> list[UnknownField]:
        """The fields that the expression names and that the shapes of the variables do not have."""
        return list(self._walk(shapes).unknown)

    def shape(self, shapes: Mapping[str, Shape]) -> Shape:
        """What the result looks like, given the shapes of the variables; `ANY` where that is not known."""
        return self._walk(shapes).shape

    @abstractmethod
    def _walk(self, shapes: Mapping[str, Shape]) -> Walk:
        """What the expression names, reads and gives, with variables of these shapes."""

    def _later(self, needs: tuple[Deferred, ...], scope: Scope) -> Computed:
        return Computed(needs, lambda known: self.evaluate(scope.known(known, self.roots)))


class _Path(Expression):
    """A chain of selects: a missing key is an error up to the first ``?``, and ABSENT after it."""

    native = True

    def __init__(self, environment: Environment, text: str) -> None:
        self._chain = Chain(text.strip())
        super().__init__(environment, text)

    def evaluate(self, variables: Mapping[str, Any] | Scope) -> Any:
        scope = variables if isinstance(variables, Scope) else Scope(variables)
        found = self._chain.follow(scope.variables)
        return found if found is not STOPPED else self._stopped(scope)

    def _stopped(self, scope: Scope) -> Any:
        """What a chain gives that cannot be followed to its end: it waits where it meets a deferred value."""
        node: Any = scope.variables
        names = self._chain.names
        for position, key in enumerate(names):
            if isinstance(node, Deferred):
                return self._later(leaves_of(node), scope)
            if not isinstance(node, dict) or key not in node:
                raise ExpressionError(no_field(names[:position], node, key))
            node = node[key]
        return node

    def _walk(self, shapes: Mapping[str, Shape]) -> Walk:
        found = Walk(self._environment.variables, shapes)
        found.chain(self._chain.names)
        found.optional = self._chain.is_optional
        return found


class _Program(Expression):
    """Any other expression, evaluated by CEL."""

    def __init__(self, environment: Environment, text: str) -> None:
        cel = environment.cel
        try:
            program = cel.compile(text)
        except (RuntimeError, ValueError) as error:
            message, line, column = compile_message(str(error))
            raise ExpressionError(message, column, line) from None
        tree = Tree(program.serialize())
        self._root = tree.copy_of_root()
        super().__init__(environment, text)
        self._part = part_of(self._reads)
        self._short = shortcut(text)
        changed = tree.order_ranges()
        if self.optional:
            tree.hold_optional()
            changed = True
        self.returns = _kind_name(program.return_type())
        self._cel = cel
        self._eval = cel.deserialize(tree.serialize()).eval if changed else program.eval

    def evaluate(self, variables: Mapping[str, Any] | Scope) -> Any:
        scope = variables if isinstance(variables, Scope) else Scope(variables)
        if scope.deferred:
            needs = waits_for(self._reads, scope.variables)
            if needs:
                return self._later(needs, scope)
        if self._short is not None:
            found = self._short(scope.variables)
            if found is not ASK_CEL:
                return found
        try:
            result = self._eval(scope.activation(self._cel, self.roots, self._part))
            value: Any = result.value()
            if value.__class__ is str and result.type() == _error_type():
                raise self._failure(value, scope)
            value = value if value.__class__ in SCALARS else plain(value)
        except (RuntimeError, ValueError, OverflowError) as error:
            raise self._failure(str(error), scope) from None
        except TypeError:  # what the library raises for an optional, which it cannot hand out
            raise ExpressionError(_SOMETIMES_OPTIONAL) from None
        if self.optional:
            return value[0] if value else ABSENT
        return value

    def _failure(self, text: str, scope: Scope) -> ExpressionError:
        """The error, with the full path of a missing key where one of the paths read lacks just that."""
        missing = missing_key(text)
        for read in self._reads if missing is not None else ():
            node: Any = scope.variables
            for position, step in enumerate(read.path):
                if not isinstance(step, str) or not isinstance(node, dict):
                    break
                if step not in node:
                    if step == missing:
                        return ExpressionError(no_field(read.path[:position], node, step))
                    break
                node = node[step]
        return ExpressionError(evaluate_message(text))

    def _walk(self, shapes: Mapping[str, Shape]) -> Walk:
        found = Walk(self._environment.variables, shapes)
        found.tree(self._root)
        return found


_SOMETIMES_OPTIONAL = "the result is an optional value in one case and not in another; choose with a.orValue(b)"
_KIND_NAMES = {"dyn": "any", "optional_type": "optional"}


@cache
def _error_type() -> Any:
    from cel_expr_python import cel

    return cel.Type.ERROR


def _kind_name(kind: Any) -> str:
    name = str(kind.name()).split("<")[0].lower()
    return _KIND_NAMES.get(name, name)
