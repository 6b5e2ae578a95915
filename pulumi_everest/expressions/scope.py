"""The variables that expressions see: one scope for a cluster, a child of it for each turn of a loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pulumi_everest.model.deferred import Deferred, holds_deferred, substitute

Part = Mapping[str, Any]
"""A part of nested mappings: for each key the part below it, `WHOLE`, or `KEY` where only its presence counts."""
WHOLE: Final = "whole"
KEY: Final = "key"


def pick(data: Any, part: Part | str) -> Any:
    """The part of nested mappings; what is no mapping is taken as it is."""
    if part == KEY:
        return None
    if isinstance(part, str) or not isinstance(data, dict):
        return data
    return {key: pick(data[key], below) for key, below in part.items() if key in data}


class Scope:
    """Variables by name, plain data whose leaves may be deferred.

    CEL converts a variable once for each activation, and with all that is in it. So a scope keeps its activation,
    an expression that reads only variables of an outer scope is evaluated there, and one that reads variables of
    several scopes gets one of its own, with no more than it reads.
    """

    __slots__ = ("_activation", "_added", "_clean", "_environment", "_parent", "deferred", "variables")

    def __init__(self, variables: Mapping[str, Any], deferred: bool | None = None) -> None:
        self.variables: dict[str, Any] = dict(variables)
        self.deferred = holds_deferred(self.variables) if deferred is None else deferred
        self._parent: Scope | None = None
        self._added: frozenset[str] = frozenset(self.variables)
        self._environment: Any = None
        self._activation: Any = None
        self._clean: dict[str, Any] | None = None

    def child(self, variables: Mapping[str, Any]) -> Scope:
        """This scope with `variables` added, or hidden by them."""
        scope = Scope.__new__(Scope)
        scope.variables = {**self.variables, **variables}
        scope.deferred = self.deferred
        scope._parent = self
        scope._added = frozenset(variables)
        scope._environment = scope._activation = None
        scope._clean = None
        return scope

    def known(self, known: Mapping[Deferred, Any], names: Iterable[str] | None = None) -> Scope:
        """A scope where the deferred values that `known` gives are replaced, in all variables or in `names`."""
        wanted = self.variables if names is None else names
        return Scope({name: substitute(self.variables[name], known) for name in wanted if name in self.variables})

    def activation(self, environment: Any, roots: frozenset[str], part: Part) -> Any:
        """The CEL activation for an expression that reads the variables `roots`, and of them the `part`."""
        scope = self
        while scope._parent is not None and scope._added.isdisjoint(roots):
            scope = scope._parent
        if scope._parent is not None and not roots <= scope._added:
            picked = pick(scope.variables, part)
            return environment.Activation(_without_deferred(picked) if scope.deferred else picked)
        if scope._environment is not environment:
            scope._activation = environment.Activation(scope._plain())
            scope._environment = environment
        return scope._activation

    def _plain(self) -> dict[str, Any]:
        """The variables with null for what is deferred: CEL refuses what is not plain data anywhere in a variable.

        An expression whose result depends on such a place is not evaluated; see `reads.waits_for`.
        """
        if not self.deferred:
            return self.variables
        if self._clean is None:
            outer = self._parent._plain() if self._parent is not None else {}
            self._clean = {**outer, **{name: _without_deferred(self.variables[name]) for name in self._added}}
        return self._clean


def _without_deferred(value: Any) -> Any:
    if isinstance(value, Deferred):
        return None
    if isinstance(value, dict):
        return {key: _without_deferred(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_deferred(item) for item in value]
    return value
