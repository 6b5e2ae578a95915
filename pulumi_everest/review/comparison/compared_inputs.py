"""An input compared with another one: its clusters, what became of them, its objects, and what they take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulumi_everest.core.changes.compare import ChangeSet
from pulumi_everest.model.source.collector import collector_paused
from pulumi_everest.model.source.packed import PackedDocuments
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.review.capacity.measure import Measured, Summed
from pulumi_everest.review.capacity.sums import Sums
from pulumi_everest.review.clusters import Compared
from pulumi_everest.review.comparison.by_plugin import mark
from pulumi_everest.review.comparison.impacts import compare_clusters
from pulumi_everest.review.comparison.object_diff import Difference, compare
from pulumi_everest.review.comparison.pairing import pairs_of
from pulumi_everest.review.comparison.revision import FormerInput, gather_before
from pulumi_everest.review.comparison.side_by_side import SideBySide, Sides, Wanted
from pulumi_everest.review.inputs.compact_items import CompactItem
from pulumi_everest.review.inputs.crd_files import crd_files, schemas
from pulumi_everest.review.inputs.gather import Gathered, about_all, add_groups, all_checked, gather
from pulumi_everest.review.inputs.one_by_one import Documents

if TYPE_CHECKING:
    from pulumi_everest.review.clusters import Lifting
    from pulumi_everest.review.inputs.paths import Inputs
    from pulumi_everest.review.options import Options


@dataclass
class Differing:
    """What differs between two inputs without errors."""

    objects: list[Difference] = field(default_factory=list)
    clusters: list[Compared] = field(default_factory=list)


class InMemory:
    """Compares what has been gathered of both sides: all of their objects are there at once."""

    def __init__(self, gathered: Gathered, options: Options) -> None:
        self.gathered, self._options = gathered, options

    def differing(self, before: FormerInput, liftings: Sequence[Lifting]) -> Differing:
        """What differs."""
        former, known = before.gathered, self.gathered.known_clusters
        objects = compare(former.items, self.gathered.items, before.operators)
        clusters = compare_clusters(former.known_clusters, known, liftings)
        mark(objects, clusters, former.groups, self.gathered.groups)
        return Differing(objects, clusters)

    def measured(self, before: Gathered | None) -> Measured | Summed:
        """What both sides take."""
        return Measured(before.groups if before is not None else None, self.gathered.groups, self._options.plugins)


class OfDocuments(InMemory):
    """Compares two inputs that are documents and nothing else, cluster by cluster, so that none of them is kept.

    `before` gathers the older side, and with it the newer one, which was given. `wanted` says what is wanted of each
    cluster, where there are so many on both sides.
    """

    def __init__(self, inputs: Inputs, options: Options, wanted: Callable[[int], Wanted]) -> None:
        super().__init__(Gathered(), options)
        self._inputs, self._wanted = inputs, wanted
        self._sides: Sides | None = None

    def before(self, against: str, paths: Sequence[str]) -> FormerInput:
        """The older side. `gathered` is the newer one then, whatever became of the older."""
        known = list[Gathered]()
        former = gather_before(against, paths, self._options, gather=lambda *side: self._gather(known, *side))
        self.gathered = known[0] if known else gather(self._inputs, self._options)
        return former

    def _gather(self, known: list[Gathered], inputs: Inputs, options: Options) -> Gathered:
        packed, former = self._inputs.documents, inputs.documents
        if inputs.programs or not (isinstance(packed, PackedDocuments) and isinstance(former, PackedDocuments)):
            known.append(gather(self._inputs, self._options))
            return gather(inputs, options)
        now, was = Gathered.of(self._inputs), Gathered.of(inputs)
        with crd_files(self._options.crds, now.findings) as files, collector_paused():
            after = Documents(packed, self._options, Plugins(self._options.plugins), schemas(files, now.findings))
            before = Documents(former, options, Plugins(options.plugins), None)
            about_all(after, packed, now)
            about_all(before, former, was)
            pairs = pairs_of(before.workspace, after.workspace)
            wanted = self._wanted(sum(None not in pair for pair in pairs))
            sides = self._sides = SideBySide(before, after, pairs, wanted).sides(self._options.spread)
            add_groups(after, now, sides.after, self._inputs.texts, apart=wanted.apart)
            add_groups(before, was, sides.before, inputs.texts, apart=wanted.apart)
        for sums, gathered in zip(sides.sums, (was, now), strict=True):
            gathered.left_out = sides.left_out
            if sides.left_out:  # what of these is due to clusters that are left out is not known
                gathered.groups = [group for group in gathered.groups if group.kind in ("cluster", "other")]
            others = [group for group in gathered.groups if group.cluster is None]
            sums.merge(Sums.of(wanted.counter.taken(others) if wanted.counter is not None else ()))
        known.append(all_checked(now, self._options))
        return all_checked(was, options)

    def differing(self, before: FormerInput, liftings: Sequence[Lifting]) -> Differing:
        """What differs. Objects that are on one side of their cluster may be on the other side of another one."""
        if self._sides is None:
            return super().differing(before, liftings)
        clusters, settled = [], dict[int, Difference]()
        for was, now, told in self._sides.told:
            assert was.cluster is not None  # they are groups of clusters
            assert now.cluster is not None
            changes = ChangeSet(now.cluster.snapshot.name, told.changes, told.unneeded)
            clusters.append(Compared(now.cluster, changes, was.cluster, told.causes))
            for item, (kind, fields, own) in zip(now.items, told.objects, strict=True):
                if kind != "created":
                    settled[id(item)] = Difference(kind, item, fields, own)
        items = self.gathered.items
        gone = [item for item in before.gathered.items if not isinstance(item, CompactItem) or item.is_packed]
        others = iter(compare(gone, [item for item in items if id(item) not in settled]))
        objects = [settled[id(item)] if id(item) in settled else next(others) for item in items]
        return Differing([*objects, *others], clusters)

    def measured(self, before: Gathered | None) -> Measured | Summed:
        """What both sides take."""
        if self._sides is None:
            return super().measured(before)
        was, now = self._sides.sums
        return Summed(was if before is not None else None, now)
