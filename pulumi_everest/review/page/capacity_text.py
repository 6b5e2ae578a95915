"""The capacity in words: totals, then where it differs most, in lines for the page and for a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pulumi_everest.core.capacity.in_words import cores, count, money, size
from pulumi_everest.review.page.capacity import Capacity, NotKnown, Part, Totals
from pulumi_everest.review.page.layout import Entry, Section

_SURE = 4
"""How many remarks are said however little room there is."""
_PARTS: dict[str, Callable[[Capacity], Sequence[Part]]] = {
    "namespace": lambda one: one.namespaces,
    "technology": lambda one: one.technologies,
    "node-selector": lambda one: one.node_selectors,
}
GROUPINGS = tuple(_PARTS)
"""What totals can be split by."""


def capacity_section(block: Capacity) -> Section:
    """The capacity on the page of a change: the totals, and the parts that differ, the one with most change first."""
    entries = [_line(text, sure=True) for text in _totals(block.before, block.after, block)]
    entries += [_line(text, sure=number < _SURE) for number, text in enumerate(_remarks(block))]
    if block.before == block.after:
        return Section("capacity, which does not change", entries)
    for what in GROUPINGS:
        parts = [part for part in _PARTS[what](block) if part.before != part.after]
        if len(_PARTS[what](block)) > 1:
            entries += [_line(_part(what, part)) for part in sorted(parts, key=_change, reverse=True)]
    return Section("capacity", entries)


def capacity_sections(block: Capacity, by: Sequence[str] = ()) -> Iterator[Section]:
    """The capacity on a page of its own: the totals, and all parts of the groupings `by`, or of those that differ."""
    entries = [_line(text) for text in _totals(block.before, block.after, block)]
    yield Section("capacity", [*entries, *(_line(text) for text in _remarks(block))])
    for what in by or [what for what in GROUPINGS if len(_PARTS[what](block)) > 1]:
        parts = [_line(_part(what, part)) for part in _PARTS[what](block)]
        yield Section(f"by {what.replace('-', ' ')}", parts)


def _line(text: str, *, sure: bool = False) -> Entry:
    return Entry(text, 1, unit="", sure=sure)


def _totals(before: Totals | None, after: Totals, block: Capacity) -> Iterator[str]:
    """The totals, a line for each kind."""
    was, now = before or after, after
    if was == now == Totals(cost=now.cost) and block.not_known:
        return  # nothing is known, and no number is better than a zero
    yield f"CPU: requests {_moved(was.requests.cpu, now.requests.cpu, cores)}, limits " + _moved(
        was.limits.cpu, now.limits.cpu, cores
    )
    yield f"memory: requests {_moved(was.requests.memory, now.requests.memory, size)}, limits " + _moved(
        was.limits.memory, now.limits.memory, size
    )
    yield f"storage: {_storage(was, now)}"
    yield _counts(was, now)
    if was.jobs.pods or now.jobs.pods:
        cpu = _moved(was.jobs.requests.cpu, now.jobs.requests.cpu, cores)
        memory = _moved(was.jobs.requests.memory, now.jobs.requests.memory, size)
        yield f"jobs, if all run at once: {_pods(was.jobs.pods, now.jobs.pods)}, CPU {cpu}, memory {memory}"
    if block.prices is not None and was.cost is not None and now.cost is not None:
        what = f"{block.prices.currency} a {block.prices.per}"
        yield f"cost: {_moved(was.cost, now.cost, money)} {what}"


def _counts(was: Totals, now: Totals) -> str:
    balancers = _moved(was.load_balancers, now.load_balancers, count)
    return f"{_pods(was.pods, now.pods)}, volumes {_moved(was.volumes, now.volumes, count)}, load balancers {balancers}"


def _pods(was: int, now: int) -> str:
    return f"pods {_moved(was, now, count)}"


def _storage(was: Totals, now: Totals) -> str:
    classes = sorted({*was.storage, *now.storage})
    parts = [
        f"{name or 'default class'} {_moved(was.storage.get(name, 0), now.storage.get(name, 0), size)}"
        for name in classes
    ]
    return ", ".join(parts) or "none"


def _remarks(block: Capacity) -> Iterator[str]:
    """What the sums do not say."""
    unsaid = block.after.without_requests
    if unsaid.cpu or unsaid.memory:
        parts = [f"{number:,} no {name}" for name, number in (("CPU", unsaid.cpu), ("memory", unsaid.memory)) if number]
        yield f"containers that request nothing count as 0: {', '.join(parts)}"
    yield from (_unknown(one) for one in block.not_known)
    if block.prices is not None and block.prices.without_price:
        yield f"the cost is without {', '.join(block.prices.without_price)}: the file has no price"


def _unknown(one: NotKnown) -> str:
    clusters = f"{one.count:,} cluster{'' if one.count == 1 else 's'}"
    some = ", ".join(one.clusters[:2]) + (", …" if len(one.clusters) > 2 else "")
    return f"not in the sums: {clusters} of {one.technology} ({some}): {one.reason}"


def _part(what: str, part: Part) -> str:
    """One part in a line."""
    was, now = part.before or part.after, part.after
    name = part.name or "any node"
    parts = [
        f"CPU {_moved(was.requests.cpu, now.requests.cpu, cores)}",
        f"memory {_moved(was.requests.memory, now.requests.memory, size)}",
        f"storage {_moved(sum(was.storage.values()), sum(now.storage.values()), size)}",
        _pods(was.pods, now.pods),
    ]
    if was.load_balancers or now.load_balancers:
        parts.append(f"load balancers {_moved(was.load_balancers, now.load_balancers, count)}")
    if was.cost is not None and now.cost is not None:
        parts.append(f"cost {_moved(was.cost, now.cost, money)}")
    title = "nodes " if what == "node-selector" else f"{what} "
    return f"{title if part.name else ''}{name}: {', '.join(parts)}"


def _change(part: Part) -> tuple[float, ...]:
    """How much a part changes, for order: by CPU, memory, storage."""
    was, now = part.before or part.after, part.after
    return (
        abs(now.requests.cpu - was.requests.cpu),
        abs(now.requests.memory - was.requests.memory),
        abs(sum(now.storage.values()) - sum(was.storage.values())),
        abs(now.pods - was.pods),
    )


def _moved(was: float, now: float, shown: Callable[[float], str]) -> str:
    if was == now:
        return shown(now)
    sign = "+" if now > was else "-"
    return f"{shown(was)} → {shown(now)} ({sign}{shown(abs(now - was))})"
