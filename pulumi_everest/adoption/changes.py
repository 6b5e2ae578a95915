"""What a change of an object does to the cluster that it is made of, where only the object tells what there was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final
from weakref import WeakKeyDictionary

from pulumi_everest.adoption.before import snapshot_of_object, taken_back
from pulumi_everest.adoption.known_readings import KnownReadings
from pulumi_everest.adoption.program_cluster import ProgramCluster
from pulumi_everest.core.changes.compare import ChangeSet, compare
from pulumi_everest.core.changes.impact import Change, is_hidden, shown
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.exact import same
from pulumi_everest.core.paths import with_value
from pulumi_everest.core.technology import Definition
from pulumi_everest.emit.read_back.places import without_value
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import EverestError, finding, path_text

_NOT_OF_THE_SPEC: Final = frozenset({"name", "namespace", "labels", "annotations", "volumePolicy", "reconcileBy"})


def explained(made: ProgramCluster, before: Snapshot, was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether all that changes in an object comes from what the cluster was: then its component has said all."""
    manifest = made.emitted(before, before.spec)
    if manifest is None:
        return False
    return all(_comes_from(manifest.get(part), was.get(part), now.get(part)) for part in ("metadata", "spec"))


def _comes_from(made: Any, was: Any, now: Any) -> bool:
    """Whether what is changed from `was` to `now` was as it is in `made`."""
    if same(was, now):
        return True
    if not isinstance(was, dict) or not isinstance(now, dict):
        return same(made, was)
    below = made if isinstance(made, dict) else {}
    return all(_comes_from(below.get(key), was.get(key), now.get(key)) for key in {**was, **now})


def written(made: ProgramCluster, was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any] | None:
    """The object that is written, where that is not what was planned: a transform has changed it. Else None.

    What the engine leaves as it is, such as a field that the operator writes, counts as planned.
    """
    result: dict[str, Any] = taken_back(dict(made.manifest), now, was)
    return result if next(rewritten(made.manifest, result), None) is not None else None


def rewritten(planned: Any, result: Any, path: Path = ()) -> Iterator[str]:
    """What is written otherwise than planned, value by value: ``spec.size 3 → 5``. What is not known yet is planned."""
    if isinstance(planned, Deferred) or same(planned, result):
        return
    if isinstance(planned, dict) and isinstance(result, dict):
        for key in {**planned, **result}:
            yield from rewritten(planned.get(key), result.get(key), (*path, key))
    elif isinstance(planned, list) and isinstance(result, list) and len(planned) == len(result):
        for index, pair in enumerate(zip(planned, result, strict=True)):
            yield from rewritten(*pair, (*path, index))
    elif not isinstance(result, Deferred) or planned is None:
        yield f"{path_text(path)} {shown(planned)} → {shown(result)}"


def changes_of_object(made: ProgramCluster, was: Mapping[str, Any], now: Mapping[str, Any]) -> ChangeSet:
    """What becomes of a cluster whose object was something else. Raises EverestError where that cannot be told.

    What the engine leaves as it is, such as a field that the operator writes, is no change. What is judged is what is
    written, whatever was planned.
    """
    technology, after = made.setup.technology, written(made, was, now)
    old = _read(made, taken_back(made.manifest, was, now))
    if after is not None:
        new = _read(made, after)
        # Whoever writes it has chosen it.
        chosen = {f"{name}.version" for name in new.instances} | {"operatorVersion"}
        return compare(old, replace(new, chosen=new.chosen | chosen), technology, made.allow)
    return _readings(made).judged(made, old, lambda: _judged(made, old))


def _judged(made: ProgramCluster, old: Snapshot) -> ChangeSet:
    """What becomes of a cluster that was another one, as far as it shows in its object."""
    result = compare(old, made.snapshot, made.setup.technology, made.allow)
    base = made.emitted(made.snapshot, made.snapshot.spec)
    seen = [change for change in result.changes if base is None or _shows(change, old, made, base)]
    return replace(result, changes=seen)


def _read(made: ProgramCluster, manifest: Mapping[str, Any]) -> Snapshot:
    """The cluster that an object would be made of. Raises EverestError."""
    if is_hidden(manifest):
        text = "the object holds values that are secret, or not known yet"
        raise EverestError([finding("value.not-known", (), text)])
    readings = _readings(made)
    known = readings.read(made, manifest)
    if known is not None:
        return known
    found = snapshot_of_object(made.workspace, manifest, made.setup.technology, made.snapshot.spec.get("provider"))
    readings.note(made, manifest, found)
    return found


_READINGS: Final[WeakKeyDictionary[Definition, KnownReadings]] = WeakKeyDictionary()


def _readings(made: ProgramCluster) -> KnownReadings:
    """What is known of the objects of a definition; it goes with that."""
    return _READINGS.setdefault(made.setup.technology.definition, KnownReadings())


def _shows(change: Change, old: Snapshot, made: ProgramCluster, base: Mapping[str, Any]) -> bool:
    """Whether a change shows in the object. What does not was not read from it, such as data to fill a new cluster."""
    if change.path[0] in _NOT_OF_THE_SPEC:
        return True
    if change.written and _differs(change, change.written, made, base):
        return True
    for spec in _taken_back(change, old, made.snapshot.spec):
        manifest = made.emitted(made.snapshot, spec)
        if manifest is not None:
            return not _alike(manifest, base)
    return True


def _differs(change: Change, place: Path, made: ProgramCluster, base: Mapping[str, Any]) -> bool:
    """Whether the object is another one without a change that stands at a place."""
    with suppress(KeyError, IndexError, TypeError, AttributeError):
        manifest = made.emitted(made.snapshot, _without(change, place, made.snapshot.spec))
        return manifest is not None and not _alike(manifest, base)
    return False


def _without(change: Change, place: Path, spec: Mapping[str, Any]) -> dict[str, Any]:
    return without_value(spec, place) if change.old is None else with_value(spec, place, change.old)


def _taken_back(change: Change, old: Snapshot, spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A spec without a change; then without any in the same block, since half a block may be refused."""
    with suppress(KeyError, IndexError, TypeError, AttributeError):
        if change.path[0] == "instances" and change.path[2:] == ("version",):
            # The image is that of the version: with the new one nothing would show.
            own = (*change.path[:2], "image")
            yield with_value(_without(change, change.path, spec), own, old.instances[str(change.path[1])]["image"])
        yield _without(change, change.path, spec)
    block = str(change.path[0])
    rest = {key: value for key, value in spec.items() if key != block}
    yield {**rest, block: old.spec[block]} if block in old.spec else rest


def _alike(one: Any, other: Any) -> bool:
    """Whether two objects are the same as far as they are known."""
    if isinstance(one, Deferred) and isinstance(other, Deferred):
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    return same(one, other)
