"""The overrides of a cluster: patches of its main object, and of the parts of it that its components become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def has_overrides(spec: Mapping[str, Any]) -> bool:
    """Whether a cluster has a patch of its object, or of the part of a component."""
    instances = spec.get("instances")
    parts = instances.values() if isinstance(instances, dict) else ()
    return bool(spec.get("overrides")) or any(isinstance(part, dict) and part.get("overrides") for part in parts)


def without_overrides(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A cluster without any patch: what its fields alone say."""
    parts = spec.get("instances") or {}
    instances = {name: {k: v for k, v in (part or {}).items() if k != "overrides"} for name, part in parts.items()}
    return {**{key: value for key, value in spec.items() if key != "overrides"}, "instances": instances}
