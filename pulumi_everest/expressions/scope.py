"""The variables that expressions see: one scope for a cluster, a child of it for each turn of a loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_everest.expressions.evaluation.budget import Allowance
from pulumi_everest.model.deferred import Deferred, holds_deferred, substitute


class Scope:
    """Variables by name, plain data whose leaves may be deferred; and what evaluating with them may spend."""

    __slots__ = ("allowance", "deferred", "variables")

    def __init__(self, variables: Mapping[str, Any], deferred: bool | None = None) -> None:
        self.variables: dict[str, Any] = dict(variables)
        self.deferred = holds_deferred(self.variables) if deferred is None else deferred
        self.allowance = Allowance()

    def child(self, variables: Mapping[str, Any]) -> Scope:
        """This scope with `variables` added, or hidden by them."""
        scope = Scope.__new__(Scope)
        scope.variables = {**self.variables, **variables}
        scope.deferred = self.deferred
        scope.allowance = self.allowance
        return scope

    def known(self, known: Mapping[Deferred, Any], names: Iterable[str] | None = None) -> Scope:
        """A scope where the deferred values that `known` gives are replaced, in all variables or in `names`."""
        wanted = self.variables if names is None else names
        return Scope({name: substitute(self.variables[name], known) for name in wanted if name in self.variables})
