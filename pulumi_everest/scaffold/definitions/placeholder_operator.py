"""The operator that a plugin begins with of which there is no definition yet."""

from __future__ import annotations

from typing import Any

from pulumi_everest.scaffold.definitions.crd_files import NO_VERSION, Kind, Source
from pulumi_everest.scaffold.definitions.samples import Sample


def placeholder_operator(name: str) -> tuple[Source, Sample]:
    """A kind with what nearly every database has: an image, replicas, resources and a volume."""
    word = "".join(part.capitalize() for part in name.split("-"))
    amounts = {"type": "object", "additionalProperties": {"x-kubernetes-int-or-string": True}}
    spec: dict[str, Any] = {
        "type": "object",
        "properties": {
            "image": {"type": "string"},
            "replicas": {"type": "integer", "minimum": 1},
            "resources": {"type": "object", "properties": {"requests": amounts, "limits": amounts}},
            "storage": {
                "type": "object",
                "properties": {"size": {"type": "string"}, "storageClassName": {"type": "string"}},
            },
        },
    }
    status = {"type": "object", "properties": {"state": {"type": "string"}, "message": {"type": "string"}}}
    schema = {"type": "object", "properties": {"spec": spec, "status": status}}
    group, plural = f"{name}.example.com", f"{word.lower()}s"
    versions = [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}]
    definition = {
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": word, "plural": plural},
            "scope": "Namespaced",
            "versions": versions,
        },
    }
    kind = Kind(group, word, plural, "v1", schema, {NO_VERSION: (f"{group}/v1", schema)})
    source = Source({f"{plural}.{group}": kind}, [definition], {NO_VERSION: [definition]})
    return source, Sample()
