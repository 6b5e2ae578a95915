"""Requests over limits: said of what a cluster is after presets and defaults, at the value that its user can mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_everest.core.paths import value_at
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.values.scalars import quantity_value

_FROM = {"preset": "the preset's", "topology": "the topology's", "plugin": "the plugin's"}


def request_findings(spec: Mapping[str, Any], resolved: Resolved) -> Iterator[Finding]:
    """Each request that is over its limit, which no API server takes. `spec` is what the user wrote."""
    for name, instance in resolved.spec["instances"].items():
        yield from _over(spec, resolved, instance, ("instances", name), name)
    for key, block in resolved.spec.items():  # blocks that have resources of their own
        if key != "instances" and isinstance(block, dict):
            yield from _over(spec, resolved, block, (key,), None)


def _over(
    spec: Mapping[str, Any], resolved: Resolved, part: Mapping[str, Any], where: Path, component: str | None
) -> Iterator[Finding]:
    resources = part.get("resources")
    if not isinstance(resources, dict):
        return
    requests, limits = resources.get("requests"), resources.get("limits")
    if not isinstance(requests, dict) or not isinstance(limits, dict):
        return
    for kind in requests:
        asked, most = requests[kind], limits.get(kind)
        if not isinstance(asked, str) or not isinstance(most, str) or quantity_value(asked) <= quantity_value(most):
            continue
        said = {side: value_at(spec, (*where, "resources", side, kind)) is not None for side in ("requests", "limits")}
        side = "requests" if said["requests"] else "limits" if said["limits"] else None
        origins = {
            other: resolved.origin(component, ("resources", other, kind)) if component else None
            for other in ("requests", "limits")
        }
        request = f"{_FROM.get(origins['requests'] or '', 'the')} request of {asked}"
        limit = f"{_FROM.get(origins['limits'] or '', 'the')} limit of {most}"
        path = (*where, "resources", *((side, kind) if side else ()))
        yield finding("field.conflict", path, f"{request} for {kind} is over {limit}", of_key=False)
