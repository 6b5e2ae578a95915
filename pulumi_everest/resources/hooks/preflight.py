"""What a preview sees in the cluster: whether the operator is there, and whether an object is that is to be made.

The Kubernetes plugin takes a kind that the cluster does not have for one that comes later, and previews the creation of
an object that exists. So the package reads the cluster itself: main objects once for those of a kind in a namespace,
the others one by one, by name and their metadata only. Where the cluster cannot be read, a preview says so, once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi.runtime import settings

from pulumi_everest.live.errors import LiveError
from pulumi_everest.live.presence import Facts, WantedObject, check_presence, taken
from pulumi_everest.model.findings import one_line
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.resources.arguments.naming import as_in_yaml
from pulumi_everest.resources.children.join import joined
from pulumi_everest.resources.engine.calls import has_engine
from pulumi_everest.resources.engine.cluster_access import ClusterAccess, known, secret_values, wanted_of
from pulumi_everest.resources.engine.log import WARNING, say
from pulumi_everest.resources.engine.reach import Reach
from pulumi_everest.resources.engine.threads import in_thread
from pulumi_everest.resources.hooks.existence import LIFTED, exists_text, guards_of, is_there, mark_in
from pulumi_everest.resources.hooks.failed_databases import problems
from pulumi_everest.resources.hooks.leftovers import Leftovers
from pulumi_everest.resources.hooks.obstacles import Obstacles
from pulumi_everest.resources.hooks.refusals import Refusals, RefusedError, counted


@dataclass(frozen=True)
class PlannedDatabase:
    """A database of a program that is previewed.

    `subject` is its resource for people, `main` the resource of its main object, `manifest` what the plugin says where
    that is the operator's, and `kubernetes` the Kubernetes provider that makes it, or None for the default one.
    `others` are its other objects, each with its manifest, and `allow` the guards to lift.
    """

    subject: str
    main: pulumi.CustomResource
    inputs: Mapping[str, Any]
    manifest: PluginManifest | None
    kubernetes: object
    others: Sequence[tuple[pulumi.CustomResource, Mapping[str, Any]]] = ()
    allow: Collection[str] = ()
    waits: bool = False
    """Whether it waits for other resources, which may bring what it needs."""
    replaced: Collection[pulumi.CustomResource] = ()
    """Those of the others that may be deleted and made again: what is there is no obstacle, if this stack made it."""


@dataclass(frozen=True)
class ClusterContents:
    """What a cluster has: names of the objects of a kind in a namespace, and what concerns the operator.

    There are no names where they may not be listed.
    """

    names: Collection[str] | None
    facts: Facts


Key = tuple[ClusterAccess, str, str, str]

AT_ONCE: Final = 3
"""For how many databases it is asked at once what former ones have left: one thread stays for what others wait for."""


class Preflight:
    """Looks at the cluster for the databases of a program, one after the other, in a preview; at what is left, beside.

    `served` is for programs in other languages, whose calls fail each by itself.
    """

    def __init__(self, reach: Reach | None = None, *, served: bool = False) -> None:
        self.reach, self.served = reach or Reach(), served
        self.refusals = Refusals(_databases)
        self._planned: deque[PlannedDatabase] = deque()
        self._worker: asyncio.Future[Any] | None = None
        self._seen: dict[Key, asyncio.Task[Facts]] = {}
        self._said: set[str] = set()
        self._asking: list[asyncio.Future[bool]] = []
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._obstacles, self._leftovers = Obstacles(self.reach), Leftovers(self.reach)

    def add(self, planned: PlannedDatabase) -> asyncio.Future[None] | None:
        """Look for a database, unless this is no preview by an engine. What is given fails where it is refused."""
        if not (settings.is_dry_run() and has_engine()):
            return None
        if self.served:
            return asyncio.ensure_future(self.check(planned))
        self._planned.append(planned)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.ensure_future(self._work())
            # The program does not end before an output is known.
            pulumi.Output.from_input(self._worker).apply(lambda _: None)
        return None

    async def _work(self) -> Any:
        while self._planned or self._asking:
            while self._planned:
                await self.check(self._planned.popleft())
            asking, self._asking = self._asking, []
            await asyncio.gather(*asking)

    async def check(self, planned: PlannedDatabase) -> None:
        """Say what the cluster says of a database. Raises `RefusedError` in a served program."""
        there: list[tuple[WantedObject, str]] = []
        if not await self._seen_by(self._look(planned, there)):
            return
        for wanted, urn in there:
            self._refuse(planned, wanted, urn)

    async def _seen_by(self, looking: Awaitable[None]) -> bool:
        """Look; where the cluster cannot be read, that is said once. False where something else failed."""
        try:
            await looking
        except LiveError as error:
            self.reach.unseen(one_line(error.findings[0]))
        except Exception:  # noqa: BLE001 - what fails here is nothing that the program asked for
            return False
        return True

    async def _look(self, planned: PlannedDatabase, there: list[tuple[WantedObject, str]]) -> None:
        """Find what is `there` of a database though it is to be made, with the URNs. Raises LiveError."""
        wanted, seen = await self._read(planned)
        if wanted is None or seen is None:
            return
        urn = str(await planned.main.urn.future())
        if planned.manifest is not None:
            for text in problems(check_presence(planned.manifest.operator, [wanted], seen.facts)):
                if text not in self._said:
                    self._said.add(text)
                    say(settings.get_engine(), WARNING, text, urn)
        await self._say_obstacles(planned, wanted, urn)
        others = [*planned.others]
        if seen.names is None:
            others.insert(0, (planned.main, planned.inputs))
        elif wanted.name in seen.names and not await planned.main.id.is_known():
            there.append((wanted, urn))
        for resource, manifest in others:
            may_be_replaced = any(resource is one for one in planned.replaced)
            other = await self._is_there(resource, manifest, planned.kubernetes, may_be_replaced=may_be_replaced)
            if other is not None:
                there.append((other, str(await resource.urn.future())))
        if not any(found.kind == wanted.kind for found, _ in there):
            saying = self._say_leftovers(planned, wanted, urn)
            if self.served:
                await saying
            else:
                # These are most of the requests, one for each name: nothing else waits for them.
                self._asking.append(asyncio.ensure_future(self._seen_by(saying)))

    async def _say_obstacles(self, planned: PlannedDatabase, wanted: WantedObject, urn: str) -> None:
        """Say what is in the way of a database: its namespace, kind or login; each once."""
        access = (await self.reach.of(planned.kubernetes)).access
        if access is None or await planned.main.id.is_known():
            return
        said = "kind" if planned.manifest is not None else ""
        text = await self._obstacles.in_preview(wanted, access, waits=planned.waits, said=said)
        if text is not None and text not in self._said:
            self._said.add(text)
            say(settings.get_engine(), WARNING, text, urn)

    async def _say_leftovers(self, planned: PlannedDatabase, wanted: WantedObject, urn: str) -> None:
        """Say what a former database of the same name has left, where this one is to be made and is not there."""
        access = (await self.reach.of(planned.kubernetes)).access
        said = planned.manifest.leftovers if planned.manifest is not None else None
        if said is None or access is None or await planned.main.id.is_known():
            return
        own = [_secret_name(manifest) for _, manifest in planned.others]
        async with self._turn:
            text = await self._leftovers.text(access, wanted, said, [name for name in own if name], planned.subject)
        if text is not None:
            say(settings.get_engine(), WARNING, text, urn)

    async def _is_there(
        self,
        resource: pulumi.CustomResource,
        manifest: Mapping[str, Any],
        kubernetes: object,
        *,
        may_be_replaced: bool = False,
    ) -> WantedObject | None:
        """One of the other objects, if it is to be made and is there. Raises LiveError."""
        if await resource.id.is_known():
            return None
        metadata = await known(resource.metadata)  # type: ignore[attr-defined]
        wanted = await wanted_of({**manifest, "metadata": metadata}, None)
        reached = await self.reach.of(kubernetes)
        if wanted is None or reached.access is None:
            return None
        # With values that are not known yet an update decides, before anything is changed.
        is_open = await secret_values(joined(manifest.get("stringData"))) is None
        mark = mark_in(metadata) if may_be_replaced or is_open else None
        there = await in_thread(is_there, self.reach, wanted, reached.access, mark)
        if isinstance(there, str):
            self.reach.unseen(there)
        return wanted if there is True else None

    def _refuse(self, planned: PlannedDatabase, wanted: WantedObject, urn: str) -> None:
        engine = settings.get_engine()
        lifted = next((guard for guard in guards_of(wanted) if guard in planned.allow), None)
        if lifted is not None:
            say(engine, WARNING, LIFTED.format(guard=lifted, what=f"{wanted.kind} {wanted.name}"), urn)
            return
        found = taken(wanted, planned.subject)
        if self.served:
            raise RefusedError([as_in_yaml(found)], exists_text(wanted))
        self.refusals.add(engine, [found], exists_text(wanted), urn)

    async def _read(self, planned: PlannedDatabase) -> tuple[WantedObject | None, ClusterContents | None]:
        """What is wanted, and what the cluster has, asked once for all databases of a kind in a namespace."""
        # The plugin has filled in the namespace, where the program leaves it to the Kubernetes provider.
        metadata = await known(planned.main.metadata)  # type: ignore[attr-defined]
        operator = planned.manifest.operator if planned.manifest is not None else None
        wanted = await wanted_of({**planned.inputs, "metadata": metadata}, operator)
        access = (await self.reach.of(planned.kubernetes)).access
        if wanted is None or access is None:
            return wanted, None
        key = (access, wanted.api_version, wanted.kind, wanted.namespace)
        if key not in self._seen:
            crds = operator.crds if operator is not None else []
            self._seen[key] = asyncio.ensure_future(in_thread(_see, self.reach, wanted, crds, access))
        return wanted, ClusterContents(await self.reach.names(access, wanted), await self._seen[key])


def _see(reach: Reach, wanted: WantedObject, crds: list[str], access: ClusterAccess) -> Facts:
    """Ask the cluster. Raises LiveError."""
    from pulumi_everest.live.operators import read_facts

    return read_facts(reach.live(access), [(wanted.api_version, wanted.kind)], crds, [wanted.namespace])


def _secret_name(manifest: Mapping[str, Any]) -> str | None:
    name = (manifest.get("metadata") or {}).get("name")
    return name if manifest.get("kind") == "Secret" and isinstance(name, str) else None


def _databases(count: int) -> str:
    return f"{counted(count, 'object')} in the cluster already, and cannot be created; nothing was changed"
