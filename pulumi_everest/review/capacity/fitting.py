"""Whether what the databases take fits into a running cluster: its ResourceQuotas and LimitRanges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pulumi_everest.core.capacity.limit_ranges import Limit, broken, filled, limits_of
from pulumi_everest.core.capacity.quotas import Change, asked_by_quota, check_quota
from pulumi_everest.core.capacity.workloads import Workload, Workloads
from pulumi_everest.live.room import Room
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.review.capacity.sums import Sums
from pulumi_everest.review.capacity.taken import Taken


def fitting(room: Room, before: Sequence[Taken], after: Sequence[Taken]) -> Iterator[Finding]:
    """What does not fit, and what is not known of that. `before` are those of the databases that the cluster has."""
    there = {one.object: one for one in before}
    by_namespace: dict[str, list[Taken]] = {}
    for one in after:
        by_namespace.setdefault(one.namespace, []).append(one)
    for namespace, own in by_namespace.items():
        if namespace in room.unread:
            text = f"what fits into namespace '{namespace}' is not known: {room.unread[namespace]}"
            yield finding("capacity.not-checked", (), text, subject=f"Namespace {namespace}")
            continue
        quotas = room.quotas.get(namespace, ())
        limits = [limit for one in room.limit_ranges.get(namespace, ()) for limit in limits_of(one)]
        former = [there.get(one.object) for one in own]
        changed = [one for one, was in zip(own, former, strict=True) if was is None or was.workloads != one.workloads]
        yield from _not_allowed(changed, quotas, limits)
        was = [one for one in former if one is not None]
        change = _change(was, own, limits, room.default_class)
        for quota in quotas:
            yield from check_quota(quota, change)


def _change(was: Sequence[Taken], now: Sequence[Taken], limits: Sequence[Limit], default_class: str | None) -> Change:
    before, after = (Sums.of(_with_limits(one, limits) for one in side).total for side in (was, now))
    return Change(before.running, after.running, after.jobs, default_class)


def _with_limits(one: Taken, limits: Sequence[Limit]) -> Taken:
    made = one.workloads
    if made is None:
        return one
    running, jobs = (tuple(filled(work, limits) for work in part) for part in (made.running, made.jobs))
    return replace(one, workloads=replace(made, running=running, jobs=jobs))


def _not_allowed(
    changed: Sequence[Taken], quotas: Sequence[Mapping[str, Any]], limits: Sequence[Limit]
) -> Iterator[Finding]:
    """What the server would refuse whatever room there is."""
    for one in changed:
        for workload in _workloads(one.workloads):
            full = filled(workload, limits)
            for name, text in broken(full, limits):
                message = (
                    f"LimitRange '{name}' of namespace '{one.namespace}': {text} ('{workload.name}' of {one.name})"
                )
                yield finding("capacity.limit-range", (), message, subject=f"DatabaseCluster {one.name}")
            for quota in quotas:
                yield from _unsaid(one, full, quota)


def _unsaid(one: Taken, workload: Workload, quota: Mapping[str, Any]) -> Iterator[Finding]:
    """Containers that say nothing of what a quota wants to know of each."""
    pod = workload.pod
    for part, resource in sorted(asked_by_quota(quota)):
        silent = [
            container.name
            for container in (*pod.init_containers, *pod.containers)
            if (container.request(resource) if part == "requests" else container.limits.get(resource)) is None
        ]
        if silent and workload.replicas:
            names = ", ".join(f"'{name}'" for name in dict.fromkeys(silent))
            text = (
                f"quota '{(quota.get('metadata') or {}).get('name')}' of namespace '{one.namespace}' wants "
                f"{part}.{resource} of every container, and none is said of {names} ('{workload.name}' of {one.name})"
            )
            yield finding("capacity.quota-unsaid", (), text, subject=f"DatabaseCluster {one.name}")


def _workloads(made: Workloads | None) -> Sequence[Workload]:
    return (*made.running, *made.jobs) if made is not None else ()
