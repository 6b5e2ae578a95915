"""Changes of a main object that the guard of its component has not seen.

The guard is a hook of the component, which the engine does not call where the component stays as it was: with
`--target` and `--exclude`, with `--replace`, after an update that failed halfway. Nor does the component know what
somebody has edited in the cluster, once a refresh has taken that over. Then what there was is read from the object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import pulumi

from pulumi_everest.adoption.program_cluster import ProgramCluster
from pulumi_everest.core.exact import same
from pulumi_everest.model.findings import EverestError, one_line
from pulumi_everest.resources.children.children import WAIT_FOR
from pulumi_everest.resources.engine.calls import calls, concealed
from pulumi_everest.resources.hooks.filling import FillingGuard, component_of
from pulumi_everest.resources.hooks.judge import Judge

HOOK: Final = "pulumi-everest:object-changes"
UNREAD: Final = "{name}: what this does to the running database is not known: {why}"


class ObjectGuard:
    """One hook for the main objects of all clusters of a program, since each costs."""

    def __init__(self, guard: Judge) -> None:
        self.guard, self.filling = guard, FillingGuard(guard)
        self._clusters: dict[tuple[str, str], list[Callable[[], ProgramCluster | None]]] = {}
        self._hook: pulumi.ResourceHook | None = None

    def binding(
        self, token: str, name: str, made: Callable[[], ProgramCluster | None]
    ) -> pulumi.ResourceHookBinding | None:
        """The hook of the main object of this type and name; None where no engine would call it."""
        if not calls():
            return None
        self._clusters.setdefault((token, name), []).append(made)
        if self._hook is None:
            self._hook = pulumi.ResourceHook(HOOK, self.before_update, pulumi.ResourceHookOptions(on_dry_run=True))
        return pulumi.ResourceHookBinding(before_update=[self._hook])

    async def before_update(self, args: pulumi.ResourceHookArgs) -> None:
        """Say what the change of an object does to its cluster. Raises `ClusterError` where it is refused."""
        from pulumi_everest.adoption.changes import changes_of_object, explained

        was, now = [_compared(await concealed(given or {})) for given in (args.old_inputs, args.new_inputs)]
        made = self._find(args.type, args.name, now)
        # The first update after an import is compared by the adoption.
        if made is None or "spec" not in was:
            return
        component = component_of(args.urn)
        if same(was, now):
            self.filling.begun.add(component)  # it failed the last time, and is tried again
            return
        update = self.guard.updates.get(component)
        if update is not None and explained(made, update.before, was, now):
            return
        try:
            result = changes_of_object(made, was, now)
        except EverestError as error:
            if update is None:
                self.guard.warn(UNREAD.format(name=args.name, why=one_line(error.findings[0])), args.urn)
            return
        seen = [(change.path, change.old, change.new) for change in update.result.changes] if update is not None else []
        changes = [change for change in result.changes if (change.path, change.old, change.new) not in seen]
        await self.guard.judge(replace(result, changes=changes), args.name, args.urn, component)

    def forget(self, component: str, made: Callable[[], ProgramCluster | None]) -> None:
        """Let go of a cluster of which the engine asks no more."""
        for key, known in list(self._clusters.items()):
            if made in known:
                known.remove(made)
                if not known:
                    del self._clusters[key]
        self.filling.forget(component, made)

    def _find(self, token: str, name: str, now: Mapping[str, Any]) -> ProgramCluster | None:
        """The cluster of an object; of several with the same name, under different parents, the one that it is."""
        found = [made for get in self._clusters.get((token, name), ()) if (made := get()) is not None]
        named = [made for made in found if _names(made.manifest).items() <= _names(now).items()]
        return next(iter(named or found), None)


def _compared(inputs: Any) -> dict[str, Any]:
    """The inputs of an object without what the package itself writes for the Kubernetes plugin."""
    if not isinstance(inputs, dict):
        return {}
    metadata = inputs.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(annotations, dict) or WAIT_FOR not in annotations:
        return inputs
    rest = {key: value for key, value in annotations.items() if key != WAIT_FOR}
    others = {key: value for key, value in metadata.items() if key != "annotations"}
    return {**inputs, "metadata": {**others, **({"annotations": rest} if rest else {})}}


def _names(manifest: Mapping[str, Any]) -> dict[str, str]:
    metadata = manifest.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    return {key: metadata[key] for key in ("namespace", "name") if isinstance(metadata.get(key), str)}
