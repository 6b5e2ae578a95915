"""A cluster of before with the defaults that its definition has got since.

A field that a newer definition adds to a config schema is in no cluster that was stored before: what it does there is
its default, so that is no change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.config_schema.schema import ConfigSchema
from pulumi_everest.core.technology import Definition


def with_defaults(cluster: Snapshot, definition: Definition) -> Snapshot:
    """The cluster with the defaults of config schemas where it says nothing."""
    spec = dict(cluster.spec)
    spec["instances"] = {
        name: _filled(part, definition.component_schema(name) if name in definition.spec.components else None)
        for name, part in (spec.get("instances") or {}).items()
    }
    topology = spec.get("topology")
    if isinstance(topology, Mapping) and topology.get("type") in definition.spec.topologies:
        spec["topology"] = _filled(topology, definition.topology_schema(topology["type"]))
    return replace(cluster, spec=_filled(spec, definition.config_schema()))


def _filled(part: Any, schema: ConfigSchema | None) -> Any:
    """A part of a cluster with its `config` filled; as it is where that is no mapping, or there is nothing to fill."""
    config = part.get("config") if isinstance(part, Mapping) else None
    if schema is None or not isinstance(part, Mapping) or not (config is None or isinstance(config, dict)):
        return part
    filled = schema.filled(config or {})
    return {**part, "config": filled} if filled and filled != config else part
