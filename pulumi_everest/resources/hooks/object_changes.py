"""Changes of a main object that the guard of its component has not seen.

The guard is a hook of the component, which the engine does not call where the component stays as it was: with
`--target` and `--exclude`, with `--replace`, after an update that failed halfway. Nor does the component know what
somebody has edited in the cluster, once a refresh has taken that over. Then what there was is read from the object.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import pulumi

from pulumi_everest.adoption.program_cluster import ProgramCluster
from pulumi_everest.core.changes.impact import Change
from pulumi_everest.core.exact import same
from pulumi_everest.model.findings import EverestError, one_line
from pulumi_everest.model.mark import MARK
from pulumi_everest.resources.children.children import WAIT_FOR
from pulumi_everest.resources.engine.calls import calls, concealed
from pulumi_everest.resources.engine.reach import Reach
from pulumi_everest.resources.hooks.edits import Taken, Watched, taken_back_by
from pulumi_everest.resources.hooks.filling import FillingGuard, component_of
from pulumi_everest.resources.hooks.judge import Judge
from pulumi_everest.resources.hooks.other_changes import OtherChanges

HOOK: Final = "pulumi-everest:object-changes"
REWRITTEN: Final = """\
{name}: what is written is not what the program plans, since a transform or ignore_changes makes something else of it: \
{what}"""
_SHOWN: Final = 10
UNREAD: Final = "{name}: what this does to the running database is not known: {why}"


BeforeUpdate = Callable[[pulumi.ResourceHookArgs], Awaitable[None]]
"""What is called before an update, with what the engine says of it."""


class ObjectGuard:
    """One hook for the main objects of all clusters of a program, since each costs."""

    def __init__(self, guard: Judge, reach: Reach) -> None:
        self.guard, self.reach, self.filling = guard, reach, FillingGuard(guard)
        self.others = OtherChanges(guard)
        self._watched: dict[tuple[str, str], Watched] = {}
        self._first: dict[tuple[str, str], BeforeUpdate] = {}
        self._clusters: dict[tuple[str, str], list[Callable[[], ProgramCluster | None]]] = {}
        self._hook: pulumi.ResourceHook | None = None

    def binding(
        self,
        token: str,
        name: str,
        made: Callable[[], ProgramCluster | None],
        watched: Watched | None = None,
        first: BeforeUpdate | None = None,
    ) -> pulumi.ResourceHookBinding | None:
        """The hook of the main object of this type and name; None where no engine would call it.

        `first` is called before, and raises where nothing may be changed. A hook of its own would have the engine send
        all of the object twice, which takes as long as what is done with it.
        """
        if not calls():
            return None
        if first is not None:
            self._first[token, name] = first
        if watched is not None:
            self._watched[token, name] = watched
        self._clusters.setdefault((token, name), []).append(made)
        if self._hook is None:
            self._hook = pulumi.ResourceHook(HOOK, self.before_update, pulumi.ResourceHookOptions(on_dry_run=True))
        return pulumi.ResourceHookBinding(before_update=[self._hook])

    async def before_update(self, args: pulumi.ResourceHookArgs) -> None:
        """Say what the change of an object does to its cluster. Raises `ClusterError` where it is refused."""
        from pulumi_everest.adoption.changes import changes_of_object, explained, rewritten, written

        first = self._first.get((args.type, args.name))
        if first is not None:
            await first(args)
        old, new = [await concealed(given or {}) for given in (args.old_inputs, args.new_inputs)]
        was, now = _compared(old), _compared(new)
        made = self._find(args.type, args.name, now)
        # The first update after an import is compared by the adoption.
        if made is None or "spec" not in was:
            return
        component = component_of(args.urn)
        if same(was, now) and _mark(old) == _mark(new):
            self.filling.begun.add(component)  # it failed the last time, and is tried again
        taken = await self._taken_back(args, was, now)
        if taken is None and same(was, now):
            return
        update, planned = self.guard.updates.get(component), written(made, was, now)
        if planned is not None:
            what = "; ".join([*rewritten(made.manifest, planned)][:_SHOWN])
            self.guard.warn(REWRITTEN.format(name=args.name, what=what), args.urn)
        if taken is None and planned is None and update is not None and explained(made, update.before, was, now):
            return
        try:
            result = changes_of_object(made, was if taken is None else taken.there, now)
        except EverestError as error:
            if update is None or taken is not None or planned is not None:
                self.guard.warn(UNREAD.format(name=args.name, why=one_line(error.findings[0])), args.urn)
            return
        seen = [(change.path, change.old, change.new) for change in update.result.changes] if update is not None else []
        changes = [change for change in result.changes if (change.path, change.old, change.new) not in seen]
        if taken is not None:
            changes = [_of_edit(change, taken.hint) if change.is_refused else change for change in changes]
        await self.guard.judge(replace(result, changes=changes), args.name, args.urn, component)

    async def _taken_back(
        self, args: pulumi.ResourceHookArgs, was: Mapping[str, Any], now: Mapping[str, Any]
    ) -> Taken | None:
        """What the update takes back of what somebody has edited in the cluster. It is said here."""
        watched = self._watched.get((args.type, args.name))
        found = await taken_back_by(self.reach, watched, args, was, now) if watched is not None else None
        if found is not None:
            self.guard.warn(found if isinstance(found, str) else found.text, args.urn)
        return found if isinstance(found, Taken) else None

    def forget(self, component: str, made: Callable[[], ProgramCluster | None]) -> None:
        """Let go of a cluster of which the engine asks no more."""
        for key, known in list(self._clusters.items()):
            if made in known:
                known.remove(made)
                if not known:
                    del self._clusters[key]
                    self._watched.pop(key, None)
                    self._first.pop(key, None)
        self.filling.forget(component, made)
        self.others.forget(made)

    def _find(self, token: str, name: str, now: Mapping[str, Any]) -> ProgramCluster | None:
        """The cluster of an object; of several with the same name, under different parents, the one that it is."""
        found = [made for get in self._clusters.get((token, name), ()) if (made := get()) is not None]
        named = [made for made in found if _names(made.manifest).items() <= _names(now).items()]
        return next(iter(named or found), None)


def _of_edit(change: Change, hint: str) -> Change:
    return replace(change, hint="; ".join(part for part in (hint, change.hint) if part))


def _compared(inputs: Any) -> dict[str, Any]:
    """The inputs of an object without what the package itself writes: for the Kubernetes plugin, and its mark."""
    if not isinstance(inputs, dict):
        return {}
    annotations = _annotations(inputs)
    if not annotations.keys() & {WAIT_FOR, MARK}:
        return inputs
    rest = {key: value for key, value in annotations.items() if key not in (WAIT_FOR, MARK)}
    others = {key: value for key, value in inputs["metadata"].items() if key != "annotations"}
    return {**inputs, "metadata": {**others, **({"annotations": rest} if rest else {})}}


def _mark(inputs: Any) -> Any:
    """By which stack and resource an object says that it was made."""
    return _annotations(inputs).get(MARK) if isinstance(inputs, dict) else None


def _annotations(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = inputs.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return annotations if isinstance(annotations, Mapping) else {}


def _names(manifest: Mapping[str, Any]) -> dict[str, str]:
    metadata = manifest.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    return {key: metadata[key] for key in ("namespace", "name") if isinstance(metadata.get(key), str)}
