"""The resources of the operators' own tests: each comes back whole, and most of it is by fields."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from adopted import Manifest, from_yaml

from pulumi_everest.adoption.adopt import Adopted
from pulumi_everest.model.reading import own_part
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import Workspace

sys.path.append(str(Path(__file__).parents[1] / "samples"))
from operators_tests import (
    LEAST,
    MOST,
    REFUSED,
    is_rightly_override,
    numbers,
    reach,
    resource,
    resources,
    rightly_overrides,
    totals,
)

SHARED = Path(os.environ.get("EVEREST_SHARED", Path(__file__).parents[3] / "shared"))
FILES = resources(SHARED)


def first_of_their_kind() -> list[str]:
    """The resources with a path that none before them has: the others say the same in other numbers."""
    seen: set[tuple[str, str]] = set()
    found = []
    for name in FILES:
        plugin = name.split("/")[0]
        paths = {(plugin, path) for path in _paths(yaml.safe_load(FILES[name].read_text(encoding="utf-8"))["spec"], "")}
        if paths - seen and name not in REFUSED:
            found.append(name)
        seen |= paths
    return found


def _paths(node: Any, at: str) -> set[str]:
    if isinstance(node, dict):
        return set().union(*(_paths(value, f"{at}.{key}") for key, value in node.items()))
    return set().union(*(_paths(value, f"{at}[]") for value in node)) if isinstance(node, list) else {at}


@pytest.mark.parametrize("name", first_of_their_kind())
def test_a_resource_of_an_operators_tests_comes_back_whole(name: str, adopt: Callable[[Manifest], Adopted]) -> None:
    live = resource(FILES[name])

    result = adopt(live)

    assert from_yaml(result) == own_part(live)
    got, every = reach(live, result, Workspace(Plugins(), [])).count
    least, total = numbers()[name]
    assert every == total, "run 'make measure'"
    assert got >= least, "what fields reached is by overrides now"


def test_fields_reach_most_of_what_each_operators_tests_use() -> None:
    sums = totals(numbers())

    assert set(sums) == {"psmdb", "pxc", "pg"}
    assert {plugin: got / every for plugin, (got, every, _) in sums.items() if got < LEAST * every} == {}


def test_every_resource_is_measured(shared: Path) -> None:
    assert set(numbers()) == set(resources(shared)) - REFUSED


def test_the_list_of_what_is_rightly_by_overrides_is_short_and_needed(shared: Path) -> None:
    used = {path.strip(".") for file in FILES.values() for path in _paths(resource(file)["spec"], "")}
    used = {path.replace("[]", ".[]") for path in used}

    assert 0 < len(rightly_overrides()) <= MOST
    assert all(entry["why"] for entry in rightly_overrides())
    for entry in rightly_overrides():
        own = entry["path"].removeprefix("**.")
        assert any(own in path and is_rightly_override(path) for path in used), f"nothing has {entry['path']}"
