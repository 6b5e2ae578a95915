"""Before an object is made: whether it is in the cluster already.

The API server refuses to make what exists, in words about an option that would take it over; with that option
(`upsertExistingObjects`) the Kubernetes plugin takes it over without a word, and after a rename it deletes it in the
name of the former resource. So each object is looked for first. Objects are never deleted before they are made anew
(`children/children.py`), so that a replacement comes here, too. Of all but the main objects only metadata is read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi.runtime import settings

from pulumi_everest.core.changes.impact import EXISTS_GUARD, PLACE_GUARD, REPLACED_GUARD
from pulumi_everest.core.changes.secret_changes import GUARD as SECRET_GUARD
from pulumi_everest.core.changes.secret_changes import IN_PLACE
from pulumi_everest.live.presence import WantedObject, taken
from pulumi_everest.model.findings import one_line
from pulumi_everest.model.mark import MARK
from pulumi_everest.model.plugin_files.manifest import Operator
from pulumi_everest.resources.engine.calls import calls
from pulumi_everest.resources.engine.cluster_access import wanted_of
from pulumi_everest.resources.engine.log import WARNING, say
from pulumi_everest.resources.engine.reach import NOT_KNOWN, Reach
from pulumi_everest.resources.engine.threads import in_thread
from pulumi_everest.resources.engine.tokens import CLUSTER, subject_of
from pulumi_everest.resources.hooks.failures import EXISTS, filled
from pulumi_everest.resources.hooks.obstacles import Obstacles
from pulumi_everest.resources.hooks.refusals import RefusedError

HOOK: Final = "pulumi-everest:exists"
UNSEEN: Final = """\
{name}: the Kubernetes provider has upsertExistingObjects, and would take over an object that is there already, \
without a word. Whether there is one cannot be seen: {why}. Give the database a Kubernetes provider without that \
option, or let the cluster be read; or all the same, for this one change: allow=["exists"]."""
LIFTED: Final = "allow: {guard} lifted for {what}, which is there already; take it away after this change"


@dataclass(frozen=True)
class Planned:
    """An object of a program: its manifest, its Kubernetes provider (None: the default one), the guards to lift.

    `waits` says that it waits for other resources, which may bring what it needs, and `operator` who brings its kind.
    """

    manifest: Mapping[str, Any]
    kubernetes: object
    allow: Collection[str] = ()
    waits: bool = False
    operator: Operator | None = None


class Existence:
    """One hook for the objects of all clusters of a program, since each costs. A preview looks by itself."""

    def __init__(self, reach: Reach) -> None:
        self.reach, self.obstacles = reach, Obstacles(reach)
        self._planned: dict[tuple[str, str], list[Planned]] = {}
        self._hook: pulumi.ResourceHook | None = None
        self._engine: Any = None

    def binding(self, token: str, name: str, planned: Planned) -> pulumi.ResourceHookBinding | None:
        """The hook of an object, by the type and name of its resource; None where no engine would call it."""
        if not calls() or settings.is_dry_run():
            return None
        self._planned.setdefault((token, name), []).append(planned)
        if self._hook is None:
            self._engine = settings.get_engine()
            self._hook = pulumi.ResourceHook(HOOK, self.before_create)
        return pulumi.ResourceHookBinding(before_create=[self._hook])

    def forget(self, planned: Collection[tuple[str, str, Planned]]) -> None:
        """Let go of objects about which the engine asks no more, by types and names of their resources."""
        for token, name, entry in planned:
            others = [each for each in self._planned.pop((token, name), ()) if each is not entry]
            if others:
                self._planned[token, name] = others

    async def before_create(self, args: pulumi.ResourceHookArgs) -> None:
        """Refuse to make what exists. Raises `RefusedError`."""
        wanted = await wanted_of(args.new_inputs or {}, None)
        planned = self._find(args.type, args.name, wanted)
        if planned is None:
            return
        if planned.operator is not None:
            wanted = await wanted_of(args.new_inputs or {}, planned.operator)
        reached = await self.reach.of(planned.kubernetes)
        there: bool | str = NOT_KNOWN
        if wanted is not None and reached.access is not None:
            there = await in_thread(is_there, self.reach, wanted, reached.access)
        if not there or (isinstance(there, str) and not reached.upserts):
            # Nothing is there, or the API server will refuse.
            if wanted is not None and reached.access is not None:
                waits = planned.waits or PLACE_GUARD in planned.allow
                await self.obstacles.check(
                    wanted, reached.access, args.urn, self._engine, waits=waits, operator=planned.operator
                )
            return
        if EXISTS_GUARD in planned.allow:
            say(self._engine, WARNING, LIFTED.format(guard=EXISTS_GUARD, what=args.name), args.urn)
        elif isinstance(there, str) or wanted is None:
            raise RefusedError([], UNSEEN.format(name=args.name, why=there))
        else:
            raise RefusedError([taken(wanted, subject_of(CLUSTER, args.name))], exists_text(wanted))

    def _find(self, token: str, name: str, wanted: WantedObject | None) -> Planned | None:
        """The object of a resource; of several with the same name, under different parents, the one that it is."""
        found = self._planned.get((token, name), [])
        named = [entry for entry in found if wanted is None or _name(entry.manifest) == wanted.name]
        return next(iter(named or found), None)


def guards_of(wanted: WantedObject) -> tuple[str, ...]:
    """The guards that let an object be made which is there already."""
    return (EXISTS_GUARD, REPLACED_GUARD, *([SECRET_GUARD] if _is_secret(wanted) else []))


def exists_text(wanted: WantedObject) -> str:
    """What to say of an object that is there already, with how to go on."""
    text = filled(EXISTS, wanted.kind, f"{wanted.namespace}/{wanted.name}")
    if _is_secret(wanted):
        text += (
            f"\n- Its values are others than in the stack, and the Kubernetes provider would replace it: {IN_PLACE}."
        )
    return text


def _is_secret(wanted: WantedObject) -> bool:
    return (wanted.api_version, wanted.kind) == ("v1", "Secret")


def is_there(reach: Reach, wanted: WantedObject, access: Any, mark: str | None = None) -> bool | str:
    """Whether an object is in the cluster, with another mark if one is given; a text says why that cannot be seen."""
    from pulumi_everest.live.errors import LiveError

    try:
        found = reach.live(access).metadata(wanted.api_version, wanted.kind, wanted.name, wanted.namespace)
        return found is not None and (mark is None or mark_in(found.get("metadata")) != mark)
    except LiveError as error:
        return one_line(error.findings[0])


def mark_in(metadata: Any) -> str | None:
    """By which stack and resource an object says that it was made."""
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    mark = annotations.get(MARK) if isinstance(annotations, Mapping) else None
    return mark if isinstance(mark, str) else None


def _name(manifest: Mapping[str, Any]) -> Any:
    return (manifest.get("metadata") or {}).get("name")
