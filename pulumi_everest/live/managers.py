"""Who writes the fields of an object: its field managers, told apart by how their names begin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_everest.core.exact import leaves

OF_PROGRAMS = ("pulumi-kubernetes", "everest")
"""What the names of those begin with who write fields in the name of a program."""
TAKEN_OVER = ("kubectl", "pulumi")
"""The same of those whose fields Pulumi's import takes over."""


def other_managers(live: Mapping[str, Any]) -> dict[str, int]:
    """Who else owns fields of the object's spec or metadata, and stays an owner, with how many.

    Not those of kubectl, whose fields Pulumi takes over, and not Pulumi's own.
    """
    found: dict[str, int] = {}
    for entry in (live.get("metadata") or {}).get("managedFields") or []:
        manager = str(entry.get("manager"))
        if entry.get("subresource") or manager.startswith(TAKEN_OVER):
            continue
        count = len(leaves(entry.get("fieldsV1") or {}))
        found[manager] = found.get(manager, 0) + count
    return found
