"""What of a cluster's objects changes because its plugin is another one, where the cluster changes as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.objects import Emitted, emit
from pulumi_everest.model.deferred import holds_deferred
from pulumi_everest.model.findings import EverestError
from pulumi_everest.review.clusters import Compared
from pulumi_everest.review.comparison.object_diff import Change, Difference, compare
from pulumi_everest.review.inputs.groups import Group, Item
from pulumi_everest.workspace.setup import Setup
from pulumi_everest.workspace.setup_digest import SetupDigests

Key = tuple[str, str, str, str]


def mark(
    differences: Iterable[Difference], compared: Sequence[Compared], before: Iterable[Group], after: Iterable[Group]
) -> None:
    """Let the differences of clusters that change know what of them another plugin makes."""
    groups = {id(group.cluster): group for side in (before, after) for group in side if group.cluster is not None}
    own, digests = dict[int, list[Change]](), SetupDigests()
    for entry in compared:
        was, now = groups.get(id(entry.before)), groups.get(id(entry.cluster))
        if entry.changes.changes and was is not None and now is not None:
            found = by_plugin(was, now, digests)
            own |= {id(item): found[item.key] for item in now.items if item.key in found}
    for difference in differences:
        difference.by_plugin = own.get(id(difference.item), [])


def by_plugin(was: Group, now: Group, digests: SetupDigests) -> dict[Key, list[Change]]:
    """The fields that another plugin makes of a cluster as it was, by what tells objects apart.

    Where its templates take what only the cluster as it is to be has, those of the former plugin are asked about that.
    """
    if was.plan is None or now.plan is None:
        return {}
    former, later = was.plan.setup, now.plan.setup
    if former.plugin is None or later.plugin is None:
        return {}
    if digests.of_plugin(former.plugin) == digests.of_plugin(later.plugin):
        return {}
    made = _made(was.plan.resolved, later)
    if made is not None:
        return _changed(was.plan.objects, made)
    made = _made(now.plan.resolved, former)
    return _changed(made, now.plan.objects) if made is not None else {}


def _made(resolved: Resolved, setup: Setup) -> list[Emitted] | None:
    """The objects that a plugin makes of a cluster, if it can."""
    if setup.plugin is None or setup.technology.is_controlled:
        return None
    try:
        return emit(resolved, setup.plugin.template)
    except EverestError:
        return None


def _changed(before: Sequence[Emitted], after: Sequence[Emitted]) -> dict[Key, list[Change]]:
    """The fields that differ, as far as their values are known."""
    was, now = ([Item(entry.manifest) for entry in side] for side in (before, after))
    return {
        one.item.key: [change for change in one.changes if not holds_deferred([change.old, change.new])]
        for one in compare(was, now)
        if one.kind == "changed"
    }
