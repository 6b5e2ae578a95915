"""Changes of Secrets that the guard of their component has not seen: with `--target`, or `--exclude` of the component.

Where the Kubernetes provider would replace a Secret, it is looked for before it is made anew (`hooks/existence.py`);
while one is taken over nothing of it may change (`hooks/adoption.py`). What comes here is changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pulumi

from pulumi_everest.core.changes.compare import ChangeSet
from pulumi_everest.core.changes.secret_changes import SecretHandling, StoredSecret, secret_changes, stored_secret
from pulumi_everest.resources.engine.calls import calls, concealed
from pulumi_everest.resources.hooks.filling import component_of
from pulumi_everest.resources.hooks.judge import Judge
from pulumi_everest.resources.hooks.stored_state import opened

if TYPE_CHECKING:
    from pulumi_everest.adoption.program_cluster import ProgramCluster

HOOK: Final = "pulumi-everest:secret-changes"
_HELD: Final = ("type", "immutable", "data", "stringData")


@dataclass(frozen=True)
class ClusterSecret:
    """A Secret of given values: its manifest, the name of the component's resource, and the cluster."""

    manifest: Mapping[str, Any]
    component: str
    cluster: Callable[[], ProgramCluster | None]


class SecretGuard:
    """One hook for the Secrets of all clusters of a program, since each costs."""

    def __init__(self, guard: Judge) -> None:
        self.guard = guard
        self._secrets: dict[tuple[str, str], ClusterSecret] = {}
        self._hook: pulumi.ResourceHook | None = None

    def binding(self, token: str, name: str, secret: ClusterSecret) -> pulumi.ResourceHookBinding | None:
        """The hook of a Secret, by the type and name of its resource; None where no engine would call it."""
        if not calls():
            return None
        self._secrets[token, name] = secret
        if self._hook is None:
            self._hook = pulumi.ResourceHook(HOOK, self.before_update, pulumi.ResourceHookOptions(on_dry_run=True))
        return pulumi.ResourceHookBinding(before_update=[self._hook])

    def forget(self, made: Callable[[], ProgramCluster | None]) -> None:
        """Let go of a cluster of which the engine asks no more."""
        for key in [key for key, secret in self._secrets.items() if secret.cluster == made]:
            del self._secrets[key]

    async def before_update(self, args: pulumi.ResourceHookArgs) -> None:
        """Say what the change of a Secret does to its cluster, unless its component has."""
        secret = self._secrets[args.type, args.name]
        component, made = component_of(args.urn, secret.component), secret.cluster()
        if component in self.guard.updates or made is None:
            return
        kept = stored_secret(secret.manifest)
        was, now = [_stored(kept, await concealed(given or {})) for given in (args.old_inputs, args.new_inputs)]
        manifest = made.setup.technology.manifest
        online = manifest.secrets.online if manifest is not None else ()
        key = {args.name: was}, {args.name: now}
        changes = list(secret_changes(*key, made.snapshot.spec, SecretHandling(in_place=True), online))
        await self.guard.judge(ChangeSet(made.snapshot.name, changes), secret.component, args.urn, component)


def _stored(kept: Mapping[str, Any], inputs: Any) -> StoredSecret:
    """A Secret as it was or is to be, with the places of its values."""
    data = opened(inputs) if isinstance(inputs, dict) else {}
    places = {key: kept[key] for key in ("name", "place", "places")}
    return StoredSecret.from_data({**places, **{key: data[key] for key in _HELD if data.get(key) is not None}})
