"""The annotation by which a stack knows the objects that it has made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

MARK: Final = "everest.percona.com/pulumi-resource"


def without_mark(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata without the mark, which says nothing about the object itself."""
    annotations = metadata.get("annotations")
    if not isinstance(annotations, Mapping) or MARK not in annotations:
        return dict(metadata)
    rest = {key: value for key, value in annotations.items() if key != MARK}
    others = {key: value for key, value in metadata.items() if key != "annotations"}
    return {**others, **({"annotations": rest} if rest else {})}
