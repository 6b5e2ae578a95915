"""`everest plugin new` with the definitions of real operators: green, whole, and taken by a strict API server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pulumi_everest.authoring.check import check
from pulumi_everest.authoring.on_server import create
from pulumi_everest.review.yaml_text import yaml_text
from pulumi_everest.scaffold.definitions.crd_files import read
from pulumi_everest.scaffold.new import Wanted, new
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.binaries import assets

OPERATORS = {
    "altinity-clickhouse": ("ClickHouseInstallation", {"image", "replicas", "resources", "storage"}),
    "cloudnative-pg": ("Cluster", {"image", "replicas", "resources", "storage"}),
    "everest-operator/main": ("DatabaseCluster", {"replicas", "resources", "storage"}),
    "pg/3.0.0": ("PerconaPGCluster", {"image", "replicas", "resources", "storage"}),
    "ps": ("PerconaServerMySQL", {"image", "replicas", "resources", "storage"}),
    "psmdb/1.22.0": ("PerconaServerMongoDB", {"image", "replicas", "resources", "storage"}),
    "pulumi-kubernetes-operator": ("Stack", {"image", "resources"}),
    "pxc/1.20.0": ("PerconaXtraDBCluster", {"image", "replicas", "resources", "storage"}),
    "valkey-io": ("ValkeyCluster", {"image", "replicas", "resources", "storage"}),
}
"""The folder of each operator's definitions, its main kind, and what of a component the kind has fields for."""


@contextmanager
def apart(folder: str, api_server: ApiServer) -> Iterator[ApiServer]:
    """The API server of the tests; one of its own for the kinds of Everest's first API, which have names of ours."""
    binaries = assets()
    if not folder.startswith("everest-operator") or isinstance(binaries, str):
        yield api_server
        return
    with ApiServer(binaries) as own:
        yield own


@pytest.mark.parametrize("folder", OPERATORS)
def test_a_plugin_of_an_operator_is_green_and_the_api_server_takes_its_objects(
    shared: Path, tmp_path: Path, api_server: ApiServer, folder: str
) -> None:
    crds, (kind, fields) = shared / "crds" / folder, OPERATORS[folder]
    # What is written has passed the checks and the conformance kit when there are no findings.
    made = new(
        Wanted("mydb", [str(crds)]), tmp_path / "mydb", lambda m: "---\n".join(map(yaml_text, m)), lambda _: None
    )
    assert made.findings == []
    assert made.plugin is not None
    assert made.roles.main is not None
    assert made.roles.main.kind == kind
    honoured = {field.partition(".")[0] for field in made.plugin.manifest.instance_fields("engine") or ()}
    assert fields <= honoured

    with apart(folder, api_server) as server:
        server.install_crds(read([crds]).definitions)
        taken = create(server.live, check(made.plugin).examples)
    assert taken.findings == []
    assert taken.objects > 0
