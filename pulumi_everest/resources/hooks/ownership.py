"""Objects that this stack has made, and does not know: a killed update had begun them, and the next one goes on.

Each object carries a mark: the organization, stack and project, the URN of its resource, and where it is. Only an
object with exactly this mark is taken over. That it is equal is never enough: it may be another stack's, or one that
this stack has under a former name. What is taken over is compared like any adoption (`hooks/adoption.py`), so that
nothing of it changes.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

import pulumi

from pulumi_everest.live.errors import LiveError
from pulumi_everest.live.presence import WantedObject
from pulumi_everest.model.mark import MARK
from pulumi_everest.resources.children.join import joined
from pulumi_everest.resources.children.kinds import type_of
from pulumi_everest.resources.engine.calls import calls
from pulumi_everest.resources.engine.cluster_access import ClusterAccess, known, secret_values, wanted_of
from pulumi_everest.resources.engine.late_import import LateImport, decided_late
from pulumi_everest.resources.engine.reach import Reach
from pulumi_everest.resources.engine.threads import in_thread

Marks = Mapping[str, str]
"""The marks of the objects of a kind in a namespace, by their names; empty where there is none."""


class Ownership:
    """Marks the objects of a program, and finds those that it made before."""

    def __init__(self, reach: Reach, moves: Callable[[str], bool] = lambda _urn: False) -> None:
        self.reach, self._moves = reach, moves
        """`moves` tells of a component whether it is changing its name or namespace: then the state has another one."""
        self._listed: dict[tuple[ClusterAccess, str, str, str], asyncio.Future[Marks]] = {}

    def own(
        self,
        component: pulumi.Resource,
        name: str,
        manifest: Mapping[str, Any],
        opts: pulumi.ResourceOptions,
        kubernetes: object,
        *,
        adopt: bool = False,
        may_be_replaced: bool = False,
        of_clients: bool = False,
    ) -> dict[str, Any]:
        """The object of a component with its mark. `opts` are those of its resource: it is taken over where it is ours.

        With `adopt` it is taken over whoever made it, where it is there. One that `may_be_replaced` is not looked for:
        the engine replaces nothing that is to be taken over. So the Secret `of_clients` is taken over only where it has
        the values that it is to have: with others the state has it, as a rule, and it is changed or replaced. None
        is before its values are known.
        """
        marked = dict(manifest)
        if not calls():
            return marked
        token = type_of(manifest)
        metadata = dict(marked["metadata"])
        mark = _as_output(component, token, name, metadata)
        metadata["annotations"] = {**(metadata.get("annotations") or {}), MARK: mark}
        marked["metadata"] = metadata
        if opts.import_ is None and not may_be_replaced:
            late = LateImport()
            looked: Any = asyncio.ensure_future(
                self._look(late, component, name, manifest, kubernetes, adopt, of_clients)
            )
            decided_late(opts, late)
            depends: Any = opts.depends_on
            before = depends if isinstance(depends, list) else [depends] if depends is not None else []
            opts.depends_on = [*before, pulumi.Output.from_input(looked)]
        return marked

    async def _look(
        self,
        late: LateImport,
        component: pulumi.Resource,
        name: str,
        manifest: Mapping[str, Any],
        kubernetes: object,
        adopt: bool,
        of_clients: bool,
    ) -> None:
        """Find out whether an object is there and ours. Where that cannot be seen, it is not."""
        urn = await component.urn.future()
        head = {
            "apiVersion": manifest["apiVersion"],
            "kind": manifest["kind"],
            "metadata": joined(manifest["metadata"]),
        }
        wanted = await wanted_of(head, None)
        access = (await self.reach.of(kubernetes)).access
        if not isinstance(urn, str) or wanted is None or access is None:
            return
        try:
            mark = await self._mark_in(wanted, access)
        except LiveError:
            return  # who looks before it is made says so
        given = await known(joined(manifest["metadata"].get("namespace")))
        own = mark_of(urn, type_of(manifest), name, given, wanted.name)
        if mark is not None and (adopt or (mark == own and not self._moves(urn))):
            if not adopt and not await self._stays(wanted, access, manifest, of_clients=of_clients):
                return
            namespaced = await in_thread(self.reach.live(access).has_namespaces, wanted.api_version, wanted.kind)
            late.identity = f"{wanted.namespace}/{wanted.name}" if namespaced else wanted.name

    async def _stays(
        self, wanted: WantedObject, access: ClusterAccess, manifest: Mapping[str, Any], *, of_clients: bool
    ) -> bool:
        """Whether nothing of what is there would be replaced, as far as that can be told."""
        values = await secret_values(joined(manifest.get("stringData")))
        return values is not None and (not of_clients or await in_thread(_holds, self.reach, wanted, access, values))

    async def _mark_in(self, wanted: WantedObject, access: ClusterAccess) -> str | None:
        """The mark of an object; None where it is not there."""
        if (wanted.api_version, wanted.kind) == ("v1", "Secret"):
            found: str | None = await in_thread(_mark, self.reach, wanted, access)
            return found
        key = (access, wanted.api_version, wanted.kind, wanted.namespace)
        if key not in self._listed:
            self._listed[key] = asyncio.ensure_future(in_thread(_marks, self.reach, wanted, access))
        return (await asyncio.shield(self._listed[key])).get(wanted.name)


def mark_of(component: str, token: str, name: str, namespace: Any, own: Any) -> str:
    """The mark of an object: the URN of its component, the type and name of its resource, and where it is.

    A copy in another namespace is not the object that was made. One that moves to another API version is.
    """
    version = token.partition(":")[2].rpartition(":")[0]
    token = token.replace(f"{version}:", f"{version.rpartition('/')[0]}:", 1)
    stack, project, types, _ = component.removeprefix("urn:pulumi:").split("::", 3)
    return f"{pulumi.get_organization()}/{project}/{stack} {types}${token}::{name} {namespace or ''}/{own}"


def _as_output(
    component: pulumi.Resource, token: str, name: str, metadata: Mapping[str, Any]
) -> pulumi.Output[str | None]:
    """The mark of an object, which depends on no resource: the component's URN would make it wait for its objects."""
    places = [pulumi.Output.from_input(joined(metadata.get(key))) for key in ("namespace", "name")]

    async def mark() -> str | None:
        urn = await component.urn.future()
        namespace, own = [await place.future() for place in places]
        return mark_of(urn, token, name, namespace, own) if urn is not None and await is_known() else None

    async def is_known() -> bool:
        return await component.urn.is_known() and all([await place.is_known() for place in places])

    return pulumi.Output(set(), mark(), is_known())


def _mark(reach: Reach, wanted: WantedObject, access: ClusterAccess) -> str | None:
    metadata = reach.live(access).metadata(wanted.api_version, wanted.kind, wanted.name, wanted.namespace)
    return _of(metadata) if metadata is not None else None


def _holds(reach: Reach, wanted: WantedObject, access: ClusterAccess, values: Mapping[str, str]) -> bool:
    found = reach.live(access).get(wanted.api_version, wanted.kind, wanted.name, wanted.namespace) or {}
    data = found.get("data") or {}
    return all(data.get(key) == b64encode(value.encode()).decode() for key, value in values.items())


def _marks(reach: Reach, wanted: WantedObject, access: ClusterAccess) -> Marks:
    """The marks of all objects of the kind, with one request; or of this one alone, where they may not be listed."""
    from pulumi_everest.live.operators import FORBIDDEN

    live = reach.live(access)
    try:
        found = live.list_metadata(wanted.api_version, wanted.kind, wanted.namespace)
    except LiveError as error:
        if error.code != FORBIDDEN:
            raise
        one = _mark(reach, wanted, access)
        return {wanted.name: one} if one is not None else {}
    return {str(entry["metadata"]["name"]): _of(entry) for entry in found}


def _of(entry: Mapping[str, Any]) -> str:
    return str(((entry.get("metadata") or {}).get("annotations") or {}).get(MARK) or "")
