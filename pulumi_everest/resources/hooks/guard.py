"""The guard of a program: a hook that compares what a cluster was with what it is to be, before anything is changed.

It is a hook of the component, whose update is refused: so what the state says of a cluster is what was let through.
One hook serves all clusters of a program, since each costs. What is changed without the component is seen at the
object (resources/object_changes.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pulumi
from pulumi.runtime import settings

from pulumi_everest.adoption.program_cluster import ProgramCluster
from pulumi_everest.core.changes.compare import ChangeSet, compare
from pulumi_everest.core.changes.secret_changes import SecretHandling
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.technology import Technology
from pulumi_everest.resources.engine.calls import calls, concealed
from pulumi_everest.resources.engine.log import INFO, WARNING, say
from pulumi_everest.resources.engine.reach import Reach
from pulumi_everest.resources.hooks.change_messages import change_notices, findings_of, refusal, unneeded
from pulumi_everest.resources.hooks.judge import ComponentUpdate
from pulumi_everest.resources.hooks.object_changes import ObjectGuard
from pulumi_everest.resources.hooks.refusals import SETTLED, Refusals, RefusedError, counted
from pulumi_everest.resources.hooks.secret_updates import SecretGuard
from pulumi_everest.resources.hooks.stored_state import allowed, held_in, snapshot_of

HOOK: Final = "pulumi-everest:changes"


@dataclass
class Guard:
    """What the clusters of one program share: the technologies that they are of, and what was refused so far.

    `served` is for clusters of programs in other languages, which the engine has made one by one.
    """

    served: bool = False
    technologies: dict[str, Technology] = field(default_factory=dict)
    refusals: Refusals = field(default_factory=lambda: Refusals(_changes))
    updates: dict[str, ComponentUpdate] = field(default_factory=dict)
    """What the engine asked about, by the URNs of the components."""
    clusters: dict[str, list[Callable[[], SecretHandling]]] = field(default_factory=dict)
    """What tells how the Secrets of the clusters are handled, by the names of their components."""
    reach: Reach = field(default_factory=Reach)
    objects: ObjectGuard = field(init=False)
    secrets: SecretGuard = field(init=False)
    _lifted: dict[str, set[str | None]] = field(default_factory=dict)
    _hook: Any = None
    _engine: Any = None
    _dry_run: bool = False

    def __post_init__(self) -> None:
        self.objects, self.secrets = ObjectGuard(self, self.reach), SecretGuard(self)

    def binding(self, technology: Technology) -> pulumi.ResourceHookBinding | None:
        """The hooks of a component; None where no engine would call them."""
        self.technologies[technology.provider] = technology
        if not calls():
            return None
        self._engine, self._dry_run = settings.get_engine(), pulumi.runtime.is_dry_run()
        if self._hook is None:
            options = pulumi.ResourceHookOptions(on_dry_run=True)
            self._hook = pulumi.ResourceHook(HOOK, self.before_update, options)
        return pulumi.ResourceHookBinding(before_update=[self._hook])

    async def before_update(self, args: pulumi.ResourceHookArgs) -> None:
        """Say what the change of a cluster does. Raises `ClusterError` where it is refused."""
        handling = self._handling(args.name)
        found = await compared(args.old_inputs, args.new_inputs, self.technologies, args.old_outputs, handling)
        if found is not None:
            self.updates[args.urn] = found
            await self.judge(found.result, args.name, args.urn, args.urn)

    async def judge(self, result: ChangeSet, resource: str, urn: str, component: str) -> None:
        """Say what the changes of a cluster do, at a resource. Raises `ClusterError` where they are refused."""
        self._lifted.setdefault(component, set()).update(change.guard for change in result.changes if change.lifted)
        for notable, text in change_notices(result):
            say(self._engine, WARNING if notable else INFO, text, urn)
        if result.refused:
            await self._refuse(result, resource, urn)

    def moves(self, component: str) -> bool:
        """Whether a cluster changes its name or namespace, by the URN of its component: it has other objects then."""
        update = self.updates.get(component)
        return update is not None and any(
            change.path in (("name",), ("namespace",)) for change in update.result.changes
        )

    def warn(self, text: str, urn: str) -> None:
        """Say something at a resource."""
        say(self._engine, WARNING, text, urn)

    async def _refuse(self, result: ChangeSet, resource: str, urn: str) -> None:
        """Stop. In a preview of a program in this process it goes on, to fail once, with all that is refused."""
        found, text = findings_of(result, resource), refusal(result)
        if self.served or not self._dry_run:
            await asyncio.sleep(SETTLED)
            raise RefusedError(found, text)
        self.refusals.add(self._engine, found, text, urn)

    def _handling(self, name: str) -> SecretHandling:
        """How the Secrets of a cluster are handled; of clusters of one name what holds for each of them."""
        made = [handling() for handling in self.clusters.get(name, ())]
        names = frozenset[str]().union(*(each.names for each in made))
        own = frozenset[str]().union(*(each.made for each in made))
        config_maps = bool(made) and all(each.config_maps for each in made)
        return SecretHandling(bool(made) and all(each.in_place for each in made), names, own, config_maps)

    def unneeded(self, allow: list[str], component: str) -> None:
        """Say which guards were to be lifted for nothing, once all is said about a component and its object."""
        guards = [guard for guard in allow if guard not in self._lifted.get(component, ())]
        if guards:
            self.warn(unneeded(guards), component)

    def forget(
        self,
        name: str,
        component: str,
        handling: Callable[[], SecretHandling],
        made: Callable[[], ProgramCluster | None],
    ) -> None:
        """Let go of a cluster of which the engine asks no more: its name, its component and what told about it."""
        others = [each for each in self.clusters.pop(name, ()) if each != handling]
        if others:
            self.clusters[name] = others
        self.updates.pop(component, None)
        self.objects.forget(component, made)
        self.secrets.forget(made)


def _changes(count: int) -> str:
    return f"{counted(count, 'change')} refused, and nothing was changed"


async def compared(
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    technologies: Mapping[str, Technology],
    outputs: Mapping[str, Any] | None = None,
    handling: SecretHandling | None = None,
) -> ComponentUpdate | None:
    """What changes between the old and the new inputs of a component; None where one of them holds no cluster.

    `outputs` are the old outputs, which know the namespace where the Kubernetes provider chose it. `handling` is how
    its Secrets are handled now.
    """
    before, after = await _read(old), await _read(new)
    technology = technologies.get(str(after.spec.get("provider"))) if after is not None else None
    if before is None or after is None or technology is None:
        return None
    before = replace(before, held=held_in(await concealed(outputs or {})))
    namespace = await concealed((outputs or {}).get("namespace"))
    if before.metadata.get("namespace") is None and isinstance(namespace, str) and after.metadata.get("namespace"):
        before = replace(before, metadata={**before.metadata, "namespace": namespace})
    return ComponentUpdate(before, compare(before, after, technology, allowed(await concealed(new)), handling))


async def _read(inputs: Mapping[str, Any] | None) -> Snapshot | None:
    data = await concealed(inputs)
    return snapshot_of(data, lambda value: value) if isinstance(data, dict) else None
