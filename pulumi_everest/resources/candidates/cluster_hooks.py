"""What the engine is to ask about one cluster: the hooks of its component and of its objects."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from functools import reduce
from typing import Any

import pulumi

from pulumi_everest.core.changes.secret_changes import SecretHandling, names_in
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.resources.candidates.cluster_candidate import ClusterCandidate
from pulumi_everest.resources.children.children import may_replace
from pulumi_everest.resources.children.kinds import type_of
from pulumi_everest.resources.engine.provider_settings import CONFIG_MAPS_IN_PLACE, SECRETS_IN_PLACE, says
from pulumi_everest.resources.hooks.adoption import both
from pulumi_everest.resources.hooks.edits import Watched
from pulumi_everest.resources.hooks.existence import Planned
from pulumi_everest.resources.hooks.failed_databases import Database
from pulumi_everest.resources.hooks.preflight import PlannedDatabase
from pulumi_everest.resources.hooks.secret_updates import ClusterSecret


class ClusterHooks:
    """The hooks of one cluster. Those of a program share what there may be only one of."""

    def __init__(self, candidate: ClusterCandidate, options: pulumi.ResourceOptions) -> None:
        self._candidate, self._run, self._options = candidate, candidate.run, options
        self._guarded = self._in_place = self._config_maps = False
        self.planned: list[tuple[str, str, Planned]] = []
        """The objects that are looked for before they are made, with types and names of their resources."""
        self.waits = False
        """Whether the objects wait for other resources of the program, which may bring what they need."""
        self.preflight: Awaitable[None] | None = None
        """Fails where the cluster has what is to be made, in a program that is served."""

    def of_component(self) -> pulumi.ResourceHookBinding | None:
        """The hooks of the component; None where no engine would ask about changes."""
        setup = self._candidate.checked.setup
        if self._candidate.refused or setup is None:
            return None
        hooks = self._run.guard.binding(setup.technology)
        self._guarded = hooks is not None
        return hooks

    def gate(self) -> pulumi.Output[None]:
        """What the component waits for: with Secrets or ConfigMaps also what its provider says of them.

        The engine cannot be asked when it asks itself: it would wait for the hook with all that it has.
        """
        maps = any(entry.manifest["kind"] == "ConfigMap" for entry in self._candidate.objects)
        if not self._guarded or not (maps or self._candidate.secrets()):
            return self._candidate.batch.gate

        async def opened() -> None:
            await self._candidate.batch.gate.future()
            self._in_place = await says(self._candidate.kubernetes, SECRETS_IN_PLACE)
            self._config_maps = maps and await says(self._candidate.kubernetes, CONFIG_MAPS_IN_PLACE)

        return pulumi.Output.from_input(asyncio.ensure_future(opened()))

    def handling(self) -> SecretHandling:
        """How the Secrets and ConfigMaps of the cluster are handled."""
        candidate, secrets = self._candidate, frozenset(self._candidate.secret_names())
        return SecretHandling(self._in_place, names_in(candidate.main), secrets, self._config_maps)

    def of_object(self, entry: Emitted, token: str, name: str) -> pulumi.ResourceHookBinding | None:
        """The hooks of an object, of whose resource these are type and name."""
        if entry.main:
            return self._of_main(entry, token, name)
        candidate, run = self._candidate, self._run
        objects = run.guard.objects
        if entry.when_ready:
            return objects.filling.of_restore(name, candidate.names[0], candidate.program_cluster)
        reporting = run.reporter.binding(token, name, self._database(entry))
        adopting = candidate.checked.adopt  # a restore, which is none of what was there, has been told apart above
        if not entry.keeps_data and not adopting:
            return reporting
        judging = None
        if entry.keeps_data:
            judging = objects.others.binding(token, name, candidate.names[0], candidate.program_cluster)
        defaults = entry.settings.server_defaults
        taking_over = run.adoption.binding(token, name, defaults, candidate.kubernetes, adopting=adopting)
        return reduce(both, (taking_over, judging, reporting))

    def _of_main(self, entry: Emitted, token: str, name: str) -> pulumi.ResourceHookBinding | None:
        candidate, run = self._candidate, self._run
        reporting = run.reporter.binding(token, name, self._database(entry))
        objects = run.guard.objects
        filled = objects.filling.of_main() if candidate.is_filled else None
        run.adoption.note(token, name, entry.settings.server_defaults, candidate.kubernetes)
        judging = objects.binding(
            token, name, candidate.program_cluster, self._watched(entry), first=run.adoption.before_update
        )
        return reduce(both, (judging, filled, reporting))

    def _watched(self, entry: Emitted) -> Watched:
        candidate = self._candidate
        operator = candidate.emitting.operator if candidate.emitting is not None else None
        names = [name for name in (operator.name, operator.image) if name] if operator is not None else []
        given = self._options.ignore_changes or []
        return Watched(candidate.kubernetes, [*entry.settings.ignore, *given], names)

    def _database(self, entry: Emitted) -> Database | None:
        """What is said of an object that fails; None of one that tells nothing."""
        manifest, resolved = self._candidate.emitting, self._candidate.checked.resolved
        if manifest is None or resolved is None or not (entry.main or entry.settings.ready or entry.settings.failed):
            return None
        settings, topology = None if entry.main else entry.settings, resolved.spec["topology"]["type"]
        return Database(manifest, self._candidate.kubernetes, settings, topology)

    def of_any(
        self, name: str, manifest: Mapping[str, Any], own: pulumi.ResourceHookBinding | None
    ) -> pulumi.ResourceHookBinding | None:
        """The hooks of any object, by the name of its resource, with those that it has: is it there already?"""
        run, candidate = self._run, self._candidate
        operator = candidate.emitting.operator if candidate.emitting is not None else None
        planned = Planned(manifest, candidate.kubernetes, candidate.checked.allow, self.waits, operator)
        self.planned.append((type_of(manifest), name, planned))
        hooks = [own, run.existence.binding(*self.planned[-1])]
        if own is None:
            hooks.append(run.reporter.failures.binding())
        if any(manifest is secret for secret in candidate.secrets().values()):
            secret = ClusterSecret(manifest, candidate.names[0], candidate.program_cluster)
            hooks.append(run.guard.secrets.binding(type_of(manifest), name, secret))
        return reduce(both, hooks)

    def own(self, name: str, manifest: dict[str, Any], opts: pulumi.ResourceOptions) -> dict[str, Any]:
        """An object with the mark of this stack; `opts` are those of its resource, by the name of it."""
        candidate = self._candidate
        assert candidate.component is not None  # it is there before its objects
        return candidate.run.ownership.own(
            candidate.component, name, manifest, opts, candidate.kubernetes, adopt=candidate.may_exist(manifest),
            may_be_replaced=may_replace(manifest, candidate.checked.allow), of_clients=self._is_of_clients(manifest),
        )  # fmt: skip

    def _is_of_clients(self, manifest: Mapping[str, Any]) -> bool:
        """Whether an object is the Secret for clients."""
        connection = self._candidate.connection
        return (
            connection is not None
            and manifest["kind"] == "Secret"
            and (manifest["metadata"].get("name") == connection.name)
        )

    def start_preflight(
        self,
        main: pulumi.CustomResource,
        others: Sequence[tuple[pulumi.CustomResource, Mapping[str, Any]]],
        replaced: Sequence[pulumi.CustomResource] = (),
    ) -> None:
        """Let a preview look in the Kubernetes cluster for the main object and its operator, and for the other objects.

        `replaced` are those of the others that may be deleted and made again.

        When the engine is through with it, guards that were to be lifted for nothing are said.
        """
        candidate, guard = self._candidate, self._run.guard
        if candidate.checked.allow and self._guarded and candidate.component is not None:
            allow = candidate.checked.allow
            pulumi.Output.all(candidate.component.urn, main.urn).apply(lambda urns: guard.unneeded(allow, urns[0]))
        manifest = candidate.main
        assert manifest is not None  # a cluster that was refused has no resource to look for
        planned = PlannedDatabase(
            candidate.arguments.subject, main, manifest, candidate.emitting, candidate.kubernetes, others,
            candidate.checked.allow, self.waits, replaced,
        )  # fmt: skip
        self.preflight = self._run.preflight.add(planned)
