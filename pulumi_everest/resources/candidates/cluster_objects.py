"""What a cluster of a program becomes: its objects, how clients sign in, and what is waited for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.objects import Emitted, is_cluster_scoped
from pulumi_everest.emit.templates.texts import filled
from pulumi_everest.expressions.environment import ExpressionError, Scope
from pulumi_everest.model.findings import EverestError, Finding, finding
from pulumi_everest.model.plugin_files.object_settings import of_topology
from pulumi_everest.resources.candidates.cluster_reading import Checked
from pulumi_everest.workspace.connection import Connection, connection_of
from pulumi_everest.workspace.secret_values import name_secrets, unused_secrets
from pulumi_everest.workspace.workspace import Plan, Setup, Workspace


@dataclass
class ClusterObjects:
    """The objects of a cluster, and what is wrong with them; none of one that cannot be made."""

    objects: list[Emitted] = field(default_factory=list)
    former: dict[int, list[str]] = field(default_factory=dict)
    """The API versions that objects had, by their place."""
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
        made.former = _former_types(made.objects, checked.resolved, checked.setup)
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
        made.findings += _wrong_condition(checked, made)
    except EverestError as error:
        made.findings = error.findings
    return made


def _former_types(objects: Sequence[Emitted], resolved: Resolved, setup: Setup) -> dict[int, list[str]]:
    if setup.plugin is None or setup.technology.is_controlled:
        return {}
    template = setup.plugin.template
    found = ((place, template.former_types(resolved, entry)) for place, entry in enumerate(objects))
    return {place: versions for place, versions in found if versions}


def conditions_of(checked: Checked, made: ClusterObjects) -> dict[int, Any]:
    """What the Kubernetes provider is to wait for of each object, by their place: of none, or of all that can tell.

    A database is ready when all its objects are.
    """
    main = condition_of(checked, made)
    if main is None:
        return {}
    conditions = {place: main if entry.main else entry.wait_for for place, entry in enumerate(made.objects)}
    return {place: condition for place, condition in conditions.items() if condition is not None}


def condition_of(checked: Checked, made: ClusterObjects) -> Any:
    """What the Kubernetes provider is to wait for of the main object, in its words; a `Deferred` where unknown."""
    wanted = checked.wait_for
    if wanted is None and made.connection is not None:
        wanted = made.connection.read is not None
    if not wanted and made.is_filled:
        wanted = True
    if wanted is not True:
        return wanted or None
    manifest = checked.setup.technology.manifest if checked.setup is not None else None
    resolved = checked.resolved
    if manifest is None or resolved is None:
        return None
    text = of_topology(manifest.wait_for, resolved.spec["topology"]["type"])
    if text is None:
        return None
    return filled(text, Scope({"spec": resolved.spec, "metadata": resolved.metadata, "types": resolved.types}))


def _wrong_condition(checked: Checked, made: ClusterObjects) -> Iterator[Finding]:
    """What is wrong with the plugin's text of what to wait for, which only filling it in shows."""
    try:
        condition_of(checked, made)
    except ExpressionError as error:
        text = f"what the plugin says to wait for cannot be filled in: {error}"
        yield finding("emit.template", ("waitFor",), text, hint="say what to wait for, or waitFor: false")


def place_of(entry: Emitted, metadata: Mapping[str, Any]) -> str:
    """What the engine calls an object of a cluster that exists."""
    name = str(entry.manifest["metadata"]["name"])
    return name if is_cluster_scoped(entry) else f"{metadata['namespace']}/{name}"
