"""A backup or restore of a program before it is one: its arguments checked with its cluster, and made into objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pulumi

from pulumi_everest.core.check_job import Job, JobKind
from pulumi_everest.core.merging import without_none
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.emit.wait_conditions import condition_findings
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import EverestError, Finding, did_you_mean, finding
from pulumi_everest.model.reading import plain
from pulumi_everest.resources.arguments.arguments import Arguments
from pulumi_everest.resources.candidates.cluster_reading import METADATA
from pulumi_everest.resources.candidates.known_in_preview import known_in_preview
from pulumi_everest.resources.candidates.registered import RegisteredCluster
from pulumi_everest.resources.candidates.run import Run
from pulumi_everest.workspace.plans.job_plans import JobPlan, schema_findings
from pulumi_everest.workspace.workspace import JobInput, Setup

PROGRAM_ONLY = frozenset({*METADATA, "deletionPolicy", "waitFor"})


class JobCandidate:
    """One job at work. `cluster` is the cluster that it was passed, if it was no name."""

    def __init__(
        self, kind: JobKind, arguments: Arguments, run: Run, kubernetes: object, cluster: RegisteredCluster | None
    ) -> None:
        self.kind, self.arguments, self.run, self.passed = kind, arguments, run, cluster
        self.kubernetes = kubernetes
        """The Kubernetes provider that the objects are for."""
        self.batch = run.batch
        self.cluster: RegisteredCluster | None = None
        self.policy = "delete"
        self.wait_for: str | None = None
        self.objects: list[Emitted] = []
        self.job, self.setup, self.findings = self._check(arguments.data())
        if run.wait_for_values(arguments, [entry.path for entry in self.findings if entry.code == "value.not-known"]):
            self.job, self.setup, self.findings = self._check(arguments.data())
        # Without a finding of its own a job is refused because of its cluster, which has one.
        refused = self.batch.add(self.findings) or self.job is None
        self.refused = refused or (self.cluster is not None and self.cluster.refused)
        if not self.refused:
            self._emit()
        arguments.watch(lambda data: self._check(data)[2], self.findings, self.batch.gate)
        self.batch.members.append(self.arguments)
        self.batch.clusters.append(self)

    def _check(self, data: dict[str, Any]) -> tuple[Job | None, Setup | None, list[Finding]]:
        data, found = self.arguments.read(data)
        data = plain(data, self.arguments.shape)
        metadata = without_none({key: data.get(key) for key in METADATA})
        spec = {key: value for key, value in data.items() if key not in PROGRAM_ONLY and value is not None}
        self.cluster = self._find(metadata, spec)
        if self.cluster is not None:
            found += self._place(metadata, self.cluster.input.metadata.get("namespace"))
        own = JobInput(self.kind, metadata, spec)
        own.cluster = self.cluster.input if self.cluster is not None else None
        job, setup, more = self.run.workspace.check_job(own)
        found += map(self._with_names, more)
        found += self._options(data, setup)
        self.input = own
        return job, setup, self.arguments.shown(found)

    @property
    def plan(self) -> JobPlan | None:
        """What it becomes, with what it was made of; None where it was refused."""
        if self.job is None or self.setup is None or not self.objects:
            return None
        return JobPlan(self.input, self.job, self.setup, self.objects)

    def _find(self, metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> RegisteredCluster | None:
        """The cluster of the program that the job is about."""
        if self.passed is not None:
            return self.passed
        return self.run.databases.find(spec.get("cluster"), metadata.get("namespace"), self.kubernetes)

    def _with_names(self, entry: Finding) -> Finding:
        """What is wrong with the name of a cluster, with the clusters that the program has made so far."""
        if entry.code != "backup.unknown-cluster" or entry.allowed:
            return entry
        names, wanted = self.run.databases.names, self.arguments.data().get("cluster")
        wanted = wanted if isinstance(wanted, str) else ""
        by_output = "a cluster of this program is named by its output, such as orders.name, or passed itself"
        return replace(entry, allowed=names.offered(wanted), hint=did_you_mean(wanted, names) or by_output)

    def _place(self, metadata: dict[str, Any], namespace: Any) -> list[Finding]:
        """Put the job where its cluster is."""
        own = metadata.get("namespace")
        if own is None and namespace is not None:
            metadata["namespace"] = namespace
        elif isinstance(own, str) and isinstance(namespace, str) and own != namespace:
            text = f"the {self.kind} is in the namespace of its cluster, which is '{namespace}'"
            return [finding("field.conflict", ("namespace",), text, allowed=[namespace])]
        return []

    def _options(self, data: Mapping[str, Any], setup: Setup | None) -> list[Finding]:
        """Take what decides how the objects are made, and say what is wrong with it."""
        found: list[Finding] = []
        self.policy = known_in_preview(data, "deletionPolicy", "delete", found)
        wait = known_in_preview(data, "waitFor", None, found)
        self.wait_for = wait if isinstance(wait, str) else None
        if wait is True:
            by_operator = setup is not None and not setup.technology.is_controlled
            template = setup.job_template(self.kind) if setup is not None and by_operator else None
            self.wait_for = template.wait_for if template is not None else None
            if self.wait_for is None and setup is not None:
                text = f"it is not known how to tell that this {self.kind} is done"
                found.append(finding("field.value", ("waitFor",), text))
        return [*found, *condition_findings(wait)]

    def _emit(self) -> None:
        assert self.job is not None
        assert self.setup is not None
        workspace = self.run.workspace
        try:
            self.objects = workspace.emit_job(self.job, self.setup)
            found = [*schema_findings(JobPlan(self.input, self.job, self.setup, self.objects), workspace.crds)]
        except EverestError as error:
            found = error.findings
        shown = [*self.arguments.shown(found), *self.arguments.shown(self._not_waiting())]
        self.findings += [entry for entry in shown if not entry.is_error]
        self.refused = self.batch.add(shown)

    def _not_waiting(self) -> list[Finding]:
        """A warning where the cluster may be new and is not waited for: the operator gives a job up after a while."""
        cluster = self.cluster
        if cluster is None or cluster.condition is not None or not cluster.is_made:
            return []
        text = f"the {self.kind} does not wait for the database, and fails where that is only being made"
        return [finding("backup.not-waiting", ("cluster",), text, hint="set wait_for=True at the cluster")]

    @property
    def inputs(self) -> dict[str, Any]:
        """What the component registers as its inputs: what the user wants of the job, as far as it is known at once."""
        spec = self.input.spec
        return {key: value for key, value in spec.items() if not isinstance(value, Deferred) and key != "provider"}

    # What the gate asks

    def identity(self) -> tuple[Any, ...] | None:
        """Kind, Kubernetes provider, namespace and name."""
        metadata = self.input.metadata
        name = metadata.get("name")
        if isinstance(name, Deferred) or isinstance(metadata.get("namespace"), Deferred):
            return None
        return (self.kind, self.kubernetes, metadata.get("namespace"), name)

    @property
    def title(self) -> str:
        """The resource, as findings call it."""
        return self.arguments.subject

    def twin(self, first: str | None = None) -> Finding:
        """What to say about a second job of that kind and name."""
        before = f", the first is {first}" if first is not None else ""
        text = f"there are two {self.kind}s '{self.input.metadata.get('name')}' in one namespace{before}"
        return self.arguments.shown([finding("backup.duplicate", ("name",), text)])[0]


def named(
    value: Any, field: str, found: list[Finding], kind: type[pulumi.Resource], name_of: Callable[[Any], Any]
) -> tuple[Any, pulumi.Resource | None]:
    """A name, or the name of the resource that was passed instead; and that resource."""
    if isinstance(value, kind):
        return name_of(value), value
    if isinstance(value, pulumi.Resource):
        text = f"'{field}' is a pulumi_everest.{kind.__name__} or the name of one, got {type(value).__name__}"
        found.append(finding("field.type", (field,), text))
        return Deferred((field,)), None
    return value, None
