"""Whether a change fits into a ResourceQuota: what is used, less what there was, plus what is to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi_everest.core.capacity.amounts import DEFAULT_CLASS, Amounts, total
from pulumi_everest.core.capacity.in_words import cores, count, size
from pulumi_everest.core.capacity.workloads import quantity
from pulumi_everest.model.findings import Finding, finding

_OF_CLASS: Final = ".storageclass.storage.k8s.io/"
_CPU: Final = ("cpu", "requests.cpu", "limits.cpu")
_COUNTS: Final = ("pods", "persistentvolumeclaims", "services.loadbalancers")


@dataclass(frozen=True)
class Change:
    """What the databases of a namespace take before and after: what runs, and the jobs that come on top of it then."""

    before: Amounts
    after: Amounts
    jobs: Amounts
    default_class: str | None = None
    """The storage class that volumes have which name none, where that is known."""


def check_quota(quota: Mapping[str, Any], change: Change) -> Iterator[Finding]:
    """What of a change does not fit into a quota, as a cluster has it."""
    name, namespace = _named(quota)
    spec, status = quota.get("spec") or {}, quota.get("status") or {}
    if spec.get("scopes") or spec.get("scopeSelector"):
        text = (
            f"quota '{name}' of namespace '{namespace}' counts pods of some kinds only, so nothing is held against it"
        )
        yield finding("capacity.not-checked", (), text, subject=_subject(quota))
        return
    with_jobs = total([change.after, change.jobs])
    counted = [counted_by_quotas(one, change.default_class) for one in (change.before, change.after, with_jobs)]
    for resource, limit in (spec.get("hard") or {}).items():
        before, after, most = (one.get(_known_as(resource), 0) for one in counted)
        used, hard = _amount(resource, (status.get("used") or {}).get(resource, 0)), _amount(resource, limit)
        if most <= before:
            continue
        more = after if max(used - before, 0) + after > hard and after > before else most
        wanted = max(used - before, 0) + more
        if wanted <= hard:
            continue
        shown = [_shown(resource, one) for one in (wanted, hard, used)]
        text = f"quota '{name}' of namespace '{namespace}' has no room: {resource} would be {shown[0]} of {shown[1]}"
        if more == after:
            code, why = (
                "capacity.quota",
                f"{shown[2]} are used, and the clusters take {_shown(resource, after - before)} more",
            )
        else:
            code, why = "capacity.quota-jobs", f"{shown[2]} are used; jobs of schedules that run at once are in it"
        yield finding(code, (), f"{text}; {why}", subject=_subject(quota))


def asked_by_quota(quota: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What every container must say where there is such a quota: ``requests`` or ``limits``, and the resource."""
    found = set()
    for name in (quota.get("spec") or {}).get("hard") or {}:
        part, _, resource = name.rpartition(".")
        if resource in ("cpu", "memory") and part in ("", "requests", "limits"):
            found.add((part or "requests", resource))
    return found


def counted_by_quotas(amounts: Amounts, default_class: str | None = None) -> dict[str, int]:
    """Amounts by the names that quotas have for them; CPU in thousandths of a core."""
    requests, limits = amounts.asked.requests, amounts.asked.limits
    found = {
        **{f"requests.{name}": number for name, number in requests.items()},
        **{f"limits.{name}": number for name, number in limits.items()},
        "pods": amounts.pods,
        "requests.storage": sum(amounts.storage.values()),
        "persistentvolumeclaims": sum(amounts.volumes.values()),
        "services.loadbalancers": amounts.load_balancers,
    }
    for name, number in amounts.storage.items():
        known = default_class if name == DEFAULT_CLASS else name
        if known is not None:
            for key, more in (("requests.storage", number), ("persistentvolumeclaims", amounts.volumes[name])):
                found[f"{known}{_OF_CLASS}{key}"] = found.get(f"{known}{_OF_CLASS}{key}", 0) + more
    return found


def _known_as(resource: str) -> str:
    """The one name of a resource that quotas have several for."""
    resource = resource.removeprefix("count/")
    return f"requests.{resource}" if resource in ("cpu", "memory") else resource


def _amount(resource: str, value: Any) -> int:
    return quantity(str(value), 1000 if resource in _CPU else 1)


def _shown(resource: str, number: int) -> str:
    if resource in _CPU:
        return cores(number / 1000)
    return count(number) if resource.endswith(_COUNTS) else size(number)


def _named(quota: Mapping[str, Any]) -> tuple[str, str]:
    metadata = quota.get("metadata") or {}
    return str(metadata.get("name")), str(metadata.get("namespace"))


def _subject(quota: Mapping[str, Any]) -> str:
    name, namespace = _named(quota)
    return f"ResourceQuota {namespace}/{name}"
