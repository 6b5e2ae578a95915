"""Which version of a component runs: that of its image, where that says one, else the one that is said beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.changes.spec_differences import plain
from pulumi_everest.core.own_images.versions import Tags
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.technology import Definition
from pulumi_everest.core.versions.ways import begins
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.values.versions import same_version


@dataclass(frozen=True)
class Running:
    """A component as it runs. `said` is its version as the cluster says it, `image` its image.

    `version` is what runs, None where nobody knows; one that is not `whole` is only the beginning, as of the tag
    `8.0`. `by_image`: the image tells, and not what is said. `waits`: the image is not known yet. `secret`: the version
    or the image is not to be shown.
    """

    said: str | None
    image: str | None
    version: str | None
    whole: bool = True
    by_image: bool = False
    waits: bool = False
    secret: bool = False


def running(snapshot: Snapshot, name: str, definition: Definition) -> Running:
    """What runs of a component of a cluster."""
    said, given = (value_at(snapshot.spec, ("instances", name, key)) for key in ("version", "image"))
    secret = isinstance(said, Concealed) or isinstance(given, Concealed)
    found = _running(snapshot, name, definition, text(said), text(given))
    return replace(found, waits=isinstance(given, Deferred), secret=secret) if text(given) is None or secret else found


def _running(snapshot: Snapshot, name: str, definition: Definition, version: str | None, image: str | None) -> Running:
    # An image that nobody chose is that of the version, even where the catalog has another one by now.
    if not snapshot.has_own_image(name):
        return Running(version, image, version)
    if image is None:  # overrides have taken it away, unless it is not known yet
        return Running(version, image, None, by_image=True)
    read = Tags.of(definition, definition.chosen_type(name, snapshot.instances.get(name))).version(image, version)
    chosen = snapshot.holds(f"{name}.version")
    if read is None:
        return Running(version, image, version if chosen else None, by_image=not chosen)
    if version is not None and (
        same_version(read.text, version) or (chosen and not read.whole and begins(version, read.text))
    ):
        return Running(version, image, version)
    return Running(version, image, read.text, read.whole, by_image=True)


def undecided(old: Running, new: Running) -> bool:
    """Whether it cannot be told which of two is newer: one is not known, or begins as the other one does."""
    if old.version is None or new.version is None:
        return True
    if old.whole and new.whole:
        return False
    return begins(old.version, new.version) or begins(new.version, old.version)


def text(value: Any) -> str | None:
    """A value that is text, also where it is secret."""
    value = plain(value)
    return value if isinstance(value, str) else None
