"""Who says a value of a cluster, in words for people."""

from __future__ import annotations

from pulumi_everest.model.deferred import Path
from pulumi_everest.workspace.explain.clusters import source_of
from pulumi_everest.workspace.plans.plan import Plan


def said_by(plan: Plan, path: Path) -> str:
    """Who says a value of a cluster, for people; empty for the cluster itself."""
    technology = plan.setup.technology
    origin = source_of(plan, path)
    named = {
        "cluster": "",
        "user": "",
        "versions": "",
        "preset": f"preset {plan.cluster.spec.get('preset')} of {technology.definition.name}",
        "provider": f"Provider {technology.provider}",
        "lock": "the lock file",
    }
    return named.get(origin, technology.definition.name)
