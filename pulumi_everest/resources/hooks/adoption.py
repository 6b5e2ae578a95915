"""Taking over an object that exists: a hook of the main object that refuses whatever would change it.

Pulumi's import takes over the fields of kubectl and removes what the program does not name, even after a preview
without an error. At that moment the engine knows nothing of the old inputs but what the object is called, and its old
outputs are the live object: so they are compared, and nothing happens until they are the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi.runtime import settings

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.changes.takeover import FILLED, lost_or_changed
from pulumi_everest.core.exact import leaves
from pulumi_everest.emit.core_kinds import FILLED_BY_SERVER, is_core
from pulumi_everest.live.errors import LiveError
from pulumi_everest.live.managers import other_managers
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import Finding, finding, path_text
from pulumi_everest.model.mark import MARK
from pulumi_everest.resources.engine.calls import calls, has_engine, plain, supports
from pulumi_everest.resources.engine.cluster_access import ClusterAccess
from pulumi_everest.resources.engine.log import ERROR, WARNING, say
from pulumi_everest.resources.engine.reach import Reach
from pulumi_everest.resources.engine.threads import in_thread
from pulumi_everest.resources.hooks.refusals import RefusedError

if TYPE_CHECKING:
    from pulumi_everest.workspace.workspace import Setup

HOOK: Final = "pulumi-everest:adoption"
TAKEN_OVER: Final = """\
{what}: made by this stack before, taken over: an update that did not end had begun it. Nothing of it changes."""
_NAMED: Final = frozenset({"apiVersion", "kind", "metadata"})
SETTLED: Final = 0.3
"""Seconds that a refusal waits for those of other clusters: the engine stops at the first one that it hears of."""


class Adoption:
    """The hook that all clusters of one program share, since each hook costs."""

    def __init__(self, reach: Reach | None = None) -> None:
        self._reach = reach
        self._kubernetes: dict[tuple[str, str], object] = {}
        self._hook: Any = None
        self._defaults: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._whole: set[tuple[str, str]] = set()
        """The types and names of objects of which an import knows all that there is."""

    def binding(
        self,
        token: str,
        name: str,
        defaults: Mapping[str, Any] | None = None,
        kubernetes: object = None,
        *,
        adopting: bool = False,
    ) -> pulumi.ResourceHookBinding | None:
        """The hook of an object, by its type and name; None where no engine would call it. The rest is as in `note`."""
        if not calls():
            return None
        self.note(token, name, defaults, kubernetes, adopting=adopting)
        if self._hook is None:
            self._hook = pulumi.ResourceHook(HOOK, self.before_update, pulumi.ResourceHookOptions(on_dry_run=True))
        return pulumi.ResourceHookBinding(before_update=[self._hook])

    def note(
        self,
        token: str,
        name: str,
        defaults: Mapping[str, Any] | None = None,
        kubernetes: object = None,
        *,
        adopting: bool = False,
    ) -> None:
        """Note an object before whose updates `before_update` is called, in a hook of its own or in another one.

        That is every object that keeps data: one whose import was refused halfway is still not what the program says.
        `defaults` are what the server fills in, by path, as far as the plugin knows them; `kubernetes` is the
        Kubernetes provider, and `adopting` says that the program takes the object over.
        """
        filled: Sequence[str] = ()
        if is_core(_api_version(token)):
            filled = FILLED_BY_SERVER.get(token.rpartition(":")[2], ())
            if adopting:
                self._whole.add((token, name))
        self._defaults[token, name] = {**dict.fromkeys(filled, FILLED), **(defaults or {})}
        self._kubernetes[token, name] = kubernetes

    async def before_update(self, args: pulumi.ResourceHookArgs) -> None:
        """Refuse to take over an object that is not what the program says. Raises `NotTheSameError`."""
        key = (args.type, args.name)
        defaults, kubernetes = self._defaults.get(key, {}), self._kubernetes.get(key)
        await compare(args, defaults, kubernetes, self._reach, whole=key in self._whole)


def _api_version(token: str) -> str:
    """The API version of a kind, by the type of its resources."""
    return token.partition(":")[2].rpartition(":")[0].removeprefix("core/")


def both(
    first: pulumi.ResourceHookBinding | None, second: pulumi.ResourceHookBinding | None
) -> pulumi.ResourceHookBinding | None:
    """All the hooks of two bindings."""
    if first is None or second is None:
        return first or second
    hooks = {key: [*(own or []), *(getattr(second, key) or [])] or None for key, own in vars(first).items()}
    return pulumi.ResourceHookBinding(**hooks)


def check_adoption(metadata: Mapping[str, Any], policy: str, setup: Setup | None) -> Iterator[Finding]:
    """What an adoption needs to know, and what it contradicts."""
    for key in ("name", "namespace"):
        value = metadata.get(key)
        if value is None:
            yield finding("field.missing", (key,), f"with adopt=True the field '{key}' says where the object is")
        elif isinstance(value, Deferred):
            text = f"'{key}' says which object is taken over, so it must be known in a preview"
            yield finding("value.not-known", (key,), text)
    if has_engine() and not supports():
        text = "this engine calls no hooks, so nothing could keep it from changing what it takes over"
        yield finding("field.conflict", ("adopt",), text, hint="update the Pulumi CLI")
    if policy == "delete":
        text = (
            "what is taken over is protected, so that no mistake deletes it; deletion_policy cannot be 'delete' with it"
        )
        hint = "adopt first; then take adopt=True out and set the policy"
        yield finding("field.conflict", ("deletionPolicy",), text, allowed=["protect", "retain"], hint=hint)
    if setup is not None and setup.technology.is_controlled:
        text = "with reconcile_by='everest' a controller makes the operator's object, which it also has to take over"
        yield finding("field.conflict", ("adopt",), text, hint="set reconcile_by='pulumi'")


async def compare(
    args: pulumi.ResourceHookArgs,
    defaults: Mapping[str, Any],
    kubernetes: object = None,
    reach: Reach | None = None,
    *,
    whole: bool = False,
) -> None:
    """Compare an object that is taken over with what the program says. Raises `NotTheSameError`.

    `whole`: an import knows all of such objects, so that it looks like any other update. While a program says that they
    are taken over, nothing of them may change.
    """
    if whole and args.old_inputs is not None:
        live: dict[str, Any] | None = await _plain(args.old_inputs)
    else:
        live = await taken_over(args.old_inputs, args.old_outputs, args.new_inputs)
    if live is None:
        return
    wanted = await _plain(args.new_inputs)
    found = lost_or_changed(live, wanted, defaults)
    if found and reach is not None:
        found = lost_or_changed(live, wanted, {**await server_defaults(wanted, kubernetes, reach), **defaults})
    if not found:
        if _mark(live) is not None and _mark(live) == _mark(wanted):
            say(settings.get_engine(), WARNING, TAKEN_OVER.format(what=args.name), args.urn)
        for text in _remarks(live):
            say(settings.get_engine(), WARNING, text, args.urn)
        return
    text = refusal(live, found)
    say(settings.get_engine(), ERROR, text, args.urn)
    await asyncio.sleep(SETTLED)
    raise NotTheSameError(found, f"{text.splitlines()[0]}, as listed at the resource")


async def server_defaults(wanted: Mapping[str, Any], kubernetes: object, reach: Reach) -> dict[str, Any]:
    """What the server would fill into an object, by path; nothing where it cannot be asked."""
    manifest = _known(wanted)
    try:
        access = (await reach.of(kubernetes)).access
        filled = await in_thread(_filled, reach, manifest, access) if access is not None else manifest
    except LiveError:
        return {}
    there = leaves(manifest)
    return {path_text(path): value for path, value in leaves(filled).items() if path not in there}


def _filled(reach: Reach, manifest: Mapping[str, Any], access: ClusterAccess) -> Mapping[str, Any]:
    from pulumi_everest.live.defaults import Defaults

    return Defaults(reach.live(access)).filled(manifest)


def _known(value: Any) -> Any:
    """Plain data to send: secret values as they are, and nothing in place of what is not known."""
    if isinstance(value, Concealed):
        return value.value
    if isinstance(value, dict):
        return {key: _known(below) for key, below in value.items() if not isinstance(below, Deferred)}
    return [_known(below) for below in value] if isinstance(value, list) else value


def _mark(manifest: Mapping[str, Any]) -> Any:
    metadata = manifest.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return annotations.get(MARK) if isinstance(annotations, Mapping) else None


async def taken_over(
    old_inputs: Mapping[str, Any] | None,
    old_outputs: Mapping[str, Any] | None,
    new_inputs: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    """The live object, where an update is the first one after an import; None for every other update.

    An import knows what an object is called, and nothing else. One that has no more than that has nothing to lose.
    """
    if old_inputs is None or old_outputs is None or not set(old_inputs) <= _NAMED:
        return None
    if new_inputs is not None and set(new_inputs) <= _NAMED:
        return None
    return {key: await _plain(value) for key, value in old_outputs.items() if not key.startswith("__")}


class NotTheSameError(RefusedError):
    """An object that is to be taken over is not what the program says."""


def refusal(live: Mapping[str, Any], found: list[Finding]) -> str:
    """What would change, and how to go on."""
    metadata = live.get("metadata") or {}
    name = f"{metadata.get('namespace', 'default')}/{metadata.get('name')}"
    count = "1 value differs" if len(found) == 1 else f"{len(found)} values differ"
    lines = [f"{live.get('kind')} {name} is not taken over, and nothing was changed: {count}"]
    lines += [f"  {path_text(entry.path)}: {entry.message}" for entry in found]
    sides = "Left is what the cluster has, right what the program says."
    later = "Have the program say what is there, and change it later"
    # A database is read back from its object; what stands beside it says nothing of one.
    how = (
        ""
        if is_core(str(live.get("apiVersion")))
        else f": everest adopt --from-cluster {name} --language python writes it"
    )
    lines.append(f"{sides} {later}{how}")
    return "\n".join(lines)


def _remarks(live: Mapping[str, Any]) -> list[str]:
    """Who else writes the object: a later change of their fields conflicts with them."""
    others = other_managers(live)
    if not others:
        return []
    names = ", ".join(f"{manager} ({count})" for manager, count in others.items())
    return [
        f"other field managers own values of this object: {names}. They stay owners, so that a later change of such "
        "a value ends with 'Apply failed with ... conflict': take it out of the other tool first, or let the program "
        'win with the annotation pulumi.com/patchForce: "true"'
    ]


async def _plain(value: Any) -> Any:
    """What hooks get, as plain data, with `Concealed` for each leaf of a secret value."""
    return await plain(value, _hidden)


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _hidden(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_hidden(below) for below in value]
    return value if isinstance(value, Deferred) else Concealed(value)
