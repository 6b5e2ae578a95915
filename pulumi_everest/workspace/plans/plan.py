"""What comes of the clusters and jobs of an input when they are planned."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.findings import Finding
from pulumi_everest.workspace.documents import ClusterInput
from pulumi_everest.workspace.plans.job_plans import JobPlan
from pulumi_everest.workspace.setup import Setup


@dataclass
class Plan:
    """One cluster, resolved, with the objects that it becomes."""

    cluster: ClusterInput
    resolved: Resolved
    setup: Setup
    objects: list[Emitted]


@dataclass
class Planned:
    """All clusters and jobs with their objects; nothing but the findings if there is an error."""

    clusters: list[Plan]
    jobs: list[JobPlan]
    findings: list[Finding]
    of_clusters_alone: bool = False
    """Whether all errors are of single clusters, of each of which it is known which one it is."""
