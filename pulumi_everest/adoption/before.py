"""What an object was made of: the cluster as a snapshot, to be compared with what it is to become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_everest.adoption.adopt import adopted
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.exact import same
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.model.cluster import DatabaseClusterSpec
from pulumi_everest.model.findings import EverestError, finding
from pulumi_everest.model.reading import own_part, plain, read_model
from pulumi_everest.model.shapes import shape_of
from pulumi_everest.workspace.workspace import Workspace


def snapshot_of_object(
    workspace: Workspace, manifest: Mapping[str, Any], technology: Technology, provider: Any
) -> Snapshot:
    """The cluster that a main object would be made of, as `everest adopt` finds it. Raises EverestError.

    `technology` and `provider` are those of the cluster as it is now. Nobody knows which of its versions were chosen,
    so none counts as that: a default may not move any.
    """
    if manifest.get("apiVersion") == API_VERSION:
        (metadata, spec), options = _written(manifest), {}
    else:
        found = adopted(workspace, manifest, remarked=False, definition=technology.definition.name)
        metadata, spec, options = found.metadata, found.spec, found.options
    resolved, wrong = check_cluster(metadata, {**spec, "provider": provider}, technology, options=options)
    if resolved is None:
        raise EverestError(wrong)
    return Snapshot.of(resolved, technology, manifest, {}).unchosen()


def _written(manifest: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The metadata and spec of an object that is a DatabaseCluster itself, for a controller."""
    own = own_part(manifest)
    spec = own.get("spec")
    _, wrong = read_model(DatabaseClusterSpec, spec)
    if wrong or not isinstance(spec, dict):
        raise EverestError(wrong or [finding("field.missing", ("spec",), "the object has no spec")])
    return own["metadata"], plain(spec, shape_of(DatabaseClusterSpec))


def taken_back(made: Any, was: Any, now: Any) -> Any:
    """What is made now, with the change from `was` to `now` taken back and everything else as it is."""
    if same(was, now):
        return made
    if not isinstance(was, dict) or not isinstance(now, dict):
        return was
    result = dict(made) if isinstance(made, dict) else {}
    for key in {**was, **now}:
        if key not in was:
            result.pop(key, None)
        elif key not in now:
            result[key] = was[key]
        elif not same(was[key], now[key]):
            result[key] = taken_back(result.get(key), was[key], now[key])
    return result
