"""Quantities in a cluster's spec: which fields hold one, and what it amounts to, however it is written."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.paths import FieldPath
from pulumi_everest.model.cluster import DatabaseClusterSpec
from pulumi_everest.model.part import Checked
from pulumi_everest.model.values.amounts import check_cpu, check_memory, check_size
from pulumi_everest.model.values.scalars import quantity_value

_CHECKS = frozenset({check_cpu, check_memory, check_size})


def amount(value: Any) -> Decimal | None:
    """The number that a value is, or a quantity means; None for anything else."""
    if isinstance(value, bool):
        return None
    try:
        return Decimal(str(value)) if isinstance(value, (int, float)) else quantity_value(str(value))
    except ValueError:
        return None


def same_amount(field: FieldPath, old: Any, new: Any) -> bool:
    """Whether two values of a field are one quantity in other words: ``1`` and ``1000m``, ``1Gi`` and ``1024Mi``."""
    if not _is_quantity(field):
        return False
    was, now = (amount(value.value if isinstance(value, Concealed) else value) for value in (old, new))
    return was is not None and was == now


def _is_quantity(field: FieldPath) -> bool:
    own = ("instances", "*", *field[2:]) if field[:1] == ("instances",) else field
    return own in _quantities()


@cache
def _quantities() -> frozenset[FieldPath]:
    """Every field of a cluster's spec that is a quantity, with `*` for the name of a component."""
    return frozenset(_below(DatabaseClusterSpec, ()))


def _below(model: type[BaseModel], path: FieldPath) -> Iterator[FieldPath]:
    for name, info in model.model_fields.items():
        yield from _of_annotation(info.annotation, info.metadata, (*path, info.alias or name))


def _of_annotation(annotation: Any, metadata: Any, path: FieldPath) -> Iterator[FieldPath]:
    if any(isinstance(entry, Checked) and entry.check in _CHECKS for entry in metadata):
        yield path
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _below(annotation, path)
    else:
        below = (*path, "*") if get_origin(annotation) is dict else path
        for argument in get_args(annotation):
            yield from _of_annotation(argument, getattr(argument, "__metadata__", ()), below)
