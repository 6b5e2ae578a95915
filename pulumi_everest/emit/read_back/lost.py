"""The objects of a cluster that are no more, or that cannot become what they are to be, after a change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pulumi_everest.core.changes.lost_objects import LostObject
from pulumi_everest.core.exact import same
from pulumi_everest.core.paths import value_at
from pulumi_everest.emit.names import kind_of, suffix
from pulumi_everest.emit.replaced_fields import replaced_fields
from pulumi_everest.emit.templates.template import Emitted
from pulumi_everest.model.deferred import Deferred, holds_deferred
from pulumi_everest.model.findings import path_text

Key = tuple[tuple[str, str], str]


def lost(
    old: Sequence[Emitted], new: Sequence[Emitted], name: object, config_maps_in_place: bool | None
) -> Iterator[LostObject]:
    """What is lost of the objects of a cluster with this name, its main object and Secrets left out."""
    before, after = (_by_key(side, name) for side in (old, new))
    for key, was in before.items():
        now = after.get(key)
        if now is None:
            if was.keeps_data:
                yield LostObject(*_named(was), keeps_data=True)
        elif config_maps_in_place is not None:
            yield from _replaced(was, now, config_maps_in_place)


def _replaced(was: Emitted, now: Emitted, config_maps_in_place: bool) -> Iterator[LostObject]:
    keeps = was.keeps_data or now.keeps_data
    for path in replaced_fields(was.manifest, now.manifest, config_maps_in_place=config_maps_in_place):
        first, second = value_at(was.manifest, path), value_at(now.manifest, path)
        if any(isinstance(value, Deferred) or holds_deferred(value) for value in (first, second)):
            continue
        if not same(first, second):
            yield LostObject(*_named(was), keeps, path_text(path), first, second)


def _named(entry: Emitted) -> tuple[str, str]:
    return str(entry.manifest["kind"]), str(entry.manifest["metadata"].get("name"))


def _by_key(objects: Sequence[Emitted], name: object) -> dict[Key, Emitted]:
    return {
        (kind_of(entry), suffix(entry, name)): entry
        for entry in objects
        if not entry.main and not entry.when_ready and kind_of(entry) != ("", "Secret")
    }
