"""The smallest definition: one type of component with one version, one component of it, and one topology."""

from __future__ import annotations

from typing import Any

from pulumi_everest.model.definition import DatabaseClusterDefinition


def toy_definition(*changes: dict[str, Any]) -> DatabaseClusterDefinition:
    """The definition, with these entries for changes."""
    document = {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseClusterDefinition",
        "metadata": {"name": "toy"},
        "spec": {
            "componentTypes": {"db": {"versions": [{"version": "1", "image": "x:1"}]}},
            "components": {"engine": {"type": "db"}},
            "topologies": {"one": {"components": {"engine": None}}},
            **({"changes": list(changes)} if changes else {}),
        },
    }
    return DatabaseClusterDefinition.model_validate(document)
