"""When a component must have an odd number of replicas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_everest.core.paths import parse, value_at
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.definition import ReplicaLimits


def must_be_odd(limits: ReplicaLimits, instance: Mapping[str, Any]) -> bool:
    """Whether the number of replicas of a component must be odd; not where it is not known what may make it even."""
    beside = value_at(instance, parse(limits.even_with)) if limits.even_with is not None else None
    return limits.odd and beside is not True and not isinstance(beside, Deferred)
