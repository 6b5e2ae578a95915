"""Whether a component must have an odd number of replicas, or an even one beside others that count as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_everest.core.paths import parse, value_at
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.definition import ReplicaLimits


def must_be_odd(limits: ReplicaLimits, instance: Mapping[str, Any]) -> bool:
    """Whether the number of replicas must be odd, with those that count; not where it is not known what may even it."""
    beside = value_at(instance, parse(limits.even_with)) if limits.even_with is not None else None
    return limits.odd and beside is not True and not isinstance(beside, Deferred)


def counted_beside(limits: ReplicaLimits, instances: Mapping[str, Any]) -> Mapping[str, int] | None:
    """The replicas of other components that count to an odd number; None where they are not known yet."""
    found: dict[str, int] = {}
    for name in limits.odd_with or ():
        if name in instances:
            replicas = value_at(instances, (name, "replicas"))
            if not isinstance(replicas, int):
                return None
            found[name] = replicas
    return found
