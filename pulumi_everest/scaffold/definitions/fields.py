"""The fields of a kind as a tree, read from its schema. It is bounded, whatever a definition holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

ITEM, ENTRY = "[]", "{}"
"""Parts of a path that stand for any item of a list, and for any entry of a mapping."""
MOST_FIELDS = 60_000
DEEPEST = 14
Path = tuple[str, ...]


@dataclass(eq=False)
class Field:
    """A field with those below it. Items of a list are below its field `[]`, entries of a mapping below `{}`."""

    path: Path
    schema: Mapping[str, Any]
    parent: Field | None = None
    children: dict[str, Field] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name; of an item or entry that of the list or mapping."""
        return next((part for part in reversed(self.path) if part not in (ITEM, ENTRY)), "")

    @property
    def last(self) -> str:
        """The last part of its path."""
        return self.path[-1] if self.path else ""

    @property
    def type(self) -> str:
        """Its type: one of JSON Schema's, or `quantity` (int-or-string), `map`, `open` (any fields) and `any`."""
        schema = self.schema
        if schema.get("x-kubernetes-int-or-string"):
            return "quantity"
        said = schema.get("type")
        if said == "object" or (said is None and isinstance(schema.get("properties"), Mapping)):
            if self.children and ENTRY not in self.children:
                return "object"
            if ENTRY in self.children:
                return "map"
            return "open" if schema.get("x-kubernetes-preserve-unknown-fields") or said == "object" else "any"
        if isinstance(said, str):
            return said
        return "open" if schema.get("x-kubernetes-preserve-unknown-fields") else "any"

    @property
    def required(self) -> bool:
        """Whether its parent needs it and has no default for it."""
        named = self.parent.schema.get("required") if self.parent is not None else None
        return isinstance(named, list) and self.last in named and "default" not in self.schema

    @property
    def enum(self) -> list[Any]:
        """The values that it may have; none if any."""
        values = self.schema.get("enum")
        return list(values) if isinstance(values, list) else []

    def child(self, *names: str) -> Field | None:
        """The first of its fields with one of the names."""
        return next((self.children[name] for name in names if name in self.children), None)

    def has(self, *names: str) -> bool:
        """Whether it has fields of all the names."""
        return all(name in self.children for name in names)

    def at(self, *path: str) -> Field | None:
        """The field at a path below it."""
        found: Field | None = self
        for part in path:
            found = found.children.get(part) if found is not None else None
        return found

    def above(self) -> Iterator[Field]:
        """What it stands in, from the nearest to the top."""
        here = self.parent
        while here is not None:
            yield here
            here = here.parent

    def below(self) -> Iterator[Field]:
        """All fields below it, those nearer first among each one's own."""
        for one in self.children.values():
            yield one
            yield from one.below()


def fields_of(schema: Mapping[str, Any], path: Path = (), deepest: int = DEEPEST) -> Field:
    """The tree of a schema. What goes deeper than `deepest`, or beyond `MOST_FIELDS`, is left out."""
    top = Field(path, schema)
    waiting, count = [top], 0
    while waiting:
        here = waiting.pop(0)
        if len(here.path) - len(path) >= deepest:
            continue
        for name, below in _below(here.schema):
            count += 1
            if count > MOST_FIELDS:
                return top
            child = Field((*here.path, name), below, here)
            here.children[name] = child
            waiting.append(child)
    return top


def _below(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    properties = schema.get("properties")
    for name, below in properties.items() if isinstance(properties, Mapping) else ():
        if isinstance(name, str) and isinstance(below, Mapping):
            yield name, below
    for key, name in (("items", ITEM), ("additionalProperties", ENTRY)):
        below = schema.get(key)
        if isinstance(below, Mapping):
            yield name, below


def schema_of_sample(value: Any, depth: int = 0) -> dict[str, Any]:
    """What a schema of an object would say at least: the types of the values that a sample has."""
    if depth > DEEPEST:
        return {"x-kubernetes-preserve-unknown-fields": True}
    if isinstance(value, Mapping):
        return {
            "type": "object",
            "properties": {str(name): schema_of_sample(below, depth + 1) for name, below in value.items()},
            "x-kubernetes-preserve-unknown-fields": True,
        }
    if isinstance(value, list):
        return {"type": "array", "items": schema_of_sample(value[0], depth + 1) if value else {}}
    named = {bool: "boolean", int: "integer", float: "number", str: "string"}
    return {"type": named[type(value)]} if type(value) in named else {}
