"""A cluster of a program before it is one: its arguments checked, resolved and made into objects."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_everest.adoption.made import Made
from pulumi_everest.core.changes.compare import check_allow
from pulumi_everest.core.changes.secret_changes import Around, names_in
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.merging import without_none
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.emit.templates.texts import filled
from pulumi_everest.expressions.environment import Scope
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import EverestError, Finding, finding
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.model.reading import plain
from pulumi_everest.resources.arguments.received import Given
from pulumi_everest.resources.candidates.program_lock import Recorder
from pulumi_everest.resources.candidates.run import Run
from pulumi_everest.resources.children.children import suffix
from pulumi_everest.resources.engine.provider_settings import SECRETS_IN_PLACE, says
from pulumi_everest.resources.hooks.adoption import both, check_adoption
from pulumi_everest.resources.hooks.preview_look import Planned
from pulumi_everest.resources.hooks.stored_state import inputs_of
from pulumi_everest.workspace.connection import Connection, check_connection, check_wait_for, connection_of
from pulumi_everest.workspace.given_secrets import (
    check_secrets,
    late_secrets,
    may_hold_secrets,
    name_secrets,
    split_secrets,
    unused_secrets,
)
from pulumi_everest.workspace.workspace import ClusterInput, Plan, Setup

if TYPE_CHECKING:
    from pulumi_everest.resources.provider import Provider

METADATA = ("name", "namespace", "labels", "annotations", "finalizers")
PROGRAM_ONLY = frozenset(
    {
        *METADATA, "users", "adopt", "deletionPolicy", "volumePolicy", "waitFor", "connectionSecret", "allow",
    }
)  # fmt: skip


@dataclass
class Checked:
    """The result of one check: the cluster as far as it could be read and resolved, and the findings.

    `undecided` are the places of values that decide what exists, or may do so, and are not known.
    """

    cluster: ClusterInput
    policy: str
    adopt: bool
    wait_for: bool | str | None
    connection_secret: bool | str
    resolved: Resolved | None
    setup: Setup | None
    findings: list[Finding]
    undecided: list[Path]
    allow: list[str]


class Candidate:
    """One cluster at work. `kubernetes` is the Kubernetes provider that its objects are for, once that is known.

    `names` are the names of its resource: the one that it has, and former ones. `guarded` says that an engine asks
    about changes.
    """

    def __init__(self, given: Given, run: Run, names: Sequence[str]) -> None:
        self.given, self.run, self.names = given, run, names
        self.kubernetes: object = None
        self.guarded = self.in_place = False
        self.component: pulumi.Resource | None = None
        self.looked: Awaitable[None] | None = None
        """Fails where the cluster has what is to be made, in a program that is served."""
        self.recorder = Recorder(names[0])
        self.batch = run.batch
        self.checked = self._checked_with_outputs()
        # Without a finding of its own, a cluster is not resolved because of its Provider, which has one.
        self.refused = self.batch.add(self.checked.findings) or self.checked.resolved is None
        self.connection: Connection | None = None
        self.objects: list[Emitted] = [] if self.refused else self._emitted()
        given.watch(self._check_late, self.checked.findings, self.batch)
        self.batch.members.append(self)
        self.batch.clusters.append(self)
        run.databases.append(self)

    def _checked_with_outputs(self) -> Checked:
        """The check with what is known now, after a turn of the loop if something must be known that is not."""
        checked = self._check(self.given.data())
        if self.run.tick_for(self.given, checked.undecided):
            checked = self._check(self.given.data())
        return checked

    def _check(self, data: dict[str, Any]) -> Checked:
        data, found = self.given.read(data)
        data = plain(data, self.given.shape)
        metadata = without_none({key: data.get(key) for key in METADATA})
        spec = {key: value for key, value in data.items() if key not in PROGRAM_ONLY}
        spec, secrets, unnamed = split_secrets(spec, data.get("users"))
        volumes = data.get("volumePolicy")
        options = {} if volumes is None else {"volumePolicy": volumes}
        cluster = ClusterInput(metadata, spec, options=options, secrets=secrets)
        if isinstance(spec.get("provider"), str):
            self.run.named.add(spec["provider"])
        cluster.lock = self.run.locks.of(self.names)
        resolved, setup, more = self.run.workspace.check(cluster)
        self.recorder.note(resolved, cluster.lock)
        # What is wrong with a Provider is said there, once.
        found += [entry for entry in more if not entry.subject.startswith("Provider ")]
        found += [*unnamed, *check_secrets(spec, secrets, setup)]
        policy = self._decided(data.get("deletionPolicy"), ("deletionPolicy",), "protect", found)
        adopt = self._decided(data.get("adopt"), ("adopt",), False, found)
        if adopt:
            found += check_adoption(metadata, policy, setup)
        wait_for = self._decided(data.get("waitFor"), ("waitFor",), None, found)
        wanted = self._decided(data.get("connectionSecret"), ("connectionSecret",), False, found)
        allow = self._decided(data.get("allow"), ("allow",), [], found)
        if setup is not None:
            found += check_wait_for(wait_for, setup)
            found += check_connection(wanted, setup)
            found += check_allow(allow, setup.technology.definition)
        found = [self._with_obstacle(entry) for entry in found]
        undecided = [*(entry.path for entry in found if entry.code == "value.not-known"), *may_hold_secrets(spec)]
        shown = self.given.shown(found)
        return Checked(cluster, policy, adopt, wait_for, wanted, resolved, setup, shown, undecided, allow)

    def _check_late(self, data: dict[str, Any]) -> list[Finding]:
        """The findings of the check of what is known now, when the objects are made."""
        checked = self._check(data)
        if self.refused:
            return checked.findings
        late = late_secrets(self.checked.cluster.secrets, checked.cluster.secrets, checked.cluster.spec)
        return [*checked.findings, *self.given.shown([*late, *self._schema_findings(checked)])]

    def _schema_findings(self, checked: Checked) -> list[Finding]:
        """What the CRDs say, where the program has some, against the objects of what is known now."""
        workspace = self.run.workspace
        if workspace.crds is None or checked.resolved is None or checked.setup is None or _wrong(checked.findings):
            return []
        try:
            objects = workspace.emit(checked.cluster, checked.resolved, checked.setup)
        except EverestError as error:
            return error.findings
        return workspace.check_objects(Plan(checked.cluster, checked.resolved, checked.setup, objects))

    def _with_obstacle(self, entry: Finding) -> Finding:
        obstacle = self.given.obstacle(entry.path) if entry.code == "value.not-known" else None
        if obstacle is None:
            return entry
        return finding(entry.code, entry.path, f"'{entry.path[-1]}' decides what the cluster consists of, {obstacle}")

    def _decided(self, value: Any, path: Path, default: Any, found: list[Finding]) -> Any:
        if isinstance(value, Deferred):
            if value.source is not None:
                text = f"'{path[-1]}' decides how the objects are made, so it must be known in a preview"
                found.append(finding("value.not-known", path, text))
            return default
        return default if value is None else value

    def _emitted(self) -> list[Emitted]:
        checked = self.checked
        if checked.resolved is None or checked.setup is None:
            return []
        found: list[Finding] = []
        objects: list[Emitted] = []
        try:
            objects = self.run.workspace.emit(checked.cluster, checked.resolved, checked.setup)
            found = unused_secrets(checked.cluster.secrets, objects)
            found += self.run.workspace.check_objects(Plan(checked.cluster, checked.resolved, checked.setup, objects))
            if checked.wait_for is False and any(entry.when_ready for entry in objects):
                text = "the restore that fills the database is made when it is ready, which must be waited for"
                found.append(finding("field.conflict", ("waitFor",), text))
            if checked.setup.technology.reconcile_by == "everest":
                name_secrets(checked.cluster.secrets, objects)
            if checked.connection_secret:
                self.connection = connection_of(checked.connection_secret, checked.resolved, checked.setup, objects)
                found += self.connection.check(checked.wait_for, checked.setup)
        except EverestError as error:
            found = error.findings
        shown = self.given.shown(found)
        checked.findings += [entry for entry in shown if not entry.is_error]
        self.refused = self.batch.add(shown)
        return [] if self.refused else objects

    def inputs(self) -> dict[str, Any]:
        """What the component keeps of the cluster; nothing of one that is not made."""
        made = self.made()
        return inputs_of(made.snapshot, made.allow, self._secrets()) if made is not None else {}

    def made(self) -> Made | None:
        """The cluster as it is made; None for one that is not."""
        main, resolved, setup = self._main(), self.checked.resolved, self.checked.setup
        if self.refused or main is None or resolved is None or setup is None:
            return None
        snapshot = Snapshot.of(resolved, setup.technology, main, {"deletionPolicy": self.checked.policy})
        return Made(main, snapshot, setup, self.run.workspace, self.checked.cluster.secrets, self.checked.allow)

    def gate(self) -> pulumi.Output[None]:
        """What the component waits for: where it is asked about changes of Secrets also what its provider says.

        The engine cannot be asked when it asks itself: it would wait for the hook with all that it has.
        """
        if not self.guarded or not self._secrets():
            return self.batch.gate

        async def opened() -> None:
            await self.batch.gate.future()
            self.in_place = await says(self.kubernetes, SECRETS_IN_PLACE)

        return pulumi.Output.from_input(asyncio.ensure_future(opened()))

    def around(self) -> Around:
        """How the cluster is made, as far as changes of Secrets go."""
        return Around(self.in_place, names_in(self._main()))

    def _main(self) -> dict[str, Any] | None:
        """The main object; None where the cluster was refused."""
        return next((entry.manifest for entry in self.objects if entry.main), None)

    def _secrets(self) -> dict[str, dict[str, Any]]:
        """The Secrets that are made of given values, by what the names of their resources add to its own."""
        name = self.checked.cluster.metadata.get("name")
        made = [entry for entry in self.objects if not entry.main and entry.manifest["kind"] == "Secret"]
        return {suffix(entry, name): entry.manifest for entry in made}

    def hooks(self) -> pulumi.ResourceHookBinding | None:
        """The hooks of the component."""
        if self.refused or self.checked.setup is None:
            return None
        hooks = self.run.guard.binding(self.checked.setup.technology)
        self.guarded = hooks is not None
        return hooks

    @property
    def manifest(self) -> PluginManifest | None:
        """What the plugin of the cluster says about itself, if there is a plugin."""
        return self.checked.setup.technology.manifest if self.checked.setup else None

    @property
    def emitting(self) -> PluginManifest | None:
        """The same, if the main object is the operator's and not one for a controller."""
        setup = self.checked.setup
        return self.manifest if setup is not None and setup.technology.reconcile_by == "pulumi" else None

    @property
    def existing(self) -> str | None:
        """What the engine is to take over, as it calls an object that exists; None where the cluster is a new one."""
        metadata = self.checked.cluster.metadata
        return f"{metadata['namespace']}/{metadata['name']}" if self.checked.adopt else None

    @property
    def condition(self) -> Any:
        """What the Kubernetes provider is to wait for, in its words; a `Deferred` where that is not known yet."""
        wanted = self.checked.wait_for
        if wanted is None and self.connection is not None:
            wanted = self.connection.read
        if not wanted and any(entry.when_ready for entry in self.objects):
            wanted = True
        if wanted is not True:
            return wanted or None
        text = self.manifest.wait_for if self.manifest is not None else None
        resolved = self.checked.resolved
        if text is None or resolved is None:
            return None
        return filled(text, Scope({"spec": resolved.spec, "metadata": resolved.metadata, "types": resolved.types}))

    def hooks_of_main(self, token: str, name: str) -> pulumi.ResourceHookBinding | None:
        """The hooks of the main object, whose type and name these are."""
        reporting = self.run.reporter.binding(token, name, self.emitting, self.kubernetes)
        looking = self.run.looks.binding(token, name, self.kubernetes)
        objects = self.run.guard.objects
        filled = objects.filling.of_main() if any(entry.when_ready for entry in self.objects) else None
        judging = objects.binding(token, name, self.made)
        return reduce(both, (self.run.adoption.binding(), judging, filled, reporting, looking))

    def hooks_of_restore(self, name: str) -> pulumi.ResourceHookBinding | None:
        """The hooks of the restore that fills the cluster, by the name of its resource."""
        return self.run.guard.objects.filling.of_restore(name, self.names[0], self.made)

    def find(self, main: pulumi.CustomResource) -> None:
        """Let a preview look in the Kubernetes cluster for the main object and its operator.

        When the engine is through with it, guards that were to be lifted for nothing are said.
        """
        if self.checked.allow and self.guarded and self.component is not None:
            allow, guard = self.checked.allow, self.run.guard
            pulumi.Output.all(self.component.urn, main.urn).apply(lambda urns: guard.unneeded(allow, urns[0]))
        manifest = self._main()
        assert manifest is not None  # a cluster that was refused has no resource to look for
        planned = Planned(self.given.subject, main, manifest, self.emitting, self.kubernetes)
        self.looked = self.run.looks.add(planned)

    @property
    def provider(self) -> Provider | None:
        """The Provider resource of the cluster, if the program made one."""
        return self.run.providers.get(str(self.checked.cluster.spec.get("provider")))

    # What the gate asks

    def look(self) -> bool:
        """Take values that have become known. True if none is left to wait for."""
        return self.given.look()

    def news(self) -> list[Finding]:
        """What is wrong with values that became known."""
        return self.given.news()

    def identity(self) -> tuple[Any, ...] | None:
        """Kubernetes provider, namespace and name."""
        metadata = self.checked.cluster.metadata
        name = metadata.get("name")
        return None if name is None else ("cluster", self.kubernetes, _known(metadata.get("namespace")), _known(name))

    def twin(self) -> Finding:
        """What to say about a second cluster of that name."""
        metadata = self.checked.cluster.metadata
        name, namespace = metadata.get("name"), metadata.get("namespace")
        shown = f" '{name}'" if isinstance(name, str) else ""
        where = f"namespace '{namespace}'" if isinstance(namespace, str) else "the same namespace"
        return self.given.shown([finding("cluster.duplicate", ("name",), f"there are two clusters{shown} in {where}")])[
            0
        ]


def _wrong(found: list[Finding]) -> bool:
    return any(entry.is_error for entry in found)


def _known(value: Any) -> Any:
    """A value to compare: two outputs are the same value if they are the same output."""
    return id(value.source.output) if isinstance(value, Deferred) and value.source is not None else value
