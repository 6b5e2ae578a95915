"""The whole result of `everest preview` as JSON: clusters, objects, differences, changes, findings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_everest.review.clusters import Compared
    from pulumi_everest.review.comparison.object_diff import Difference
    from pulumi_everest.review.inputs.gather import Gathered


def preview_json(gathered: Gathered, differences: Sequence[Difference] | None, compared: Sequence[Compared]) -> str:
    """The result as text; Secret values are hidden."""
    from pulumi_everest.cli.output.findings import finding_data
    from pulumi_everest.cli.output.objects import object_data
    from pulumi_everest.review.comparison.impacts import data
    from pulumi_everest.review.hidden_values import plain

    def named(difference: Difference) -> dict[str, Any]:
        _, kind, namespace, name = difference.item.key
        data: dict[str, Any] = {
            "change": difference.kind,
            "apiVersion": difference.item.manifest.get("apiVersion"),
            "kind": kind,
            "namespace": namespace or None,
            "name": name,
            "fields": [],
        }
        for change in difference.changes:
            entry: dict[str, Any] = {"path": change.where, "change": change.kind}
            if change.kind != "added":
                entry["old"] = plain(change.old, show=False)
            if change.kind != "removed":
                entry["new"] = plain(change.new, show=False)
            if change.by is not None:
                entry["by"] = {"manager": change.by.manager, "kind": change.by.kind, "time": change.by.time}
            data["fields"].append(entry)
        return data

    result: dict[str, Any] = {
        "clusters": [
            {"name": group.name, **group.about, "objects": [object_data(item) for item in group.items]}
            for group in gathered.groups
            if group.kind == "cluster"
        ],
        "objects": [object_data(i) for group in gathered.groups if group.kind != "cluster" for i in group.items],
    }
    if differences is not None:
        result["differences"] = [named(difference) for difference in differences]
        result["changes"] = data(compared)
    result["findings"] = [finding_data(entry) for entry in gathered.findings]
    return json.dumps(result, indent=2, ensure_ascii=False)
