"""Scalars of `config` in YAML, typed by the definition's schemas: text as it was written where a schema wants text."""

from __future__ import annotations

from typing import Any

from pulumi_everest.core.paths import value_at
from pulumi_everest.core.technology import Definition
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.shapes import Shape
from pulumi_everest.model.source.documents import Document


def with_typed_config(spec: dict[str, Any], definition: Definition, document: Document) -> dict[str, Any]:
    """The spec with the scalars of its `config` as the definition's schemas want them: text as it was written."""
    chosen = value_at(spec, ("topology", "type")) or definition.default_topology
    schemas: list[tuple[Path, Any]] = [(("config",), definition.config_schema())]
    if isinstance(chosen, str) and chosen in definition.spec.topologies:
        schemas.append((("topology", "config"), definition.topology_schema(chosen)))
    instances = spec.get("instances")
    for name in instances if isinstance(instances, dict) else {}:
        if name in definition.spec.components:
            schemas.append((("instances", name, "config"), definition.component_schema(name)))
    for path, schema in schemas:
        given = value_at(spec, path)
        if schema is not None and isinstance(given, dict):
            typed = _texts(given, schema.shape, document, ("spec", *path))
            if typed != given:
                spec = _replaced(spec, path, typed)
    return spec


def _replaced(data: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """The data with another value at a path that is there. It is not changed."""
    key = str(path[0])
    return {**data, key: value if len(path) == 1 else _replaced(data[key], path[1:], value)}


def _texts(value: Any, shape: Shape, document: Document, path: Path) -> Any:
    if isinstance(value, dict):
        return {key: _texts(below, shape.at(key), document, (*path, key)) for key, below in value.items()}
    if isinstance(value, list):
        return [_texts(below, shape.at(i), document, (*path, i)) for i, below in enumerate(value)]
    if shape.kind == "text" and not isinstance(value, str):
        written = document.text_at(path)
        return value if written is None else written
    return value
