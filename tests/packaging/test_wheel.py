"""The wheel is whole: installed in a bare environment outside the checkout, it previews the examples."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

BARE = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8"}
KEPT = ("PIP_", "SSL_", "HTTP", "http", "no_proxy", "NO_PROXY", "REQUESTS_")


def run(*command: str | Path, cwd: Path) -> str:
    environment = BARE | {key: value for key, value in os.environ.items() if key.startswith(KEPT)}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, root, cwd=folder)
    [built] = folder.glob("pulumi_everest-*.whl")
    return built


def test_the_wheel_has_the_plugins_and_the_type_marker(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "py.typed",
        "pulumi-plugin.json",
        "plugins/psmdb/plugin.yaml",
        "plugins/psmdb/resources.yaml",
        "plugins/psmdb/presets/small.yaml",
        "reference/findings.md",
    ):
        assert f"pulumi_everest/{wanted}" in names
    assert not [name for name in names if name.startswith(("tests/", "docs/", "examples/"))]


def test_the_installed_wheel_previews_the_examples(wheel: Path, tmp_path: Path, root: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=True)
    python = tmp_path / "bare" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=tmp_path)
    shutil.copytree(root / "examples", tmp_path / "examples")
    everest = tmp_path / "bare" / "bin" / "everest"
    for example in ("quickstart", "plain-yaml"):
        shown = json.loads(run(everest, "preview", "--format", "json", f"examples/{example}", cwd=tmp_path))
        assert [entry["kind"] for cluster in shown["clusters"] for entry in cluster["objects"]] == [
            "PerconaServerMongoDB"
        ], example
    run(python, "-c", "import pulumi_everest; print(pulumi_everest.DatabaseCluster)", cwd=tmp_path)
    assert "Mended" in run(everest, "explain", "field.unknown", cwd=tmp_path)
    made = yaml.safe_load_all(run(everest, "schema", "--crds", cwd=tmp_path))
    committed = [yaml.safe_load(path.read_text()) for path in (root / "schemas/crds").iterdir()]
    assert _by_name(made) == _by_name(committed)


def _by_name(definitions: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {definition["metadata"]["name"]: definition for definition in definitions}
