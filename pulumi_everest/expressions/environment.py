"""CEL expressions over plain data: compiled once, evaluated often, and knowing what they read.

A plain chain of selects (``spec.instances.engine.?storage.?size``) keeps the order of keys, and a deferred value at the
end of it passes through as itself. Everything else is parsed and checked by CEL's own binding, and evaluated in Python
from the checked tree; an expression that reads what is not known yet gives a `Computed`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pulumi_everest.expressions.absent import ABSENT, Absent
from pulumi_everest.expressions.chain import CHAIN, NAME, STOPPED, Chain
from pulumi_everest.expressions.evaluation.build import Program, UnsupportedError
from pulumi_everest.expressions.evaluation.calls import Function, callable_of
from pulumi_everest.expressions.evaluation.failures import EvaluationError, MissingKeyError, SpentError
from pulumi_everest.expressions.evaluation.values import NONE, Optional
from pulumi_everest.expressions.functions import BUILT_IN, FunctionSpec
from pulumi_everest.expressions.messages import no_field
from pulumi_everest.expressions.reads import Read, shown, waits_for
from pulumi_everest.expressions.results import SCALARS, ExpressionError, LimitError, plain, shortened
from pulumi_everest.expressions.scope import Scope
from pulumi_everest.expressions.syntax.growth import MOST_STEPS, TOO_NESTED, too_large
from pulumi_everest.expressions.syntax.parsed import parsed
from pulumi_everest.expressions.syntax.tree import Tree
from pulumi_everest.expressions.walk import UnknownField, Value, Walk
from pulumi_everest.model.deferred import Computed, Deferred, leaves_of
from pulumi_everest.model.shapes import Shape

if TYPE_CHECKING:
    from pulumi_everest.expressions.binding import Checker

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
        self._has_own_functions = bool(functions)
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
        wrong = too_large(text)
        if wrong is not None:
            raise ExpressionError(wrong, 1, 1)
        stripped = text.strip()
        name = stripped.split(".", 1)[0]
        if _CHAIN.fullmatch(stripped) and name in self.variables and RESERVED.isdisjoint(re.split(r"\W+", stripped)):
            if stripped.count(".") > MOST_STEPS:
                raise ExpressionError(TOO_NESTED, 1, 1)
            return _Path(self, text)
        return _Program(self, text)

    def bind(self, variables: Mapping[str, Any], deferred: bool | None = None) -> Scope:
        """The variables for many evaluations. `deferred`: whether they hold deferred values, if that is known."""
        return Scope(variables, deferred)

    def checked(self, text: str) -> tuple[Tree, str]:
        """The tree of an expression and the kind of its result. Raises ExpressionError."""
        known = None if self._has_own_functions else parsed(text, self.variables)
        return known or self.checker.check(text)

    @cached_property
    def checker(self) -> Checker:
        """What parses and checks expressions, made when it is first needed."""
        from pulumi_everest.expressions.binding import Checker

        return Checker(self.variables, list(self.functions.values()))

    @cached_property
    def callables(self) -> Mapping[str, Function]:
        """The functions as an evaluation calls them."""
        return {name: callable_of(function) for name, function in self.functions.items()}


def check_name(name: str) -> None:
    """Raise ExpressionError if `name` cannot be the name of a variable."""
    if not re.fullmatch(NAME, name, re.ASCII):
        raise ExpressionError(f"'{name}' is not a name: letters, digits and _ make a name")
    if name in RESERVED or name in TYPE_NAMES:
        raise ExpressionError(f"'{name}' is a word of the expression language and cannot name a variable")


class Expression(ABC):
    """A compiled expression. Made by `Environment.compile`."""

    chain: Chain | None = None
    """What it is where it is a plain chain of selects, which passes a deferred value on as itself."""
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
    def follow(self, values: Mapping[str, Value]) -> tuple[Value, Iterable[Read]]:
        """Where the value comes from, with variables of which that is known, and what is read to make it.

        That the value is used is no read: whoever uses it says so.
        """

    @abstractmethod
    def _walk(self, shapes: Mapping[str, Shape]) -> Walk:
        """What the expression names, reads and gives, with variables of these shapes."""

    def _later(self, needs: tuple[Deferred, ...], scope: Scope) -> Computed:
        return Computed(needs, lambda known: self.evaluate(scope.known(known, self.roots)))


class _Path(Expression):
    """A chain of selects: a missing key is an error up to the first ``?``, and ABSENT after it."""

    chain: Chain

    def __init__(self, environment: Environment, text: str) -> None:
        self.chain = Chain(text.strip())
        super().__init__(environment, text)

    def evaluate(self, variables: Mapping[str, Any] | Scope) -> Any:
        scope = variables if isinstance(variables, Scope) else Scope(variables)
        found = self.chain.follow(scope.variables)
        return found if found is not STOPPED else self._stopped(scope)

    def _stopped(self, scope: Scope) -> Any:
        """What a chain gives that cannot be followed to its end: it waits where it meets a deferred value."""
        node: Any = scope.variables
        names = self.chain.names
        for position, key in enumerate(names):
            if isinstance(node, Deferred):
                return self._later(leaves_of(node), scope)
            if not isinstance(node, dict) or key not in node:
                raise ExpressionError(no_field(names[:position], node, key))
            node = node[key]
        return node

    def follow(self, values: Mapping[str, Value]) -> tuple[Value, Iterable[Read]]:
        walk = Walk(self._environment.variables, {}, values=values)
        return walk.follow_chain(self.chain.names), walk.reads

    def _walk(self, shapes: Mapping[str, Shape]) -> Walk:
        found = Walk(self._environment.variables, shapes)
        found.chain(self.chain.names)
        found.optional = self.chain.is_optional
        return found


class _Program(Expression):
    """Any other expression."""

    def __init__(self, environment: Environment, text: str) -> None:
        self._tree, self.returns = environment.checked(text)
        super().__init__(environment, text)
        try:
            self._program = Program(self._tree.root, environment.variables, environment.callables)
        except UnsupportedError as error:
            raise ExpressionError(str(error), 1, 1) from None

    def evaluate(self, variables: Mapping[str, Any] | Scope) -> Any:
        scope = variables if isinstance(variables, Scope) else Scope(variables)
        if scope.deferred:
            needs = waits_for(self._reads, scope.variables)
            if needs:
                return self._later(needs, scope)
        allowance = scope.allowance
        budget = allowance.budget()
        before = budget.work
        try:
            try:
                value = self._program.step([scope.variables, budget, *self._program.named])
            finally:
                allowance.left -= before - budget.work
            if value.__class__ in SCALARS and not self.optional:
                return value
            if (value.__class__ is Optional) is not self.optional:
                raise ExpressionError(_SOMETIMES_OPTIONAL)
            if value is NONE:
                return ABSENT
            value = value.value if self.optional else value
            return value if value.__class__ in SCALARS else plain(value, allowance)
        except MissingKeyError as failure:
            raise self._missing(failure, scope) from None
        except EvaluationError as failure:
            raise ExpressionError(shortened(failure.message)) from None
        except SpentError as failure:
            raise LimitError(shortened(failure.message)) from None
        except RecursionError:
            raise LimitError("lists and maps are nested too deeply") from None

    def _missing(self, failure: MissingKeyError, scope: Scope) -> ExpressionError:
        """The error, with the full path of the key where one of the paths read lacks just that."""
        for read in self._reads:
            node: Any = scope.variables
            for position, step in enumerate(read.path):
                if not isinstance(step, str) or not isinstance(node, dict):
                    break
                if step not in node:
                    if step == failure.key:
                        return ExpressionError(shortened(no_field(read.path[:position], node, step)))
                    break
                node = node[step]
        return ExpressionError(failure.message)

    def _walk(self, shapes: Mapping[str, Shape]) -> Walk:
        found = Walk(self._environment.variables, shapes, self._tree.optionals)
        found.tree(self._tree.root)
        return found

    def follow(self, values: Mapping[str, Value]) -> tuple[Value, Iterable[Read]]:
        walk = Walk(self._environment.variables, {}, self._tree.optionals, values)
        return walk.follow(self._tree.root), walk.reads


_SOMETIMES_OPTIONAL = "the result is an optional value in one case and not in another; choose with a.orValue(b)"
