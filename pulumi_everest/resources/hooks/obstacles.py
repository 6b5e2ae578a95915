"""Before an object is made: whether its namespace and kind are there, and whether the login works.

The Kubernetes plugin tries again for more than a minute where they are not, in case they come. Where nothing in the
program could bring them an update says so at once; in doubt it waits, and after a while says what for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from pulumi_everest.core.changes.impact import PLACE_GUARD
from pulumi_everest.live.presence import WantedObject, to_install
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.plugin_files.manifest import Operator
from pulumi_everest.resources.arguments.naming import OTHER_LANGUAGE
from pulumi_everest.resources.engine.cluster_access import ClusterAccess
from pulumi_everest.resources.engine.log import INFO, say
from pulumi_everest.resources.engine.program_resources import may_bring_more
from pulumi_everest.resources.engine.reach import Reach
from pulumi_everest.resources.engine.threads import in_thread
from pulumi_everest.resources.hooks.refusals import RefusedError

if TYPE_CHECKING:
    from pulumi_everest.live.obstacles import Obstacle

QUIET: Final = 5.0
"""Seconds until it is said what an object waits for."""
_REFUSED: Final = """\
{name} is not made, and nothing was changed: {why}, and nothing in this program makes that. {first}, or have the \
program make it before the database (depends_on); or all the same, for this one change: allow=["{guard}"]."""
_WAITS: Final = "{name} waits: {why}"
_PREVIEW: Final = "{why}: {name} cannot be made before that is there{refused}"
_AT_ONCE: Final = "; nothing in this program makes it, so that an update is refused at once"


class Obstacles:
    """What is in the way of the objects of a program. What is there once stays there."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._fine: set[tuple[ClusterAccess, str, str, str]] = set()
        self._waiting: set[asyncio.Task[None]] = set()

    async def of(self, wanted: WantedObject, access: ClusterAccess) -> Obstacle | None:
        """Why an object cannot be made now, as far as the cluster may be asked."""
        from pulumi_everest.live.obstacles import obstacle

        key = (access, wanted.api_version, wanted.kind, wanted.namespace)
        if key in self._fine:
            return None
        try:
            found: Obstacle | None = await in_thread(lambda: obstacle(self._reach.live(access), wanted))
        except Exception:  # noqa: BLE001 - what cannot be asked for is not said to be in the way
            return None
        if found is None:
            self._fine.add(key)
        return found

    async def check(
        self,
        wanted: WantedObject,
        access: ClusterAccess,
        urn: str,
        engine: Any,
        *,
        waits: bool,
        operator: Operator | None = None,
    ) -> None:
        """Refuse to make what cannot be made any more; else say what it waits for. `waits`: it may come yet.

        `operator` is who brings the kind, where that is known. Raises `RefusedError`.
        """
        found = await self.of(wanted, access)
        if found is None:
            return
        why = found.text
        if not _may_come(waits=waits):
            name, first = f"{wanted.kind} {wanted.name}", "Make it first"
            if found.what == "kind" and operator is not None:
                install = to_install(operator, [wanted])
                first = install[:1].upper() + install[1:]
            text = _REFUSED.format(name=name, why=why, first=first, guard=PLACE_GUARD)
            raise RefusedError([_finding(why)], text)
        task = asyncio.ensure_future(self._say(wanted, access, urn, engine))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _say(self, wanted: WantedObject, access: ClusterAccess, urn: str, engine: Any) -> None:
        await asyncio.sleep(QUIET)
        found = await self.of(wanted, access)
        if found is not None:
            say(engine, INFO, _WAITS.format(name=f"{wanted.kind} {wanted.name}", why=found.text), urn)

    async def in_preview(
        self, wanted: WantedObject, access: ClusterAccess, *, waits: bool, said: str = ""
    ) -> str | None:
        """What a preview says of it; None where nothing is in the way but what has been `said`."""
        found = await self.of(wanted, access)
        if found is None or found.what == said:
            return None
        refused = "" if _may_come(waits=waits) else _AT_ONCE
        return _PREVIEW.format(why=found.text, name=f"{wanted.kind} {wanted.name}", refused=refused)


def _may_come(*, waits: bool) -> bool:
    """Whether the program may bring what is missing; of one in another language nothing is known."""
    return waits or OTHER_LANGUAGE.get() or may_bring_more()


def _finding(why: str) -> Finding:
    return finding("operator.no-definition", (), why)
