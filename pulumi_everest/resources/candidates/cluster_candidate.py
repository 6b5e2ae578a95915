"""A cluster of a program before it is one: read, made into objects, and a member of its batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pulumi

from pulumi_everest.adoption.program_cluster import ProgramCluster
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.emit.names import suffix
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.resources.arguments.arguments import Arguments
from pulumi_everest.resources.candidates.cluster_objects import (
    ClusterObjects,
    condition_of,
    conditions_of,
    make_objects,
    place_of,
)
from pulumi_everest.resources.candidates.cluster_reading import Checked, late_findings, read_cluster
from pulumi_everest.resources.candidates.program_lock import Recorder
from pulumi_everest.resources.candidates.registered import RegisteredProvider
from pulumi_everest.resources.candidates.run import Run
from pulumi_everest.resources.hooks.stored_state import inputs_of
from pulumi_everest.workspace.connection import Connection
from pulumi_everest.workspace.plans.plan import Plan
from pulumi_everest.workspace.workspace import ClusterInput


class ClusterCandidate:
    """One cluster at work. `kubernetes` is the Kubernetes provider that its objects are for, once that is known.

    `names` are the names of its resource: the one that it has, and former ones.
    """

    def __init__(self, arguments: Arguments, run: Run, names: Sequence[str]) -> None:
        self.arguments, self.run, self.names = arguments, run, names
        self.kubernetes: object = None
        self.component: pulumi.Resource | None = None
        self.batch = run.batch
        self._recorder = Recorder(names[0])
        self.checked = self._read(arguments.data())
        # A turn of the loop, if something must be known that is not.
        if run.wait_for_values(arguments, self.checked.undecided):
            self.checked = self._read(arguments.data())
        # Without a finding of its own, a cluster is not resolved because of its Provider, which has one.
        self.refused = self.batch.add(self.checked.findings) or self.checked.resolved is None
        self._objects = ClusterObjects() if self.refused else self._make()
        arguments.watch(self._check_late, self.checked.findings, self.batch.gate)
        self.batch.members.append(self.arguments)
        self.batch.clusters.append(self)

    def _read(self, data: dict[str, Any]) -> Checked:
        lock = self.run.locks.of(self.names)
        checked = read_cluster(self.arguments, data, self.run.workspace, lock)
        if isinstance(checked.cluster.spec.get("provider"), str):
            self.run.named.add(checked.cluster.spec["provider"])
        definition = checked.setup.technology.definition if checked.setup is not None else None
        self._recorder.note(checked.resolved, lock, definition)
        return checked

    def _make(self) -> ClusterObjects:
        made = make_objects(self.checked, self.run.workspace)
        shown = self.arguments.shown(made.findings)
        self.checked.findings += [entry for entry in shown if not entry.is_error]
        self.refused = self.batch.add(shown)
        return ClusterObjects() if self.refused else made

    def _check_late(self, data: dict[str, Any]) -> list[Finding]:
        """The findings of the check of what is known now, when the objects are made."""
        now = self._read(data)
        late = [] if self.refused else late_findings(self.arguments, self.checked, now, self.run.workspace)
        return [*now.findings, *late]

    # What it becomes

    @property
    def input(self) -> ClusterInput:
        """The cluster as far as it could be read."""
        return self.checked.cluster

    @property
    def objects(self) -> list[Emitted]:
        """Its objects; none where it was refused."""
        return self._objects.objects

    @property
    def plan(self) -> Plan | None:
        """What it becomes, with what it was made of; None where it was refused."""
        resolved, setup = self.checked.resolved, self.checked.setup
        if resolved is None or setup is None or not self.objects:
            return None
        return Plan(replace(self.input, subject=self.arguments.subject), resolved, setup, self.objects)

    @property
    def main(self) -> dict[str, Any] | None:
        """The main object; None where the cluster was refused."""
        return self._objects.main

    @property
    def is_made(self) -> bool:
        """Whether it becomes objects."""
        return bool(self._objects.objects)

    @property
    def is_filled(self) -> bool:
        """Whether a restore fills the new database."""
        return self._objects.is_filled

    @property
    def connection(self) -> Connection | None:
        """How clients sign in, where that was asked for."""
        return self._objects.connection

    @property
    def former_types(self) -> dict[int, list[str]]:
        """The API versions that its objects had, by their place."""
        return self._objects.former

    @property
    def conditions(self) -> dict[int, Any]:
        """What the Kubernetes provider is to wait for of its objects, by their place."""
        return conditions_of(self.checked, self._objects)

    @property
    def condition(self) -> Any:
        """What the Kubernetes provider is to wait for, in its words; a `Deferred` where that is not known yet."""
        return condition_of(self.checked, self._objects)

    @property
    def manifest(self) -> PluginManifest | None:
        """What the plugin of the cluster says about itself, if there is a plugin."""
        return self.checked.setup.technology.manifest if self.checked.setup else None

    @property
    def emitting(self) -> PluginManifest | None:
        """The same, if the main object is the operator's and not one for a controller."""
        setup = self.checked.setup
        return self.manifest if setup is not None and not setup.technology.is_controlled else None

    def existing(self, entry: Emitted) -> str | None:
        """How the engine calls an object that must be there to be taken over: one that holds data. None for others."""
        if not self.checked.adopt or self._is_beside(entry) or entry.when_ready:
            return None
        return place_of(entry, self.input.metadata)

    def may_exist(self, manifest: Mapping[str, Any]) -> bool:
        """Whether an object is taken over where it is there, and made where it is not.

        So it is with what stands beside the data, as the operator's users may have done without it: Secrets of given
        values, ConfigMaps, Services. A restore that fills a database is no part of one that exists.
        """
        if not self.checked.adopt:
            return False
        kind = (manifest["apiVersion"], manifest["kind"])
        beside = (entry.manifest for entry in self.objects if self._is_beside(entry))
        return kind == ("v1", "Secret") or any((own["apiVersion"], own["kind"]) == kind for own in beside)

    @staticmethod
    def _is_beside(entry: Emitted) -> bool:
        return not entry.when_ready and not entry.main and not entry.keeps_data

    @property
    def provider(self) -> RegisteredProvider | None:
        """The Provider resource of the cluster, if the program made one."""
        return self.run.providers.get(str(self.input.spec.get("provider")))

    def secrets(self) -> dict[str, dict[str, Any]]:
        """The Secrets that are made of given values, by what the names of their resources add to its own."""
        name = self.input.metadata.get("name")
        return {suffix(entry, name): entry.manifest for entry in self._objects.secrets()}

    def secret_names(self) -> set[str]:
        """The names of all Secrets that are made for it, as far as they are known."""
        names = [entry.manifest["metadata"].get("name") for entry in self._objects.secrets()]
        names += [self.connection.name] if self.connection is not None else []
        return {name for name in names if isinstance(name, str)}

    def inputs(self) -> dict[str, Any]:
        """What the component keeps of the cluster; nothing of one that is not made."""
        made = self.program_cluster()
        connection = self.connection.name if self.connection is not None else None
        return inputs_of(made.snapshot, made.allow, self.secrets(), connection) if made is not None else {}

    def program_cluster(self) -> ProgramCluster | None:
        """The cluster as it is made; None for one that is not."""
        main, resolved, setup = self.main, self.checked.resolved, self.checked.setup
        if self.refused or main is None or resolved is None or setup is None:
            return None
        snapshot = Snapshot.of(resolved, setup.technology, main, {"deletionPolicy": self.checked.policy})
        return ProgramCluster(main, snapshot, setup, self.run.workspace, self.input.secrets, self.checked.allow)

    # What the gate asks

    def identity(self) -> tuple[Any, ...] | None:
        """Kubernetes provider, namespace and name."""
        metadata = self.input.metadata
        name = metadata.get("name")
        return None if name is None else ("cluster", self.kubernetes, _known(metadata.get("namespace")), _known(name))

    @property
    def title(self) -> str:
        """The resource, as findings call it."""
        return self.arguments.subject

    def twin(self, first: str | None = None) -> Finding:
        """What to say about a second cluster of that name."""
        before = f", the first is {first}" if first is not None else ""
        metadata = self.input.metadata
        name, namespace = metadata.get("name"), metadata.get("namespace")
        shown = f" '{name}'" if isinstance(name, str) else ""
        where = f"namespace '{namespace}'" if isinstance(namespace, str) else "the same namespace"
        entry = finding("cluster.duplicate", ("name",), f"there are two clusters{shown} in {where}{before}")
        return self.arguments.shown([entry])[0]


def _known(value: Any) -> Any:
    """A value to compare: two outputs are the same value if they are the same output."""
    return id(value.source.output) if isinstance(value, Deferred) and value.source is not None else value
