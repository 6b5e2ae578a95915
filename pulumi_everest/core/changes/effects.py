"""Changes of fields that do nothing: no object changes, or the operator does not do what the object asks for.

Who knows the templates of a technology makes the objects (`Technology.reading`): of what was and of what is, and for a
cluster with overrides of what is without each change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pulumi_everest.core.changes.impact import Change, Impact, is_hidden
from pulumi_everest.core.changes.policies import Policies
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.exact import same
from pulumi_everest.core.merging import copied
from pulumi_everest.core.overrides import has_overrides, without_overrides
from pulumi_everest.core.paths import parse, value_at
from pulumi_everest.core.technology import Technology
from pulumi_everest.model.deferred import Path

Objects = list[dict[str, Any]]
_NOT_OF_THE_OBJECTS: Final = frozenset({"dataSource"})


def with_effect(changes: Sequence[Change], old: Snapshot, new: Snapshot, technology: Technology) -> list[Change]:
    """The changes, with impact none where they do nothing. `technology` is that of the new cluster.

    Refused ones stay refused. Where some value is secret or not known, nothing is said.
    """
    reading = technology.reading
    allowed = [change for change in changes if _may_do_nothing(change, new)]
    if reading is None or not allowed or is_hidden(new.spec) or is_hidden(old.spec):
        return list(changes)
    made, before = reading.objects(new, new.spec), reading.objects(old, old.spec)
    if made is None:
        return list(changes)
    unchanged = before is not None and same(made, before)
    return [
        _judged(change, new, technology, made, unchanged=unchanged) if change in allowed else change
        for change in changes
    ]


def _may_do_nothing(change: Change, new: Snapshot) -> bool:
    return (
        not change.is_refused
        and not change.lifted
        and not change.written
        and change.path[0] in {*new.spec, "backup", "monitoring"} - _NOT_OF_THE_OBJECTS
    )


def _judged(change: Change, new: Snapshot, technology: Technology, made: Objects, *, unchanged: bool) -> Change:
    if unchanged or _is_overridden(change, new, technology, made):
        return replace(change, impact=Impact.NONE, why="no object changes")
    field = tuple(part for part in change.path if isinstance(part, str))
    needs, main = Policies.of(technology.definition).needs(field), value_at(made[-1], ("spec",))
    if needs and not any(value_at(main, parse(path)) is True for path in needs):
        return replace(change, impact=Impact.NONE, why=f"the operator does it only with {' or '.join(needs)}")
    return change


def _is_overridden(change: Change, new: Snapshot, technology: Technology, made: Objects) -> bool:
    """Whether only overrides keep a change from the objects. What decides when a cluster is resolved does not show."""
    before = _taken_back(new.spec, change.path, change.old)
    if technology.reading is None or before is None or not has_overrides(new.spec):
        return False
    if not same(technology.reading.objects(new, before), made):
        return False
    bare = [technology.reading.objects(new, without_overrides(spec)) for spec in (new.spec, before)]
    return None not in bare and not same(bare[0], bare[1])


def _taken_back(spec: Mapping[str, Any], path: Path, old: Any) -> dict[str, Any] | None:
    """A spec without a change; None where its place is not there."""
    result: dict[str, Any] = copied(dict(spec))
    try:
        node: Any = result
        for key in path[:-1]:
            node = node[key]
        if old is None:
            del node[path[-1]]
        else:
            node[path[-1]] = copied(old)
    except (KeyError, IndexError, TypeError):
        return None
    return result
