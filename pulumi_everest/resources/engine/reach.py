"""The Kubernetes clusters of a program: how each is reached, and one client for each of them.

The engine is asked before the objects are registered, never in a hook: with enough of them it would wait for the hooks
with all that it has.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi.runtime import settings

from pulumi_everest.resources.engine.calls import calls
from pulumi_everest.resources.engine.cluster_access import TIMEOUT, ClusterAccess, access_of
from pulumi_everest.resources.engine.log import WARNING, say
from pulumi_everest.resources.engine.provider_settings import UPSERTS, says

if TYPE_CHECKING:
    from pulumi_everest.live.cluster import LiveCluster

UNSEEN: Final = """\
the cluster cannot be read, so that edits in the cluster are not seen, nor what is there already: {why}. \
docs/changes.md, "What is seen with which rights", says what a preview needs"""
NOT_KNOWN: Final = "the kubeconfig of the Kubernetes provider is not known here"


@dataclass(frozen=True)
class Reached:
    """What a Kubernetes provider says: whether it takes over what exists, and how it reaches its cluster."""

    upserts: bool
    access: ClusterAccess | None


class Reach:
    """What the hooks of a program share to look into its Kubernetes clusters."""

    def __init__(self) -> None:
        self._asked: dict[object, asyncio.Future[Reached]] = {}
        self._lives: dict[ClusterAccess, LiveCluster] = {}
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


async def _reached(kubernetes: object) -> Reached:
    return Reached(await says(kubernetes, UPSERTS), await access_of(kubernetes))
