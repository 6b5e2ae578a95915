"""What the expressions of a form may name.

They know `spec` and `metadata` as the form shows them (numbers without their units), with what a cluster has otherwise
where the form says nothing; the names of the fields of `spec` without it; `original`, the document that is edited, in
the same way; every id; `self`, the value of the field itself; and `item`, the item of the list around it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

from pulumi_everest.expressions.environment import RESERVED, TYPE_NAMES, Environment, Expression
from pulumi_everest.model.cluster import DatabaseClusterSpec
from pulumi_everest.model.shapes import shape_of

NAMES: Final = frozenset(("spec", "metadata", "original", "self", "item"))
"""What expressions know beside ids and the fields of `spec`."""


@cache
def spec_names() -> frozenset[str]:
    """The fields of a cluster's spec."""
    return frozenset(shape_of(DatabaseClusterSpec).fields)


def can_be_named(name: str) -> bool:
    """Whether expressions can name an id, which is no word of theirs and names nothing else."""
    return name not in RESERVED and name not in TYPE_NAMES and name not in NAMES and name not in spec_names()


def environment_of(ids: Iterable[str]) -> Environment:
    """What the expressions of a form with these ids may name; ids that cannot be named are left out."""
    return _environment(tuple(sorted(name for name in set(ids) if can_be_named(name))))


@lru_cache(maxsize=64)
def _environment(ids: tuple[str, ...]) -> Environment:
    return Environment({*NAMES, *spec_names(), *ids})


@lru_cache(maxsize=2048)
def compiled(environment: Environment, text: str) -> Expression:
    """An expression, compiled once. Raises ExpressionError."""
    return environment.compile(text)
