"""Changes of the operator version: one minor version at a time, and what goes with it."""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from expected import Said
from toy_technology import MANIFEST, NOW, changed, impacts, snapshot, technology

from pulumi_everest.core.changes.compare import compare
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.model.deferred import Deferred

SAID = Said(__file__)
said_in_full = SAID.fixture()
of = partial(impacts, SAID)


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


PLACE = "initContainer.image"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("toy:1.0.0", "toy:1.0.0", []),
        ("toy:1.0.0", "mirror.local/toys/toy:1.0.0", []),
        ("toy:1.0.0", "toy:1.1.0", [f"{PLACE} rolling restart"]),
        ("toy:1.0.0", "other:1.0.0", [f"{PLACE} rolling restart"]),
        ("toy:1.1.0", "toy:1.0.0", [f"{PLACE} refused operator-downgrade"]),
        ("toy:1.0.0", "toy:1.2.0", [f"{PLACE} refused operator-jump"]),
        # Where nothing is said the image is that of the operator.
        (None, "toy:1.2.0", [f"{PLACE} rolling restart"]),
        (None, "mine:1.1.0", [f"{PLACE} rolling restart"]),
        ("toy:1.2.0", None, [f"{PLACE} refused operator-downgrade"]),
        (None, None, []),
        # What cannot be read may be anything.
        ("toy:1.1.0", "toy:mine", [f"{PLACE} refused image-version"]),
        ("toy:mine", "toy:1.1.0", [f"{PLACE} refused image-version"]),
        ("toy:mine", "toy:yours", [f"{PLACE} refused image-version"]),
        (None, "toy:mine", [f"{PLACE} refused image-version"]),
        ("toy:mine", None, [f"{PLACE} refused image-version"]),
    ],
)
@pytest.mark.parametrize("written", [False, True])
def test_an_image_of_the_operator_itself_is_judged_by_the_version_that_it_is_of(
    old: str | None, new: str | None, expected: list[str], written: bool
) -> None:
    def with_image(image: str | None) -> Snapshot:
        made = snapshot({"operatorVersion": "1.1.0"})
        place = {("operatorVersion", PLACE): ("overrides", "initImage")} if written else {}
        return replace(made, operator_images={PLACE: image} if image is not None else {}, written=place)

    assert of(with_image(old), with_image(new)) == expected


def test_images_of_the_operator_are_judged_place_by_place_those_that_are_there_first() -> None:
    made = snapshot({"operatorVersion": "1.1.0"})
    old, new = (
        replace(made, operator_images=images)
        for images in ({"gone": "toy:1.1.0", "a": "x:1.1.0"}, {"new": "y:1.1.0", "a": "z:1.1.0"})
    )

    assert of(old, new) == ["new rolling restart", "a rolling restart", "gone rolling restart"]


def test_an_operator_version_that_overrides_take_away_is_refused() -> None:
    old, new = snapshot({"operatorVersion": "1.1.0"}), changed(("operatorVersion",), None)

    assert of(old, new) == []
    assert of(old, replace(new, written={("operatorVersion",): ("overrides", "crVersion")})) == [
        "operatorVersion refused operator-downgrade"
    ]
