"""What a preview sees in the cluster: whether the operator is there, and whether an object is that is to be made.

The Kubernetes plugin takes a kind that the cluster does not have for one that comes later, and previews the creation of
an object that exists. So the package reads the cluster itself, once for the databases of a kind in a namespace. Where
the cluster cannot be read, a preview says nothing of it.

An update ends with an error of the API server where an object exists, unless the Kubernetes provider has
`upsertExistingObjects`: then it would take the object over, and after a rename delete it. So it looks there, too.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi.runtime import settings

from pulumi_everest.live.presence import Facts, WantedObject, check_presence, taken
from pulumi_everest.model.findings import one_line
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.resources.arguments.naming import as_in_yaml
from pulumi_everest.resources.engine.calls import calls, has_engine
from pulumi_everest.resources.engine.cluster_access import ClusterAccess, access_of, connected, known, wanted_of
from pulumi_everest.resources.engine.log import WARNING, say
from pulumi_everest.resources.engine.provider_settings import UPSERTS, says
from pulumi_everest.resources.engine.threads import in_thread
from pulumi_everest.resources.engine.tokens import CLUSTER, subject_of
from pulumi_everest.resources.hooks.failed_databases import problems
from pulumi_everest.resources.hooks.failures import EXISTS, filled
from pulumi_everest.resources.hooks.refusals import Refusals, RefusedError, counted


@dataclass(frozen=True)
class PlannedDatabase:
    """A database of a program that is previewed.

    `subject` is its resource for people, `main` the resource of its main object, `manifest` what the plugin says where
    that is the operator's, and `kubernetes` the Kubernetes provider that makes it, or None for the default one.
    """

    subject: str
    main: pulumi.CustomResource
    inputs: Mapping[str, Any]
    manifest: PluginManifest | None
    kubernetes: object


@dataclass(frozen=True)
class ClusterContents:
    """What a cluster has: names of the objects of a kind in a namespace, and what concerns the operator."""

    names: frozenset[str]
    facts: Facts


Key = tuple[ClusterAccess, str, str, str]

HOOK: Final = "pulumi-everest:exists"


class Preflight:
    """Looks at the cluster for the databases of a program, one after the other, in a preview.

    `served` is for programs in other languages, whose calls fail each by itself.
    """

    def __init__(self, *, served: bool = False) -> None:
        self.served = served
        self.refusals = Refusals(_databases)
        self._planned: deque[PlannedDatabase] = deque()
        self._worker: asyncio.Future[Any] | None = None
        self._seen: dict[Key, asyncio.Task[ClusterContents]] = {}
        self._said: set[str] = set()
        self._hook: pulumi.ResourceHook | None = None
        self._made: dict[tuple[str, str], object] = {}
        self._takes: dict[object, asyncio.Future[Any]] = {}

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

    def answers(self, kubernetes: object) -> list[pulumi.Output[None]]:
        """What the objects of a Kubernetes provider wait for in an update: whether it takes over what exists.

        The engine cannot be asked in a hook: with enough of them it would wait with all that it has.
        """
        if kubernetes is None or not self._guards():
            return []
        if kubernetes not in self._takes:
            self._takes[kubernetes] = asyncio.ensure_future(_takes_over(kubernetes))
        return [pulumi.Output.from_input(self._takes[kubernetes]).apply(lambda _: None)]

    def binding(self, token: str, name: str, kubernetes: object) -> pulumi.ResourceHookBinding | None:
        """The hook of a main object of this type and name; None where the Kubernetes provider takes nothing over."""
        if not self._guards() or (kubernetes is None and not UPSERTS.is_on_by_default()):
            return None
        self._made[token, name] = kubernetes
        if self._hook is None:
            self._hook = pulumi.ResourceHook(HOOK, self.before_create)
        return pulumi.ResourceHookBinding(before_create=[self._hook])

    def _guards(self) -> bool:
        """Whether this is an update by an engine that calls hooks."""
        return calls() and not settings.is_dry_run()

    async def before_create(self, args: pulumi.ResourceHookArgs) -> None:
        """Refuse to take over what exists. Raises `RefusedError`."""
        kubernetes = self._made.get((args.type, args.name))
        takes_over, access = await (self._takes[kubernetes] if kubernetes in self._takes else _takes_over(kubernetes))
        if not takes_over:
            return
        wanted = await wanted_of(args.new_inputs or {}, None)
        if wanted is None or access is None:
            raise RefusedError([], UNSEEN.format(name=args.name, why="where it is cannot be told"))
        there = await in_thread(_is_there, wanted, access)
        if isinstance(there, str):
            raise RefusedError([], UNSEEN.format(name=args.name, why=there))
        if there:
            raise RefusedError([taken(wanted, subject_of(CLUSTER, args.name))], _exists(wanted))

    async def _work(self) -> Any:
        while self._planned:
            await self.check(self._planned.popleft())

    async def check(self, planned: PlannedDatabase) -> None:
        """Say what the cluster says of a database. Raises `RefusedError` in a served program."""
        engine = settings.get_engine()
        try:
            wanted, seen = await self._read(planned)
            if wanted is None or seen is None or engine is None:
                return
            exists = wanted.name in seen.names and not await planned.main.id.is_known()
            urn = str(await planned.main.urn.future())
        except Exception:  # noqa: BLE001 - what fails here is nothing that the program asked for
            return
        if planned.manifest is not None:
            for text in problems(check_presence(planned.manifest.operator, [wanted], seen.facts)):
                if text not in self._said:
                    self._said.add(text)
                    say(engine, WARNING, text, urn)
        if exists:
            found = taken(wanted, planned.subject)
            if self.served:
                raise RefusedError([as_in_yaml(found)], _exists(wanted))
            self.refusals.add(engine, [found], _exists(wanted), urn)

    async def _read(self, planned: PlannedDatabase) -> tuple[WantedObject | None, ClusterContents | None]:
        """What is wanted, and what the cluster has, asked once for all databases of a kind in a namespace."""
        # The plugin has filled in the namespace, where the program leaves it to the Kubernetes provider.
        metadata = await known(planned.main.metadata)  # type: ignore[attr-defined]
        operator = planned.manifest.operator if planned.manifest is not None else None
        wanted = await wanted_of({**planned.inputs, "metadata": metadata}, operator)
        access = await access_of(planned.kubernetes)
        if wanted is None or access is None:
            return wanted, None
        key = (access, wanted.api_version, wanted.kind, wanted.namespace)
        if key not in self._seen:
            crds = operator.crds if operator is not None else []
            self._seen[key] = asyncio.ensure_future(in_thread(_see, wanted, crds, access))
        return wanted, await self._seen[key]


def _exists(wanted: WantedObject) -> str:
    return filled(EXISTS, wanted.kind, f"{wanted.namespace}/{wanted.name}")


def _see(wanted: WantedObject, crds: list[str], access: ClusterAccess) -> ClusterContents:
    """Ask the cluster. Raises LiveError."""
    from pulumi_everest.live.operators import read_facts

    with connected(access) as live:
        there = live.list(wanted.api_version, wanted.kind, wanted.namespace)
        facts = read_facts(live, [(wanted.api_version, wanted.kind)], crds, [wanted.namespace])
        return ClusterContents(frozenset(entry["metadata"]["name"] for entry in there), facts)


UNSEEN: Final = """\
{name}: the Kubernetes provider has upsertExistingObjects, and would take over a database that is there already, \
without a word. Whether there is one cannot be seen: {why}. Give the database a Kubernetes provider without that \
option, or let the cluster be read."""


async def _takes_over(kubernetes: object) -> tuple[bool, ClusterAccess | None]:
    """Whether a Kubernetes provider takes over what exists, and if so how it reaches its cluster."""
    takes_over = await says(kubernetes, UPSERTS)
    return takes_over, await access_of(kubernetes) if takes_over else None


def _is_there(wanted: WantedObject, access: ClusterAccess) -> bool | str:
    """Whether an object is in the cluster; a text that says why that cannot be seen."""
    from pulumi_everest.live.errors import LiveError

    try:
        with connected(access) as live:
            return live.get(wanted.api_version, wanted.kind, wanted.name, wanted.namespace) is not None
    except LiveError as error:
        return one_line(error.findings[0])


def _databases(count: int) -> str:
    return f"{counted(count, 'database')} in the cluster already, and cannot be created; nothing was changed"
