"""What a change of a cluster does to it, as `everest preview --against` says it, and what it does to its objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pulumi_everest.core.changes.compare import values
from pulumi_everest.model.findings import Finding
from pulumi_everest.review.clusters import Lifting
from pulumi_everest.review.comparison.impacts import compare_clusters, findings
from pulumi_everest.review.comparison.lifted_guards import checked
from pulumi_everest.review.comparison.object_diff import Difference, compare
from pulumi_everest.review.comparison.removed import removed
from pulumi_everest.review.hidden_values import plain
from pulumi_everest.ui.checking import Outcome

Data = dict[str, Any]


def changes(before: Outcome, after: Outcome, allow: Sequence[str]) -> tuple[Data | None, list[Finding]]:
    """The changes with their impact, those of the objects, and the findings about both.

    `allow` are the guards that are lifted. None, and no findings, where either side has an error.
    """
    was, now = before.cluster, after.cluster
    if was is None or now is None:
        return None, []
    liftings, found = checked([Lifting(guard, guard) for guard in allow], [now])
    gone = list(removed([was], [now]))
    compared = compare_clusters([was], [now], liftings)
    found = [*found, *gone, *findings(compared, liftings, impacts=True)]
    told = compared[0].changes.changes if compared else []
    differences = compare(before.items, after.items)
    data = {
        "impact": str(compared[0].changes.impact) if compared else "refused",
        "changes": [{**plain(values(change), show=False), "liftable": change.guard is not None} for change in told],
        "objects": list(_objects(differences)),
    }
    return data, found


def _objects(differences: Sequence[Difference]) -> Iterator[Data]:
    for difference in differences:
        if difference.kind != "same":
            fields = [_field(change) for change in difference.changes]
            yield {"title": difference.item.title, "change": difference.kind, "fields": fields}


def _field(change: Any) -> Data:
    data = {"path": change.where}
    if change.kind != "added":
        data["old"] = plain(change.old, show=False)
    if change.kind != "removed":
        data["new"] = plain(change.new, show=False)
    return data
