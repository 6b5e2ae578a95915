"""Changes of versions, images and the operator version: what the definition's `upgrades` allow, and what only moved.

A version is judged by what runs: where an image is not that of the version beside it, by the version that it says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pulumi_everest.core.changes.impact import GUARDS, Change, Concealed
from pulumi_everest.core.changes.policies import Policies, Specs
from pulumi_everest.core.changes.running_versions import Running, running, text, undecided
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.changes.version_steps import VersionSteps, refused
from pulumi_everest.core.changes.written_fields import by_overrides
from pulumi_everest.core.images import same_image
from pulumi_everest.core.own_images.versions import ImageVersion, Tags
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.versions.lines import of_line
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.values.versions import numbers, same_version, version_key

_ONLY_MOVED = "it moves only because the default does, and the cluster says the same as before"


def version_changes(old: Snapshot, new: Snapshot, technology: Technology) -> Iterator[Change]:
    """The changes of all versions that the templates honour, in the order of the components."""
    changes = _VersionChanges(old, new, technology)
    yield from changes.operator()
    yield from changes.operator_images()
    for name in new.instances:
        if name in old.instances and changes.honoured(name):
            yield from changes.component(name)


class _VersionChanges:
    """Two snapshots of a cluster at work."""

    def __init__(self, old: Snapshot, new: Snapshot, technology: Technology) -> None:
        self.old, self.new, self.technology = old, new, technology
        self.definition = technology.definition
        self.policies = Policies.of(technology.definition)
        self.specs = Specs(old.spec, new.spec)
        self.was, self.now = text(old.spec.get("operatorVersion")), text(new.spec.get("operatorVersion"))
        self.steps = VersionSteps(technology, self.now)

    def honoured(self, name: str) -> bool:
        """Whether the version of a component means anything, or its image."""
        topology = self.new.topology
        if topology not in self.definition.spec.topologies:
            return False
        if name not in self.definition.topology_components(topology):
            return False
        sets = self.technology.instance_fields(topology, name)
        return any(all(fields.covers((key,)) for fields in sets) for key in ("version", "image"))

    # The operator

    def operator(self) -> Iterator[Change]:
        was, now = self.was, self.now
        if was is not None and now is None and ("operatorVersion",) in self.new.written:
            why = "without it the operator takes its own, whichever that is"
            change = self._change(("operatorVersion",), "operatorVersion", was, now)
            yield refused(change, "operator-downgrade", why, f"stay with operatorVersion: {was}, or go up")
        if was is None or now is None or was == now:
            return
        change = self._change(("operatorVersion",), "operatorVersion", was, now)
        if not self.new.holds("operatorVersion") and not self.old.says("operatorVersion"):
            pin = _pin(f"set operatorVersion: {was}", f"operatorVersion: {now}")
            yield refused(change, "default-moved", _ONLY_MOVED, pin)
        else:
            yield self._operator(change, was, now)

    def _operator(self, change: Change, was: str, now: str) -> Change:
        """A step of the operator, or of one of its own images."""
        if version_key(now) < version_key(was):
            why = "an operator does not take over what a newer one has written"
            own = f"operatorVersion: {was}" if change.old == was else f"an image of {was}"
            return refused(change, "operator-downgrade", why, f"stay with {own}, or go up")
        if self._operator_jumps(was, now):
            why = "operators are upgraded one minor version at a time, each with its CRDs first"
            return refused(change, "operator-jump", why, self._operator_steps(was, now))
        return change

    def operator_images(self) -> Iterator[Change]:
        """The images of the operator itself, which are of its version where nothing is said."""
        before, after = self.old.operator_images, self.new.operator_images
        tags = Tags.of_operator(self.technology)
        for place in dict.fromkeys([*after, *before]):
            old, new = before.get(place), after.get(place)
            if old == new or (old is not None and new is not None and same_image(old, new)):
                continue
            was = tags.version(old) if old is not None else _whole(self.was)
            now = tags.version(new) if new is not None else _whole(self.now)
            change = self._change(("operatorVersion",), place, old, new)
            change = by_overrides(change, self.new.written.get(("operatorVersion", place)))
            if was is not None and now is not None:
                yield change if same_version(was.text, now.text) else self._operator(change, was.text, now.text)
            else:
                unread = " and ".join(f"'{image}'" for image, read in ((old, was), (new, now)) if image and not read)
                why = f"the version of {unread} cannot be read from its tag"
                yield refused(change, "image-version", why, "name an image by a tag that is an operator version")

    def _operator_jumps(self, was: str, now: str) -> bool:
        before, after = numbers(was, 2), numbers(now, 2)
        if len(before) < 2 or len(after) < 2:
            return False
        return (before[0] == after[0] and after[1] - before[1] > 1) or len(self._minors(was, now)) > 0

    def _minors(self, was: str, now: str) -> list[str]:
        """The newest version of each minor one that lies between."""
        manifest = self.technology.manifest
        between: dict[tuple[int, ...], str] = {}
        for version in sorted(manifest.operator.versions if manifest else [], key=version_key):
            if numbers(was, 2) < numbers(version, 2) < numbers(now, 2):
                between[numbers(version, 2)] = version
        return list(between.values())

    def _operator_steps(self, was: str, now: str) -> str:
        between = self._minors(was, now)
        return f"go over {' and '.join(between)} first" if between else f"go from {was} to {now} minor by minor"

    # Components

    def component(self, name: str) -> Iterator[Change]:
        one, other = self.old.instances[name], self.new.instances[name]
        if self.definition.chosen_type(name, one) != self.definition.chosen_type(name, other):
            return  # the versions are those of two things; what the change does is said of the type
        if all(one.get(key) == other.get(key) for key in ("version", "image")):
            return
        old, new = (running(side, name, self.definition) for side in (self.old, self.new))
        for change in self._component(name, old, new):
            yield _unshown(change) if old.secret or new.secret else change

    def _component(self, name: str, old: Running, new: Running) -> Iterator[Change]:
        of_version = not old.by_image and not new.by_image
        if old.said is not None and new.said is not None and old.said != new.said:
            if of_version or self._shows(name, old.said):
                yield self._version(name, old.said, new.said)
        elif of_version and old.said == new.said:
            yield from self._image_of_version(name, old, new)
        if not of_version and not old.waits and not new.waits:
            yield from self._own_image(name, old, new)

    def _version(self, name: str, was: str, now: str) -> Change:
        """The version of a component that the cluster says."""
        change, kind = self._change(("instances", name, "version"), f"{name}.version", was, now), self._kind(name)
        if self.steps.removed(kind, now) is None and self._only_moved(name, was):
            pin = _pin(f"set instances.{name}.version: {was}", f"instances.{name}.version: {now}")
            return refused(change, "default-moved", _ONLY_MOVED, pin)
        return self.steps.judged(change, kind, was, now)

    def _shows(self, name: str, was: str) -> bool:
        """Whether the version of a component shows in its object beside the image; so it does where nobody can tell."""
        reading = self.technology.reading
        return reading is None or reading.shows(self.new, ("instances", name, "version"), was)

    def _only_moved(self, name: str, was: str) -> bool:
        """Whether the version of a component moves though nothing says so that the user wrote."""
        if self._is_chosen(name, "version") or self._follows(name):
            return False
        if self.was != self.now and self.new.holds("operatorVersion"):
            return any(entry.version == was for entry in self.definition.versions(self._kind(name), self.now))
        return True

    def _is_chosen(self, name: str, key: str) -> bool:
        """Whether a version or image is what the user says, or was, or follows from what else the user changes."""
        if key == "version" and self.new.line(name) is not None:
            return self._leaves_line(name)
        if self.new.holds(f"{name}.{key}") or self.old.says(f"{name}.{key}") or self.old.line(name) is not None:
            return True
        return self.old.topology != self.new.topology or any(
            self.old.spec.get(field) != self.new.spec.get(field) for field in ("bundle", "preset")
        )

    def _leaves_line(self, name: str) -> bool:
        """Whether a component was of another line than the one that the user gives now, and so moves by that."""
        line, was = self.new.line(name), text(value_at(self.old.instances, (name, "version")))
        return line is not None and (was is None or not of_line(was, line))

    def _follows(self, name: str) -> bool:
        """Whether bundles move the version with that of another component, which the user moves."""
        if not any(name in bundle.components for bundle in self.definition.spec.bundles):
            return False
        for other in self.new.instances:
            path: Path = ("instances", other, "version")
            chosen = self.new.holds(f"{other}.version") or self.old.says(f"{other}.version")
            if self.new.line(other) is not None:
                chosen = self._leaves_line(other)
            if other != name and chosen and value_at(self.old.spec, path) != value_at(self.new.spec, path):
                return True
        return False

    # Images

    def _image_of_version(self, name: str, old: Running, new: Running) -> Iterator[Change]:
        """The image of a version that stays."""
        if old.image is None or new.image is None or old.image == new.image:
            return
        if not self._chooses_image(name) and self._another_registry():
            return  # what images.registry does is said there
        yield self._unless_moved(name, self._image_change(name, old.image, new.image))

    def _own_image(self, name: str, old: Running, new: Running) -> Iterator[Change]:
        """An image that is not that of the version beside it, before or now."""
        if old.image == new.image:
            return
        change = self._unless_moved(name, self._image_change(name, old.image, new.image))
        same = old.image is not None and new.image is not None and same_image(old.image, new.image)
        if change.is_refused or same:
            yield change
        elif undecided(old, new):
            yield self._unknown(name, change, old, new)
        elif old.version is not None and new.version is not None:
            yield self._known(name, change, old.version, new.version)

    def _known(self, name: str, change: Change, was: str, now: str) -> Change:
        """A change of an image whose versions are known."""
        if same_version(was, now):
            return change
        judged, step = self.steps.judged(change, self._kind(name), was, now), f"the image takes {was} to {now}"
        if not judged.is_refused:
            return replace(judged, why="; ".join(part for part in (step, judged.why) if part))
        return replace(judged, why=f"{step}, and {judged.why}")

    def _unknown(self, name: str, change: Change, old: Running, new: Running) -> Change:
        """A change of an image where it cannot be told which version is newer."""
        upgrades = self.definition.upgrades(self._kind(name))
        unread = [side for side in (old, new) if side.version is None or not side.whole]
        images = " and ".join(f"'{side.image}'" for side in unread if side.image is not None)
        why = f"the version of {images} cannot be read from its tag" if images else "what runs without it is not known"
        within = _series(old, upgrades.major) == _series(new, upgrades.major) is not None
        if upgrades.allow_any or (upgrades.downgrade and within):
            return replace(change, why="; ".join(part for part in (why, change.why) if part))
        field = f"instances.{name}.version"
        hints = []
        if old in unread:
            hints.append(f"first say {field}, the version that runs, with the image as it is, and apply that")
        if new.image is None:
            hints.append("leave the image where it is")
        elif new in unread:
            hints.append(f"say {field} too, the version that is in '{new.image}'")
        return refused(change, "image-version", why, "; then change the image, and ".join(hints))

    def _image_change(self, name: str, was: str | None, now: str | None) -> Change:
        change = self._change(("instances", name, "image"), f"{name}.image", was, now)
        of_type: Path = ("components", "versions", self._kind(name), "image")
        by_type = now is not None and text(value_at(self.new.spec, of_type)) == now
        return replace(change, written=of_type) if by_type else change

    def _unless_moved(self, name: str, change: Change) -> Change:
        """The change of an image, refused where nothing says so that the user wrote."""
        if self._chooses_image(name):
            return change
        why = "the version's image moves in the catalog, and the cluster says the same as before"
        pin = _pin(f"set instances.{name}.image: {change.old}", f"image: {change.new}")
        return refused(change, "default-moved", why, pin)

    def _chooses_image(self, name: str) -> bool:
        """Whether an image is what the user says, or was, or follows from what else the user changes."""
        key = f"{name}.image"
        if self.new.holds(key) or self.old.says(key):
            return True
        own = self.old.has_own_image(name) or self.new.has_own_image(name)
        return own and (self._is_chosen(name, "version") or self._another_registry())

    def _another_registry(self) -> bool:
        registry = ("images", "registry")
        return bool(value_at(self.old.spec, registry) != value_at(self.new.spec, registry))

    # Both

    def _kind(self, name: str) -> str:
        return self.definition.chosen_type(name, self.new.instances.get(name))

    def _change(self, path: Path, where: str, was: str | None, now: str | None) -> Change:
        impact, message = self.policies.impact(tuple(map(str, path)), self.specs)
        return Change(path, where, was, now, impact, why=message)


def _whole(version: str | None) -> ImageVersion | None:
    return ImageVersion(version) if version is not None else None


def _unshown(change: Change) -> Change:
    """A change of values that are secret: what it is, without a word of theirs."""
    hidden = replace(change, old=Concealed(change.old), new=Concealed(change.new))
    if change.guard is None:
        return replace(hidden, why="")
    return replace(hidden, why=GUARDS[change.guard].meaning, hint="docs/changes.md says how to go on")


def _series(side: Running, major: int) -> tuple[int, ...] | None:
    """The series that is known of what runs, where all of it is."""
    found = numbers(side.version, major) if side.version is not None else ()
    return found if len(found) == major else None


def _pin(stay: str, go: str) -> str:
    keep = "record what is running with `everest lock --from-state`"
    return f"to stay: {stay}, or {keep}; to move: {go}, or `everest lock --upgrade`"
