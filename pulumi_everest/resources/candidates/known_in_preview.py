"""Arguments that decide how objects are made, and so must be known in a preview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import Finding, finding


def known_in_preview(data: Mapping[str, Any], field: str, default: Any, found: list[Finding]) -> Any:
    """A field that decides how the objects are made; what is wrong where it is not known goes to `found`."""
    value = data.get(field)
    if isinstance(value, Deferred):
        if value.source is not None:
            text = f"'{field}' decides how the objects are made, so it must be known in a preview"
            found.append(finding("value.not-known", (field,), text))
        return default
    return default if value is None else value
