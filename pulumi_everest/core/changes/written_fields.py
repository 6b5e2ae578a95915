"""Fields as they reach the database: what overrides write, and what templates make of a field that is left out.

Who knows the templates of a technology reads that from the objects (`Technology.reading`). It costs some milliseconds,
so it is asked only where overrides or a guarded field change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from pulumi_everest.core.changes.impact import Change
from pulumi_everest.core.changes.policies import Policies
from pulumi_everest.core.changes.quantities import same_amount
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.changes.spec_differences import Difference, differences
from pulumi_everest.core.exact import same
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.technology import Reading, Technology
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import path_text


class Reached(NamedTuple):
    """Two clusters as they reach their databases, and what differs between their specs."""

    old: Snapshot
    new: Snapshot
    differences: list[Difference]


def reached(old: Snapshot, new: Snapshot, technology: Technology) -> Reached:
    """Both clusters with the fields that their overrides write, if that can make a difference."""
    found, reading = list(differences(old.spec, new.spec)), technology.reading
    if reading is None or old.definition != new.definition:
        return Reached(old, new, found)
    policies = Policies.of(technology.definition)
    if any(_matters(difference, policies) for difference in found):
        before, after = reading.reached(old), reading.reached(new)
        if before is not old or after is not new:
            return Reached(before, after, list(differences(before.spec, after.spec)))
    return Reached(old, new, found)


def _matters(difference: Difference, policies: Policies) -> bool:
    """Whether a difference is one of overrides, of what decides what there is, or of a guarded field."""
    field = difference.field
    whole = bool(difference.parts) or difference.reordered
    return whole or "overrides" in field or field[0] == "topology" or policies.guards(field)


def reached_differences(clusters: Reached, technology: Technology) -> Iterator[Difference]:
    """What differs between two specs; a field that is not the same everywhere in the object place by place."""
    old, new, found = clusters
    policies, apart = Policies.of(technology.definition), {*old.several, *new.several}
    for difference in found:
        if difference.path not in apart:
            yield from _with_made(difference, old, new, technology.reading, policies)
    for path in sorted(apart, key=str):
        field = tuple(part for part in path if isinstance(part, str))
        was, now = value_at(old.spec, path), value_at(new.spec, path)
        before, after = old.several.get(path, {}), new.several.get(path, {})
        for place in dict.fromkeys([*after, *before]):
            one, other = before.get(place, was), after.get(place, now)
            known = not isinstance(one, Deferred) and not isinstance(other, Deferred)
            if known and not same(one, other) and not same_amount(field, one, other):
                yield Difference(path, f"{path_text(path)}[{place}]", field, one, other)


def _with_made(
    difference: Difference, old: Snapshot, new: Snapshot, reading: Reading | None, policies: Policies
) -> Iterator[Difference]:
    """A difference with what the templates make of a guarded field that one of the clusters leaves out."""
    field, was, now = difference.path, difference.old, difference.new
    alone = (was is None) != (now is None) and not difference.parts and not difference.reordered
    if reading is not None and alone and field[0] == "instances" and policies.guards(difference.field):
        was = reading.emitted(old, field) if was is None else was
        now = reading.emitted(new, field) if now is None else now
        if same(was, now) or same_amount(difference.field, was, now):
            return
    inferred = field in old.inferred or field in new.inferred
    if inferred and reading is not None and not reading.shows(new, field, was, bare=True):
        return
    yield replace(difference, old=was, new=now)


def placed(change: Change, cluster: Snapshot) -> Change:
    """The change with its place in the overrides of what the cluster is to be, if these write the field."""
    if not cluster.written:
        return change
    holders = (change.path[:depth] for depth in range(len(change.path), 0, -1))
    return by_overrides(change, next((cluster.written[path] for path in holders if path in cluster.written), None))


def by_overrides(change: Change, place: Path | None) -> Change:
    """A change that stands in overrides; the same where there is no place."""
    return change if place is None else replace(change, written=place)
