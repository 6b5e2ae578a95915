"""Documents gone through cluster by cluster: of each stays what somebody keeps of it, and what is to be said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from pulumi_everest.model.source.packed import PackedDocuments
from pulumi_everest.review.inputs.foreign import misspelt
from pulumi_everest.review.locks.files import LockFiles, folder_of_file
from pulumi_everest.workspace.one_by_one import OneByOne, Seen
from pulumi_everest.workspace.spread import Ahead, in_order

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_everest.emit.crds import Crds
    from pulumi_everest.model.findings import Finding
    from pulumi_everest.model.lock import Lock
    from pulumi_everest.plugins.find import Plugins
    from pulumi_everest.review.inputs.compact_items import Compact
    from pulumi_everest.review.inputs.groups import Group
    from pulumi_everest.review.options import Options
    from pulumi_everest.workspace.plans.plan import Planned


class Documents:
    """The clusters of packed documents, with their locks; `workspace` is what looks at them."""

    def __init__(self, documents: PackedDocuments, options: Options, plugins: Plugins, crds: Crds | None) -> None:
        self._locks, self._options = LockFiles(options), options
        self.workspace = OneByOne(
            plugins,
            documents,
            reconcile_by=options.reconcile_by,
            crds=crds,
            remarks=not options.is_past,
            lock=lambda cluster: self._locks.apply([cluster]),
        )
        self._locks.read_for(self._names())

    def gone_through(self, keep: Compact | None) -> list[Group]:
        """What is kept of each cluster, in their order."""
        # What is said once of all of them has to be remembered here.
        spread = self._options.spread if self.workspace.crds is None else in_order
        kept, numbers = [], self.workspace.numbers
        ahead = Ahead(lambda some: self._seen(some, keep), numbers)
        for seen in spread(ahead, range(len(numbers)), done="clusters checked"):
            self.workspace.add(seen)
            kept += [seen.kept] if seen.kept is not None else []
        return kept

    def groups_around(self, groups: Sequence[Group], planned: Planned, texts: Mapping[str, str]) -> Iterator[Group]:
        """All groups of the input, in the order in which they are shown. `groups` are those of its clusters."""
        from pulumi_everest.review.inputs.document_groups import groups_around

        providers = [group.about["provider"] for group in groups]
        yield from groups_around(self.workspace, texts, providers, groups, planned.jobs, {})

    @property
    def of_locks(self) -> list[Finding]:
        """What is wrong with lock files."""
        return self._locks.findings

    def _seen(self, numbers: Sequence[int], keep: Compact | None) -> list[Seen]:
        singles = self.workspace.look(numbers)
        if keep is None:
            return [self.workspace.seen(single) for single in singles]
        from pulumi_everest.review.inputs.document_groups import cluster_group

        groups = [cluster_group(single.plan) if single.plan is not None else None for single in singles]
        kept = [keep(group) if group is not None else None for group in groups]
        return [self.workspace.seen(single, own) for single, own in zip(singles, kept, strict=True)]

    def lock_of(self, number: int) -> Lock | None:
        """What its lock says of the cluster of a document."""
        name = self.name_of(number)
        return self._locks.of(folder_of_file(self.workspace.documents.file(number)), name) if name is not None else None

    def _names(self) -> Iterator[tuple[Path, str]]:
        """The clusters, each by the folder of its lock and its name."""
        folder_of, documents = cache(folder_of_file), self.workspace.documents
        for number in self.workspace.numbers:
            name = self.name_of(number)
            if name is not None:
                yield folder_of(documents.file(number)), name

    def name_of(self, number: int) -> str | None:
        """What a lock calls the cluster of a document."""
        head = self.workspace.documents.packed(number).head
        return f"{head.namespace or 'default'}/{head.name}" if head.name is not None else None

    def of_foreign(self) -> list[Finding]:
        """What is to be said of documents of other API groups."""
        return [entry for document in self.workspace.foreign for entry in misspelt(document)]
