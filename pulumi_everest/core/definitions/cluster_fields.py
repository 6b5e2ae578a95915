"""The fields of clusters of one technology, by path: what each takes, has if nothing is said, and has below it.

The source is the schema that editors get, which knows what this technology honours, in which topology.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_everest.core.definitions.cluster_schema import cluster_schema
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.technology import Technology

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A field: its schema by topology (one for the key None, where all topologies have the same), and what is below.

    `names` is its path; an item of a list has the name ``[]``, any key of a mapping ``<name>``.
    """

    names: tuple[str, ...]
    schemas: Mapping[str | None, Schema]
    is_required: bool = False
    of: Tree | None = field(default=None, repr=False, compare=False)

    @property
    def schema(self) -> Schema:
        """The schema of the first topology that has the field."""
        return next(iter(self.schemas.values()))

    @property
    def topologies(self) -> list[str]:
        """The topologies that have it; none where all do."""
        return [name for name in self.schemas if name is not None]

    @property
    def description(self) -> str:
        """What it is."""
        return str(self.schema.get("description", ""))

    @property
    def type(self) -> str:
        """What it takes, in a word: ``integer``, ``list of object``."""
        return _type(self.schema)

    @property
    def allowed(self) -> list[Any]:
        """The values that are allowed, where they are listed."""
        return list(dict.fromkeys(value for one in self.schemas.values() for value in allowed_values(one)))

    @property
    def defaults(self) -> dict[str | None, Any]:
        """What it has if nothing is said, by topology; under None where that is the same in all."""
        found = {topology: one["default"] for topology, one in self.schemas.items() if "default" in one}
        values = list(found.values())
        if values and len(found) == len(self.schemas) and all(value == values[0] for value in values):
            return {None: values[0]}
        return found

    @property
    def bounds(self) -> str:
        """The least and most that it may be."""
        low, high = (self.schema.get(key) for key in ("minimum", "maximum"))
        parts = [f"at least {low}" if low is not None else "", f"at most {high}" if high is not None else ""]
        return ", ".join(filter(None, parts))

    def children(self) -> list[Field]:
        """The fields below it; those of the items where it is a list."""
        names = dict.fromkeys(name for schema in self.schemas.values() for name in _properties(schema))
        return [child for name in names if (child := self.child(name)) is not None]

    def child(self, name: str) -> Field | None:
        """The field of a name below it."""
        assert self.of is not None
        found = {
            topology: self.of.whole(below[name])
            for topology, schema in self.schemas.items()
            if name in (below := _properties(schema))
        }
        if not found:
            return None
        is_required = all(name in _object(schema).get("required", ()) for schema in self.schemas.values())
        return Field((*self.names, name), found, is_required, self.of)


class Tree:
    """The fields of a technology."""

    def __init__(self, technology: Technology) -> None:
        self._technology = technology
        schema = cluster_schema(technology)
        self._definitions: Schema = schema["$defs"]
        spec = self._definitions["DatabaseClusterSpec"]
        self.root = Field((), {None: {key: value for key, value in spec.items() if key != "allOf"}}, of=self)
        self._by_topology = dict(self._rules(spec))

    def at(self, names: tuple[str, ...]) -> Field:
        """The field at a path. Raises LookupError with the last field that there is, and the name that it lacks."""
        here = self.root
        for name in names:
            below = self.child(here, name)
            if below is None:
                raise LookupError(here, name)
            here = below
        return here

    def child(self, here: Field, name: str) -> Field | None:
        """The field of a name below another one, with what it has if nothing is said."""
        found = self._child(here, name)
        if found is None:
            return None
        schemas = {topology: self._with_default(found.names, topology, one) for topology, one in found.schemas.items()}
        return replace(found, schemas=schemas)

    def _with_default(self, names: tuple[str, ...], topology: str | None, schema: Schema) -> Schema:
        if "default" in schema or _properties(schema):
            return schema
        value = None
        if names[0] == "instances" and len(names) > 2 and topology is not None:
            value = value_at(self._technology.definition.component_defaults(topology, names[1]), names[2:])
        if value is None and self._technology.manifest is not None:
            value = value_at(self._technology.manifest.defaults, names)
        return schema if value is None else {**schema, "default": value}

    def _child(self, here: Field, name: str) -> Field | None:
        if here.names == () and name == "instances":
            return self._instances(here)
        if here.names == ("topology",) and name == "config":
            found = {t: rules.get("topology", {}).get("properties", {}).get("config", {}) for t, rules in self._rule()}
            taken: dict[str | None, Schema] = {t: schema for t, schema in found.items() if _properties(schema)}
            return Field((*here.names, name), taken, of=self) if taken else None
        return here.child(name)

    def children(self, here: Field) -> list[Field]:
        """The fields below another one."""
        names = [child.names[-1] for child in here.children()]
        if here.names == ():
            names = list(_properties(here.schema))
        if here.names == ("topology",):
            names = ["type", "config"]
        return [child for name in names if (child := self.child(here, name)) is not None]

    def whole(self, schema: Schema) -> Schema:
        """A schema with what it refers to."""
        items = schema.get("items")
        if isinstance(items, Mapping) and "$ref" in items:
            schema = {**schema, "items": self.whole(items)}
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        target = self._definitions[reference.rpartition("/")[2]]
        return {**target, **{key: value for key, value in schema.items() if key != "$ref"}}

    def _instances(self, here: Field) -> Field:
        found = {topology: rules["instances"] for topology, rules in self._rule() if "instances" in rules}
        about = _properties(here.schema)["instances"].get("description", "")
        schemas: dict[str | None, Schema] = {key: {**one, "description": about} for key, one in found.items()}
        return Field(("instances",), schemas, of=self)

    def _rule(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        return iter(self._by_topology.items())

    @staticmethod
    def _rules(spec: Schema) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for rule in spec.get("allOf", ()):
            kind = rule["if"]["properties"]["topology"]["properties"]["type"]
            for name in [kind["const"]] if "const" in kind else kind.get("enum", []):
                yield name, rule["then"]["properties"]


def _object(schema: Schema) -> Schema:
    """The part of a schema that says which fields there are: of a list its items, of a choice the object in it."""
    if "properties" in schema:
        return schema
    for key in ("anyOf", "oneOf"):
        for part in schema.get(key, ()):
            if found := _object(part):
                return found
    items = schema.get("items")
    if isinstance(items, Mapping):
        return _object(items)
    return {}


def _properties(schema: Schema) -> Mapping[str, Any]:
    properties = dict(_object(schema).get("properties", {}))
    more = schema.get("additionalProperties")
    if isinstance(more, Mapping) and more:
        properties["<name>"] = more
    return properties


def _type(schema: Schema) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = " or ".join(str(one) for one in kind if one != "null")
    if kind == "array":
        items = schema.get("items")
        return f"list of {_type(items)}" if isinstance(items, Mapping) else "list"
    if kind is not None:
        return "text" if kind == "string" else str(kind)
    for key in ("anyOf", "oneOf"):
        kinds = [_type(part) for part in schema.get(key, ()) if part.get("type") != "null"]
        if kinds:
            return " or ".join(dict.fromkeys(kinds))
    values = allowed_values(schema)
    return "text" if values and all(isinstance(value, str) for value in values) else "any value"


def allowed_values(schema: Schema) -> list[Any]:
    """The values that a schema allows, where it lists them."""
    if "const" in schema:
        return [schema["const"]]
    values = list(schema.get("enum", ()))
    for part in schema.get("anyOf", ()):
        values += allowed_values(part)
    return values
