"""What the fields are that a form writes: their kind, choices, bounds, and what a cluster has where none is given.

The fields come from the schema that editors get, so a form shows and refuses what the definition does. What a cluster
has otherwise is found by resolving one that says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from pulumi_everest.core.definitions.cluster_fields import Field, Tree, allowed_values
from pulumi_everest.core.paths import FieldPath, found_at, missing_part
from pulumi_everest.core.resolve import Resolved, resolve
from pulumi_everest.core.rules import rule_shapes
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.core.versions.lines import in_order
from pulumi_everest.form.tree import Choice
from pulumi_everest.model.definition import ReplicaLimits, VersionEntry
from pulumi_everest.model.shapes import Shape

Kind = Literal["text", "number", "bool", "texts", "list", "map", "object", "any"]

_METADATA: Final[Mapping[str, Mapping[str, Any]]] = {
    "name": {"type": "string", "description": "Name of the cluster and of its main object.", "maxLength": 63},
    "namespace": {"type": "string", "description": "Namespace; `default` if left out.", "maxLength": 63},
}


@dataclass(frozen=True)
class Fact:
    """A field: its path from the root of the document on, its schema for the topology, and what is needed there."""

    path: FieldPath
    schema: Mapping[str, Any]
    is_required: bool = False

    @cached_property
    def kind(self) -> Kind:
        """What kind of value it takes: texts is a list of scalars, list one of mappings, any what may be anything."""
        kind = _kind(self.schema)
        return "map" if kind == "any" and self.path[-1] == "engineConfig" else kind  # of parameters

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole number."""
        return self.schema.get("type") == "integer"

    @property
    def description(self) -> str | None:
        """What it is, as one text."""
        return " ".join(str(self.schema.get("description", "")).split()) or None

    @property
    def title(self) -> str | None:
        """What the schema calls it."""
        title = self.schema.get("title")
        return title if isinstance(title, str) else None

    @property
    def allowed(self) -> list[Any]:
        """The values that are allowed, where they are listed."""
        schema = self.schema["items"] if self.kind == "texts" else self.schema
        return [value for value in allowed_values(schema) if value not in (None, "")]

    @property
    def is_open(self) -> bool:
        """Whether another value than those listed is allowed, too."""
        return any(_is_any_text(part) for part in self.schema.get("anyOf", ()))


class Facts:
    """The fields of clusters of a technology in one topology."""

    def __init__(self, technology: Technology, topology: str, tree: Tree | None = None) -> None:
        """`tree` has the fields of the technology, where they are known already from another topology."""
        self.technology, self.topology = technology, topology
        self._given_tree = tree
        self._known: dict[FieldPath, Fact | None] = {}

    @cached_property
    def _tree(self) -> Tree:
        return self._given_tree if self._given_tree is not None else Tree(self.technology)

    def at(self, path: FieldPath) -> Fact | None:
        """The field at a path of the document; lists on the way are transparent. None where there is none."""
        if path not in self._known:
            self._known[path] = self._found(path)
        return self._known[path]

    def _found(self, path: FieldPath) -> Fact | None:
        if path[:1] == ("metadata",):
            schema = _METADATA.get(path[1]) if len(path) == 2 else None
            return Fact(path, schema, path[1] == "name") if schema is not None else None
        try:
            return self._fact(self._tree.at(self._named(path[1:])))
        except LookupError:
            return None

    def _named(self, path: FieldPath) -> FieldPath:
        """The path as the tree of fields has it, where any key of a mapping is `<name>`."""
        named: list[str] = []
        for name in path:
            here = self._tree.at(tuple(named))
            if self._tree.child(here, name) is None and self._tree.child(here, "<name>") is not None:
                named.append("<name>")
            else:
                named.append(name)
        return tuple(named)

    def _fact(self, field: Field) -> Fact | None:
        schema = field.schemas.get(self.topology, field.schemas.get(None))
        return Fact(("spec", *field.names), schema, field.is_required) if schema is not None else None

    def below(self, fact: Fact) -> list[Fact]:
        """The fields below one; those of the items where it is a list."""
        try:
            field = self._tree.at(fact.path[1:])
        except LookupError:
            return []
        found = (self._fact(child) for child in self._tree.children(field) if child.names[-1] != "<name>")
        return [child for child in found if child is not None]

    def missing(self, path: FieldPath) -> tuple[int, list[str]] | None:
        """Where a path leaves the fields that there are, taken or not: number of the part, and what would be there."""
        names = list(_METADATA)
        if path[:1] == ("metadata",):
            return (min(1, len(path) - 1), names) if len(path) != 2 or path[1] not in names else None
        found = missing_part(path[1:], self.shapes["spec"])
        return (found[0] + 1, found[1]) if found is not None else None

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """What `spec` and `metadata` look like in the topology."""
        return rule_shapes(self.technology.definition, self.topology)

    @property
    def document(self) -> Any:
        """The definition, which paths to options lead into."""
        return self.technology.definition.derived(_document)

    @property
    def whose(self) -> str:
        """Who takes the fields, for people."""
        return f"topology '{self.topology}'"

    def needed(self) -> Iterator[FieldPath]:
        """The settings that every cluster of the topology must have, and has not otherwise."""
        members = self.technology.definition.topology_components(self.topology)
        needed = [name for name, member in members.items() if not member.optional]
        for around in (("config",), ("topology", "config"), *(("instances", name, "config") for name in needed)):
            fact = self.at(("spec", *around))
            for below in self.below(fact) if fact is not None else ():
                if below.is_required and self.otherwise(below.path)[0] is None:
                    yield below.path

    # What there is to choose

    def choices(self, fact: Fact) -> list[Choice] | None:
        """The values of a field to choose from, the likely ones first; None where they are not listed."""
        path = fact.path[1:]
        if len(path) == 3 and path[0] == "instances" and path[2] == "version":
            kinds = self.technology.definition.choices(path[1])
            return self._versions([entry for kind in kinds for entry in self._entries(kind)])
        if len(path) == 4 and path[:2] == ("components", "versions") and path[3] == "version":
            return self._versions(self._entries(path[2]))
        if not fact.allowed:
            return None
        default = fact.schema.get("default")
        return [Choice(value=v, label=str(v), note="default" if v == default else None) for v in fact.allowed]

    def _entries(self, kind: str) -> Sequence[VersionEntry]:
        return self.technology.definition.versions(kind, self.operator)

    @property
    def operator(self) -> str | None:
        """The version of the operator that the form is for."""
        if self.technology.operator_version is not None or self.technology.manifest is None:
            return self.technology.operator_version
        return self.technology.manifest.operator.default

    @staticmethod
    def _versions(entries: Sequence[VersionEntry]) -> list[Choice]:
        choices: dict[str, Choice] = {}
        for entry in in_order(entries):
            note = "default" if entry.default else "deprecated" if entry.deprecated or entry.removed_in else None
            choices.setdefault(entry.version, Choice(value=entry.version, label=entry.version, note=note))
        return list(choices.values())

    def replica_limits(self, path: FieldPath) -> ReplicaLimits | None:
        """How many replicas the topology allows, for the field that says how many."""
        if len(path) != 4 or path[:2] != ("spec", "instances") or path[3] != "replicas":
            return None
        members = self.technology.definition.topology_components(self.topology)
        return members[path[2]].replicas if path[2] in members else None

    # What a cluster has otherwise

    @cached_property
    def bare(self) -> Resolved | None:
        """A cluster that says nothing, with all components of the topology."""
        return self.with_settings({})

    def with_settings(self, settings: Mapping[str, Any]) -> Resolved | None:
        """The resolved cluster of a spec that says no more than `settings`; with all components of the topology."""
        members = self.technology.definition.topology_components(self.topology)
        given = settings.get("instances") or {}
        instances = {name: given.get(name) or {} for name in {**members, **given}}
        spec = {"topology": {"type": self.topology}, **settings, "provider": self.technology.provider}
        resolved, _ = resolve({"name": "x", "namespace": "default"}, {**spec, "instances": instances}, self.technology)
        return resolved

    def otherwise(self, path: FieldPath) -> tuple[Any, str | None]:
        """What a cluster has where a field is not given, and who says so; None for nothing."""
        if self.bare is None or path[:1] != ("spec",):
            return None, None
        value = (
            self._version(path[3]) if path[1:3] == ("components", "versions") else found_at(self.bare.spec, path[1:])
        )
        if value is None or not isinstance(value, (str, int, float, bool, list, dict)):
            return None, None
        return value, self._origin(path)

    def _version(self, kind: str) -> Any:
        """The version that the components of a type have."""
        assert self.bare is not None
        names = [name for name, own in self.bare.types.items() if own == kind]
        return next((self.bare.spec["instances"][name].get("version") for name in names), None)

    def _origin(self, path: FieldPath) -> str:
        assert self.bare is not None
        origin = None
        if len(path) > 3 and path[1] == "instances":
            origin = self.bare.origin(path[2], path[3:])
        return origin if origin in ("topology", "plugin") else "schema" if "config" in path else "definition"


def _document(definition: Definition) -> Any:
    return definition.model.model_dump(mode="json", by_alias=True, exclude_none=True)


def _kind(schema: Mapping[str, Any]) -> Kind:
    schema = _without_null(schema)
    kind = schema.get("type")
    if kind == "array":
        items = schema.get("items")
        return "texts" if isinstance(items, Mapping) and _kind(items) in ("text", "number") else "list"
    if kind == "object" or "properties" in schema:
        if schema.get("properties"):
            return "object"
        more = schema.get("additionalProperties")
        return "map" if isinstance(more, Mapping) and _kind(more) in ("text", "number") else "any"
    if kind in _SCALARS:
        return _SCALARS[kind]
    kinds = {_kind(part) for key in ("anyOf", "oneOf") for part in schema.get(key, ())}
    if kinds and kinds <= {"text", "number"}:
        return "text"
    values = allowed_values(schema)
    return "text" if values and all(isinstance(value, str) for value in values) else "any"


_SCALARS: Final[Mapping[Any, Kind]] = {"string": "text", "integer": "number", "number": "number", "boolean": "bool"}


def _without_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    parts = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    return parts[0] if len(parts) == 1 else schema


def _is_any_text(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "string" and not allowed_values(schema)
