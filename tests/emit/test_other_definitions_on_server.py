"""Where OpenEverest 1 is installed, which has a definition of the same name, ours are refused and nothing changes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_everest.emit.everest_crds import everest_crds
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError
from pulumi_everest.testing.fixtures import InstallCrds

NAME = "databaseclusters.everest.percona.com"
CRD = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")


def remove(live: LiveCluster) -> None:
    live.delete(*CRD, NAME)
    until = time.monotonic() + 60
    while live.crds([NAME]):
        assert time.monotonic() < until, "the definition does not go away"
        time.sleep(0.1)
    live.forget_kinds()


@pytest.fixture
def openeverest(live: LiveCluster, install_crds: InstallCrds, shared: Path) -> Iterator[LiveCluster]:
    """The API server with OpenEverest's own definition, and without ours afterwards."""
    remove(live)
    assert install_crds(shared / "crds/everest-operator/main/everest.percona.com_databaseclusters.yaml") == [NAME]
    yield live
    remove(live)


def test_a_definition_of_openeverest_1_is_not_replaced(openeverest: LiveCluster) -> None:
    (ours,) = [definition for definition in everest_crds() if definition["metadata"]["name"] == NAME]
    (before,) = openeverest.crds([NAME])

    with pytest.raises(LiveError, match="v1alpha1 was previously a storage version"):
        openeverest.apply(ours, "test", force=True)

    (after,) = openeverest.crds([NAME])
    assert after["spec"] == before["spec"]
