"""Where OpenEverest 1 is installed, which has a definition of the same name, ours are refused and nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest

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


def test_a_definition_of_openeverest_1_is_not_replaced(openeverest: LiveCluster) -> None:
    (ours,) = [definition for definition in everest_crds() if definition["metadata"]["name"] == NAME]
    (before,) = openeverest.crds([NAME])

    with pytest.raises(LiveError, match="v1alpha1 was previously a storage version"):
        openeverest.apply(ours, "test", force=True)

    (after,) = openeverest.crds([NAME])
    assert after["spec"] == before["spec"]
