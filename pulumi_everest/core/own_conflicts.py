"""What the settings of a cluster say against each other, whatever the technology."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pulumi_everest.core.paths import value_at
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, did_you_mean, finding

_KEY: Final = "antiAffinityTopologyKey"


def conflict_findings(spec: Mapping[str, Any]) -> Iterator[Finding]:
    """Fields of which there can be only one, and names that must be those of something else in the cluster."""
    instances = spec.get("instances")
    for name, instance in (instances if isinstance(instances, dict) else {}).items():
        if isinstance(instance, dict):
            yield from _affinity(instance.get("scheduling"), ("instances", name, "scheduling"))
            yield from _spread(instance.get("scheduling"), ("instances", name, "scheduling"))
            yield from _budget(instance.get("podDisruptionBudget"), ("instances", name, "podDisruptionBudget"))
    yield from _archives(value_at(spec, ("backup", "storages")))


def _affinity(scheduling: Any, path: Path) -> Iterator[Finding]:
    if not isinstance(scheduling, dict):
        return
    affinity = scheduling.get("affinity")
    if affinity is not None and scheduling.get(_KEY) is not None:
        text = f"where pods run is said by 'affinity' or by '{_KEY}', not by both"
        yield finding("field.conflict", path, text, allowed=["affinity", _KEY])


def _spread(scheduling: Any, path: Path) -> Iterator[Finding]:
    """Constraints that are there twice, which no API server takes: they are told apart by these two fields."""
    seen: dict[tuple[str, str], int] = {}
    constraints = scheduling.get("topologySpreadConstraints") if isinstance(scheduling, dict) else None
    for index, constraint in enumerate(constraints if isinstance(constraints, list) else []):
        key, otherwise = value_at(constraint, ("topologyKey",)), value_at(constraint, ("whenUnsatisfiable",))
        if not isinstance(key, str) or not isinstance(otherwise, str):
            continue
        first = seen.setdefault((key, otherwise), index)
        if first != index:
            at = (*path, "topologySpreadConstraints")
            text = f"the constraint on '{key}' with whenUnsatisfiable '{otherwise}' is there twice"
            yield finding("field.duplicate", (*at, index), text, first=(*at, first))


def _budget(budget: Any, path: Path) -> Iterator[Finding]:
    fields = ["minAvailable", "maxUnavailable"]
    if isinstance(budget, dict) and all(budget.get(name) is not None for name in fields):
        text = "a budget says how many pods stay or how many may be away, not both"
        yield finding("field.conflict", path, text, allowed=fields)


def _archives(storages: Any) -> Iterator[Finding]:
    """Storages that are to take what others archive."""
    entries = [entry for entry in storages if isinstance(entry, dict)] if isinstance(storages, list) else []
    names = [entry.get("name") for entry in entries]
    known = [name for name in names if isinstance(name, str)]
    for index, entry in enumerate(entries):
        name = value_at(entry, ("pitr", "storage"))
        if isinstance(name, str) and len(known) == len(names) and name not in known:
            path: Path = ("backup", "storages", index, "pitr", "storage")
            text = f"there is no backup storage '{name}'"
            yield finding("field.value", path, text, allowed=known, hint=did_you_mean(name, known))
