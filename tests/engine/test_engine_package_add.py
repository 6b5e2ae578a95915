"""`pulumi package add`, from a folder and from a git URL, for programs in clean folders: nothing is prepared by hand.

Pulumi makes the plugin's environment itself, from an index of packages, so these take minutes.
"""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from git_server import Served, served
from pulumi_engine import Engine, Stack

from pulumi_everest.model.mark import MARK
from pulumi_everest.program.run import run_program
from pulumi_everest.testing.parts import skip_or_fail

FILES = (
    "pulumi_everest",
    "PulumiPlugin.yaml",
    "__main__.py",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)
"""What a plugin is made of, with what its wheel takes from elsewhere; the rest of the repository is for its authors."""
TAG = "v0.1.0"
PYTHON = """\
import pulumi_everest as everest
everest.DatabaseCluster("orders", namespace="shop", provider="psmdb-operator",
    instances={"engine": {"replicas": 3, "storage": {"size": "10Gi"}}})
"""
TYPESCRIPT = """\
import * as everest from "@OWNER/everest";

const orders = new everest.DatabaseCluster("orders", {
    namespace: "shop",
    provider: "psmdb-operator",
    instances: { engine: { replicas: 3, storage: { size: "10Gi" } } },
});

export const host = orders.host;
"""
YAML = {
    "orders": {
        "type": "everest:DatabaseCluster",
        "properties": {
            "namespace": "shop",
            "provider": "psmdb-operator",
            "instances": {"engine": {"replicas": 3, "storage": {"size": "10Gi"}}},
        },
    }
}


def needs(*commands: str) -> None:
    missing = [command for command in commands if shutil.which(command) is None]
    if missing:
        skip_or_fail("engine", f"needs {', '.join(missing)} on PATH")


@pytest.fixture(scope="module")
def forge(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server with this repository, and its folder there."""
    needs("git", "openssl")
    folder = tmp_path_factory.mktemp("forge")
    repository = folder / "databases" / "pulumi-everest"
    wheel = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    for name in (*FILES, *wheel["force-include"]):
        target = repository / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (root / name).is_dir():
            shutil.copytree(root / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(root / name, target)

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", "-C", str(repository), *identity, *arguments], check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "x")
    git("tag", TAG)
    subprocess.run(["git", "clone", "-q", "--bare", repository, f"{repository}.git"], check=True, capture_output=True)
    keys = tmp_path_factory.mktemp("keys")
    with served(folder, keys) as found:
        yield found, repository


@pytest.fixture
def clean(engine: Engine, tmp_path: Path, forge: tuple[Served, Path], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a stack in a clean folder, whose engine may download what is on this machine."""
    for name, value in forge[0].environment().items():
        monkeypatch.setenv(name, value)
    plugin = engine.home / "plugins" / f"resource-kubernetes-v{version('pulumi-kubernetes')}"
    if not plugin.exists():
        plugin.mkdir(parents=True)
        (plugin / "pulumi-resource-kubernetes").symlink_to(engine.kubernetes)

    def make(project: dict[str, Any], files: dict[str, str]) -> Stack:
        stack = Stack(engine, tmp_path / "shop", name="dev")
        stack.write(None, files)
        (stack.folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "infra", **project}, sort_keys=False))
        stack.run("config", "set", "kubernetes:renderYamlToDirectory", "rendered")
        return stack

    return make


def add(stack: Stack, source: str | Path) -> None:
    """Run ``pulumi package add`` as a user does, who lets Pulumi fetch what it needs."""
    environment = {**stack.environment(), "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "false"}
    command = [str(stack.engine.pulumi), "package", "add", str(source), "--non-interactive", "--color", "never"]
    done = subprocess.run(command, cwd=stack.folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def rendered(stack: Stack) -> list[dict[str, Any]]:
    assert stack.up().code == 0, stack.printed()
    files = [*(stack.folder / "rendered").rglob("*.yaml")]
    return [unmarked(entry) for file in files for entry in yaml.safe_load_all(file.read_text()) if entry]


def unmarked(manifest: dict[str, Any]) -> dict[str, Any]:
    """An object without the stack that it says it is of."""
    metadata = dict(manifest["metadata"])
    annotations = {key: value for key, value in metadata.pop("annotations", {}).items() if key != MARK}
    return {**manifest, "metadata": {**metadata, **({"annotations": annotations} if annotations else {})}}


@pytest.fixture
def expected(tmp_path: Path) -> list[dict[str, Any]]:
    """The objects of the same program in Python."""
    folder = tmp_path / "python"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "__main__.py").write_text(PYTHON)
    return [unmarked(entry) for entry in run_program(folder).manifests()]


@pytest.mark.parametrize("source", ["folder", "git"])
def test_a_yaml_program_takes_the_package(
    clean: Callable[..., Stack], forge: tuple[Served, Path], expected: list[dict[str, Any]], source: str
) -> None:
    needs("pulumi-language-yaml")
    stack = clean({"runtime": "yaml", "resources": YAML}, {})
    server, folder = forge
    add(stack, folder if source == "folder" else f"{server.url}/databases/pulumi-everest@{TAG}")

    assert "everest" in yaml.safe_load((stack.folder / "Pulumi.yaml").read_text())["packages"]
    assert rendered(stack) == expected


@pytest.mark.parametrize(
    ("source", "owner", "sdk"), [("folder", "pulumi", "everest"), ("git", "databases", "databases-everest")]
)
def test_a_typescript_program_takes_the_package(
    clean: Callable[..., Stack],
    forge: tuple[Served, Path],
    expected: list[dict[str, Any]],
    root: Path,
    source: str,
    owner: str,
    sdk: str,
) -> None:
    """The SDK of a repository has the name of whom the repository belongs to."""
    needs("pulumi-language-nodejs", "node", "npm")
    example = root / "examples" / "other-languages" / "typescript"
    files = {name: (example / name).read_text() for name in ("package.json", "tsconfig.json")}
    stack = clean({"runtime": "nodejs"}, {**files, "index.ts": TYPESCRIPT.replace("OWNER", owner)})
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=stack.folder, check=True)
    server, folder = forge
    add(stack, folder if source == "folder" else f"{server.url}/databases/pulumi-everest@{TAG}")

    assert (stack.folder / "sdks" / sdk).is_dir()
    assert rendered(stack) == expected
    assert stack.outputs()["host"] == "orders-rs0.shop.svc.cluster.local"
