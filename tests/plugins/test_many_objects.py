"""A plugin of many objects, whose kinds are of Kubernetes and of its operator: conformance, and how ready it is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_everest.core.health import Health, health, of_all
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.testing.conformance import assert_conforms, conformance_tests

TESTS = Path(__file__).parents[1]
SHELFDB, CRDS = TESTS / "plugins" / "shelfdb", TESTS / "plugins" / "shelfdb_crds.yaml"

test_conformance = conformance_tests(SHELFDB, crds=CRDS)


def test_the_kit_finds_objects_that_are_made_twice(tmp_path: Path) -> None:
    folder = tmp_path / "shelfdb"
    shutil.copytree(SHELFDB, folder)
    data = yaml.safe_load((folder / "resources.yaml").read_text())
    settings = next(one for one in data["objects"] if one["name"] == "settings")
    data["objects"].append({**settings, "name": "again"})
    (folder / "resources.yaml").write_text(yaml.safe_dump(data, sort_keys=False))

    with pytest.raises(AssertionError, match="'probe-settings' is made twice, by 'settings' and 'again'"):
        assert_conforms(folder)


def live(phase: str | None) -> dict[str, Any]:
    return {"status": {"phase": phase}} if phase else {}


@pytest.mark.parametrize(
    ("topology", "pool", "ready", "failed"),
    [
        ("single", "Ready", True, False),
        ("single", "Balancing", False, False),
        ("split", "Balancing", True, False),
        ("split", "Failed", False, True),
        ("split", None, False, False),
        (None, "Ready", None, False),
    ],
)
def test_an_object_says_by_topology_whether_it_is_ready(
    topology: str | None, pool: str | None, ready: bool | None, failed: bool
) -> None:
    plugin, _ = load_plugin(SHELFDB)
    assert plugin is not None
    settings = {entry.name: entry.settings for entry in plugin.template._entries}["pool"]
    found = health(settings, live(pool), topology)
    assert (found.ready, found.failed) == (ready, failed)


READY, WAITING, FAILED = Health("Ready", "", True, False), Health("", "", False, False), Health("", "", False, True)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], READY),
        ([("ShelfPool a", READY)], READY),
        ([("ShelfPool a", READY), ("ShelfPool b", WAITING)], Health("Ready", "ShelfPool b is not ready", False, False)),
        ([("ShelfPool a", None)], Health("Ready", "ShelfPool a is not there", False, False)),
        ([("ShelfPool a", FAILED), ("b", WAITING)], Health("Ready", "ShelfPool a has failed", False, True)),
        ([("ShelfPool a", Health())], READY),
    ],
)
def test_a_database_is_ready_when_all_its_objects_are(
    others: list[tuple[str, Health | None]], expected: Health
) -> None:
    assert of_all(READY, others) == expected
