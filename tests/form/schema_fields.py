"""The fields of documents that somebody's JSON Schema describes, so that forms for them can be checked as well.

Such are OpenEverest's forms: they write to its Instances, and their options come from its Providers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from pulumi_everest.core.config_schema.schema import ConfigSchema
from pulumi_everest.core.paths import FieldPath
from pulumi_everest.form.making.facts import Fact
from pulumi_everest.form.tree import Choice
from pulumi_everest.model.definition import ReplicaLimits
from pulumi_everest.model.shapes import ANY, Shape

Schema = Mapping[str, Any]


class SchemaFields:
    """The fields of a document by its schema, which has `spec` and perhaps `metadata`, without references."""

    def __init__(self, schema: Schema, document: Any, whose: str) -> None:
        self._schema, self.document, self.whose = schema, document, whose

    def at(self, path: FieldPath) -> Fact | None:
        """The field at a path; lists on the way are transparent, and below what may be anything is anything."""
        schema, is_required = self._schema, False
        for name in path:
            schema = _items(schema)
            below = _child(schema, name)
            if below is None:
                return None
            is_required = name in schema.get("required", ())
            schema = below
        return Fact(path, schema, is_required)

    def missing(self, path: FieldPath) -> tuple[int, list[str]] | None:
        """Where a path leaves the fields that there are: the number of the part, and what would be there."""
        for end in range(len(path)):
            if self.at(path[: end + 1]) is None:
                around = self.at(path[:end])
                return end, list(_items(around.schema if around is not None else {}).get("properties", ()))
        return None

    def below(self, fact: Fact) -> list[Fact]:
        """The fields below one; those of the items where it is a list."""
        found = (self.at((*fact.path, name)) for name in _items(fact.schema).get("properties", ()))
        return [below for below in found if below is not None]

    @staticmethod
    def choices(fact: Fact) -> list[Choice] | None:
        """What there is to choose for a field."""
        return [Choice(value=value, label=str(value)) for value in fact.allowed] or None

    @staticmethod
    def replica_limits(_path: FieldPath) -> ReplicaLimits | None:
        """A schema says nothing of replicas besides."""
        return None

    @staticmethod
    def needed() -> Iterator[FieldPath]:
        """What a document must have beside a form is not known."""
        return iter(())

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """What `spec` and `metadata` look like."""
        spec = _child(self._schema, "spec") or {}
        return {"spec": ConfigSchema(dict(spec)).shape, "metadata": ANY}


def _items(schema: Schema) -> Schema:
    items = schema.get("items")
    return items if isinstance(items, Mapping) else schema


def _child(schema: Schema, name: str) -> Schema | None:
    """The schema of a property; None where there is none of that name."""
    properties = schema.get("properties") or {}
    if name in properties:
        below: Schema = properties[name]
        return below
    more = schema.get("additionalProperties")
    if isinstance(more, Mapping):
        return more
    is_open = more is True or schema.get("x-kubernetes-preserve-unknown-fields") or not schema or schema == _ANY_OBJECT
    return {} if is_open and not properties else None


_ANY_OBJECT = {"type": "object"}
