"""Changes between two clusters of a technology that does not exist: identity, versions, defaults that move, guards."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pulumi_everest.core.changes.compare import check_allow, compare, finding_of, line
from pulumi_everest.core.changes.impact import GUARDS, Concealed, Impact
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.definitions.check import check_definition
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.patch import patched
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.plugin_files.manifest import PluginManifest


def entries(*texts: str, default: str, image: str = "x", **more: Any) -> list[dict[str, Any]]:
    found = []
    for text in texts:
        entry: dict[str, Any] = {"version": text, "image": f"{image}:{text}", **more}
        found.append({**entry, "default": True} if text == default else entry)
    return found


DEFINITION: dict[str, Any] = {
    "componentTypes": {
        "db": {"versions": entries("1.5", "2.1", "2.2", "3.0", "4.0", default="2.2")},
        "sql": {"versions": entries("5.7.1", "8.0.1", "8.0.2", "8.4.1", default="8.0.1")},
        "tool": {"versions": entries("1.0", "1.1", "2.0", default="1.1")},
    },
    "components": {"engine": {"type": "db"}, "sql": {"type": "sql"}, "tool": {"type": "tool"}},
    "topologies": {
        "one": {
            "default": True,
            "components": {
                "engine": {"replicas": {"odd": True}, "defaults": {"replicas": 3, "storage": {"size": "1Gi"}}},
                "sql": {"optional": True, "defaults": {"replicas": 1}},
                "tool": {"optional": True},
            },
        },
        "two": {"components": {"engine": {}}},
    },
    "changes": [
        {"path": "topology.type", "policy": "immutable", "hint": "restore a backup"},
        {"path": "instances.*.storage.size", "policy": "grow-only", "message": "takes a while"},
        {"path": "instances.*.replicas", "policy": "online"},
        {"path": "instances.tool", "policy": "online"},
        {"path": "instances.*.version", "policy": "restart"},
        {"path": "paused", "policy": "none", "when": "has(new.paused) && !new.paused"},
        {"path": "paused", "policy": "downtime"},
        {"path": "backup.storages", "policy": "keep-order", "guard": "places"},
        {"path": "backup", "policy": "online"},
    ],
    "upgrades": {
        "db": {"majorStep": 1, "paths": [{"from": "1", "to": "2"}, {"from": "2", "to": "3"}]},
        "sql": {"major": 2, "majorStep": 0, "message": "dump and load"},
        "tool": {"downgrade": True},
    },
}

MANIFEST = PluginManifest.model_validate(
    {
        "name": "toy",
        "title": "Toy",
        "release": "3.0.0",
        "operator": {"name": "toy", "versions": ["1.0.0", "1.1.0", "1.2.0", "2.0.0"], "default": "1.1.0"},
        "components": {
            name: {"types": [kind], "fields": ["version", "image", "replicas", "storage", "overrides"]}
            for name, kind in (("engine", "db"), ("sql", "sql"), ("tool", "tool"))
        },
        "fields": ["paused", "backup", "usersSecret"],
    }
)  # fmt: skip


def technology(definition: dict[str, Any] | None = None, *, operator: str | None = None, **manifest: Any) -> Technology:
    document = {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseClusterDefinition",
        "metadata": {"name": "toy"},
        "spec": patched(copy.deepcopy(DEFINITION), definition or {}),
    }
    model = DatabaseClusterDefinition.model_validate(document)
    return Technology("toy", Definition(model), MANIFEST.model_copy(update=manifest), operator_version=operator)


NOW = technology()


def snapshot(spec: dict[str, Any] | None = None, kind: Technology = NOW, **metadata: Any) -> Snapshot:
    resolved, found = check_cluster(
        {"name": "orders", "namespace": "shop", **metadata}, {"provider": "toy", **(spec or {})}, kind
    )
    assert not [entry for entry in found if entry.is_error], found
    assert resolved is not None
    return Snapshot.of(resolved, kind, {"apiVersion": "toy.example.com/v1", "kind": "Toy"}, {})


def of(old: Snapshot, new: Snapshot, kind: Technology = NOW, allow: tuple[str, ...] = ()) -> list[str]:
    return [
        " ".join(filter(None, [change.where, str(change.impact), change.guard]))
        for change in compare(old, new, kind, allow).changes
    ]


def engine(**values: Any) -> dict[str, Any]:
    return {"instances": {"engine": values}}


# Identity


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"name": "orders"}, {"name": "carts"}, ["name refused name"]),
        ({"namespace": "shop"}, {"namespace": "test"}, ["namespace refused namespace"]),
        ({"namespace": "shop"}, {"namespace": None}, ["namespace refused namespace"]),
        ({"namespace": None}, {"namespace": "shop"}, []),
        ({"name": "orders"}, {"name": Deferred()}, []),
        ({"labels": {"a": "1"}}, {"labels": {"a": "2"}}, ["labels online"]),
    ],
)
def test_a_cluster_keeps_its_name_and_namespace(old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    assert of(snapshot(**old), snapshot(**new)) == expected


def with_object(text: str, *, definition: str = "toy", policy: str = "protect") -> Snapshot:
    made = snapshot()
    return Snapshot(made.metadata, text, definition, made.spec, made.chosen, {"deletionPolicy": policy})


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (with_object("a/Toy"), with_object("b/Other", definition="other"), ["provider refused provider"]),
        (with_object("a/Toy"), with_object("everest.percona.com/DatabaseCluster"), ["reconcileBy refused reconciler"]),
        (with_object("everest.percona.com/DatabaseCluster"), with_object("a/Toy"), ["reconcileBy refused reconciler"]),
        (with_object("a/Toy", policy="retain"), with_object("everest.percona.com/DatabaseCluster"), []),
        (with_object("a/Toy", policy="delete"), with_object("a/Toy", policy="retain"), []),
    ],
)
def test_a_cluster_stays_what_it_is_and_who_reconciles_it(old: Snapshot, new: Snapshot, expected: list[str]) -> None:
    assert of(old, new) == expected


# Versions


@pytest.mark.parametrize(
    ("component", "old", "new", "expected"),
    [
        ("engine", "2.1", "2.2", "rolling restart"),
        ("engine", "2.2", "2.1", "refused downgrade"),
        ("engine", "1.5", "2.1", "rolling restart"),
        ("engine", "1.5", "3.0", "refused major-jump"),
        ("engine", "3.0", "4.0", "refused version-path"),
        ("engine", "3.0", "2.2", "refused downgrade"),
        ("sql", "8.0.1", "8.0.2", "rolling restart"),
        ("sql", "8.0.1", "8.4.1", "refused engine-major"),
        ("sql", "5.7.1", "8.0.1", "refused engine-major"),
        ("tool", "2.0", "1.0", "online"),
        ("tool", "1.0", "2.0", "online"),
    ],
)
def test_versions_go_the_ways_of_the_definition(component: str, old: str, new: str, expected: str) -> None:
    before, after = ({"instances": {component: {"version": version}}} for version in (old, new))

    assert of(snapshot(before), snapshot(after)) == [f"{component}.version {expected}"]


def test_the_way_to_another_major_is_that_of_the_definition() -> None:
    old, new = ({"instances": {"sql": {"version": version}}} for version in ("8.0.1", "8.4.1"))
    [change] = compare(snapshot(old), snapshot(new), NOW).changes

    assert change.hint == "dump and load"


def test_a_jump_says_which_versions_are_between() -> None:
    [change] = compare(snapshot(engine(version="1.5")), snapshot(engine(version="3.0")), NOW).changes

    assert change.hint == "go over 2.2 first"


def test_a_type_without_upgrades_never_goes_back() -> None:
    kind = technology({"upgrades": {"tool": None}})
    old, new = ({"instances": {"tool": {"version": version}}} for version in ("2.0", "1.0"))

    assert of(snapshot(old, kind), snapshot(new, kind), kind) == ["tool.version refused downgrade"]


def test_a_deprecated_version_is_said_to_be_one() -> None:
    versions = entries("2.1", "2.2", default="2.1", deprecated=True)
    kind = technology({"componentTypes": {"db": {"versions": versions}}})
    [change] = compare(snapshot(engine(version="2.1"), kind), snapshot(engine(version="2.2"), kind), kind).changes

    assert (change.impact, change.why) == (Impact.RESTART, "2.2 is deprecated")


def test_a_removed_version_is_refused() -> None:
    versions = [*entries("2.1", default="2.1"), *entries("2.2", default="", removedIn="2.5")]
    kind = technology({"componentTypes": {"db": {"versions": versions}}})
    resolved, _ = check_cluster({"name": "orders"}, {"provider": "toy", **engine(version="2.2")}, kind)
    assert resolved is not None
    new = Snapshot.of(resolved, kind, {"apiVersion": "toy.example.com/v1", "kind": "Toy"}, {})

    assert of(snapshot(engine(version="2.1"), kind, namespace=None), new, kind) == [
        "engine.version refused removed-version"
    ]


# Defaults that move

MOVED = technology({"componentTypes": {"db": {"versions": entries("2.1", "2.2", "2.3", default="2.3")}}})
REPACKED = technology({"componentTypes": {"db": {"versions": entries("2.2", default="2.2", image="y")}}})


def test_a_version_that_only_a_default_moves_is_refused_with_how_to_stay_and_how_to_go() -> None:
    [change] = compare(snapshot(), snapshot(None, MOVED), MOVED).changes

    assert (change.what, change.guard) == ("engine.version 2.2 → 2.3", "default-moved")
    assert "set instances.engine.version: 2.2" in change.hint
    assert "everest lock" in change.hint


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (engine(version="2.2"), engine(version="2.3"), "engine.version rolling restart"),
        ({}, engine(version="2.3"), "engine.version rolling restart"),
        (engine(version="2.2"), {}, "engine.version rolling restart"),
        ({}, {"components": {"versions": {"db": {"version": "2.3"}}}}, "engine.version rolling restart"),
        ({}, {}, "engine.version refused default-moved"),
        ({"paused": True}, {}, "engine.version refused default-moved"),
        (engine(replicas=3), engine(replicas=5), "engine.version refused default-moved"),
    ],
)
def test_a_version_that_the_user_moves_is_no_moved_default(
    old: dict[str, Any], new: dict[str, Any], expected: str
) -> None:
    assert expected in of(snapshot(old), snapshot(new, MOVED), MOVED)


def test_an_image_that_only_the_catalog_moves_is_refused() -> None:
    assert of(snapshot(), snapshot(None, REPACKED), REPACKED) == ["engine.image refused default-moved"]
    assert of(snapshot(), snapshot(engine(image="mine:1"))) == ["engine.image rolling restart"]
    assert of(snapshot(engine(image="mine:1")), snapshot()) == ["engine.image rolling restart"]


def test_a_registry_moves_images_because_the_user_says_so() -> None:
    assert of(snapshot(), snapshot({"images": {"registry": "mirror.local"}})) == ["images.registry rolling restart"]


def test_what_a_lock_holds_is_moved_by_the_lock_only() -> None:
    def locked(version: str) -> Snapshot:
        made = snapshot(engine(version=version), MOVED)
        return Snapshot(made.metadata, made.object, made.definition, made.spec, frozenset({"engine.version (lock)"}))

    assert of(locked("2.2"), locked("2.3"), MOVED) == ["engine.version rolling restart"]
    assert of(snapshot(), locked("2.2"), MOVED) == []
    assert of(locked("2.2"), snapshot(None, MOVED), MOVED) == ["engine.version refused default-moved"]


BUNDLES = [
    {"name": "old", "components": {"engine": "2.1", "tool": "1.0"}},
    {"name": "new", "components": {"engine": "2.2", "tool": "1.1"}, "default": True},
]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            {"instances": {"engine": {"version": "2.1"}, "tool": {}}},
            {"instances": {"engine": {"version": "2.2"}, "tool": {}}},
            ["engine.version rolling restart", "tool.version online"],
        ),
        (
            {"bundle": "old", "instances": {"tool": {}}},
            {"bundle": "new", "instances": {"tool": {}}},
            ["engine.version rolling restart", "tool.version online"],
        ),
    ],
)
def test_what_a_bundle_moves_with_the_users_choice_is_no_moved_default(
    old: dict[str, Any], new: dict[str, Any], expected: list[str]
) -> None:
    kind = technology({"bundles": BUNDLES})

    assert of(snapshot(old, kind), snapshot(new, kind), kind) == expected


def test_a_bundle_that_becomes_the_default_moves_nothing() -> None:
    before = technology({"bundles": [{**BUNDLES[0], "default": True}, {**BUNDLES[1], "default": False}]})
    after = technology({"bundles": BUNDLES})
    spec = {"instances": {"tool": {}}}

    assert of(snapshot(spec, before), snapshot(spec, after), after) == [
        "engine.version refused default-moved",
        "tool.version refused default-moved",
    ]


# The operator


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1.0.0", "1.1.0", ["operatorVersion rolling restart"]),
        ("1.2.0", "2.0.0", ["operatorVersion rolling restart"]),
        ("1.1.0", "1.0.0", ["operatorVersion refused operator-downgrade"]),
        ("1.0.0", "1.2.0", ["operatorVersion refused operator-jump"]),
        ("1.1.0", "2.0.0", ["operatorVersion refused operator-jump"]),
    ],
)
def test_operators_go_up_one_minor_version_at_a_time(old: str, new: str, expected: list[str]) -> None:
    assert of(snapshot({"operatorVersion": old}), snapshot({"operatorVersion": new})) == expected


def test_an_operator_version_that_only_a_default_moves_is_refused() -> None:
    later = technology(operator=None, release="3.1.0")
    later.manifest = MANIFEST.model_copy(update={"operator": MANIFEST.operator.model_copy(update={"default": "1.2.0"})})

    assert of(snapshot(), snapshot(None, later), later) == ["operatorVersion refused default-moved"]
    assert of(snapshot(), snapshot({"operatorVersion": "1.2.0"}, later), later) == ["operatorVersion rolling restart"]
    by_provider = technology(operator="1.2.0")
    assert of(snapshot(), snapshot(None, by_provider), by_provider) == ["operatorVersion rolling restart"]


def test_a_version_that_the_new_operator_lacks_goes_with_it_and_another_stays() -> None:
    versions = [
        {"version": "2.1", "image": "x:2.1", "default": True, "operator": "1.0"},
        {"version": "2.2", "image": "x:2.2", "default": True, "operator": "1.1"},
    ]
    gone = technology({"componentTypes": {"db": {"versions": versions}}})
    still = copy.deepcopy(versions)
    still.append({"version": "2.1", "image": "x:2.1", "operator": "1.1"})
    there = technology({"componentTypes": {"db": {"versions": still}}})
    old, new = {"operatorVersion": "1.0.0"}, {"operatorVersion": "1.1.0"}

    assert of(snapshot(old, gone), snapshot(new, gone), gone)[1] == "engine.version rolling restart"
    assert of(snapshot(old, there), snapshot(new, there), there)[1] == "engine.version refused default-moved"


# Fields


def storages(*names: str) -> dict[str, Any]:
    return {"backup": {"storages": [{"name": name, "type": "s3", "bucket": name} for name in names]}}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"paused": True}, ["paused downtime"]),
        ({"paused": True}, {"paused": False}, []),
        (engine(replicas=3), engine(replicas=1), ["engine.replicas refused replicas"]),
        (engine(replicas=1), engine(replicas=5), ["engine.replicas online"]),
        ({}, {"topology": {"type": "two"}}, ["topology.type refused topology", "engine.replicas online",
         "engine.storage.size refused storage-shrink"]),
        ({}, {"instances": {"tool": {}}}, ["tool online"]),
        ({"instances": {"sql": {}}}, {}, ["sql rolling restart"]),
        ({}, {"usersSecret": "u"}, ["usersSecret rolling restart"]),
        (storages("a", "b"), storages("b", "a"), ["backup.storages refused places"]),
        (storages("a"), storages("a", "b"), ["backup.storages[b] online"]),
        (engine(storage={"size": "1Gi"}), engine(storage={"size": Deferred((), 1)}), []),
    ],
)  # fmt: skip
def test_fields_do_what_the_definition_says(old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    assert of(snapshot(old), snapshot(new)) == expected


def test_a_secret_value_is_compared_by_what_it_is() -> None:
    def with_size(value: Any) -> Snapshot:
        made = snapshot()
        spec = copy.deepcopy(dict(made.spec))
        spec["instances"]["engine"]["storage"]["size"] = value
        return Snapshot(made.metadata, made.object, made.definition, spec)

    [change] = compare(with_size(Concealed("2Gi")), with_size("1Gi"), NOW).changes

    assert (change.guard, change.what) == ("storage-shrink", "engine.storage.size [secret] → 1Gi")
    assert of(with_size(Concealed("1Gi")), with_size("1Gi")) == []


def test_a_snapshot_is_the_same_after_it_was_kept() -> None:
    made = snapshot({**engine(version="2.1"), "operatorVersion": "1.0.0"})

    assert Snapshot.from_data(made.data()) == made
    assert made.chosen == {"engine.version", "operatorVersion"}


# Guards


def test_a_lifted_guard_says_what_the_change_does_all_the_same() -> None:
    old, new = snapshot(engine(version="2.2")), snapshot(engine(version="2.1"))
    result = compare(old, new, NOW, ("downgrade", "shards"))

    assert [line(change) for change in result.changes] == [
        "engine.version 2.2 → 2.1, data loss (guard downgrade lifted)"
    ]
    assert (result.refused, result.unneeded, result.impact) == ([], ("shards",), Impact.DATA_LOSS)


def test_a_guard_of_the_definition_can_be_lifted() -> None:
    assert of(snapshot(storages("a", "b")), snapshot(storages("b", "a")), NOW, ("places",)) == [
        "backup.storages downtime places"
    ]


@pytest.mark.parametrize("name", [name for name, guard in GUARDS.items() if guard.lifted is None])
def test_some_guards_stay(name: str) -> None:
    assert [entry.code for entry in check_allow([name], NOW.definition)] == ["cluster.guard-stays"]
    assert of(snapshot(), snapshot(name="carts"), NOW, ("name",)) == ["name refused name"]


def test_names_of_guards_are_checked_with_those_of_the_definition() -> None:
    [found] = check_allow(["places", "storage-shrink", "plaecs"], NOW.definition)

    assert (found.code, found.path, found.hint) == ("cluster.unknown-guard", ("allow", 2), "did you mean 'places'?")


def test_a_refused_change_is_a_finding_with_why_and_how_to_go_on() -> None:
    [change] = compare(snapshot(), snapshot({"topology": {"type": "two"}}), NOW).refused[:1]
    found = finding_of(change, "DatabaseCluster orders")

    assert (found.code, found.path) == ("change.refused", ("topology", "type"))
    assert found.hint == "restore a backup; a program can lift the guard with allow: [topology]"


# The definition's own words


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"path": "usersSecret", "policy": "online", "when": "old.pausd"}, "definition.expression-field", "when"),
        ({"path": "usersSecret", "policy": "online", "when": "old."}, "definition.expression", "when"),
        ({"path": "usersSecret", "policy": "online", "when": "'text'"}, "definition.rule-result", "when"),
        ({"path": "usersSecret", "policy": "online", "guard": "stop"}, "definition.change", "guard"),
        ({"path": "config", "policy": "immutable", "guard": "name"}, "definition.change", "guard"),
        ({"path": "backup.storages.bucket", "policy": "online"}, "definition.change", "path"),
        ({"path": "nothing", "policy": "online"}, "definition.unknown-path", "path"),
    ],
)
def test_an_entry_that_cannot_work_is_a_finding(change: dict[str, Any], code: str, path: str) -> None:
    changes = [*DEFINITION["changes"], change]
    kind = technology({"changes": changes})

    assert [(entry.code, entry.path) for entry in check_definition(kind.definition)] == [
        (code, ("spec", "changes", len(changes) - 1, path))
    ]
