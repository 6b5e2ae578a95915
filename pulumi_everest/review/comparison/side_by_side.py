"""Documents compared with what they were, cluster by cluster: both sides of one are planned, compared and let go of.

What stays of a cluster is its names, its objects in little room, and what differs, which many clusters share. Those
that are made of the same on both sides are planned once.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pulumi_everest.review.capacity.sums import Sums
from pulumi_everest.review.comparison.by_plugin import by_plugin
from pulumi_everest.review.comparison.causes import cause
from pulumi_everest.review.comparison.compact_clusters import CompactCluster, CompactClusters, compact_cluster, moved
from pulumi_everest.review.comparison.impacts import compare_clusters
from pulumi_everest.review.comparison.object_diff import Change, compare
from pulumi_everest.review.comparison.pairing import Pair
from pulumi_everest.review.inputs.document_groups import cluster_group
from pulumi_everest.review.inputs.groups import Group
from pulumi_everest.workspace.one_by_one import JustRead, Seen, Single
from pulumi_everest.workspace.setup_digest import SetupDigests
from pulumi_everest.workspace.spread import Ahead, in_order

if TYPE_CHECKING:
    from pulumi_everest.review.capacity.taken import Counter
    from pulumi_everest.review.clusters import Lifting
    from pulumi_everest.review.inputs.one_by_one import Documents
    from pulumi_everest.workspace.spread import Spread


@dataclass(frozen=True)
class Wanted:
    """What is wanted of each cluster: guards that are lifted, its objects, who its changes come from, what it takes.

    With `apart` a cluster with an error on one side is left out on both, so that the others can be compared.
    """

    liftings: Sequence[Lifting] = ()
    objects: bool = True
    causes: bool = False
    counter: Counter | None = None
    apart: bool = False


@dataclass
class Told:
    """What differs between the sides of a cluster; of many clusters it is the same, and then there is one of it.

    `objects` has for each object what happens to it, its fields that differ, and of these the ones that another plugin
    makes of the cluster as it was.
    """

    changes: list[Any]
    unneeded: tuple[str, ...]
    causes: tuple[str, ...] | None
    objects: list[tuple[Any, list[Change], list[Change]]]


@dataclass
class _Both:
    """The sides of a cluster: what was seen of each, and a `Told`, pickled, where there are both.

    `left_out` says that one of them has an error. The first of those that were looked at together has the sums of all
    of them.
    """

    before: Seen | None
    after: Seen | None
    told: bytes | None
    sums: Sequence[Sums] = ()
    left_out: bool = False


@dataclass
class Sides:
    """The clusters of both sides as groups, in the order of their documents, and what differs between two of these."""

    before: list[Group] = field(default_factory=list)
    after: list[Group] = field(default_factory=list)
    told: list[tuple[Group, Group, Told]] = field(default_factory=list)
    sums: tuple[Sums, Sums] = field(default_factory=lambda: (Sums(), Sums()))
    left_out: list[str] = field(default_factory=list)
    """The clusters that are in none of the others, by namespace/name."""


class SideBySide:
    """The documents of both sides, which are gone through together."""

    def __init__(self, before: Documents, after: Documents, pairs: Sequence[Pair], wanted: Wanted) -> None:
        self._before, self._after, self._pairs, self._wanted = before, after, pairs, wanted
        self._digests = SetupDigests()
        self._known: dict[bytes, Told] = {}
        self._twins = _twins(before, after, pairs) if wanted.apart else set()

    def sides(self, spread: Spread) -> Sides:
        """Everything of both sides; what is to be said of it is then known to the documents."""
        if self._after.workspace.crds is not None:
            spread = in_order  # what is said once of all of them has to be remembered here
        pairs = self._pairs
        former, later = CompactClusters(self._before.workspace), CompactClusters(self._after.workspace)
        sides, before = Sides(), list[tuple[int, Group]]()
        looked_at = spread(Ahead(self._looked_at, pairs), range(len(pairs)), done="clusters compared")
        for pair, both in zip(pairs, looked_at, strict=True):
            sides.left_out += [self._name(pair)] if both.left_out else []
            was, now = former.group(both.before), later.group(both.after)
            if both.before is not None and was is not None:
                before.append((both.before.number, was))
            if now is not None:
                sides.after.append(now)
            if was is not None and now is not None and both.told is not None:
                sides.told.append((was, now, self._shared(both.told)))
            for mine, more in zip(sides.sums, both.sums, strict=False):
                mine.merge(more)
        sides.before = [group for _, group in sorted(before, key=lambda entry: entry[0])]
        return sides

    def _name(self, pair: Pair) -> str:
        """What a cluster is called now, or was."""
        was, now = pair
        documents, number = (self._after, now) if now is not None else (self._before, was)
        assert number is not None  # it is on one side at least
        return str(documents.name_of(number))

    def _shared(self, told: bytes) -> Told:
        if told not in self._known:
            self._known[told] = pickle.loads(told)  # noqa: S301 - from here, or from a process of our own
        return self._known[told]

    # Some of them, perhaps in another process

    def _looked_at(self, pairs: Sequence[Pair]) -> list[_Both]:
        read: JustRead = {}
        after = _look(self._after, [now for _, now in pairs], read)
        same = [self._is_same(was, single) for (was, _), single in zip(pairs, after, strict=True)]
        former_only = [None if twice else was for (was, _), twice in zip(pairs, same, strict=True)]
        before = _look(self._before, former_only, read)
        out = [self._is_left_out(*all_of) for all_of in zip(pairs, before, after, strict=True)]
        later = [None if wrong else _group(single) for single, wrong in zip(after, out, strict=True)]
        former = [
            now if twice else None if wrong else _group(was)
            for was, now, twice, wrong in zip(before, later, same, out, strict=True)
        ]
        found = []
        for (number, _), twice, was, now, groups, wrong in zip(
            pairs, same, before, after, zip(former, later, strict=True), out, strict=True
        ):
            kept_before, kept_after, told = self._kept(*groups)
            seen_before = self._before.workspace.seen(was, kept_before) if was is not None else None
            if twice and now is not None and number is not None:
                seen_before = self._mirrored(now, number, kept_before)
            seen_after = self._after.workspace.seen(now, kept_after) if now is not None else None
            found.append(_Both(seen_before, seen_after, told, left_out=wrong))
        if self._wanted.counter is not None and found:
            found[0].sums = [_sums(self._wanted.counter, side) for side in (former, later)]
        return found

    def _is_left_out(self, pair: Pair, was: Single | None, now: Single | None) -> bool:
        """Whether a cluster has an error on one side, which leaves it out on both."""
        return self._wanted.apart and (
            pair in self._twins or any(one is not None and one.is_wrong for one in (was, now))
        )

    def _mirrored(self, single: Single, number: int, kept: CompactCluster | None) -> Seen:
        """What is kept of a cluster that was what another document makes of it."""
        place = self._before.workspace.place(number, ("metadata", "name"))
        return self._before.workspace.seen(
            replace(single, number=number), moved(kept, place) if kept is not None else None
        )

    def _is_same(self, number: int | None, now: Single | None) -> bool:
        """Whether a cluster was made of all that it is made of, and nothing is to be said of it."""
        if number is None or now is None or now.plan is None or not now.is_silent:
            return False
        one, other = self._before.workspace.documents.packed(number), self._after.workspace.documents.packed(now.number)
        if one is not other and one.data != other.data:
            return False
        setup = self._before.workspace.setup(now.plan.setup.technology.provider)[0]
        if setup is None:
            return False
        lock = self._before.lock_of(number)
        return self._digests.of(setup, lock) == self._digests.of(now.plan.setup, now.plan.cluster.lock)

    def _kept(
        self, was: Group | None, now: Group | None
    ) -> tuple[CompactCluster | None, CompactCluster | None, bytes | None]:
        """What is kept of both sides, and what differs between them, if both are there."""
        if was is None or now is None:
            sides = [compact_cluster(one, compared=False) if one is not None else None for one in (was, now)]
            return sides[0], sides[1], None
        told, alone = self._told(was, now)
        packed = None if self._wanted.objects else alone
        return (
            compact_cluster(was, packed=alone, compared=True),
            compact_cluster(now, packed=packed, compared=True),
            told,
        )

    def _told(self, was: Group, now: Group) -> tuple[bytes, set[int]]:
        """What differs between two sides, pickled, and the identities of the objects that only one of them has."""
        assert was.cluster is not None  # they are groups of clusters
        assert now.cluster is not None
        (compared,) = compare_clusters([was.cluster], [now.cluster], self._wanted.liftings)
        changes = compared.changes.changes
        causes = tuple(cause(one, was.cluster, now.cluster) for one in changes) if self._wanted.causes else None
        differences = compare(was.items, now.items)
        own = by_plugin(was, now, self._digests) if self._wanted.causes and changes else {}
        objects = [
            (one.kind, one.changes, own.get(one.item.key, []) if one.kind == "changed" else [])
            for one in differences[: len(now.items)]
        ]
        told = Told(changes, compared.changes.unneeded, causes, objects)
        alone = {id(one.item) for one in differences if one.kind in ("created", "removed")}
        return pickle.dumps(told, pickle.HIGHEST_PROTOCOL), alone


def _twins(before: Documents, after: Documents, pairs: Sequence[Pair]) -> set[Pair]:
    """The pairs with a cluster that has the name and namespace of another one of its side."""
    found = set[Pair]()
    for side, numbers in ((before, [was for was, _ in pairs]), (after, [now for _, now in pairs])):
        known: dict[str | None, list[Pair]] = {}
        for pair, number in zip(pairs, numbers, strict=True):
            if number is not None:
                known.setdefault(side.name_of(number), []).append(pair)
        found.update(pair for alike in known.values() if len(alike) > 1 for pair in alike)
    return found


def _look(side: Documents, numbers: Sequence[int | None], read: JustRead) -> list[Single | None]:
    singles = iter(side.workspace.look([number for number in numbers if number is not None], read))
    return [None if number is None else next(singles) for number in numbers]


def _group(single: Single | None) -> Group | None:
    return cluster_group(single.plan) if single is not None and single.plan is not None else None


def _sums(counter: Counter, groups: Sequence[Group | None]) -> Sums:
    """What all of these take."""
    return Sums.of(counter.taken(group for group in groups if group is not None))
