"""The first steps of a component: its arguments taken, its run found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pulumi

from pulumi_everest.model.findings import Finding
from pulumi_everest.resources.arguments.arguments import Arguments
from pulumi_everest.resources.arguments.models import DatabaseClusterArgs
from pulumi_everest.resources.candidates.cluster_candidate import ClusterCandidate
from pulumi_everest.resources.candidates.cluster_hooks import ClusterHooks
from pulumi_everest.resources.candidates.not_written import not_written
from pulumi_everest.resources.candidates.program_lock import names_of
from pulumi_everest.resources.candidates.run import current_run
from pulumi_everest.resources.engine.tokens import CLUSTER, subject_of
from pulumi_everest.resources.engine.warnings import warn


def start_cluster(
    name: str, arguments: dict[Any, Any], found: list[Finding], aliases: Iterable[Any] = ()
) -> ClusterCandidate:
    """The cluster of a component, checked. What is wrong is in its batch.

    `found` is what is wrong with its arguments and resource options so far, `aliases` are former identities of the
    resource.
    """
    checked = Arguments(DatabaseClusterArgs, subject_of(CLUSTER, name), arguments, found)
    return ClusterCandidate(checked, current_run(), names_of(name, aliases))


def attach(
    candidate: ClusterCandidate, hooks: ClusterHooks, component: pulumi.ComponentResource, ignored: Sequence[str]
) -> None:
    """Tell a cluster of the component that it has become. Warnings are logged there.

    `ignored` are the paths of its main object that `ignore_changes` names.
    """
    candidate.kubernetes = component.get_provider("kubernetes:core/v1:Secret")
    candidate.run.databases.add(candidate)
    candidate.run.guard.clusters.setdefault(candidate.names[0], []).append(hooks.handling)
    if not candidate.refused:
        subject = candidate.arguments.subject
        warn([*candidate.checked.findings, *not_written(candidate.main, ignored, subject)], component)
