"""The capacity on a page, made of the sums of both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from pulumi_everest.core.capacity.amounts import Amounts
from pulumi_everest.core.capacity.prices import Prices
from pulumi_everest.review.capacity.sums import Sum, Sums, Technology
from pulumi_everest.review.capacity.taken import Taken
from pulumi_everest.review.page.capacity import Capacity, Jobs, NotKnown, Paid, Part, Resources, Totals, Unsaid
from pulumi_everest.review.page.names import folded_names

_NONE = Sum()
_Model = TypeVar("_Model", bound=BaseModel)


def capacity(before: Sums | None, after: Sums, prices: Prices | None = None) -> Capacity:
    """The capacity of what is to be; with that of what there was, if there is another side."""
    sides = [side for side in (before, after) if side is not None]
    made = _Shared(prices)
    unknown = [one for side in sides for one in side.unknown]
    shown = _told_apart([*(of for side in sides for of in side.technologies), *map(_technology, unknown)])

    def parts(of: Sequence[Mapping[str, Sum]]) -> list[Part]:
        *was, now = of
        names = sorted({name for one in of for name in one})
        return [
            Part(
                name=name,
                before=made.totals(was[0].get(name, _NONE)) if was else None,
                after=made.totals(now.get(name, _NONE)),
            )
            for name in names
        ]

    return Capacity(
        before=made.totals(before.total) if before is not None else None,
        after=made.totals(after.total),
        clusters=after.known,
        namespaces=parts([side.namespaces for side in sides]),
        technologies=parts([{shown[of]: one for of, one in side.technologies.items()} for side in sides]),
        node_selectors=parts([side.node_selectors for side in sides]),
        not_known=_not_known(unknown, shown),
        prices=_paid(prices, [side.total.running for side in sides]) if prices is not None else None,
    )


class _Shared:
    """Makes the models of sums. Parts of a fleet are often equal, and mostly so before and after: those are one."""

    def __init__(self, prices: Prices | None) -> None:
        self._prices = prices
        self._made: dict[object, Any] = {}

    def totals(self, of: Sum) -> Totals:
        """The totals of a sum."""
        running, jobs = of.running, of.jobs
        return self._one(
            Totals,
            requests=self._resources(running.asked.requests),
            limits=self._resources(running.asked.limits),
            without_requests=self._unsaid(running.asked.without_requests),
            without_limits=self._unsaid(running.asked.without_limits),
            storage=dict(sorted(running.storage.items())),
            volumes=sum(running.volumes.values()),
            pods=running.pods,
            load_balancers=running.load_balancers,
            jobs=self._one(
                Jobs,
                pods=jobs.pods,
                requests=self._resources(jobs.asked.requests),
                limits=self._resources(jobs.asked.limits),
            ),
            cost=round(self._prices.cost(running), 2) if self._prices is not None else None,
        )

    def _resources(self, amounts: Mapping[str, int]) -> Resources:
        return self._one(Resources, cpu=amounts.get("cpu", 0) / 1000, memory=amounts.get("memory", 0))

    def _unsaid(self, counts: Mapping[str, int]) -> Unsaid:
        return self._one(Unsaid, **{name: number for name, number in counts.items() if name in Unsaid.model_fields})

    def _one(self, model: type[_Model], **values: Any) -> _Model:
        """The model with these values; models among them are known by what they are, since equal ones are one."""
        key = (model, *(_key(value) for value in values.items()))
        made: _Model | None = self._made.get(key)
        if made is None:
            made = self._made[key] = model(**values)
        return made


def _key(entry: tuple[str, Any]) -> tuple[str, Any]:
    name, value = entry
    if isinstance(value, BaseModel):
        return name, id(value)
    return name, tuple(value.items()) if isinstance(value, dict) else value


def _technology(one: Taken) -> Technology:
    return one.technology, one.plugin


def _told_apart(technologies: Iterable[Technology]) -> dict[Technology, str]:
    """What technologies are called: their titles, with the names of their plugins where several have one title."""
    known = dict.fromkeys(technologies)
    counts = Counter(title for title, _ in known)
    return {(title, plugin): title if counts[title] == 1 else f"{title} ({plugin})" for title, plugin in known}


def _not_known(unknown: Iterable[Taken], shown: Mapping[Technology, str]) -> list[NotKnown]:
    equal: dict[tuple[str, str], dict[str, None]] = {}
    for one in unknown:
        equal.setdefault((shown[_technology(one)], one.reason), {})[one.name] = None
    found = [
        NotKnown(technology=technology, reason=reason, count=len(names), clusters=folded_names(names))
        for (technology, reason), names in equal.items()
    ]
    return sorted(found, key=lambda one: (-one.count, one.technology, one.reason))


def _paid(prices: Prices, sides: Iterable[Amounts]) -> Paid:
    without = dict.fromkeys(name for side in sides for name in prices.without_price(side))
    return Paid(currency=prices.currency, per=prices.per, without_price=list(without))
