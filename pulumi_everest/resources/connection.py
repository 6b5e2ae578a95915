"""Where clients find a database: the host and the Secret, from the texts in plugin.yaml."""

from __future__ import annotations

from functools import cache
from typing import Any

from pulumi_everest.core.expressions import Environment, Expression, Scope
from pulumi_everest.emit.interpolation import split
from pulumi_everest.model.deferred import Computed, Deferred, leaves_of

VARIABLES = ("spec", "metadata", "types")


@cache
def _compiled(text: str) -> tuple[str | Expression, ...]:
    environment = Environment(VARIABLES)
    return tuple(piece if isinstance(piece, str) else environment.compile(piece.text) for piece in split(text))


def filled(text: str, scope: Scope) -> Any:
    """The text with its expressions filled in; a `Deferred` where it depends on what is not known yet.

    Raises ExpressionError, ValueError for a text that is no template.
    """
    values = [piece if isinstance(piece, str) else piece.evaluate(scope) for piece in _compiled(text)]
    if len(values) == 1:
        return values[0]
    needs = [leaf for value in values if isinstance(value, Deferred) for leaf in leaves_of(value)]
    if needs:
        return Computed(tuple(dict.fromkeys(needs)), lambda known: filled(text, scope.known(known)))
    return "".join(map(str, values))
