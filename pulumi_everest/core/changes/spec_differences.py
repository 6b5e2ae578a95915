"""What differs between two specs, value by value: lists by the names of their items where all have one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.changes.quantities import same_amount
from pulumi_everest.core.paths import FieldPath
from pulumi_everest.model.deferred import Deferred, Path, holds_deferred
from pulumi_everest.model.findings import path_text

_ABSENT = object()
_WHOLE = frozenset({"overrides", "affinity", "nodeSelector", "annotations", "labels"})
"""Mappings that are compared as one value, for what is below them says nothing to the reader."""


@dataclass(frozen=True)
class Difference:
    """One value that differs; None stands for nothing.

    `path` has the position of a list's item where it is now, `where` its name: ``backup.storages[main].bucket``, and
    `field` neither. What was added or removed as a whole (a component, an item of a list) has the paths of the values
    in it as `parts`. `reordered` is for a list whose items have other places, or not all of them are there; then the
    values are their names.
    """

    path: Path
    where: str
    field: FieldPath
    old: Any
    new: Any
    parts: tuple[FieldPath, ...] = ()
    reordered: bool = False


@dataclass(frozen=True)
class _At:
    """A place in both specs."""

    path: Path = ()
    where: str = ""
    field: FieldPath = ()

    def key(self, key: str) -> _At:
        part = path_text((key,))
        joint = "." if self.where and not part.startswith("[") else ""
        return _At((*self.path, key), f"{self.where}{joint}{part}", (*self.field, key))

    def item(self, index: int, name: str) -> _At:
        return _At((*self.path, index), f"{self.where}[{name}]", self.field)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """Every value that differs and is known on both sides, in the order of `new`, then what is no longer there.

    A quantity that is only written otherwise is the same.
    """
    yield from _dicts(old, new, _At())


def _dicts(old: Mapping[str, Any], new: Mapping[str, Any], at: _At) -> Iterator[Difference]:
    for key in [*new, *(key for key in old if key not in new)]:
        yield from _values(_given(old.get(key)), _given(new.get(key)), at.key(key))


def _values(old: Any, new: Any, at: _At) -> Iterator[Difference]:
    if isinstance(old, Deferred) or isinstance(new, Deferred) or old == new:
        return
    if at.field[:1] == ("instances",) and len(at.field) == 2 and _ABSENT in (old, new):
        yield _whole(old, new, at)
    elif _is_mapping(old, new) and at.field[-1] not in _WHOLE:
        yield from _dicts(_mapping(old), _mapping(new), at)
    elif _is_named(old, new):
        yield from _named(_list(old), _list(new), at)
    elif not holds_deferred(old) and not holds_deferred(new) and not same_amount(at.field, old, new):
        yield Difference(at.path, at.where, at.field, _none(old), _none(new))


def _named(old: list[Any], new: list[Any], at: _At) -> Iterator[Difference]:
    before, after = _by_name(old), _by_name(new)
    positions = {name: index for index, name in enumerate(after)}
    for name in [*after, *(name for name in before if name not in after)]:
        was, now = before.get(name, _ABSENT), after.get(name, _ABSENT)
        place = at.item(positions.get(name, len(new)), name)
        if _ABSENT in (was, now):
            yield _whole(was, now, place)
        else:
            yield from _values(was, now, place)
    if list(before) != list(after):
        yield Difference(at.path, at.where, at.field, list(before), list(after), reordered=True)


def _whole(old: Any, new: Any, at: _At) -> Difference:
    value = new if old is _ABSENT else old
    return Difference(
        at.path, at.where, at.field, _none(old), _none(new), tuple(_leaves(value, at.field)) or (at.field,)
    )


def _leaves(value: Any, field: FieldPath) -> Iterator[FieldPath]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _leaves(below, (*field, key))
    elif isinstance(value, list):
        for below in value:
            yield from _leaves(below, field)
    elif value is not None:
        yield field


def _is_mapping(old: Any, new: Any) -> bool:
    return all(isinstance(value, dict) or value is _ABSENT for value in (old, new))


def _is_named(old: Any, new: Any) -> bool:
    """Whether values are lists, or absent, whose items all have names of their own."""
    for value in (old, new):
        if value is _ABSENT:
            continue
        if not isinstance(value, list) or len(_by_name(value)) != len(value):
            return False
    return True


def _by_name(items: list[Any]) -> dict[str, Any]:
    named = (item for item in items if isinstance(item, dict) and isinstance(item.get("name"), str))
    return {item["name"]: item for item in named}


def _given(value: Any) -> Any:
    return _ABSENT if value is None else value


def _none(value: Any) -> Any:
    return None if value is _ABSENT else value


def _mapping(value: Any) -> Mapping[str, Any]:
    return {} if value is _ABSENT else value


def _list(value: Any) -> list[Any]:
    return [] if value is _ABSENT else value


def plain(value: Any) -> Any:
    """A value to compute with, also where it is secret."""
    return value.value if isinstance(value, Concealed) else value
