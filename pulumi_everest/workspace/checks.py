"""The clusters and jobs of an input, checked one by one, and the objects that each becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pulumi_everest.core.check_job import Job
from pulumi_everest.core.overrides import has_overrides
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.requests import request_findings
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.everest import cluster_object
from pulumi_everest.emit.objects import Emitted, emit
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import EverestError, Finding, finding, has_errors, located
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.by_name import ByName
from pulumi_everest.workspace.documents import ClusterInput, Documents, JobInput
from pulumi_everest.workspace.plans import job_plans as jobs
from pulumi_everest.workspace.plans.job_plans import JobPlan
from pulumi_everest.workspace.plans.plan import Plan
from pulumi_everest.workspace.setup import Setup
from pulumi_everest.workspace.technologies import Technologies
from pulumi_everest.workspace.typed_config import with_typed_config

if TYPE_CHECKING:
    from pulumi_everest.emit.crds import Crds

Checked = tuple[Resolved | None, Setup | None, list[Finding]]
"""What came out of checking a cluster: it, resolved, what its Provider leads to, and all findings about it."""


class Checks(Technologies):
    """Checks the clusters and jobs of an input, and makes their objects.

    With `crds` the objects that are made are checked against the schemas of their kinds. Without `remarks` nothing is
    said of overrides, which takes time and is never an error.
    """

    def __init__(
        self,
        plugins: Plugins,
        read: Documents,
        reconcile_by: str | None = None,
        crds: Crds | None = None,
        *,
        remarks: bool = True,
    ) -> None:
        super().__init__(plugins, read, reconcile_by)
        self.crds = crds
        self.clusters, self.jobs = read.clusters, read.jobs
        self._remarks = remarks
        self._without_schema: set[str] = set()
        for cluster in self.clusters:
            self._type_config(cluster)
        self.findings += plugins.findings if plugins.levels else []

    def _type_config(self, cluster: ClusterInput) -> None:
        provider = cluster.spec.get("provider")
        setup = self.setup(provider)[0] if isinstance(provider, str) else None
        if setup is not None and cluster.document is not None:
            cluster.spec = with_typed_config(cluster.spec, setup.technology.definition, cluster.document)

    # Clusters

    def check(self, cluster: ClusterInput) -> Checked:
        """A cluster resolved, with all its findings, placed in its input."""
        provider = cluster.spec.get("provider")
        if isinstance(provider, Deferred):
            found = []
            if provider.source is not None:
                text = "the provider decides what the cluster is, so it must be known in a preview"
                found = [finding("value.not-known", ("provider",), text)]
            return None, None, self._placed(found, cluster)
        setup, found = self._setup_for(str(provider))
        if setup is None:
            return None, None, self._placed(found, cluster)
        resolved, more = check_cluster(
            cluster.metadata, cluster.spec, setup.technology,
            options=cluster.options, secrets=cluster.secrets, lock=cluster.lock,
        )  # fmt: skip
        more = [entry for entry in more if not _follows(entry, cluster.spec, self._broken(setup))]
        if resolved is not None:
            # Not one of the checks of fields: a search for a cluster tries one field after the other.
            more += request_findings(cluster.spec, resolved)
            if not has_errors(more):
                more += _filling_findings(resolved, setup)
        return resolved, setup, self._placed([*found, *more, *of_main_object(cluster, setup)], cluster)

    def _placed(self, found: Iterable[Finding], cluster: ClusterInput | JobInput) -> list[Finding]:
        own = [_in_input(entry, cluster.prefix) for entry in found]
        return located(own, cluster.locate, cluster.subject, cluster.namespace)

    # Jobs

    def check_job(
        self, job: JobInput, known: ByName | None = None, checked: Mapping[int, Checked] | None = None
    ) -> tuple[Job | None, Setup | None, list[Finding]]:
        """A backup or restore with its cluster, and all findings about it, placed in its input.

        Whoever checks several gives what they have in common: the input by name, and what came out of checking its
        clusters, by their identity.
        """
        known = known or ByName(self.clusters, self.jobs)
        cluster, found = jobs.find_cluster(job, known)
        resolved, sound = None, True
        if cluster is not None:
            resolved, setup, problems = (checked or {}).get(id(cluster)) or self.check(cluster)
            sound = not has_errors(problems)
            if resolved is None or setup is None:
                return None, None, []  # what is wrong with its cluster has been said
        elif not isinstance(job.spec.get("provider"), str):
            return None, None, self._placed(found, job)
        else:
            setup, problems = self._setup_for(job.spec["provider"])
            found += [entry for entry in problems if setup is None]
            if setup is None:
                return None, None, self._placed(found, job)
        made, more = jobs.checked(job, setup, resolved, sound=sound)
        found += more
        if made is not None and job.kind == "restore":
            backups = known.backups(made.metadata.get("namespace"), made.spec.get("backup"))
            found += jobs.mismatches(made, [(other, self._setup_of(other, known)) for other in backups])
        return made, setup, self._placed(found, job)

    def _setup_of(self, job: JobInput, known: ByName) -> Setup | None:
        cluster, _ = jobs.find_cluster(job, known)
        provider = cluster.spec.get("provider") if cluster is not None else job.spec.get("provider")
        return self.setup(provider)[0] if isinstance(provider, str) else None

    def emit_job(self, job: Job, setup: Setup) -> list[Emitted]:
        """The objects of a job. Raises EverestError where there is no plugin or a template fails."""
        return jobs.emitted(job, setup, self.plugins.names)

    def planned_job(self, own: JobInput, job: Job, setup: Setup) -> tuple[JobPlan | None, list[Finding]]:
        """A job with its objects, if they can be made, and what is to be said of them."""
        try:
            plan = JobPlan(own, job, setup, self.emit_job(job, setup))
        except EverestError as error:
            return None, self._placed(error.findings, own)
        return plan, self._placed(jobs.schema_findings(plan, self.crds), own)

    # Objects

    def emit(self, cluster: ClusterInput, resolved: Resolved, setup: Setup) -> list[Emitted]:
        """The objects of a resolved cluster. Raises EverestError where there is no plugin or a template fails."""
        technology, plugin = setup.technology, setup.plugin
        if technology.is_controlled:
            secrets: list[Emitted] = []
            if resolved.secrets and plugin is not None:
                secrets = [o for o in emit(resolved, plugin.template) if o.manifest.get("kind") == "Secret"]
            return [*secrets, cluster_object(cluster.metadata, cluster.spec, resolved)]
        if plugin is None:
            raise EverestError([setup.no_plugin(self.plugins.names)])
        return [*emit(resolved, plugin.template), *jobs.filling_of(resolved, setup)]

    def check_objects(self, plan: Plan) -> list[Finding]:
        """What is to be said of the objects of a cluster, placed in its input: by CRDs, and of its overrides."""
        return [*self._of_overrides(plan), *self.check_schemas(plan)]

    def _of_overrides(self, plan: Plan) -> list[Finding]:
        """What overrides do to fields and images beside them."""
        if not self._remarks or plan.setup.plugin is None or not has_overrides(plan.resolved.spec):
            return []
        from pulumi_everest.workspace.plans.override_findings import override_findings

        return self._placed(override_findings(plan, partial(self._made_of, plan)), plan.cluster)

    def check_schemas(self, plan: Plan) -> list[Finding]:
        """What the CRDs say against the objects of a cluster, placed in its input; nothing where none are given."""
        if self.crds is None:
            return []
        from pulumi_everest.workspace.plans.schema_findings import schema_findings

        found = schema_findings(plan, self.crds, partial(self._made_of, plan), self._without_schema)
        return self._placed(found, plan.cluster)

    def _made_of(self, plan: Plan, resolved: Resolved) -> list[Emitted]:
        """The objects of a cluster with another spec."""
        return self.emit(replace(plan.cluster, spec=resolved.spec), resolved, plan.setup)


def _in_input(entry: Finding, prefix: Path) -> Finding:
    """A finding about a spec, or the metadata beside it, with its path in what the user wrote."""
    if entry.place is not None or entry.subject:
        return entry
    if entry.path[:1] == ("metadata",):
        return entry if prefix else replace(entry, path=entry.path[1:])
    return entry.at(prefix)


def _filling_findings(resolved: Resolved, setup: Setup) -> list[Finding]:
    """What is wrong with how a new cluster is to be filled."""
    try:
        made = jobs.filling(resolved, setup)
    except EverestError as error:
        return list(error.findings)
    return made[2] if made is not None else []


def of_main_object(cluster: ClusterInput, setup: Setup) -> Iterable[Finding]:
    """What is about the operator's object, where a controller makes that one: nothing would hand it on."""
    if not setup.technology.is_controlled:
        return
    who = "with reconcileBy: everest a controller makes the operator's object"
    if cluster.metadata.get("finalizers") is not None:
        path: Path = ("metadata", "finalizers") if cluster.prefix else ("finalizers",)
        text = (
            f"{who}, and finalizers here would keep the DatabaseCluster from being deleted, since nothing removes them"
        )
        found = finding("field.conflict", path, text, hint="leave 'finalizers' out, or set reconcileBy: pulumi")
        yield from located([found], cluster.locate, cluster.subject, cluster.namespace)
    if "volumePolicy" in cluster.options:
        text = f"{who}, and a DatabaseCluster does not say what becomes of the volumes"
        yield finding(
            "field.conflict", ("volumePolicy",), text, hint="leave 'volumePolicy' out, or set reconcileBy: pulumi"
        )


def _follows(entry: Finding, spec: Mapping[str, Any], broken: Sequence[Path]) -> bool:
    """Whether a cluster misses only what was set aside of its definition, where it is a finding already."""
    aside = {
        place[2] for place in broken if len(place) > 2 and place[1] in ("componentTypes", "components", "topologies")
    }
    if entry.code == "cluster.unused-version":
        return bool(aside)
    return entry.code in _MISSES and (not aside.isdisjoint(entry.path) or str(value_at(spec, entry.path)) in aside)


_MISSES = frozenset(
    {
        "cluster.unknown-topology", "cluster.unknown-component", "cluster.component-not-in-topology",
        "cluster.unknown-type", "cluster.unknown-version",
    }
)  # fmt: skip
