"""--crds of the commands, for YAML and for programs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.fixtures import InstallCrds

Run = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[str]]

CLUSTER = """\
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseCluster
metadata: {name: orders, namespace: apps}
spec:
  provider: toydb-operator
  topology: {type: single}
  instances:
    engine:
      overrides:
        storage: {sise: 5Gi}
"""
PROGRAM = """\
import pulumi_everest as everest

everest.DatabaseCluster(
    "orders",
    provider="toydb-operator",
    topology={"type": "single"},
    instances={"engine": {"engine_config": "x" * 30, "overrides": {"storage": {"sise": "5Gi"}}}},
)
"""


@pytest.fixture
def toy(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A cluster with a misspelt field in its overrides, and the options that name the plugin and its CRD."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cluster.yaml").write_text(CLUSTER)
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "infra" / "__main__.py").write_text(PROGRAM)
    (tmp_path / "crds").mkdir()
    (tmp_path / "crds" / "toydb.yaml").write_text((root / "tests/resources/toydb_crd.yaml").read_text())
    return ["--plugin", str(root / "tests/resources/toydb")]


@pytest.mark.parametrize("command", ["validate", "render", "preview"])
@pytest.mark.parametrize("crds", ["crds", "crds/toydb.yaml"])
def test_overrides_are_checked_against_the_schemas_that_are_named(
    toy: list[str], run: Run, command: str, crds: str
) -> None:
    result = run(command, "cluster.yaml", *toy, "--crds", crds)

    assert result.exit_code == 1
    assert "cluster.yaml:10:19: error: there is no field 'sise' in the operator's schema" in result.output
    assert "at spec.instances.engine.overrides.storage.sise, DatabaseCluster orders" in result.output
    assert "did you mean 'size'?" in result.output
    assert "apiVersion" not in result.stdout  # nothing was rendered


@pytest.mark.parametrize("command", ["validate", "render", "preview"])
def test_without_the_option_the_same_input_passes(toy: list[str], run: Run, command: str) -> None:
    assert run(command, "cluster.yaml", *toy).exit_code == 0


@pytest.mark.parametrize("with_option", [True, False])
def test_objects_of_a_program_are_checked_too(toy: list[str], run: Run, tmp_path: Path, with_option: bool) -> None:
    options = ["--crds", "crds"]
    if not with_option:
        (tmp_path / "infra/Pulumi.dev.yaml").write_text("config:\n  everest:crds: [../crds]\n")
        options = []

    result = run("validate", "infra", *toy, *options, "--format", "json")

    assert [(entry["code"], entry["path"], entry["line"]) for entry in json.loads(result.stdout)] == [
        ("emit.object", "instances.engine.engine_config", 7),
        ("cluster.overrides", "instances.engine.overrides.storage.sise", 7),
    ]


def test_a_kind_without_a_schema_is_a_warning(toy: list[str], run: Run, tmp_path: Path) -> None:
    (tmp_path / "crds/toydb.yaml").write_text("{}\n")

    result = run("validate", "cluster.yaml", *toy, "--crds", "crds", "--format", "json")

    assert [(e["code"], e["severity"]) for e in json.loads(result.stdout)] == [("emit.no-schema", "warning")]
    assert run("validate", "cluster.yaml", *toy, "--crds", "crds", "--strict").exit_code == 1


def test_what_cannot_be_read_of_them_and_what_is_not_there_are_findings(
    toy: list[str], run: Run, tmp_path: Path
) -> None:
    (tmp_path / "crds/toydb.yaml").write_text("a: [\n")
    result = run("validate", "cluster.yaml", *toy, "--crds", "crds", "--format", "json")
    assert [entry["code"] for entry in json.loads(result.stdout)] == ["source.syntax"]

    result = run("validate", "cluster.yaml", *toy, "--crds", "crdz", "--format", "json")
    assert [(e["code"], e["message"]) for e in json.loads(result.stdout)] == [
        ("source.unreadable", "there is no file or folder 'crdz', which --crds names; did you mean 'crds'?")
    ]


def test_what_there_was_is_not_checked(toy: list[str], run: Run, tmp_path: Path) -> None:
    (tmp_path / "mended.yaml").write_text(CLUSTER.replace("sise", "size"))

    result = run("preview", "mended.yaml", "--against", "cluster.yaml", *toy, "--crds", "crds")

    assert result.exit_code == 0, result.output
    assert "spec.engine.storage" in result.output


@pytest.mark.parametrize("what", ["cluster.yaml", "infra"])
def test_the_definitions_of_a_cluster_are_taken(
    toy: list[str], process: Process, what: str, api_server: ApiServer, install_crds: InstallCrds, tmp_path: Path
) -> None:
    install_crds(tmp_path / "crds")
    arguments = ["validate", what, *toy, "--crds", "cluster", "--format", "json"]

    result = process(*arguments, env={"KUBECONFIG": str(api_server.kubeconfig)})

    assert result.returncode == 1, result.stderr
    found = [entry for entry in json.loads(result.stdout) if entry["code"] == "cluster.overrides"]
    assert [entry["path"].removeprefix("spec.") for entry in found] == ["instances.engine.overrides.storage.sise"]
    assert [entry["hint"] for entry in found] == ["did you mean 'size'?"]


def test_a_cluster_that_cannot_be_reached_is_a_finding(toy: list[str], process: Process, tmp_path: Path) -> None:
    arguments = ["validate", "cluster.yaml", *toy, "--crds", "cluster", "--format", "json"]

    result = process(*arguments, env={"KUBECONFIG": str(tmp_path / "none")})

    assert [entry["code"] for entry in json.loads(result.stdout)] == ["live.config"]
