"""JSON merge patches (RFC 7396) over emitted objects, of which parts may not be known yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_everest.core.merging import copied
from pulumi_everest.model.deferred import Computed, Deferred, leaves_of, substitute


def patched(target: Any, patch: Any) -> Any:
    """`target` after a JSON merge patch; the result shares nothing with the patch, and `target` is changed.

    A value of the patch that is not known yet takes the place of what it meets. Where that is a mapping, or where a
    mapping of the patch meets a value that is not known yet, the part waits: both may turn out to be mappings. A
    value that is not known yet is never taken for null.
    """
    if not isinstance(patch, dict):
        return copied(patch)
    result = target if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
            continue
        there = result.get(key)
        if isinstance(value, Deferred):
            result[key] = _later(there, value, value) if isinstance(there, dict) else value
        elif isinstance(there, Deferred) and isinstance(value, dict):
            result[key] = _later(there, value, there)
        else:
            result[key] = patched(there, value)
    return result


def _later(target: Any, patch: Any, unknown: Deferred) -> Computed:
    def compute(known: Mapping[Deferred, Any]) -> Any:
        return patched(copied(substitute(target, known)), substitute(patch, known))

    return Computed(leaves_of(unknown), compute)
