"""`everest upgrade --from --to`: what a newer plugin makes of each cluster of an input, and what is in its way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pulumi_everest.model.findings import EverestError, Finding, finding, sort_findings
from pulumi_everest.model.lock_file import LockedCluster
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.review.clusters import Cluster, Compared
from pulumi_everest.review.comparison.by_plugin import mark
from pulumi_everest.review.comparison.impacts import compare_clusters, data, findings, stuck
from pulumi_everest.review.comparison.object_diff import Difference, compare
from pulumi_everest.review.comparison.revision import rename
from pulumi_everest.review.inputs.gather import Gathered, gather
from pulumi_everest.review.upgrades.plugin_sources import PluginSource
from pulumi_everest.upgrade.definitions.releases import Move, lock_findings, moves, release_findings

if TYPE_CHECKING:
    from pulumi_everest.review.inputs.groups import Group
    from pulumi_everest.review.inputs.paths import Inputs
    from pulumi_everest.review.options import Options


@dataclass
class DefinitionUpgrade:
    """What becomes of the clusters. `stuck` are those that the newer plugin does not take, by name with the reasons."""

    gathered: Gathered
    moves: list[Move] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    stuck: dict[str, list[Finding]] = field(default_factory=dict)

    @property
    def former(self) -> list[Cluster]:
        """The clusters as they are, of those that can be compared."""
        return [entry.before for entry in self.compared]

    @property
    def groups(self) -> list[Group]:
        """What they become."""
        own = {id(entry.cluster) for entry in self.compared}
        return [group for group in self.gathered.groups if id(group.cluster) in own]

    def data(self) -> dict[str, Any]:
        """The result as plain data, without the findings."""
        stuck = [
            {"cluster": name, "impact": "refused", "changes": [], "reasons": [entry.message for entry in reasons]}
            for name, reasons in self.stuck.items()
        ]
        return {"plugins": [move.data() for move in self.moves], "clusters": [*data(self.compared), *stuck]}


def definition_upgrade(
    old: PluginSource, new: PluginSource, inputs: Inputs, options: Options, *, impacts: bool = False
) -> DefinitionUpgrade:
    """What the plugins of `new` make of an input whose clusters were made with those of `old`."""
    try:
        both = moves(_loaded(old), _loaded(new))
    except EverestError as error:
        return DefinitionUpgrade(Gathered(findings=error.findings))
    if not both:
        names = ", ".join(one.definition.name for one in _loaded(old))
        text = f"'{new.text}' has no plugin for what '{old.text}' has: {names}"
        return DefinitionUpgrade(Gathered(findings=[finding("plugin.not-found", (), text)]))
    before = _gathered(old, inputs, options)
    if before.has_errors:
        wrong = [replace(e, message=f"with --from: {e.message}") for e in before.findings if e.is_error]
        before.findings = wrong
        return DefinitionUpgrade(before, both)
    after = _gathered(new, inputs, replace(options, keep_sound=True))
    upgrade = DefinitionUpgrade(after, both)
    upgrade.compared = compare_clusters(before.known_clusters, after.known_clusters)
    upgrade.stuck = stuck(before.known_clusters, upgrade.compared, after.findings)
    former = {id(entry.before) for entry in upgrade.compared}
    items = [item for group in before.groups if id(group.cluster) in former for item in group.items]
    upgrade.differences = compare(items, [item for group in upgrade.groups for item in group.items])
    mark(upgrade.differences, upgrade.compared, before.groups, upgrade.groups)
    own = [*_about_plugins(both, before), *findings(upgrade.compared, impacts=impacts)]
    after.findings = sort_findings([*after.findings, *own])
    return upgrade


def _loaded(source: PluginSource) -> list[Plugin]:
    """The plugins of a source. Raises EverestError where one cannot be read."""
    plugins, found = [], []
    for folder in source.folders:
        plugin, problems = load_plugin(folder)
        found += problems if plugin is None else []
        plugins += [plugin] if plugin is not None else []
    if found:
        raise EverestError([replace(entry, message=source.shown(entry.message)) for entry in found])
    return plugins


def _gathered(source: PluginSource, inputs: Inputs, options: Options) -> Gathered:
    gathered = gather(inputs, replace(options, plugins=[*source.folders, *options.plugins]))
    rename(gathered, source.shown)
    return gathered


def _about_plugins(both: Sequence[Move], before: Gathered) -> Iterator[Finding]:
    """What is to be said of plugins that clusters of the input are of."""
    used = {cluster.technology.definition.name for cluster in before.known_clusters}
    locked = _locked(before)
    for move in both:
        name = move.old.definition.name
        if name in used:
            yield from release_findings(move)
            providers = {c.technology.provider for c in before.known_clusters if c.technology.definition.name == name}
            yield from lock_findings(move, {n: entry for n, entry in locked.items() if entry.provider in providers})


def _locked(gathered: Gathered) -> dict[str, LockedCluster]:
    """What the lock files of an input say of its clusters."""
    found: dict[str, LockedCluster] = {}
    for section in gathered.sections:
        entries = section.entries()
        found |= {record.name: entries[record.name] for record in section.records if record.name in entries}
    return found
