"""What a preview says of a database that is to be made, and of which a former one has left volumes and Secrets.

The stack has lost it and the cluster too: somebody deleted the object, and a refresh has read that. Nothing of it is
refused, since making the database again is what brings it back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any, Final

from pulumi_everest.emit.templates.texts import filled
from pulumi_everest.expressions.environment import ExpressionError, Scope
from pulumi_everest.live.leftovers import Left, left_of, volumes_with
from pulumi_everest.live.presence import WantedObject
from pulumi_everest.model.plugin_files.manifest import Leftovers as Said
from pulumi_everest.resources.engine.cluster_access import ClusterAccess
from pulumi_everest.resources.engine.reach import Reach
from pulumi_everest.resources.engine.threads import in_thread

TEXT: Final = "{subject}: a database of this name was here before, and has left {left}. Now {taken_up}."


class Leftovers:
    """Looks for what former databases have left. Volumes are asked for once, for all databases of a namespace."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._volumes: dict[tuple[ClusterAccess, str, str], asyncio.Future[list[Any]]] = {}

    async def text(
        self, access: ClusterAccess, wanted: WantedObject, said: Said, own: Collection[str], subject: str
    ) -> str | None:
        """What is to be said of a database that is not there; None where nothing is left.

        `own` are names of Secrets that the program makes, of which it is said elsewhere that they are there. Raises
        LiveError.
        """
        scope = Scope({"metadata": {"name": wanted.name, "namespace": wanted.namespace}}, False)
        try:
            labels = {label: str(filled(text, scope)) for label, text in said.volumes.items()}
            names = [str(filled(text, scope)) for text in said.secrets]
        except ExpressionError:
            return None  # what is wrong with the plugin is said when it is checked
        volumes = await self._labelled(access, wanted.namespace, _selector(said.volumes)) if labels else []
        secrets = [name for name in names if name not in own]
        live = self._reach.live(access)
        left: Left = await in_thread(left_of, live, wanted.namespace, volumes, labels, secrets)
        return TEXT.format(subject=subject, left=left, taken_up=said.taken_up) if left else None

    async def _labelled(self, access: ClusterAccess, namespace: str, selector: str) -> list[Any]:
        key = (access, namespace, selector)
        if key not in self._volumes:
            live = self._reach.live(access)
            self._volumes[key] = asyncio.ensure_future(in_thread(volumes_with, live, namespace, selector))
        return await self._volumes[key]


def _selector(volumes: Mapping[str, str]) -> str:
    """The volumes of all databases of a technology, by what their labels have in common."""
    return ",".join(label if "${" in text else f"{label}={text}" for label, text in volumes.items())
