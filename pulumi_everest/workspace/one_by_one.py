"""An input whose clusters are read, checked and planned one at a time, so that none of them has to be kept.

Whoever goes through them makes of each what is wanted of it, and lets go of the rest. What concerns all of them, twins
and jobs, is said at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import EverestError, Finding, Place, has_errors, sort_findings
from pulumi_everest.model.source.packed import PackedDocuments
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.by_name import ByName
from pulumi_everest.workspace.checks import Checked, Checks
from pulumi_everest.workspace.documents import ClusterInput, Documents, JobInput, cluster_of
from pulumi_everest.workspace.plans.plan import Plan, Planned
from pulumi_everest.workspace.setup import Setup
from pulumi_everest.workspace.twins import twins

if TYPE_CHECKING:
    from pulumi_everest.emit.crds import Crds

Key = tuple[Any, Any]
JustRead = dict[bytes, ClusterInput]
"""Clusters by the data of their documents, without what is known of them in one input only."""


@dataclass
class Single:
    """What is to be said of one cluster: of its document, of the cluster, and of its objects; and its plan, if any."""

    number: int
    of_document: list[Finding] = field(default_factory=list)
    of_cluster: list[Finding] = field(default_factory=list)
    of_objects: list[Finding] = field(default_factory=list)
    cluster: ClusterInput | None = None
    resolved: Resolved | None = None
    plan: Plan | None = None

    @property
    def is_silent(self) -> bool:
        """Whether nothing is to be said of it."""
        return self.plan is not None and not (self.of_document or self.of_cluster or self.of_objects)

    @property
    def is_wrong(self) -> bool:
        """Whether it has an error, or nothing could be made of it."""
        return self.plan is None or has_errors([*self.of_document, *self.of_cluster, *self.of_objects])


@dataclass
class Seen:
    """What is kept of each cluster: its name and Provider, what is to be said of it, and what was made of its plan.

    `resolved` is there where a job names the cluster. None of it holds on to the rest.
    """

    number: int
    of_document: list[Finding]
    of_cluster: list[Finding]
    of_objects: list[Finding]
    key: Key | None = None
    subject: str = ""
    provider: Any = None
    resolved: Resolved | None = None
    kept: Any = None


class OneByOne(Checks):
    """The clusters of packed documents, by the numbers of these. `lock` lets a cluster know what its lock says."""

    def __init__(
        self,
        plugins: Plugins,
        documents: PackedDocuments,
        *,
        reconcile_by: str | None = None,
        crds: Crds | None = None,
        remarks: bool = True,
        lock: Callable[[ClusterInput], None] | None = None,
    ) -> None:
        read = Documents(documents, clusters_later=True)
        super().__init__(plugins, read, reconcile_by, crds, remarks=remarks)
        self.documents, self.numbers, self._lock = documents, read.later, lock
        self._named = {(job.metadata.get("namespace"), job.spec["cluster"]) for job in self.jobs if _names_one(job)}
        self._of_documents: list[Finding] = []
        self._of_clusters: list[Finding] = []
        self._of_objects: list[Finding] = []
        self._known: list[tuple[int, Key, str, Any]] = []
        self._resolved: dict[int, tuple[Resolved | None, list[Finding]]] = {}

    def look(self, numbers: Sequence[int], just_read: JustRead | None = None) -> list[Single]:
        """Clusters, checked and planned. Objects are made where that makes sense: where a cluster has no error.

        Several are taken through one step after the other, which is a third faster than one through all steps. With
        `just_read` a document is not read that another input has too, and it gets those that are read here.
        """
        singles = [self._read(number, just_read) for number in numbers]
        setups = [self._checked_one(single) for single in singles]
        for single, setup in zip(singles, setups, strict=True):
            if setup is not None:
                self._plan(single, setup)
        return singles

    def _read(self, number: int, just_read: JustRead | None) -> Single:
        document, data = self.documents[number], self.documents.packed(number).data
        twin = just_read.get(data) if just_read is not None else None
        cluster, wrong = (twin.of_twin(document), []) if twin is not None else cluster_of(document)
        if just_read is not None and cluster is not None and twin is None and not wrong:
            just_read[data] = replace(cluster)
        if cluster is not None:
            self._type_config(cluster)
            if self._lock is not None:
                self._lock(cluster)
        return Single(number, wrong, cluster=cluster)

    def _checked_one(self, single: Single) -> Setup | None:
        """Check a cluster. Gives what its Provider leads to where objects can be made of it."""
        if single.cluster is None:
            return None
        single.resolved, setup, single.of_cluster = self.check(single.cluster)
        wrong = has_errors([*single.of_document, *single.of_cluster])
        return None if single.resolved is None or wrong else setup

    def _plan(self, single: Single, setup: Setup) -> None:
        cluster, resolved = single.cluster, single.resolved
        assert cluster is not None  # nothing is planned that was not checked
        assert resolved is not None
        try:
            plan = Plan(cluster, resolved, setup, self.emit(cluster, resolved, setup))
        except EverestError as error:
            single.of_objects = self._placed(error.findings, cluster)
            return
        single.plan, single.of_objects = plan, self.check_objects(plan)

    def seen(self, single: Single, kept: Any = None) -> Seen:
        """What stays of a cluster, with what was made of it."""
        found = Seen(single.number, single.of_document, single.of_cluster, single.of_objects, kept=kept)
        if single.cluster is not None:
            found.key, found.subject = single.cluster.key, single.cluster.subject
            found.provider = single.cluster.spec.get("provider")
            found.resolved = single.resolved if found.key in self._named else None
        return found

    def place(self, number: int, path: Path, *, of_value: bool = False) -> Place:
        """The place of a path in a document."""
        return self.documents[number].place(path, of_value=of_value)

    # All of them

    def add(self, seen: Seen) -> None:
        """Take what is to be said of the next cluster."""
        self._of_documents += seen.of_document
        self._of_clusters += seen.of_cluster
        self._of_objects += seen.of_objects
        if seen.key is not None:
            self._known.append((seen.number, seen.key, seen.subject, seen.provider))
            if seen.key in self._named:
                self._resolved[seen.number] = seen.resolved, seen.of_cluster

    def finished(self, *, apart: bool = False) -> Planned:
        """All findings, and the jobs where there is no error. Those of objects count where there is no other.

        With `apart` they also count where all errors are of clusters alone.
        """
        self._known.sort(key=lambda entry: entry[0])
        shared = [*self.findings, *twins(self.jobs), *self._unused_providers()]
        found = [*shared, *self._of_documents, *self._twins(), *self._of_clusters]
        clusters = [self._short(*entry) for entry in self._known] if self.jobs else []
        known, checked = ByName(clusters, self.jobs), self._checked(clusters)
        made = []
        for own in self.jobs:
            job, setup, more = self.check_job(own, known, checked)
            found += more
            shared += more
            made += [(own, job, setup)] if job is not None and setup is not None else []
        planned = Planned([], [], [])
        sound, alone = not has_errors(found), not (has_errors(shared) or self._has_nameless())
        if sound or (apart and alone):
            found += self._of_objects
        if sound:
            for own, job, setup in made:
                plan, more = self.planned_job(own, job, setup)
                found += more
                alone = alone and not has_errors(more)
                planned.jobs += [plan] if plan is not None else []
        planned.jobs = [] if has_errors(found) else planned.jobs
        planned.findings, planned.of_clusters_alone = sort_findings(found), alone
        return planned

    def _has_nameless(self) -> bool:
        """Whether it is not known of some cluster which one it is: its name or namespace is missing, or wrong."""
        wrong = [entry for entry in (*self._of_documents, *self._of_clusters) if entry.is_error]
        heads = (self.documents.packed(number).head for number in self.numbers)
        return any(_is_of_name(entry.path) for entry in wrong) or any(head.name is None for head in heads)

    def _twins(self) -> Iterator[Finding]:
        """Clusters of one name; of others nothing is made again."""
        counts = Counter(key for _, key, _, _ in self._known if isinstance(key[1], str))
        yield from twins(self._short(*entry) for entry in self._known if counts[entry[1]] > 1)

    def _short(self, number: int, key: Key, subject: str, provider: Any) -> ClusterInput:
        """A cluster as far as others ask about it."""
        metadata = {"namespace": key[0], "name": key[1]}
        locate = partial(self.place, number)
        return ClusterInput(metadata, {"provider": provider}, prefix=("spec",), subject=subject, locate=locate)

    def _checked(self, clusters: Sequence[ClusterInput]) -> dict[int, Checked]:
        """What came of the clusters that jobs name, by their identity."""
        checked = dict[int, Checked]()
        for (number, _, _, provider), cluster in zip(self._known, clusters, strict=False):
            if number in self._resolved:
                resolved, found = self._resolved[number]
                setup = self.setup(provider)[0] if isinstance(provider, str) else None
                checked[id(cluster)] = resolved, setup, found
        return checked


def _names_one(job: JobInput) -> bool:
    return isinstance(job.spec.get("cluster"), str)


def _is_of_name(path: Path) -> bool:
    return path[:2] in ((), ("metadata",), ("metadata", "name"), ("metadata", "namespace"))
