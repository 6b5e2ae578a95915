"""Merging of plain data: defaults under values, and patches with each other. `emit.patch` applies patches."""

from __future__ import annotations

from typing import Any

from pulumi_everest.model.deferred import SCALARS


def over(defaults: Any, value: Any) -> Any:
    """`value` with what it leaves out taken from `defaults`; mappings are merged deeply, everything else replaces.

    None in `value` counts as left out. The result shares no mapping with the inputs.
    """
    if isinstance(value, dict) and isinstance(defaults, dict):
        merged = {key: over(below, value.get(key)) for key, below in defaults.items()}
        for key, own in value.items():
            if key not in merged and own is not None:
                merged[key] = own if own.__class__ in SCALARS else copied(own)
        return merged
    result = defaults if value is None else value
    return result if result.__class__ in SCALARS else copied(result)


def both_patches(first: Any, second: Any) -> Any:
    """One JSON merge patch that does what `first` and then `second` do; null stays, since it removes a key.

    No single patch replaces a value by a mapping: where `first` has something else and `second` a mapping, that mapping
    is merged with what the target has there.
    """
    if isinstance(first, dict) and isinstance(second, dict):
        result = {key: value for key, value in copied(first).items() if key not in second}
        return result | {key: both_patches(first.get(key), value) for key, value in second.items()}
    return copied(second)


def copied(data: Any) -> Any:
    """A copy of plain data that shares no mapping or list with it."""
    if isinstance(data, dict):
        return {key: value if value.__class__ in SCALARS else copied(value) for key, value in data.items()}
    if isinstance(data, list):
        return [value if value.__class__ in SCALARS else copied(value) for value in data]
    return data


def without_empty(data: Any) -> Any:
    """Plain data without the keys whose mapping holds nothing, at any depth."""
    if not isinstance(data, dict):
        return data
    kept = {key: without_empty(value) for key, value in data.items()}
    return {key: value for key, value in kept.items() if value != {}}


def without_none(data: Any) -> Any:
    """Plain data without the keys that are None; None in a list stays."""
    if isinstance(data, dict):
        return {key: without_none(value) for key, value in data.items() if value is not None}
    if isinstance(data, list):
        return [without_none(value) for value in data]
    return data
