"""In which order the objects of a cluster are made: what the templates say, else the main object after all others."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_everest.emit.templates.template import Emitted


def earlier(objects: Sequence[Emitted], index: int) -> list[int]:
    """The places of the objects that are made before one.

    The main object comes after all that do not come after it, in as many steps as it may be; a restore that fills the
    database comes after all others.
    """
    entry, named = objects[index], _places(objects)
    if entry.when_ready:
        return [place for place, other in enumerate(objects) if not other.when_ready]
    said = [place for name in entry.settings.after for place in named.get(name, ())]
    if not entry.main:
        return list(dict.fromkeys(said))
    later = _followers(objects, entry.name)
    others = (place for place, other in enumerate(objects) if not (other.main or other.when_ready))
    return [place for place in others if objects[place].name not in later]


def in_order(objects: Sequence[Emitted]) -> list[int]:
    """The places of the objects, each after those that are made before it, and else as they stand."""
    done: dict[int, None] = {}

    def add(place: int) -> None:
        if place not in done:
            for before in earlier(objects, place):
                add(before)
            done[place] = None

    for place in range(len(objects)):
        add(place)
    return list(done)


def _places(objects: Sequence[Emitted]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, entry in enumerate(objects):
        places.setdefault(entry.name, []).append(place)
    return places


def _followers(objects: Sequence[Emitted], name: str) -> set[str]:
    """The names of the objects that come after one of this name."""
    found = {name}
    while True:
        more = {entry.name for entry in objects if not found.isdisjoint(entry.settings.after)} - found
        if not more:
            return found
        found |= more
