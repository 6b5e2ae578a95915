"""Images of a cluster's own, for each built-in technology: what runs is what the image says, by whatever road."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from compared import BASES, WORKSPACE, change, snapshot

from pulumi_everest.core.changes.compare import check_allow, compare, finding_of
from pulumi_everest.core.changes.impact import Concealed, Impact
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.emit.patch import patched
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.values.versions import numbers
from pulumi_everest.workspace.workspace import ClusterInput

HEX = "sha256:" + "0a" * 32


# Technology, its base, the component type of the engine, and where its image stands in the object.
ENGINES = {"psmdb": "mongod", "sharded": "mongod", "pxc": "pxc", "proxysql": "pxc", "pg": "postgresql"}
PLACES: dict[str, tuple[str, ...]] = {
    "psmdb": ("image",), "sharded": ("image",), "pxc": ("pxc", "image"), "proxysql": ("pxc", "image"), "pg": ("image",),
}  # fmt: skip
# By technology: what runs, an older and a newer version of its series, another series below and above.
STEPS: dict[str, dict[str, str]] = {
    "psmdb": {"now": "8.0.17-6", "older": "8.0.12-4", "newer": "8.0.19-7", "below": "7.0.18-11", "above": "9.0.1-1"},
    "sharded": {"now": "8.0.17-6", "older": "8.0.12-4", "newer": "8.0.19-7", "below": "7.0.18-11", "above": "9.0.1-1"},
    "pxc": {"now": "8.0.44-35.1", "older": "8.0.42-33.1", "newer": "8.0.45-36.1", "below": "5.7.44-31.65", "above": "8.4.8-8.1"},
    "proxysql": {"now": "8.0.44-35.1", "older": "8.0.42-33.1", "newer": "8.0.45-36.1", "below": "5.7.44-31.65", "above": "8.4.8-8.1"},
    "pg": {"now": "17.9", "older": "17.5", "newer": "17.10", "below": "16.13", "above": "18.4"},
}  # fmt: skip
GUARDS = {
    "psmdb": {"older": "downgrade", "newer": None, "below": "downgrade", "above": "version-path"},
    "sharded": {"older": "downgrade", "newer": None, "below": "downgrade", "above": "version-path"},
    "pxc": {"older": "downgrade", "newer": None, "below": "downgrade", "above": "engine-major"},
    "proxysql": {"older": "downgrade", "newer": None, "below": "downgrade", "above": "engine-major"},
    "pg": {"older": "downgrade", "newer": None, "below": "downgrade", "above": "engine-major"},
}
FORMS = {
    "as it is": "mine/engine:{tag}",
    "a registry": "registry.example.org:5000/mirror/engine:{tag}",
    "a variant": "mine/engine:{tag}-amd64",
    "a debug variant": "mine/engine:{tag}-debug",
    "a digest": f"mine/engine:{{tag}}@{HEX}",
}
PG_FORMS = {"a build": "mine/engine:{tag}-3", "an older operator's": "mine/operator:2.7.0-ppg{tag}-postgres"}


def versioned(base: str, version: str) -> dict[str, Any]:
    return {
        "components": {"versions": {ENGINES[base]: {"version": version}}},
        "instances": {"engine": {"version": None}},
    }


def roads(base: str) -> dict[str, Callable[[str], dict[str, Any]]]:
    def of_component(image: str) -> dict[str, Any]:
        return {"instances": {"engine": {"image": image}}}

    def of_type(image: str) -> dict[str, Any]:
        return {"components": {"versions": {ENGINES[base]: {"image": image}}}}

    def of_overrides(image: str) -> dict[str, Any]:
        patch: Any = image
        for key in reversed(PLACES[base]):
            patch = {key: patch}
        return {"overrides": patch}

    def of_part(image: str) -> dict[str, Any]:
        return {"instances": {"engine": {"overrides": {"image": image}}}}

    found = {"components.versions": of_type, "overrides": of_overrides}
    if base != "sharded":
        found["instances.engine.image"] = of_component
    if len(PLACES[base]) == 2:
        found["instances.engine.overrides"] = of_part
    return found


def changes(base: str, old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    start = versioned(base, STEPS[base]["now"])
    result = change(base, patched(copy.deepcopy(start), old), patched(copy.deepcopy(start), new))
    assert all(entry.why and entry.hint for entry in result.changes if entry.is_refused)
    return [(entry.where, str(entry.impact), entry.guard) for entry in result.changes]


@pytest.mark.parametrize("base", ENGINES)
@pytest.mark.parametrize("step", ["older", "newer", "below", "above"])
def test_the_version_of_an_image_is_judged_by_whatever_road_and_in_whatever_form(base: str, step: str) -> None:
    version, guard = STEPS[base][step], GUARDS[base][step]
    forms = {**FORMS, **(PG_FORMS if base == "pg" else {})}
    for road, spec in roads(base).items():
        for name, form in forms.items():
            found = changes(base, {}, spec(form.format(tag=version)))
            expected = "refused" if guard else "rolling restart"
            assert found == [("engine.image", expected, guard)], (road, name)


@pytest.mark.parametrize("base", ENGINES)
def test_an_image_that_goes_is_judged_as_one_that_comes(base: str) -> None:
    start = versioned(base, STEPS[base]["now"])
    for road, spec in roads(base).items():
        old = patched(copy.deepcopy(start), spec(f"mine/engine:{STEPS[base]['newer']}"))
        result = change(base, old, start)
        assert [(c.where, c.guard) for c in result.changes] == [("engine.image", "downgrade")], road


@pytest.mark.parametrize("base", ENGINES)
def test_the_same_version_from_elsewhere_is_a_restart(base: str) -> None:
    for road, spec in roads(base).items():
        found = changes(base, {}, spec(f"mirror.example.org/mine/engine:{STEPS[base]['now']}"))
        assert found == [("engine.image", "rolling restart", None)], road
    registry = {"images": {"registry": "mirror.example.org"}}
    assert changes(base, {}, registry) == [("images.registry", "rolling restart", None)]


# What cannot be read

UNREAD = ["mine/engine:prod", "mine/engine:latest", "mine/engine", f"mine/engine@{HEX}", "mine/engine:20260301"]


def unsaid(base: str, image: str | None) -> dict[str, Any]:
    """A cluster whose engine has an image, and no version that is said."""
    spec: dict[str, Any] = {"instances": {"engine": {"version": None}}, "components": None}
    if base == "sharded":
        return {**spec, "components": {"versions": {"mongod": {"image": image}}}}
    spec["instances"]["engine"]["image"] = image
    return spec


def said(base: str, spec: dict[str, Any], version: str) -> dict[str, Any]:
    field = {"components": {"versions": {ENGINES[base]: {"version": version}}}}
    return patched(copy.deepcopy(spec), field)  # type: ignore[no-any-return]


def version_of(base: str) -> str:
    """The version that the base has where nothing is said."""
    made, _ = snapshot(patched(copy.deepcopy(BASES[base]), unsaid(base, None)))
    return str(made.spec["instances"]["engine"]["version"])


@pytest.mark.parametrize("base", ENGINES)
@pytest.mark.parametrize("image", UNREAD)
def test_an_image_that_says_no_version_is_refused_until_the_version_is_said(base: str, image: str) -> None:
    before = said(base, unsaid(base, None), version_of(base))
    after = unsaid(base, image)
    [refused] = change(base, before, after).changes
    assert (refused.where, refused.guard, refused.impact) == ("engine.image", "image-version", Impact.REFUSED)
    assert f"'{image}'" in refused.why

    # The way that is printed: say the version too.
    assert re.search(r"say instances\.engine\.version too, the version that is in", refused.hint)
    way = said(base, after, version_of(base))
    assert [(c.where, str(c.impact)) for c in change(base, before, way).changes] == [
        ("engine.image", "rolling restart")
    ]
    # A version that is another one is judged as that.
    older = said(base, after, STEPS[base]["below"])
    assert "downgrade" in [c.guard for c in change(base, before, older).changes]
    # And the guard can be lifted.
    technology = snapshot(patched(copy.deepcopy(BASES[base]), before))[1]
    assert check_allow(["image-version"], technology.definition) == []
    lifted = change(base, before, after, ["image-version"])
    assert [(c.impact, c.lifted) for c in lifted.changes] == [(Impact.DATA_LOSS, True)]
    assert "allow: [image-version]" in str(finding_of(refused, "x").hint)


@pytest.mark.parametrize("base", ENGINES)
def test_the_same_image_that_says_no_version_is_no_finding(base: str) -> None:
    for image in UNREAD:
        assert change(base, unsaid(base, image), unsaid(base, image)).changes == []
    mirrored = change(
        base, unsaid(base, "mine/engine:prod"), unsaid(base, "mirror.example.org/mine/engine:prod")
    ).changes
    assert [(c.where, str(c.impact)) for c in mirrored] == [("engine.image", "rolling restart")]


@pytest.mark.parametrize("base", ENGINES)
@pytest.mark.parametrize("to", ["mine/other:prod", "mine/other:{version}"])
def test_what_nobody_knows_the_version_of_is_said_first_and_changed_then(base: str, to: str) -> None:
    version = version_of(base)
    before, after = unsaid(base, "mine/engine:prod"), unsaid(base, to.format(version=version))
    [refused] = change(base, before, after).changes
    assert refused.guard == "image-version"
    assert refused.hint.startswith("first say instances.engine.version, the version that runs, with the image as it is")

    # First the version, with the image as it is: nothing is done to the database.
    first = said(base, before, version)
    assert change(base, before, first).changes == []
    then = said(base, after, version)
    assert [(c.where, str(c.impact)) for c in change(base, first, then).changes] == [
        ("engine.image", "rolling restart")
    ]


def test_the_version_that_is_said_first_may_be_any_with_which_the_object_is_the_same() -> None:
    before = unsaid("psmdb", "mine/engine:prod")
    assert change("psmdb", before, said("psmdb", before, "7.0.30-16")).changes == []
    before = unsaid("pg", "mine/engine:prod")
    # What goes with the version in a bundle moves; the engine's image does not.
    moved = change("pg", before, said("pg", before, "18.3")).changes
    assert {c.where.partition(".")[0] for c in moved} == {"proxy", "backupAgent"}
    # The major version stands in PostgreSQL's object.
    [refused] = change("pg", before, said("pg", before, "17.10")).changes
    assert (refused.where, refused.guard) == ("engine.version", "downgrade")


@pytest.mark.parametrize(
    ("base", "old", "new", "expected"),
    [
        # Only the beginning of a version: another series is told, the same is not.
        ("pxc", "mine/engine:8.0.44-35.1", "mine/engine:8.4", "engine-major"),
        ("pxc", "mine/engine:8.4", "mine/engine:8.0.44-35.1", "downgrade"),
        ("pxc", "mine/engine:8.0.44-35.1", "mine/engine:8.0", "image-version"),
        ("pxc", "mine/engine:8.0", "other/engine:8.0", "image-version"),
        ("pxc", "mine/engine:8.0.44-35.1", "mine/engine:8", "image-version"),
        ("psmdb", "mine/engine:8.0.17-6", "mine/engine:main-mongod7.0", "downgrade"),
        ("psmdb", "mine/engine:7.0", "mine/engine:8.0", None),
        ("psmdb", "mine/engine:6.0", "mine/engine:8.0", "major-jump"),
        ("pg", "mine/engine:17.5-2", "mine/engine:16", "downgrade"),
        ("pg", "mine/engine:17.5-2", "mine/engine:17", "image-version"),
        ("pg", "mine/engine:17.5-2", "mine/engine:17.5-3", None),
        ("pg", "mine/engine:17.5-2", "mine/engine:17.5.2-1", None),
        ("pg", "mine/operator:2.7.0-ppg17.5.2-postgres", "mine/engine:17.5-1", "downgrade"),
    ],
)
def test_a_beginning_of_a_version_is_judged_as_far_as_it_goes(
    base: str, old: str, new: str, expected: str | None
) -> None:
    [found] = change(base, unsaid(base, old), unsaid(base, new)).changes
    assert (found.where, found.guard) == ("engine.image", expected)


def test_a_beginning_of_the_version_that_is_said_is_that_version() -> None:
    before = said("pxc", unsaid("pxc", None), "8.0.44-35.1")
    after = said("pxc", unsaid("pxc", "mine/engine:8.0"), "8.0.44-35.1")
    assert [(c.where, str(c.impact)) for c in change("pxc", before, after).changes] == [
        ("engine.image", "rolling restart")
    ]
    wrong = said("pxc", unsaid("pxc", "mine/engine:8.4"), "8.0.44-35.1")
    assert [c.guard for c in change("pxc", before, wrong).changes] == ["engine-major"]


def test_a_version_whose_image_stays_is_no_change_where_it_shows_nowhere_else() -> None:
    image = "mine/engine:8.0.17-6"
    old, new = ({"instances": {"engine": {"version": v, "image": image}}} for v in ("8.0.17-6", "7.0.30-16"))
    assert change("psmdb", old, new).changes == []
    image = "mine/engine:17.9-1"
    old, new = ({"instances": {"engine": {"version": v, "image": image}}} for v in ("17.9", "16.13"))
    assert ("engine.version", "downgrade") in [(c.where, c.guard) for c in change("pg", old, new).changes]


def test_an_image_of_a_type_that_takes_every_version_may_be_any() -> None:
    block = {"monitoring": {"type": "pmm", "serverUrl": "https://pmm"}}
    for image in ("mine/pmm:2.44.0", "mine/pmm:dev", f"mine/pmm@{HEX}"):
        result = change("psmdb", {**block, "instances": {"pmm": {}}}, {**block, "instances": {"pmm": {"image": image}}})
        assert [(c.where, str(c.impact)) for c in result.changes] == [("pmm.image", "rolling restart")]


def test_a_preset_that_brings_an_image_is_judged_by_it() -> None:
    plain, technology = snapshot({"provider": "psmdb-operator", "preset": "small"})
    image = {"instances": {"engine": {"image": "mine/engine:7.0.18-11"}}}
    moved = replace(technology, presets={**technology.presets, "other": image, "small": image})

    def preset(name: str, of: Any) -> Snapshot:
        from pulumi_everest.core.validate import check_cluster

        made, _ = check_cluster(
            {"name": "orders", "namespace": "shop"}, {"provider": "psmdb-operator", "preset": name}, of
        )
        assert made is not None
        return replace(Snapshot.of(made, of, {}, {}), object=plain.object)

    chosen = compare(plain, preset("other", moved), moved).changes
    assert ("engine.image", "downgrade") in [(c.where, c.guard) for c in chosen]
    only_moved = compare(plain, preset("small", moved), moved).changes
    assert ("engine.image", "default-moved") in [(c.where, c.guard) for c in only_moved]


# The first cluster


def found(base: str, spec: dict[str, Any]) -> list[tuple[str, str]]:
    cluster = ClusterInput({"name": "orders", "namespace": "shop"}, patched(copy.deepcopy(BASES[base]), spec))
    resolved, setup, problems = WORKSPACE.check(cluster)
    assert resolved is not None
    assert setup is not None
    from pulumi_everest.workspace.workspace import Plan

    plan = Plan(cluster, resolved, setup, WORKSPACE.emit(cluster, resolved, setup))
    problems = [*problems, *WORKSPACE.check_objects(plan)]
    return [(entry.code, ".".join(map(str, entry.path))) for entry in problems]


@pytest.mark.parametrize("base", ENGINES)
@pytest.mark.parametrize("step", ["below", "above"])
def test_an_image_of_another_series_than_its_version_is_said(base: str, step: str) -> None:
    start = versioned(base, STEPS[base]["now"])
    for road, spec in roads(base).items():
        image = f"mine/engine:{STEPS[base][step]}"
        told = set(found(base, patched(copy.deepcopy(start), spec(image))))
        [(code, path)] = [entry for entry in told if entry[0] != "cluster.dead-field"]
        assert code == "cluster.image-series"
        assert path.endswith("image"), road
        assert ("overrides" in path) == ("overrides" in road)
        for fine in ("now", "older", "newer"):
            told = set(found(base, patched(copy.deepcopy(start), spec(f"mine/engine:{STEPS[base][fine]}"))))
            assert {code for code, _ in told} <= {"cluster.dead-field"}, road


def test_the_hint_names_the_newest_version_of_the_series_that_the_image_is_of() -> None:
    spec = patched(copy.deepcopy(BASES["psmdb"]), versioned("psmdb", "8.0.19-7"))
    spec = patched(spec, {"instances": {"engine": {"image": "mine/percona-server-mongodb:7.0.1-1"}}})
    cluster = ClusterInput({"name": "orders", "namespace": "shop"}, spec)

    _, _, problems = WORKSPACE.check(cluster)

    (hint,) = [entry.hint for entry in problems if entry.code == "cluster.image-series"]
    assert hint == "write instances.engine.version: 7.0.30-16, or take an image of 8.0.19-7"


@pytest.mark.parametrize("base", ENGINES)
def test_an_image_that_says_no_version_is_said_unless_the_version_is(base: str) -> None:
    for image in UNREAD:
        assert {code for code, _ in found(base, unsaid(base, image))} == {"cluster.image-version"}
        assert found(base, said(base, unsaid(base, image), version_of(base))) == []
        for road, spec in roads(base).items():
            assert found(base, patched(versioned(base, STEPS[base]["now"]), spec(image))) == [], road


def test_the_series_of_an_image_is_as_long_as_the_definition_says() -> None:
    assert numbers("8.4.8-8.1", 2) == (8, 4)
    assert found("psmdb", said("psmdb", unsaid("psmdb", "mine/engine:8.2.1-1"), "8.0.17-6")) == []
    assert found("pxc", said("pxc", unsaid("pxc", "mine/engine:8.2.1-1.1"), "8.0.44-35.1")) != []


def test_an_image_that_is_not_known_yet_waits_and_a_secret_one_is_not_shown() -> None:
    before, technology = snapshot(patched(copy.deepcopy(BASES["psmdb"]), unsaid("psmdb", "mine/engine:8.0.17-6")))
    own, _ = snapshot(patched(copy.deepcopy(BASES["psmdb"]), unsaid("psmdb", "mine/engine:7.0.18-11")))

    def with_image(image: Any) -> Snapshot:
        spec = copy.deepcopy(dict(own.spec))
        spec["instances"]["engine"]["image"] = image
        return replace(own, spec=spec)

    assert compare(own, with_image(Deferred()), technology).changes == []
    [refused] = compare(before, with_image(Concealed("mine/engine:7.0.18-11")), technology).changes
    assert refused.guard == "downgrade"
    assert "7.0.18" not in f"{refused.what} {refused.why} {refused.hint}"
