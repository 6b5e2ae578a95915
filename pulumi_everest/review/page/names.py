"""Many names in few words, and none of them lost: ``shop/orders-{1..40}``, as a shell writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from pulumi_everest.model.values.versions import version_key

_NUMBERED: Final = re.compile(r"(.*?)([0-9]+)([^0-9]*)\Z", re.DOTALL)
_FEWEST: Final = 3
"""How many numbers are written in braces; fewer are read faster as they are."""


def folded_names(names: Iterable[str]) -> list[str]:
    """Names, each ``namespace/name`` or a name alone, those that differ in a number together: ``shop/orders-{1..40}``.

    Namespaces with the same names in them are folded too. What a shell makes of the braces are the names again; names
    with braces of their own stand by themselves.
    """
    found: list[str] = []
    inside: dict[str, list[str]] = {}
    for name in sorted(dict.fromkeys(names), key=version_key):
        if "{" in name or "}" in name:
            found.append(name)
        else:
            namespace, slash, rest = name.partition("/")
            inside.setdefault(namespace if slash else "", []).append(rest if slash else name)
    alike: dict[tuple[str, ...], list[str]] = {}
    for namespace, own in inside.items():
        alike.setdefault(tuple(_ranges(own)), []).append(namespace)
    for inner, namespaces in alike.items():
        for outer in _ranges(namespaces):
            found += [f"{outer}/{name}" if outer else name for name in inner]
    return found


def _ranges(names: Iterable[str]) -> Iterator[str]:
    """The names, each where the first of its range is."""
    series: dict[tuple[str, str, int], list[str]] = {}
    for name in names:
        match = _NUMBERED.fullmatch(name)
        if match is None:
            series[name, "", -1] = []
        else:
            before, number, after = match.groups()
            # Numbers with leading zeros are as wide as they are; others of that width follow them.
            width = len(number) if number.startswith("0") and len(number) > 1 else 0
            key = (before, after, len(number) if (before, after, len(number)) in series else width)
            series.setdefault(key, []).append(number)
    for (before, after, width), numbers in series.items():
        if width < 0:
            yield before
            continue
        runs = [part for run in _runs(numbers) for part in _written(run)]
        if len(runs) < _FEWEST:
            yield from (f"{before}{run}{after}" for run in runs)
        else:
            yield f"{before}{{{','.join(runs)}}}{after}"


def _written(run: list[str]) -> list[str]:
    return run if len(run) < _FEWEST else [f"{{{run[0]}..{run[-1]}}}"]


def _runs(numbers: Iterable[str]) -> Iterator[list[str]]:
    """Numbers that follow each other, together."""
    ordered = sorted(dict.fromkeys(numbers), key=int)
    for _, run in groupby(enumerate(ordered), lambda item: int(item[1]) - item[0]):
        yield [number for _, number in run]
