"""Workloads: what the operator makes of a cluster, as workloads.yaml of its plugin says, read and summed up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING
from functools import cache, cached_property
from typing import Any

from pulumi_everest.core.capacity.amounts import DEFAULT_CLASS, RESOURCES, Amounts, total
from pulumi_everest.core.capacity.pods import Container, Pod
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import path_text
from pulumi_everest.model.values.scalars import quantity_value


class WorkloadError(ValueError):
    """A value of workloads that says nothing, with where it stands."""


class NotKnownError(Exception):
    """A value that is not known yet, with where it is needed."""


@dataclass(frozen=True)
class Volume:
    """Volumes that are alike: the size of one in bytes, the storage class, empty where none is named, and how many."""

    name: str
    size: int
    storage_class: str = DEFAULT_CLASS
    count: int = 1


@dataclass(frozen=True)
class Workload:
    """Pods that are alike, such as a StatefulSet or a job: so many of a kind, each with its volumes.

    `running` is false where there are none now, but their volumes; `node_selector` holds labels that a node must have.
    """

    name: str
    replicas: int
    pod: Pod
    volumes: tuple[Volume, ...] = ()
    node_selector: Mapping[str, str] = field(default_factory=dict)
    running: bool = True

    def amounts(self) -> Amounts:
        """What it takes."""
        result = Amounts()
        if self.running and self.replicas:
            result.pods = self.replicas
            result.asked.add(self.pod.asks(), self.replicas)
        for volume in self.volumes:
            if self.replicas:
                result.add_volume(volume.storage_class, volume.size, self.replicas * volume.count)
        return result

    @property
    def selector(self) -> str:
        """The labels that a node must have, as people write them: ``disk=ssd,zone=a``; empty for any node."""
        return ",".join(f"{key}={value}" for key, value in sorted(self.node_selector.items()))


@dataclass(frozen=True)
class Workloads:
    """What a cluster becomes: pods that run, pods of jobs that run at times, volumes of no pod, load balancers."""

    running: tuple[Workload, ...] = ()
    jobs: tuple[Workload, ...] = ()
    volumes: tuple[Volume, ...] = ()
    load_balancers: int = 0

    @cached_property
    def by_node(self) -> Mapping[tuple[bool, str], Amounts]:
        """What pods take: whether they are of jobs, and the labels that their nodes must have. Not to be changed."""
        found: dict[tuple[bool, str], Amounts] = {}
        for is_job, workloads in ((False, self.running), (True, self.jobs)):
            for workload in workloads:
                found.setdefault((is_job, workload.selector), Amounts()).add(workload.amounts())
        return found

    @cached_property
    def all_running(self) -> Amounts:
        """What all takes but the pods of jobs. Not to be changed."""
        result = total(amounts for (is_job, _), amounts in self.by_node.items() if not is_job)
        for volume in self.volumes:
            result.add_volume(volume.storage_class, volume.size, volume.count)
        result.load_balancers += self.load_balancers
        return result


def read_workloads(made: Any) -> Workloads:
    """The workloads that a template made. Raises WorkloadError for what makes no sense, NotKnownError."""
    data = _mapping(made or {}, ())
    balancers = [_whole(one.get("count", 1), (*at, "count")) for one, at in _items(data, "loadBalancers", ())]
    return Workloads(
        tuple(_workload(one, at) for one, at in _items(data, "workloads", ())),
        tuple(_workload(one, at) for one, at in _items(data, "jobs", ())),
        tuple(_volume(one, at) for one, at in _items(data, "volumes", ())),
        sum(balancers),
    )


def _workload(data: Mapping[str, Any], at: Path) -> Workload:
    selector = _mapping(data.get("nodeSelector") or {}, (*at, "nodeSelector"))
    running = _known(data.get("running", True), (*at, "running"))
    if not isinstance(running, bool):
        raise _wrong(running, (*at, "running"), "true or false")
    pod = Pod(
        [_container(one, where) for one, where in _items(data, "containers", at)],
        [_container(one, where) for one, where in _items(data, "initContainers", at)],
    )
    return Workload(
        name=str(_known(data.get("name", ""), (*at, "name"))),
        replicas=_whole(data.get("replicas", 1), (*at, "replicas")),
        pod=pod,
        volumes=tuple(_volume(one, where) for one, where in _items(data, "volumes", at)),
        node_selector={key: str(_known(value, (*at, "nodeSelector", key))) for key, value in selector.items()},
        running=running,
    )


def _container(data: Mapping[str, Any], at: Path) -> Container:
    resources = _mapping(data.get("resources") or {}, (*at, "resources"))
    amounts = {part: _amounts(resources.get(part) or {}, (*at, "resources", part)) for part in ("requests", "limits")}
    stays = data.get("restartPolicy") == "Always"
    return Container(str(data.get("name", "")), amounts["requests"], amounts["limits"], stays)


def _amounts(data: Any, at: Path) -> dict[str, int]:
    given = _mapping(data, at)
    found = {name: given[name] for name in RESOURCES if given.get(name) is not None}
    return {name: _quantity(value, (*at, name), 1000 if name == "cpu" else 1) for name, value in found.items()}


def _volume(data: Mapping[str, Any], at: Path) -> Volume:
    storage_class = _known(data.get("storageClass"), (*at, "storageClass"))
    size = _quantity(data.get("size"), (*at, "size"), 1)
    count = _whole(data.get("count", 1), (*at, "count"))
    return Volume(
        str(data.get("name", "")), size, DEFAULT_CLASS if storage_class is None else str(storage_class), count
    )


# Plain values


def _items(data: Mapping[str, Any], key: str, at: Path) -> Iterator[tuple[Mapping[str, Any], Path]]:
    value = _known(data.get(key) or [], (*at, key))
    if not isinstance(value, list):
        raise _wrong(value, (*at, key), "a list")
    for index, item in enumerate(value):
        where = (*at, key, index)
        yield _mapping(item, where), where


def _mapping(value: Any, at: Path) -> Mapping[str, Any]:
    known = _known(value, at)
    if not isinstance(known, dict):
        raise _wrong(known, at, "a mapping")
    return known


def _whole(value: Any, at: Path) -> int:
    known = _known(value, at)
    if isinstance(known, bool) or not isinstance(known, (int, float)) or known != int(known) or known < 0:
        raise _wrong(known, at, "a whole number, 0 or more")
    return int(known)


def _quantity(value: Any, at: Path, factor: int) -> int:
    known = _known(value, at)
    if isinstance(known, bool) or not isinstance(known, (str, int, float)):
        raise _wrong(known, at, "a quantity such as 10Gi or 500m")
    try:
        return quantity(str(known), factor)
    except ValueError as error:
        raise WorkloadError(f"{path_text(at)}: {error}") from None


@cache
def quantity(text: str, factor: int) -> int:
    """A quantity times a factor, as a whole number: the next one. Raises ValueError."""
    return int((quantity_value(text) * factor).to_integral_value(ROUND_CEILING))


def _known(value: Any, at: Path) -> Any:
    if isinstance(value, Deferred):
        raise NotKnownError(path_text(at))
    return value


def _wrong(value: Any, at: Path, wanted: str) -> WorkloadError:
    return WorkloadError(f"{path_text(at)} is {value!r}, and must be {wanted}")
