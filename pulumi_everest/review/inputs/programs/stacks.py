"""What several stacks of a program become, side by side: each thing is called after its stack."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from pulumi_everest.model.findings import Finding
from pulumi_everest.review.clusters import Cluster
from pulumi_everest.review.inputs.groups import Group


def of_stack(groups: Sequence[Group], findings: Sequence[Finding], label: str) -> list[Finding]:
    """Name groups and their clusters after a stack, ``prod/orders``, and give the findings with such names.

    Objects of different stacks are different ones, whatever they are called: most stacks have a cluster of their own.
    """
    for group in groups:
        group.name = f"{label}/{group.name}"
        for item in group.items:
            item.kubernetes = _of(label, item.kubernetes)
        if group.cluster is not None:
            group.cluster = _cluster(group.cluster, label)
    return [_named(entry, label) for entry in findings]


def _cluster(cluster: Cluster, label: str) -> Cluster:
    return replace(
        cluster,
        resource=f"{label}/{cluster.resource}",
        subject=_subject(cluster.subject, label),
        kubernetes=_of(label, cluster.kubernetes),
        shown=partial(_shown, cluster.shown, cluster.subject, label),
    )


def _of(label: str, kubernetes: str) -> str:
    return f"{label}/{kubernetes}" if kubernetes else label


def _shown(shown: Callable[[Finding], Finding], subject: str, label: str, entry: Finding) -> Finding:
    return _named(shown(replace(entry, subject=subject)), label)


def _named(entry: Finding, label: str) -> Finding:
    return replace(entry, subject=_subject(entry.subject, label))


def _subject(subject: str, label: str) -> str:
    kind, space, name = subject.rpartition(" ")
    return f"{kind} {label}/{name}" if space else f"stack {label}"
