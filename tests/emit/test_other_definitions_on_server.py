"""Where OpenEverest 1 is installed, which has a definition of the same name, ours are refused and nothing changes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pulumi_everest.emit.crds import definitions_in
from pulumi_everest.emit.everest_crds import everest_crds
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError
from pulumi_everest.testing.fixtures import InstallCrds

NAME = "databaseclusters.everest.percona.com"


@pytest.fixture
def openeverest(without_own_definition: LiveCluster, install_crds: InstallCrds, shared: Path) -> LiveCluster:
    """The API server with OpenEverest's own definition, and without ours afterwards."""
    crd = shared / "crds/everest-operator/main/everest.percona.com_databaseclusters.yaml"
    assert install_crds(crd) == [NAME]
    return without_own_definition


NAMES = ("kind", "listKind", "plural", "singular")


def names_in(definitions: Iterable[dict[str, Any]]) -> dict[str, set[tuple[str, str]]]:
    """What definitions call themselves in their API group, by their own names."""
    found = {}
    for definition in definitions:
        spec = definition["spec"]
        called = [str(spec["names"].get(name)).lower() for name in NAMES] + spec["names"].get("shortNames", [])
        found[definition["metadata"]["name"]] = {(spec["group"], name) for name in called}
    return found


@pytest.mark.parametrize("release", ["main", "1.10.0-rc3", "1.9.0"])
def test_no_name_of_ours_is_one_that_another_definition_of_everest_has(shared: Path, release: str) -> None:
    theirs = names_in(definitions_in(shared / "crds/everest-operator" / release))
    ours = names_in(everest_crds())
    assert len(theirs) > 5
    taken = {(one, other): a & b for one, a in ours.items() for other, b in theirs.items() if one != other and a & b}
    assert taken == {}


def test_a_definition_of_openeverest_1_is_not_replaced(openeverest: LiveCluster) -> None:
    (ours,) = [definition for definition in everest_crds() if definition["metadata"]["name"] == NAME]
    (before,) = openeverest.crds([NAME])

    with pytest.raises(LiveError, match="v1alpha1 was previously a storage version"):
        openeverest.apply(ours, "test", force=True)

    (after,) = openeverest.crds([NAME])
    assert after["spec"] == before["spec"]
