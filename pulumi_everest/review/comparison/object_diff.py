"""What differs between two sets of Kubernetes objects, field by field."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pulumi_everest.live.managers import PROGRAM, Writer, Writers
from pulumi_everest.model.findings import path_text
from pulumi_everest.program.values import Secret, Unknown
from pulumi_everest.review.hidden_values import HIDDEN, UNKNOWN_TEXT, marked
from pulumi_everest.review.inputs.groups import Item
from pulumi_everest.review.plain_bytes import plain_bytes


@dataclass(frozen=True)
class Named:
    """A step into a list by the name of an item."""

    name: str


Step = str | int | Named
Kind = Literal["added", "removed", "changed"]
_ABSENT = object()


@dataclass(frozen=True)
class Change:
    """One field that differs; `old` is None where it was added, `new` where it was removed.

    `by` is who wrote the old value into a running cluster, unless that was a program.
    """

    path: tuple[Step, ...]
    kind: Kind
    old: Any = None
    new: Any = None
    by: Writer | None = None

    @property
    def where(self) -> str:
        """The path as people write it: ``spec.replsets[rs0].size``."""
        text = ""
        for step in self.path:
            if isinstance(step, Named):
                text += f"[{step.name}]"
            elif isinstance(step, int):
                text += f"[{step}]"
            else:
                part = path_text((step,))
                text += f".{part}" if text and not part.startswith("[") else part
        return text


@dataclass
class Difference:
    """One object that is in either set: what happens to it, and which of its fields differ.

    `by_plugin` are fields that differ because its plugin is another one, where its cluster is another one, too.
    """

    kind: Literal["created", "removed", "changed", "same"]
    item: Item
    changes: list[Change] = field(default_factory=list)
    by_plugin: list[Change] = field(default_factory=list)


def compare(old: Sequence[Item], new: Sequence[Item], operators: Collection[str] = ()) -> list[Difference]:
    """Every object of both sets: those of `new` in order, then those that are only in `old`.

    `operators` are the names of those that write into the objects of a running cluster.
    """
    before: dict[tuple[str, ...], list[Item]] = {}
    for item in old:
        before.setdefault(item.key, []).append(item)
    differences = []
    for item in new:
        twins = before.get(item.key)
        if not twins:
            differences.append(Difference("created", item))
            continue
        was = _taken(twins, item)
        if was.manifest is item.manifest and was.live is None:
            differences.append(Difference("same", item))
            continue
        former, later = _unlike(was.manifest, item.manifest)
        changes = list(changed(marked(former), marked(later)))
        if was.live is not None:
            writers = Writers(was.live, operators)
            changes = [_attributed(change, writers) for change in changes]
        differences.append(Difference("changed" if changes else "same", item, changes))
    left = {id(item) for twins in before.values() for item in twins}
    gone = [item for item in old if id(item) in left]
    return [*differences, *(Difference("removed", item) for item in gone)]


def _attributed(change: Change, writers: Writers) -> Change:
    """A change with who wrote what is there, or took away what is not."""
    path = [step.name if isinstance(step, Named) else step for step in change.path]
    writer = writers.of(path) if change.kind != "added" else None
    return change if writer is None or writer.kind == PROGRAM else replace(change, by=writer)


def _taken(twins: list[Item], item: Item) -> Item:
    """Of objects of one name, in several Kubernetes clusters, the one that an object was; it is taken out."""
    same = next((index for index, twin in enumerate(twins) if twin.kubernetes == item.kubernetes), 0)
    return twins.pop(same)


def _unlike(old: Any, new: Any) -> tuple[Any, Any]:
    """Both without lists and mappings that are the same on both sides, which leaves little of most objects."""
    if not isinstance(old, dict) or not isinstance(new, dict) or "Secret" in (old.get("kind"), new.get("kind")):
        return old, new  # of a Secret `marked` has to see all
    alike = {key for key, was in old.items() if was.__class__ in (dict, list) and _are_equal(was, new.get(key))}
    pairs = {key: _unlike(was, new.get(key)) for key, was in old.items() if key not in alike}
    later = {key: pairs[key][1] if key in pairs else now for key, now in new.items() if key not in alike}
    return {key: was for key, (was, _) in pairs.items()}, later


def _are_equal(old: Any, new: Any) -> bool:
    """Whether two values are plain data and the same, their order too. Secret and unknown values are no plain data."""
    if old is new or new.__class__ is not old.__class__:
        return old is new
    packed = plain_bytes(old)
    return packed is not None and packed == plain_bytes(new)


def changed(old: Any, new: Any, path: tuple[Step, ...] = ()) -> Iterator[Change]:
    """The smallest fields that differ, in the order of `new`, with what was removed after what stayed."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key, now in new.items():
            was = old.get(key, _ABSENT)
            if was.__class__ is not str or was != now:
                yield from _entry(was, now, (*path, key))
        for key in [key for key in old if key not in new]:
            yield from _entry(old[key], _ABSENT, (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(old, new, path)
    elif not same(old, new):
        yield Change(path, "changed", old, new)


def _entry(old: Any, new: Any, path: tuple[Step, ...]) -> Iterator[Change]:
    if old is _ABSENT:
        yield Change(path, "added", new=new)
    elif new is _ABSENT:
        yield Change(path, "removed", old=old)
    else:
        yield from changed(old, new, path)


def _lists(old: list[Any], new: list[Any], path: tuple[Step, ...]) -> Iterator[Change]:
    before, after = _by_name(old), _by_name(new)
    if before is not None and after is not None:
        for name in [*after, *(name for name in before if name not in after)]:
            yield from _entry(before.get(name, _ABSENT), after.get(name, _ABSENT), (*path, Named(name)))
        return
    for index in range(max(len(old), len(new))):
        was = old[index] if index < len(old) else _ABSENT
        now = new[index] if index < len(new) else _ABSENT
        yield from _entry(was, now, (*path, index))


def _by_name(items: list[Any]) -> dict[str, Any] | None:
    """The items by their names, or None where one has none or two have the same."""
    named: dict[str, Any] = {}
    for item in items:
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or name in named:
            return None
        named[name] = item
    return named


def same(old: Any, new: Any) -> bool:
    """Whether two values are the same, as far as can be told: what is hidden or unknown on both sides counts as so."""
    if isinstance(old, Secret) or isinstance(new, Secret):
        was = old.value if isinstance(old, Secret) else old
        now = new.value if isinstance(new, Secret) else new
        return HIDDEN in (was, now) or same(was, now)
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        return all(isinstance(value, Unknown) or value == UNKNOWN_TEXT for value in (old, new))
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same(value, new[key]) for key, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same, old, new))
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)
