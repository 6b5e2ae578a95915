"""What a running cluster says about the databases of a program: before they are made, and when one fails.

The Kubernetes plugin takes a kind that the cluster does not have for one that comes later, waits for the state that it
was told, and at the end of its time says nothing about the state that there is. So the package reads the cluster
itself: in a preview for the operator, after a failure for what it wrote into the object. It only tells, and never
changes the outcome. Without the Kubernetes client (the extra `cluster`) a preview says nothing of it.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi.runtime import settings
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import engine_pb2

from pulumi_everest.core.health import Health, health
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.presence import Facts, Wanted, check_presence
from pulumi_everest.model.findings import Finding, one_line
from pulumi_everest.model.manifest import PluginManifest
from pulumi_everest.resources.failures import Failures

BEFORE: Final = "pulumi-everest:look"


@dataclass(frozen=True)
class Reach:
    """How the Kubernetes plugin reaches its cluster: the kubeconfig, as a path or its text, and a context of it."""

    kubeconfig: str | None = None
    context: str | None = None


@dataclass(frozen=True)
class Database:
    """One database of a program: what its plugin says, and the Kubernetes provider of its objects, or None."""

    manifest: PluginManifest
    kubernetes: object


@dataclass(frozen=True)
class Seen:
    """What a cluster has: the object, if it is there, and what concerns its operator."""

    found: Mapping[str, Any] | None
    facts: Facts


class Reporter:
    """Knows the databases of a program: looks for their operators, and reports on those that fail.

    One hook of each kind serves all of them.
    """

    def __init__(self) -> None:
        self.failures = Failures(self.report)
        self._databases: dict[tuple[str, str], Database] = {}
        self._before: pulumi.ResourceHook | None = None
        self._engine: Any = None
        self._looks: dict[tuple[Reach, str, str, str], asyncio.Task[Seen]] = {}
        self._said: set[str] = set()

    def binding(
        self, token: str, name: str, manifest: PluginManifest | None, kubernetes: object
    ) -> pulumi.ResourceHookBinding | None:
        """The hooks of the main object of this type and name; None where no engine would call them.

        `manifest` is the plugin's where the object is the operator's. `kubernetes` is the Kubernetes provider that
        makes it, or None for the default one.
        """
        binding = self.failures.binding()
        if manifest is None or isinstance(settings.SETTINGS.monitor, MockMonitor):
            return binding
        self._databases[token, name] = Database(manifest, kubernetes)
        if not settings.is_dry_run():
            return binding
        if self._before is None:
            self._engine = settings.get_engine()
            self._before = pulumi.ResourceHook(BEFORE, self.before, pulumi.ResourceHookOptions(on_dry_run=True))
        own = pulumi.ResourceHookBinding(before_create=[self._before], before_update=[self._before])
        return pulumi.ResourceHookBinding(**{**vars(own), "on_error": binding.on_error if binding else None})

    async def before(self, args: pulumi.ResourceHookArgs) -> None:
        """Warn where no operator would see to an object. Where that cannot be seen nothing is said."""
        database = self._databases.get((args.type, args.name))
        if database is None:
            return
        with suppress(Exception):
            wanted, reach = await _wanted(args.new_inputs or {}, database)
            if wanted is None or reach is None:
                return
            seen = await self._look(wanted, reach, database)
            for text in told(args.name, None, check_presence(database.manifest.operator, [wanted], seen.facts)):
                if text not in self._said:
                    self._said.add(text)
                    # `pulumi.log` would wait for the resource's URN, which the program does not have yet.
                    request = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=text, urn=args.urn)
                    self._engine.Log(request)

    async def report(self, args: pulumi.ErrorHookArgs) -> list[str]:
        """What the operator reports of an object that was not made, or not ready in time; nothing where one cannot see.

        What goes wrong here must not hide what went wrong there.
        """
        database = self._databases.get((args.type, args.name))
        if database is None:
            return []
        with suppress(Exception):
            wanted, reach = await _wanted(args.new_inputs or {}, database)
            if wanted is not None and reach is not None:
                lines: list[str] = await _in_thread(_report, args.name, wanted, database.manifest, reach)
                return lines
        return []

    async def _look(self, wanted: Wanted, reach: Reach, database: Database) -> Seen:
        """What the cluster has, asked once for all databases of a kind in a namespace."""
        key = (reach, wanted.api_version, wanted.kind, wanted.namespace)
        if key not in self._looks:
            look = _in_thread(_read, wanted, database.manifest, reach)
            self._looks[key] = asyncio.ensure_future(look)
        return await self._looks[key]


async def _in_thread(call: Any, *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, call, *arguments)


async def reach_of(kubernetes: object) -> Reach | None:
    """How a Kubernetes provider reaches its cluster; None for one of another program, which does not say."""
    if kubernetes is None:
        config = pulumi.Config("kubernetes")
        return Reach(config.get("kubeconfig"), config.get("context"))
    own = vars(kubernetes)
    if "kubeconfig" not in own or "context" not in own:
        return None
    values = [await _known(own[name]) for name in ("kubeconfig", "context")]
    return Reach(*(value if isinstance(value, str) and value else None for value in values))


async def _known(given: Any) -> Any:
    """A value as far as it is known, without outputs around it."""
    if isinstance(given, pulumi.Output):
        return await _known(await given.future(with_unknowns=True))
    return given


async def _wanted(inputs: Mapping[str, Any], database: Database) -> tuple[Wanted | None, Reach | None]:
    """What an object asks of its operator, where its name is known, and how its cluster is reached."""
    metadata = await _known(inputs.get("metadata"))
    metadata = metadata if isinstance(metadata, Mapping) else {}
    namespace, name = [await _known(metadata.get(key)) for key in ("namespace", "name")]
    operator = database.manifest.operator
    spec = await _known(inputs.get("spec"))
    path = tuple(operator.version_path.split(".")) if operator.version_path else ()
    version = await _known(value_at({"spec": dict(spec) if isinstance(spec, Mapping) else {}}, path)) if path else None
    if not isinstance(name, str):
        return None, None
    wanted = Wanted(
        api_version=str(inputs.get("apiVersion")),
        kind=str(inputs.get("kind")),
        namespace=namespace if isinstance(namespace, str) else "default",
        name=name,
        version=version if isinstance(version, str) else None,
    )
    return wanted, await reach_of(database.kubernetes)


def _read(wanted: Wanted, manifest: PluginManifest, reach: Reach) -> Seen:
    """Ask the cluster. Raises LiveError."""
    from pulumi_everest.live.cluster import LiveCluster
    from pulumi_everest.live.operators import look

    with _file(reach.kubeconfig) as kubeconfig:
        live = LiveCluster(kubeconfig, reach.context)
        found = live.get(wanted.api_version, wanted.kind, wanted.name, wanted.namespace)
        kinds = [(wanted.api_version, wanted.kind)]
        return Seen(found, look(live, kinds, manifest.operator.crds, [wanted.namespace]))


def _report(name: str, wanted: Wanted, manifest: PluginManifest, reach: Reach) -> list[str]:
    from pulumi_everest.live.errors import LiveError

    try:
        seen = _read(wanted, manifest, reach)
    except LiveError as error:
        return [f"{name}: what the operator reports cannot be read: {one_line(error.findings[0])}"]
    state = health(manifest, seen.found) if seen.found is not None else None
    problems = check_presence(manifest.operator, [wanted], seen.facts)
    return told(name, state, problems) or [f"{name}: the object is not in the cluster"]


def told(name: str, state: Health | None, problems: Iterable[Finding]) -> list[str]:
    """Lines for people: the operator's state and message, and why no operator may be there. Notes are left out."""
    lines = []
    if state is not None and (state.state or state.message):
        message = f": {state.message}" if state.message else ""
        lines.append(f"{name}: the operator reports state '{state.state or 'unknown'}'{message}")
    elif state is not None:
        lines.append(f"{name}: the operator has not written a state yet")
    for entry in problems:
        if entry.severity.value != "note":
            lines.append(f"{name}: {entry.message}{f'; {entry.hint}' if entry.hint else ''}")
    return lines


@contextmanager
def _file(kubeconfig: str | None) -> Iterator[str | None]:
    """A kubeconfig as a file: the Kubernetes plugin takes a path or the text itself."""
    if kubeconfig is None or ("\n" not in kubeconfig.strip() and not kubeconfig.lstrip().startswith("{")):
        yield kubeconfig
        return
    handle, path = tempfile.mkstemp(prefix="everest-kubeconfig-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(kubeconfig)
        yield path
    finally:
        os.unlink(path)
