"""From emitted objects back to Pulumi: deferred values become the outputs they came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from pulumi_everest.model.deferred import SCALARS, Computed, Deferred, find, holds_deferred, leaves_of
from pulumi_everest.model.findings import EverestError
from pulumi_everest.resources.engine.errors import ClusterError, redacted


def joined(data: Any) -> Any:
    """Emitted data with an output for every deferred value in it. What is plain stays plain, and the same."""
    if data.__class__ in SCALARS or not holds_deferred(data):
        return data
    if isinstance(data, dict):
        return {key: joined(value) for key, value in data.items()}
    if isinstance(data, list):
        return [joined(value) for value in data]
    if isinstance(data, Computed):
        return _computed(data)
    return data.source.result if isinstance(data, Deferred) else data


def _computed(value: Computed) -> pulumi.Output[Any]:
    """The output of a value that is computed when all that it needs is known."""
    needs = leaves_of(value)

    def compute(values: list[Any]) -> Any:
        known: Mapping[Deferred, Any] = dict(zip(needs, values, strict=True))
        try:
            result = value.compute(known)
        except EverestError as error:
            hide = any(need.source.secret for need in needs)
            raise ClusterError(map(redacted, error.findings) if hide else error.findings, late=True) from None
        result = _plain(result)
        return pulumi.Output.from_input(joined(result)) if any(find(result)) else result

    return pulumi.Output.all(*(need.source.result for need in needs)).apply(compute)


def _plain(value: Any) -> Any:
    """Nothing for a value, or a part of it, that turned out to be absent."""
    from pulumi_everest.expressions.absent import ABSENT, without_absent

    return None if value is ABSENT else without_absent(value)
