"""What a running cluster says about a database of a program that was not made, or not ready in time.

The Kubernetes plugin waits for the state that it was told, and at the end of its time says nothing about the state
that there is. So the package reads the object itself, and what its operator wrote into it. It only tells, and never
changes the outcome.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import pulumi

from pulumi_everest.core.health import Health, health
from pulumi_everest.live.presence import WantedObject, check_presence
from pulumi_everest.model.findings import Finding, one_line
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.model.plugin_files.object_settings import ObjectSettings
from pulumi_everest.resources.engine.cluster_access import ClusterAccess, access_of, connected, wanted_of
from pulumi_everest.resources.engine.threads import in_thread
from pulumi_everest.resources.hooks.failures import Failures


@dataclass(frozen=True)
class Database:
    """One object of a program: what its plugin says, and the Kubernetes provider of its objects, or None.

    `settings` are what is said of another object than the main one.
    """

    manifest: PluginManifest
    kubernetes: object
    settings: ObjectSettings | None = None
    topology: str | None = None


class Reporter:
    """Knows the databases of a program, and reports on those that fail. One hook serves all of them."""

    def __init__(self) -> None:
        self.failures = Failures(self.report)
        self._databases: dict[tuple[str, str], Database] = {}

    def binding(self, token: str, name: str, database: Database | None) -> pulumi.ResourceHookBinding | None:
        """The hooks of the object of this type and name; None where no engine would call them.

        `database` says what is known of it, where it is the operator's.
        """
        if database is not None:
            self._databases[token, name] = database
        return self.failures.binding()

    async def report(self, args: pulumi.ErrorHookArgs) -> list[str]:
        """What the operator reports of an object that was not made, or not ready in time; nothing where one cannot see.

        What goes wrong here must not hide what went wrong there.
        """
        database = self._databases.get((args.type, args.name))
        if database is None:
            return []
        with suppress(Exception):
            wanted = await wanted_of(args.new_inputs or {}, database.manifest.operator)
            access = await access_of(database.kubernetes)
            if wanted is not None and access is not None:
                lines: list[str] = await in_thread(_report, args.name, wanted, database, access)
                return lines
        return []


def _report(name: str, wanted: WantedObject, database: Database, access: ClusterAccess) -> list[str]:
    manifest = database.manifest
    from pulumi_everest.live.errors import LiveError
    from pulumi_everest.live.operators import read_facts

    try:
        with connected(access) as live:
            found = live.get(wanted.api_version, wanted.kind, wanted.name, wanted.namespace)
            kinds = [(wanted.api_version, wanted.kind)]
            facts = read_facts(live, kinds, manifest.operator.crds, [wanted.namespace])
    except LiveError as error:
        return [f"{name}: what the operator reports cannot be read: {one_line(error.findings[0])}"]
    state = health(database.settings or manifest, found, database.topology) if found is not None else None
    lines = [*(told(state) if state is not None else []), *problems(check_presence(manifest.operator, [wanted], facts))]
    return [f"{name}: {line}" for line in lines or ["the object is not in the cluster"]]


def told(state: Health) -> list[str]:
    """What the operator has written of an object, for people."""
    if state.failed and not state.state:
        return ["its operator has given up"]
    if not state.state and not state.message:
        return ["the operator has not written a state yet"]
    message = f": {state.message}" if state.message else ""
    return [f"the operator reports state '{state.state or 'unknown'}'{message}"]


def problems(findings: Iterable[Finding]) -> list[str]:
    """Why no operator may be there, for people. Notes are left out."""
    shown = [entry for entry in findings if entry.severity.value != "note"]
    return [f"{entry.message}; {entry.hint}" if entry.hint else entry.message for entry in shown]
