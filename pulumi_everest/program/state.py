"""The clusters of a stack as its state has them: what `pulumi stack export` writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.resources.engine import tokens
from pulumi_everest.resources.hooks.stored_state import snapshot_of


@dataclass(frozen=True)
class StoredCluster:
    """A cluster in a state: its stack, the name of its resource, and what it was made as, if that is recorded."""

    stack: str
    name: str
    snapshot: Snapshot | None


def clusters_of_state(text: str | bytes) -> list[StoredCluster]:
    """The clusters of an exported state. Raises ValueError, with what is wrong, for any other text."""
    try:
        data = json.loads(text)
    except ValueError:
        raise ValueError("this is not JSON") from None
    deployment = data.get("deployment") if isinstance(data, dict) else None
    resources = deployment.get("resources", []) if isinstance(deployment, dict) else None
    if not isinstance(resources, list):
        raise ValueError("this is not what 'pulumi stack export' writes")
    return list(_clusters(resources))


def _clusters(resources: list[Any]) -> Iterator[StoredCluster]:
    for entry in resources:
        if not isinstance(entry, Mapping) or entry.get("type") != tokens.CLUSTER or entry.get("delete"):
            continue
        parts = str(entry.get("urn")).split("::")
        stack = parts[0].removeprefix("urn:pulumi:")
        inputs = entry.get("inputs")
        # A value that was known late stands in the state as it is, unless it is encrypted.
        snapshot = snapshot_of(inputs if isinstance(inputs, Mapping) else None, lambda value: value)
        yield StoredCluster(stack, parts[-1], snapshot)
