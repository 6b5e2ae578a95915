"""What the components of one deployment share, where an engine has them made one by one, from its own process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi
from pulumi.runtime.proto import provider_pb2

from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.resources.candidates.program_lock import ProgramLocks
from pulumi_everest.resources.candidates.registered import Databases
from pulumi_everest.resources.hooks.adoption import Adoption
from pulumi_everest.resources.hooks.failed_databases import Reporter
from pulumi_everest.resources.hooks.guard import Guard
from pulumi_everest.resources.hooks.job_changes import JobChanges

if TYPE_CHECKING:
    from pulumi_everest.resources.candidates.gate import Batch
    from pulumi_everest.resources.candidates.registered import RegisteredProvider
    from pulumi_everest.resources.candidates.run import Run
    from pulumi_everest.workspace.workspace import ProviderInput

KEPT = 32
"""How many deployments a process remembers; an engine starts one process for each, a developer may attach to one."""

Key = tuple[str, str, str, bool]


@dataclass
class Deployment:
    """The Providers and clusters of one preview or update so far."""

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
    guard: Guard = field(default_factory=lambda: Guard(served=True))
    adoption: Adoption = field(default_factory=Adoption)
    reporter: Reporter = field(default_factory=Reporter)

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


class Deployments:
    """The deployments that a process serves, or served last."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, Deployment] = OrderedDict()

    def of(self, request: provider_pb2.ConstructRequest) -> Deployment:
        """The deployment that a request belongs to: each has an engine's endpoint of its own."""
        key = (request.monitorEndpoint, request.project, request.stack, request.dryRun)
        known = self._known.pop(key, None) or Deployment()
        self._known[key] = known
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return known
