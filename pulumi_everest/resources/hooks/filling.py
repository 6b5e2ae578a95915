"""A cluster is filled once: the restore that does it is made with the database, or when that is tried again.

The restore object may be gone from the state though it was made: somebody deleted what was finished, and a refresh saw
that. The engine would make it again, and the operator would restore over what is in the database by then. Nor may an
object that is taken over be filled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import pulumi

from pulumi_everest.core.changes.compare import filled_again
from pulumi_everest.resources.engine.calls import calls

if TYPE_CHECKING:
    from pulumi_everest.adoption.program_cluster import ProgramCluster
    from pulumi_everest.resources.hooks.judge import Judge

BEGUN: Final = "pulumi-everest:begun"
FILLED: Final = "pulumi-everest:filled"


class FillingGuard:
    """The hooks of the clusters of a program that are filled with a backup."""

    def __init__(self, guard: Judge) -> None:
        self.guard = guard
        self.begun: set[str] = set()
        """URNs of the components whose main object is made now, or failed the last time and is tried again."""
        self._clusters: dict[str, tuple[str, Callable[[], ProgramCluster | None]]] = {}
        self._hooks: list[pulumi.ResourceHook] = []

    def of_main(self) -> pulumi.ResourceHookBinding | None:
        """The hook of a main object; None where no engine would call it."""
        return pulumi.ResourceHookBinding(before_create=[self._both()[0]]) if calls() else None

    def of_restore(
        self, name: str, component: str, made: Callable[[], ProgramCluster | None]
    ) -> pulumi.ResourceHookBinding | None:
        """The hook of a restore by the name of its resource and of its component's."""
        if not calls():
            return None
        self._clusters[name] = component, made
        return pulumi.ResourceHookBinding(before_create=[self._both()[1]])

    def forget(self, component: str, made: Callable[[], ProgramCluster | None]) -> None:
        """Let go of a cluster of which the engine asks no more."""
        self.begun.discard(component)
        for name in [name for name, (_, get) in self._clusters.items() if get == made]:
            del self._clusters[name]

    def _both(self) -> list[pulumi.ResourceHook]:
        if not self._hooks:
            options = pulumi.ResourceHookOptions(on_dry_run=True)
            named = ((BEGUN, self.before_main), (FILLED, self.before_restore))
            self._hooks = [pulumi.ResourceHook(name, call, options) for name, call in named]
        return self._hooks

    def before_main(self, args: pulumi.ResourceHookArgs) -> None:
        """Note that the database is a new one."""
        self.begun.add(component_of(args.urn))

    async def before_restore(self, args: pulumi.ResourceHookArgs) -> None:
        """Refuse to fill a database that is there. Raises `ClusterError`."""
        name, made = self._clusters[args.name]
        component, cluster = component_of(args.urn, name), made()
        if component not in self.begun and cluster is not None:
            result = filled_again(cluster.snapshot, cluster.allow)
            await self.guard.judge(result, name, args.urn, component)


def component_of(urn: str, name: str | None = None) -> str:
    """The component of one of its objects: of the main one, or with the name of the component's resource."""
    stack, project, types, own = urn.split("::", 3)
    return "::".join((stack, project, types.rpartition("$")[0], own if name is None else name))
