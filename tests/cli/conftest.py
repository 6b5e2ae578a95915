from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulumi_everest.cli.main import everest

CLUSTER = """\
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseCluster
metadata:
  name: orders
  namespace: databases
spec:
  provider: psmdb-operator
  topology: {type: standard}
  instances:
    engine: {replicas: 3, storage: {size: 10Gi}}
"""


@pytest.fixture
def run() -> Callable[..., Result]:
    """Runs `everest` in this process."""

    def call(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(everest, [str(part) for part in arguments], input=stdin, env={"FORCE_COLOR": None})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return call


@pytest.fixture
def process(root: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `everest` as a process of its own."""

    def call(
        *arguments: str | Path, env: dict[str, str] | None = None, stdin: str = "", patience: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pulumi_everest.cli", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(root), **(env or {})}
        return subprocess.run(
            command, capture_output=True, text=True, input=stdin, env=environment, check=False, timeout=patience
        )

    return call


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the working directory, with one good cluster in cluster.yaml."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cluster.yaml").write_text(CLUSTER)
    return tmp_path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Makes a folder with a program of this text, which is the working directory."""

    def make(text: str) -> Path:
        folder = tmp_path / "infra"
        folder.mkdir()
        monkeypatch.chdir(folder)
        (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        (folder / "__main__.py").write_text(text)
        return folder

    return make
