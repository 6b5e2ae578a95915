"""Secret and unknown values in objects: found, hidden, or shown."""

from __future__ import annotations

from typing import Any

from pulumi_everest.program.values import Secret, Unknown

HIDDEN = "<secret>"
UNKNOWN_TEXT = "<unknown>"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def marked(data: Any) -> Any:
    """The data with every value of a Kubernetes Secret as `Secret`, whoever made it; others stay as they are."""
    if isinstance(data, list):
        return [marked(item) for item in data]
    if not isinstance(data, dict):
        return data
    if data.get("kind") != "Secret" or not ("data" in data or "stringData" in data):
        return {key: marked(value) for key, value in data.items()}
    kept = dict(data)
    for key in ("data", "stringData"):
        if key in kept:
            kept[key] = _values(kept[key])
    metadata = kept.get("metadata")
    if not isinstance(metadata, dict):
        return kept
    annotations = metadata.get("annotations")
    if isinstance(annotations, dict) and _LAST_APPLIED in annotations:
        # kubectl's copy of the object holds the values once more.
        kept["metadata"] = {
            **metadata,
            "annotations": {**annotations, _LAST_APPLIED: Secret(annotations[_LAST_APPLIED])},
        }
    return kept


def _values(data: Any) -> Any:
    inner = data.value if isinstance(data, Secret) else data
    if not isinstance(inner, dict):
        return Secret(inner)
    return {key: value if isinstance(value, Secret) else Secret(value) for key, value in inner.items()}


def plain(data: Any, *, show: bool) -> Any:
    """The data as it is written: unknown values as text, and secret ones hidden unless `show`."""
    if isinstance(data, Secret):
        return plain(data.value, show=show) if show else HIDDEN
    if isinstance(data, Unknown):
        return UNKNOWN_TEXT
    if isinstance(data, dict):
        return {key: plain(value, show=show) for key, value in data.items()}
    if isinstance(data, list):
        return [plain(value, show=show) for value in data]
    return data


def count_secrets(data: Any) -> int:
    """How many secret values `marked` data has."""
    if isinstance(data, Secret):
        return 1
    if isinstance(data, dict):
        return sum(map(count_secrets, data.values()))
    return sum(map(count_secrets, data)) if isinstance(data, list) else 0
