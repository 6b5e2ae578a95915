"""`everest upgrade --operator`: the steps to a newer operator for the databases of an input, against what runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pulumi_everest.core.changes.compare import compare, line
from pulumi_everest.core.changes.impact import Change, Impact
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.core.versions.ways import VersionWays
from pulumi_everest.emit.moved_fields import lacking
from pulumi_everest.model.findings import Finding, finding, unknown
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.model.values.versions import numbers, version_key
from pulumi_everest.review.clusters import Cluster
from pulumi_everest.review.databases import databases, look
from pulumi_everest.review.running import namespace_of
from pulumi_everest.upgrade.operators.running import Database, Running, check_steps
from pulumi_everest.upgrade.operators.steps import Place, Step, Way, jumps, steps, way_of

if TYPE_CHECKING:
    from pulumi_everest.live.cluster import LiveCluster
    from pulumi_everest.review.inputs.gather import Gathered
    from pulumi_everest.review.inputs.groups import Group


@dataclass
class OperatorUpgrade:
    """The steps for the databases of one operator. `running` is the version that runs, if a cluster was looked at."""

    manifest: PluginManifest
    was: str
    to: str
    steps: list[Step] = field(default_factory=list)
    running: str | None = None

    def data(self) -> dict[str, Any]:
        """The upgrade as plain data."""
        return {
            "operator": self.manifest.operator.name,
            "from": self.was,
            "to": self.to,
            "prerelease": self.to in self.manifest.operator.prereleases,
            "running": self.running,
            "steps": [step.data() for step in self.steps],
        }


def operator_upgrades(
    version: str, gathered: Gathered, place: Place, live: LiveCluster | None = None
) -> tuple[list[OperatorUpgrade], list[Finding]]:
    """The upgrades that bring operators to a version, of those whose plugins know it; and what is wrong.

    Raises LiveError where the cluster cannot be read.
    """
    by_operator: dict[str, list[Group]] = {}
    manifests: dict[str, PluginManifest] = {}
    for group in gathered.groups:
        manifest = group.cluster.technology.manifest if group.cluster is not None else None
        if manifest is not None:
            manifests[manifest.name] = manifest
            by_operator.setdefault(manifest.name, []).append(group)
    wanted = {name: one for name, one in manifests.items() if version in one.operator.versions}
    if not wanted:
        return [], [_unknown(version, manifests.values())]
    made, found = [], []
    for name, manifest in wanted.items():
        upgrade, problems = _upgrade(manifest, version, by_operator[name], gathered, place, live)
        made.append(upgrade)
        found += problems
    return made, found


def _unknown(version: str, manifests: Iterable[PluginManifest]) -> Finding:
    known = [one for manifest in manifests for one in manifest.operator.versions]
    if not known:
        return finding("upgrade.operator", (), "the input has no cluster whose operator could be upgraded")
    return unknown("upgrade.operator", (), f"no plugin of the input has operator version '{version}'", version, known)


def _upgrade(
    manifest: PluginManifest,
    version: str,
    groups: Sequence[Group],
    gathered: Gathered,
    place: Place,
    live: LiveCluster | None,
) -> tuple[OperatorUpgrade, list[Finding]]:
    clusters = [group.cluster for group in groups if group.cluster is not None]
    said = {name: value_at(one.snapshot.spec, ("operatorVersion",)) for one in clusters for name in one.names[:1]}
    known = {name: text for name, text in said.items() if isinstance(text, str)}
    running = _running(manifest, gathered, live) if live is not None else None
    runs = running.operator if running is not None else None
    start = min([*known.values(), *([runs] if runs is not None else [])], key=version_key, default=version)
    upgrade = OperatorUpgrade(manifest, start, version, running=runs)
    subject = f"operator {manifest.operator.name}"
    newest = runs or max(known.values(), key=version_key, default=version)
    if version_key(newest) > version_key(version):
        text = f"operator version {version} is older than {newest}, which {'runs' if runs else 'the input is for'}"
        hint = "an operator does not take over what a newer one has written; stay, or go up"
        return upgrade, [finding("upgrade.operator", (), text, hint=hint, subject=subject)]
    way, found = way_of(manifest.operator, start, version), []
    for before, after in jumps(start, way):
        text = f"from {before} to {after} is more than one minor version, and the plugin has none between"
        hint = f"use a release of the plugin that has the versions between {before} and {after}"
        found.append(finding("upgrade.operator", (), text, hint=hint, subject=subject))
    if found:
        return upgrade, found
    states = {group.cluster.names[0]: _State(group.cluster, group) for group in groups if group.cluster is not None}
    ways = []
    for step in way:
        made, problems = _way(step, states, manifest)
        ways.append(made)
        found += problems
    place = _placed(place, running, groups)
    upgrade.steps = steps(manifest.operator, ways, place, [one.names[0] for one in clusters if _follows(one.snapshot)])
    if running is not None:
        check_steps(upgrade.steps, running, manifest.moved)
    elif upgrade.steps:
        upgrade.steps[0].state = "next"
    return upgrade, found


class _State:
    """A cluster on the way: what it is after the steps so far."""

    def __init__(self, cluster: Cluster, group: Group) -> None:
        self.cluster, self.now = cluster, cluster.snapshot
        self.main: Mapping[str, Any] = next((item.manifest for item in group.items if item.main), {})

    @property
    def technology(self) -> Technology:
        """What it is of."""
        return self.cluster.technology

    @property
    def operator(self) -> str | None:
        """The operator version that it is for now."""
        version = value_at(self.now.spec, ("operatorVersion",))
        return version if isinstance(version, str) else None

    def with_versions(self, versions: Mapping[str, str], operator: str | None = None) -> Snapshot:
        """The cluster with other versions of components, chosen ones, and of the operator."""
        spec = copied(dict(self.now.spec))
        chosen = {f"{name}.version" for name in versions}
        for name, version in versions.items():
            entry = self._entry(name, version, operator or self.operator)
            spec["instances"][name] |= {"version": version, **({"image": entry} if entry is not None else {})}
        if operator is not None:
            spec["operatorVersion"] = operator
            chosen.add("operatorVersion")
        return replace(self.now, spec=spec, chosen=self.now.chosen | chosen)

    def _entry(self, name: str, version: str, operator: str | None) -> str | None:
        """The image of a version, where the component has none of its own."""
        if self.now.has_own_image(name):
            return None
        entries = self.technology.definition.versions(self.kind(name), operator)
        return next((entry.image for entry in entries if entry.version == version), None)

    def kind(self, name: str) -> str:
        """The component type of a component."""
        return self.technology.definition.chosen_type(name, self.now.instances.get(name))

    def versions(self) -> dict[str, str]:
        """The versions of its components, as far as they are known."""
        known = {name: instance.get("version") for name, instance in self.now.instances.items()}
        return {name: version for name, version in known.items() if isinstance(version, str)}


def _way(version: str, states: Mapping[str, _State], manifest: PluginManifest) -> tuple[Way, list[Finding]]:
    """What going to a version does to the clusters, which are that far then."""
    parts: dict[str, dict[str, list[str]]] = {"fields": {}, "versions": {}, "changes": {}, "images": {}}
    impacts, of_images = [Impact.NONE], [Impact.NONE]
    found: list[Finding] = []
    are_defaults = True
    for name, state in states.items():
        if state.operator is None or version_key(state.operator) >= version_key(version):
            continue
        parts["fields"][name] = list(_fields(state, manifest, version))
        before, along = _leaving(state, version)
        moved = state.with_versions(before)
        parts["versions"][name] = _lines(compare(state.now, moved, state.technology).changes)
        state.now = moved
        raised = state.with_versions(along, version)
        changes = compare(state.now, raised, state.technology).changes
        parts["changes"][name] = _lines(changes)
        found += _refused(state, changes, raised, version)
        impacts += [change.impact for change in changes]
        state.now = raised
        newest, default = _newest(state, version)
        are_defaults &= default
        newer = state.with_versions(newest)
        changes = compare(state.now, newer, state.technology).changes
        parts["images"][name] = _lines(changes)
        of_images += [change.impact for change in changes]
    strongest, images = (max(some, key=lambda one: one.rank) for some in (impacts, of_images))
    kept = {key: {name: texts for name, texts in by.items() if texts} for key, by in parts.items()}
    return Way(
        version, impact=str(strongest), images_impact=str(images), images_are_defaults=are_defaults, **kept
    ), found


def _lines(changes: Iterable[Change]) -> list[str]:
    return [line(change) for change in changes]


def _fields(state: _State, manifest: PluginManifest, version: str) -> Iterator[str]:
    """The fields of its object that the version's definitions drop, with where they go."""
    for one in lacking(state.main, manifest.moved, version):
        if state.operator is not None and version_key(state.operator) < version_key(one.since):
            value = value_at(state.main, tuple(one.from_.split(".")))
            yield f"{one.from_} → {one.to}: {value}" if one.to is not None else f"{one.from_}: take it out"


def _leaving(state: _State, version: str) -> tuple[dict[str, str], dict[str, str]]:
    """The components whose versions the operator version does not run: those that move before, and along with it."""
    definition, before, along = state.technology.definition, dict[str, str](), dict[str, str]()
    for name, was in state.versions().items():
        kind = state.kind(name)
        later = [entry.version for entry in definition.versions(kind, version)]
        if was in later or not later:
            continue
        both = [one for one in VersionWays(definition, state.operator).reachable(kind, was) if one in later]
        then = VersionWays(definition, version).reachable(kind, was)
        if both:
            before[name] = _nearest(both, was, state, kind)
        elif then:
            along[name] = _nearest(then, was, state, kind)
    return before, along


def _newest(state: _State, version: str) -> tuple[dict[str, str], bool]:
    """The newest versions of the same series that the operator version runs, and whether those are its defaults."""
    found, are_defaults = {}, True
    for name, was in state.versions().items():
        kind = state.kind(name)
        default = state.technology.definition.default_version(kind, version)
        reachable = VersionWays(state.technology.definition, version).reachable(kind, was)
        same = [one for one in reachable if _series(one, state, kind) == _series(was, state, kind)]
        newer = [one for one in same if version_key(one) > version_key(was)]
        if newer and default is not None:
            found[name] = newer[0]
        are_defaults &= default is None or (found.get(name, was) == default.version)
        are_defaults &= not (newer and state.cluster.snapshot.says(f"{name}.version"))
    return found, are_defaults


def _nearest(versions: Sequence[str], was: str, state: _State, kind: str) -> str:
    """The newest of the same series, else the first that there is."""
    same = [one for one in versions if _series(one, state, kind) == _series(was, state, kind)]
    return (same or list(versions))[0]


def _series(version: str, state: _State, kind: str) -> tuple[int, ...]:
    return numbers(version, state.technology.definition.upgrades(kind).major)


def _refused(state: _State, changes: Sequence[Change], raised: Snapshot, version: str) -> Iterator[Finding]:
    """What is in the way of a cluster at a version: refused changes, and what its fields may not say there."""
    for change in changes:
        if change.is_refused:
            text = f"on the way to operator {version}: {line(change)}: {change.why}"
            yield finding("upgrade.operator", (), text, hint=change.hint or None, subject=state.cluster.subject)
    spec = {key: value for key, value in raised.spec.items() if value is not None}
    _, found = check_cluster(dict(raised.metadata), spec, state.technology)
    _, known = check_cluster(dict(state.now.metadata), dict(state.now.spec), state.technology)
    before = {(entry.code, entry.path, entry.message) for entry in known}
    for entry in found:
        if entry.is_error and (entry.code, entry.path, entry.message) not in before:
            text = f"with operator {version}: {entry.message}"
            yield replace(state.cluster.shown(entry), message=text, subject=state.cluster.subject)


def _follows(snapshot: Snapshot) -> bool:
    """Whether the version of a component follows defaults."""
    return any(
        isinstance(instance.get("version"), str) and not snapshot.holds(f"{name}.version")
        for name, instance in snapshot.instances.items()
    )


# What runs


def _running(manifest: PluginManifest, gathered: Gathered, live: LiveCluster) -> Running:
    """What a cluster has of an operator and its databases. Raises LiveError."""
    from pulumi_everest.live.operators import read_facts
    from pulumi_everest.live.presence import running

    rows = [look(live, one) for one in databases(gathered, [manifest]) if _is_of(one.manifest, manifest)]
    kinds = [(str(row.database.item.manifest["apiVersion"]), row.database.item.key[1]) for row in rows]
    namespaces = [namespace_of(row.database.item) for row in rows]
    facts = read_facts(live, kinds, manifest.operator.crds, namespaces)
    path = tuple(manifest.operator.version_path.split(".")) if manifest.operator.version_path else ()
    there = []
    for row in rows:
        item = row.database.item
        version = value_at(row.live, path) if row.live is not None and path else None
        name = f"{namespace_of(item)}/{item.key[3]}"
        there.append(Database(name, row.live, row.ready, row.state, version if isinstance(version, str) else None))
    operators = {
        f"{one.namespace}/{one.name}": one.version for one in running(manifest.operator, facts.deployments or ())
    }
    return Running(operators, facts.definitions, there)


def _is_of(one: PluginManifest | None, manifest: PluginManifest) -> bool:
    return one is not None and one.name == manifest.name


def _placed(place: Place, running: Running | None, groups: Sequence[Group]) -> Place:
    """Where the operator is: in the namespace of its deployment, else of the databases."""
    if running is not None and running.operators:
        namespace, _, deployment = next(iter(running.operators)).partition("/")
        return replace(place, namespace=namespace, deployment=deployment)
    names = [group.about.get("namespace") for group in groups]
    return replace(place, namespace=next((name for name in names if name), None) or place.namespace)
