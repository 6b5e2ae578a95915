"""LimitRanges of a namespace: what they fill in where containers say nothing, and what they do not allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pulumi_everest.core.capacity.amounts import RESOURCES
from pulumi_everest.core.capacity.in_words import cores, size
from pulumi_everest.core.capacity.pods import Container, Pod
from pulumi_everest.core.capacity.workloads import Workload, quantity

_FACTOR: Final = {"cpu": 1000, "memory": 1, "storage": 1}


@dataclass(frozen=True)
class Limit:
    """One item of a LimitRange: for containers, pods or volumes, amounts by resource as `core.capacity` has them."""

    of: str
    kind: str
    most: Mapping[str, int]
    least: Mapping[str, int]
    default: Mapping[str, int]
    default_request: Mapping[str, int]
    ratio: Mapping[str, float]
    """How many times its request a limit may be at most."""


def limits_of(limit_range: Mapping[str, Any]) -> Iterator[Limit]:
    """The items of a LimitRange as a cluster has it."""
    name = str((limit_range.get("metadata") or {}).get("name"))
    for item in (limit_range.get("spec") or {}).get("limits") or []:
        amounts = {
            key: {
                resource: quantity(str(value), _FACTOR[resource])
                for resource, value in (item.get(key) or {}).items()
                if resource in _FACTOR
            }
            for key in ("max", "min", "default", "defaultRequest")
        }
        ratio = {
            resource: quantity(str(value), 1000) / 1000
            for resource, value in (item.get("maxLimitRequestRatio") or {}).items()
        }
        most, least, default, request = amounts.values()
        yield Limit(name, str(item.get("type")), most, least, default, request, ratio)


def filled(workload: Workload, limits: Sequence[Limit]) -> Workload:
    """The workload with what LimitRanges fill in."""
    own = [limit for limit in limits if limit.kind == "Container" and (limit.default or limit.default_request)]
    if not own:
        return workload
    pod = Pod(
        *([_filled(one, own) for one in part] for part in (workload.pod.containers, workload.pod.init_containers))
    )
    return replace(workload, pod=pod)


def _filled(container: Container, limits: Sequence[Limit]) -> Container:
    requests = {name: number for name in RESOURCES if (number := container.request(name)) is not None}
    own_limits = dict(container.limits)
    for limit in limits:
        for name in RESOURCES:
            if name in limit.default:
                own_limits.setdefault(name, limit.default[name])
            if name in limit.default_request:
                requests.setdefault(name, limit.default_request[name])
    return replace(container, requests=requests, limits=own_limits)


def broken(workload: Workload, limits: Sequence[Limit]) -> Iterator[tuple[str, str]]:
    """What a workload may not be: the name of the LimitRange, and what it says in words."""
    for limit in limits:
        if limit.kind == "Container":
            for one in (*workload.pod.init_containers, *workload.pod.containers):
                asks = {name: one.request(name) for name in RESOURCES}
                yield from _broken(f"container '{one.name}'", asks, one.limits, limit)
        elif limit.kind == "Pod":
            asked = workload.pod.asks()
            yield from _broken("a pod", asked.requests, asked.limits, limit)
        elif limit.kind == "PersistentVolumeClaim":
            for volume in workload.volumes:
                sizes = {"storage": volume.size}
                yield from _broken(f"volume '{volume.name}'", sizes, sizes, limit)


def _broken(
    what: str, requests: Mapping[str, int | None], limits: Mapping[str, int], limit: Limit
) -> Iterator[tuple[str, str]]:
    for resource, most in limit.most.items():
        got = limits.get(resource, requests.get(resource))
        if got is not None and got > most:
            yield (
                limit.of,
                f"{what} has {_shown(resource, got)} {resource}, and at most {_shown(resource, most)} are allowed",
            )
    for resource, least in limit.least.items():
        got = requests.get(resource)
        if got is not None and got < least:
            yield (
                limit.of,
                f"{what} has {_shown(resource, got)} {resource}, and at least {_shown(resource, least)} are asked",
            )
    for resource, times in limit.ratio.items():
        request, own = requests.get(resource), limits.get(resource)
        if request and own and own / request > times:
            text = f"the {resource} limit of {what} is {own / request:.3g} times its request, allowed is {times:g}"
            yield limit.of, text


def _shown(resource: str, number: int) -> str:
    return cores(number / 1000) if resource == "cpu" else size(number)
