"""What the components of one deployment share, where an engine has them made one by one, from its own process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi
from pulumi.resource import DependencyResource
from pulumi.runtime.proto import provider_pb2

from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.resources.candidates.program_lock import ProgramLocks
from pulumi_everest.resources.candidates.registered import Databases
from pulumi_everest.resources.cluster import DatabaseCluster
from pulumi_everest.resources.engine.reach import Reach
from pulumi_everest.resources.hooks.adoption import Adoption
from pulumi_everest.resources.hooks.existence import Existence
from pulumi_everest.resources.hooks.failed_databases import Reporter
from pulumi_everest.resources.hooks.guard import Guard
from pulumi_everest.resources.hooks.job_changes import JobChanges
from pulumi_everest.resources.hooks.ownership import Ownership
from pulumi_everest.resources.hooks.preflight import Preflight
from pulumi_everest.serving.engine_link import MonitorLink
from pulumi_everest.serving.made_cluster import MadeCluster

if TYPE_CHECKING:
    from pulumi_everest.resources.candidates.gate import Batch
    from pulumi_everest.resources.candidates.registered import RegisteredProvider
    from pulumi_everest.resources.candidates.run import Run
    from pulumi_everest.workspace.workspace import ProviderInput

ANSWERED = 1.0
"""Seconds after which is looked whether the calls of a deployment that is over have come to their end."""

Key = tuple[str, str, str, bool]


@dataclass
class Deployment:
    """The Providers and clusters of one preview or update so far, and its engine."""

    link: MonitorLink
    running: int = 0
    """Calls that have not been answered yet."""
    kubernetes: dict[str, pulumi.ProviderResource] = field(default_factory=dict)
    """The stand-ins of Kubernetes providers, by reference: one for each, so that what is known of it is asked once."""
    providers: dict[str, RegisteredProvider] = field(default_factory=dict)
    inputs: dict[str, ProviderInput] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    crds: dict[str, list[pulumi.CustomResource]] = field(default_factory=dict)
    folders: dict[Path, None] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Names of the Providers by their URNs."""
    clusters: dict[tuple[str, str, str, str], tuple[str, str]] = field(default_factory=dict)
    """By kind, Kubernetes provider, namespace and name: parent and name of the resource."""
    databases: Databases = field(default_factory=Databases)
    job_changes: JobChanges = field(default_factory=JobChanges)
    locks: ProgramLocks | None = None
    reach: Reach = field(default_factory=Reach)
    guard: Guard = field(init=False)
    adoption: Adoption = field(init=False)
    reporter: Reporter = field(default_factory=Reporter)
    preflight: Preflight = field(init=False)
    existence: Existence = field(init=False)
    ownership: Ownership = field(init=False)

    def __post_init__(self) -> None:
        self.guard, self.adoption = Guard(served=True, reach=self.reach), Adoption(self.reach)
        self.preflight, self.existence = Preflight(self.reach, served=True), Existence(self.reach)
        self.ownership = Ownership(self.reach, self.guard.moves)

    def join(self, run: Run) -> None:
        """Have a run, in which one component will be made, know all the others."""
        run.providers, run.inputs, run.named, run.crds = self.providers, self.inputs, self.named, self.crds
        self.folders |= run.folders
        run.folders = self.folders
        run.databases, run.job_changes = self.databases, self.job_changes
        self.locks = self.locks or ProgramLocks()
        run.use_locks(self.locks)
        # An engine takes a hook of one name once.
        run.guard, run.adoption, run.reporter = self.guard, self.adoption, self.reporter
        # One look at the cluster serves all.
        run.reach, run.preflight, run.existence = self.reach, self.preflight, self.existence
        run.ownership = self.ownership

    def share_providers(self, options: pulumi.ResourceOptions, request: provider_pb2.ConstructRequest) -> None:
        """Have the options of a component name the same Kubernetes provider by the same object as all others do."""
        given = options.providers
        if isinstance(given, dict):
            for package, reference in request.providers.items():
                if package in given:
                    given[package] = self.kubernetes.setdefault(reference, given[package])

    def release(self, component: pulumi.Resource) -> None:
        """Let go of what only the engine's questions about a component needed, all of which have been asked.

        What backups and restores ask of a cluster stays, and takes little.
        """
        if not isinstance(component, DatabaseCluster):
            return
        candidate, urn = component._candidate, known_urn(component)
        self.databases.replace(candidate, MadeCluster(candidate, DependencyResource(urn) if urn else None))
        self.existence.forget(component._hooks.planned)
        self.guard.forget(candidate.names[0], urn or "", component._hooks.handling, candidate.program_cluster)

    def conflicts(self, request: provider_pb2.ConstructRequest, batch: Batch) -> list[Finding]:
        """What is wrong with the clusters of a batch beside those of other components."""
        found = []
        here = (request.parent, request.name)
        for cluster in batch.clusters:
            kind, _, namespace, name = cluster.identity() or (None, None, None, None)
            if isinstance(name, str) and isinstance(namespace, (str, type(None))):
                key = (str(kind), request.providers.get("kubernetes", ""), namespace or "", name)
                if self.clusters.setdefault(key, here) != here:
                    found.append(cluster.twin())
        return found

    def second(self, provider: RegisteredProvider, others: Mapping[str, RegisteredProvider]) -> list[Finding]:
        """What is wrong with a Provider beside those that were made before."""
        name = provider.text_name
        if not isinstance(name, str) or name not in others:
            return []
        return [finding("provider.duplicate", ("name",), f"there are two Providers '{name}'")]


def known_urn(resource: pulumi.Resource) -> str | None:
    """The URN of a resource that was registered; None where that failed."""
    urn = resource.urn._data
    if not urn.done() or urn.cancelled() or urn.exception() is not None:
        return None
    value = urn.result().value
    return value if isinstance(value, str) else None


class Deployments:
    """The deployments that a process serves. An engine has one or two, a developer who attaches one after the other."""

    def __init__(self) -> None:
        self._known: dict[Key, Deployment] = {}
        self._watches: set[asyncio.Task[None]] = set()

    @contextmanager
    def of(self, request: provider_pb2.ConstructRequest) -> Iterator[Deployment]:
        """The deployment that a request belongs to, until it is answered: each has an engine's endpoint of its own."""
        key = (request.monitorEndpoint, request.project, request.stack, request.dryRun)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Deployment(MonitorLink(request.monitorEndpoint))
            watch = asyncio.ensure_future(self._end(key, found))
            self._watches.add(watch)
            watch.add_done_callback(self._watches.discard)
        found.running += 1
        try:
            yield found
        finally:
            found.running -= 1

    async def _end(self, key: Key, deployment: Deployment) -> None:
        """Let go of a deployment when its engine is through with it. Its endpoint may be another's after that."""
        await deployment.link.ended()
        self._known.pop(key, None)
        while deployment.running:
            await asyncio.sleep(ANSWERED)
        await deployment.link.close()
