"""Findings as the page shows them."""

from __future__ import annotations

from typing import Any

from pulumi_everest.model.findings import Finding, allowed_text
from pulumi_everest.review.inputs.sources import Sources


def finding_data(entry: Finding, sources: Sources | None = None) -> dict[str, Any]:
    """A finding as data: its keys as `--format json` has them, what is allowed as a text, the line of its source."""
    data = {**entry.as_data(), "subject": entry.subject or None, "allowedText": allowed_text(entry.allowed)}
    line = sources.line(entry) if sources is not None else None
    if line is not None:
        data["excerpt"] = line[:400]
    return data
