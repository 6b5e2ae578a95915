"""Values that an operator's schema takes, found in the schema itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.deferred import Path

Schema = Mapping[str, Any]
_SIMPLE: Mapping[str, list[Any]] = {"string": ["probe-x"], "boolean": [True, False], "integer": [7], "number": [7]}
_LIMITS = {"enum", "pattern", "format", "minimum", "maximum", "maxLength", "minItems", "x-kubernetes-validations"}


def fitting_patch(objects: Sequence[Mapping[str, Any]], mark: Mapping[str, Any], crds: Crds) -> list[Any]:
    """Patches that set one field which the schema has wherever the patch `mark` landed in the objects.

    The field is not there yet, as long as there is such a one; those of a simple type come first. Where anything goes,
    so does the mark.
    """
    [(key, value)] = mark.items()
    places: list[tuple[Any, Schema]] = []
    for manifest in objects:
        schema = crds.schema(manifest["apiVersion"], manifest["kind"]) or {}
        places += [(node, schema_at(schema, path)) for path, node in _holding(manifest, key, value, ())]
    found = (list(_patches(places)) or list(_others(places))) if places else []
    if places and not found and all(_is_open(schema) for _, schema in places):
        return [dict(mark)]
    simple = [patch for patch in found if not isinstance(next(iter(patch.values())), (dict, list))]
    return [*simple, *(patch for patch in found if patch not in simple)][:4]


def _patches(places: list[tuple[Any, Schema]]) -> Iterator[dict[str, Any]]:
    """Patches of one field that fit all places: mappings with their schemas."""
    for name, first in (places[0][1].get("properties") or {}).items():
        if not all(name in (schema.get("properties") or {}) for _, schema in places):
            continue
        there = [node[name] for node, _ in places if name in node]
        if not there:
            samples = [sample for sample in _samples(first) if all(_takes(s, name, sample) for _, s in places)]
            yield from ({name: sample} for sample in samples)
        elif len(there) == len(places) and all(isinstance(node, dict) for node in there):
            below = [(node[name], schema["properties"][name]) for node, schema in places]
            yield from ({name: patch} for patch in _patches(below))


def _is_open(schema: Schema) -> bool:
    return not schema or bool(schema.get("x-kubernetes-preserve-unknown-fields"))


def _others(places: list[tuple[Any, Schema]]) -> Iterator[dict[str, Any]]:
    """Patches that give a simple field which is there in all places another value."""
    for name, schema in (places[0][1].get("properties") or {}).items():
        there = [node[name] for node, _ in places if name in node]
        if len(there) == len(places) and not any(isinstance(value, (dict, list)) for value in there):
            yield from ({name: sample} for sample in _samples(schema) if sample not in there)


def _takes(schema: Schema, name: str, sample: Any) -> bool:
    return sample in _samples(schema["properties"][name])


def _samples(schema: Schema) -> list[Any]:
    """A few values that a schema takes; none where it has limits that are not looked at here."""
    if schema.get("x-kubernetes-int-or-string"):
        return ["3"]
    if _LIMITS & set(schema):
        return []
    kind, below = str(schema.get("type")), schema.get("properties") or {}
    if kind == "array":
        return [[sample] for sample in _samples(schema.get("items") or {})]
    if kind != "object":
        return _SIMPLE.get(kind, [])
    other = schema.get("additionalProperties")
    if isinstance(other, Mapping):
        return [{"probe": sample} for sample in _samples(other)]
    needed = {name: _samples(below[name]) for name in schema.get("required") or () if name in below}
    if not all(needed.values()):
        return []
    whole = {name: samples[0] for name, samples in needed.items()}
    optional = next(({name: found[0]} for name, sub in below.items() if (found := _samples(sub))), {})
    return [whole or optional] if whole or optional else []


def schema_at(schema: Schema, path: Path) -> Schema:
    """The schema of a place in an object; empty where anything goes or the schema knows no such place."""
    for part in path:
        if isinstance(part, int):
            below: Any = schema.get("items")
        else:
            below = (schema.get("properties") or {}).get(part) or schema.get("additionalProperties")
        if not isinstance(below, Mapping):
            return {}
        schema = below
    return schema


def _holding(data: Any, key: str, value: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The mappings in plain data that have the key with the value."""
    if isinstance(data, dict):
        if data.get(key) == value:
            yield path, data
        for name, below in data.items():
            yield from _holding(below, key, value, (*path, name))
    elif isinstance(data, list):
        for index, below in enumerate(data):
            yield from _holding(below, key, value, (*path, index))
