"""What a change of an object beside the main one does to its cluster, where only that object tells what there was.

No search is needed as for the main object: the cluster is known, and each value of the object that changes leads to
the field that it comes from. What leads nowhere is not judged, but said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pulumi_everest.adoption.program_cluster import ProgramCluster
from pulumi_everest.core.changes.compare import ChangeSet, compare
from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.exact import leaves, same
from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import set_value, value_at
from pulumi_everest.emit.origins import Origins
from pulumi_everest.emit.read_back.emission import Emission
from pulumi_everest.emit.templates.template import Emitted
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import EverestError, finding, path_text


def explained_other(made: ProgramCluster, before: Snapshot, was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether all that changes in the object comes from what the cluster was: then its component has said all."""
    try:
        objects = _emission(made, before).objects(before.spec)
    except EverestError:
        return False
    place = place_of(objects, now)
    return place is not None and all(
        same(value_at(objects[place].manifest, path), value_at(was, path)) for path in _differing(was, now)
    )


def changes_of_other(made: ProgramCluster, was: Mapping[str, Any], now: Mapping[str, Any]) -> ChangeSet:
    """What becomes of a cluster whose object was something else. Raises EverestError where that cannot be told."""
    emission, spec = _emission(made, made.snapshot), made.snapshot.spec
    objects = emission.objects(spec)
    place = place_of(objects, now)
    if place is None:
        raise EverestError([finding("value.not-known", (), "the cluster has no such object")])
    origins = Origins(spec, emission.cluster, objects, lambda other: emission.objects(other.spec))
    before = copied(dict(spec))
    for path in _differing(was, now):
        old = value_at(was, path)
        origin = origins.of(place, path)
        if origin is None or old is None or isinstance(old, (Deferred, Concealed)):
            text = f"what {path_text(path)} was made of is not known"
            raise EverestError([finding("value.not-known", (), text)])
        set_value(before, origin, old)
    there = emission.objects(before)[place].manifest
    wrong = [path for path in _differing(was, now) if not same(value_at(there, path), value_at(was, path))]
    if wrong:
        text = f"no cluster has {path_text(wrong[0])} as it was"
        raise EverestError([finding("value.not-known", (), text)])
    old_cluster = replace(made.snapshot, spec=before).unchosen()
    return compare(old_cluster, made.snapshot, made.setup.technology, made.allow)


def place_of(objects: Sequence[Emitted], inputs: Mapping[str, Any]) -> int | None:
    """The place of the object that has the kind and name of these inputs."""
    wanted = (inputs.get("kind"), (inputs.get("metadata") or {}).get("name"))
    for place, entry in enumerate(objects):
        if (entry.manifest["kind"], entry.manifest["metadata"].get("name")) == wanted:
            return place
    return None


def _differing(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[Path]:
    before, after = (leaves({k: v for k, v in side.items() if k not in _HEAD}) for side in (was, now))
    return [path for path in dict.fromkeys([*before, *after]) if not same(before.get(path), after.get(path))]


_HEAD = ("apiVersion", "kind", "metadata")


def _emission(made: ProgramCluster, cluster: Snapshot) -> Emission:
    plugin = made.setup.plugin
    if plugin is None:
        raise EverestError([finding("value.not-known", (), "no plugin makes the object")])
    return Emission.of(cluster, made.setup.technology.definition, plugin.template)
