"""The Kubernetes clusters of a program: how each is reached, and one client for each of them.

The engine is asked before the objects are registered, never in a hook: with enough of them it would wait for the hooks
with all that it has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi.runtime import settings

from pulumi_everest.live.presence import WantedObject
from pulumi_everest.resources.engine.calls import calls
from pulumi_everest.resources.engine.cluster_access import TIMEOUT, ClusterAccess, access_of
from pulumi_everest.resources.engine.log import WARNING, say
from pulumi_everest.resources.engine.provider_settings import UPSERTS, renders, says
from pulumi_everest.resources.engine.threads import in_thread

if TYPE_CHECKING:
    from pulumi_everest.live.cluster import LiveCluster

UNSEEN: Final = """\
the cluster cannot be read, so that edits in the cluster are not seen, nor what is there already: {why}. \
docs/changes.md, "What is seen with which rights", says what a preview needs"""
NOT_KNOWN: Final = "the kubeconfig of the Kubernetes provider is not known here"


Key = tuple[ClusterAccess, str, str, str]
"""A cluster, an API version, a kind and a namespace."""


@dataclass(frozen=True)
class Reached:
    """What a Kubernetes provider says: whether it takes over what exists, and how it reaches its cluster.

    One that `renders` files has no cluster, whatever its kubeconfig names.
    """

    upserts: bool
    access: ClusterAccess | None
    renders: bool = False


class Reach:
    """What the hooks of a program share to look into its Kubernetes clusters."""

    def __init__(self) -> None:
        self._asked: dict[object, asyncio.Future[Reached]] = {}
        self._lives: dict[ClusterAccess, LiveCluster] = {}
        self._listed: dict[Key, asyncio.Future[dict[str, dict[str, Any]] | None]] = {}
        self._lock = Lock()
        self._said = False

    def prepare(self, kubernetes: object) -> list[pulumi.Output[None]]:
        """What the objects of a Kubernetes provider wait for: that it has said how its cluster is reached."""
        if kubernetes is None or not calls():
            return []
        asked: Any = self._future(kubernetes)
        return [pulumi.Output.from_input(asked).apply(lambda _: None)]

    async def of(self, kubernetes: object) -> Reached:
        """What a Kubernetes provider says; None is the default one, of which the stack's config says it."""
        return await (_reached(None) if kubernetes is None else self._future(kubernetes))

    def live(self, access: ClusterAccess) -> LiveCluster:
        """The client of a cluster, the same for all that looks there. From any thread. Its requests raise LiveError."""
        from pulumi_everest.live.cluster import LiveCluster

        with self._lock:
            if access not in self._lives:
                self._lives[access] = LiveCluster(access.kubeconfig, access.context, timeout=TIMEOUT)
            return self._lives[access]

    async def find(self, access: ClusterAccess, wanted: WantedObject, *, at_once: bool) -> dict[str, Any] | None:
        """An object as it is; `at_once` with all of its kind in its namespace, if that is allowed. Raises LiveError."""
        listed = await self._all(access, wanted) if at_once else None
        if listed is not None:
            return listed.get(wanted.name)
        live = self.live(access)
        found: dict[str, Any] | None = await in_thread(
            live.get, wanted.api_version, wanted.kind, wanted.name, wanted.namespace
        )
        return found

    async def names(self, access: ClusterAccess, wanted: WantedObject) -> Collection[str] | None:
        """The names of the objects of a kind in a namespace; None where they may not be listed. Raises LiveError."""
        listed = await self._all(access, wanted)
        return None if listed is None else listed.keys()

    async def _all(self, access: ClusterAccess, wanted: WantedObject) -> dict[str, dict[str, Any]] | None:
        """The objects of a kind in a namespace by name, asked for once."""
        key = (access, wanted.api_version, wanted.kind, wanted.namespace)
        if key not in self._listed:
            self._listed[key] = asyncio.ensure_future(in_thread(_list, self.live(access), wanted))
        return await self._listed[key]

    def unseen(self, why: str, urn: str | None = None) -> None:
        """Say once that the cluster cannot be read."""
        engine: Any = settings.get_engine()
        if not self._said and engine is not None:
            self._said = True
            say(engine, WARNING, UNSEEN.format(why=why), urn)

    def _future(self, kubernetes: object) -> asyncio.Future[Reached]:
        if kubernetes not in self._asked:
            self._asked[kubernetes] = asyncio.ensure_future(_reached(kubernetes))
        return self._asked[kubernetes]


def _list(live: LiveCluster, wanted: WantedObject) -> dict[str, dict[str, Any]] | None:
    from pulumi_everest.live.errors import LiveError
    from pulumi_everest.live.operators import FORBIDDEN

    try:
        found = live.list(wanted.api_version, wanted.kind, wanted.namespace)
    except LiveError as error:
        if error.code != FORBIDDEN:
            raise
        return None
    return {entry["metadata"]["name"]: entry for entry in found}


async def _reached(kubernetes: object) -> Reached:
    if await renders(kubernetes):
        return Reached(False, None, True)
    return Reached(await says(kubernetes, UPSERTS), await access_of(kubernetes))
