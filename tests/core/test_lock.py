"""What a lock does to the choice of versions: under what the user says, over every default, and never silently wrong."""

from __future__ import annotations

from typing import Any

import pytest
from expected import Said

from pulumi_everest.core.lock_record import changes, entry_data, entry_of
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.everest import cluster_object
from pulumi_everest.model.deferred import Deferred, substitute
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.findings import Finding, path_text
from pulumi_everest.model.lock import Lock
from pulumi_everest.model.lock_file import LockedCluster
from pulumi_everest.model.plugin_files.manifest import PluginManifest

SAID = Said(__file__)
said_in_full = SAID.fixture()

DIGEST = "sha256:" + "a" * 64
TYPES: dict[str, Any] = {
    "server": {
        "versions": [
            {"version": "8.0", "image": "server:8.0", "operator": "<1.2"},
            {"version": "8.1", "image": "server:8.1"},
            {"version": "8.4", "image": "server:8.4", "digest": DIGEST, "default": True},
        ]
    },
    "courier": {
        "versions": [
            {"version": "2.0", "image": "courier:2.0"},
            {"version": "2.1", "image": "courier:2.1"},
            {"version": "2.4", "image": "courier:2.4", "default": True},
        ]
    },
    "router": {"versions": [{"version": "1.0", "image": "router:1.0"}, {"version": "1.1", "image": "router:1.1"}]},
}
SPEC: dict[str, Any] = {
    "componentTypes": TYPES,
    "components": {"engine": {"type": "server"}, "backup": {"type": "courier"}, "proxy": {"type": "router"}},
    "topologies": {
        "cluster": {
            "default": True,
            "components": {
                "engine": {},
                "backup": {},
                "proxy": {"optional": True, "defaults": {"version": "1.1"}},
            },
        }
    },
}
BUNDLES = [
    {"name": "8.4", "default": True, "components": {"engine": "8.4", "backup": "2.4"}},
    {"name": "8.1", "components": {"engine": "8.1", "backup": "2.1"}},
]
LOCKED: dict[str, Any] = {
    "provider": "shop",
    "operatorVersion": "1.1",
    "components": {
        "engine": {"version": "8.1", "image": "server:8.1"},
        "backup": {"version": "2.1", "image": "courier:2.1"},
    },
}


def technology(more: dict[str, Any] | None = None, **changed: Any) -> Technology:
    document = {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseClusterDefinition",
        "metadata": {"name": "shop"},
        "spec": {**SPEC, **(more or {})},
    }
    manifest = PluginManifest.model_validate(
        {
            "name": "shop",
            "title": "Shop",
            "operator": {"name": "shop", "versions": ["1.1", "1.2"], "default": "1.2"},
            "components": {c: {"types": [t], "fields": ["version", "image", "replicas"]} for c, t in PAIRS},
        }
    )
    definition = Definition(DatabaseClusterDefinition.model_validate(document))
    return Technology("shop", definition, manifest, **changed)


PAIRS = [("engine", "server"), ("backup", "courier"), ("proxy", "router")]


def checked(
    spec: dict[str, Any], entry: dict[str, Any] | None, with_: Technology | None = None
) -> tuple[Resolved, list[Finding]]:
    lock = Lock(
        "orders", LockedCluster.model_validate(entry) if entry is not None else None, ("stacks", "dev", "orders")
    )
    resolved, found = SAID(
        check_cluster({"name": "orders"}, {"provider": "shop", **spec}, with_ or technology(), lock=lock)
    )
    assert resolved is not None
    return resolved, found


def versions(resolved: Resolved) -> dict[str, str]:
    return {name: instance["version"] for name, instance in resolved.spec["instances"].items()}


def said(found: list[Finding]) -> list[str]:
    return [f"{entry.code} {path_text(entry.path)}" for entry in found]


@pytest.mark.parametrize(
    ("spec", "expected", "operator", "findings"),
    [
        pytest.param({}, {"engine": "8.1", "backup": "2.1"}, "1.1", [], id="locked values over defaults"),
        pytest.param(
            {"instances": {"engine": {"version": "8.4"}}},
            {"engine": "8.4", "backup": "2.1"},
            "1.1",
            ["lock.out-of-date instances.engine.version"],
            id="the instance's own version over the locked one",
        ),
        pytest.param(
            {"components": {"versions": {"server": {"version": "8.4"}}}},
            {"engine": "8.4", "backup": "2.1"},
            "1.1",
            ["lock.out-of-date components.versions.server.version"],
            id="the type's version over the locked one",
        ),
        pytest.param(
            {"instances": {"engine": {"version": "8.1"}}},
            {"engine": "8.1", "backup": "2.1"},
            "1.1",
            [],
            id="the same version as the locked one is no contradiction",
        ),
        pytest.param(
            {"operatorVersion": "1.2"},
            {"engine": "8.1", "backup": "2.1"},
            "1.2",
            ["lock.out-of-date operatorVersion"],
            id="the cluster's own operator version",
        ),
        pytest.param(
            {"instances": {"proxy": {}}},
            {"engine": "8.1", "backup": "2.1", "proxy": "1.1"},
            "1.1",
            ["lock.out-of-date instances.proxy"],
            id="a new component takes its default",
        ),
        pytest.param(
            {"instances": {"engine": {"version": "8"}}},
            {"engine": "8.1", "backup": "2.1"},
            "1.1",
            [],
            id="a line keeps the locked version that is of it",
        ),
        pytest.param(
            {"components": {"versions": {"server": {"version": "8"}}}},
            {"engine": "8.1", "backup": "2.1"},
            "1.1",
            [],
            id="so does the line of a type",
        ),
        pytest.param(
            {"instances": {"proxy": {"version": "1"}}},
            {"engine": "8.1", "backup": "2.1", "proxy": "1.1"},
            "1.1",
            ["lock.out-of-date instances.proxy"],
            id="a line of what is not locked means its newest version",
        ),
    ],
)
def test_what_the_user_says_counts_over_the_lock_and_the_lock_over_defaults(
    spec: dict[str, Any], expected: dict[str, str], operator: str, findings: list[str]
) -> None:
    resolved, found = checked(spec, LOCKED)

    assert versions(resolved) == expected
    assert resolved.spec["operatorVersion"] == operator
    assert said(found) == findings


def test_the_providers_operator_version_counts_over_the_lock() -> None:
    resolved, found = checked({}, LOCKED, technology(operator_version="1.2"))

    assert (resolved.spec["operatorVersion"], resolved.operator_origin) == ("1.2", "provider")
    assert said(found) == ["lock.out-of-date operatorVersion"]


def test_a_locked_version_counts_over_that_of_a_topology_or_preset() -> None:
    entry = {**LOCKED, "components": {**LOCKED["components"], "proxy": {"version": "1.0", "image": "router:1.0"}}}
    with_ = technology(presets={"small": {"instances": {"proxy": {"version": "1.1"}}}})

    resolved, found = checked({"instances": {"proxy": {}}, "preset": "small"}, entry, with_)

    assert (versions(resolved)["proxy"], found) == ("1.0", [])


def test_the_origin_of_what_is_locked_is_the_lock() -> None:
    resolved, _ = checked({"instances": {"backup": {"version": "2.4"}}}, LOCKED)

    assert resolved.operator_origin == "lock"
    assert resolved.origin("engine", ("version",)) == "lock"
    assert resolved.origin("engine", ("image",)) == "lock"
    assert resolved.origin("backup", ("version",)) == "user"
    assert resolved.origin("backup", ("image",)) is None


MOVED = {
    **SPEC,
    "componentTypes": {**TYPES, "server": {"versions": [{"version": "8.1", "image": "elsewhere/server:8.1"}]}},
}


@pytest.mark.parametrize(
    ("spec", "image"),
    [
        ({}, "server:8.1"),
        ({"instances": {"engine": {"version": "8.1"}}}, "server:8.1"),
        ({"instances": {"engine": {"image": "mine/server:8.1"}}}, "mine/server:8.1"),
        ({"components": {"versions": {"server": {"image": "mine/server:8.1"}}}}, "mine/server:8.1"),
        ({"images": {"registry": "registry.example.org/db"}}, "registry.example.org/db/server:8.1"),
    ],
)
def test_the_image_of_a_locked_version_stays_though_the_catalog_has_another(spec: dict[str, Any], image: str) -> None:
    resolved, found = checked(spec, LOCKED, technology(MOVED))

    assert resolved.spec["instances"]["engine"]["image"] == image
    assert [entry for entry in found if entry.is_error] == []
    assert said(found) == []


def test_another_version_than_the_locked_one_has_the_image_of_the_catalog() -> None:
    resolved, _ = checked({"instances": {"engine": {"version": "8.4"}}}, LOCKED)

    assert resolved.spec["instances"]["engine"]["image"] == f"server:8.4@{DIGEST}"


def test_a_version_that_is_known_late_has_the_locked_image_if_it_is_the_locked_version() -> None:
    later = Deferred(("instances", "engine", "version"), "an output")
    resolved, found = checked({"instances": {"engine": {"version": later}}}, LOCKED, technology(MOVED))

    assert said(found) == []
    assert substitute(resolved.spec["instances"]["engine"]["image"], {later: "8.1"}) == "server:8.1"


@pytest.mark.parametrize(
    ("changed", "spec", "findings"),
    [
        pytest.param(
            {"engine": {"version": "7.0", "image": "server:7.0"}},
            {},
            ["lock.unknown-version stacks.dev.orders.components.engine.version"],
            id="not in the definition",
        ),
        pytest.param(
            {"engine": {"version": "8.0", "image": "server:8.0"}},
            {"operatorVersion": "1.2"},
            ["lock.unknown-version stacks.dev.orders.components.engine.version"],
            id="not for the operator version",
        ),
        pytest.param(
            {"engine": {"version": "7.0", "image": "server:7.0"}},
            {"instances": {"engine": {"version": "8.4"}}},
            ["lock.out-of-date instances.engine.version"],
            id="the user chose another",
        ),
    ],
)
def test_a_locked_version_that_cannot_be_is_an_error_at_its_place_in_the_lock(
    changed: dict[str, Any], spec: dict[str, Any], findings: list[str]
) -> None:
    entry = {**LOCKED, "components": {**LOCKED["components"], **changed}}

    _, found = checked(spec, entry)

    assert said(found) == findings


def test_a_locked_operator_version_that_is_not_supported_any_more_is_an_error_that_says_how_to_go_on() -> None:
    _, found = checked({}, {**LOCKED, "operatorVersion": "1.0"})

    assert said(found) == ["lock.unknown-version stacks.dev.orders.operatorVersion"]
    assert found[0].allowed == ("1.1", "1.2")
    assert found[0].hint is not None
    assert "everest lock --upgrade orders" in found[0].hint


def test_a_locked_version_that_was_removed_is_an_error_with_the_same_way_on() -> None:
    gone = [{"version": "8.1", "image": "server:8.1", "removedIn": "2.0"}, {"version": "8.4", "image": "server:8.4"}]
    with_ = technology({"componentTypes": {**TYPES, "server": {"versions": gone}}})
    assert with_.manifest is not None
    with_.manifest = with_.manifest.model_copy(update={"release": "2.0"})

    _, found = checked({}, LOCKED, with_)

    assert said(found) == ["cluster.removed-version stacks.dev.orders.components.engine.version"]
    assert "everest lock --upgrade orders" in (found[0].hint or "")


# Bundles


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param({}, {"engine": "8.1", "backup": "2.0"}, id="a locked set that no bundle has any more"),
        pytest.param(
            {"instances": {"engine": {"version": "8.1"}}}, {"engine": "8.1", "backup": "2.0"}, id="part of it said, too"
        ),
        pytest.param(
            {"instances": {"engine": {"version": "8.4"}}}, {"engine": "8.4", "backup": "2.4"}, id="another version"
        ),
        pytest.param({"bundle": "8.1"}, {"engine": "8.1", "backup": "2.1"}, id="a bundle that is named"),
        pytest.param(
            {"components": {"versions": {"courier": {"version": "2.4"}}}},
            {"engine": "8.4", "backup": "2.4"},
            id="another version of a smaller part",
        ),
    ],
)
def test_what_bundles_hold_is_locked_as_a_whole(spec: dict[str, Any], expected: dict[str, str]) -> None:
    entry = {**LOCKED, "components": {**LOCKED["components"], "backup": {"version": "2.0", "image": "courier:2.0"}}}

    resolved, found = checked(spec, entry, technology({"bundles": BUNDLES}))

    assert versions(resolved) == expected
    assert not any(found_.is_error for found_ in found)


def test_a_named_bundle_that_moved_changes_nothing_until_an_upgrade() -> None:
    moved = [{**BUNDLES[1], "components": {"engine": "8.4", "backup": "2.4"}}]

    resolved, found = checked({"bundle": "8.1"}, {**LOCKED, "bundle": "8.1"}, technology({"bundles": moved}))

    assert (versions(resolved), found) == ({"engine": "8.1", "backup": "2.1"}, [])


def test_a_component_that_is_new_gets_a_version_that_fits_the_locked_ones() -> None:
    bundles = [
        {**b, "components": {**b["components"], "proxy": p}} for b, p in zip(BUNDLES, ("1.1", "1.0"), strict=True)
    ]
    with_ = technology(
        {"bundles": bundles, "topologies": {"cluster": {"components": dict.fromkeys(SPEC["components"])}}}
    )

    resolved, found = checked({}, LOCKED, with_)

    assert versions(resolved)["proxy"] == "1.0"
    assert said(found) == ["lock.out-of-date instances.proxy"]


def test_where_no_bundle_fits_the_locked_versions_a_new_component_is_an_error_that_says_how_to_go_on() -> None:
    bundles = [{"name": "8.4", "components": {"engine": "8.4", "backup": "2.4", "proxy": "1.1"}}]
    with_ = technology(
        {"bundles": bundles, "topologies": {"cluster": {"components": dict.fromkeys(SPEC["components"])}}}
    )

    _, found = checked({}, LOCKED, with_)

    assert "lock.unknown-version stacks.dev.orders.components.engine.version" in said(found)


@pytest.mark.parametrize(
    ("spec", "entry", "expected"),
    [
        ({"instances": {"engine": {"version": "8.1"}}}, None, "cluster.unknown-bundle instances.engine.version"),
        (
            {"components": {"versions": {"server": {"version": "8.1"}}}},
            None,
            "cluster.unknown-bundle components.versions.server.version",
        ),
        ({}, LOCKED, "lock.unknown-version stacks.dev.orders.components.engine.version"),
    ],
)
def test_a_version_that_no_bundle_has_is_said_where_it_was_chosen(
    spec: dict[str, Any], entry: dict[str, Any] | None, expected: str
) -> None:
    bundles = [{"name": "8.4", "components": {"engine": "8.4", "backup": "2.4", "proxy": "1.1"}}]
    with_ = technology(
        {"bundles": bundles, "topologies": {"cluster": {"components": dict.fromkeys(SPEC["components"])}}}
    )

    _, found = checked(spec, entry, with_)

    assert [one for one in said(found) if "bundle" in one or "lock.unknown" in one] == [expected]


def test_what_is_made_for_a_controller_has_the_locked_version_and_image() -> None:
    resolved, _ = checked({}, LOCKED, technology(MOVED))

    made = cluster_object({"name": "orders"}, {"provider": "shop"}, resolved).manifest

    assert made["spec"]["instances"]["engine"] == {"version": "8.1", "image": "server:8.1"}
    assert made["spec"]["instances"]["backup"] == {"version": "2.1", "image": "courier:2.1"}


# Other entries


def test_an_entry_of_another_provider_does_not_count() -> None:
    resolved, found = checked({}, {**LOCKED, "provider": "other"})

    assert (versions(resolved), resolved.spec["operatorVersion"]) == ({"engine": "8.4", "backup": "2.4"}, "1.2")
    assert said(found) == ["lock.out-of-date provider"]


def test_a_lock_that_lacks_the_cluster_is_a_warning_and_defaults_apply() -> None:
    resolved, found = checked({}, None)

    assert versions(resolved)["engine"] == "8.4"
    assert said(found) == ["lock.missing "]
    assert not found[0].is_error


def test_what_is_recorded_locks_the_same_again() -> None:
    spec = {"instances": {"proxy": {}}, "images": {"registry": "registry.example.org"}}
    first, _ = checked(spec, None)
    entry = entry_data(entry_of(first))

    second, found = checked(spec, entry)

    assert found == []
    assert second.spec == first.spec
    assert entry == {
        "provider": "shop",
        "operatorVersion": "1.2",
        "components": {
            "engine": {"version": "8.4", "image": f"server:8.4@{DIGEST}"},
            "backup": {"version": "2.4", "image": "courier:2.4"},
            "proxy": {"version": "1.1", "image": "router:1.1"},
        },
    }


def test_an_image_that_the_user_gives_is_not_recorded() -> None:
    resolved, _ = checked({"instances": {"engine": {"image": "mine/server:8.4"}}}, None)

    assert entry_of(resolved).components["engine"].image == f"server:8.4@{DIGEST}"


def test_a_version_that_is_not_known_is_not_recorded() -> None:
    resolved, _ = checked({"instances": {"engine": {"version": Deferred(("x",), "an output")}}}, None)

    assert list(entry_of(resolved).components) == ["backup"]


@pytest.mark.parametrize(
    ("old", "new", "texts"),
    [
        (None, LOCKED, ["operator version 1.1 (new)", "backup 2.1 (new)", "engine 8.1 (new)"]),
        (LOCKED, LOCKED, []),
        (
            {**LOCKED, "components": {"backup": LOCKED["components"]["backup"], "engine": {"version": "8.1"}}},
            LOCKED,
            [],
        ),
        (LOCKED, {**LOCKED, "operatorVersion": "1.2"}, ["operator version 1.1 → 1.2"]),
        (LOCKED, {**LOCKED, "provider": "other"}, ["provider shop → other"]),
        (LOCKED, {**LOCKED, "bundle": "8.1"}, ["bundle 8.1 (new)"]),
        (
            LOCKED,
            {**LOCKED, "components": {"engine": {"version": "8.4", "image": "server:8.4"}}},
            ["backup 2.1 (gone)", "engine 8.1 → 8.4"],
        ),
        (
            LOCKED,
            {**LOCKED, "components": {**LOCKED["components"], "engine": {"version": "8.1", "image": "else:8.1"}}},
            ["engine image server:8.1 → else:8.1"],
        ),
        (
            {**LOCKED, "definition": "sha256:" + "a" * 64},
            {**LOCKED, "definition": "sha256:" + "b" * 64},
            [f"definition sha256:{'a' * 12} → sha256:{'b' * 12}"],
        ),
        (LOCKED, {**LOCKED, "definition": "sha256:" + "b" * 64}, []),
    ],
)
def test_changes_say_what_differs(old: dict[str, Any] | None, new: dict[str, Any], texts: list[str]) -> None:
    before = LockedCluster.model_validate(old) if old is not None else None

    assert [change.text() for change in changes(before, LockedCluster.model_validate(new))] == texts
