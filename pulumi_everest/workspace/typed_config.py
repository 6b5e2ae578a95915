"""Scalars of `config` in YAML, typed by the definition's schemas: text as it was written where a schema wants text."""

from __future__ import annotations

from typing import Any

from pulumi_everest.core.merging import over
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
    copied = over({}, spec)
    for path, schema in schemas:
        owner = value_at(copied, path[:-1])
        if schema is not None and isinstance(owner, dict) and isinstance(owner.get(path[-1]), dict):
            owner[path[-1]] = _texts(owner[path[-1]], schema.shape, document, ("spec", *path))
    return copied  # type: ignore[no-any-return]


def _texts(value: Any, shape: Shape, document: Document, path: Path) -> Any:
    if isinstance(value, dict):
        return {key: _texts(below, shape.at(key), document, (*path, key)) for key, below in value.items()}
    if isinstance(value, list):
        return [_texts(below, shape.at(i), document, (*path, i)) for i, below in enumerate(value)]
    if shape.kind == "text" and not isinstance(value, str):
        written = document.text_at(path)
        return value if written is None else written
    return value
