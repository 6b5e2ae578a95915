"""What was found for one object, tried for the next one of the same form: hundreds of databases are much alike.

It is a better start than none, and nothing else: the result is checked like any other, and where less of it stands in
fields than for the first object, the search is made as if there had been none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pulumi_everest.adoption.rendering import Spec
from pulumi_everest.adoption.search import Search
from pulumi_everest.core.exact import leaves, same
from pulumi_everest.core.merging import copied
from pulumi_everest.core.overrides import without_overrides
from pulumi_everest.core.paths import value_at, with_value
from pulumi_everest.model.deferred import Path

_ROUNDS = 3
_MOST = 6
"""How many values are tried for a field."""
_FIXED = ("provider", "topology", "operatorVersion")


@dataclass(frozen=True)
class _Found:
    """An object's spec, and the fields that were found for it."""

    wanted: Spec
    fields: Spec
    by_fields: int


class Alike:
    """The first result for each form: those that have values at the same places, by plugin and operator version."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, frozenset[Path]], _Found] = {}

    def learn(self, plugin: str, operator: str, wanted: Spec, spec: Spec, by_fields: int) -> None:
        """Remember what was found for an object, if it is the first of its form."""
        found = _Found(copied(wanted), without_overrides(spec), by_fields)
        self._found.setdefault((plugin, operator, frozenset(leaves(wanted))), found)

    def fields(self, search: Search, plugin: str) -> tuple[Spec, int] | None:
        """The fields of an object like one before, with its own values; and how many values those of the first give."""
        known = self._found.get((plugin, search.operator, frozenset(leaves(search.wanted))))
        if known is None or value_at(known.fields, ("topology", "type")) != search.topology:
            return None
        spec: Spec = copied(known.fields)
        if search.distance(spec) is None:
            return None
        before, now = leaves(known.wanted), leaves(search.wanted)
        changed = {path: (before[path], value) for path, value in now.items() if not same(before[path], value)}
        fields = {path: value for path, value in leaves(known.fields).items() if path[0] not in _FIXED}
        for _ in range(_ROUNDS):  # versions may move only together
            last = spec
            for path, value in fields.items():
                nearest = search.distance(spec)
                for other in list(dict.fromkeys(_values(value, changed)))[:_MOST]:
                    spec, nearest = search.better(spec, nearest, with_value(spec, path, other))
            if spec is last:
                break
        images = [path for path in fields if path[-1] == "image"]
        if any(not same(value_at(spec, path), fields[path]) for path in images):
            return None  # the catalog may have the other one, which is said by its version then
        return spec, known.by_fields


def _values(value: Any, changed: dict[Path, tuple[Any, Any]]) -> Iterator[Any]:
    """What a field may be now, by what became of its value where the object has it."""
    for was, now in changed.values():
        if same(was, value):
            yield now
        elif isinstance(was, str) and isinstance(now, str) and isinstance(value, str) and value and value in was:
            head, _, tail = was.partition(value)
            if now.startswith(head) and now.endswith(tail) and len(now) > len(head) + len(tail):
                yield now[len(head) : len(now) - len(tail)]
