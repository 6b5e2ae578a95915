"""Every road by which a guarded field reaches its place in the object is guarded: not the road counts, but the place.

The fields are those that the definitions guard, and the values and patches are made of what the templates emit: nothing
here is about one technology.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import compared
import pytest
from compared import WORKSPACE, storages
from expected import Said
from test_plugin_changes import TABLE

from pulumi_everest.core.changes.compare import compare
from pulumi_everest.core.changes.impact import Change, Impact
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.exact import leaves, patch_between, same
from pulumi_everest.core.paths import value_at, with_value
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.objects import Emitted, emit
from pulumi_everest.emit.patch import patched
from pulumi_everest.emit.read_back.known_places import KnownPlaces
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import path_text
from pulumi_everest.model.values.versions import version_key

SAID = Said(__file__)
said_in_full = SAID.fixture()

BASES = {
    **compared.BASES,
    # A plugin that nobody had in mind: no adopt.yaml, and a number of replicas that is counted otherwise.
    "cache": {"provider": "cache-operator", "instances": {"engine": {"storage": {"size": "20Gi"}}}},
}
Spec = dict[str, Any]
METADATA = {"name": "orders", "namespace": "shop"}


@dataclass(frozen=True)
class Case:
    """A guarded field of a base: a value, and one that may not come after it."""

    base: str
    path: Path
    good: Any
    bad: Any

    def __str__(self) -> str:
        return f"{self.base}: {'.'.join(map(str, self.path))}"

    def spec(self, value: Any) -> Spec:
        return with_value(spec_of(self.base), self.path, value)


def spec_of(base: str) -> Spec:
    """A base with what its fields need: a class for every volume, a storage with a folder, no versions said."""
    spec = copy.deepcopy(BASES[base])
    if base == "pg":
        spec |= storages("a", "b", prefix="x")
    return spec


def technology_of(spec: Spec) -> Technology:
    setup, _ = WORKSPACE.setup(spec["provider"])
    assert setup is not None
    return setup.technology


def resolved(spec: Spec, technology: Technology) -> Any:
    made, found = check_cluster(METADATA, spec, technology)
    assert made is not None
    assert not [entry for entry in found if entry.is_error], found
    return made


def snapshot(spec: Spec, technology: Technology | None = None) -> Snapshot:
    technology = technology or technology_of(spec)
    return Snapshot.of(resolved(spec, technology), technology, {"apiVersion": "x/v1", "kind": "X"}, {})


def made(spec: Spec) -> Spec:
    """The spec of the main object."""
    return dict(next(entry for entry in emitted(spec) if entry.main).manifest["spec"])


def emitted(spec: Spec) -> list[Emitted]:
    """All objects."""
    setup, _ = WORKSPACE.setup(spec["provider"])
    assert setup is not None
    assert setup.plugin is not None
    return emit(resolved(spec, setup.technology), setup.plugin.template)


def grave(old: Snapshot, new: Snapshot, technology: Technology) -> list[Change]:
    """The changes that are refused, or stop the database."""
    return [change for change in compare(old, new, technology).changes if change.impact.rank >= Impact.DOWNTIME.rank]


def read_from(cluster: Snapshot, technology: Technology) -> dict[str, Any]:
    """What is read from the overrides of a cluster: its fields with them, and where each stands."""
    assert technology.reading is not None
    read = technology.reading.reached(cluster)
    before, after = leaves(dict(cluster.spec)), leaves(dict(read.spec))
    return {
        "fields": {
            path_text(path): after.get(path)
            for path in dict.fromkeys([*before, *after])
            if not same(before.get(path), after.get(path))
        },
        "written": {path_text(field): path_text(origin) for field, origin in read.written.items()},
        "inferred": sorted(map(path_text, read.inferred)),
        "several": {path_text(field): values for field, values in read.several.items()},
        "images": dict(read.operator_images),
        "chosen": sorted(read.chosen - cluster.chosen),
    }


# The cases


def values(path: Path, tried: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Pairs of values of a field, of which the second may not come after the first."""
    if path[-1] in ("version", "operatorVersion"):
        known = sorted(tried, key=version_key)
        yield from ((known[-1], other) for other in known)
    elif path[-1] == "size":
        yield "20Gi", "10Gi"
        yield "20Gi", "30Gi"
    elif path[-1] != "image":
        yield from ((one, other) for one in tried for other in tried)


def cases() -> list[Case]:
    found = []
    for base in BASES:
        spec = spec_of(base)
        technology = technology_of(spec)
        for path, tried in KnownPlaces(technology).fields(snapshot(spec)):
            for good, bad in values(path, list(tried)):
                case = Case(base, path, good, bad)
                try:
                    old, new = snapshot(case.spec(good)), snapshot(case.spec(bad))
                except AssertionError:
                    continue
                if not same(good, bad) and grave(old, new, technology):
                    found.append(case)
                    break
    return found


CASES = cases()


def test_every_guarded_field_has_a_case() -> None:
    fields = {(case.base, ".".join(map(str, case.path))) for case in CASES}
    for base in compared.BASES:
        # The version of a sharded cluster is that of a type, which has its own tests.
        manifest = technology_of(spec_of(base)).manifest
        assert manifest is not None
        assert (base, "operatorVersion") in fields or len(manifest.operator.versions) == 1
        assert (base, "paused") in fields or "paused" not in manifest.spec_fields()
        assert base == "sharded" or (base, "instances.engine.version") in fields
        assert {(base, "instances.engine.storage.size"), (base, "instances.engine.storage.storageClass")} <= fields
        assert (base, "instances.engine.replicas") in fields
    assert ("sharded", "topology.config.shards") in fields
    assert ("sharded", "instances.configServer.storage.size") in fields
    assert ("proxysql", "instances.proxysql.storage.size") in fields
    assert {("psmdb", "tls.mode"), ("pxc", "tls.mode"), ("pg", "backup.storages.1.prefix")} <= fields
    assert ("pg", "instances.backupAgent.storage.size") in fields
    engine = ("version", "replicas", "storage.size", "storage.storageClass")
    assert {("cache", f"instances.engine.{field}") for field in engine} <= fields


def expected(case: Case) -> Change:
    """What the field itself does."""
    technology = technology_of(case.spec(case.bad))
    return max(
        grave(snapshot(case.spec(case.good)), snapshot(case.spec(case.bad)), technology),
        key=lambda change: (change.path[: len(case.path)] == case.path, change.impact.rank),
    )


# What the table of changes refuses, it refuses by overrides

REFUSED = [row for row in TABLE if any(" refused " in text or "downtime" in text for text in row[4])]
NOT_BY_OVERRIDES = ("default-moved",)
"""A version that overrides write is one that the user says."""


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: f"{row[1]}: {row[0]}")
def test_what_is_refused_by_fields_is_refused_by_overrides(row: Any) -> None:
    _, base, old, new, told = row
    before, after = (patched(copy.deepcopy(BASES[base]), copy.deepcopy(patch)) for patch in (old, new))
    patch = patch_between(made(before), made(after))
    expected = {text.split(" refused ")[1] if " refused " in text else "" for text in told if " refused " in text}
    if not patch:  # data for a new cluster is no part of the object
        assert expected == {"data-source"}
        return
    found = grave(snapshot(before), snapshot({**before, "overrides": patch}), technology_of(before))
    assert expected - {change.guard for change in found} <= set(NOT_BY_OVERRIDES), found
    assert found or expected <= set(NOT_BY_OVERRIDES)


# The roads: each gives a spec that becomes what the field would have become


def by_cluster_overrides(case: Case, value: Any) -> Spec | None:
    """A patch of the object: lists in it stand as a whole, by the names of their items."""
    base = case.spec(case.good)
    patch = patch_between(made(base), made(case.spec(value)))
    return {**base, "overrides": patch} if patch else None


def by_reordered_lists(case: Case, value: Any) -> Spec | None:
    """The same with the items of lists in another order, where they are told apart by their names."""
    spec = by_cluster_overrides(case, value)
    patch = reversed_lists(spec["overrides"]) if spec is not None else None
    return {**spec, "overrides": patch} if spec is not None and patch != spec["overrides"] else None


def reversed_lists(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: reversed_lists(value) for key, value in data.items()}
    if isinstance(data, list) and all(isinstance(item, dict) and "name" in item for item in data):
        return [reversed_lists(item) for item in reversed(data)]
    return data


def by_instance_overrides(case: Case, value: Any) -> Spec | None:
    """A patch of the part that the component becomes, in the operator's shape."""
    if case.path[0] != "instances":
        return None
    base, component = case.spec(case.good), str(case.path[1])
    honoured = technology_of(base).instance_fields(str(snapshot(base).topology), component)
    if not all(fields.covers(("overrides",)) for fields in honoured):
        return None
    return patched_part(base, component, made(case.spec(value)))


def patched_part(base: Spec, component: str, wanted: Spec) -> Spec | None:
    there = made(base)
    marked = leaves(made(with_value(base, ("instances", component, "overrides"), {"everest-test": "x"})))
    parts = [path[:-1] for path in marked if path and path[-1] == "everest-test"]
    patches = [patch_between(value_at(there, part), value_at(wanted, part)) for part in parts]
    if not parts or not patches[0] or any(not same(patch, patches[0]) for patch in patches):
        return None
    spec = with_value(base, ("instances", component, "overrides"), patches[0])
    return spec if same(made(spec), wanted) else None


ROADS = {
    "the overrides of the cluster": by_cluster_overrides,
    "lists in another order": by_reordered_lists,
    "the overrides of the instance": by_instance_overrides,
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_overrides_that_write_the_place_of_a_field_are_guarded_as_the_field(case: Case) -> None:
    technology, field = technology_of(case.spec(case.good)), expected(case)
    old, tried = snapshot(case.spec(case.good)), 0
    for name, road in ROADS.items():
        spec = road(case, case.bad)
        if spec is None:
            continue
        tried += 1
        found = SAID(grave(old, snapshot(spec), technology))
        SAID(read_from(snapshot(spec), technology))
        assert field.guard in [change.guard for change in found], (name, found)
        told = next(change for change in found if change.guard == field.guard)
        assert "overrides" in told.place, name
        assert not told.is_refused or told.why
    assert tried or same(made(case.spec(case.good)), made(case.spec(case.bad))) is not False


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_guarded_whatever_road_it_took_before(case: Case) -> None:
    technology, field = technology_of(case.spec(case.good)), expected(case)
    other = Case(case.base, case.path, case.bad, case.good)
    for name, road in ROADS.items():
        before = road(other, case.good)  # overrides that say the good value over a field that says the bad one
        if before is None:
            continue
        old = snapshot(before)
        found = grave(old, snapshot(case.spec(case.bad)), technology)
        refused = field.guard is None and any(change.is_refused for change in found)  # more than what is asked for
        assert refused or field.guard in [change.guard for change in found], (name, found)
        assert grave(old, snapshot(before), technology) == []
        assert grave(old, snapshot(case.spec(case.good)), technology) == [], name


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_field_that_overrides_hide_is_no_change(case: Case) -> None:
    spec = by_cluster_overrides(Case(case.base, case.path, case.good, case.good), case.bad)
    if spec is None or any(isinstance(value, list) for value in leaves(spec["overrides"]).values()):
        return
    hidden = {**case.spec(case.bad), "overrides": spec["overrides"]}
    before, after = ([entry.manifest for entry in emitted(one)] for one in (spec, hidden))
    if same(before, after):
        technology = technology_of(spec)
        assert grave(snapshot(spec), snapshot(hidden), technology) == []


def preset_with(spec: Spec) -> Mapping[str, Mapping[str, Any]]:
    rest = {key: value for key, value in spec.items() if key not in ("provider", "topology")}
    return {"tried": rest}


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.path[0] not in ("topology", "operatorVersion")], ids=str
)
def test_a_preset_is_guarded_as_the_field(case: Case) -> None:
    technology, field = technology_of(case.spec(case.good)), expected(case)
    plain = {key: value for key, value in spec_of(case.base).items() if key in ("provider", "topology")}
    chosen = {**plain, "preset": "tried"}
    for road in (None, *ROADS.values()):
        bad = case.spec(case.bad) if road is None else road(case, case.bad)
        if bad is None:
            continue
        before, after = (replace(technology, presets=preset_with(spec)) for spec in (case.spec(case.good), bad))
        if case.path[-1] == "version" and road is None:
            continue  # what a preset moves while its name stays is a default that moved, which has its own test
        found = grave(snapshot(chosen, before), snapshot(chosen, after), after)
        assert field.guard in [change.guard for change in found], (road, found)


@pytest.mark.parametrize("case", [case for case in CASES if case.path[0] == "instances"], ids=str)
def test_a_default_of_the_plugin_or_topology_is_guarded_as_the_field(case: Case) -> None:
    if case.path[-1] == "version":
        return
    spec = spec_of(case.base)
    technology, field = technology_of(spec), expected(case)
    manifest = technology.manifest
    assert manifest is not None
    component, below = str(case.path[1]), case.path[2:]
    without = patched(spec, {"instances": {component: patched({}, _nulls(below))}})

    def plugin(value: Any) -> Technology:
        defaults = with_value(manifest.defaults, ("instances", component, *below), value)
        return replace(technology, manifest=manifest.model_copy(update={"defaults": defaults}))

    if any(value_at(resolved(without, plugin(own)).spec, case.path) != own for own in (case.good, case.bad)):
        return  # a default of the topology comes first
    after = plugin(case.bad)
    found = grave(snapshot(without, plugin(case.good)), snapshot(without, after), after)
    assert field.guard in [change.guard for change in found]


def _nulls(path: Path) -> Any:
    made: Any = None
    for key in reversed(path):
        made = {key: made}
    return made


NULLED = [
    case
    for case in CASES
    if case.path[-1] in ("size", "storageClass", "replicas", "version", "operatorVersion", "prefix")
]


@pytest.mark.parametrize("case", NULLED, ids=str)
def test_a_null_that_takes_a_guarded_value_away_is_refused(case: Case) -> None:
    good, bad = case.spec(case.good), case.spec(case.bad)
    technology = technology_of(good)
    patch = nulled(patch_between(made(good), made(bad)))
    if not patch:
        return  # a list, or the value is not in the main object
    found = grave(snapshot(good), snapshot({**good, "overrides": patch}), technology)
    assert [change for change in found if change.is_refused], found


def nulled(patch: Any) -> Any:
    """A patch that removes what it wrote; None where it writes lists."""
    if isinstance(patch, list):
        return None
    if not isinstance(patch, dict):
        return "null"
    result = {}
    for key, value in patch.items():
        below = nulled(value)
        if below is None:
            return None
        result[key] = None if below == "null" else below
    return result


# Choices that versions follow


@pytest.mark.parametrize(
    ("base", "bundles"),
    [("pg", ("postgresql-17.10", "postgresql-17.9")), ("pxc", ("8.4.8-8.1", "8.0.44-35.1"))],
)
def test_an_older_bundle_is_guarded_as_the_versions_in_it(base: str, bundles: tuple[str, str]) -> None:
    plain = {key: value for key, value in BASES[base].items() if key in ("provider", "topology")}
    technology = technology_of(plain)
    old, new = ({**plain, **storages("a"), "bundle": bundle} for bundle in bundles)
    guards = {(change.where, change.guard) for change in grave(snapshot(old), snapshot(new), technology)}
    assert {("engine.version", "downgrade"), ("backupAgent.version", "downgrade")} <= guards


@pytest.mark.parametrize("base", BASES)
def test_what_a_provider_says_is_guarded_as_what_the_cluster_says(base: str) -> None:
    spec = spec_of(base)
    technology = technology_of(spec)
    assert technology.manifest is not None
    versions = sorted(technology.manifest.operator.versions, key=version_key)
    if len(versions) > 1:
        named = {key: value for key, value in spec.items() if key not in ("instances", "backup")}
        named["instances"] = {"engine": {"storage": {"size": "20Gi"}}}
        before, after = (replace(technology, operator_version=version) for version in (versions[-1], versions[0]))
        found = grave(snapshot(named, before), snapshot(named, after), after)
        assert ("operatorVersion", "operator-downgrade") in [(change.where, change.guard) for change in found]
    mirrored = replace(technology, images={"registry": "mirror.example.org"})
    changes = compare(snapshot(spec), snapshot(spec, mirrored), mirrored).changes
    assert [(change.where, str(change.impact)) for change in changes] == [("images.registry", "rolling restart")]
