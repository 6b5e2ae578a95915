"""Changes of objects that keep data beside the main one, which the guard of their component has not seen.

With `--target` of such an object, `--exclude` of the component, or after an update that failed halfway, only the object
tells what there was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import pulumi

from pulumi_everest.adoption.program_cluster import ProgramCluster
from pulumi_everest.core.exact import same
from pulumi_everest.model.findings import EverestError, one_line
from pulumi_everest.resources.engine.calls import calls, concealed
from pulumi_everest.resources.hooks.filling import component_of
from pulumi_everest.resources.hooks.judge import Judge

HOOK: Final = "pulumi-everest:other-changes"
UNREAD: Final = "{name}: what this does to the running database is not known: {why}"
_NAMED: Final = frozenset({"apiVersion", "kind", "metadata"})


class OtherChanges:
    """One hook for those objects of all clusters of a program, since each costs."""

    def __init__(self, guard: Judge) -> None:
        self.guard = guard
        self._clusters: dict[tuple[str, str], list[tuple[str, Callable[[], ProgramCluster | None]]]] = {}
        """What gives the clusters of objects, with the names of their components."""
        self._hook: pulumi.ResourceHook | None = None

    def binding(
        self, token: str, name: str, component: str, made: Callable[[], ProgramCluster | None]
    ) -> pulumi.ResourceHookBinding | None:
        """The hook of the object of this type and name; None where no engine would call it."""
        if not calls():
            return None
        self._clusters.setdefault((token, name), []).append((component, made))
        if self._hook is None:
            self._hook = pulumi.ResourceHook(HOOK, self.before_update, pulumi.ResourceHookOptions(on_dry_run=True))
        return pulumi.ResourceHookBinding(before_update=[self._hook])

    def forget(self, made: Callable[[], ProgramCluster | None]) -> None:
        """Let go of a cluster of which the engine asks no more."""
        for key, known in list(self._clusters.items()):
            left = [(name, get) for name, get in known if get != made]
            if left:
                self._clusters[key] = left
            else:
                del self._clusters[key]

    async def before_update(self, args: pulumi.ResourceHookArgs) -> None:
        """Say what the change of an object does to its cluster. Raises `ClusterError` where it is refused."""
        from pulumi_everest.adoption.other_objects import changes_of_other, explained_other

        was, now = [await concealed(given or {}) for given in (args.old_inputs, args.new_inputs)]
        found = self._find(args, now)
        # The first update after an import is compared by the adoption.
        if found is None or set(was) <= _NAMED or same(was, now):
            return
        component, made = component_of(args.urn, found[0]), found[1]
        update = self.guard.updates.get(component)
        if update is not None and explained_other(made, update.before, was, now):
            return
        try:
            result = changes_of_other(made, was, now)
        except EverestError as error:
            if update is None:
                self.guard.warn(UNREAD.format(name=args.name, why=one_line(error.findings[0])), args.urn)
            return
        seen = [(change.path, change.old, change.new) for change in update.result.changes] if update is not None else []
        changes = [change for change in result.changes if (change.path, change.old, change.new) not in seen]
        await self.guard.judge(replace(result, changes=changes), args.name, args.urn, component)

    def _find(self, args: pulumi.ResourceHookArgs, now: Mapping[str, Any]) -> tuple[str, ProgramCluster] | None:
        """The name of the component of an object, and its cluster; of several the one in the object's namespace."""
        place = (now.get("metadata") or {}).get("namespace")
        known = self._clusters.get((args.type, args.name), ())
        for name, get in known:
            made = get()
            if made is not None and (made.manifest.get("metadata") or {}).get("namespace") in (None, place):
                return name, made
        return None
