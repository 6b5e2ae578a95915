"""Fields that newer versions of an operator have at another place: what stands in the old one goes along.

An API server drops a field that its definition lacks without a word, and with it what the field kept as it is, such as
the type of a Service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_everest.core.paths import value_at
from pulumi_everest.model.plugin_files.object_settings import MovedField
from pulumi_everest.model.values.versions import version_key


def lacking(manifest: Mapping[str, Any], moved: Sequence[MovedField], operator: Any) -> Iterator[MovedField]:
    """Those that an object has and that the operator version does not; none where that is not known."""
    if isinstance(operator, str):
        for one in moved:
            if version_key(operator) >= version_key(one.since) and value_at(manifest, _path(one.from_)) is not None:
                yield one


def move_fields(manifest: dict[str, Any], moved: Sequence[MovedField], operator: Any) -> tuple[MovedField, ...]:
    """Put what an object has in such fields where the operator version has them; what is there already wins.

    Gives the fields that it had something in.
    """
    found = tuple(lacking(manifest, moved, operator))
    for one in found:
        *above, last = _path(one.from_)
        holder = value_at(manifest, tuple(above))
        value = holder.pop(last)
        if one.to is not None:
            _put(manifest, _path(one.to), value)
    return found


def _put(manifest: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    holder = manifest
    for part in path[:-1]:
        holder = holder.setdefault(part, {})
        if not isinstance(holder, dict):
            return  # not known yet, as a whole
    holder.setdefault(path[-1], value)


def _path(text: str) -> tuple[str, ...]:
    return tuple(text.split("."))
