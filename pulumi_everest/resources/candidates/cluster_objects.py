"""What a cluster of a program becomes: its objects, how clients sign in, and what is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.emit.objects import Emitted
from pulumi_everest.emit.templates.texts import filled
from pulumi_everest.expressions.environment import Scope
from pulumi_everest.model.findings import EverestError, Finding, finding
from pulumi_everest.resources.candidates.cluster_reading import Checked
from pulumi_everest.workspace.connection import Connection, connection_of
from pulumi_everest.workspace.given_secrets import name_secrets, unused_secrets
from pulumi_everest.workspace.workspace import Plan, Workspace


@dataclass
class ClusterObjects:
    """The objects of a cluster, and what is wrong with them; none of one that cannot be made."""

    objects: list[Emitted] = field(default_factory=list)
    connection: Connection | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def main(self) -> dict[str, Any] | None:
        """The main object."""
        return next((entry.manifest for entry in self.objects if entry.main), None)

    @property
    def is_filled(self) -> bool:
        """Whether a restore fills the new database, when it is ready."""
        return any(entry.when_ready for entry in self.objects)

    def secrets(self) -> Iterator[Emitted]:
        """The Secrets that are made of given values."""
        return (entry for entry in self.objects if not entry.main and entry.manifest["kind"] == "Secret")


def make_objects(checked: Checked, workspace: Workspace) -> ClusterObjects:
    """The objects of a cluster that was checked, with what is wrong with them."""
    made = ClusterObjects()
    if checked.resolved is None or checked.setup is None:
        return made
    try:
        made.objects = workspace.emit(checked.cluster, checked.resolved, checked.setup)
        made.findings = unused_secrets(checked.cluster.secrets, made.objects)
        made.findings += workspace.check_objects(Plan(checked.cluster, checked.resolved, checked.setup, made.objects))
        if checked.wait_for is False and made.is_filled:
            text = "the restore that fills the database is made when it is ready, which must be waited for"
            made.findings.append(finding("field.conflict", ("waitFor",), text))
        if checked.setup.technology.is_controlled:
            name_secrets(checked.cluster.secrets, made.objects)
        if checked.connection_secret:
            made.connection = connection_of(checked.connection_secret, checked.resolved, checked.setup, made.objects)
            made.findings += made.connection.check(checked.wait_for, checked.setup)
    except EverestError as error:
        made.findings = error.findings
    return made


def condition_of(checked: Checked, made: ClusterObjects) -> Any:
    """What the Kubernetes provider is to wait for, in its words; a `Deferred` where that is not known yet."""
    wanted = checked.wait_for
    if wanted is None and made.connection is not None:
        wanted = made.connection.read
    if not wanted and made.is_filled:
        wanted = True
    if wanted is not True:
        return wanted or None
    manifest = checked.setup.technology.manifest if checked.setup is not None else None
    text = manifest.wait_for if manifest is not None else None
    resolved = checked.resolved
    if text is None or resolved is None:
        return None
    return filled(text, Scope({"spec": resolved.spec, "metadata": resolved.metadata, "types": resolved.types}))
