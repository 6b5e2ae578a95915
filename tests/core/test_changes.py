"""Changes between two clusters of a technology that does not exist: identity, versions, defaults that move, guards."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from expected import Said

from pulumi_everest.core.changes.compare import check_allow, compare, finding_of, line
from pulumi_everest.core.changes.impact import GUARDS, Concealed, Impact
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.definitions.check import check_definition
from pulumi_everest.core.merging import copied
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.patch import patched
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import Workspace

SAID = Said(__file__)
said_in_full = SAID.fixture()


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
        for change in SAID(compare(old, new, kind, allow).changes)
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
    [change] = SAID(compare(snapshot(old), snapshot(new), NOW).changes)

    assert change.hint == "dump and load"


def test_a_jump_says_which_versions_are_between() -> None:
    [change] = SAID(compare(snapshot(engine(version="1.5")), snapshot(engine(version="3.0")), NOW).changes)

    assert change.hint == "go over 2.2 first"


def test_a_type_without_upgrades_never_goes_back() -> None:
    kind = technology({"upgrades": {"tool": None}})
    old, new = ({"instances": {"tool": {"version": version}}} for version in ("2.0", "1.0"))

    assert of(snapshot(old, kind), snapshot(new, kind), kind) == ["tool.version refused downgrade"]


SQL = ("instances", "sql", "version")


@pytest.mark.parametrize(
    ("upgrades", "old", "new", "expected"),
    [
        ({"db": None}, "1.5", "4.0", ("rolling restart", "")),
        ({"db": {"majorStep": 2, "paths": None}}, "1.5", "3.0", ("rolling restart", "")),
        ({"db": {"majorStep": 2, "paths": None}}, "1.5", "4.0", ("refused", "go over 2.2 and 3.0 first")),
        ({"db": {"majorStep": 1, "paths": None}}, "1.5", "2.2", ("rolling restart", "")),
        ({"db": {"majorStep": 1, "paths": None, "message": "ask"}}, "1.5", "3.0", ("refused", "ask")),
        ({"db": {"majorStep": 9, "paths": [{"from": "1.5", "to": "3"}]}}, "1.5", "3.0", ("rolling restart", "")),
        ({"db": {"majorStep": 9, "paths": [{"from": "1.5", "to": "3"}]}}, "1.5", "4.0",
         ("refused", "the ways are 1.5 to 3")),
        ({"db": {"majorStep": 9, "paths": [{"from": "1", "to": "2"}, {"from": "2", "to": "3"}]}}, "1.5", "3.0",
         ("refused", "the ways are 1 to 2, 2 to 3")),
        ({"db": {"majorStep": 9, "paths": []}}, "1.5", "2.1", ("refused", "")),
        ({"db": {"majorStep": 9, "paths": [], "message": "ask"}}, "1.5", "2.1", ("refused", "ask")),
        ({"db": {"majorStep": 0, "message": None, "paths": None}}, "1.5", "2.1",
         ("refused", "make a cluster of the new version and move the data with a backup or a dump")),
        ({"db": {"downgrade": False}}, "2.2", "2.1",
         ("refused", "restore a backup that was made with the older version into a new cluster")),
    ],
)  # fmt: skip
def test_a_version_goes_as_far_as_upgrades_say(
    upgrades: dict[str, Any], old: str, new: str, expected: tuple[str, str]
) -> None:
    kind = technology({"upgrades": upgrades})
    [change] = SAID(compare(snapshot(engine(version=old), kind), snapshot(engine(version=new), kind), kind).changes)

    assert (str(change.impact), change.hint) == expected
    assert (change.path, change.what) == (("instances", "engine", "version"), f"engine.version {old} → {new}")


def test_majors_of_several_numbers_are_counted_by_the_catalog() -> None:
    kind = technology({"upgrades": {"sql": {"major": 2, "majorStep": 1, "message": None}}})

    def goes(old: str, new: str) -> str:
        found = (snapshot({"instances": {"sql": {"version": version}}}, kind) for version in (old, new))
        [change] = SAID(compare(*found, kind).changes)
        return f"{change.impact} {change.why} {change.hint}"

    assert goes("5.7.1", "8.0.1") == "rolling restart  "
    assert goes("8.0.2", "8.4.1") == "rolling restart  "
    assert goes("5.7.1", "8.4.1") == "refused from 5.7 to 8.4 is more than one change may go up go over 8.0.2 first"


def test_the_way_to_another_major_says_from_where_to_where() -> None:
    old, new = ({"instances": {"sql": {"version": version}}} for version in ("8.0.1", "8.4.1"))
    [change] = SAID(compare(snapshot(old), snapshot(new), NOW).changes)

    assert change.why == "sql 8.4 does not run with the data of 8.0 by a change of the version alone"


def test_versions_that_mean_nothing_or_are_not_known_do_not_change() -> None:
    blank = technology({"components": {"sql": {"fields": ["replicas"]}}})
    sql = {"instances": {"sql": {"version": "8.0.1"}}}
    old, new = (changed(SQL, version, sql) for version in ("8.0.1", "5.7.1"))
    assert of(old, new) == ["sql.version refused downgrade"]
    assert of(old, new, blank) == []
    assert of(old, changed(SQL, Deferred(), sql)) == []
    for topology in ("none", "two"):
        elsewhere = snapshot(sql)
        spec = {**new.spec, "topology": {"type": topology}}
        moved = Snapshot(elsewhere.metadata, elsewhere.object, elsewhere.definition, spec, elsewhere.chosen)
        assert of(old, moved) == ["topology.type refused topology"]


def test_a_component_that_comes_or_goes_has_no_version_that_changes() -> None:
    assert of(snapshot(), snapshot({"instances": {"sql": {"version": "5.7.1"}}})) == ["sql rolling restart"]
    assert of(snapshot({"instances": {"sql": {"version": "8.4.1"}}}), snapshot()) == ["sql rolling restart"]


def test_a_version_that_is_removed_later_is_deprecated_until_then() -> None:
    versions = [*entries("2.1", default="2.1"), *entries("2.2", default="", removedIn="3.1")]
    kind = technology({"componentTypes": {"db": {"versions": versions}}})
    old, new = (snapshot(engine(version=version), kind) for version in ("2.1", "2.2"))
    [change] = SAID(compare(old, new, kind).changes)
    assert (change.impact, change.why) == (Impact.RESTART, "2.2 is deprecated")

    removed = technology({"componentTypes": {"db": {"versions": versions}}}, release="3.1.0")
    [change] = SAID(compare(old, new, removed).changes)
    assert (change.guard, change.why, change.hint) == (
        "removed-version", "release 3.1 has no version 2.2", "choose a newer one",
    )  # fmt: skip


def test_a_deprecated_major_says_so_beside_what_its_entry_says() -> None:
    versions = [*entries("1.5", default="1.5"), *entries("2.1", default="", deprecated=True)]
    changes = [{"path": "instances.*.version", "policy": "restart", "message": "it takes a while"}]
    kind = technology({"componentTypes": {"db": {"versions": versions}}, "changes": changes})
    [change] = compare(snapshot(engine(version="1.5"), kind), snapshot(engine(version="2.1"), kind), kind).changes

    assert change.why == "2.1 is deprecated; it takes a while"


def test_an_image_of_a_deprecated_version_says_so_behind_what_it_is() -> None:
    versions = [*entries("1.5", default="1.5"), *entries("2.1", default="", deprecated=True)]
    kind = technology({"componentTypes": {"db": {"versions": versions}}})
    old, new = (snapshot(engine(image=f"mine/x:{version}"), kind) for version in ("1.5", "2.1"))
    [change] = SAID(compare(old, new, kind).changes)

    assert change.why == "the image takes 1.5 to 2.1; 2.1 is deprecated"
    [back] = compare(new, old, kind).changes
    assert back.is_refused
    assert back.why.startswith("the image takes 2.1 to 1.5, and ")


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
    [change] = SAID(compare(snapshot(), snapshot(None, MOVED), MOVED).changes)

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
        # A line means its newest version when the cluster is made.
        (engine(version="2"), engine(version="2"), "engine.version refused default-moved"),
        (engine(version="2.1"), engine(version="2"), "engine.version refused default-moved"),
        ({}, engine(version="2"), "engine.version refused default-moved"),
        (engine(version="1"), engine(version="2"), "engine.version rolling restart"),
        (engine(version="2"), engine(version="2.3"), "engine.version rolling restart"),
        (engine(version="2"), {}, "engine.version rolling restart"),
    ],
)
def test_a_version_that_the_user_moves_is_no_moved_default(
    old: dict[str, Any], new: dict[str, Any], expected: str
) -> None:
    assert expected in of(snapshot(old), snapshot(new, MOVED), MOVED)


def test_an_image_that_only_the_catalog_moves_is_refused() -> None:
    assert of(snapshot(), snapshot(None, REPACKED), REPACKED) == ["engine.image refused default-moved"]
    assert of(snapshot(), snapshot(engine(image="mine:2.2"))) == ["engine.image rolling restart"]
    assert of(snapshot(engine(image="mine:2.2")), snapshot()) == ["engine.image rolling restart"]


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


@pytest.mark.parametrize(
    ("old", "new", "why", "hint"),
    [
        ("1.1.0", "1.0.0", "an operator does not take over what a newer one has written",
         "stay with operatorVersion: 1.1.0, or go up"),
        ("1.0.0", "1.2.0", "operators are upgraded one minor version at a time, each with its CRDs first",
         "go over 1.1.0 first"),
        ("1.0.0", "2.0.0", "operators are upgraded one minor version at a time, each with its CRDs first",
         "go over 1.1.0 and 1.2.0 first"),
        ("1.2.0", "1.4.0", "operators are upgraded one minor version at a time, each with its CRDs first",
         "go from 1.2.0 to 1.4.0 minor by minor"),
    ],
)  # fmt: skip
def test_a_refused_operator_version_says_the_way(old: str, new: str, why: str, hint: str) -> None:
    [change] = compare(*(changed(("operatorVersion",), version, {"operatorVersion": "1.0.0"}) for version in (old, new)),
                       NOW).changes  # fmt: skip

    assert (change.path, change.what, change.why, change.hint) == (
        ("operatorVersion",), f"operatorVersion {old} → {new}", why, hint,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1.0.0", "1.0.5", ["operatorVersion rolling restart"]),
        ("main", "1.1.0", ["operatorVersion rolling restart"]),
        ("1.1.0", "main", ["operatorVersion refused operator-downgrade"]),
        ("1", "2", ["operatorVersion rolling restart"]),
        (None, "1.1.0", []),
        ("1.1.0", None, []),
        (Deferred(), "1.1.0", []),
    ],
)
def test_an_operator_version_without_numbers_to_compare_is_no_jump(old: Any, new: Any, expected: list[str]) -> None:
    said = {"operatorVersion": "1.0.0"}

    assert of(changed(("operatorVersion",), old, said), changed(("operatorVersion",), new, said)) == expected


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


def changed(path: tuple[str, ...], value: Any, spec: dict[str, Any] | None = None) -> Snapshot:
    """A cluster with a value that its checks would refuse today."""
    made = snapshot(spec)
    whole = copy.deepcopy(dict(made.spec))
    node = whole
    for key in path[:-1]:
        node = node.setdefault(key, {})
    node[path[-1]] = value
    return Snapshot(made.metadata, made.object, made.definition, whole, made.chosen, made.options)


REPLICAS = ("instances", "engine", "replicas")
ODD = "an even number has no majority when it is cut in two"
LAST = "with one replica the loss of a pod is downtime, and the loss of its volume is the loss of the data"


@pytest.mark.parametrize(
    ("old", "new", "why", "hint"),
    [
        (3, 2, ODD, "choose 1 or 3"),
        (3, 4, ODD, "choose 3 or 5"),
        (5, 3, None, None),
        (2, 4, None, None),
        (2, 3, None, None),
        (3, 1, LAST, "keep at least 3"),
        (2, 1, LAST, "keep at least 3"),
        (3, 0, LAST, "keep at least 3"),
        (1, 0, ODD, "choose 1 or 1"),
        (0, 1, None, None),
        (3, Deferred(), "unknown", None),
    ],
)
def test_a_number_of_replicas_survives_the_loss_of_one(old: Any, new: Any, why: str | None, hint: str | None) -> None:
    found = SAID(compare(changed(REPLICAS, old), changed(REPLICAS, new), NOW).changes)

    if why == "unknown":
        assert found == []
    elif why is None:
        assert [line(change) for change in found] == [f"engine.replicas {old} → {new}, online"]
    else:
        assert [(c.path, c.where, c.guard, c.why, c.hint) for c in found] == [
            (REPLICAS, "engine.replicas", "replicas", why, hint)
        ]


def test_one_replica_is_enough_for_what_keeps_no_data_and_where_the_topology_has_no_limits() -> None:
    old, new = ({"instances": {"sql": {"replicas": number}}} for number in (3, 1))
    assert of(snapshot(old), snapshot(new)) == ["sql.replicas online"]
    two = {"topology": {"type": "two"}, "instances": {"engine": {"storage": {"size": "1Gi"}}}}
    assert of(changed(REPLICAS, 3, two), changed(REPLICAS, 4, two)) == ["engine.replicas online"]
    assert of(changed(REPLICAS, 3, two), changed(REPLICAS, 1, two)) == ["engine.replicas refused replicas"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {}, []),
        ({}, {"volumePolicy": "keep"}, []),
        ({}, {"volumePolicy": "delete"}, [
            ("volumePolicy keep → delete", "when the cluster is deleted, the operator deletes its volumes")]),
        ({"volumePolicy": "delete"}, {}, [("volumePolicy delete → keep", "")]),
        ({"volumePolicy": Deferred()}, {"volumePolicy": "delete"}, []),
        ({"volumePolicy": "delete"}, {"volumePolicy": Deferred()}, []),
    ],
)  # fmt: skip
def test_what_becomes_of_volumes_changes_online(old: Any, new: Any, expected: list[tuple[str, str]]) -> None:
    made = snapshot()
    before, after = (
        Snapshot(made.metadata, made.object, made.definition, made.spec, made.chosen, o) for o in (old, new)
    )
    found = SAID(compare(before, after, NOW).changes)

    assert [(change.what, change.why) for change in found] == expected
    assert all(change.impact is Impact.ONLINE for change in found)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"annotations": {"a": "1"}}, {}, ["annotations online"]),
        ({"labels": {"a": Deferred()}}, {"labels": {"a": "1"}}, []),
        ({"finalizers": ["a/b"]}, {}, []),
        ({"namespace": "shop"}, {"namespace": Deferred()}, []),
        ({"namespace": Deferred()}, {"namespace": "shop"}, []),
        ({"name": Deferred()}, {"name": "orders"}, []),
    ],
)
def test_metadata_changes_online_and_what_is_not_known_does_not(old: Any, new: Any, expected: list[str]) -> None:
    assert of(snapshot(**old), snapshot(**new)) == expected


def test_a_change_of_identity_says_what_to_keep() -> None:
    name, namespace = (
        compare(snapshot(), new, NOW).changes[0] for new in (snapshot(name="carts"), snapshot(namespace="test"))
    )

    assert (name.old, name.new, name.path) == ("orders", "carts", ("name",))
    assert (
        name.hint == "keep name: orders; a cluster of another name is a new one, which dataSource fills with a backup"
    )
    assert namespace.hint.startswith("keep namespace: shop; a cluster in another namespace is a new one")
    [provider] = compare(with_object("a/Toy"), with_object("b/Toy", definition="other"), NOW).changes
    assert provider.hint.startswith("make a new cluster with the other provider")
    [reconciler] = compare(with_object("everest.percona.com/DatabaseCluster"), with_object("a/Toy"), NOW).changes
    assert (reconciler.path, reconciler.old, reconciler.new) == (("reconcileBy",), "everest", "pulumi")
    assert reconciler.hint.startswith("first set the deletion policy to retain and run `pulumi up`")


def test_with_another_definition_nothing_else_is_compared() -> None:
    other = with_object("b/Other", definition="other")
    moved = Snapshot({**other.metadata, "name": "carts", "labels": {"a": "b"}}, other.object, "other", {"paused": True})

    assert of(with_object("a/Toy"), moved) == ["name refused name", "provider refused provider"]


def test_another_object_of_the_same_definition_is_another_technology() -> None:
    assert of(with_object("a/Toy"), with_object("b/Toy")) == ["provider refused provider"]


def test_the_settings_of_a_topology_and_its_components_go_with_it() -> None:
    old = changed(("topology", "config"), {"a": 1}, {"instances": {"tool": {}}})
    new = changed(("topology", "type"), "two", {"instances": {"engine": {"replicas": 3, "storage": {"size": "1Gi"}}}})

    assert of(old, new) == ["topology.type refused topology"]
    assert of(changed(("topology", "config"), {"a": 1}), snapshot()) == ["topology.config.a rolling restart"]


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


def test_what_is_no_snapshot_is_none() -> None:
    for data in ({}, {"metadata": {}}, {"metadata": [], "spec": {}}, {"metadata": {}, "spec": None}):
        with pytest.raises(ValueError, match="this is no snapshot of a cluster"):
            Snapshot.from_data(data)
    assert Snapshot.from_data({"metadata": {}, "spec": {}, "options": None}) == Snapshot({}, "", "", {})


@pytest.mark.parametrize(
    ("spec", "chosen"),
    [
        ({}, set()),
        (engine(version="2.1", image="mine:1"), {"engine.version", "engine.image"}),
        ({"components": {"versions": {"db": {"version": "2.1"}}}}, {"engine.version"}),
        ({"components": {"versions": {"db": {"image": "mine:1"}}}}, {"engine.image"}),
        ({"components": {"versions": {"db": {"image": Deferred((), 1)}}}}, {"engine.image"}),
        ({"components": {"versions": {"db": {"image": Deferred()}}}}, set()),
        ({"components": {"versions": {"tool": {"version": "1.0"}}}}, set()),
        ({"instances": {"tool": {"version": "1.0"}}, "operatorVersion": "1.0.0"}, {"tool.version", "operatorVersion"}),
    ],
)
def test_what_the_user_chose_is_kept(spec: dict[str, Any], chosen: set[str]) -> None:
    made = snapshot(spec)

    assert made.chosen == chosen
    assert all(made.says(key) and made.holds(key) for key in chosen)
    assert not made.says("sql.version")
    assert ("chosen" in made.data()) is bool(chosen)


def test_what_a_lock_chose_is_held_and_not_said_by_the_user() -> None:
    made = Snapshot({}, "", "", {}, frozenset({"engine.version (lock)"}))

    assert (made.says("engine.version"), made.holds("engine.version")) == (False, True)


def test_a_snapshot_says_what_it_is_of() -> None:
    made = snapshot()
    assert (made.name, made.object, made.definition) == ("orders", "toy.example.com/Toy", "toy")
    assert snapshot(name=Deferred()).name == "<unknown>"
    assert Snapshot({}, "", "", {"instances": Deferred()}).instances == {}


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


def test_a_config_default_that_a_newer_definition_adds_is_no_change() -> None:
    workspace = Workspace(Plugins())
    setup, _ = workspace.setup("pg-operator")
    assert setup is not None
    resolved, found = check_cluster({"name": "a"}, {"provider": "pg-operator"}, setup.technology)
    assert resolved is not None
    assert not [entry for entry in found if entry.is_error]
    new = Snapshot.of(resolved, setup.technology, {"apiVersion": "x/v1", "kind": "X"}, {})
    before = copied(dict(new.spec))
    del before["instances"]["backupAgent"]["config"]["volume"]  # as a state has it that was stored before the field

    assert compare(replace(new, spec=before), new, setup.technology).changes == []
    without = copied(dict(new.spec))
    without["instances"]["backupAgent"]["config"]["volume"] = False
    assert "repository-volume" in {
        change.guard
        for change in compare(replace(new, spec=before), replace(new, spec=without), setup.technology).changes
    }
