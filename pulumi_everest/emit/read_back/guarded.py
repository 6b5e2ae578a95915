"""The fields of a cluster whose change may be refused, or stops the database: those that must not change unseen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from pulumi_everest.core.changes.policies import Policies
from pulumi_everest.core.definitions.samples import instance_values, spec_values
from pulumi_everest.core.paths import FieldPath, value_at
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.read_back.emission import Field
from pulumi_everest.emit.read_back.places import concrete

_AS_A_WHOLE: Final = frozenset({"dataSource"})
"""Blocks of which half says nothing: they are read from the object as a whole."""


Guarded = tuple[FieldPath, Sequence[Any]]
"""A guarded field, and values to try."""


def guarded_fields(
    technology: Technology, topology: str, operator: str | None, components: Iterable[str]
) -> Iterator[Guarded]:
    """Every guarded field of clusters of a topology that shows somewhere in an object by itself."""
    policies = Policies.of(technology.definition)
    versions = technology.manifest.operator.versions if technology.manifest is not None else []
    yield ("operatorVersion",), versions
    members = technology.definition.topology_components(topology)
    for name in components:
        if name not in members:
            continue
        honoured = technology.instance_fields(topology, name)
        for path, values in instance_values(technology, name, operator):
            field: FieldPath = ("instances", name, *path)
            if all(fields.covers(path) for fields in honoured) and policies.guards(field):
                yield field, values
    known = technology.spec_fields
    for path, values in spec_values(technology, topology):
        if path[0] not in _AS_A_WHOLE and (known is None or known.covers(path)) and policies.guards(path):
            yield path, values


def placed_fields(spec: Any, fields: Iterable[Guarded]) -> Iterator[Field]:
    """The places that fields have in a spec, as far as what holds them is known."""
    for field, values in fields:
        for path in concrete(spec, field):
            holders = (value_at(spec, path[:depth]) for depth in range(1, len(path)))
            if all(holder is None or isinstance(holder, (dict, list)) for holder in holders):
                yield path, values
