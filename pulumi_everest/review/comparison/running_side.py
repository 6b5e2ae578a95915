"""A running cluster as one side of a comparison: what it has, and what of the input does not fit into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_everest.live.errors import LiveError
from pulumi_everest.live.room import read_room
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.review.capacity.fitting import fitting
from pulumi_everest.review.comparison.live_before import before_in_cluster
from pulumi_everest.review.comparison.revision import FormerInput
from pulumi_everest.review.inputs.gather import Gathered
from pulumi_everest.review.running import operator_findings
from pulumi_everest.workspace.workspace import Workspace

if TYPE_CHECKING:
    from pulumi_everest.model.findings import Finding
    from pulumi_everest.review.capacity.measure import Measured
    from pulumi_everest.review.options import Options


def running_before(gathered: Gathered, options: Options, kubeconfig: str | None, context: str | None) -> FormerInput:
    """What a running cluster has of an input. What it says of operators goes to the findings of the input."""
    from pulumi_everest.live.cluster import LiveCluster

    if gathered.has_errors:
        return FormerInput(Gathered())
    live = LiveCluster(kubeconfig, context)
    try:
        plugins = Plugins(options.plugins)
        manifests = [plugin.manifest for plugin in plugins.all()]
        gathered.findings += operator_findings(gathered.groups, manifests, live)
        operators = {name for m in manifests for name in (m.operator.name, m.operator.image) if name}
        return before_in_cluster(gathered, live, Workspace(plugins), operators)
    except LiveError as error:
        return FormerInput(Gathered(findings=error.findings))


def unfitting(sides: Measured, kubeconfig: str | None, context: str | None) -> list[Finding]:
    """What of the clusters does not fit into a running cluster."""
    from pulumi_everest.live.cluster import LiveCluster

    try:
        room = read_room(LiveCluster(kubeconfig, context), dict.fromkeys(one.namespace for one in sides.taken))
    except LiveError as error:
        return error.findings
    return list(fitting(room, sides.taken_before or (), sides.taken))
