"""A job, which is a backup, a restore or an upgrade: the component that all are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from pulumi_everest.core.check_job import JobKind
    from pulumi_everest.resources.candidates.job_candidate import JobCandidate


class JobComponent(pulumi.ComponentResource):
    """What backups, restores and upgrades have in common."""

    name: pulumi.Output[str]
    """Name of the operator's object."""
    namespace: pulumi.Output[str]
    """Namespace of the operator's object."""


def make(
    component: JobComponent,
    kind: JobKind,
    token: str,
    resource_name: str,
    args: object,
    keywords: Mapping[str, Any],
    opts: pulumi.ResourceOptions | None,
    made: Mapping[str, type[JobComponent]] | None = None,
) -> None:
    """Make the component of a job, and the operator's object.

    `made` are the arguments that name another one, with the components that may be passed for the name.
    """
    from pulumi_everest.resources.arguments.options import check_name, for_component, taken
    from pulumi_everest.resources.candidates.run import current_run
    from pulumi_everest.resources.children.children import Children
    from pulumi_everest.resources.engine.warnings import warn

    check_name(token, resource_name)
    options, refused = taken(opts)
    candidate, passed = _start(kind, token, resource_name, args, keywords, refused, options, made or {})
    own = for_component(options, gate=candidate.batch.gate, hooks=current_run().job_changes.binding())
    pulumi.ComponentResource.__init__(component, token, resource_name, candidate.inputs, own)
    candidate.kubernetes = component.get_provider("kubernetes:core/v1:Secret")
    if candidate.refused:
        component.name = component.namespace = candidate.batch.gate.apply(lambda _: "")
        component.register_outputs({})
        return
    warn(candidate.findings, component)
    waits = [candidate.batch.gate, *candidate.arguments.resources, *passed, *_cluster_of(candidate)]
    children = Children(component, resource_name, options, waits)
    ownership = candidate.run.ownership
    children.owning = lambda name, manifest, own: ownership.own(component, name, manifest, own, candidate.kubernetes)
    main = children.make_job(candidate.objects, policy=candidate.policy, wait_for=candidate.wait_for)
    metadata: pulumi.Output[Any] = main.metadata  # type: ignore[attr-defined]
    component.name = metadata.apply(lambda data: _of(data, "name"))
    component.namespace = metadata.apply(lambda data: _of(data, "namespace") or "default")
    component.register_outputs({"name": component.name, "namespace": component.namespace})


def _start(
    kind: JobKind,
    token: str,
    name: str,
    args: object,
    keywords: Mapping[str, Any],
    refused: list[Any],
    options: pulumi.ResourceOptions,
    made: Mapping[str, type[JobComponent]],
) -> tuple[JobCandidate, list[pulumi.Resource]]:
    """The job of a component, checked, and the resources that were passed for names."""
    from pulumi_everest.resources.arguments.arguments import Arguments, merged
    from pulumi_everest.resources.arguments.models import JOBS
    from pulumi_everest.resources.candidates.job_candidate import JobCandidate, named
    from pulumi_everest.resources.candidates.run import current_run
    from pulumi_everest.resources.cluster import DatabaseCluster
    from pulumi_everest.resources.engine.tokens import subject_of
    from pulumi_everest.resources.provider import Provider

    arguments, found = merged(name, args, keywords)
    found += refused
    passed: list[pulumi.Resource] = []
    cluster = None
    kinds: dict[str, tuple[type[pulumi.Resource], Callable[[Any], Any]]] = {
        "cluster": (DatabaseCluster, _cluster_name),
        "provider": (Provider, lambda provider: provider.text_name),
        **{field: (component, lambda other: other.name) for field, component in made.items()},
    }
    for field in kinds.keys() & arguments.keys():
        arguments[field], resource = named(arguments[field], field, found, *kinds[field])
        if isinstance(resource, DatabaseCluster):
            cluster = resource._candidate
        if resource is not None and not isinstance(resource, Provider):
            passed.append(resource)
    checked = Arguments(JOBS[kind], subject_of(token, name), arguments, found)
    kubernetes = options.provider or (cluster.kubernetes if cluster is not None else None)
    return JobCandidate(kind, checked, current_run(), kubernetes, cluster), passed


def _cluster_name(cluster: Any) -> Any:
    """The name of a cluster: a text where it is known, so that nothing has to wait for it."""
    name = cluster._candidate.input.metadata.get("name")
    return name if isinstance(name, str) else cluster.name


def _cluster_of(candidate: JobCandidate) -> Sequence[pulumi.Resource]:
    component = candidate.cluster.component if candidate.cluster is not None else None
    return [component] if component is not None else []


def _of(metadata: Any, field: str) -> Any:
    return metadata.get(field) if isinstance(metadata, Mapping) else getattr(metadata, field, None)
