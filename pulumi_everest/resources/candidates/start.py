"""The first steps of a component: its arguments taken, its run found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pulumi

from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import Finding, finding, one_line
from pulumi_everest.resources.arguments.models import DatabaseClusterArgs
from pulumi_everest.resources.arguments.received import Given, merged
from pulumi_everest.resources.candidates.cluster_candidate import Candidate
from pulumi_everest.resources.candidates.program_lock import names_of
from pulumi_everest.resources.candidates.run import current_run
from pulumi_everest.resources.provider import Provider


def start_cluster(
    name: str, args: object, keywords: Mapping[str, Any], refused: list[Finding], aliases: Iterable[Any] = ()
) -> Candidate:
    """The cluster of a component, checked. What is wrong is in its batch.

    `refused` is what is wrong with its resource options, `aliases` are former identities of the resource.
    """
    arguments, found = merged(name, args, keywords)
    found += refused
    arguments["provider"] = _provider_name(arguments.get("provider"), found)
    if arguments["provider"] is None:
        del arguments["provider"]
    given = Given(DatabaseClusterArgs, f"DatabaseCluster {name}", arguments, found)
    return Candidate(given, current_run(), names_of(name, aliases))


def place(candidate: Candidate, component: pulumi.ComponentResource) -> None:
    """Tell a cluster of the component that it has become. Warnings are logged there."""
    candidate.kubernetes = component.get_provider("kubernetes:core/v1:Secret")
    candidate.run.guard.clusters.setdefault(candidate.names[0], []).append(candidate.around)
    if not candidate.refused:
        for entry in candidate.checked.findings:
            pulumi.log.warn(one_line(replace(entry, subject="")), resource=component)


def _provider_name(provider: Any, found: list[Finding]) -> Any:
    """The name of a Provider that was passed as a resource."""
    if isinstance(provider, Provider):
        return provider.text_name
    if isinstance(provider, pulumi.ProviderResource):
        hint = "pass a Kubernetes provider as opts=pulumi.ResourceOptions(provider=...)"
        text = "provider is a pulumi_everest.Provider or the name of one, got a Pulumi provider"
        found.append(finding("field.type", ("provider",), text, hint=hint))
        return Deferred(("provider",))
    return provider
