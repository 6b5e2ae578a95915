"""One input as a whole: its definitions, Providers and clusters, with the plugins, checked and planned together.

YAML documents and the arguments of a program both end up here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.findings import EverestError, Finding, has_errors, sort_findings
from pulumi_everest.model.source.documents import Document
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.by_name import ByName
from pulumi_everest.workspace.checks import Checked, Checks, of_main_object
from pulumi_everest.workspace.documents import KINDS, ClusterInput, Documents, JobInput, ProviderInput, shape_for
from pulumi_everest.workspace.plans.job_plans import JobPlan
from pulumi_everest.workspace.plans.plan import Plan, Planned
from pulumi_everest.workspace.plans.plan_memory import PlanMemory
from pulumi_everest.workspace.setup import Setup
from pulumi_everest.workspace.spread import Spread, in_order
from pulumi_everest.workspace.twins import twins

if TYPE_CHECKING:
    from pulumi_everest.emit.crds import Crds

__all__ = [
    "KINDS",
    "ClusterInput",
    "JobInput",
    "JobPlan",
    "Plan",
    "Planned",
    "ProviderInput",
    "Setup",
    "Workspace",
    "shape_for",
]


_Sound = tuple[ClusterInput, Resolved, Setup]
"""A cluster of which objects can be made."""


class Workspace(Checks):
    """Everything of one input, planned. Errors of the documents themselves are in `findings` from the start.

    With `crds` the objects that are made are checked against the schemas of their kinds. Without `remarks` nothing is
    said of overrides, which takes time and is never an error. What `memory` knows of clusters that are the same is not
    found out again.
    """

    def __init__(
        self,
        plugins: Plugins,
        documents: Sequence[Document] = (),
        *,
        reconcile_by: str | None = None,
        crds: Crds | None = None,
        remarks: bool = True,
        memory: PlanMemory | None = None,
    ) -> None:
        super().__init__(plugins, Documents(documents), reconcile_by, crds, remarks=remarks)
        self._memory = memory

    def plan(self, *, partial: bool = False, objects: bool = True, spread: Spread = in_order) -> Planned:
        """Every cluster and job with its objects, or nothing but the findings if there is an error.

        A partial plan has those that have no error of their own, whatever else is wrong. Without `objects` only the
        findings are wanted, and no cluster is kept. `spread` says how clusters are gone through.
        """
        found = [*self.findings, *self._twins(), *self._job_twins(), *self._unused_providers()]
        if not objects and not self.jobs and self._memory is None:
            return self._judged(found, spread)
        checked, results = [], dict[int, Checked]()
        for cluster, result in self._checked(spread):
            resolved, setup, more = results[id(cluster)] = result
            found += more
            if resolved is not None and setup is not None and not (partial and has_errors(more)):
                checked.append((cluster, resolved, setup))
        checked_jobs, known = [], ByName(self.clusters, self.jobs)
        for own in self.jobs:
            job, setup, more = self.check_job(own, known, results)
            found += more
            if job is not None and setup is not None and not (partial and has_errors(more)):
                checked_jobs.append((own, job, setup))
        planned = Planned([], [], [])
        if partial or not has_errors(found):
            for plan, more in self._planned(checked, spread, objects=objects):
                found += more
                if plan is not None and not (partial and has_errors(more)):
                    planned.clusters.append(plan)
            for own, job, setup in checked_jobs:
                job_plan, more = self.planned_job(own, job, setup)
                found += more
                planned.jobs += [job_plan] if job_plan is not None else []
        if has_errors(found) and not partial:
            planned = Planned([], [], [])
        planned.findings = sort_findings(found)
        return planned

    def _judged(self, found: list[Finding], spread: Spread) -> Planned:
        """A plan without clusters and jobs: all findings, those of making objects only where there is no other error.

        Each cluster is checked and planned at once, so that none has to be kept.
        """
        of_objects: list[Finding] = []
        spread = spread if self.crds is None else in_order
        for more, later in spread(self._findings_of, self.clusters, done="clusters checked"):
            found += more
            of_objects += later
        return Planned([], [], sort_findings(found if has_errors(found) else [*found, *of_objects]))

    def _findings_of(self, cluster: ClusterInput) -> tuple[list[Finding], list[Finding]]:
        """What checking a cluster finds, and what making its objects finds, if that makes sense."""
        resolved, setup, found = self.check(cluster)
        if resolved is None or setup is None or has_errors(found):
            return found, []
        return found, self._made((cluster, resolved, setup), keep=False)[1]

    def _checked(self, spread: Spread) -> Iterator[tuple[ClusterInput, Checked]]:
        """Every cluster with what came out of checking it. What may be the same on another side is kept."""
        results = spread(self._checked_or_known, self.clusters, done="clusters checked")
        for cluster, (made, found, key) in zip(self.clusters, results, strict=True):
            resolved = made
            if self._memory is not None and key is not None:
                resolved = self._memory.resolved(key) if made is None else self._memory.keep(key, made)
            provider = cluster.spec.get("provider")
            setup = self.setup(provider)[0] if isinstance(provider, str) else None
            yield cluster, (resolved, setup, found)

    def _checked_or_known(self, cluster: ClusterInput) -> tuple[Resolved | None, list[Finding], str | None]:
        """A cluster resolved, or the key under which memory has it already, and all findings about it."""
        provider = cluster.spec.get("provider")
        setup, found = self._setup_for(provider) if isinstance(provider, str) else (None, [])
        if self._memory is None or setup is None:
            return *self.check(cluster)[::2], None
        key = self._memory.key(cluster, setup)
        if self._memory.resolved(key) is not None:
            return None, self._placed([*found, *of_main_object(cluster, setup)], cluster), key
        resolved, _, found = self.check(cluster)
        return resolved, found, None if found or self._broken(setup) else key

    def _planned(
        self, checked: Sequence[_Sound], spread: Spread, *, objects: bool
    ) -> Iterator[tuple[Plan | None, list[Finding]]]:
        """The plan of each cluster with what is to be said of its objects; None where they cannot be made, or need not.

        What memory has is not made again.
        """
        known = {id(r): made for _, r, _ in checked if self._memory and (made := self._memory.objects(r)) is not None}
        missing = [entry for entry in checked if id(entry[1]) not in known]
        if self.crds is not None:
            spread = in_order  # what is said once of all of them has to be remembered here
        results = iter(spread(partial(self._made, keep=objects), missing, done="clusters planned"))
        for cluster, resolved, setup in checked:
            if id(resolved) in known:
                plan = Plan(cluster, resolved, setup, known[id(resolved)])
                yield plan, self.check_objects(plan)
                continue
            own, found = next(results)
            if own is not None and self._memory is not None:
                self._memory.keep_objects(resolved, own)
            yield None if own is None else Plan(cluster, resolved, setup, own), found

    def _made(self, sound: _Sound, *, keep: bool) -> tuple[list[Emitted] | None, list[Finding]]:
        """The objects of a cluster, if they can be made and are to be kept, and what is to be said of them."""
        cluster, resolved, setup = sound
        try:
            plan = Plan(cluster, resolved, setup, self.emit(cluster, resolved, setup))
        except EverestError as error:
            return None, self._placed(error.findings, cluster)
        return plan.objects if keep else None, self.check_objects(plan)

    def _twins(self) -> Iterable[Finding]:
        return twins(self.clusters)

    def _job_twins(self) -> Iterable[Finding]:
        return twins(self.jobs)
