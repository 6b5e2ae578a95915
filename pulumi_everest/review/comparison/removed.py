"""What becomes of the data of clusters that are no longer there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from pulumi_everest.core.merging import without_none
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.review.clusters import Cluster
from pulumi_everest.review.comparison.impacts import pairs

_OBJECTS = {
    "protect": "pulumi up refuses that, since its objects are protected",
    "retain": "its objects are left alone and go on running",
}
_LET_GO = "to let it go, first set deletion_policy to 'retain' or 'delete' and run pulumi up"
_TAKE_ALONG = {
    True: "keep metadata.name, or fill the new one from a backup with dataSource",
    False: "keep its name=, give its resource alone a new one with an alias, or fill the new one with data_source",
}


def removed(before: Sequence[Cluster], after: Sequence[Cluster]) -> Iterator[Finding]:
    """A warning for each cluster that is gone, or has another name, with what becomes of its data."""
    both = pairs(before, after)
    new = [cluster for was, cluster in both if was is None and cluster is not None]
    alike: dict[str, list[Cluster]] = {}
    for other in new:
        alike.setdefault(_content(other), []).append(other)
    for was, cluster in both:
        if was is not None and cluster is None:
            yield was.told(_finding(was, _renamed(was, alike.get(_content(was), ()))))


def _finding(gone: Cluster, renamed: Cluster | None) -> Finding:
    policy = None if gone.in_document else gone.snapshot.options.get("deletionPolicy")
    text, hint = f"{gone.snapshot.name} is no longer there: {_objects(policy)}", None
    if policy == "protect":
        hint = _LET_GO
    elif policy != "retain":
        text += f"; {_volumes(gone)}"
    if renamed is not None:
        text += f". {renamed.snapshot.name}, with the same settings, is a new and empty database"
        hint = _TAKE_ALONG[gone.in_document]
    return finding("change.removed", ("name",), text, hint=hint, subject=gone.subject)


def _objects(policy: object) -> str:
    if policy is None:
        return "whoever applies these objects deletes those of it, if they remove what is left out"
    return _OBJECTS.get(str(policy), "its objects are deleted")


def _volumes(gone: Cluster) -> str:
    if gone.snapshot.metadata.get("finalizers") is not None:
        return "its own finalizers decide what becomes of the volumes"
    if gone.snapshot.options.get("volumePolicy") == "delete":
        return "its volumes, and with them all its data, are deleted too (volume policy delete)"
    return "its volumes stay (volume policy keep)"


def _content(cluster: Cluster) -> str:
    """A text that is the same for clusters of one spec; for others it may be, too."""
    return json.dumps(without_none(cluster.snapshot.spec), sort_keys=True, default=lambda _: None)


def _renamed(gone: Cluster, new: Sequence[Cluster]) -> Cluster | None:
    """A new cluster that is the same but for its name."""
    spec = without_none(gone.snapshot.spec)
    return next((cluster for cluster in new if without_none(cluster.snapshot.spec) == spec), None)
