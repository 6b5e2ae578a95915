"""The capacity on a page, made of the sums of both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pulumi_everest.core.capacity.amounts import Amounts
from pulumi_everest.core.capacity.prices import Prices
from pulumi_everest.review.capacity.sums import Sum, Sums
from pulumi_everest.review.capacity.taken import Taken
from pulumi_everest.review.page.capacity import Capacity, Jobs, NotKnown, Paid, Part, Resources, Totals, Unsaid
from pulumi_everest.review.page.names import folded_names

_NONE = Sum()


def capacity(before: Sums | None, after: Sums, prices: Prices | None = None) -> Capacity:
    """The capacity of what is to be; with that of what there was, if there is another side."""
    both = (before, after)

    def parts(of: Sequence[Mapping[str, Sum]]) -> list[Part]:
        *was, now = of
        names = sorted({name for one in of for name in one})
        return [
            Part(
                name=name,
                before=_totals(was[0].get(name, _NONE), prices) if was else None,
                after=_totals(now.get(name, _NONE), prices),
            )
            for name in names
        ]

    sides = [side for side in both if side is not None]
    return Capacity(
        before=_totals(before.total, prices) if before is not None else None,
        after=_totals(after.total, prices),
        clusters=after.known,
        namespaces=parts([side.namespaces for side in sides]),
        technologies=parts([side.technologies for side in sides]),
        node_selectors=parts([side.node_selectors for side in sides]),
        not_known=_not_known([one for side in sides for one in side.unknown]),
        prices=_paid(prices, [side.total.running for side in sides]) if prices is not None else None,
    )


def _totals(of: Sum, prices: Prices | None) -> Totals:
    running, jobs = of.running, of.jobs
    return Totals(
        requests=_resources(running.asked.requests),
        limits=_resources(running.asked.limits),
        without_requests=Unsaid(**_unsaid(running.asked.without_requests)),
        without_limits=Unsaid(**_unsaid(running.asked.without_limits)),
        storage=dict(sorted(running.storage.items())),
        volumes=sum(running.volumes.values()),
        pods=running.pods,
        load_balancers=running.load_balancers,
        jobs=Jobs(pods=jobs.pods, requests=_resources(jobs.asked.requests), limits=_resources(jobs.asked.limits)),
        cost=round(prices.cost(running), 2) if prices is not None else None,
    )


def _resources(amounts: Mapping[str, int]) -> Resources:
    return Resources(cpu=amounts.get("cpu", 0) / 1000, memory=amounts.get("memory", 0))


def _unsaid(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: number for name, number in counts.items() if name in Unsaid.model_fields}


def _not_known(unknown: Iterable[Taken]) -> list[NotKnown]:
    equal: dict[tuple[str, str], dict[str, None]] = {}
    for one in unknown:
        equal.setdefault((one.technology, one.reason), {})[one.name] = None
    found = [
        NotKnown(technology=technology, reason=reason, count=len(names), clusters=folded_names(names))
        for (technology, reason), names in equal.items()
    ]
    return sorted(found, key=lambda one: (-one.count, one.technology, one.reason))


def _paid(prices: Prices, sides: Iterable[Amounts]) -> Paid:
    without = dict.fromkeys(name for side in sides for name in prices.without_price(side))
    return Paid(currency=prices.currency, per=prices.per, without_price=list(without))
